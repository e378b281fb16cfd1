"""What the pieces are drawn from: the people of a frame, and where they were just before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from posecore.view.overlays.head import Head
from posecore.view.overlays.person import Person


@dataclass(frozen=True)
class Scene:
    """The people of a frame.

    Attributes:
        people: the farthest first, so that the nearest is drawn last.
        heads: those of them that are seen, in the same order.
        past: of each person by number, the newest last: seconds before this frame and (33, 2) pixels, NaN where
            unseen.
    """

    people: Sequence[Person]
    heads: Sequence[Head] = ()
    past: Mapping[int, Sequence[tuple[float, NDArray[np.float64]]]] = field(default_factory=dict)
