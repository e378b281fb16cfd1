"""The two coordinate frames as axes of a 3D figure, with their names and ranges.

The three axes run across the picture, away from the camera, and along the picture's height.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FloatArray, FramePoses

Range = tuple[float, float]


@dataclass(frozen=True)
class Space:
    """The axes of one figure.

    Attributes:
        title: what the coordinates are.
        note: what to bear in mind with several people.
        unit: of all three axes.
        digits: decimal places of a coordinate.
        names: of the three axes, by their positive direction.
        ranges: of the three axes. The last runs from bottom to top, so it decreases if the axis points down.
        floor_step: spacing of the grid on the floor.
    """

    title: str
    note: str
    unit: str
    digits: int
    names: tuple[str, str, str]
    ranges: tuple[Range, Range, Range]
    floor_step: float

    @property
    def longest(self) -> float:
        """Length of the longest axis."""
        return max(abs(end - start) for start, end in self.ranges)


def world_points(poses: FramePoses) -> FloatArray:
    """(P, K, 3) metres: right, depth, up. ``world`` has y down, a figure's vertical axis points up."""
    x, y, z = np.moveaxis(poses.world, -1, 0)
    return np.stack((x, z, -y), axis=-1)


def picture_points(poses: FramePoses) -> FloatArray:
    """(P, K, 3) pixels: right, depth, down."""
    x, y = np.moveaxis(poses.xy, -1, 0)
    return np.stack((x, poses.z, y), axis=-1)


def world_space(inside: FloatArray) -> Space:
    """Axes centred on the hips that contain the points (N, 3)."""
    step = 0.25
    return Space(
        title="3D in metres, centred on the hips",
        note="All hips are at the same place, so people overlap.",
        unit="m",
        digits=2,
        names=("right", "depth", "up"),
        ranges=(
            _grown(-1, 1, inside[:, 0], step),
            _grown(-0.75, 0.75, inside[:, 1], step),
            _grown(-1, 1, inside[:, 2], step),
        ),
        floor_step=step,
    )


def picture_space(size: tuple[int, int], inside: FloatArray) -> Space:
    """Axes around a picture of (width, height) that contain the points (N, 3)."""
    width, height = size
    step = max(size) / 4
    top, bottom = _grown(0, height, inside[:, 2], step)
    return Space(
        title="Positions in the image, with relative depth",
        note="Depth is relative to each person's own hips.",
        unit="px",
        digits=0,
        names=("right", "depth", "down"),
        ranges=(_grown(0, width, inside[:, 0], step), _grown(-step, step, inside[:, 1], step), (bottom, top)),
        floor_step=step / 2,
    )


def close_up_space(size: tuple[int, int], inside: FloatArray) -> Space:
    """Axes around the points (N, 3) of hands in a picture of (width, height); without any, around the picture."""
    whole = picture_space(size, inside)
    if not len(inside):
        return whole
    low, high = inside.min(axis=0), inside.max(axis=0)
    step = 10.0 * max(1, round(float((high - low).max()) / 80))
    (left, near, top), (right, far, bottom) = step * (np.floor(low / step) - 1), step * (np.ceil(high / step) + 1)
    ranges = ((float(left), float(right)), (float(near), float(far)), (float(bottom), float(top)))
    return replace(whole, note="Depth is relative to each hand's own wrist.", ranges=ranges, floor_step=step)


def hand_space(inside: FloatArray, half_width: float) -> Space:
    """Axes in centimetres around hands side by side that contain the points (N, 3)."""
    step = 4.0
    return Space(
        title="3D in centimetres, each hand around its own centre",
        note="Hands are side by side as in the image, not at their real distance.",
        unit="cm",
        digits=1,
        names=("right", "depth", "up"),
        ranges=(
            _grown(-half_width, half_width, inside[:, 0], step),
            _grown(-8, 8, inside[:, 1], step),
            _grown(-10, 10, inside[:, 2], step),
        ),
        floor_step=step,
    )


def floor_lines(space: Space) -> NDArray[np.float64]:
    """(N, 3) points of a grid under the people, as one line with gaps (NaN)."""
    (left, right), (near, far), (bottom, _) = space.ranges
    lines = [
        *([[x, near], [x, far]] for x in _ticks(left, right, space.floor_step)),
        *([[left, y], [right, y]] for y in _ticks(near, far, space.floor_step)),
    ]
    flat = np.array([[*line, [np.nan, np.nan]] for line in lines]).reshape(-1, 2)
    return np.column_stack((flat, np.full(len(flat), bottom)))


def _grown(low: float, high: float, values: FloatArray, step: float) -> Range:
    """Widen the range by whole steps until it contains the values."""
    under = low - float(values.min(initial=low))
    over = float(values.max(initial=high)) - high
    return low - step * float(np.ceil(under / step)), high + step * float(np.ceil(over / step))


def _ticks(low: float, high: float, step: float) -> NDArray[np.float64]:
    """Values from end to end in equal steps of about the given length, few enough to be drawn."""
    return np.linspace(low, high, min(round((high - low) / step), 24) + 1)
