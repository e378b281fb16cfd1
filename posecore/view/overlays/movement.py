"""Pieces that show how somebody moves: the paths of the wrists, and the angles of the joints."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecore.motion.angles import ANGLES, BY_JOINT, AngleDefinition, angle_of_points
from posecore.motion.usual_error import errors_of_angle
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.labels import Box, FreeSpace
from posecore.view.overlays.person import Person
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet, text_width
from posecore.view.palette import INK, WHITE, Color

_Doubles = NDArray[np.float64]

TRAIL_S = 1.2
"""How far back the trails reach."""
_WRISTS = {side: BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right")}
USUAL_ANGLES = tuple(name for joint in ("elbow", "shoulder", "hip", "knee") for name in BY_JOINT[joint].values())
"""Drawn unless others are chosen."""

# Places of an angle's number: radii from the joint (negative: on the side without the arc), share of the span, and
# halves of the number's own length.
_PLACES = ((1.15, 0.5, 1), (-0.4, 0.5, 1), (1.15, 0.2, 1), (1.15, 0.8, 1), (1.15, 0.5, 3), (-0.4, 0.5, 3))
# The error behind a number: its size, as a share of the number's, and how far below the middle of letters they stand.
_SMALLER, _BASELINE = 0.72, 0.36
_DIM = (203, 208, 214)
# Behind a number of less than so many pixels nobody could read it.
_LEAST_WITH_ERROR = 13


def trails(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """The ways of both wrists in the last moments, thinner the older they are."""
    for person in scene.people:
        for side, wrist in _WRISTS.items():
            widest = 0.07 * person.px_per_m
            known = [(age, points[wrist]) for age, points in scene.past.get(person.number, ())]
            steps = [
                (before, now, age)
                for (_, before), (age, now) in pairwise(known)
                if np.isfinite(before).all() and np.isfinite(now).all()
            ]
            if not steps:
                continue
            starts, ends = (np.array([step[place] for step in steps]) for place in (0, 1))
            widths = np.array([max(1.0, widest * (1 - step[2] / TRAIL_S)) for step in steps])
            sheet.lines(starts, ends, widths + 0.25 * widest, [INK] * len(steps))
            sheet.lines(starts, ends, widths, [scene.color(person, side)] * len(steps))


@dataclass(frozen=True)
class _Sector:
    """An angle as it is drawn: radians from the right, clockwise; pixels."""

    tip: _Doubles  # (2,)
    start: float
    span: float  # the shorter way round; negative: anticlockwise
    radius: float
    text: str
    error: str
    color: Color


def angle_arcs(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """Sectors of the angles of the scene at their joints, each with the angle in 3D and its usual error, in degrees.

    The player of videos draws them alike: pages/ui/js/player/angles_on_film.js.
    """
    sectors = [sector for person in scene.people for sector in _sectors(person, scene)]
    for sector in sectors:
        turn = sector.start + sector.span * np.linspace(0, 1, 25)
        curve = sector.tip + sector.radius * np.column_stack([np.cos(turn), np.sin(turn)])
        sheet.polygon(np.vstack([sector.tip, curve]), INK, 0.45)
        sheet.curve(curve, 0.2 * sector.radius, INK)
        sheet.curve(curve, 0.11 * sector.radius, sector.color)
    height, width = sheet.rgba.shape[:2]
    free = FreeSpace(width, height, [], [])
    for sector in sectors:
        free.taken.append(_write_number(sheet, sector, free))


def _write_number(sheet: Sheet, sector: _Sector, free: FreeSpace) -> Box:
    """Write the number, and its error smaller and dimmer behind it; return where they are."""
    size = round(max(11, 0.5 * sector.radius))
    small = round(_SMALLER * size)
    width = text_width(sector.text, size)
    error = sector.error if size >= _LEAST_WITH_ERROR else ""
    behind = text_width(error, small) if error else 0
    box = _place_of_number(sector, (width + behind, 1.1 * size), free)
    middle = (box.top + box.bottom) / 2
    sheet.text(sector.text, (box.left + width / 2, middle), size, WHITE, INK)
    if error:
        on_line = middle + _BASELINE * (size - small)
        sheet.text(error, (box.right - behind / 2, on_line), small, _DIM, INK)
    return box


def _sectors(person: Person, scene: Scene) -> Iterator[_Sector]:
    for sides in BY_JOINT.values():
        for side, name in sides.items():
            seen = sides[scene.own_side(side)]  # as the person is seen in a mirror
            if name in scene.angles and person.has(*ANGLES[seen].landmarks):
                kind = scene.error_kinds.get(person.number)
                error_deg = None if kind is None else errors_of_angle(name)[kind]
                yield from _sector(person, ANGLES[seen], error_deg, scene.color(person, scene.own_side(side)))


def _sector(person: Person, definition: AngleDefinition, error_deg: int | None, color: Color) -> Iterator[_Sector]:
    """The sector of one angle; none if one of its lines has no length."""
    landmarks = [[BLAZEPOSE_33.index(name) for name in point] for point in definition.points]
    degrees = float(angle_of_points(definition, [person.world[each].mean(axis=0) for each in landmarks]))
    tip, *sides = _sides(definition, [person.points[each].mean(axis=0) for each in landmarks])
    if np.isfinite(degrees) and np.hypot(*np.transpose(sides)).all():
        start, end = (float(np.arctan2(side[1], side[0])) for side in sides)
        span = (end - start + np.pi) % (2 * np.pi) - np.pi
        radius = float(np.clip(0.13 * person.px_per_m, 8 * person.finest, 45 * person.finest))
        error = "" if error_deg is None else f"±{error_deg}"
        yield _Sector(tip, start, span, radius, f"{degrees:.0f}°", error, color)


def _sides(definition: AngleDefinition, places: list[_Doubles]) -> list[_Doubles]:
    """The tip of an angle in the picture, and the directions of its two sides; (2,) each."""
    if definition.kind == "joint":
        start, joint, end = places
        return [joint, start - joint, end - joint]
    if definition.kind == "lean":
        start, end = places
        return [start, np.array([0.0, -1.0]), end - start]
    left, right = sorted(places, key=lambda place: float(place[0]))
    return [(left + right) / 2, np.array([1.0, 0.0]), right - left]


def _place_of_number(sector: _Sector, size: tuple[float, float], free: FreeSpace) -> Box:
    """Beyond the arc, or where no other number is near the joint; if there is no such place, beyond the arc."""
    half = np.array(size) / 2
    most = np.maximum(np.array([free.width, free.height]) - half - 2, half + 2)
    places = []
    for radii, turn, halves in _PLACES:
        direction = sector.start + sector.span * turn
        along = np.array([np.cos(direction), np.sin(direction)])
        away = np.sign(radii) * (abs(radii) * sector.radius + halves * float(np.abs(along) @ half))
        at = np.clip(sector.tip + away * along, half + 2, most)
        places.append(Box(*(at - half).tolist(), *(at + half).tolist()))
    return next((place for place in places if free.has(place)), places[0])
