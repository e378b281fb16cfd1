"""How far a person is from the camera, over time.

One camera tells distance from how large a body looks. That errs by some percent, and not anew in each frame: a pose in
which the model makes the body too small lasts for a moment. What is known besides is that a person's weight does not
start and stop at once, so the distance is the smoothest one that such errors allow. Steps, which are quicker than the
errors, are lost in it.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import solveh_banded

from posecore.motion.body.banded import unbroken
from posecore.motion.gaps import usual_step_s

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# What the distance errs by, as a share of it, and for how long: measured in four views of one person, in which it was
# 1.4 to 3.8% (2.9 as root mean square), half of it gone after 0.1 to 0.2 s.
_SHARE, _LASTS_S = 0.03, 0.4
# What the middle of the hips accelerates at 30 frames per second, as in ``grounding``; 2.2 to 2.7 in the same views.
_ACCELERATION_M_S2, _RATE_HZ = 3.0, 30


def steady_distance(times_s: Doubles, linked: BoolArray, path: Doubles) -> Doubles:
    """(N, 3) the same path, on the same rays from the camera, at a distance that changes as that of a person does.

    Args:
        times_s: (N,).
        linked: (N,) bool: the frame goes on from the one before.
        path: (N, 3) m from the camera, z away from it.
    """
    steady = path.copy()
    for part in unbroken(linked):
        if len(part) > 2:
            distance = _smoothest(times_s[part], path[part, 2])
            steady[part] *= (distance / path[part, 2])[:, None]
    return steady


def _smoothest(times_s: Doubles, seen: Doubles) -> Doubles:
    """(N,) least squares near to the distances that are seen, with little acceleration."""
    step_s = usual_step_s(times_s)
    first, second = np.diff(times_s)[:-1], np.diff(times_s)[1:]
    change = np.stack([1 / (first * (first + second)), -1 / (first * second), 1 / (second * (first + second))], axis=1)
    change *= 2 / _ACCELERATION_M_S2 * np.sqrt(_RATE_HZ * step_s)
    weight = min(step_s / _LASTS_S, 1) / (_SHARE * seen) ** 2
    bands = np.zeros((3, len(seen)))  # of a symmetric matrix: its diagonal, and those below
    bands[0] = weight
    for earlier in range(3):
        for later in range(earlier, 3):
            bands[later - earlier, earlier : earlier + len(change)] += change[:, earlier] * change[:, later]
    return np.asarray(solveh_banded(bands, weight * seen, lower=True))
