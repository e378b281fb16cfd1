"""A person of a frame, as pieces are drawn on."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33

_Doubles = NDArray[np.float64]

_SHOULDERS = (BLAZEPOSE_33.index("left_shoulder"), BLAZEPOSE_33.index("right_shoulder"))
_HIPS = (BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip"))
_EARS = (BLAZEPOSE_33.index("left_ear"), BLAZEPOSE_33.index("right_ear"))
_FACE = list(BLAZEPOSE_33.parts["face"])
_SEEN_FROM = 0.5  # visibility from which a landmark counts as seen, as in draw_poses


@dataclass(frozen=True)
class Person:
    """One person of a frame.

    Attributes:
        number: id of the person.
        points: (33, 2) float64, OpenCV's pixels; what is not ``seen`` has no meaning.
        world: (33, 3) float64, metres, as in ``FramePoses``.
        seen: (33,) whether each landmark is there and visible enough.
        finest: pixels of the finest line that is seen when the whole picture fills a screen.
        px_per_m: pixels of a metre at the person's distance; 0 if it is unknown.
        depths: (33,) metres away from the camera, as of ``world``, but steadied as the points are: what covers what.
    """

    number: int
    points: _Doubles
    world: _Doubles
    seen: NDArray[np.bool_]
    finest: float
    px_per_m: float
    depths: _Doubles

    def has(self, *landmarks: int) -> bool:
        """Whether all of these are seen."""
        return bool(self.seen[list(landmarks)].all())

    def point(self, name: str) -> _Doubles | None:
        """(2,) pixels of a landmark; None if it is not seen."""
        index = BLAZEPOSE_33.index(name)
        return self.points[index] if self.seen[index] else None

    def depth(self, name: str) -> float:
        """Metres of a landmark away from the camera, from the middle of the hips; NaN if it is unknown."""
        return float(self.depths[BLAZEPOSE_33.index(name)])

    @cached_property
    def stroke(self) -> float:
        """Width of a line that suits the person's size, within what suits the picture's, in pixels."""
        return float(np.clip(0.045 * self.px_per_m, self.finest, 9 * self.finest))

    @cached_property
    def head(self) -> tuple[_Doubles, _Doubles, float] | None:
        """Middle of the head, (2,) pixels; the unit vector to its crown, (2,); and its radius in pixels.

        None if less than three landmarks of the face are seen, as from behind.
        """
        face = [index for index in _FACE if self.seen[index]]
        radius = 0.115 * self.px_per_m  # half of a head's height, about 0.23 m (Winter: 0.13 of the body's)
        if len(face) < 3 or radius <= 0:
            return None
        ears = [index for index in _EARS if self.seen[index]]
        middle = self.points[ears or face].mean(axis=0)
        return middle + 0.25 * radius * self.upwards, self.upwards, radius

    @cached_property
    def upwards(self) -> _Doubles:
        """(2,) unit vector in the picture along the head, from the mouth to the eyes; straight up if unknown."""
        eyes = [index for index in (2, 5) if self.seen[index]]
        mouth = [index for index in (9, 10) if self.seen[index]]
        if not eyes or not mouth:
            return np.array([0.0, -1.0])
        along = self.points[eyes].mean(axis=0) - self.points[mouth].mean(axis=0)
        length = float(np.hypot(*along))
        return along / length if length > 0 else np.array([0.0, -1.0])

    @cached_property
    def torso(self) -> _Doubles | None:
        """(4, 2) pixels: left shoulder, right shoulder, right hip, left hip; None if one of them is not seen."""
        corners = [*_SHOULDERS, *reversed(_HIPS)]
        return self.points[corners] if self.has(*corners) else None

    @property
    def faces_camera(self) -> bool:
        """Whether the chest is seen, not the back: the left shoulder is then at the right in the picture."""
        return bool(self.points[_SHOULDERS[0], 0] > self.points[_SHOULDERS[1], 0])


def people_of(poses: FramePoses) -> list[Person]:
    """The people of a frame, the farthest first."""
    # Far outside the picture the exact place does not matter, and OpenCV's integers would overflow.
    reach = 4 * max(poses.size)
    finest = max(1.0, 0.0014 * float(np.hypot(*poses.size)))  # as bones in posecore.view.drawing
    people = []
    for index, number in enumerate(poses.person_ids.tolist()):
        points = poses.xy[index].astype(np.float64).clip(-reach, reach) - 0.5
        there = np.isfinite(points).all(axis=1) & np.isfinite(poses.world[index]).all(axis=1)
        seen = there & (poses.visibility[index] >= _SEEN_FROM)
        world = poses.world[index].astype(np.float64)
        people.append(Person(number, points, world, seen, finest, _px_per_m(points, world, seen), world[:, 2]))
    return sorted(people, key=lambda person: person.px_per_m)


def _px_per_m(points: _Doubles, world: _Doubles, seen: NDArray[np.bool_]) -> float:
    """By the spread of the landmarks in the picture and in metres."""
    known = seen if seen.sum() >= 4 else np.isfinite(points).all(axis=1)
    if known.sum() < 2:
        return 0.0
    in_metres = world[known, :2].var(axis=0).sum()
    return float(np.sqrt(points[known].var(axis=0).sum() / in_metres)) if in_metres > 0 else 0.0
