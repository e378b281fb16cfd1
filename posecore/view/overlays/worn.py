"""Pieces that people wear on the head: solid shapes that turn with it, in the axes of ``head.Head``."""

import numpy as np
from numpy.typing import NDArray

from posecore.system import naming_missing_library
from posecore.view.overlays.head import EYES
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import INK, WHITE, YELLOW, Color

with naming_missing_library():
    import cv2

_Doubles = NDArray[np.float64]

_TURN = np.linspace(0, 2 * np.pi, 49)
_GOLD: Color = (240, 190, 40)
_DEEP_GOLD: Color = (176, 130, 20)
_RED: Color = (190, 30, 60)


def glasses(front: Sheet, _behind: Sheet, scene: Scene) -> None:
    """Dark glasses."""
    for head in scene.heads:
        if head.towards_camera((0, 0, 1)) < 0.1:  # seen from behind, or from the side
            continue
        middle = EYES + np.array([0, 0, 0.1])
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
    for head in scene.heads:
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
    for head in scene.heads:
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


def _ring(radius: float, height: float, turn: _Doubles = _TURN) -> _Doubles:
    """(N, 3) a circle around the head, a little longer than wide, its middle in front of the ears."""
    return np.column_stack([radius * np.sin(turn), np.full(len(turn), height), 0.12 + 1.12 * radius * np.cos(turn)])


def _rounded(turn: _Doubles) -> _Doubles:
    """The sine of a circle, flattened above and below as the rims of glasses are."""
    return np.sign(np.sin(turn)) * np.abs(np.sin(turn)) ** 0.7


def _hull(first: _Doubles, second: _Doubles) -> _Doubles:
    points = np.vstack([first, second]).astype(np.float32)
    return cv2.convexHull(points)[:, 0].astype(np.float64)
