"""Counting frame by frame, as in a live stream."""

import numpy as np

from posecore import PoseSequence
from posecore.motion.exercises.live import LiveCount


def watch(
    sequence: PoseSequence, exercise: str, *, at_once: int = 10, free: bool = True
) -> tuple[LiveCount, list[int]]:
    """Count frame by frame, and note the count after each few frames; it never falls."""
    live, counts = LiveCount(exercise), []
    live.free = free
    frames = [sequence.frame(index) for index in range(len(sequence))]
    for start in range(0, len(frames), at_once):
        live.add(frames[start : start + at_once])
        counts.append(len(live.repetitions))
    live.add([], last=True)
    assert np.all(np.diff(counts) >= 0)
    return live, counts
