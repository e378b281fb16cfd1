"""``posecore video``: a video with its landmarks drawn, their table, a manifest and the saved result."""

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import WHY_NOBODY, Report, complain, load_model, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.errors import InvalidOption, OutputTooLarge, UnreadableMedia, WorkerLost
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.view.overlays.names import PieceName
from posecore.view.silhouettes import Background

if TYPE_CHECKING:
    from posecore.motion.smoothing import Smoothing
    from posecore.poses import PoseSequence
    from posecore.view.overlays.options import OverlayOptions


@dataclass(frozen=True)
class _Asked:
    pose: PoseOptions
    part: ClipOptions
    background: Background
    overlay: "OverlayOptions"
    workers: int
    heights: options.GivenHeights | None
    body: "Smoothing | None"
    notes: tuple[str, ...] = ()
    focal_35mm: float | None = None


@click.command()
@click.argument("file", type=options.PATH, metavar="FILE")
@options.out
@options.overwrite
@click.option("--no-film", is_flag=True, help="Write no annotated video, which is faster.")
@options.part
@options.film_side
@options.film_quality
@click.option(
    "--workers",
    type=int,
    metavar="N",
    help="Processes for a long video of one person, one segment each; 1: a single process.  [default: half the cores]",
)
@options.no_smoothing
@options.fit
@options.height
@options.estimation
@options.background
@options.overlay
@options.ghost
@options.puppet
@options.own_picture
@click.option(
    "--overlay-alone", is_flag=True, help="Also write the overlay by itself, transparent elsewhere, for video editors."
)
@click.option(
    "--overlay-pictures",
    is_flag=True,
    help="Also write it as a zip of transparent PNG pictures, one a frame, for editors that need those.",
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
    body: str | None,
    field_of_view_deg: float | None,
    heights: options.GivenHeights | None,
    background: str,
    pieces: tuple[PieceName, ...],
    ghost: str | None,
    puppet: Path | None,
    own: options.GivenPicture,
    overlay_alone: bool,
    overlay_pictures: bool,
    as_json: bool,
    **estimation: Any,
) -> int:
    """Annotate a video (MP4, MOV, WebM, AVI, MKV, ...) and save its landmarks.

    Writes STEM.annotated.mp4, STEM.landmarks.csv, STEM.manifest.json and STEM.posecore.npz, which the app and the
    export command open again; with --overlay-alone also STEM.overlay.webm, with --overlay-pictures STEM.overlay.zip.
    """
    from posecore.export.formats import safe_name
    from posecore.media.files import file_sha256
    from posecore.runs.pool import warm_up
    from posecore.runs.segments import usual_workers
    from posecore.view.overlays.options import OverlayOptions

    overlay, behind = (
        OverlayOptions(
            pieces, own.load(), options.ghost_of(ghost, PoseOptions(**estimation)), options.puppet_of(puppet)
        ),
        options.background_of(background),
    )
    for option, chosen in (("--overlay-alone", overlay_alone), ("--overlay-pictures", overlay_pictures)):
        if chosen:
            _check_alone(option, overlay)
    fitted = options.fitted(body, field_of_view_deg)
    asked = _Asked(
        # A body is smooth by itself, and is fitted best to what the model returns.
        PoseOptions(**estimation, segmentation=behind != "keep", smoothing=not no_smoothing and fitted is None),
        ClipOptions(start_s, end_s, every, film_side, film_quality),
        behind,
        overlay,
        usual_workers() if workers is None else workers,
        heights,
        fitted,
    )
    options.check_heights(heights, asked.pose.people)
    warm_up()  # a worker starts while the model is located here
    load_model(asked.pose)
    report = Report(as_json)
    stem = safe_name(file.stem, "video")
    with OutputFolder(out, overwrite=overwrite).whole(file, stem, _is_same_run) as written:
        base = written.folder / stem
        try:
            asked = _through_lens(file, asked, is_view_given=field_of_view_deg is not None)
            raw, sequence, manifest = _run(file, asked, None if no_film else Path(f"{base}.annotated.mp4"))
        except (UnreadableMedia, WorkerLost) as error:
            report.add_failed(file, error)
            return report.finish()
        manifest |= {"overlay": sorted(overlay.pieces), "overlay_picture": own.as_dict(), "ghost": ghost}
        manifest |= {"puppet": None if puppet is None else {"file": puppet.name, "sha256": file_sha256(puppet)}}
        _write_tables(sequence, manifest, base, raw=raw)
        suffixes = [*([".webm"] if overlay_alone else []), *([".zip"] if overlay_pictures else [])]
        too_large = _write_overlay(sequence, overlay, [Path(f"{base}.overlay{suffix}") for suffix in suffixes])
    outputs = list(written.paths.values())
    report.add_done(file, outputs, manifest=manifest)
    for problem in too_large:
        report.add_failed(file, problem)
    _say(report, file, manifest)
    report.say("Wrote " + ", ".join(map(str, outputs)))
    return report.finish()


def _check_alone(option: str, overlay: "OverlayOptions") -> None:
    if not overlay:
        raise InvalidOption(f"Expected a piece for {option}, but got none. Add --overlay, such as --overlay hat.")
    if overlay.needs_frames:
        raise InvalidOption(
            f"Expected {option} without a picture on markers, which are found in the frames of the video, not in its "
            "landmarks. Leave out one of them, or hold the picture to a part of the body."
        )


def _through_lens(file: Path, asked: _Asked, *, is_view_given: bool) -> _Asked:
    """The same with the lens that the video states; a solid body is seen through it unless a field of view is given."""
    from posecore.runs.pool import describe

    info = describe(file)
    asked = replace(asked, focal_35mm=info.focal_35mm)
    if asked.body is None or is_view_given:
        return asked
    body, said = asked.body.through_lens(info.size, info.focal_35mm)
    return replace(asked, body=body, notes=(said,))


def _run(file: Path, asked: _Asked, film: Path | None) -> "tuple[PoseSequence, PoseSequence, dict[str, Any]]":
    """The people as estimated, those with the body that was asked for, and the manifest.

    The annotated video shows the latter, so it is drawn once they are known; but what is behind people can only be
    changed while they are estimated.
    """
    is_drawn_later = asked.body is not None and asked.background == "keep" and film is not None
    raw, manifest = _analyse(file, asked, None if is_drawn_later else film)
    sequence = _fitted(raw, asked.body)
    if is_drawn_later and film is not None:
        _draw(file, sequence, asked, film)
    return raw, sequence, manifest


def _draw(file: Path, sequence: "PoseSequence", asked: _Asked, film: Path) -> None:
    from posecore.pipeline import draw_video

    with progress_bar(unit="frame", desc="Drawing") as show:
        draw_video(
            file,
            sequence,
            film,
            color_by="side" if asked.pose.people == 1 else "person",
            skeletons=not asked.overlay,
            overlay=asked.overlay,
            part=asked.part,
            on_progress=lambda progress: show(progress.frames, progress.total),
            workers=1,
        )


def _analyse(file: Path, asked: _Asked, film: Path | None) -> "tuple[PoseSequence, dict[str, Any]]":
    """The people, and the manifest; with the annotated video if it has a path."""
    from posecore.media.files import file_sha256
    from posecore.motion.height import GivenHeight, scale_by
    from posecore.pipeline import RunSummary, estimate_video
    from posecore.runs.manifest import make_manifest

    notes = list(asked.notes)
    summaries: list[RunSummary] = []
    start = time.monotonic()
    with progress_bar(unit="frame") as show:
        sequence = estimate_video(
            file,
            asked.pose,
            part=asked.part,
            annotated=film,
            skeletons=not asked.overlay,
            overlay=asked.overlay,
            background=asked.background,
            workers=asked.workers,
            on_progress=lambda progress: show(progress.frames, progress.total),
            on_note=notes.append,
            on_end=summaries.append,
        )
    given: tuple[GivenHeight, ...] = ()
    try:
        sequence, given = scale_by(options.heights_of(asked.heights, sequence), sequence, notes.append)
    except InvalidOption as error:  # only now is it known who is there, and export can still scale
        notes.append(f"{error} Metres are not scaled; the export command can do it.")
    manifest = make_manifest(
        sequence,
        asked.pose,
        source=file.name,
        seconds=time.monotonic() - start,
        part=asked.part,
        notes=notes,
        workers=asked.workers,
        background=asked.background,
        source_sha256=file_sha256(file),
        most_people=summaries[0].most_people,
        heights=given,
        smoothing=asked.body,
        focal_35mm=asked.focal_35mm,
    )
    return sequence, manifest


def _fitted(raw: "PoseSequence", body: "Smoothing | None") -> "PoseSequence":
    """The people with the body that was asked for; heights that were given hold for it too."""
    if body is None:
        return raw
    from posecore.motion.smoothing import smooth_sequence

    with progress_bar(unit="frame", desc="Solid body") as show:
        return smooth_sequence(raw, body, on_progress=show)


def _write_tables(sequence: "PoseSequence", manifest: Mapping[str, Any], base: Path, *, raw: "PoseSequence") -> None:
    from posecore.export.json_file import write_manifest
    from posecore.export.saved import save_sequence
    from posecore.export.table_file import write_csv

    write_csv(sequence, Path(f"{base}.landmarks.csv"))
    write_manifest(sequence, Path(f"{base}.manifest.json"), facts=manifest)
    save_sequence(sequence, Path(f"{base}.posecore.npz"), facts=manifest, raw=None if raw is sequence else raw)


def _write_overlay(sequence: "PoseSequence", overlay: "OverlayOptions", paths: list[Path]) -> list[OutputTooLarge]:
    """Write the overlay by itself; returns why files are missing."""
    from posecore.export.overlay_file import write_overlay

    too_large = []
    for path in paths:
        with progress_bar(unit="frame", desc="Drawing") as show:
            try:
                write_overlay(sequence, path, overlay, on_frame=lambda done: show(done, len(sequence)))
            except OutputTooLarge as error:
                too_large.append(error)
    return too_large


def _say(report: Report, file: Path, manifest: Mapping[str, Any]) -> None:
    for note in manifest["notes"]:
        complain(note)
    seen, frames = manifest["frames_with_a_person"], manifest["frames"]
    pace = frames / manifest["seconds_taken"]
    report.say(f"{file.name}: a person in {seen} of {frames} frames, {pace:.0f} frames per second.")
    if seen == 0:
        report.say(WHY_NOBODY)
    elif manifest["heights"]:
        report.say(manifest["metres"])


_IDENTITY = ("source_sha256", "model", "engine", "options", "part", "background")
_DRAWN = ("heights", "overlay_picture", "ghost", "puppet")


def _is_same_run(there: Path, new: Path) -> bool:
    """Whether two results are of the same video with the same options, according to their manifests."""
    try:
        manifests = [json.loads(Path(f"{stem}.manifest.json").read_bytes()) for stem in (there, new)]
        identities = [
            [*(each[key] for key in _IDENTITY), each.get("overlay", []), *(each.get(key) or None for key in _DRAWN)]
            for each in manifests
        ]
    except (OSError, ValueError, TypeError, KeyError):
        return False
    return identities[0] == identities[1]
