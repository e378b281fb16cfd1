"""Smoothing of a finished sequence: the filters and how they are run.

A filter for a finished video can look ahead, so unlike a stream's it adds no lag. Times are the video's own.
``posecore.motion.smoothing_effect`` measures what a filter did.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, replace
from functools import partial
from typing import Any, Literal, NamedTuple, Self, get_args

import numpy as np
import scipy  # whose parts load when first used
from numpy.typing import NDArray

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
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, check_field_of_view, lens_in_words, view_deg_of
from posecore.poses import COORDINATES, FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

SmoothingMethod = Literal["none", "one-euro", "butterworth", "savitzky-golay", "solid"]

Columns = NDArray[np.float64]
_Filter = Callable[[FloatArray, Seconds, FloatArray], FloatArray]
"""(n, ...) values, their (n,) times and (n,) sizes of the person -> (n, ...) values."""


class _EvenFilter(NamedTuple):
    """A filter for (n, columns) at even times, and the fewest frames it works on."""

    apply: Callable[[Columns], Columns]
    fewest: int


# The options that each method reads.
_OPTIONS_OF: dict[str, tuple[str, ...]] = {
    "none": (),
    "one-euro": ("min_cutoff_hz", "beta"),
    "butterworth": ("cutoff_hz", "order"),
    "savitzky-golay": ("window_s", "polynomial"),
    "solid": ("field_of_view_deg",),
}
_ORDERS = (2, 4, 6, 8)
_POLYNOMIALS = (1, 2, 3, 4, 5)

# MediaPipe measures speed in side lengths of the person's region. The side is 4 times the trunk's longer diagonal: the
# medians of videos of people walking, squatting, dancing and signing are 3.8 to 4.2, most frames within a tenth of it.
_REGION_PER_TRUNK = 4.0
_DIAGONALS = tuple(
    (BLAZEPOSE_33.index(f"{side}_shoulder"), BLAZEPOSE_33.index(f"{other}_hip"))
    for side, other in (("left", "right"), ("right", "left"))
)
# MediaPipe filters world landmarks with half the beta (as if the region were 2 m) and twice the cutoff at rest.
_REGION_M = 2.0
_WORLD_REST = 2.0


@dataclass(frozen=True)
class Smoothing:
    """How to smooth the landmarks of a finished video over time. Each method reads only its own options.

    Methods:
        ``"butterworth"``: a low pass run forwards and backwards, so that it adds no lag; common in gait analysis as
            "4th order, zero lag, 6 Hz" (Winter, Biomechanics and Motor Control of Human Movement). ``order`` is that
            of both runs together: 4 is a filter of order 2, run twice. Each run uses a higher cutoff, by Winter's
            correction (sqrt(2) - 1)^(-1/order) on the bilinear transform's frequency axis, so that both together
            pass 1/sqrt(2) (-3 dB) of the amplitude at ``cutoff_hz``.
        ``"savitzky-golay"``: the middle value of a polynomial fitted to the surrounding frames (Savitzky & Golay,
            Analytical Chemistry 36, 1964). It adds no lag and preserves peaks.
        ``"one-euro"``: the filter for streams (Casiez, Roussel & Vogel, CHI 2012), which only looks back and so lags.
            The defaults are MediaPipe's.
        ``"solid"``: no filter but one body, with bones of constant length, see ``posecore.motion.body``; it also mends
            exchanged sides.
        ``"none"``: leaves coordinates as they are.

    Attributes:
        method: see above.
        cutoff_hz: Butterworth: must be below half of the video's frames per second.
        order: Butterworth: 2, 4, 6 or 8; higher is steeper.
        window_s: Savitzky-Golay: length of the window, rounded to an odd number of frames.
        polynomial: Savitzky-Golay: order of the polynomial, 1 to 5.
        min_cutoff_hz: One-Euro: cutoff for a landmark at rest in the picture; world landmarks use twice that.
        beta: One-Euro: rise of the cutoff in Hz at a speed of one region side (see ``smooth_sequence``) per second;
            for world landmarks, at two metres per second.
        field_of_view_deg: solid: of the camera, along the picture's longer side, as for ``estimate_root``.
        fill_gaps_s: gaps up to this many seconds are filled first (see ``posecore.motion.gaps``), with any method.

    Raises:
        InvalidOption: if a value is outside its range.
    """

    method: SmoothingMethod = "butterworth"
    cutoff_hz: float = 6.0
    order: int = 4
    window_s: float = 0.3
    polynomial: int = 3
    min_cutoff_hz: float = 0.05
    beta: float = 80.0
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG
    fill_gaps_s: float = 0.0

    def __post_init__(self) -> None:
        methods = get_args(SmoothingMethod)
        for name, choices in (("method", methods), ("order", _ORDERS), ("polynomial", _POLYNOMIALS)):
            if getattr(self, name) not in choices:
                raise InvalidOption(f"Expected {name!r} to be one of {choices}, but got {getattr(self, name)!r}.")
        for name in ("cutoff_hz", "window_s", "min_cutoff_hz"):
            if not 0 < getattr(self, name) < math.inf:
                raise InvalidOption(f"Expected {name!r} to be above zero, but got {getattr(self, name)}.")
        check_field_of_view(self.field_of_view_deg)
        if not 0 <= self.beta < math.inf:
            raise InvalidOption(f"Expected 'beta' to be 0 or more, but got {self.beta}.")
        check_gap(self.fill_gaps_s, "fill_gaps_s")

    def through_lens(self, size: tuple[int, int], focal_35mm: float | None) -> tuple[Self, str]:
        """The same through the lens that a video states, and a sentence on which; arguments as for ``view_deg_of``."""
        view_deg = view_deg_of(size, focal_35mm)
        return replace(self, field_of_view_deg=view_deg), lens_in_words(size, focal_35mm)

    def as_dict(self) -> dict[str, object]:
        """Plain values for a manifest: the method, the options it reads, and the gaps."""
        read = ("method", *_OPTIONS_OF[self.method], "fill_gaps_s")
        return {name: value for name, value in asdict(self).items() if name in read}

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """The smoothing of which ``as_dict`` gave these values, which may come from any file.

        Raises:
            InvalidOption: if they are not such values.
        """
        numbers = {name: value for name, value in values.items() if name != "method"}
        known = {option.name for option in fields(cls)}
        if "method" not in values or not known.issuperset(values):
            raise InvalidOption(f"Expected the options of a smoothing, but got {', '.join(map(str, values))[:80]}.")
        if not all(type(value) in (int, float) for value in numbers.values()):
            raise InvalidOption("Expected the options of a smoothing to be numbers, but got others.")
        return cls(**values)

    def __str__(self) -> str:
        """One line for the screen, such as "Butterworth, 4th order, 6 Hz, zero lag"."""
        text = {
            "none": "No smoothing",
            "one-euro": f"One-Euro, {self.min_cutoff_hz:g} Hz at rest, beta {self.beta:g}",
            "butterworth": f"Butterworth, {_ordinal(self.order)} order, {self.cutoff_hz:g} Hz, zero lag",
            "savitzky-golay": f"Savitzky-Golay, {_ordinal(self.polynomial)} order, {self.window_s:g} s, zero lag",
            "solid": f"Solid body, seen at {self.field_of_view_deg:g} degrees",
        }[self.method]
        return f"{text}, gaps up to {self.fill_gaps_s:g} s filled" if self.fill_gaps_s else text


def smooth_sequence(
    sequence: PoseSequence, smoothing: Smoothing, *, on_progress: Callable[[int, int], None] | None = None
) -> PoseSequence:
    """Smooth ``xy``, ``z`` and ``world`` over time, each person separately; or fit a solid body, see ``Smoothing``.

    ``visibility`` and ``presence`` stay as the model gave them: they are estimates about one frame, not positions, and
    smoothing would hide how long a joint was out of sight. (Filled gaps: see ``gaps.fill_gaps``.)

    Where a person is not seen, values stay NaN and the filter starts again afterwards: nothing before a gap
    influences what follows it. The same goes for a hard cut, and for a hole of more than five frames in the video's
    own times.

    - Uneven times: Butterworth and Savitzky-Golay need even ones. If a frame is more than a tenth of a step off an
      even grid, the stretch is interpolated onto one (PCHIP), filtered, and interpolated back to its own times (cubic
      spline).
    - Short stretches: the Butterworth filter pads both ends by up to two periods of its cutoff, point-reflected at
      the end point; a stretch with no more frames than its order stays as it is. Savitzky-Golay narrows its window to
      the stretch; a stretch that the polynomial would fit exactly stays as it is.
    - One-Euro in the picture measures speed in side lengths of the person's region, as MediaPipe does; the side is
      estimated in each frame as 4 times the longer diagonal from a shoulder to the opposite hip.

    Args:
        sequence: is not changed.
        smoothing: which filter.
        on_progress: of a solid body, as for ``posecore.motion.body.fit``; filters take no time worth telling.

    Returns:
        A new sequence, or the given one if there is nothing to do.

    Raises:
        InvalidOption: if the filter is not possible at the video's frame rate.
    """
    sequence = fill_gaps(sequence, smoothing.fill_gaps_s)
    if smoothing.method == "solid":
        from posecore.motion.body import fit  # which needs a second to load, and few ask for it

        return fit(sequence, field_of_view_deg=smoothing.field_of_view_deg, on_progress=on_progress)
    if smoothing.method == "none" or len(sequence) < 2:
        return sequence
    step_s = usual_step_s(sequence.times_s)
    xy = sequence.xy
    diagonals = [np.linalg.norm(xy[..., shoulder, :] - xy[..., hip, :], axis=-1) for shoulder, hip in _DIAGONALS]
    in_picture = np.asarray(np.fmax(1, _REGION_PER_TRUNK * np.fmax(*diagonals)), np.float32)
    sizes = {"xy": in_picture, "z": in_picture, "world": np.full_like(in_picture, _REGION_M)}
    arrays: dict[str, Any] = {name: np.array(getattr(sequence, name)) for name in COORDINATES}
    for name, array in arrays.items():
        smooth = _make_filter(smoothing, step_s, rest=_WORLD_REST if name == "world" else 1.0)
        for person in range(array.shape[1]):
            _smooth_person(array[:, person], sequence, sizes[name][:, person], smooth)
    return replace(sequence, **arrays)


def _smooth_person(values: FloatArray, sequence: PoseSequence, sizes: FloatArray, smooth: _Filter) -> None:
    """Filter one person's (T, K, ...) values in place, stretch by stretch."""
    for landmarks, there in patterns(values):
        for stretch in stretches(there, sequence.times_s, sequence.cuts):
            part = values[stretch, landmarks]
            values[stretch, landmarks] = smooth(part, sequence.times_s[stretch], sizes[stretch])


def _make_filter(smoothing: Smoothing, step_s: float, *, rest: float) -> _Filter:
    """Make the filter for one array of a video with this usual step; ``rest`` multiplies One-Euro's cutoff at rest."""
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
    # Two runs attenuate twice, so each needs a higher cutoff; tan() is the frequency axis on which the digital filter
    # is a Butterworth filter.
    correction = (math.sqrt(2) - 1) ** (1 / smoothing.order)
    each_hz = math.atan(math.tan(math.pi * smoothing.cutoff_hz / rate) / correction) * rate / math.pi
    sections = scipy.signal.butter(smoothing.order // 2, each_hz, fs=rate, output="sos")
    periods = math.ceil(2 * rate / smoothing.cutoff_hz)

    def apply(columns: Columns) -> Columns:
        return np.asarray(scipy.signal.sosfiltfilt(sections, columns, axis=0, padlen=min(periods, len(columns) - 1)))

    return _EvenFilter(apply, fewest=smoothing.order + 1)


def _make_savgol(smoothing: Smoothing, rate: float) -> _EvenFilter:
    window = 2 * round(smoothing.window_s * rate / 2) + 1
    # A polynomial fits as many frames exactly as it has coefficients; windows are odd.
    fewest = smoothing.polynomial + 2 + (smoothing.polynomial + 1) % 2
    if window < fewest:
        raise InvalidOption(
            f"Expected 'window_s' to span at least {fewest} frames of this clip's {rate:.4g} a second, "
            f"but got {smoothing.window_s:g} s, which spans {window}."
        )

    def apply(columns: Columns) -> Columns:
        narrowed = min(window, len(columns) - (len(columns) + 1) % 2)
        return np.asarray(scipy.signal.savgol_filter(columns, narrowed, smoothing.polynomial, axis=0, mode="interp"))

    return _EvenFilter(apply, fewest)


def _on_even_times(
    values: FloatArray, times_s: Seconds, _sizes: FloatArray, *, even: _EvenFilter, step_s: float
) -> FloatArray:
    """Run a filter that needs even times, resampling there and back if necessary; see ``smooth_sequence``."""
    grid = even_grid(times_s, step_s)
    if len(times_s if grid is None else grid) < even.fewest:
        return values
    columns = values.reshape(len(values), -1)
    smoothed = np.empty_like(columns)
    # In blocks, to save memory: the filters work in float64 and keep several copies.
    for start in range(0, columns.shape[1], len(BLAZEPOSE_33)):
        block = np.s_[:, start : start + len(BLAZEPOSE_33)]
        wide = columns[block].astype(np.float64)
        if grid is None:
            smoothed[block] = even.apply(wide)
        else:
            on_grid = scipy.interpolate.PchipInterpolator(times_s, wide)(grid)
            smoothed[block] = scipy.interpolate.CubicSpline(grid, even.apply(on_grid))(times_s)
    return smoothed.reshape(values.shape)


def _one_euro(
    values: FloatArray, times_s: Seconds, sizes: FloatArray, *, min_cutoff_hz: float, beta: float
) -> FloatArray:
    one_euro = OneEuro(min_cutoff=min_cutoff_hz, beta=beta)
    smoothed = np.empty_like(values)
    for index, (time_s, size) in enumerate(zip(times_s.tolist(), sizes.tolist(), strict=True)):
        smoothed[index] = one_euro.apply(values[index], time_s, scale=size)
    return smoothed


def _ordinal(number: int) -> str:
    return f"{number}{ {1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th') }"
