"""Square tags, AprilTag and ArUco: found in an image, and their poses.

A tag's origin is its centre; its axes are x to the tag's right, y down and z into the tag, as its pattern is printed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, InvalidRigidPose, check_choice
from posecore.rigid.camera import Camera
from posecore.rigid.lens import fit_lens
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.solving import choose_pose, solve_poses
from posecore.system import naming_missing_library
from posecore.values import FramesInTime, freeze_time

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

FAMILIES: Mapping[str, int] = {
    "36h11": cv2.aruco.DICT_APRILTAG_36H11,
    "36h10": cv2.aruco.DICT_APRILTAG_36H10,
    "25h9": cv2.aruco.DICT_APRILTAG_25H9,
    "16h5": cv2.aruco.DICT_APRILTAG_16H5,
    "aruco": cv2.aruco.DICT_ARUCO_ORIGINAL,
    "mip36h12": cv2.aruco.DICT_ARUCO_MIP_36H12,
    **{
        f"{side}x{side}_{count}": getattr(cv2.aruco, f"DICT_{side}X{side}_{count}")
        for side in (4, 5, 6, 7)
        for count in (50, 100, 250, 1000)
    },
}
"""The families by name: AprilTag's by their own ("36h11" is the usual one), ArUco's by bits and number of tags."""

# Small images are enlarged as long as their longer side stays below this: cells of 2 pixels are read then, too. (The
# other way, correcting more wrong bits, would find tags where there are none.)
_SIDE_PX, _MOST_SCALE = 2000, 4
# Pixels of the drawn pattern that is laid over a tag in the image, per cell.
_CELL = 16
# A pattern that lies on its tag correlates with it by 0.97 and more, also if it is small and noisy; one that slid off
# does not.
_LEAST_CORRELATION = 0.9
# Corners of the detector are within this of the true ones, pixels; if the pattern moves further, it slid off.
_MOST_MOVED_PX = 3.0
_STEPS = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 40, 1e-6)


@dataclass(frozen=True, eq=False)
class SeenTag:
    """A tag seen in an image.

    Attributes:
        id: its number in its family.
        corners: (4, 2) float64 pixels as OpenCV counts them: of the black square, clockwise from the top left corner
            of the tag as it is printed.
    """

    id: int
    corners: Doubles


@dataclass(frozen=True, eq=False)
class TagSequence(FramesInTime):
    """The tags of one family seen in a video: their corners, from which poses follow for any camera and size.

    Attributes:
        family: one of ``FAMILIES``.
        frames: of T frames, the tags seen in each.
        times_s, fps, cuts: see ``posecore.values.FramesInTime``.
        size: (width, height) of the upright frames, pixels.

    Raises:
        InvalidRigidPose: if the frames are not as many as their times, or these are as for ``RigidSequence``.
    """

    family: str
    frames: tuple[tuple[SeenTag, ...], ...]
    times_s: Doubles
    size: tuple[int, int]
    fps: float
    cuts: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, np.int64))

    def __post_init__(self) -> None:
        freeze_time(self, InvalidRigidPose)
        if len(self.frames) != len(self):
            raise InvalidRigidPose(f"Expected the tags of {len(self)} frames, but got those of {len(self.frames)}.")


def tag_points(size_m: float) -> Doubles:
    """(4, 3) metres: the corners of a tag with this side, in the order of ``SeenTag``.

    Args:
        size_m: side of the black square, metres.

    Raises:
        InvalidOption: if it is not above zero.
    """
    if not 0 < size_m < np.inf:
        raise InvalidOption(f"Expected the side of a tag to be above 0 m, but got {size_m}.")
    half = size_m / 2
    return np.array([[-half, -half, 0], [half, -half, 0], [half, half, 0], [-half, half, 0]])


class TagDetector:
    """Finds the tags of one family in images.

    Args:
        family: one of ``FAMILIES``.
        quick: in a small part of the time, for live frames: tags with cells of at least 4 pixels, their corners within
            half a pixel.

    Raises:
        InvalidOption: if there is no such family.
    """

    def __init__(self, family: str, *, quick: bool = False) -> None:
        check_choice("family", family, tuple(FAMILIES))
        self._dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES[family])
        parameters = cv2.aruco.DetectorParameters()
        parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
        if quick:  # two widths of the threshold's window instead of three
            parameters.adaptiveThreshWinSizeMin, parameters.adaptiveThreshWinSizeStep = 5, 16
        self._detector = cv2.aruco.ArucoDetector(self._dictionary, parameters)
        self._quick = quick
        self._cells = self._dictionary.markerSize + 2  # with the black border

    def find(self, rgb: np.ndarray) -> list[SeenTag]:
        """The tags in (H, W, 3) uint8, by id. Of a tag that is there several times, the largest."""
        grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
        corners, ids, _ = self._detector.detectMarkers(_enlarged(grey, scale := 1 if self._quick else _scale(grey)))
        found: dict[int, Doubles] = {}
        numbers = [] if ids is None else [int(number) for number in np.ravel(ids)]
        for number, seen in zip(numbers, corners, strict=True):
            square = (np.asarray(seen, np.float64).reshape(4, 2) + 0.5) / scale - 0.5
            if number not in found or _area(square) > _area(found[number]):
                found[number] = square
        squares = sorted(found.items())
        if self._quick:
            return [SeenTag(number, square) for number, square in squares]
        return [SeenTag(number, self._on_pattern(grey, number, square)) for number, square in squares]

    def _on_pattern(self, grey: np.ndarray, number: int, corners: Doubles) -> Doubles:
        """Corners of the whole pattern laid on its image: all its edges count, not only the outer four."""
        side = self._cells * _CELL
        pattern = cv2.aruco.generateImageMarker(self._dictionary, number, side)
        pattern = np.pad(pattern, _CELL // 2, constant_values=255)
        low, high = _CELL // 2 - 0.5, _CELL // 2 - 0.5 + side
        square = np.array([[low, low], [high, low], [high, high], [low, high]], np.float32)
        part, first = _around(grey, corners)
        # A larger image is reduced to the size of the pattern: between its pixels, edges would be missed.
        size = np.array(part.shape[::-1])
        share = np.minimum(1.0, side / np.sqrt(_area(corners)))
        part = cv2.resize(part, np.maximum(1, np.rint(size * share)).astype(int).tolist(), interpolation=cv2.INTER_AREA)
        scale = np.array(part.shape[::-1]) / size
        there = ((corners - first + 0.5) * scale - 0.5).astype(np.float32)
        # As blurred as the image is: an edge there takes about a pixel.
        blurred = cv2.GaussianBlur(pattern, (0, 0), max(0.5, 0.5 * side / np.sqrt(_area(there))))
        everywhere = np.full(part.shape, 255, np.uint8)
        try:
            likeness, to_part = cv2.findTransformECC(
                blurred,
                part,
                cv2.getPerspectiveTransform(square, there).astype(np.float32),
                cv2.MOTION_HOMOGRAPHY,
                _STEPS,
                everywhere,
                1,
            )
        except cv2.error:  # it does not converge
            return corners
        laid = cv2.perspectiveTransform(square[None], to_part)[0].astype(np.float64)
        moved = (laid + 0.5) / scale - 0.5 + first
        settled = likeness > _LEAST_CORRELATION and np.abs(laid - there).max() < _MOST_MOVED_PX
        return moved if settled else corners


class TagFinder:
    """Finds the poses of the tags of one family, all of one size.

    Args:
        family: one of ``FAMILIES``.
        size_m: side of the black square, metres.

    Raises:
        InvalidOption: if there is no such family, or the size is not above zero.
    """

    def __init__(self, family: str, size_m: float) -> None:
        tag_points(size_m)
        self._family, self._size_m = family, size_m
        self._detector = TagDetector(family)

    def find(
        self, rgb: np.ndarray, camera: Camera, before: Mapping[RigidSlot, RigidPose] | None = None
    ) -> dict[RigidSlot, RigidPose]:
        """The poses of the tags in (H, W, 3) uint8.

        Args:
            rgb: upright image of the camera's size.
            camera: that took the image. If the corners of the tags show that its lens bends more or less than the
                camera says, that is taken into account; see ``posecore.rigid.lens``.
            before: poses in the frame before of a video, to choose between two solutions, see ``choose_pose``.
        """
        return pose_tags(self._detector.find(rgb), self._family, self._size_m, camera, before)


def pose_tags(
    tags: Sequence[SeenTag],
    family: str,
    size_m: float,
    camera: Camera,
    before: Mapping[RigidSlot, RigidPose] | None = None,
) -> dict[RigidSlot, RigidPose]:
    """The poses of tags that were seen in one image.

    Args:
        tags: as ``TagDetector`` finds them.
        family: of the tags.
        size_m: side of the black square, metres.
        camera: as for ``TagFinder.find``.
        before: as there.

    Raises:
        InvalidOption: if the size is not above zero.
    """
    return dict(_poses(tags, family, tag_points(size_m), camera, before or {}))


def _poses(
    tags: Sequence[SeenTag], family: str, points: Doubles, camera: Camera, before: Mapping[RigidSlot, RigidPose]
) -> Iterator[tuple[RigidSlot, RigidPose]]:
    fitted = fit_lens(camera, [(points, tag.corners) for tag in tags])
    for tag in tags:
        slot = RigidSlot(family, tag.id)
        if poses := solve_poses(points, tag.corners, fitted):
            yield slot, choose_pose(poses, before.get(slot))


def _scale(grey: np.ndarray) -> int:
    return int(np.clip(_SIDE_PX // max(grey.shape), 1, _MOST_SCALE))


def _enlarged(grey: np.ndarray, scale: int) -> np.ndarray:
    if scale == 1:
        return grey
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), np.uint8)


def _around(grey: np.ndarray, corners: Doubles) -> tuple[np.ndarray, Doubles]:
    """The part of an image around a tag, and its first pixel (x, y)."""
    reach = 0.2 * float(np.ptp(corners, axis=0).max()) + 4
    low = np.maximum(corners.min(axis=0) - reach, 0).astype(int)
    high = np.maximum(corners.max(axis=0) + reach, 0).astype(int)
    return grey[low[1] : high[1], low[0] : high[0]], low.astype(np.float64)


def _area(corners: Doubles) -> float:
    return float(cv2.contourArea(corners.astype(np.float32)))
