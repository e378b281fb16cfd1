"""Interactive 3D figures of hands: side by side, or on the wrists of their bodies."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import plotly.graph_objects as go

from posecore.errors import InvalidHands
from posecore.hands import FrameHands, HandSlot
from posecore.poses import FloatArray, FramePoses
from posecore.skeletons import BLAZEPOSE_33, HAND_21
from posecore.view.hand_drawing import without_coarse_hands
from posecore.view.palette import FINGERS_ON_PAGE, HAND_BONE_PARTS, HAND_PARTS, RIM, SIDES, css
from posecore.view.plots import coded, floor_of, layout_of, plot_pose_3d, shortened, xyz
from posecore.view.spaces import Space, hand_space

_EDGES = np.array(HAND_21.edges)
_NAMES = [name.replace("_", " ") for name in HAND_21.landmarks]
_CM = 100
_APART_CM = 20.0  # a spread hand is about as wide
FINGERS_EXPLAINED = "  ".join(
    f'<span style="color: {css(FINGERS_ON_PAGE[part])}">\N{BLACK CIRCLE}</span> {part.removesuffix("_finger")}'
    for part in HAND_21.parts
)
_CAMERA = {"eye": {"x": 0.3, "y": -1.4, "z": 0.3}, "center": {"x": 0, "y": 0, "z": -0.1}}


def plot_hands_3d(hands: FrameHands, *, poses: FramePoses | None = None) -> go.Figure:
    """3D figure of the hands in one frame (for a frame of a sequence: ``sequence.frame(i)``), coloured by finger.

    All axes have the same scale, and the viewer's camera position is kept when the figure is redrawn.

    Args:
        hands: a hand with NaN is left out. Without hands the figure says so.
        poses: the bodies in the same frame. None: each hand in centimetres around its own centre, side by side in the
            order in which they are in the picture, which says nothing of the distance between them. If given: the
            bodies as ``plot_pose_3d`` shows them, in metres from the hips, with the hands on the wrists of their
            people, in place of the bodies' own three landmarks of a hand. The hand network does not know the body, so
            hands may be a little large or small for it. Hands of people without a body, or whose wrist is missing, are
            left out.

    Raises:
        InvalidHands: if the hands are not those of one frame.
        InvalidPoses: if the poses are not those of one frame.
    """
    if not isinstance(hands, FrameHands):
        raise InvalidHands(f"Expected the FrameHands of one frame, but got {type(hands).__name__}.")
    points = {
        slot: _up(world) for slot, world in zip(hands.slots, hands.world, strict=True) if np.isfinite(world).all()
    }
    if poses is None:
        return _side_by_side(points, hands)
    on_wrists = dict(_on_wrists(points, poses))
    drawn = hands.take([hands.slots.index(slot) for slot in on_wrists])
    figure = plot_pose_3d(without_coarse_hands(poses, drawn), color_by="side" if len(poses) == 1 else "person")
    # As fine as a hand beside a body is small.
    figure.add_traces([trace for slot, hand in on_wrists.items() for trace in _traces(slot, hand, "m", 3, dot=1.8)])
    return figure


def _side_by_side(points: dict[HandSlot, FloatArray], hands: FrameHands) -> go.Figure:
    across = dict(zip(hands.slots, hands.xy[..., 0].mean(axis=-1).tolist(), strict=True))
    order = sorted(points, key=lambda slot: across[slot])
    first = -(len(order) - 1) / 2 * _APART_CM
    placed = {
        slot: points[slot] * _CM + np.array([first + index * _APART_CM, 0, 0], np.float32)
        for index, slot in enumerate(order)
    }
    inside = np.concatenate([*placed.values(), np.empty((0, 3), np.float32)])
    # One hand has almost the room of two, so that the view is as far away.
    space = hand_space(inside, max(1.6, len(order)) * _APART_CM / 2)
    several = len({slot.person for slot in order}) > 1
    traces = [floor_of(space)]
    for slot, hand in placed.items():
        traces += _traces(slot, hand, space.unit, space.digits, dot=4.5)
        traces.append(_title(slot, hand, space, str(slot) if several else f"{slot.side} hand"))
    layout = layout_of(space, several=False, has_sides=False, has_bar=False)
    layout["title"]["subtitle"]["text"] = " ".join([space.note] * (len(order) > 1) + [FINGERS_EXPLAINED])
    layout["scene"]["camera"] = _CAMERA
    layout["uirevision"] = "hands"
    if not order:
        text = "No hand was found in this frame."
        note = {"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        layout["annotations"] = [note]
    return go.Figure({"data": traces, "layout": layout})


def _on_wrists(points: dict[HandSlot, FloatArray], poses: FramePoses) -> Iterator[tuple[HandSlot, FloatArray]]:
    ids = poses.person_ids.tolist()
    for slot, hand in points.items():
        if slot.person in ids:
            wrist = _up(poses.world[ids.index(slot.person), BLAZEPOSE_33.index(f"{slot.side}_wrist")])
            if np.isfinite(wrist).all():
                yield slot, hand - hand[0] + wrist


def _up(world: FloatArray) -> FloatArray:
    """(..., 3) right, depth, up, of metres with y down."""
    x, y, z = np.moveaxis(world, -1, 0)
    return np.stack((x, z, -y), axis=-1)


def _traces(slot: HandSlot, hand: FloatArray, unit: str, digits: int, *, dot: float) -> Iterator[dict[str, Any]]:
    """The bones and the joints of one hand; ``dot`` is the size of a joint in pixels."""
    size = float(np.linalg.norm(hand[9] - hand[0]))  # the length of the palm
    ends = shortened(hand[_EDGES], size / 20)
    with_gaps = np.concatenate((ends, np.full((len(ends), 1, 3), np.nan)), axis=1)
    name = f"{slot.person}_{slot.side}".replace("-", "m")  # an id may be negative; plotly takes no "-" in a uid
    yield {
        "type": "scatter3d",
        "mode": "lines",
        "name": str(slot),
        "uid": f"hand_bones_{name}",
        "showlegend": False,
        **xyz(with_gaps.reshape(-1, 3)),
        "line": {"width": 1.3 * dot, **coded([FINGERS_ON_PAGE[part] for part in HAND_BONE_PARTS for _ in range(3)])},
        "hoverinfo": "skip",
    }
    places = "".join(
        f"{axis} %{{{letter}:.{digits}f}} {unit}<br>"
        for axis, letter in zip(("right", "depth", "up"), "xyz", strict=True)
    )
    yield {
        "type": "scatter3d",
        "mode": "markers",
        "name": f"joints of the {slot}",
        "uid": f"hand_joints_{name}",
        "showlegend": False,
        **xyz(hand),
        "marker": {
            "size": dot,
            "line": {"color": css(RIM), "width": 1},
            "opacity": 0.99,  # below 1, plotly draws the dots after the lines and so on top of them
            **coded([FINGERS_ON_PAGE[part] for part in HAND_PARTS]),
        },
        "text": _NAMES,
        "hovertemplate": f"<b>%{{text}}</b>, {slot}<br>{places}<extra></extra>",
    }


def _title(slot: HandSlot, hand: FloatArray, space: Space, text: str) -> dict[str, Any]:
    """Which hand it is, above it."""
    x, y, _ = hand.mean(axis=0).tolist()
    return {
        "type": "scatter3d",
        "mode": "text",
        "uid": f"hand_title_{slot.person}_{slot.side}".replace("-", "m"),
        "showlegend": False,
        "x": [x],
        "y": [y],
        "z": [max(space.ranges[2])],
        "text": [text],
        "textfont": {"size": 14, "color": css(SIDES[slot.side])},
        "hoverinfo": "skip",
    }
