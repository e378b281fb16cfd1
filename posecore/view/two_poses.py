"""Figure of two poses drawn on each other, coloured by likeness."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from posecore.motion.angles import Point
from posecore.motion.comparing.likeness import PoseLikeness
from posecore.motion.comparing.limbs import LIMBS, Doubles, Figure, Turn, turned_onto
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.palette import GREY, Color, css, likeness_color
from posecore.view.plots import floor_of, layout_of
from posecore.view.spaces import world_space

# Not compared, but without them a body is hard to read.
_ENDS = [
    ((f"{side}_{start}",), (f"{side}_{end}",))
    for side in ("left", "right")
    for start, end in (("wrist", "index"), ("ankle", "heel"), ("heel", "foot_index"), ("ankle", "foot_index"))
]
_TITLES = [name.replace("_", " ") for name in LIMBS]


def plot_two_poses(
    pose: FramePoses, reference: FramePoses, likeness: PoseLikeness, *, turn: Turn = "vertical"
) -> go.Figure:
    """3D figure of a pose with its limbs coloured by likeness, and of the reference in grey behind it.

    The reference is mirrored, turned and scaled as it was compared, so that both can be seen on each other.

    Args:
        pose: of one person.
        reference: of one person.
        likeness: of both, from ``posecore.compare_poses``.
        turn: with which they were compared.
    """
    own = Figure(pose.world.astype(np.float64), pose.visibility.astype(np.float64))
    other = Figure(reference.world.astype(np.float64), reference.visibility.astype(np.float64))
    other = other.mirrored if likeness.mirrored else other
    points, other_points = _up(own.world[0]), _up(_laid_on(own, other, turn))
    inside = np.concatenate([each[_compared()] for each in (points, other_points)])
    space = world_space(inside[np.isfinite(inside).all(axis=1)].astype(np.float32))
    traces = [floor_of(space)]
    ends = [_line(other_points, *line) for line in (*LIMBS.values(), *_ENDS)]
    traces.append(_bones("reference", ends, GREY, width=4, legend=True))
    traces.append(_bones("not compared", [_line(points, *line) for line in _ENDS], GREY, width=2, legend=False))
    for (name, line), title in zip(LIMBS.items(), _TITLES, strict=True):
        score = likeness.scores[name]
        said = "not judged" if np.isnan(score) else f"{score:.0f}, {likeness.degrees[name]:.0f}° apart"
        traces.append(
            _bones(f"{title}: {said}", [_line(points, *line)], likeness_color(score), width=9, legend=False, hover=True)
        )
    layout = layout_of(space, several=False, has_sides=False, has_bar=False)
    del layout["title"]
    layout["margin"]["t"] = 0
    return go.Figure({"data": traces, "layout": layout})


def _laid_on(own: Figure, other: Figure, turn: Turn) -> Doubles:
    """(33, 3) the other's landmarks, turned onto the own limbs as they were compared, and of the same size."""
    limbs, other_limbs = own.directions(0.5), other.directions(0.5)
    known = np.isfinite(limbs[0, :, 0]) & np.isfinite(other_limbs[0, :, 0])
    if known.sum() < 2:
        return other.world[0]
    turned, _ = turned_onto(limbs, other_limbs, turn)
    rotation, _ = Rotation.align_vectors(turned[0, known], other_limbs[0, known])
    lengths = [
        sum(
            float(np.linalg.norm(np.subtract(*_line(each.world[0], *line))))
            for line, is_known in zip(LIMBS.values(), known, strict=True)
            if is_known
        )
        for each in (own, other)
    ]
    return np.asarray(rotation.apply(other.world[0]) * lengths[0] / lengths[1])


def _compared() -> list[int]:
    """Indices of the landmarks that are compared."""
    return [BLAZEPOSE_33.index(name) for line in LIMBS.values() for point in line for name in point]


def _up(world: Doubles) -> Doubles:
    """Right, depth, up, of metres with y down."""
    x, y, z = world.T
    return np.stack((x, z, -y), axis=-1)


def _line(points: Doubles, start: Point, end: Point) -> tuple[Doubles, Doubles]:
    """Both ends of a line between points that may be the middle of two landmarks."""
    first, last = (points[[BLAZEPOSE_33.index(name) for name in point]].mean(axis=0) for point in (start, end))
    return first, last


def _bones(
    name: str,
    lines: Sequence[tuple[Doubles, Doubles]],
    color: Color,
    *,
    width: float,
    legend: bool,
    hover: bool = False,
) -> dict[str, Any]:
    gap = np.full(3, np.nan)
    x, y, z = np.array([place for start, end in lines for place in (start, end, gap)]).T
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": name,
        "x": _listed(x, 4),
        "y": _listed(y, 4),
        "z": _listed(z, 4),
        "line": {"color": css(color), "width": width},
        "showlegend": legend,
        **({"hovertemplate": f"{name}<extra></extra>"} if hover else {"hoverinfo": "skip"}),
    }


def _listed(values: NDArray[np.float64], digits: int = 1) -> list[float | None]:
    """Rounded, with None for NaN."""
    return [None if np.isnan(value) else round(float(value), digits) for value in values]
