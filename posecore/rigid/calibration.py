"""Calibrating a camera from photos of a ChArUco board."""

import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
from numpy.typing import NDArray

from posecore.errors import CannotCalibrate
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import open_clip
from posecore.rigid.board import Board
from posecore.rigid.camera import Camera
from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

MIN_PHOTOS = 3
"""Fewer views of a flat board leave focal length and distortion open (Zhang 2000: two and more without distortion)."""

# A view has six numbers of its own and each corner gives two: below this it says little but may be wrong.
_LEAST_CORNERS = 8
# A photo whose error is this many times the usual one is blurred, or its board was bent.
_OUTLIER = 3.0
CELLS = (8, 6)
"""Coverage is counted in so many cells, across and down."""
# Frames of a video are used twice a second, as those between are blurred or the same; of a long one, this many.
_PER_SECOND = 2
_MOST_FRAMES = 60
# k3 needs corners at the very edge of many photos; without them it is noise.
_FLAGS = cv2.CALIB_FIX_K3


@dataclass(frozen=True, eq=False)
class Calibration:
    """A camera, and how well it is known.

    Attributes:
        camera: with the distortion (k1, k2, p1, p2, 0).
        error_px: root of the mean squared distance of the corners from where the camera sees them, pixels; below 0.5
            for a sharp, flat board.
        focal_error: standard deviation of the focal length as a share of it; distances are off by as much.
        coverage: share of the image in which corners were seen, 0..1, by cells of 8 x 6. The lens is not known where
            none were.
        used: indices of the photos that were used.
        errors_px: of each of these, pixels.
        left_out: why each of the other photos was not used, by index.
    """

    camera: Camera
    error_px: float
    focal_error: float
    coverage: float
    used: tuple[int, ...]
    errors_px: tuple[float, ...]
    left_out: Mapping[int, str] = field(default_factory=dict)

    @property
    def advice(self) -> tuple[str, ...]:
        """A sentence for each thing that would make the calibration better; none if it is good."""
        return tuple(
            sentence
            for wrong, sentence in (
                (self.error_px > 1, "The error is large: keep the board flat and still, and the photos sharp."),
                (
                    self.focal_error > 0.01,
                    "The focal length is not sure: tilt the board by 30 to 45 degrees, each way.",
                ),
                (self.coverage < 0.5, "Much of the image is not covered: also hold the board into its corners."),
            )
            if wrong
        )


def calibrate(photos: Sequence[np.ndarray], board: Board) -> Calibration:
    """The camera that took these photos of a board; ten and more, from all sides, give a good one.

    Args:
        photos: each (H, W, 3) uint8, all of one size and taken with the same zoom and focus.
        board: what they show.

    Raises:
        CannotCalibrate: if the photos are of several sizes, or fewer than three show enough of the board.
    """
    sizes = {(photo.shape[1], photo.shape[0]) for photo in photos}
    if len(sizes) > 1:
        told = ", ".join(f"{width} x {height}" for width, height in sorted(sizes))
        raise CannotCalibrate(f"Expected photos of one size from one camera, but got {told} pixels.")
    return calibrate_from_corners([board.find(photo) for photo in photos], board, next(iter(sizes), (1, 1)))


def calibrate_from_corners(seen: Sequence[Doubles], board: Board, size: tuple[int, int]) -> Calibration:
    """The camera from what ``Board.find`` saw in each photo of this (width, height); see ``calibrate``.

    Raises:
        CannotCalibrate: if fewer than three photos show enough of the board.
    """
    left_out = {index: lack for index, corners in enumerate(seen) if (lack := lack_of(corners, board))}
    used = [index for index in range(len(seen)) if index not in left_out]
    solved = _solved([seen[index] for index in _required(used, len(seen))], board, size)
    outliers = solved[2] > _OUTLIER * np.median(solved[2])
    if outliers.any() and (~outliers).sum() >= MIN_PHOTOS:
        for index, error, out in zip(used, solved[2], outliers, strict=True):
            if out:
                left_out[index] = f"It does not fit the others ({error:.1f} px): blurred, or the board was bent."
        used = [index for index in used if index not in left_out]
        solved = _solved([seen[index] for index in used], board, size)
    error_px, camera, errors_px, focal_error = solved
    covered = coverage([seen[index] for index in used], size)
    return Calibration(
        camera,
        error_px,
        focal_error,
        covered,
        tuple(used),
        tuple(errors_px.tolist()),
        dict(sorted(left_out.items())),
    )


def lack_of(corners: Doubles, board: Board) -> str | None:
    """Why a photo in which ``Board.find`` saw these corners says too little; None if it says enough."""
    there = board.corners_m[np.isfinite(corners).all(axis=1)]
    if not len(there):
        return "The board was not found."
    if len(there) < _LEAST_CORNERS:
        return f"It shows only {len(there)} of the {len(corners)} inner corners; {_LEAST_CORNERS} are needed."
    if (np.ptp(there, axis=0)[:2] <= 0.5 * board.square_m).any():
        return "It shows only corners in one line, which say nothing of the board's tilt."
    return None


def frames_of_video(path: str | os.PathLike[str]) -> Iterator[np.ndarray]:
    """Frames of a video to calibrate from, each (H, W, 3) uint8: two a second, and at most 60.

    Raises:
        UnreadableMedia, MediaTooLarge: if the video cannot be used.
    """
    with open_clip(path) as clip:
        count = clip.info.frame_count or 0
        every = max(1, round(clip.info.fps / _PER_SECOND), -(-count // _MOST_FRAMES))
    with open_clip(path, part=ClipOptions(every=every)) as clip:
        yield from (frame.rgb for frame in islice(clip, _MOST_FRAMES))


def _required(enough: list[int], photos: int) -> list[int]:
    if len(enough) < MIN_PHOTOS:
        raise CannotCalibrate(
            f"Expected at least {MIN_PHOTOS} photos that show {_LEAST_CORNERS} or more inner corners of the board, but "
            f"got {len(enough)} of {photos}. Is it the board that was printed, in focus and well lit?"
        )
    return enough


def _solved(
    seen: Sequence[Doubles], board: Board, size: tuple[int, int]
) -> tuple[float, Camera, NDArray[np.float64], float]:
    """Error, camera, the error of each photo, and the focal length's standard deviation as a share of it."""
    there = [np.isfinite(corners).all(axis=1) for corners in seen]
    known = [board.corners_m[kept].astype(np.float32) for kept in there]
    pixels = [corners[kept].astype(np.float32) for corners, kept in zip(seen, there, strict=True)]
    error, matrix, distortion, _, _, spreads, _, errors = cv2.calibrateCameraExtended(
        known, pixels, size, np.eye(3), np.zeros(5), flags=_FLAGS
    )
    if not (np.isfinite(error) and np.isfinite(matrix).all() and matrix[0, 0] > 0 and matrix[1, 1] > 0):
        raise CannotCalibrate("No camera explains these photos. Expected photos of a flat board, tilted each way.")
    camera = Camera(np.asarray(matrix, np.float64), np.ravel(distortion).astype(np.float64), size)
    return float(error), camera, np.ravel(errors).astype(np.float64), float(spreads[0, 0] / matrix[0, 0])


def coverage(seen: Sequence[Doubles], size: tuple[int, int]) -> float:
    """Share of an image of this (width, height) in which corners were seen, 0..1, by ``CELLS``."""
    corners = np.vstack(seen)
    cells = (corners[np.isfinite(corners).all(axis=1)] / size * CELLS).astype(int).clip(0, np.array(CELLS) - 1)
    return len({tuple(cell) for cell in cells.tolist()}) / (CELLS[0] * CELLS[1])
