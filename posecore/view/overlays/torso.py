"""Pieces on the trunk: wings on the back, a picture on the chest."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from posecore.system import naming_missing_library
from posecore.view.overlays.person import Person
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import GREY, INK, ORANGE, SKY_BLUE, WHITE

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

# Feathers of one wing, by rows from the lowest: how far from the trunk each begins and the angle from straight out, in
# degrees, of its tip; then length and width. The unit is the length of the trunk.
_ROWS = (
    (9, (0.10, 0.62), (-72, 62), (0.62, 1.18), 0.17, (214, 220, 232)),
    (8, (0.10, 0.60), (-60, 66), (0.40, 0.78), 0.15, (230, 234, 242)),
    (7, (0.08, 0.58), (-48, 70), (0.24, 0.44), 0.13, WHITE),
)
_WINGS_PX = 200


def wings(front: Sheet, behind: Sheet, scene: Scene) -> None:
    """Feathered wings on the back: behind the person who is seen from the front."""
    for person in scene.people:
        frame = _trunk_frame(person)
        if frame is not None:
            origin, out, up = frame
            # From the picture of the wings, in which a trunk is _WINGS_PX long and they begin in the middle.
            right, down = out / _WINGS_PX, -up / _WINGS_PX
            corner = origin - (right + down) * _wings().shape[0] / 2
            to_sheet = np.vstack([np.column_stack([right, down, corner]), [0, 0, 1]])
            (behind if person.faces_camera else front).picture(_wings(), to_sheet)


def shirt_mark(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """The mark of this project on the chest of those who face the camera."""
    for person in scene.people:
        if person.torso is not None and person.faces_camera:
            lay_on_chest(front, person.torso, project_mark())


def lay_on_chest(sheet: Sheet, torso: _Doubles, rgba: np.ndarray) -> None:
    """Warp a picture onto the middle of the chest.

    Args:
        sheet: to lay it on.
        torso: (4, 2) pixels: left shoulder, right shoulder, right hip, left hip.
        rgba: (h, w, 4) uint8, colours multiplied by alpha.
    """
    height, width = rgba.shape[:2]
    # The trunk as a square from its right shoulder, which is at the left in the picture, to its left hip.
    trunk = cv2.getPerspectiveTransform(
        np.array([[1, 0], [0, 0], [0, 1], [1, 1]], np.float32), torso.astype(np.float32)
    )
    wide = 0.62
    high = wide * height / width * _width(torso) / max(_length(torso), 1e-6)
    left, top = 0.5 - wide / 2, 0.36 - high / 2
    place = np.array([[wide / width, 0, left], [0, high / height, top], [0, 0, 1]])
    sheet.picture(rgba, trunk @ place)


@cache
def project_mark() -> np.ndarray:
    """(h, w, 4): a figure with raised arms in a disc."""
    side = 256
    sheet = Sheet((side, side))
    middle = side / 2
    sheet.discs(np.full((2, 2), middle), np.array([122.0, 112.0]), [WHITE, INK])
    joints = np.array([[128, 84], [128, 150], [96, 204], [160, 204], [84, 66], [172, 66], [128, 104]], np.float64)
    for start, end, color in ((0, 1, WHITE), (1, 2, SKY_BLUE), (1, 3, ORANGE), (6, 4, SKY_BLUE), (6, 5, ORANGE)):
        sheet.lines(joints[[start]], joints[[end]], np.array([15.0]), [color])
    sheet.discs(np.array([[128.0, 62.0]]), np.array([18.0]), [WHITE])
    return sheet.rgba


def _trunk_frame(person: Person) -> tuple[_Doubles, _Doubles, _Doubles] | None:
    """Between the shoulder blades, (2,) pixels; the way out to the person's left and up, of a trunk's length each."""
    if person.torso is None:
        return None
    left, right, right_hip, left_hip = person.torso
    neck, pelvis = (left + right) / 2, (left_hip + right_hip) / 2
    up = neck - pelvis
    out = np.array([-up[1], up[0]])  # to the left of the person who faces the camera
    # Seen from the side, wings are narrow, as shoulders are: those of adults are 0.7 trunks apart. Narrower than a
    # third, feathers would be mere lines.
    turned = float((left - right) @ out / max(0.7 * (out @ out), 1e-6))
    return neck - 0.18 * up, np.copysign(np.clip(abs(turned), 0.33, 1), turned) * out, up


@cache
def _wings() -> np.ndarray:
    """(h, w, 4): both wings. They are drawn once, as a person's wings would be, and then only warped."""
    side = round(2.9 * _WINGS_PX)
    sheet = Sheet((side, side))
    for way in (1, -1):
        for row in _ROWS:
            _draw_feathers(sheet, np.full(2, side / 2), way, *row)
    return sheet.rgba


def _draw_feathers(
    sheet: Sheet,
    origin: _Doubles,
    side: int,
    count: int,
    begins: tuple[float, float],
    angles: tuple[float, float],
    lengths: tuple[float, float],
    width: float,
    color: tuple[int, int, int],
) -> None:
    along = 1 - np.linspace(1, 0, 25) ** 2  # closer together at the tip
    leaf = along**0.6 * (1 - along) ** 0.45  # wide near its tip
    for share in np.linspace(0, 1, count):
        begin = np.array([side * np.interp(share, (0, 1), begins), 0.30 * share])
        angle = np.radians(np.interp(share, (0, 1), angles))
        way = np.array([side * np.cos(angle), np.sin(angle)])
        across = np.array([-way[1], way[0]])
        middle = begin + np.outer(along * np.interp(share, (0, 1), lengths), way)
        shape = np.vstack([middle + np.outer(leaf * width, across), (middle - np.outer(leaf * width, across))[::-1]])
        corners = origin + _WINGS_PX * shape * [1, -1]
        sheet.curve(corners, 0.016 * _WINGS_PX, GREY)  # half of it is covered
        sheet.polygon(corners, color)


def _width(torso: _Doubles) -> float:
    return float((np.hypot(*(torso[0] - torso[1])) + np.hypot(*(torso[2] - torso[3]))) / 2)


def _length(torso: _Doubles) -> float:
    return float((np.hypot(*(torso[0] - torso[3])) + np.hypot(*(torso[1] - torso[2]))) / 2)
