"""Drawing people on a photo or video frame: bones, joints and, on request, landmark names.

Every stroke has a dark outline, so that it is visible on any background, and a width that scales with the person's
size in the picture.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidHands, InvalidPoses, check_choice
from posecore.hands import FrameHands
from posecore.motion.measuring import check_visibility
from posecore.poses import FloatArray, FramePoses, check_frame
from posecore.skeletons import BLAZEPOSE_33
from posecore.view import labels as writing
from posecore.view.palette import BONE_SIDES, INK, SIDES, Color, person_color
from posecore.view.shapes import bars, discs, fill
from posecore.view.silhouettes import Background, check_background, on_background

_EDGES = np.array(BLAZEPOSE_33.edges)

# Landmarks are dense on the face, hands and feet, so these are drawn finer than the body.
_FINENESS = {"face": 0.45, "torso": 1.0, "arms": 1.0, "hands": 0.6, "legs": 1.0, "feet": 0.7}
JOINT_FINENESS = np.empty(len(BLAZEPOSE_33))
"""Of the dot of each landmark, as a share of the usual size."""
for _part, _indices in BLAZEPOSE_33.parts.items():
    JOINT_FINENESS[list(_indices)] = _FINENESS[_part]
BONE_FINENESS = JOINT_FINENESS[_EDGES].min(axis=1)
"""Of each bone, likewise."""


@dataclass(frozen=True)
class _Figure:
    """One person, ready to draw."""

    name: str
    color: Color  # of the person
    points: FloatArray  # (K, 2) pixels; (0, 0) is the middle of the first pixel, as in OpenCV
    shown: NDArray[np.bool_]  # (K,)
    width: float  # of a body bone, pixels
    bone_colors: tuple[Color, ...]

    @property
    def outline(self) -> float:
        """Width of the dark rim, pixels."""
        return max(0.8, 0.25 * self.width)

    @property
    def radii(self) -> NDArray[np.float64]:
        """(K,) radii of the joints without their rim, pixels."""
        return 0.85 * self.width * JOINT_FINENESS

    @property
    def extent(self) -> writing.Box:
        """Bounding box of the drawn person, pixels."""
        reach = self.width + self.outline  # enough for the widest joint and bone with their rims
        (left, top), (right, bottom) = (edge(self.points[self.shown], axis=0) for edge in (np.min, np.max))
        return writing.Box(left - reach, top - reach, right + reach, bottom + reach)


def draw_poses(
    rgb: np.ndarray,
    poses: FramePoses,
    *,
    skeleton: bool = True,
    labels: bool = False,
    min_visibility: float = 0.5,
    color_by: Literal["side", "person"] | None = None,
    background: Background = "keep",
) -> np.ndarray:
    """Draw the people on a copy of the picture.

    Args:
        rgb: (H, W, 3) uint8, the picture the poses belong to; it is not changed.
        poses: landmarks in pixels of that picture. NaN landmarks are left out.
        skeleton: draw the bones too, not only the joints.
        labels: write the landmarks' names beside them. A name is left out if there is no free space for it, and
            if the person is too small for lettering.
        min_visibility: 0..1; landmarks below it are left out, and a bone needs both its ends.
        color_by: ``"side"`` colours bones by the person's left and right; ``"person"`` by person, with a tag showing
            the name or id. None means ``"person"`` if the frame has several people, otherwise ``"side"``. For a video
            of several people choose ``"person"``, so that colours do not change when one of them leaves.
        background: what to do with everything that is not a person: ``"keep"``, ``"blur"``, or ``"plain"`` (one light
            colour). The latter two need poses with masks.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidPoses: if the picture is not (H, W, 3) uint8 of the poses' size, the poses are not those of one frame,
            or they lack masks that are needed.
        InvalidOption: if ``min_visibility``, ``color_by`` or ``background`` is none of the above.
    """
    check_frame(poses)
    check_picture(rgb, poses)
    check_visibility(min_visibility)
    check_choice("color_by", color_by, ("side", "person", None))
    check_background(background)
    canvas = on_background(rgb, poses, background)
    by_person = color_by == "person" or (color_by is None and len(poses) > 1)
    figures = _figures(poses, min_visibility, by_person)
    tags = _tags(figures, poses.size) if by_person else []
    _draw_people(canvas, figures, tags, skeleton=skeleton)
    if labels:
        people = [writing.Drawn(f.points, f.shown, f.radii + f.outline) for f in figures]
        writing.draw_names(canvas, people, [tag.box for tag in tags])
    return canvas


class Overlay:
    """The people of a video frame, ready to draw, together with the areas that drawing changes.

    Most of a frame stays unchanged, so a video writer needs to convert only these areas.

    Args:
        poses: landmarks in pixels of the frame.
        color_by: as for ``draw_poses``.
        min_visibility: as for ``draw_poses``.

    Attributes:
        places: (rows, columns) of rectangles that together contain every pixel changed by ``draw_on``, one or two
            per person; they may overlap. They start at even rows and columns.
    """

    def __init__(self, poses: FramePoses, *, color_by: Literal["side", "person"], min_visibility: float = 0.5) -> None:
        self._figures = _figures(poses, min_visibility, color_by == "person")
        self._tags = _tags(self._figures, poses.size) if color_by == "person" else []
        bodies = [figure.extent for figure in self._figures if figure.shown.any()]
        self.places = places_of([*bodies, *(tag.box for tag in self._tags)], poses.size)

    def draw_on(self, canvas: np.ndarray) -> None:
        """Draw the people on (H, W, 3) uint8 of the frame's size, C-contiguous and writable."""
        _draw_people(canvas, self._figures, self._tags, skeleton=True)


def places_of(boxes: Iterable[writing.Box], size: tuple[int, int]) -> list[tuple[slice, slice]]:
    """The rows and columns that each box touches, with 2 pixels to spare for antialiasing.

    Boxes outside the picture of this (width, height) touch nothing and are left out.
    """
    width, height = size

    def span(low: float, high: float, length: int) -> slice:
        return slice(max(0, int(low - 2) // 2 * 2), min(length, int(high + 4)))

    touched = [(span(box.top, box.bottom, height), span(box.left, box.right, width)) for box in boxes]
    return [(rows, columns) for rows, columns in touched if rows.start < rows.stop and columns.start < columns.stop]


def _figures(poses: FramePoses, min_visibility: float, by_person: bool) -> list["_Figure"]:
    figures = [_figure(poses, index, min_visibility, by_person) for index in range(len(poses))]
    return sorted(figures, key=lambda figure: figure.width)  # the largest is the nearest: drawn last, on top


def _draw_people(canvas: np.ndarray, figures: list["_Figure"], tags: list[writing.Tag], *, skeleton: bool) -> None:
    for figure in figures:
        if skeleton:
            _draw_bones(canvas, figure)
        _draw_joints(canvas, figure)
    # Tags come last, so that no bones cross them.
    for tag in tags:
        writing.draw_tag(canvas, tag)


def check_picture(rgb: np.ndarray, found: FramePoses | FrameHands) -> None:
    """Check that a picture is (H, W, 3) uint8 of the size of what was found in it."""
    width, height = found.size
    shape, dtype = np.shape(rgb), getattr(rgb, "dtype", type(rgb).__name__)
    if shape != (height, width, 3) or dtype != np.uint8:
        error, what = (InvalidHands, "hands") if isinstance(found, FrameHands) else (InvalidPoses, "poses")
        raise error(
            f"Expected the picture of these {what} to have shape {(height, width, 3)} and type uint8, "
            f"but got {shape} and {dtype}."
        )


def _figure(poses: FramePoses, index: int, min_visibility: float, by_person: bool) -> _Figure:
    person = int(poses.person_ids[index])
    found = np.isfinite(poses.xy[index]).all(axis=1)
    # Far outside the picture the exact position does not matter, and OpenCV's integers would overflow.
    reach = 4 * max(poses.size)
    points = np.where(found[:, None], poses.xy[index], 0).clip(-reach, reach) - np.float32(0.5)
    return _Figure(
        name=poses.names.get(person, str(person)),
        color=person_color(person),
        points=points,
        shown=found & (poses.visibility[index] >= min_visibility),
        width=_bone_width(points[found], poses.size),
        bone_colors=tuple(person_color(person) if by_person else SIDES[side] for side in BONE_SIDES),
    )


def _bone_width(points: FloatArray, size: tuple[int, int]) -> float:
    """Bone width in pixels: proportional to the person, within bounds proportional to the picture.

    It uses the landmarks' standard deviation, which changes less from frame to frame than their bounding box.
    """
    spread = float(np.sqrt(points.var(axis=0).sum())) if len(points) else 0.0
    diagonal = float(np.hypot(*size))
    return float(np.clip(0.034 * spread, max(1.0, 0.0014 * diagonal), max(1.5, 0.0075 * diagonal)))


def _draw_bones(canvas: np.ndarray, figure: _Figure) -> None:
    """Draw all outlines before all colours, so that no outline cuts through a neighbouring bone."""
    drawn = np.flatnonzero(figure.shown[_EDGES].all(axis=1))
    starts, ends = figure.points[_EDGES[drawn, 0]], figure.points[_EDGES[drawn, 1]]
    widths = figure.width * BONE_FINENESS[drawn]
    fill(canvas, bars(starts, ends, widths + 2 * figure.outline), [INK] * len(drawn))
    fill(canvas, bars(starts, ends, widths), [figure.bone_colors[bone] for bone in drawn])


def _draw_joints(canvas: np.ndarray, figure: _Figure) -> None:
    drawn = np.flatnonzero(figure.shown)
    centres, radii = figure.points[drawn], figure.radii[drawn]
    fill(canvas, discs(centres, radii + figure.outline), [INK] * len(drawn))
    fill(canvas, discs(centres, radii), [SIDES[BLAZEPOSE_33.sides[joint]] for joint in drawn])


def _tags(figures: list[_Figure], size: tuple[int, int]) -> list[writing.Tag]:
    """Tags with the name or id of each visible person, above the head."""
    return [
        writing.place_tag(size, figure.name, figure.color, _crown(figure), figure.width)
        for figure in figures
        if figure.shown.any()
    ]


def _crown(figure: _Figure) -> tuple[float, float]:
    """Approximate top of the head: about 6 bone widths above the eyes, which are BlazePose's highest landmarks."""
    face = list(BLAZEPOSE_33.parts["face"])
    head = figure.points[face][figure.shown[face]]
    points = head if len(head) else figure.points[figure.shown]
    return float(points[:, 0].mean()), float(points[:, 1].min()) - 6 * figure.width
