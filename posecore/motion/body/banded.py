"""A linear system over time, solved frame by frame.

Its matrix is symmetric and positive definite. On its diagonal is a block for each frame; beside it, the same unknown in
the frame before and the one before that. So elimination goes from frame to frame, and each one costs the same.
"""

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]


def unbroken(linked: NDArray[np.bool_]) -> list[NDArray[np.intp]]:
    """The runs of frames that go on from one another, given which frame goes on from the one before."""
    return np.split(np.arange(len(linked)), np.flatnonzero(~linked[1:]) + 1)


def solve_over_time(blocks: Doubles, beside: Doubles, right: Doubles) -> Doubles:
    """Solve for all frames.

    Args:
        blocks: (N, D, D).
        beside: (N, 2, D) what couples each unknown with itself in the frame before, and in the one before that.
        right: (N, D, columns).

    Returns:
        (N, D, columns).
    """
    # LAPACK's own routines for bands are not used: they start threads for each small step, at ten times the cost.
    frames, size, _ = blocks.shape
    inverses, couplings = np.empty_like(blocks), np.zeros_like(blocks)
    solved = np.empty_like(right)
    every = np.arange(size)
    for frame in range(frames):
        own, left = blocks[frame], right[frame]
        if frame > 0:
            near, far = beside[frame]
            coupling = couplings[frame]
            if frame > 1 and far.any():
                coupling -= far[:, None] * (inverses[frame - 2] @ couplings[frame - 1].T)
                own = own - far[:, None] * inverses[frame - 2] * far
                left = left - far[:, None] * solved[frame - 2]
            coupling[every, every] += near
            own = own - coupling @ inverses[frame - 1] @ coupling.T
            left = left - coupling @ solved[frame - 1]
        inverses[frame] = np.linalg.inv(own)
        solved[frame] = inverses[frame] @ left
    for frame in range(frames - 2, -1, -1):
        later = couplings[frame + 1].T @ solved[frame + 1]
        if frame + 2 < frames:
            later = later + beside[frame + 2, 1][:, None] * solved[frame + 2]
        solved[frame] -= inverses[frame] @ later
    return solved
