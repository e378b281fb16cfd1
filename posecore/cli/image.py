"""``posecore image``: photos with their landmarks drawn, and their tables."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import WHY_NOBODY, Report, complain, load_model, process_each
from posecore.cli.outputs import OutputFolder
from posecore.estimation.pose_options import PoseOptions
from posecore.view.overlays.names import PieceName
from posecore.view.silhouettes import Background

if TYPE_CHECKING:
    from posecore.motion.height import GivenHeight
    from posecore.poses import FramePoses
    from posecore.view.overlays.options import OverlayOptions


@click.command()
@click.argument("files", type=options.PATH, nargs=-1, required=True, metavar="FILE...")
@options.out
@options.overwrite
@options.height
@options.camera_axes
@options.estimation
@options.background
@options.overlay
@options.ghost
@options.puppet
@options.own_picture
@options.as_json
def image(
    files: tuple[Path, ...],
    out: Path,
    overwrite: bool,
    heights: options.GivenHeights | None,
    lens: options.GivenLens | None,
    background: str,
    pieces: tuple[PieceName, ...],
    ghost: str | None,
    puppet: Path | None,
    own: options.GivenPicture,
    as_json: bool,
    **estimation: Any,
) -> int:
    """For each photo (JPEG, PNG, WebP, HEIC, ...) write STEM.annotated.png and STEM.landmarks.csv.

    A photo that cannot be read does not stop the others.
    """
    from posecore.motion.height import height_facts
    from posecore.view.overlays.options import OverlayOptions

    overlay, behind = (
        OverlayOptions(
            pieces, own.load(), options.ghost_of(ghost, PoseOptions(**estimation)), options.puppet_of(puppet)
        ),
        options.background_of(background),
    )
    wanted = PoseOptions(**estimation, segmentation=behind != "keep" or overlay.is_behind)
    options.check_heights(heights, wanted.people)
    engine = load_model(wanted)
    report = Report(as_json)
    folder = OutputFolder(out, overwrite=overwrite)

    def annotate(file: Path) -> None:
        poses, given, notes, outputs = _annotate(file, wanted, heights, lens, behind, overlay, folder)
        facts = {"people": len(poses), "size_px": list(poses.size), "engine": engine.as_dict(), "notes": notes}
        metres = height_facts(given, poses)
        report.add_done(file, outputs, **facts, **metres)
        if poses.left_out:
            complain(f"{file.name}: {_count(poses.left_out)} more in the photo. Raise --people to include them.")
        report.say(f"{file.name}: {_count(len(poses))}. Wrote {outputs[0]} and {outputs[1].name}")
        for note in [*notes, *([metres["metres"]] if given else [])]:
            report.say(note)

    process_each(files, report, annotate)
    return report.finish()


def _annotate(
    file: Path,
    wanted: PoseOptions,
    heights: options.GivenHeights | None,
    lens: options.GivenLens | None,
    background: Background,
    overlay: "OverlayOptions",
    folder: OutputFolder,
) -> "tuple[FramePoses, tuple[GivenHeight, ...], list[str], list[Path]]":
    """The people in a photo, their heights, what is to be said of them, and the files written."""
    from posecore.export.formats import safe_name
    from posecore.export.table_file import to_csv
    from posecore.media.pictures import decode_picture, encode_png
    from posecore.motion.height import scale_by
    from posecore.motion.root import in_camera_axes
    from posecore.pipeline import estimate_image
    from posecore.view.drawing import draw_poses
    from posecore.view.overlays.artist import OverlayArtist
    from posecore.view.silhouettes import on_background

    notes: list[str] = []
    rgb = decode_picture(file, on_note=notes.append)
    poses = estimate_image(rgb, wanted)
    poses, given = scale_by(options.heights_of(heights, poses), poses, notes.append)
    field_of_view_deg = options.field_of_view_of(lens, file, poses.size)
    if field_of_view_deg is not None:
        poses = in_camera_axes(poses, field_of_view_deg=field_of_view_deg)
        notes.append(f"Metres are in the camera's axes, for a field of view of {field_of_view_deg:.1f} degrees.")
    elif lens is not None:
        notes.append("Metres stay as the model gives them, as the photo states no lens: give degrees instead.")
    if overlay:
        # Markers are found in the photo itself: its background may be hidden afterwards.
        above = OverlayArtist(overlay).prepare(poses, rgb)
        drawn = on_background(rgb, poses, background)
        above.draw_on(drawn)
    else:
        drawn = draw_poses(rgb, poses, background=background)
    stem = safe_name(file.stem, "photo")
    with folder.whole(file, stem) as written:
        (written.folder / f"{stem}.annotated.png").write_bytes(encode_png(drawn))
        (written.folder / f"{stem}.landmarks.csv").write_text(to_csv(poses), encoding="utf-8")
    if len(poses) == 0:
        notes.append(WHY_NOBODY)
    return poses, given, notes, list(written.paths.values())


def _count(people: int) -> str:
    return {0: "nobody found", 1: "1 person"}.get(people, f"{people} people")
