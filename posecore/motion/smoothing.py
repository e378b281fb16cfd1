"""Smoothing of a finished sequence: which filter, and how it is run.

A finished clip may look ahead, so unlike a stream it can be smoothed without lag. Times are the clip's own.
What a filter did to a clip is measured in ``posecore.motion.smoothing_effect``.
"""

import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import partial
from typing import Any, Literal, NamedTuple, get_args

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline, PchipInterpolator
from scipy.signal import butter, savgol_filter, sosfiltfilt

from posecore.errors import InvalidOption
from posecore.motion.gaps import (
    Seconds,
    check_gap,
    even_grid,
    fill_gaps,
    patterns,
    stretches,
    usual_step_s,
)
from posecore.motion.one_euro import OneEuro
from posecore.poses import COORDINATES, FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

SmoothingMethod = Literal["none", "one-euro", "butterworth", "savitzky-golay"]

Columns = NDArray[np.float64]
_Filter = Callable[[FloatArray, Seconds, FloatArray], FloatArray]
"""(n, ...) values, their (n,) times and (n,) sizes of the person -> (n, ...) values."""


class _EvenFilter(NamedTuple):
    """A filter of (n, columns) at even times, and the fewest frames that it can be run on."""

    apply: Callable[[Columns], Columns]
    fewest: int


# What each method is told by.
_OPTIONS_OF: dict[str, tuple[str, ...]] = {
    "none": (),
    "one-euro": ("min_cutoff_hz", "beta"),
    "butterworth": ("cutoff_hz", "order"),
    "savitzky-golay": ("window_s", "polynomial"),
}
_ORDERS = (2, 4, 6, 8)
_POLYNOMIALS = (1, 2, 3, 4, 5)

# MediaPipe measures speed in sides of the person's region. Its side is 4 times the trunk's longer diagonal: 3.8 to 4.2
# in the median of clips of people who walk, squat, dance and sign, and within a tenth of that in most frames.
_REGION_PER_TRUNK = 4.0
_DIAGONALS = tuple(
    (BLAZEPOSE_33.index(f"{side}_shoulder"), BLAZEPOSE_33.index(f"{other}_hip"))
    for side, other in (("left", "right"), ("right", "left"))
)
# It filters world landmarks at half the beta (so as if the region were 2 m) and twice the cutoff at rest.
_REGION_M = 2.0
_WORLD_REST = 2.0


@dataclass(frozen=True)
class Smoothing:
    """How the landmarks of a finished clip are smoothed over time. Each method reads its own options only.

    Methods:
        ``"butterworth"``: a low pass that is run forwards and backwards, so that it adds no lag: usual in gait
            analysis as "4th order, zero lag, 6 Hz" (Winter, Biomechanics and Motor Control of Human Movement).
            ``order`` is that of both runs together: 4 is a filter of order 2, run twice. Each run alone is set to a
            higher cutoff, by Winter's correction (sqrt(2) - 1)^(-1/order) on the bilinear transform's
            frequency axis, so that both together pass 1/sqrt(2) (-3 dB) of the amplitude at ``cutoff_hz``.
        ``"savitzky-golay"``: the value at the middle of a polynomial that is fitted to the frames around
            (Savitzky & Golay, Analytical Chemistry 36, 1964). It adds no lag and keeps peaks.
        ``"one-euro"``: the filter of streams (Casiez, Roussel & Vogel, CHI 2012), which looks back only and so lags.
            The defaults are MediaPipe's.
        ``"none"``: coordinates stay as they are.

    Attributes:
        method: see above.
        cutoff_hz: Butterworth: must be below half of the clip's frames a second.
        order: Butterworth: 2, 4, 6 or 8; higher is steeper.
        window_s: Savitzky-Golay: length of the window; the nearest odd number of frames is taken.
        polynomial: Savitzky-Golay: order of the polynomial, 1 to 5.
        min_cutoff_hz: One-Euro: cutoff for a landmark at rest, in the picture; twice that in world landmarks.
        beta: One-Euro: Hz by which the cutoff rises for a speed of one person's region (see ``smooth_sequence``)
            a second; for world landmarks of two metres a second.
        fill_gaps_s: gaps up to so many seconds are filled first (see ``posecore.motion.gaps``), with any method.

    Raises:
        InvalidOption: where a value is outside its range.
    """

    method: SmoothingMethod = "butterworth"
    cutoff_hz: float = 6.0
    order: int = 4
    window_s: float = 0.3
    polynomial: int = 3
    min_cutoff_hz: float = 0.05
    beta: float = 80.0
    fill_gaps_s: float = 0.0

    def __post_init__(self) -> None:
        methods = get_args(SmoothingMethod)
        for name, choices in (("method", methods), ("order", _ORDERS), ("polynomial", _POLYNOMIALS)):
            if getattr(self, name) not in choices:
                raise InvalidOption(f"Expected {name!r} to be one of {choices}, but got {getattr(self, name)!r}.")
        for name in ("cutoff_hz", "window_s", "min_cutoff_hz"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidOption(f"Expected {name!r} to be above zero, but got {getattr(self, name)}.")
        if not 0 <= self.beta < math.inf:
            raise InvalidOption(f"Expected 'beta' to be 0 or more, but got {self.beta}.")
        check_gap(self.fill_gaps_s, "fill_gaps_s")

    def as_dict(self) -> dict[str, object]:
        """Plain values, for a manifest: the method, the options it reads, and the gaps."""
        told = ("method", *_OPTIONS_OF[self.method], "fill_gaps_s")
        return {name: value for name, value in asdict(self).items() if name in told}

    def __str__(self) -> str:
        """One line for screen, as "Butterworth, 4th order, 6 Hz, zero lag"."""
        text = {
            "none": "No smoothing",
            "one-euro": f"One-Euro, {self.min_cutoff_hz:g} Hz at rest, beta {self.beta:g}",
            "butterworth": f"Butterworth, {_ordinal(self.order)} order, {self.cutoff_hz:g} Hz, zero lag",
            "savitzky-golay": f"Savitzky-Golay, {_ordinal(self.polynomial)} order, {self.window_s:g} s, zero lag",
        }[self.method]
        return f"{text}, gaps up to {self.fill_gaps_s:g} s filled" if self.fill_gaps_s else text


def smooth_sequence(sequence: PoseSequence, smoothing: Smoothing) -> PoseSequence:
    """The same with ``xy``, ``z`` and ``world`` smoothed over time, each person by itself.

    ``visibility`` and ``presence`` stay as the model gave them: they are guesses about one frame, not places, and a
    smoothed one would hide for how long a joint was out of sight. (Filled gaps: see ``gaps.fill_gaps``.)

    Where a person is not seen the slot stays NaN, and the filter starts anew behind: what was before a gap has
    no say in what is after it. The same goes for a hole in the clip's own times of more than five frames.

    - Uneven times: Butterworth and Savitzky-Golay need even ones. Where a frame is more than a tenth of a
      step from an even grid, the stretch is interpolated onto one (PCHIP), filtered, and interpolated back (cubic
      spline) to its own times.
    - Short stretches: the Butterworth filter pads both ends by mirroring two periods of its cutoff through the end
      point, or what there is; a stretch of no more frames than its order stays as it is. Savitzky-Golay narrows
      its window to the stretch; one that a polynomial could run through stays as it is.
    - One-Euro in the picture measures speed in sides of the person's region, as MediaPipe does; the side is
      estimated in each frame as 4 times the longer diagonal from a shoulder to the opposite hip.

    Args:
        sequence: is not changed.
        smoothing: which filter.

    Returns:
        The sequence itself where there is nothing to do.

    Raises:
        InvalidOption: where the filter cannot be had at the clip's rate of frames.
    """
    sequence = fill_gaps(sequence, smoothing.fill_gaps_s)
    if smoothing.method == "none" or len(sequence) < 2:
        return sequence
    step_s = usual_step_s(sequence.times_s)
    in_picture = _region_sizes(sequence.xy)
    sizes = {"xy": in_picture, "z": in_picture, "world": np.full_like(in_picture, _REGION_M)}
    arrays: dict[str, Any] = {name: np.array(getattr(sequence, name)) for name in COORDINATES}
    for name, array in arrays.items():
        smooth = _make_filter(smoothing, step_s, rest=_WORLD_REST if name == "world" else 1.0)
        for person in range(array.shape[1]):
            _smooth_person(array[:, person], sequence.times_s, sizes[name][:, person], smooth)
    return replace(sequence, **arrays)


def _smooth_person(values: FloatArray, times_s: Seconds, sizes: FloatArray, smooth: _Filter) -> None:
    """Filter one person's (T, K, ...) values in place, stretch by stretch."""
    for landmarks, there in patterns(values):
        for stretch in stretches(there, times_s):
            part = values[stretch, landmarks]
            values[stretch, landmarks] = smooth(part, times_s[stretch], sizes[stretch])


def _make_filter(smoothing: Smoothing, step_s: float, *, rest: float) -> _Filter:
    """The filter of one array in a clip with this usual step; ``rest``: by how much its cutoff at rest is higher."""
    rate = 1 / step_s
    if smoothing.method == "one-euro":
        return partial(_one_euro, min_cutoff_hz=rest * smoothing.min_cutoff_hz, beta=smoothing.beta)
    even = _make_butterworth(smoothing, rate) if smoothing.method == "butterworth" else _make_savgol(smoothing, rate)
    return partial(_on_even_times, even=even, step_s=step_s)


def _make_butterworth(smoothing: Smoothing, rate: float) -> _EvenFilter:
    if smoothing.cutoff_hz >= rate / 2:
        raise InvalidOption(
            f"Expected 'cutoff_hz' to be below {rate / 2:.4g} Hz, half of this clip's {rate:.4g} frames a second, "
            f"but got {smoothing.cutoff_hz:g} Hz."
        )
    # Two runs of a filter halve the power twice, so one of them has to begin later; tan() is the axis on which
    # the digital filter is a Butterworth filter.
    correction = (math.sqrt(2) - 1) ** (1 / smoothing.order)
    each_hz = math.atan(math.tan(math.pi * smoothing.cutoff_hz / rate) / correction) * rate / math.pi
    sections = butter(smoothing.order // 2, each_hz, fs=rate, output="sos")
    periods = math.ceil(2 * rate / smoothing.cutoff_hz)

    def apply(columns: Columns) -> Columns:
        return np.asarray(sosfiltfilt(sections, columns, axis=0, padlen=min(periods, len(columns) - 1)))

    return _EvenFilter(apply, fewest=smoothing.order + 1)


def _make_savgol(smoothing: Smoothing, rate: float) -> _EvenFilter:
    window = 2 * round(smoothing.window_s * rate / 2) + 1
    # A polynomial goes through as many frames as it has coefficients; windows are odd.
    fewest = smoothing.polynomial + 2 + (smoothing.polynomial + 1) % 2
    if window < fewest:
        raise InvalidOption(
            f"Expected 'window_s' to span at least {fewest} frames of this clip's {rate:.4g} a second, "
            f"but got {smoothing.window_s:g} s, which spans {window}."
        )

    def apply(columns: Columns) -> Columns:
        narrowed = min(window, len(columns) - (len(columns) + 1) % 2)
        return np.asarray(savgol_filter(columns, narrowed, smoothing.polynomial, axis=0, mode="interp"))

    return _EvenFilter(apply, fewest)


def _on_even_times(
    values: FloatArray, times_s: Seconds, _sizes: FloatArray, *, even: _EvenFilter, step_s: float
) -> FloatArray:
    """Run a filter that needs even times; see ``smooth_sequence`` for what is done where they are not."""
    grid = even_grid(times_s, step_s)
    if len(times_s if grid is None else grid) < even.fewest:
        return values
    columns = values.reshape(len(values), -1)
    smoothed = np.empty_like(columns)
    # Some columns at a time: the filters work in float64 and keep several copies.
    for start in range(0, columns.shape[1], len(BLAZEPOSE_33)):
        block = np.s_[:, start : start + len(BLAZEPOSE_33)]
        wide = columns[block].astype(np.float64)
        if grid is None:
            smoothed[block] = even.apply(wide)
        else:
            smoothed[block] = CubicSpline(grid, even.apply(PchipInterpolator(times_s, wide)(grid)))(times_s)
    return smoothed.reshape(values.shape)


def _one_euro(
    values: FloatArray, times_s: Seconds, sizes: FloatArray, *, min_cutoff_hz: float, beta: float
) -> FloatArray:
    one_euro = OneEuro(min_cutoff=min_cutoff_hz, beta=beta)
    smoothed = np.empty_like(values)
    for index, (time_s, size) in enumerate(zip(times_s.tolist(), sizes.tolist(), strict=True)):
        smoothed[index] = one_euro.apply(values[index], time_s, scale=size)
    return smoothed


def _region_sizes(xy: FloatArray) -> FloatArray:
    """(T, P) sides of the people's regions in pixels, at least 1."""
    diagonals = [np.linalg.norm(xy[..., shoulder, :] - xy[..., hip, :], axis=-1) for shoulder, hip in _DIAGONALS]
    return np.asarray(np.fmax(1, _REGION_PER_TRUNK * np.fmax(*diagonals)), np.float32)


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
