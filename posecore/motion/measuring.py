"""Basics shared by all measurements: visible landmarks and rates of change."""

from collections.abc import Sequence
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption
from posecore.motion.gaps import stretches
from posecore.poses import PoseSequence

Space = Literal["world", "picture"]

_Doubles = NDArray[np.float64]


def visible_landmarks(
    sequence: PoseSequence, landmarks: Sequence[int], *, space: Space, min_visibility: float
) -> _Doubles:
    """Select landmarks that are visible enough: the one rule for all measurements.

    Args:
        sequence: its ``world`` or ``xy`` is used.
        landmarks: N indices.
        space: ``"world"`` or ``"picture"``.
        min_visibility: 0..1.

    Returns:
        (T, P, N, 3 or 2) float64, metres or pixels; NaN for a landmark that is missing or below ``min_visibility``.

    Raises:
        InvalidOption: if an option is none of the above.
    """
    if space not in get_args(Space):
        raise InvalidOption(f"Expected 'space' to be one of {get_args(Space)}, but got {space!r}.")
    check_visibility(min_visibility)
    wanted = list(landmarks)
    places = (sequence.world if space == "world" else sequence.xy)[:, :, wanted].astype(np.float64)
    places[~(sequence.visibility[:, :, wanted] >= min_visibility)] = np.nan  # a visibility of NaN is not enough
    return places


def check_visibility(min_visibility: float) -> None:
    """Raise InvalidOption unless ``min_visibility`` is from 0 to 1."""
    if not 0 <= min_visibility <= 1:
        raise InvalidOption(f"Expected 'min_visibility' to be from 0 to 1, but got {min_visibility}.")


def rate_of_change(values: NDArray[np.floating], times_s: NDArray[np.float64], cuts: ArrayLike = ()) -> _Doubles:
    """Change per second, from the true times, within each stretch without a gap.

    Inside a stretch it is the slope of the parabola through a frame and its two neighbours (the central difference for
    uneven steps, as in ``numpy.gradient``); at the ends, the slope to the only neighbour. A stretch ends where the
    value is NaN, before a cut, and at a hole in the video itself (see ``posecore.motion.gaps.stretches``).

    Args:
        values: (T, ...).
        times_s: (T,), strictly increasing.
        cuts: (C,), those of the sequence.

    Returns:
        (T, ...) float64; NaN where the value is NaN, and in a stretch of one frame.

    Raises:
        InvalidOption: if the times have another length or do not strictly increase.
    """
    times_s = np.asarray(times_s, np.float64)
    if times_s.shape != (len(values),):
        raise InvalidOption(f"Expected 'times_s' to have shape {(len(values),)}, but got {times_s.shape}.")
    if not (np.diff(times_s) > 0).all():
        raise InvalidOption("Expected 'times_s' to be strictly increasing, but got a step that is not.")
    per_value = (-1, *[1] * (np.ndim(values) - 1))
    steps = np.diff(times_s)
    known_steps = steps.copy()
    runs = stretches(np.ones(len(times_s), bool), times_s, cuts)
    known_steps[[run.start - 1 for run in runs[1:]]] = np.nan
    slopes = np.diff(values, axis=0) / known_steps.reshape(per_value)
    before, after = _beside(slopes, len(values))
    step_before, step_after = _beside(steps.reshape(per_value), len(values))
    central = (before * step_after + after * step_before) / (step_before + step_after)
    return np.where(np.isnan(before), after, np.where(np.isnan(after), before, central))


def _beside(between: _Doubles, frames: int) -> tuple[_Doubles, _Doubles]:
    """Spread (T - 1, ...) values between frames to the value before and after each frame; NaN beyond the ends."""
    before, after = np.full((2, frames, *between.shape[1:]), np.nan)
    before[1:] = after[:-1] = between
    return before, after
