"""Flat things and boxes of known size, by their corners as someone picked them in a photo.

Corners go round a face clockwise from its top left one, as it is seen: 1 top left, 2 top right, 3 bottom right,
4 bottom left. Those of a box are so on its front, and then on its back as it is seen through the front.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption, InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.solving import MIN_POINTS, solve_pose

Doubles = NDArray[np.float64]

LARGE_SHARE = 0.02
"""An error above this share of the extent of the corners in the image is more than an unsteady hand: someone who picks
with care is within 2 pixels of the screen, on things of 100 pixels and more."""
_LEAST_LARGE_PX = 3.0
# A change of the corners explains the error if it leaves less than this share of it.
_EXPLAINED = 0.35
# A face that is turned away by less than this (the sine of 10 degrees) may be in view: poses are not exact.
_EDGE_ON = 0.17

_FACE = ("top left", "top right", "bottom right", "bottom left")
# Each face of a box, clockwise as it is seen from outside.
_FACES = ((0, 1, 2, 3), (5, 4, 7, 6), (4, 5, 1, 0), (3, 2, 6, 7), (4, 0, 3, 7), (1, 5, 6, 2))
_MOST_M = 1000.0


@dataclass(frozen=True)
class Thing:
    """A flat thing or a box of known size.

    Its origin is its centre. Its axes are x to the right and y down on its front, and z into it, away from who sees it.

    Attributes:
        size_m: width and height of a flat thing, and also depth of a box, metres.

    Raises:
        InvalidOption: if there are not two or three sides, or one is not above 0 and at most 1000 m.
    """

    size_m: tuple[float, ...]

    def __post_init__(self) -> None:
        if len(self.size_m) not in (2, 3) or not all(0 < side <= _MOST_M for side in self.size_m):
            raise InvalidOption(
                f"Expected width and height, or width, height and depth, above 0 and at most {_MOST_M:g} m, but got "
                f"{', '.join(f'{side:g}' for side in self.size_m)}."
            )

    @property
    def is_box(self) -> bool:
        """Whether it has a depth."""
        return len(self.size_m) == 3

    @property
    def corners_m(self) -> Doubles:
        """(4, 3) or (8, 3) metres: its corners in their order."""
        width, height, depth = (*self.size_m, 0.0)[:3]
        face = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [width / 2, height / 2]
        front = np.column_stack([face, np.full(4, -depth / 2)])
        return np.vstack([front, front * [1, 1, -1]]) if self.is_box else front

    @property
    def corner_names(self) -> tuple[str, ...]:
        """What each corner is called."""
        if not self.is_box:
            return _FACE
        return tuple(f"{side}, {name}" for side in ("front", "back") for name in _FACE)

    @property
    def faces(self) -> tuple[tuple[int, ...], ...]:
        """Corners of each face, clockwise as it is seen from outside; a flat thing has one."""
        return _FACES if self.is_box else _FACES[:1]

    @property
    def edges(self) -> tuple[tuple[int, int], ...]:
        """Pairs of corners with an edge between them, the lower one first."""
        rounds = (zip(face, (*face[1:], face[0]), strict=True) for face in self.faces)
        return tuple(sorted({(min(pair), max(pair)) for around in rounds for pair in around}))

    @property
    def outline_m(self) -> Doubles:
        """(N, 3) metres: its edges as one line, with a NaN between each two."""
        gap = np.full(3, np.nan)
        return np.array([point for start, end in self.edges for point in (*self.corners_m[[start, end]], gap)])


@dataclass(frozen=True, eq=False)
class CornerFit:
    """The pose of a thing by its corners, and whether it can be believed.

    Attributes:
        pose: None if the corners have none.
        problem: a sentence for who picked them: why there is no pose, or what is likely wrong; None if all is well.
    """

    pose: RigidPose | None
    problem: str | None = None


def fit_corners(thing: Thing, seen_px: ArrayLike, camera: Camera) -> CornerFit:
    """The pose of a thing from where its corners are seen.

    Args:
        thing: whose corners they are.
        seen_px: (4, 2) or (8, 2) pixels of the image, as OpenCV counts them; NaN: not picked.
        camera: that took the image.

    Raises:
        InvalidRigidPose: if the shape is another.
    """
    seen = np.asarray(seen_px, np.float64)
    if seen.shape != (len(thing.corners_m), 2):
        raise InvalidRigidPose(
            f"Expected corners of shape {(len(thing.corners_m), 2)} for this thing, but got {seen.shape}."
        )
    picked = np.flatnonzero(np.isfinite(seen).all(axis=1))
    if len(picked) < MIN_POINTS:
        more = MIN_POINTS - len(picked)
        return CornerFit(None, f"Pick {more} more corner{'s' if more > 1 else ''}: a pose needs {MIN_POINTS}.")
    extent = float(np.linalg.norm(np.ptp(seen[picked], axis=0)))
    pose = solve_pose(thing.corners_m, seen, camera)
    if pose is None:
        return CornerFit(None, _why_none(seen[picked], extent))
    large = max(_LEAST_LARGE_PX, LARGE_SHARE * extent)
    if pose.error_px > large:
        return CornerFit(pose, _what_is_wrong(thing, seen, camera, pose, large))
    if hidden := _hidden(thing, pose, picked.tolist()):
        return CornerFit(pose, _seen_from_behind(thing, hidden))
    return CornerFit(pose)


def edges_px(thing: Thing, pose: RigidPose, camera: Camera, *, steps: int = 8) -> list[Doubles]:
    """Each edge of a thing as a line in the image, bent as the lens bends it.

    Args:
        thing: to draw.
        pose: of the thing.
        camera: that took the image.
        steps: straight parts of an edge.

    Returns:
        For each of ``Thing.edges``, (steps + 1, 2) pixels as OpenCV counts them; NaN: not in front of the camera.
    """
    corners, share = thing.corners_m, np.linspace(0, 1, steps + 1)[:, None]
    return [camera.project((1 - share) * corners[start] + share * corners[end], pose) for start, end in thing.edges]


def _why_none(picked: Doubles, extent: float) -> str:
    gaps = [float(np.linalg.norm(one - other)) for one, other in combinations(picked, 2)]
    if min(gaps) < 0.01 * max(extent, 1):
        return "Two corners are in the same place. Move one of them."
    across = float(np.linalg.svd(picked - picked.mean(axis=0), compute_uv=False)[1])
    if across < 0.05 * extent:
        return "The corners are in one line, so no pose can be found. Pick corners that are not."
    return "No pose explains these corners. Are they in the order of the drawing?"


def _what_is_wrong(thing: Thing, seen: Doubles, camera: Camera, pose: RigidPose, large: float) -> str:
    """Which corners are swapped, or which one is wrong, if one change explains most of a large error."""
    off = f"The edges do not fit the corners ({pose.error_px:.0f} px off)."
    picked = np.flatnonzero(np.isfinite(seen).all(axis=1)).tolist()
    enough = max(large, _EXPLAINED * pose.error_px)

    swapped = [
        (fit.error_px, pair)
        for pair in combinations(picked, 2)
        if (fit := solve_pose(thing.corners_m, _swapped(seen, pair), camera)) and fit.error_px < enough
        if not _hidden(thing, fit, picked)
    ]
    if swapped:
        one, other = min(swapped)[1]
        return f"{off} Corners {one + 1} and {other + 1} are probably swapped."
    if len(picked) > MIN_POINTS:
        without = [
            (fit.error_px, corner)
            for corner in picked
            if (fit := solve_pose(thing.corners_m, _without(seen, corner), camera)) and fit.error_px < enough
        ]
        if without:
            corner = min(without)[1]
            return f"{off} Corner {corner + 1} ({thing.corner_names[corner]}) is probably in the wrong place."
    return f"{off} Check each corner, the size of the thing, and the camera's field of view."


def _swapped(seen: Doubles, pair: tuple[int, int]) -> Doubles:
    changed = seen.copy()
    changed[list(pair)] = seen[list(pair[::-1])]
    return changed


def _without(seen: Doubles, corner: int) -> Doubles:
    changed = seen.copy()
    changed[corner] = np.nan
    return changed


def _hidden(thing: Thing, pose: RigidPose, picked: Sequence[int]) -> list[int]:
    """Those of the picked corners that an opaque thing in this pose would hide: all of their faces are turned away."""
    visible = {corner for face in _facing(thing, pose) for corner in face}
    return [corner for corner in picked if corner not in visible]


def _facing(thing: Thing, pose: RigidPose) -> Iterator[tuple[int, ...]]:
    corners = pose.to_camera(thing.corners_m)
    for face in thing.faces:
        first, second, third = corners[list(face[:3])]
        # Clockwise as seen, with y down and z away: the normal points into the body, away from the camera.
        normal = np.cross(second - first, third - second)
        if np.dot(normal, first) > -_EDGE_ON * np.linalg.norm(normal) * np.linalg.norm(first):
            yield face


def _seen_from_behind(thing: Thing, hidden: list[int]) -> str:
    if not thing.is_box:
        return "The corners go round counter-clockwise, so this is the thing from behind. Pick them clockwise."
    told = ", ".join(str(corner + 1) for corner in hidden)
    return f"The box would hide its corner {told} in this pose. Pick the corners in the order of the drawing."
