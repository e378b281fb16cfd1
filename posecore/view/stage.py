"""The empty 3D figure of a whole video; the player fills in the people of each frame."""

from collections.abc import Iterator, Sequence
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from posecore.errors import check_choice
from posecore.hands import HandSequence, HandSlot
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21
from posecore.view.hand_plots import FINGERS_EXPLAINED
from posecore.view.palette import (
    BONE_SIDES,
    FINGERS_ON_PAGE,
    HAND_BONE_PARTS,
    HAND_PARTS,
    RIM,
    SIDES_ON_PAGE,
    css,
    person_color,
)
from posecore.view.plots import DOT, THIN_BONES, floor_of, layout_of
from posecore.view.spaces import Space, close_up_space, picture_space, world_space

_SURE = 0.5
# This many points are enough to choose the axes.
_MOST_POINTS = 200_000


def plot_stage(
    sequence: PoseSequence,
    *,
    coordinates: Literal["world", "picture"],
    hands: HandSequence | None = None,
    hand_slots: Sequence[HandSlot] = (),
) -> go.Figure:
    """Figure with axes that contain the whole video, and for each person traces without points yet (NaN).

    The traces of person 3 have the uids ``thick_bones_3``, ``thin_bones_3``, ``joints_3`` (33 points in landmark
    order) and ``path_3``. Bones are lines with gaps: two ends and a gap for each of ``bones()``. Those of a hand are
    ``hand_bones_3_left`` and ``hand_joints_3_left``, with the edges and the 21 points of ``HAND_21``.

    Args:
        sequence: its people get traces, its landmarks determine the axes.
        hands: in the same frames; they get traces, too. If there is nobody, the axes of the picture are only around
            them.
        hand_slots: of hands that get traces, if they are not known yet.
        coordinates: as for ``posecore.plot_pose_3d``: metres around the hips, or pixels with depth on their scale.

    Raises:
        InvalidOption: if ``coordinates`` is neither.
    """
    check_choice("coordinates", coordinates, ("world", "picture"))
    has_bodies = len(sequence.person_ids) > 0
    if hands is None or has_bodies or coordinates == "world":
        space = _space(sequence, coordinates)
    else:
        space = close_up_space(hands.size, _points_of(hands))
    several = len(sequence.person_ids) > 1
    traces = [floor_of(space)]
    for person in sequence.person_ids.tolist():
        traces += _traces(person, sequence.names.get(person, f"person {person}"), several)
    for slot in hand_slots if hands is None else hands.slots:
        traces += _traces_of_hand(slot, dot=2.0 if has_bodies else 4.5)
    layout = layout_of(space, several=several, has_sides=has_bodies and not several, has_bar=has_bodies)
    if hands is not None and not has_bodies:
        layout["title"]["subtitle"]["text"] = FINGERS_EXPLAINED
    return go.Figure({"data": traces, "layout": layout})


def bones() -> list[dict[str, Any]]:
    """For each bone the landmarks it joins, whether it is thin, and its side of the body."""
    return [
        {"from": start, "to": end, "thin": bool(thin), "side": side}
        for (start, end), thin, side in zip(BLAZEPOSE_33.edges, THIN_BONES, BONE_SIDES, strict=True)
    ]


def _space(sequence: PoseSequence, coordinates: str) -> Space:
    step = max(1, sequence.visibility.size // _MOST_POINTS)
    x, y, z = np.moveaxis(sequence.world[::step], -1, 0)
    points = np.stack((x, z, -y), axis=-1)
    if coordinates == "picture":
        points = np.stack((sequence.xy[::step, ..., 0], sequence.z[::step], sequence.xy[::step, ..., 1]), axis=-1)
    inside = points[np.isfinite(points).all(axis=-1) & (sequence.visibility[::step] >= _SURE)]
    return world_space(inside) if coordinates == "world" else picture_space(sequence.size, inside)


def _points_of(hands: HandSequence) -> FloatArray:
    """(N, 3) right, depth, down, of all hands that are seen."""
    step = max(1, hands.z.size // _MOST_POINTS)
    points = np.concatenate((hands.xy[::step], hands.z[::step, ..., None]), axis=-1)[..., [0, 2, 1]]
    return points[np.isfinite(points).all(axis=-1)]


def _traces(person: int, name: str, several: bool) -> Iterator[dict[str, Any]]:
    shared = {"type": "scatter3d", "legendgroup": f"person_{person}"}
    for kind, thin, width in (("thick_bones", False, 7), ("thin_bones", True, 2.5)):
        sides = [bone["side"] for bone in bones() if bone["thin"] == thin]
        color = css(person_color(person)) if several else [css(SIDES_ON_PAGE[side]) for side in sides for _ in range(3)]
        yield shared | {
            "uid": f"{kind}_{person}",
            **_missing_points(3 * len(sides)),
            "mode": "lines",
            "name": name,
            "showlegend": several and kind == "thick_bones",
            "line": {"width": width, "color": color},
            "hoverinfo": "skip",
        }
    yield shared | {
        "uid": f"joints_{person}",
        **_missing_points(len(BLAZEPOSE_33)),
        "mode": "markers",
        "name": f"joints of {name}",
        "showlegend": False,
        "marker": {
            "size": DOT.tolist(),  # readable by scripts, which NumPy's encoding in JSON is not
            "line": {"color": css(RIM), "width": 1},
            "opacity": 0.99,  # below 1, plotly draws the dots after the lines and so on top of them
            "color": np.zeros(len(BLAZEPOSE_33)),
            "coloraxis": "coloraxis",
        },
        "text": [landmark.replace("_", " ") for landmark in BLAZEPOSE_33.landmarks],
        "hovertemplate": "<b>%{text}</b><extra></extra>",
    }
    yield shared | {
        "uid": f"path_{person}",
        **_missing_points(1),
        "mode": "lines",
        "name": f"path of {name}",
        "showlegend": False,
        "line": {"width": 4, "color": css(person_color(person))},
        "hoverinfo": "skip",
    }


def _traces_of_hand(slot: HandSlot, *, dot: float) -> Iterator[dict[str, Any]]:
    """The bones and the joints of one hand; ``dot`` is the size of a joint in pixels."""
    name = f"{slot.person}_{slot.side}".replace("-", "m")  # an id may be negative; plotly takes no "-" in a uid
    yield {
        "type": "scatter3d",
        "uid": f"hand_bones_{name}",
        **_missing_points(3 * len(HAND_21.edges)),
        "mode": "lines",
        "name": str(slot),
        "showlegend": False,
        "line": {
            "width": 1.25 * dot,
            "color": [css(FINGERS_ON_PAGE[part]) for part in HAND_BONE_PARTS for _ in range(3)],
        },
        "hoverinfo": "skip",
    }
    yield {
        "type": "scatter3d",
        "uid": f"hand_joints_{name}",
        **_missing_points(len(HAND_21)),
        "mode": "markers",
        "name": f"joints of the {slot}",
        "showlegend": False,
        "marker": {
            "size": [dot] * len(HAND_21),
            "opacity": 0.99,
            "color": [css(FINGERS_ON_PAGE[part]) for part in HAND_PARTS],
        },
        "text": [f"{landmark.replace('_', ' ')}, {slot}" for landmark in HAND_21.landmarks],
        "hovertemplate": "<b>%{text}</b><extra></extra>",
    }


def _missing_points(count: int) -> dict[str, Any]:
    """NaN points, because plotly drops a trace that has none at all."""
    return {axis: np.full(count, np.nan) for axis in "xyz"}
