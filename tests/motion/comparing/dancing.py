"""A figure that dances, and the same dance at other times."""

from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from posecore import PoseSequence
from tests.motion.exercises.figure import figure


def dance(times_s: ArrayLike, *, seed: int = 0, **given: float) -> PoseSequence:
    """Moves that never repeat, as a smooth function of the time; another seed is another dance."""
    times = np.asarray(times_s, float)
    numbers = np.random.default_rng(seed)

    def move(low: float, high: float) -> np.ndarray:
        waves = sum(
            np.sin(2 * np.pi * (times * rate + phase))
            for rate, phase in zip(numbers.uniform(0.15, 0.6, 3), numbers.uniform(0, 1, 3), strict=True)
        )
        return low + (high - low) * (waves / 3 + 1) / 2

    return figure(
        times,
        knee=move(0, 90),
        hip=move(0, 90),
        left_shoulder=move(0, 170),
        right_shoulder=move(0, 170),
        left_elbow=move(0, 120),
        right_elbow=move(0, 120),
        **given,
    )


def retimed(sequence: PoseSequence, times_s: ArrayLike) -> PoseSequence:
    """The same frames at other times."""
    return replace(sequence, times_s=np.asarray(times_s, float))
