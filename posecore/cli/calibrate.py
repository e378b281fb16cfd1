"""``posecore calibrate``: a camera from photos or a video of the board that ``posecore sheet`` draws."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from posecore.cli import options
from posecore.cli.console import Report, process_each
from posecore.cli.outputs import OutputFolder
from posecore.cli.sources import is_photo
from posecore.errors import CannotCalibrate

if TYPE_CHECKING:
    import numpy as np


@click.command()
@click.argument("files", type=options.PATH, nargs=-1, required=True, metavar="FILE...")
@options.board
@options.out
@options.overwrite
@options.as_json
def calibrate(
    files: tuple[Path, ...],
    columns_rows: str,
    square_m: float,
    board_family: str,
    out: Path,
    overwrite: bool,
    as_json: bool,
) -> int:
    """Calibrate a camera from photos of a board, ten or more, or from a video; all with the same zoom and focus.

    Tilt the board each way, and hold it into the corners of the image, too. Writes camera.yml, for --camera of the
    command rigid, and for OpenCV.
    """
    from posecore.rigid.calibration import calibrate_from_corners
    from posecore.rigid.camera_files import save_camera

    board = options.board_of(columns_rows, square_m, board_family)
    report = Report(as_json)
    sizes: dict[tuple[int, int], Path] = {}
    seen = []

    def find_boards(file: Path) -> None:
        for rgb in _pictures(file):
            sizes.setdefault((rgb.shape[1], rgb.shape[0]), file)
            seen.append(board.find(rgb))

    process_each(files, report, find_boards)
    if len(sizes) > 1:
        told = ", ".join(f"{width} x {height} ({file.name})" for (width, height), file in sizes.items())
        raise CannotCalibrate(f"Expected photos of one size from one camera, but got {told} pixels.")
    found = calibrate_from_corners(seen, board, next(iter(sizes), (1, 1)))
    with OutputFolder(out, overwrite=overwrite).whole(files[0], "camera") as written:
        save_camera(found.camera, written.folder / "camera.yml", error_px=found.error_px)
    outputs = list(written.paths.values())
    facts = {
        "error_px": round(found.error_px, 4),
        "focal_error": round(found.focal_error, 5),
        "coverage": round(found.coverage, 3),
        "pictures": len(seen),
        "used": list(found.used),
    }
    report.add_done(files[0], outputs, fov_deg=round(found.camera.fov_deg, 2), **facts, notes=list(found.advice))
    report.say(
        f"{len(found.used)} of {len(seen)} pictures: error {found.error_px:.2f} px, focal length within "
        f"{found.focal_error:.1%}, {found.coverage:.0%} of the image covered, {found.camera.fov_deg:.1f} degrees."
    )
    report.say(f"Wrote {outputs[0]}")
    for sentence in found.advice:
        report.say(sentence)
    return report.finish()


def _pictures(file: Path) -> "Iterator[np.ndarray]":
    """The photo, or frames of the video."""
    from posecore.media.pictures import decode_picture
    from posecore.rigid.calibration import frames_of_video

    if is_photo(file):
        yield decode_picture(file)
    else:
        yield from frames_of_video(file)
