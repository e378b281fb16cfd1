"""The people that a model or another system found in one photo."""

from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FramePoses
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE

Doubles = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class FoundPeople:
    """The P people found in one photo, with COCO's 17 keypoints in COCO's order.

    Attributes:
        points: (P, 17, 2) pixels; NaN: not found.
        scores: (P,) how sure the system is of each person; only their order matters.
        points_m: (P, 17, 3) metres, axes as those of the picture; NaN: not known.
        milliseconds: time that finding them took; NaN: not known.
        visibility: (P, 17) 0..1, as in ``FramePoses``; None: not known.
    """

    points: Doubles
    scores: Doubles
    points_m: Doubles
    milliseconds: float = float("nan")
    visibility: Doubles | None = None

    def __len__(self) -> int:
        """Number of people."""
        return len(self.points)

    @classmethod
    def nobody(cls) -> Self:
        """No people."""
        return cls(np.empty((0, 17, 2)), np.empty(0), np.empty((0, 17, 3)))

    @classmethod
    def of_poses(cls, poses: FramePoses, milliseconds: float = float("nan")) -> Self:
        """Those of BlazePose's landmarks that COCO has, with their mean visibility as each person's score."""
        places = list(COCO_17_FROM_BLAZEPOSE)
        arrays = [getattr(poses, name)[:, places].astype(np.float64) for name in ("xy", "visibility", "world")]
        return cls(arrays[0], arrays[1].mean(axis=-1), arrays[2], milliseconds, arrays[1])
