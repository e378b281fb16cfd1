"""Printed tags that a picture is laid on: found in the frames of a clip or camera, kept still, and fading when lost."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from posecore.rigid.tags import SeenTag, TagDetector
from posecore.system import naming_missing_library
from posecore.view.overlays.steadying import follow

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

_SQUARE = np.array([[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]], np.float32)
_COMES_IN_S, _FADES_IN_S = 0.1, 0.3
# To look through a whole frame takes longer than all else: that is done in every sixth one, or in every twelfth as long
# as all known tags are seen, and it is made this small. Known tags are looked for near by in each frame.
_LOOKS_ALL_OVER, _LOOKS_FOR_MORE = 6, 12
_WHOLE_PX, _PART_PX = 640, 240
_REACH = 0.75  # how far a tag goes from one frame to the next at most, in its own sizes
_NOISE_PX, _NOISE = 0.5, 0.006  # of corners, pixels and shares of the tag's side


@dataclass(frozen=True, eq=False)
class Marker:
    """A tag in a frame.

    Attributes:
        corners: (4, 2) pixels as OpenCV counts them, clockwise from the top left corner of the tag as it is printed.
        strength: 0..1, how much of the picture on it is seen: less than 1 while it comes or fades.
    """

    corners: _Doubles
    strength: float

    @property
    def to_picture(self) -> _Doubles:
        """(3, 3) homography from the tag's plane, its middle at 0 and its side 1, x to its right and y down.

        The last coordinate is the distance from the camera in shares of that of the middle.
        """
        return np.asarray(cv2.getPerspectiveTransform(_SQUARE, self.corners.astype(np.float32)), np.float64)

    def mirrored(self, width: int) -> "Marker":
        """The marker in the mirror, with a picture that can be read there."""
        corners = self.corners * [-1, 1] + [width - 1, 0]
        return replace(self, corners=corners[[1, 0, 3, 2]])


class Markers:
    """Finds the tags of one family in the frames of a clip or camera, in their order.

    In the first frame, which may be the only one, all are shown, also small ones. Later a tag is shown once it was seen
    twice, as single sightings may be mistakes. A tag that is not seen stays where it was while it fades.

    Args:
        family: one of ``posecore.rigid.tags.FAMILIES``.

    Raises:
        InvalidOption: if there is no such family.
    """

    def __init__(self, family: str) -> None:
        self.family = family
        self._first, self._next = TagDetector(family), TagDetector(family, quick=True)
        self._known: dict[int, Marker] = {}
        self._time_s: float | None = None
        self._frames = 0

    def find(self, rgb: np.ndarray, time_s: float) -> list[Marker]:
        """The markers in the next frame, (H, W, 3) uint8, at a time in seconds later than that before."""
        if self._time_s is None:
            tags = self._first.find(rgb)
            self._known = {tag.id: Marker(tag.corners, 1.0) for tag in tags}
        else:
            tags = self._look(rgb)
            self._take(tags, max(0.0, time_s - self._time_s))
        self._time_s = time_s
        return [marker for marker in self._known.values() if marker.strength > 0]

    def _look(self, rgb: np.ndarray) -> list[SeenTag]:
        self._frames += 1
        seen: dict[int, SeenTag] = {}
        for number, marker in self._known.items():
            near = self._look_near(rgb, marker.corners)
            seen |= {tag.id: tag for tag in near if tag.id == number}
        lost = len(seen) < len(self._known)
        if lost or self._frames % (_LOOKS_FOR_MORE if self._known else _LOOKS_ALL_OVER) == 0:
            seen = {tag.id: tag for tag in self._look_in(rgb, np.zeros(2), _WHOLE_PX)} | seen
        return list(seen.values())

    def _look_near(self, rgb: np.ndarray, corners: _Doubles) -> list[SeenTag]:
        reach = _REACH * float(np.ptp(corners, axis=0).max()) + 8
        low = np.maximum(corners.min(axis=0) - reach, 0).astype(int)
        high = np.maximum(corners.max(axis=0) + reach, 0).astype(int)
        part = rgb[low[1] : high[1], low[0] : high[0]]
        return self._look_in(part, low.astype(np.float64), _PART_PX) if part.size else []

    def _look_in(self, rgb: np.ndarray, first: _Doubles, longest_px: int) -> list[SeenTag]:
        """The tags in a part of a frame whose first pixel is this one, made smaller if it is larger."""
        size = np.array(rgb.shape[1::-1])
        if size.max() > longest_px:
            smaller = np.maximum(1, np.rint(size * longest_px / size.max())).astype(int)
            rgb = cv2.resize(rgb, smaller.tolist(), interpolation=cv2.INTER_AREA)
        scale = size / rgb.shape[1::-1]
        return [SeenTag(tag.id, (tag.corners + 0.5) * scale - 0.5 + first) for tag in self._next.find(rgb)]

    def _take(self, tags: list[SeenTag], passed_s: float) -> None:
        seen = {tag.id: tag.corners for tag in tags}
        known = {}
        for number, marker in self._known.items():
            if number in seen:
                strength = min(1.0, marker.strength + passed_s / _COMES_IN_S)
                side = float(np.hypot(*np.diff(seen[number], axis=0).T).mean())
                corners = follow(marker.corners, seen[number], _NOISE_PX + _NOISE * side)
                known[number] = Marker(corners, strength)
            elif marker.strength > passed_s / _FADES_IN_S:
                known[number] = replace(marker, strength=marker.strength - passed_s / _FADES_IN_S)
        for number in seen.keys() - self._known.keys():
            known[number] = Marker(seen[number], 0.0)
        self._known = known
