"""A picture of the visitor's own, held to a part of the body or laid on a printed marker."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, check_choice
from posecore.rigid.tags import FAMILIES
from posecore.system import naming_missing_library
from posecore.view.overlays.markers import Marker
from posecore.view.overlays.names import USUAL_FAMILY
from posecore.view.overlays.person import Person
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet, multiplied

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

_LONGEST_PX = 1024  # a larger picture would be made smaller in each frame
MARKER = "marker"
"""The anchor of a picture that lies on a printed tag."""
_NEAREST = 0.2  # of the marker's distance: what is nearer to the camera is not drawn, it would be endlessly large
_HAND_M, _FOOT_M = 0.19, 0.25  # lengths of an adult's hand and foot (Winter: 0.108 and 0.152 of the body's height)


@dataclass(frozen=True, eq=False)
class OwnPicture:
    """A picture and its place on the body.

    Attributes:
        rgba: (h, w, 4) uint8, as ``posecore.media.pictures.decode_transparent`` gives it.
        anchor: the part of the body, one of ``ANCHORS``; or ``MARKER``: each printed tag of the family that is seen,
            whose length is the side of its black square. The picture lies in its plane.
        size: its height as a share of the part's length.
        angle_deg: turned clockwise against the part, degrees.
        offset: shifted to the right and up, as the part is turned, in shares of the part's length.
        family: of the tags, one of ``posecore.rigid.tags.FAMILIES``.

    Raises:
        InvalidOption: if one of them is something else.
    """

    rgba: NDArray[np.uint8]
    anchor: str = "head"
    size: float = 1.0
    angle_deg: float = 0.0
    offset: tuple[float, float] = (0.0, 0.0)
    family: str = USUAL_FAMILY

    def __post_init__(self) -> None:
        check_choice("anchor", self.anchor, (*ANCHORS, MARKER))
        check_choice("family", self.family, tuple(FAMILIES))
        shape, dtype = np.shape(self.rgba), getattr(self.rgba, "dtype", None)
        if len(shape) != 3 or shape[2] != 4 or 0 in shape or dtype != np.uint8:
            raise InvalidOption(f"Expected 'rgba' to have shape (h, w, 4) and type uint8, but got {shape} and {dtype}.")
        if not (0 < self.size <= 20 and np.isfinite([self.angle_deg, *self.offset]).all()):
            raise InvalidOption(
                f"Expected a size above 0 and up to 20, an angle and an offset, but got {self.size}, {self.angle_deg} "
                f"and {self.offset}."
            )
        scale = _LONGEST_PX / max(shape[:2])
        if scale < 1:
            smaller = (max(1, round(shape[1] * scale)), max(1, round(shape[0] * scale)))
            object.__setattr__(self, "rgba", cv2.resize(self.rgba, smaller, interpolation=cv2.INTER_AREA))

    @cached_property
    def _multiplied(self) -> np.ndarray:
        return multiplied(self.rgba)

    def draw(self, front: Sheet, _behind: Sheet, scene: Scene) -> None:
        """Draw it on each person whose part is seen, or on each marker."""
        if self.anchor == MARKER:
            for marker in scene.markers:
                self._lay_on(front, marker)
            return
        rgba = self._multiplied
        height, width = rgba.shape[:2]
        turn = np.radians(self.angle_deg)
        side, _, part_of_side = self.anchor.partition("_")
        anchor = ANCHORS["_".join(filter(None, (scene.own_side(side), part_of_side)))]
        for person in scene.people:
            part = anchor(person)
            if part is None or part.length_px * self.size < 2:
                continue
            right = np.array([-part.up[1], part.up[0]])
            middle = part.middle + part.length_px * (self.offset[0] * right + self.offset[1] * part.up)
            scale = part.length_px * self.size / height
            across = scale * (np.cos(turn) * right - np.sin(turn) * part.up)
            down = scale * (-np.sin(turn) * right - np.cos(turn) * part.up)
            begin = middle - across * (width - 1) / 2 - down * (height - 1) / 2
            front.picture(rgba, np.vstack([np.column_stack([across, down, begin]), [0, 0, 1]]))

    def _lay_on(self, front: Sheet, marker: Marker) -> None:
        height, width = self.rgba.shape[:2]
        turn, scale = np.radians(self.angle_deg), self.size / height
        across, down = scale * np.array([np.cos(turn), np.sin(turn)]), scale * np.array([-np.sin(turn), np.cos(turn)])
        begin = self.offset * np.array([1, -1]) - across * (width - 1) / 2 - down * (height - 1) / 2
        to_sheet = marker.to_picture @ np.vstack([np.column_stack([across, down, begin]), [0, 0, 1]])
        corners = np.array([[-1, -1, 1], [width, -1, 1], [width, height, 1], [-1, height, 1]])
        if (corners @ to_sheet[2]).min() < _NEAREST:
            return
        shown = self._multiplied
        if marker.strength < 1:
            shown = cv2.convertScaleAbs(shown, alpha=marker.strength)
        front.picture(shown, to_sheet)


@dataclass(frozen=True)
class BodyPart:
    """Where a part of the body is: its (2,) middle in pixels, the (2,) unit vector along it, and its length."""

    middle: _Doubles
    up: _Doubles
    length_px: float


def _head(person: Person) -> BodyPart | None:
    if person.head is None:
        return None
    middle, up, radius = person.head
    return BodyPart(middle, up, 2 * radius)


def _torso(person: Person) -> BodyPart | None:
    if person.torso is None:
        return None
    left, right, right_hip, left_hip = person.torso
    along = (left + right - left_hip - right_hip) / 2
    length = float(np.hypot(*along))
    return BodyPart(person.torso.mean(axis=0), along / length, length) if length > 0 else None


def _end_of_limb(joint: str, tips: tuple[str, ...], length_m: float) -> Callable[[Person], BodyPart | None]:
    def find(person: Person) -> BodyPart | None:
        begin, ends = person.point(joint), [person.point(tip) for tip in tips]
        seen = [end for end in ends if end is not None]
        if begin is None or len(seen) < len(tips):
            return None
        along = np.mean(seen, axis=0) - begin
        length = float(np.hypot(*along))
        return BodyPart(begin + along / 2, along / length, length_m * person.px_per_m) if length > 0 else None

    return find


ANCHORS: Mapping[str, Callable[[Person], BodyPart | None]] = MappingProxyType(
    {
        "head": _head,
        "torso": _torso,
        "left_hand": _end_of_limb("left_wrist", ("left_index", "left_pinky"), _HAND_M),
        "right_hand": _end_of_limb("right_wrist", ("right_index", "right_pinky"), _HAND_M),
        "left_foot": _end_of_limb("left_heel", ("left_foot_index",), _FOOT_M),
        "right_foot": _end_of_limb("right_heel", ("right_foot_index",), _FOOT_M),
    }
)
"""The parts of the body that a picture can be held to, by name; each is None for a person of whom it is not seen."""
