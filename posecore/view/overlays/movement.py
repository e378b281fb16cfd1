"""Pieces that show how somebody moves: the paths of the wrists, and the angles of the joints."""

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from posecore.motion.angles import ANGLES, angle_between
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.scene import Scene
from posecore.view.overlays.sheet import Sheet
from posecore.view.palette import INK, WHITE

TRAIL_S = 1.2
"""How far back the trails reach."""
_WRISTS = {side: BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right")}
_JOINTS = ("elbow", "shoulder", "hip", "knee")


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


def angle_arcs(sheet: Sheet, _behind: Sheet, scene: Scene) -> None:
    """An arc at each elbow, shoulder, hip and knee, with the angle of the joint in 3D, in degrees."""
    for person in scene.people:
        for joint in _JOINTS:
            for side in ("left", "right"):
                first, middle, last = (indices[0] for indices in _landmarks(f"{side}_{joint}"))
                if not person.has(first, middle, last):
                    continue
                degrees = float(
                    angle_between(person.world[first] - person.world[middle], person.world[last] - person.world[middle])
                )
                if np.isfinite(degrees):
                    _arc(
                        sheet,
                        person.points[[first, middle, last]],
                        max(0.13 * person.px_per_m, 8 * person.finest),
                        f"{degrees:.0f}°",
                    )


def _landmarks(angle: str) -> list[list[int]]:
    return [[BLAZEPOSE_33.index(name) for name in point] for point in ANGLES[angle].points]


def _arc(sheet: Sheet, points: NDArray[np.float64], radius: float, text: str) -> None:
    """An arc around the middle one of (3, 2) points, from the line to the first to that to the last."""
    lines = points[[0, 2]] - points[1]
    if not np.hypot(*lines.T).all():  # without a direction
        return
    start, end = np.arctan2(lines[:, 1], lines[:, 0])
    span = (end - start + np.pi) % (2 * np.pi) - np.pi  # the shorter way round
    turn = start + span * np.linspace(0, 1, 25)
    curve = points[1] + radius * np.column_stack([np.cos(turn), np.sin(turn)])
    sheet.polygon(np.vstack([points[1], curve]), INK, 0.45)
    sheet.curve(curve, 0.16 * radius, INK)
    sheet.curve(curve, 0.09 * radius, WHITE)
    size = round(max(11, 0.5 * radius))
    away = points[1] + (radius + size) * np.array([np.cos(start + span / 2), np.sin(start + span / 2)])
    sheet.text(text, (float(away[0]), float(away[1])), size, WHITE, INK)
