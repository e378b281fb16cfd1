"""Interactive 3D figures of the people in one frame.

plotly's third axis points up. The view starts in front of the person, where the camera was, so that the person's
right is on the left, as in the picture.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from posecore.errors import check_choice
from posecore.motion.measuring import check_visibility
from posecore.poses import FloatArray, FramePoses, check_frame
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.body_size import body_height, size_of
from posecore.view.palette import BONE_SIDES, PALE, RIM, SIDES_ON_PAGE, Color, css, faded, person_color
from posecore.view.spaces import Space, floor_lines, picture_points, picture_space, world_points, world_space

_EDGES = np.array(BLAZEPOSE_33.edges)
_NAMES = [name.replace("_", " ") for name in BLAZEPOSE_33.landmarks]

DOT = np.full(len(BLAZEPOSE_33), 11.0)
"""Size of each landmark's dot in pixels: smaller where landmarks are dense."""
for _part, _size in (("face", 5.0), ("hands", 6.0), ("feet", 8.0)):
    DOT[list(BLAZEPOSE_33.parts[_part])] = _size
THIN_BONES = (DOT[_EDGES] < 8).any(axis=1)
"""Whether each bone is drawn with a thin line."""

_SIDES_EXPLAINED = "  ".join(
    f'<span style="color: {css(SIDES_ON_PAGE[side])}">\N{BLACK CIRCLE}</span> {side}' for side in ("left", "right")
)
_SURE = 0.5  # visibility below which a landmark and its bones are faded

# In front of the person, a little to the side and above.
_CAMERA = {"eye": {"x": 0.28, "y": -1.65, "z": 0.28}, "center": {"x": 0, "y": 0, "z": -0.17}}


@dataclass(frozen=True)
class _Person:
    """One person's landmarks in the axes of the figure."""

    id: int
    name: str
    points: FloatArray  # (K, 3)
    visibility: FloatArray  # (K,)
    shown: NDArray[np.bool_]  # (K,)
    height: float  # as a part of the longest axis; NaN if it is not known

    @property
    def sure(self) -> NDArray[np.bool_]:
        return self.visibility >= _SURE

    @property
    def size(self) -> float:
        """Of dots and lines, as a factor."""
        return size_of(self.height)

    @property
    def meta(self) -> dict[str, float | None]:
        """What a script needs to draw dots and lines to the person's size in its own view."""
        return {"height": self.height if np.isfinite(self.height) else None, "size": self.size}


def plot_pose_3d(
    poses: FramePoses,
    *,
    coordinates: Literal["world", "picture"] = "world",
    color_by: Literal["confidence", "side", "person"] = "confidence",
    min_visibility: float = 0.0,
) -> go.Figure:
    """3D figure of the people in one frame (for a frame of a sequence: ``sequence.frame(i)``).

    All axes have the same scale, and their ranges are the same for every frame: 1 m from the hips to the sides, up and
    down and 0.75 m in depth, or the picture. They grow, in steps, only if a visible landmark would be outside. The
    viewer's camera position is kept when the figure is redrawn. Dots and bones are as large as the people are, so that
    those of a group do not cover each other.

    Args:
        poses: NaN landmarks are left out. Without people the figure says so.
        coordinates: ``"world"``: metres with every person's hips at the origin, so several people overlap;
            ``"picture"``: pixels of the picture, with relative depth on the scale of x, so they are side by side.
        color_by: colour of the joints: the model's ``"confidence"`` (visibility), the person's own ``"side"``, or
            the ``"person"``. Bones are coloured by person if there are several people or ``color_by`` is
            ``"person"``, otherwise by side.
        min_visibility: 0..1; landmarks below it and their bones are left out. Landmarks shown with a visibility
            below 0.5 are faded.

    Raises:
        InvalidPoses: if the poses are not those of one frame.
        InvalidOption: if an option is none of the above.
    """
    check_frame(poses)
    check_choice("coordinates", coordinates, ("world", "picture"))
    check_choice("color_by", color_by, ("confidence", "side", "person"))
    check_visibility(min_visibility)
    points = world_points(poses) if coordinates == "world" else picture_points(poses)
    shown = np.isfinite(points).all(axis=-1) & (poses.visibility >= min_visibility)
    inside = points[shown & (poses.visibility >= _SURE)]
    space = world_space(inside) if coordinates == "world" else picture_space(poses.size, inside)
    ids = poses.person_ids.tolist()
    names = [poses.names.get(person, f"person {person}") for person in ids]
    heights = [body_height(each) / space.longest for each in points]
    people = [_Person(*part) for part in zip(ids, names, points, poses.visibility, shown, heights, strict=True)]
    several = len(people) > 1
    traces = [floor_of(space)]
    for person in people:
        traces += _bones(person, space, by_person=several or color_by == "person")
        traces.append(_joints(person, space, color_by, several))
    layout = layout_of(
        space,
        several=several,
        has_sides=color_by == "side" or (color_by == "confidence" and len(people) == 1),
        has_bar=color_by == "confidence" and any(person.shown.any() for person in people),
    )
    layout["annotations"] = _empty_note(people)
    return go.Figure({"data": traces, "layout": layout})


# The uid of a trace may only have letters, digits and underscores: plotly uses it as a CSS selector.


def _bones(person: _Person, space: Space, *, by_person: bool) -> Iterator[dict[str, Any]]:
    """The bones of one person in two traces, because all lines of a trace have the same width."""
    drawn = person.shown[_EDGES].all(axis=1)
    sure = person.sure[_EDGES].all(axis=1)
    full = [person_color(person.id) if by_person else SIDES_ON_PAGE[side] for side in BONE_SIDES]
    colors = [color if certain else faded(color) for color, certain in zip(full, sure, strict=True)]
    thick = drawn & sure & ~THIN_BONES
    for kind, bones, width in (("thick", thick, 7), ("thin", drawn & ~thick, 2.5)):
        ends = shortened(person.points[_EDGES[bones]], person.size * space.longest / 100)
        with_gaps = np.concatenate((ends, np.full((len(ends), 1, 3), np.nan)), axis=1)
        each = [colors[bone] for bone in np.flatnonzero(bones) for _ in range(3)]
        yield {
            "type": "scatter3d",
            "mode": "lines",
            "name": person.name,
            "uid": f"{kind}_bones_{person.id}",
            "legendgroup": f"person_{person.id}",
            "showlegend": by_person and kind == "thick",
            **xyz(with_gaps.reshape(-1, 3)),
            "line": {"width": person.size * width, **coded(each)},
            "hoverinfo": "skip",
            "meta": person.meta,
        }


def shortened(ends: FloatArray, by: float) -> NDArray[np.float64]:
    """Shorten bones (B, 2, 3) so that they end inside the dots of their joints instead of hiding them."""
    start, end = np.moveaxis(ends.astype(float), 1, 0)
    along = end - start
    length = np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-6)
    step = along * np.minimum(by / length, 1 / 3)
    return np.stack((start + step, end - step), axis=1)


def _joints(person: _Person, space: Space, color_by: str, several: bool) -> dict[str, Any]:
    shown = person.shown
    whose = f" of {person.name}" if several else ""
    axes = zip(space.names, "xyz", strict=True)
    places = "".join(f"{name} %{{{axis}:.{space.digits}f}} {space.unit}<br>" for name, axis in axes)
    return {
        "type": "scatter3d",
        "mode": "markers",
        "name": f"joints of {person.name}",
        "uid": f"joints_{person.id}",
        "legendgroup": f"person_{person.id}",
        "showlegend": False,
        **xyz(person.points[shown]),
        "marker": {
            "size": (person.size * np.where(person.sure, 1.0, 0.65) * DOT)[shown],
            "line": {"color": css(RIM), "width": person.size},
            "opacity": 0.99,  # below 1, plotly draws the dots after the lines and so on top of them
            **_joint_colors(person, color_by),
        },
        "text": [_NAMES[joint] for joint in np.flatnonzero(shown)],
        "customdata": person.visibility[shown],
        "hovertemplate": f"<b>%{{text}}</b>{whose}<br>{places}visibility %{{customdata:.2f}}<extra></extra>",
        "meta": person.meta,
    }


def _joint_colors(person: _Person, color_by: str) -> dict[str, Any]:
    if color_by == "confidence":
        return {"color": person.visibility[person.shown], "coloraxis": "coloraxis"}
    own = person_color(person.id)
    full = [own if color_by == "person" else SIDES_ON_PAGE[side] for side in BLAZEPOSE_33.sides]
    return coded([full[k] if person.sure[k] else faded(full[k]) for k in np.flatnonzero(person.shown)])


def coded(colors: Sequence[Color]) -> dict[str, Any]:
    """Encode colours as numbers on a plotly colour scale, which plotly validates much faster than a list of names.

    A single colour is given by name, because otherwise the legend would not show it.
    """
    scale = list(dict.fromkeys(colors))
    if len(scale) < 2:
        return {"color": css(scale[0])} if scale else {}
    last = len(scale) - 1
    return {
        "color": np.array([scale.index(color) for color in colors], float),
        "colorscale": [[place / last, css(color)] for place, color in enumerate(scale)],
        "cmin": 0,
        "cmax": last,
    }


def floor_of(space: Space) -> dict[str, Any]:
    """Trace of the grid on the floor."""
    return {
        "type": "scatter3d",
        "mode": "lines",
        "name": "floor",
        "uid": "floor",
        **xyz(floor_lines(space)),
        "line": {"color": css(PALE), "width": 1},
        "hoverinfo": "skip",
        "showlegend": False,
    }


def xyz(points: np.ndarray) -> dict[str, np.ndarray]:
    """The coordinates (N, 3) as plotly takes them."""
    return dict(zip("xyz", points.T, strict=True))


def layout_of(space: Space, *, several: bool, has_sides: bool, has_bar: bool) -> dict[str, Any]:
    """Layout of a figure in a space.

    Args:
        space: its axes.
        several: whether it shows several people.
        has_sides: whether colours show the sides of the body.
        has_bar: whether to show the colour bar for visibility.
    """
    notes = [space.note] * several + [_SIDES_EXPLAINED] * has_sides
    return {
        "title": {
            "text": space.title,
            "subtitle": {"text": " ".join(notes), "font": {"size": 12}},
            "font": {"size": 15},
            "x": 0,
            "y": 1,
            "yanchor": "top",
            "pad": {"t": 8},
        },
        "scene": _scene(space) | {"domain": {"x": [0, 1], "y": [0.13 if has_bar else 0, 1]}},
        "uirevision": "pose",  # the same in every figure, so that plotly keeps the viewer's camera
        "paper_bgcolor": "rgba(0, 0, 0, 0)",
        "margin": {"l": 0, "r": 0, "t": 50, "b": 0},
        "legend": {"orientation": "h", "x": 0, "y": 1, "yanchor": "top"},
        "coloraxis": _color_bar(has_bar),
    }


def _scene(space: Space) -> dict[str, Any]:
    axes = {
        f"{axis}axis": {
            "title": {"text": f"{name} ({space.unit})", "font": {"size": 12}},
            "range": list(ends),
            "nticks": 5,
            "tickfont": {"size": 10},
            "tickangle": 0,
            "showgrid": False,
            "showbackground": False,
            "zeroline": False,
            "showspikes": False,
        }
        for axis, name, ends in zip("xyz", space.names, space.ranges, strict=True)
    }
    # The same scale for all axes: each is as long as its range, with the longest set to 1.
    ratio = {axis: abs(end - start) / space.longest for axis, (start, end) in zip("xyz", space.ranges, strict=True)}
    return {
        **axes,
        "aspectmode": "manual",
        "aspectratio": ratio,
        "camera": _CAMERA,
        "dragmode": "turntable",
        "bgcolor": "rgba(0, 0, 0, 0)",
    }


def _color_bar(visible: bool) -> dict[str, Any]:
    return {
        "cmin": 0,
        "cmax": 1,
        "colorscale": "Cividis",
        "showscale": visible,
        "colorbar": {
            "title": {"text": "visibility (0\N{EN DASH}1)", "side": "top", "font": {"size": 12}},
            "orientation": "h",
            "x": 0.5,
            "y": 0,
            "yanchor": "bottom",
            "ypad": 4,
            "len": 0.5,
            "thickness": 8,
            "tickvals": [0, 0.5, 1],
            "tickfont": {"size": 10},
        },
    }


def _empty_note(people: Sequence[_Person]) -> list[dict[str, Any]]:
    """Note in the middle of a figure that shows nobody."""
    if any(person.shown.any() for person in people):
        return []
    found = any(np.isfinite(person.points).all(axis=1).any() for person in people)
    text = "No point reaches the visibility limit." if found else "No person was found in this frame."
    return [{"text": text, "showarrow": False, "xref": "paper", "yref": "paper", "x": 0.5, "y": 0.5}]
