"""``posecore doubts``: photos without labels, ranked by how much further looks at them disagree."""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, get_args

import click

from posecore.cli import options
from posecore.cli.console import EXIT_INTERRUPTED, NotWritten, Report, complain, find_models, progress_bar
from posecore.errors import InvalidOption
from posecore.estimation.pose_options import EngineChoice, PoseOptions, SearchChoice

if TYPE_CHECKING:
    from posecore.evaluation.second_opinion import SecondOpinion

_JSON, _CSV, _REPORT, _KEPT = "doubts.json", "doubts.csv", "doubts.html", "estimates"
_MOST_COMPLAINTS, _MOST_LINES = 10, 10


@click.command()
@click.option("--images", type=options.PATH, required=True, metavar="DIR|ZIP", help="Folder or zip of the photos.")
@click.option(
    "--looks",
    default="mirrored",
    show_default=True,
    metavar="NAME,...",
    help="Further looks at each photo: mirrored, turned (by 15 degrees), heavy (by that model).",
)
@click.option(
    "--model",
    default="full",
    show_default=True,
    metavar="NAME|FILE",
    help="Model of the first look: lite, full, heavy, or the path of a .task file.",
)
@click.option(
    "--search",
    type=click.Choice(get_args(SearchChoice)),
    default="fast",
    show_default=True,
    help="thorough also finds small or distant people, and takes longer.",
)
@click.option(
    "--engine",
    type=click.Choice(get_args(EngineChoice)),
    default="auto",
    show_default=True,
    help="fast (OpenVINO), mediapipe (the reference), or auto: fast if it runs here.",
)
@options.people_in_photos
@options.photos_at_once
@options.out
@click.option("--overwrite", is_flag=True, help="Replace the doubts of other photos that are in the folder.")
@options.as_json
def doubts(
    images: Path,
    looks: str,
    model: str,
    search: SearchChoice,
    engine: EngineChoice,
    people: int,
    workers: int | None,
    out: Path,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Find the photos to look at first, without labels: those in which further looks disagree with the first.

    Writes doubts.json, doubts.csv (a row for each person) and doubts.html (the most doubtful photos, all looks drawn on
    them). What is found in a photo is kept in the folder at once, so that the same command goes on where it was
    stopped.
    """
    from posecore.estimation.engines import find_engine
    from posecore.evaluation.run import check_photos
    from posecore.evaluation.second_opinion import further_looks, read_photos, second_opinion

    if workers is not None and workers < 1:
        raise InvalidOption(f"Expected --workers to be 1 or more, but got {workers}.")
    first = PoseOptions(model=model, engine=engine, search=search, people=people)
    names = further_looks([name.strip() for name in looks.split(",") if name.strip()], first)
    photos = read_photos(images)
    _check_folder(out, photos.source.name, overwrite)
    find_models(first.model, *(["heavy"] if "heavy" in names else []))
    used = find_engine(first)
    if used.instead_because:
        complain(f"Using {used.library}. {used.instead_because}")
    with progress_bar(desc="Check", unit="photo") as show:
        checked = check_photos(photos, lambda done, total: show(done, total))
    try:
        with progress_bar(desc="Look", unit="photo") as show:
            opinion = second_opinion(
                checked,
                first,
                names,
                keep_in=out / _KEPT,
                on_photos=lambda done, total: show(done, total),
                workers=workers,
            )
    except KeyboardInterrupt:
        complain(f"Interrupted. What was found so far is kept in {out / _KEPT}: the same command goes on from there.")
        return EXIT_INTERRUPTED
    except OSError as error:
        raise InvalidOption(f"Nothing can be written to {out}: {error.strerror}.") from error
    return _report(opinion, images, out, Report(as_json))


def _check_folder(out: Path, images: str, overwrite: bool) -> None:
    """Refuse to replace the doubts of other photos."""
    there = out / _JSON
    if overwrite or not there.exists():
        return
    of_these = False
    with suppress(OSError, ValueError, AttributeError):
        of_these = json.loads(there.read_bytes()).get("images") == images
    if not of_these:
        raise InvalidOption(f"{out} has the doubts of other photos. Choose another --out; --overwrite replaces them.")


def _report(opinion: "SecondOpinion", images: Path, out: Path, report: Report) -> int:
    from posecore.evaluation.doubt_reasons import reasons
    from posecore.export.doubts_file import doubts_as_dict

    for problem in opinion.problems[:_MOST_COMPLAINTS]:
        complain(f"{problem}.")
    if len(opinion.problems) > _MOST_COMPLAINTS:
        complain(f"{len(opinion.problems) - _MOST_COMPLAINTS} more could not be used; {_JSON} lists them.")
    paths = _write(opinion, out)
    for photo in opinion.photos[:_MOST_LINES]:
        report.say(f"{photo.doubt:.2f}  {photo.photo.file_name}  {reasons(photo)[0]}")
    if len(opinion.photos) > _MOST_LINES:
        report.say(f"and {len(opinion.photos) - _MOST_LINES:,} less doubtful photos")
    report.say(f"Wrote {paths[0]}, {paths[1].name} and {paths[2].name}")
    report.add_done(images, paths, **doubts_as_dict(opinion))
    return report.finish()


def _write(opinion: "SecondOpinion", out: Path) -> list[Path]:
    from posecore.export.doubts_file import write_doubts_csv, write_doubts_json
    from posecore.export.doubts_report import write_doubts_report
    from posecore.system import whole_files

    try:
        with whole_files(out) as folder, progress_bar(desc="Report", unit="picture") as show:
            write_doubts_json(opinion, folder / _JSON)
            write_doubts_csv(opinion, folder / _CSV)
            write_doubts_report(opinion, folder / _REPORT, on_picture=lambda done, total: show(done, total))
    except OSError as error:
        raise NotWritten(f"The doubts could not be written to {out}: {error}.") from error
    return [out / name for name in (_JSON, _CSV, _REPORT)]
