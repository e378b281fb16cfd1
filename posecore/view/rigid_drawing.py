"""Drawing the axes of rigid bodies on a photo or video frame: x, y and z from each body's origin, and what it is.

The axes are bent as the camera's lens bends them, and shorter the further away a body is.
"""

from collections.abc import Mapping

import numpy as np

from posecore.errors import InvalidRigidPose
from posecore.rigid.camera import Camera
from posecore.rigid.kinds import KINDS
from posecore.rigid.pose import Doubles, FrameRigid, RigidPose, RigidSlot
from posecore.view import labels as writing
from posecore.view.drawing import places_of
from posecore.view.palette import GREEN, INK, SKY_BLUE, VERMILLION, WHITE, Color
from posecore.view.shapes import bars, discs, fill

AXES: Mapping[str, Color] = {"x": VERMILLION, "y": GREEN, "z": SKY_BLUE}
"""The colours of the axes: red, green and blue are usual, in hues that the colour-blind tell apart, too."""

OTHER_AXIS_M = 0.05
"""Length of the axes of other kinds, metres."""
_STEPS = 8  # a bent axis is drawn in as many straight parts
_POINTS = np.concatenate([[np.zeros(3)], *(np.outer(np.arange(1, _STEPS + 1) / _STEPS, axis) for axis in np.eye(3))])


class _Body:
    """One rigid body, ready to draw."""

    def __init__(self, slot: RigidSlot, pose: RigidPose, camera: Camera, axis_m: float, width: float) -> None:
        reach = 4 * max(camera.size)
        drawn = camera.project(_POINTS * axis_m, pose).clip(-reach, reach)
        self.origin = drawn[0]
        self.axes = [np.vstack([drawn[:1], part]) for part in np.split(drawn[1:], 3)]
        self.width = width
        self.depth_m = [float(pose.to_camera(axis * axis_m)[2]) for axis in np.eye(3)]
        self.text = f"{slot} {pose.distance_m:.2f} m{'?' if pose.uncertain else ''}"

    @property
    def shown(self) -> bool:
        """Whether its origin is in front of the camera."""
        return bool(np.isfinite(self.origin).all())

    @property
    def box(self) -> writing.Box:
        """Bounding box, pixels."""
        points = np.vstack(self.axes)
        low, high = np.nanmin(points, axis=0) - 2 * self.width, np.nanmax(points, axis=0) + 2 * self.width
        return writing.Box(float(low[0]), float(low[1]), float(high[0]), float(high[1]))

    def draw_on(self, canvas: np.ndarray) -> None:
        """Draw its axes, the furthest first, each with a dark rim."""
        rim = max(0.8, 0.3 * self.width)
        for index in np.argsort(self.depth_m)[::-1].tolist():
            line = self.axes[index][np.isfinite(self.axes[index]).all(axis=1)]
            color = list(AXES.values())[index]
            _line(canvas, line, self.width + 2 * rim, INK)
            _line(canvas, line, self.width, color)
        for radius, color in ((0.9 * self.width + rim, INK), (0.9 * self.width, WHITE)):
            fill(canvas, discs(self.origin[None], np.array([radius])), [color])


def draw_rigid(
    rgb: np.ndarray, found: FrameRigid, camera: Camera, *, axis_m: Mapping[str, float] | None = None, tags: bool = True
) -> np.ndarray:
    """Draw the axes of rigid bodies on a copy of the picture.

    Args:
        rgb: (H, W, 3) uint8, the picture they were found in; it is not changed.
        found: the bodies.
        camera: that took the picture, for images of its size or its shape.
        axis_m: length of the axes by kind, metres; by default that of ``posecore.rigid.kinds``, or 5 cm.
        tags: whether to write beside each what it is, and its distance; "?" if its pose is uncertain.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidRigidPose: if the picture is not (H, W, 3) uint8 of the size of what was found.
        InvalidCamera: if the camera is for images of another shape.
    """
    width, height = found.size
    shape, dtype = np.shape(rgb), getattr(rgb, "dtype", type(rgb).__name__)
    if shape != (height, width, 3) or dtype != np.uint8:
        raise InvalidRigidPose(
            f"Expected the picture of these bodies to have shape {(height, width, 3)} and type uint8, but got {shape} "
            f"and {dtype}."
        )
    canvas = np.array(rgb)
    RigidOverlay(found, camera, axis_m=axis_m, tags=tags).draw_on(canvas)
    return canvas


class RigidOverlay:
    """The rigid bodies of a video frame, ready to draw, together with the areas that drawing changes.

    Args:
        found, camera, axis_m, tags: as for ``draw_rigid``.

    Attributes:
        places: as of ``posecore.view.drawing.Overlay``.
    """

    def __init__(
        self, found: FrameRigid, camera: Camera, *, axis_m: Mapping[str, float] | None = None, tags: bool = True
    ) -> None:
        camera = camera if camera.size == found.size else camera.scaled(found.size)
        width = float(np.clip(0.0022 * np.hypot(*found.size), 1.2, 8))
        lengths = {name: kind.axis_m for name, kind in KINDS.items()} | dict(axis_m or {})
        bodies = [
            _Body(slot, pose, camera, lengths.get(slot.kind, OTHER_AXIS_M), width)
            for slot, pose in sorted(found.poses.items(), key=lambda item: -item[1].translation_m[2])
        ]
        self._bodies = [body for body in bodies if body.shown]
        self._tags = [_tag(body, found.size) for body in self._bodies] if tags else []
        self.places = places_of([*(body.box for body in self._bodies), *(tag.box for tag in self._tags)], found.size)

    def draw_on(self, canvas: np.ndarray) -> None:
        """Draw the bodies on (H, W, 3) uint8 of the frame's size, C-contiguous and writable."""
        for body in self._bodies:
            body.draw_on(canvas)
        # Tags come last, so that no axes cross them.
        for tag in self._tags:
            writing.draw_tag(canvas, tag)


def _tag(body: _Body, size: tuple[int, int]) -> writing.Tag:
    top = body.box.top
    return writing.place_tag(size, body.text, WHITE, (float(body.origin[0]), top), 1.6 * body.width)


def _line(canvas: np.ndarray, points: Doubles, width: float, color: Color) -> None:
    count = len(points) - 1
    if count < 1:
        return
    fill(canvas, bars(points[:-1], points[1:], np.full(count, width)), [color] * count)
    fill(canvas, discs(points[1:], np.full(count, width / 2)), [color] * count)
