"""``posecore video``: a video with its landmarks drawn, their table, a manifest and the saved result."""

import json
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, get_args

import click

from posecore.cli import options
from posecore.cli.console import WHY_NOBODY, Report, complain, load_model, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.errors import InvalidOption, UnreadableMedia, WorkerLost
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.view.overlays.names import PieceName
from posecore.view.silhouettes import Background

_USUAL = ClipOptions()


@click.command()
@click.argument("file", type=options.PATH, metavar="FILE")
@options.out
@options.overwrite
@click.option("--no-film", is_flag=True, help="Write no annotated video, which is faster.")
@options.part
@click.option(
    "--film-side",
    type=int,
    metavar="PX",
    help="Longest side of the annotated video.  [default: that of the original]",
)
@click.option(
    "--film-quality",
    type=click.Choice(get_args(FilmQuality)),
    default=_USUAL.film_quality,
    show_default=True,
    help="Encode fast, or make a smaller file.",
)
@click.option(
    "--workers",
    type=int,
    metavar="N",
    help="Processes for a long video of one person, one segment each; 1: a single process.  [default: half the cores]",
)
@click.option(
    "--no-smoothing",
    is_flag=True,
    help="Landmarks as the model returns them, to be smoothed later (see export --smoothing).",
)
@options.estimation
@options.background
@options.overlay
@options.own_picture
@click.option(
    "--overlay-alone", is_flag=True, help="Also write the overlay by itself, transparent elsewhere, for video editors."
)
@options.as_json
def video(
    file: Path,
    out: Path,
    overwrite: bool,
    no_film: bool,
    start_s: float,
    end_s: float | None,
    every: int,
    film_side: int | None,
    film_quality: FilmQuality,
    workers: int | None,
    no_smoothing: bool,
    background: Background,
    pieces: tuple[PieceName, ...],
    own: options.GivenPicture,
    overlay_alone: bool,
    as_json: bool,
    **estimation: Any,
) -> int:
    """Annotate a video (MP4, MOV, WebM, AVI, MKV, ...) and save its landmarks.

    Writes STEM.annotated.mp4, STEM.landmarks.csv, STEM.manifest.json and STEM.posecore.npz, which the app and the
    export command open again; with --overlay-alone also STEM.overlay.webm.
    """
    from posecore.export.formats import safe_name
    from posecore.export.json_file import write_manifest
    from posecore.export.overlay_file import write_overlay_film
    from posecore.export.saved import save_sequence
    from posecore.export.table_file import write_csv
    from posecore.media.files import file_sha256
    from posecore.pipeline import RunSummary, estimate_video
    from posecore.runs.manifest import make_manifest
    from posecore.runs.pool import warm_up
    from posecore.runs.segments import usual_workers
    from posecore.view.overlays.options import OverlayOptions

    overlay = OverlayOptions(pieces, own.load())
    if overlay_alone and not overlay:
        raise InvalidOption("Expected a piece for --overlay-alone, but got none. Add --overlay, such as --overlay hat.")
    if overlay_alone and overlay.needs_frames:
        raise InvalidOption(
            "Expected --overlay-alone without a picture on markers, which are found in the frames of the video, not in "
            "its landmarks. Leave out one of them, or hold the picture to a part of the body."
        )
    wanted = PoseOptions(**estimation, segmentation=background != "keep", smoothing=not no_smoothing)
    part = ClipOptions(start_s, end_s, every, film_side, film_quality)
    workers = usual_workers() if workers is None else workers
    warm_up()  # a worker starts while the model is located here
    load_model(wanted)
    notes: list[str] = []
    summaries: list[RunSummary] = []
    report = Report(as_json)
    stem = safe_name(file.stem, "video")
    with OutputFolder(out, overwrite=overwrite).whole(file, stem, _is_same_run) as written:
        start = time.monotonic()
        try:
            with progress_bar(unit="frame") as show:
                sequence = estimate_video(
                    file,
                    wanted,
                    part=part,
                    annotated=None if no_film else written.folder / f"{stem}.annotated.mp4",
                    skeletons=not overlay,
                    overlay=overlay,
                    background=background,
                    workers=workers,
                    on_progress=lambda progress: show(progress.frames, progress.total),
                    on_note=notes.append,
                    on_end=summaries.append,
                )
            seconds = time.monotonic() - start
            sha256 = file_sha256(file)
        except (UnreadableMedia, WorkerLost) as error:
            report.add_failed(file, error)
            return report.finish()
        manifest = make_manifest(
            sequence,
            wanted,
            source=file.name,
            seconds=seconds,
            part=part,
            notes=notes,
            workers=workers,
            background=background,
            source_sha256=sha256,
            most_people=summaries[0].most_people,
        ) | {"overlay": sorted(pieces), "overlay_picture": own.as_dict()}
        write_csv(sequence, written.folder / f"{stem}.landmarks.csv")
        write_manifest(sequence, written.folder / f"{stem}.manifest.json", facts=manifest)
        save_sequence(sequence, written.folder / f"{stem}.posecore.npz", facts=manifest)
        if overlay_alone:
            with progress_bar(unit="frame", desc="Drawing") as show:
                write_overlay_film(
                    sequence,
                    written.folder / f"{stem}.overlay.webm",
                    overlay,
                    on_frame=lambda done: show(done, len(sequence)),
                )
    outputs = list(written.paths.values())
    report.add_done(file, outputs, manifest=manifest)
    _say(report, file, manifest)
    report.say("Wrote " + ", ".join(map(str, outputs)))
    return report.finish()


def _say(report: Report, file: Path, manifest: Mapping[str, Any]) -> None:
    for note in manifest["notes"]:
        complain(note)
    seen, frames = manifest["frames_with_a_person"], manifest["frames"]
    pace = frames / manifest["seconds_taken"]
    report.say(f"{file.name}: a person in {seen} of {frames} frames, {pace:.0f} frames per second.")
    if seen == 0:
        report.say(WHY_NOBODY)


_IDENTITY = ("source_sha256", "model", "engine", "options", "part", "background")


def _is_same_run(there: Path, new: Path) -> bool:
    """Whether two results are of the same video with the same options, according to their manifests."""
    try:
        manifests = [json.loads(Path(f"{stem}.manifest.json").read_bytes()) for stem in (there, new)]
        identities = [
            [*(each[key] for key in _IDENTITY), each.get("overlay", []), each.get("overlay_picture")]
            for each in manifests
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return identities[0] == identities[1]
