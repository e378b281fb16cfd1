"""Array helpers shared by the modules of this folder."""

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]


def logistic(values: FloatArray) -> FloatArray:
    """1 / (1 + exp(-x)), without overflow."""
    result: FloatArray = 0.5 + 0.5 * np.tanh(0.5 * values)
    return result
