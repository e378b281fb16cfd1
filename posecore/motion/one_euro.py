"""Causal filters that smooth a stream value by value.

They take whole arrays and filter each element by itself; use one filter per person.
"""

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


class LowPass:
    """Exponential smoothing with a fixed weight.

    Args:
        share: weight of the new value in the result, 0..1.
    """

    def __init__(self, share: float) -> None:
        self._share = np.float32(share)
        self._value: FloatArray | None = None

    @property
    def state(self) -> Any:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        return None if self._value is None else self._value.tolist()

    def restore(self, state: Any) -> None:
        """Go on where another filter was when it had this ``state``."""
        self._value = None if state is None else np.array(state, np.float32)

    def apply(self, values: FloatArray) -> FloatArray:
        """Return the smoothed values; the first ones pass unchanged."""
        if self._value is None:
            self._value = values
        else:
            self._value = self._value + self._share * (values - self._value)
        return self._value


class OneEuro:
    """The 1 Euro filter: the slower a value moves, the more it is smoothed.

    Casiez, Roussel, Vogel: 1 Euro Filter, CHI 2012.

    Args:
        min_cutoff: cutoff for a value at rest, Hz; lower is steadier.
        beta: how much the cutoff rises with speed; higher lags less.
        speed_cutoff: cutoff of the speed's own low pass, Hz.
    """

    def __init__(self, *, min_cutoff: float, beta: float, speed_cutoff: float = 1.0) -> None:
        self._min_cutoff = np.float32(min_cutoff)
        self._beta = np.float32(beta)
        self._speed_cutoff = np.array(speed_cutoff, np.float32)
        self._time_s = -math.inf
        self._last: FloatArray | None = None
        self._smooth: FloatArray | None = None
        self._speed: FloatArray | None = None

    @property
    def state(self) -> Any:
        """What ``restore`` needs to go on from here: plain values for JSON."""
        if self._last is None or self._smooth is None or self._speed is None:
            return None
        return [self._time_s, self._last.tolist(), self._smooth.tolist(), self._speed.tolist()]

    def restore(self, state: Any) -> None:
        """Go on where another filter was when it had this ``state``."""
        if state is not None:
            self._time_s, *values = state
            self._last, self._smooth, self._speed = (np.array(each, np.float32) for each in values)

    def apply(self, values: FloatArray, time_s: float, scale: float = 1.0) -> FloatArray:
        """Return the smoothed values; the first ones pass unchanged.

        Args:
            values: any shape, the same in each call.
            time_s: later than in the previous call.
            scale: unit of speed: the size of the person, so that a person nearer to the camera does not count
                as faster.
        """
        if self._last is None or self._smooth is None or self._speed is None:
            self._smooth, self._speed = values, np.zeros_like(values)
        else:
            step_s = time_s - self._time_s
            speed = (values - self._last) / np.float32(scale * step_s)
            self._speed = self._speed + _share(self._speed_cutoff, step_s) * (speed - self._speed)
            share = _share(self._min_cutoff + self._beta * np.abs(self._speed), step_s)
            self._smooth = self._smooth + share * (values - self._smooth)
        self._last, self._time_s = values, time_s
        return self._smooth


def _share(cutoff: FloatArray, step_s: float) -> FloatArray:
    """Weight of the new value in a first-order low pass with this cutoff in Hz."""
    turns = np.float32(2 * math.pi * step_s) * cutoff
    return turns / (turns + 1)
