"""Pieces that show the whole body in another way: neon, a stick figure, a pictogram."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.person import Person
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import BONE_SIDES, WHITE, Color

_Doubles = NDArray[np.float64]

_EDGES = np.array(BLAZEPOSE_33.edges)
_BODY = [bone for bone, ends in enumerate(_EDGES) if not set(ends) <= set(BLAZEPOSE_33.parts["face"])]
_LIMBS = (
    ("shoulder", "elbow", "wrist"),
    ("hip", "knee", "ankle"),
)


def neon(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """Bones that glow: the person's left and right in their colours, or each person in one."""
    for glowing in (True, False):
        for person in scene.people:
            bones = [bone for bone in _BODY if person.has(*_EDGES[bone])]
            starts, ends = person.points[_EDGES[bones, 0]], person.points[_EDGES[bones, 1]]
            colors = [_bright(scene.color(person, BONE_SIDES[bone])) for bone in bones]
            if glowing:
                sheet.lines(starts, ends, np.full(len(bones), 1.4 * person.stroke), colors)
                _ring(sheet, person, 1.4 * person.stroke, _bright(scene.color(person, "middle")))
            else:
                sheet.lines(starts, ends, np.full(len(bones), 0.4 * person.stroke), [WHITE] * len(bones))
                _ring(sheet, person, 0.4 * person.stroke, WHITE)
        if glowing and scene.people:
            sheet.glow(max(1.5, 0.7 * scene.people[-1].stroke), 1.9)


def stick_figure(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """A figure of lines with a round head."""
    for person in scene.people:
        color = scene.plain_color(person)
        starts, ends = _lines(person)
        sheet.lines(starts, ends, np.full(len(starts), person.stroke), [color] * len(starts))
        _ring(sheet, person, person.stroke, color)


def pictogram(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """A solid figure as on a sign: a disc for the head, a trunk, and round limbs."""
    for person in scene.people:
        draw_solid(sheet, person, scene.plain_color(person))


def draw_solid(sheet: Sheet, person: Person, color: Color) -> None:
    """Draw a person as a solid figure."""
    m = person.px_per_m
    starts, ends = _lines(person)
    sheet.lines(starts, ends, np.full(len(starts), max(3.0, 0.12 * m)), [color] * len(starts))
    if person.torso is not None:
        sheet.lines(person.torso, np.roll(person.torso, 1, axis=0), np.full(4, max(3.0, 0.13 * m)), [color] * 4)
        sheet.polygon(person.torso, color)
    if person.head is not None:
        middle, up, radius = person.head
        sheet.discs((middle + 0.1 * radius * up)[None], np.array([1.02 * radius]), [color])


def _lines(person: Person) -> tuple[_Doubles, _Doubles]:
    """The (N, 2) starts and ends of arms and legs as far as they are seen, shoulders and hips, spine and neck."""
    lines: list[tuple[_Doubles, _Doubles]] = []
    for side in ("left", "right"):
        for limb in _LIMBS:
            points = [person.point(f"{side}_{joint}") for joint in limb]
            for start, end in pairwise(points):
                if start is not None and end is not None:
                    lines.append((start, end))
    if person.torso is not None:
        left, right, right_hip, left_hip = person.torso
        neck, pelvis = (left + right) / 2, (left_hip + right_hip) / 2
        lines += [(left, right), (left_hip, right_hip), (neck, pelvis)]
        if person.head is not None:
            middle, up, radius = person.head
            lines.append((neck, middle - radius * up))
    starts, ends = np.array(lines).reshape(-1, 2, 2).swapaxes(0, 1)
    return starts, ends


def _ring(sheet: Sheet, person: Person, width: float, color: Color) -> None:
    """The outline of the head."""
    if person.head is not None:
        middle, _, radius = person.head
        turn = np.linspace(0, 2 * np.pi, 33)
        sheet.curve(middle + radius * np.column_stack([np.cos(turn), np.sin(turn)]), width, color)


def _bright(color: Color) -> Color:
    """The colour at its strongest, as light is."""
    top = max(color)
    return (round(color[0] * 255 / top), round(color[1] * 255 / top), round(color[2] * 255 / top))
