"""``posecore evaluate``: scores of models and of other systems on labelled photos."""

import json
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

import click

from posecore.cli import options
from posecore.cli.console import EXIT_INTERRUPTED, NotWritten, Report, complain, find_models, progress_bar
from posecore.errors import InvalidOption
from posecore.estimation.pose_options import EngineChoice, PoseOptions, SearchChoice

if TYPE_CHECKING:
    from posecore.evaluation.case import CaseName
    from posecore.evaluation.evaluation import Evaluation
    from posecore.evaluation.labels import Problem
    from posecore.evaluation.run import CaseProgress, CheckedSet

_METRICS, _PEOPLE, _REPORT, _KEPT = "metrics.json", "people.csv", "report.html", "estimates"
_MOST_COMPLAINTS = 10
_NO_MODEL = "none"


@click.command()
@click.option("--images", type=options.PATH, required=True, metavar="DIR|ZIP", help="Folder or zip of the photos.")
@click.option(
    "--annotations",
    type=options.PATH,
    metavar="FILE",
    help="Their labels, COCO keypoint JSON.  [default: the one JSON file among the photos]",
)
@click.option(
    "--models",
    default="full",
    show_default=True,
    metavar="NAME,...",
    help="Models to score: lite, full, heavy, or paths of .task files; none: only --results.",
)
@click.option(
    "--search", default="fast", show_default=True, metavar="NAME,...", help="Searches to score: fast, thorough."
)
@click.option(
    "--engine",
    "engines",
    default="auto",
    show_default=True,
    metavar="NAME,...",
    help="Engines to score: auto, fast, mediapipe; MediaPipe has only the fast search.",
)
@click.option(
    "--results",
    type=options.PATH,
    multiple=True,
    metavar="FILE",
    help="Also score these results of another system, COCO results JSON; may be given several times.",
)
@options.people_in_photos
@options.photos_at_once
@options.out
@click.option("--overwrite", is_flag=True, help="Replace the scores of other labels that are in the folder.")
@options.as_json
def evaluate(
    images: Path,
    annotations: Path | None,
    models: str,
    search: str,
    engines: str,
    results: tuple[Path, ...],
    people: int,
    workers: int | None,
    out: Path,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Score every model with every search on labelled photos, and results of other systems.

    Writes metrics.json, people.csv (a row for each person) and report.html. What is found in a photo is kept in the
    folder at once, so that the same command goes on where it was stopped.
    """
    from posecore.evaluation.coco_labels import read_labelled_set
    from posecore.evaluation.evaluation import evaluate as score
    from posecore.evaluation.evaluation import name_of_results
    from posecore.evaluation.results_file import read_results
    from posecore.evaluation.run import check_photos

    if workers is not None and workers < 1:
        raise InvalidOption(f"Expected --workers to be 1 or more, but got {workers}.")
    wanted = _wanted(models, search, engines, people)
    if not wanted and not results:
        raise InvalidOption("Expected --models or --results, but got neither.")
    labelled = read_labelled_set(images, annotations)
    _check_folder(out, labelled.sha256, overwrite)
    find_models(*dict.fromkeys(each.model for each in wanted))
    with progress_bar(desc="Check", unit="photo") as show:
        checked = check_photos(labelled, lambda done, total: show(done, total))
    report = Report(as_json)
    others = [read_results(file, checked.labelled) for file in results]  # before the long part
    try:
        found, problems = _estimated(checked, wanted, out, workers)
    except KeyboardInterrupt:
        complain(f"Interrupted. What was found so far is kept in {out / _KEPT}: the same command goes on from there.")
        return EXIT_INTERRUPTED
    for each in others:
        found[name_of_results(each.name, found)] = each.found
        problems += each.problems
    evaluation = score(checked.labelled, found, tuple(problems))
    for problem in evaluation.problems[:_MOST_COMPLAINTS]:
        complain(f"{problem}.")
    if len(evaluation.problems) > _MOST_COMPLAINTS:
        complain(f"{len(evaluation.problems) - _MOST_COMPLAINTS} more could not be used; {_METRICS} lists them.")
    paths = _write(evaluation, out)
    for line in _table(evaluation):
        report.say(line)
    report.say(f"Wrote {paths[0]}, {paths[1].name} and {paths[2].name}")
    report.add_done(images, paths, **evaluation.as_dict())
    return report.finish()


def _wanted(models: str, search: str, engines: str, people: int) -> list[PoseOptions]:
    """The options of each case; MediaPipe's engine with the thorough search is left out if there are others."""
    names = [name for name in _names(models) if name != _NO_MODEL]
    for option, given, known in (
        ("--search", search, get_args(SearchChoice)),
        ("--engine", engines, get_args(EngineChoice)),
    ):
        for name in _names(given):
            if name not in known:
                raise InvalidOption(f"Expected {option} to be of {', '.join(known)}, but got {name!r}.")
    pairs = [(engine, way) for engine in _names(engines) for way in _names(search)]
    possible = [pair for pair in pairs if pair != ("mediapipe", "thorough")]
    return [
        PoseOptions(model=name, engine=engine, search=way, people=people)  # type: ignore[arg-type]
        for name in names
        for engine, way in possible or pairs
    ]


def _names(given: str) -> list[str]:
    return list(dict.fromkeys(name.strip() for name in given.split(",") if name.strip()))


def _check_folder(out: Path, labels_sha256: str, overwrite: bool) -> None:
    """Refuse to replace the scores of other labels."""
    there = out / _METRICS
    if overwrite or not there.exists():
        return
    of_these = False
    with suppress(OSError, ValueError, AttributeError):
        of_these = json.loads(there.read_bytes()).get("labels_sha256") == labels_sha256
    if not of_these:
        raise InvalidOption(f"{out} has the scores of other labels. Choose another --out; --overwrite replaces them.")


def _estimated(
    checked: "CheckedSet", wanted: list[PoseOptions], out: Path, workers: int | None
) -> tuple["dict[CaseName, Any]", "list[Problem]"]:
    """What each case found, by its name, with progress over all of them."""
    from posecore.estimation.engines import find_engine
    from posecore.evaluation.run import estimate_cases

    for engine in dict.fromkeys(find_engine(options_of_case) for options_of_case in wanted):
        if engine.instead_because:
            complain(f"Using {engine.library}. {engine.instead_because}")
    with progress_bar(desc="Estimate", unit="photo") as show:

        def on_photo(progress: "CaseProgress") -> None:
            show(progress.done, progress.total, str(progress.name))

        try:
            estimates = estimate_cases(checked, wanted, keep_in=out / _KEPT, on_photo=on_photo, workers=workers)
        except OSError as error:
            raise InvalidOption(f"Nothing can be written to {out}: {error.strerror}.") from error
    return dict(estimates.found), list(estimates.problems)


def _write(evaluation: "Evaluation", out: Path) -> list[Path]:
    from posecore.export.scores_file import write_metrics, write_people_csv
    from posecore.export.scores_report import write_scores_report
    from posecore.system import whole_files

    try:
        out.mkdir(parents=True, exist_ok=True)
        with whole_files(out) as folder, progress_bar(desc="Report", unit="picture") as show:
            write_metrics(evaluation, folder / _METRICS)
            write_people_csv(evaluation, folder / _PEOPLE)
            write_scores_report(evaluation, folder / _REPORT, on_picture=lambda done, total: show(done, total))
    except OSError as error:
        raise NotWritten(f"The scores could not be written to {out}: {error}.") from error
    return [out / name for name in (_METRICS, _PEOPLE, _REPORT)]


def _table(evaluation: "Evaluation") -> list[str]:
    """The main figures as text."""
    from posecore.export.scores_report import percent

    names = [str(case.name) for case in evaluation.cases]
    width = max(map(len, names))
    lines = [f"{'':{width}}  {'found':>12}  {'others':>6}  {'PCK@0.2':>7}  {'95%':>14}  {'OKS mAP':>7}  {'ms':>6}"]
    for name, row in zip(names, evaluation.figures, strict=True):
        found = f"{row['found']} of {row['people']}"
        interval = " to ".join(percent(edge) for edge in row["pck_interval"]["0.2"])
        took = "–" if row["ms_median"] is None else f"{row['ms_median']:.0f}"
        lines.append(
            f"{name:{width}}  {found:>12}  {row['others']:>6}  {percent(row['pck']['0.2']):>7}  {interval:>14}  "
            f"{percent(row['oks_map']):>7}  {took:>6}"
        )
    for each in evaluation.comparisons:
        if each.pck.photos:
            differ = "more than chance" if each.differ else "may be chance"
            lines.append(f"{each.first} – {each.second}: {100 * each.pck.value:+.1f} points of PCK@0.2, {differ}")
    return lines
