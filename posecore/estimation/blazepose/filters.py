"""Smoothing over time as in MediaPipe."""

from typing import Any, Self

from posecore.estimation.arrays import FloatArray
from posecore.motion.one_euro import LowPass, OneEuro


class PoseSmoothing:
    """Smooths one person in one stream, with MediaPipe's settings."""

    def __init__(self) -> None:
        self._visibility = LowPass(0.1)
        self._points = OneEuro(min_cutoff=0.05, beta=80.0)
        self._world = OneEuro(min_cutoff=0.1, beta=40.0)

    @property
    def state(self) -> list[Any]:
        """What ``restored`` needs to go on from here: plain values for JSON."""
        return [self._visibility.state, self._points.state, self._world.state]

    @classmethod
    def restored(cls, state: list[Any]) -> Self:
        """Go on where another one was when it had this ``state``."""
        smoothing = cls()
        visibility, points, world = state
        smoothing._visibility.restore(visibility)
        smoothing._points.restore(points)
        smoothing._world.restore(world)
        return smoothing

    def apply(
        self, points: FloatArray, world: FloatArray, visibility: FloatArray, *, time_s: float, scale: float
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Smooth the person's landmarks, world landmarks and visibility.

        Args:
            points: (33, 3) pixels.
            world: (33, 3) metres.
            visibility: (33,).
            time_s: later than in the previous call.
            scale: side of the person's region in pixels, so that a nearer person does not count as faster.
        """
        return (
            self._points.apply(points, time_s, scale=scale),
            self._world.apply(world, time_s),
            self._visibility.apply(visibility),
        )
