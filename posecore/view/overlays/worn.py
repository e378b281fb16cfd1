"""Pieces that people wear on the head: solid shapes that turn with it.

The head's own axes: x to the person's left, y up, z out of the face; the origin is the middle between the ears, and
the unit is the distance between the ears. A point of a piece is drawn by the rotation of the head and the scale at
which the face appears (weak perspective: a head is shallow compared with its distance).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library
from posecore.view.overlays.scene import Person, Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import INK, WHITE, YELLOW, Color

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

_FACE = list(BLAZEPOSE_33.parts["face"])
_LEFT_EAR, _RIGHT_EAR = BLAZEPOSE_33.index("left_ear"), BLAZEPOSE_33.index("right_ear")
_EYES, _FRONT = [2, 5], [2, 5, 9, 10]  # middles of the eyes; with the corners of the mouth
_TURN = np.linspace(0, 2 * np.pi, 49)
_GOLD: Color = (240, 190, 40)
_DEEP_GOLD: Color = (176, 130, 20)
_RED: Color = (190, 30, 60)


@dataclass(frozen=True)
class Head:
    """Where a head is in the picture.

    Attributes:
        rotation: (3, 3), head to camera; the camera's x is to the right, y down, z away from it.
        origin: (2,) pixels, the middle between the ears.
        unit: pixels of the distance between the ears, seen from straight ahead.
        eyes: (3,) the middle between the eyes, in the head's axes.
    """

    rotation: _Doubles
    origin: _Doubles
    unit: float
    eyes: _Doubles

    def on_picture(self, points: _Doubles) -> _Doubles:
        """(N, 2) pixels of (N, 3) points in the head's axes."""
        turned: _Doubles = points @ self.rotation.T
        return self.origin + self.unit * turned[:, :2]

    def towards_camera(self, direction: tuple[float, float, float]) -> float:
        """-1..1: 1 if a direction of the head points straight at the camera."""
        return float(-(self.rotation @ np.array(direction))[2])


def head_of(person: Person) -> Head | None:
    """Where the head is; None if less than half of the face's landmarks are seen, or they have no extent."""
    if person.seen[_FACE].sum() < len(_FACE) / 2 or not np.isfinite(person.points[_FACE]).all():
        return None
    world = person.world
    across = world[_LEFT_EAR] - world[_RIGHT_EAR]
    width = float(np.linalg.norm(across))
    middle = (world[_LEFT_EAR] + world[_RIGHT_EAR]) / 2
    ahead = world[_FRONT].mean(axis=0) - middle
    if width == 0:
        return None
    x = across / width
    z = ahead - (ahead @ x) * x
    depth = float(np.linalg.norm(z))
    if depth == 0:
        return None
    z /= depth
    y = np.cross(z, x)
    # Weak perspective: the scale and shift that carry the face in metres onto the face in the picture.
    flat, seen = world[_FACE][:, :2], person.points[_FACE]
    scale = np.sqrt(seen.var(axis=0).sum() / flat.var(axis=0).sum())
    # The eyes are where the picture has them; the ears, which are often hidden, follow from them.
    eyes = world[_EYES].mean(axis=0)
    origin = person.points[_EYES].mean(axis=0) + scale * (middle - eyes)[:2]
    rotation = np.column_stack([x, y, z])
    return Head(rotation, origin, float(scale * width), rotation.T @ (eyes - middle) / width)


def glasses(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """Dark glasses."""
    for head in _heads(scene):
        if head.towards_camera((0, 0, 1)) < 0.1:  # seen from behind, or from the side
            continue
        middle = head.eyes + np.array([0, 0, 0.1])
        wide, high = 0.205, 0.155
        for side in (1, -1):
            if head.towards_camera((side, 0, 0)) > -0.2:  # the other arm is behind the head
                arm = np.array([[0.46 * side, 0.04, 0], [0.5 * side, 0.04, -middle[2]]])
                front.curve(head.on_picture(middle + arm), max(1.5, 0.055 * head.unit), INK)
        for side in (1, -1):
            rim = np.column_stack([0.25 * side + wide * np.cos(_TURN), high * _rounded(_TURN), 0 * _TURN])
            lens = head.on_picture(middle + rim)
            front.polygon(lens, INK, 0.78)
            front.curve(lens, max(1.5, 0.045 * head.unit), INK)
            glint = np.array([[-0.1, 0.08, 0], [-0.02, 0.1, 0]]) + np.array([0.25 * side, 0, 0])
            front.curve(head.on_picture(middle + glint), max(1.0, 0.03 * head.unit), WHITE)
        bridge = np.array([[-0.04, 0.05, 0], [0, 0.07, 0.02], [0.04, 0.05, 0]])
        front.curve(head.on_picture(middle + bridge), max(1.5, 0.05 * head.unit), INK)


def hat(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """A top hat with a ribbon."""
    for head in _heads(scene):
        brim, base, ribbon, top = (
            head.on_picture(_ring(radius, height))
            for radius, height in ((0.86, 0.5), (0.56, 0.5), (0.56, 0.68), (0.6, 1.3))
        )
        thick = max(1.0, 0.03 * head.unit)
        front.polygon(brim, INK)
        front.curve(brim, thick, (70, 74, 84))
        front.polygon(_hull(base, top), INK)
        front.polygon(_hull(base, ribbon), _RED)
        if head.towards_camera((0, 1, 0)) > 0:  # from above
            front.polygon(top, (44, 48, 58))
            front.curve(top, thick, (70, 74, 84))


def crown(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """A golden crown with jewels."""
    points = 8
    for head in _heads(scene):
        turn = np.linspace(0, 2 * np.pi, 2 * points + 1)
        heights = np.where(np.arange(2 * points + 1) % 2 == 0, 0.98, 0.74)
        base, tips = _ring(0.5, 0.52, turn), _ring(0.56, 0.0, turn)
        tips[:, 1] = heights
        facing = -(tips * [1, 0, 1] @ head.rotation.T)[:, 2]
        thick = max(1.0, 0.03 * head.unit)
        for back in (True, False):
            for place in range(2 * points):
                if (facing[place] + facing[place + 1] < 0) != back:
                    continue
                corners = head.on_picture(np.array([base[place], base[place + 1], tips[place + 1], tips[place]]))
                front.polygon(corners, _DEEP_GOLD if back else _GOLD)
                front.curve(corners[1:], thick, _DEEP_GOLD)
            for place in range(0, 2 * points, 2):
                if (facing[place] < 0) == back:
                    tip = head.on_picture(tips[place][None])
                    front.discs(tip, np.array([0.05 * head.unit]), [_DEEP_GOLD if back else YELLOW])
                    if not back:
                        jewel = (0.7 * base[place] + 0.3 * tips[place])[None]
                        front.discs(head.on_picture(jewel), np.array([0.055 * head.unit]), [_RED])


def _heads(scene: Scene) -> list[Head]:
    heads = [head_of(person) for person in scene.people]
    return [head for head in heads if head is not None and head.unit > 0]


def _ring(radius: float, height: float, turn: _Doubles = _TURN) -> _Doubles:
    """(N, 3) a circle around the head, a little longer than wide, its middle in front of the ears."""
    return np.column_stack([radius * np.sin(turn), np.full(len(turn), height), 0.12 + 1.12 * radius * np.cos(turn)])


def _rounded(turn: _Doubles) -> _Doubles:
    """The sine of a circle, flattened above and below as the rims of glasses are."""
    return np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.7


def _hull(first: _Doubles, second: _Doubles) -> _Doubles:
    points = np.vstack([first, second]).astype(np.float32)
    return cv2.convexHull(points)[:, 0].astype(np.float64)
