"""Interactive figures of rigid bodies: in 3D with the camera, and over time."""

from collections.abc import Iterator, Mapping
from html import escape
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go

from posecore.errors import InvalidOption, check_choice
from posecore.rigid.camera import Camera
from posecore.rigid.kinds import KINDS
from posecore.rigid.pose import Doubles, FrameRigid, RigidPose, RigidSequence, RigidSlot
from posecore.rigid.tags import FAMILIES, tag_points
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.chart_layout import axis, axis_with_grid, chart_layout, legend_below
from posecore.view.palette import GREY, PURPLE, css
from posecore.view.plots import floor_of, layout_of, xyz
from posecore.view.rigid_drawing import AXES, OTHER_AXIS_M
from posecore.view.spaces import Space

_EDGES = np.array(BLAZEPOSE_33.edges)
_FRUSTUM_M = 0.25  # depth at which the camera's view is outlined, or a third of the way to the nearest body
_STEPS_M = (0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0)
_MOST_LINES = 12
# Behind the camera, above it and to its right, so that bodies are seen as the camera sees them.
_EYE = {"eye": {"x": 0.6, "y": -1.25, "z": 0.55}, "center": {"x": 0, "y": 0, "z": -0.15}}
# With more bodies, letters at all axes would cover them; pointing at an axis tells it, too.
_MOST_WITH_LETTERS = 4
_MOST_POINTS = 3_000

Measure = Literal["turn", "place"]
_LINES: Mapping[Measure, tuple[str, str, tuple[str, ...]]] = {
    "turn": ("Turn", "degrees", ("yaw", "pitch", "roll")),
    "place": ("Place", "metres", ("x", "y", "z")),
}


def plot_rigid_3d(
    found: FrameRigid,
    camera: Camera,
    *,
    axis_m: Mapping[str, float] | None = None,
    tag_sizes_m: Mapping[str, float] | None = None,
    outlines_m: Mapping[RigidSlot, Doubles] | None = None,
    people_m: Mapping[int, Doubles] | None = None,
) -> go.Figure:
    """3D figure of rigid bodies in front of the camera, in metres; all axes have the same scale.

    Each body has its axes, with their letters, and its name; the camera is at the origin, with the outline of what it
    sees. The figure's vertical axis points up, so y points down in it. The viewer's camera position is kept when the
    figure is redrawn.

    Args:
        found: the bodies. Without any the figure says so.
        camera: that took the image.
        axis_m: length of the axes by kind, metres, as for ``posecore.draw_rigid``.
        tag_sizes_m: side of the tags by family, metres: their outlines are drawn.
        outlines_m: of other bodies, (N, 3) metres in the body's frame, as one line; NaN: a gap in it.
        people_m: (33, 3) landmarks of people by id, metres in the camera's frame, from
            ``posecore.rigid.people.placed_people``; NaN: not known.
    """
    lengths = {name: kind.axis_m for name, kind in KINDS.items()} | dict(axis_m or {})
    sizes, outlines = tag_sizes_m or {}, outlines_m or {}
    people = {person: _up(points) for person, points in (people_m or {}).items()}
    nearest = min((pose.translation_m[2] for pose in found.poses.values()), default=3 * _FRUSTUM_M)
    frustum = _frustum(camera, min(_FRUSTUM_M, max(0.02, nearest / 3)))
    inside = [frustum, *people.values()]
    traces: list[dict[str, Any]] = [_lines(frustum, "camera", "camera", css(GREY), 3)]
    for person, points in people.items():
        bones = np.concatenate((points[_EDGES], np.full((len(_EDGES), 1, 3), np.nan)), axis=1).reshape(-1, 3)
        traces.append(_lines(bones, f"person_{person}", f"person {person}", css(GREY), 3))
    for index, (slot, pose) in enumerate(found.poses.items()):
        length = lengths.get(slot.kind, OTHER_AXIS_M)
        outline = tag_points(sizes[slot.kind])[[0, 1, 2, 3, 0]] if slot.kind in sizes else outlines.get(slot)
        if outline is not None:
            drawn = _up(pose.to_camera(outline))
            inside.append(drawn)
            traces.append(_lines(drawn, f"outline_{index}", str(slot), css(PURPLE), 4))
        ends = _up(pose.to_camera(np.vstack([np.zeros(3), np.eye(3) * length])))
        inside.append(ends)
        traces += _axes(index, _in_words(slot), ends, letters=len(found) <= _MOST_WITH_LETTERS)
        traces.append(_origin(index, slot, pose, ends[0]))
    space = _space(np.concatenate(inside))
    layout = layout_of(space, several=False, has_sides=False, has_bar=False)
    layout["title"]["subtitle"]["text"] = _axes_explained() if len(found) else ""
    layout["scene"]["camera"] = _EYE
    layout["uirevision"] = "rigid"
    if not len(found):
        note = {"text": "Nothing was found.", "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}
        layout["annotations"] = [note]
    return go.Figure({"data": [floor_of(space), *traces], "layout": layout})


def plot_rigid_over_time(sequence: RigidSequence, slot: RigidSlot, measure: Measure) -> go.Figure:
    """How one body of a video is turned, or where it is, over time. Frames in which it is not seen are gaps.

    Times at which its pose is uncertain are shaded. A long video is shown with at most 3,000 points.

    Args:
        sequence: of the video.
        slot: which body.
        measure: "turn": yaw, pitch and roll in degrees; "place": x, y and z in metres.

    Raises:
        InvalidOption: if there is no such body, or the measure is neither.
    """
    check_choice("measure", measure, tuple(_LINES))
    if slot not in sequence.slots:
        raise InvalidOption(f"Expected one of {', '.join(map(str, sequence.slots))}, but got {slot}.")
    place = sequence.slots.index(slot)
    title, unit, names = _LINES[measure]
    values = sequence.euler_deg[:, place] if measure == "turn" else sequence.translation_m[:, place]
    step = max(1, -(-len(sequence) // _MOST_POINTS))
    times_s, values = sequence.times_s[::step], values[::step]
    digits = 1 if measure == "turn" else 3
    curves = [
        {
            "type": "scatter",
            "mode": "lines",
            "name": name,
            "x": np.round(times_s, 3),
            "y": np.round(_broken(line) if measure == "turn" else line, digits),
            "line": {"color": css(color), "width": 2, "dash": dash},
            "connectgaps": False,
            "hovertemplate": f"%{{x:.2f}} s<br>{name} %{{y:.{digits}f}} {unit}<extra></extra>",
        }
        for name, line, color, dash in zip(names, values.T, _order(measure), ("solid", "dash", "dot"), strict=True)
    ]
    layout = chart_layout(
        f"{title} of {_in_words(slot)}",
        across=axis("Time (s)"),
        up=axis_with_grid(unit),
        showlegend=True,
        legend=legend_below(),
        shapes=list(_shades(sequence.uncertain[:, place], sequence.times_s)),
    )
    return go.Figure({"data": curves, "layout": layout})


def _order(measure: Measure) -> tuple[tuple[int, int, int], ...]:
    """Colours of the lines: yaw is a turn about y, pitch about x, roll about z."""
    return tuple(AXES[letter] for letter in ("yxz" if measure == "turn" else "xyz"))


def _broken(angles: Doubles) -> Doubles:
    """Angles with a gap where they pass from 180 to -180 degrees, which is no turn."""
    broken = np.array(angles)
    broken[1:][np.abs(np.diff(angles)) > 180] = np.nan
    return broken


def _shades(uncertain: np.ndarray, times_s: Doubles) -> Iterator[dict[str, Any]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[False], uncertain, [False]]).astype(int)))
    step_s = float(np.median(np.diff(times_s))) if len(times_s) > 1 else 0.04
    for start, end in edges.reshape(-1, 2)[:150].tolist():
        yield {
            "type": "rect",
            "yref": "paper",
            "x0": float(times_s[start]) - step_s / 2,
            "x1": float(times_s[end - 1]) + step_s / 2,
            "y0": 0,
            "y1": 1,
            "line": {"width": 0},
            "fillcolor": css(GREY),
            "opacity": 0.2,
            "layer": "below",
        }


def _up(points_m: Doubles) -> Doubles:
    """(..., 3) right, ahead, up, of metres in the camera's frame."""
    x, y, z = np.moveaxis(np.asarray(points_m), -1, 0)
    return np.stack((x, z, -y), axis=-1)


def _frustum(camera: Camera, depth_m: float) -> Doubles:
    """(N, 3) the camera's pyramid of view up to a depth, as one line with gaps, and a mark at its upper edge."""
    width, height = camera.size
    corners_px = np.array([[0, 0], [width, 0], [width, height], [0, height]]) - 0.5
    corners = np.column_stack([camera.directions(corners_px), np.ones(4)]) * depth_m
    above = (corners[0] + corners[1]) / 2 * [1, 1.25, 1]
    gap, eye = np.full(3, np.nan), np.zeros(3)
    sides = [point for corner in corners for point in (eye, corner, gap)]
    return _up(np.array([*sides, *corners, corners[0], gap, corners[0], above, corners[1]]))


def _lines(points: Doubles, uid: str, name: str, color: str, width: float) -> dict[str, Any]:
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": name,
        "uid": uid,
        "showlegend": False,
        **xyz(points),
        "line": {"color": color, "width": width},
        "hoverinfo": "skip",
    }


def _axes(index: int, name: str, ends: Doubles, *, letters: bool) -> Iterator[dict[str, Any]]:
    for number, (letter, color) in enumerate(AXES.items(), start=1):
        yield {
            **_lines(ends[[0, number]], f"axis_{letter}_{index}", letter, css(color), 6),
            "mode": "lines+text",
            "text": ["", letter if letters else ""],
            "textfont": {"color": css(color), "size": 12},
            "hoverinfo": "text",
            "hovertext": f"{letter} of {name}",
        }


def _origin(index: int, slot: RigidSlot, pose: RigidPose, origin: Doubles) -> dict[str, Any]:
    x, y, z = pose.translation_m
    yaw, pitch, roll = pose.euler_deg
    doubt = "<br>uncertain" if pose.uncertain else ""
    return {
        "type": "scatter3d",
        "mode": "markers+text",
        "name": str(slot),
        "uid": f"origin_{index}",
        "showlegend": False,
        **xyz(origin[None]),
        "marker": {"size": 2.5, "color": css(GREY), "opacity": 0.99},
        "text": [_in_words(slot)],
        "textposition": "bottom center",
        "textfont": {"size": 11},
        "hovertemplate": f"<b>{_in_words(slot)}</b><br>x {x:.3f}, y {y:.3f}, z {z:.3f} m<br>yaw {yaw:.1f}, "
        f"pitch {pitch:.1f}, roll {roll:.1f} degrees{doubt}<extra></extra>",
    }


def _in_words(slot: RigidSlot) -> str:
    if slot.kind in KINDS:
        return f"{slot.kind.replace('_', ' ')} {slot.id}"
    # Plotly takes a text for HTML, and the name of a thing may be any.
    return f"tag {slot.id}" if slot.kind in FAMILIES else escape(str(slot))


def _space(points: Doubles) -> Space:
    """Axes around the points (N, 3), and the camera, that end at whole steps."""
    low, high = np.nanmin(points, axis=0), np.nanmax(points, axis=0)
    longest = float((high - low).max())
    step = next((step for step in _STEPS_M if longest / step <= _MOST_LINES), longest / _MOST_LINES)
    (left, near, bottom), (right, far, top) = np.floor(low / step) * step, np.ceil(high / step) * step
    ranges = tuple((float(a), float(b if b > a else a + step)) for a, b in ((left, right), (near, far), (bottom, top)))
    return Space(
        title="In metres, from the camera",
        note="",
        unit="m",
        digits=3,
        names=("right (x)", "ahead (z)", "up (\N{MINUS SIGN}y)"),
        ranges=(ranges[0], ranges[1], ranges[2]),
        floor_step=step,
    )


def _axes_explained() -> str:
    return "  ".join(
        f'<span style="color: {css(color)}">\N{BLACK CIRCLE}</span> {letter}' for letter, color in AXES.items()
    )
