"""The band of the usual error around a curve of angles, for plotly."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from posecore.view.palette import Color, css

MOST_POINTS = 150
"""About the most points of an edge; of more, every second (third, ...) one counts."""
OPACITY = 0.13  # as in the player, BAND_ALPHA
_LEAST_DEG, _MOST_DEG = 0, 180  # of an angle


def band_of(
    times_s: NDArray[np.float64], angles: NDArray[np.floating], errors: NDArray[np.floating], color: Color
) -> dict[str, Any]:
    """The trace of a band: an area around each stretch of frames in which angle and error are known.

    Args:
        times_s: (T,).
        angles: (T,) degrees; NaN: not known.
        errors: (T,) degrees to either side; NaN: not known.
        color: of the curve.
    """
    around_x, around_y = [], []
    known = np.flatnonzero(np.isfinite(angles + errors))
    step = max(1, -(-len(known) // MOST_POINTS))
    for run in np.split(known, np.flatnonzero(np.diff(known) > 1) + 1):
        part = run[::step] if (len(run) - 1) % step == 0 else np.append(run[::step], run[-1])
        low, high = (np.clip(angles[part] + sign * errors[part], _LEAST_DEG, _MOST_DEG) for sign in (-1, 1))
        around_x += [times_s[part], times_s[part][::-1], [np.nan]]
        around_y += [high, low[::-1], [0]]
    return {
        "type": "scatter",
        "mode": "lines",
        "x": np.concatenate([*around_x, []]).astype(np.float32),
        "y": np.concatenate([*around_y, []]).round().astype(np.uint8),  # a page is 0.5 MB smaller
        "fill": "toself",
        "fillcolor": f"rgba({', '.join(map(str, color))}, {OPACITY})",
        "line": {"width": 0, "color": css(color)},
        "hoverinfo": "skip",
        "showlegend": False,
    }
