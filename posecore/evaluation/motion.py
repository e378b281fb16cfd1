"""The movement of one person over time, as another program, a laboratory or posecore itself measured it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.angle_agreement import joint_angles
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import Problem
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33, COCO_17_FROM_BLAZEPOSE

Doubles = NDArray[np.float64]
Unit = Literal["m", "px", "unknown"]

OTHER_SIDE = [COCO_17.index(BLAZEPOSE_33.landmarks[BLAZEPOSE_33.mirror[place]]) for place in COCO_17_FROM_BLAZEPOSE]
"""For each of COCO's 17 keypoints the place of that on the other side of the body."""


@dataclass(frozen=True, eq=False)
class Motion:
    """One person's 17 keypoints over time.

    Attributes:
        name: of the file.
        kind: of file, such as "C3D".
        times_s: (T,) seconds, strictly increasing; where 0 is, is the file's own.
        points: (T, 17, 3) in 3D with any axes, or (T, 17, 2) pixels of the upright picture with y down, in COCO's
            order; NaN: not known.
        unit: "m", "px", or "unknown" if the file does not say how long its lengths are: then only angles count.
        read: what each keypoint was read from, by its name, such as ``{"left_wrist": "middle of LWRA and LWRB"}``.
        unused: names in the file that are no keypoint's.
        problems: what could not be used.
    """

    name: str
    kind: str
    times_s: Doubles
    points: Doubles
    unit: Unit
    read: Mapping[str, str] = field(default_factory=dict)
    unused: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.times_s)

    @property
    def is_flat(self) -> bool:
        """Whether the points are in the picture, not in 3D."""
        return self.points.shape[-1] == 2

    @cached_property
    def angles(self) -> Doubles:
        """(T, A) degrees, those of ``JOINT_ANGLES``."""
        return joint_angles(self.points)

    def with_sides_exchanged(self) -> "Motion":
        """The same movement with left and right exchanged by name."""
        return replace(self, points=self.points[:, OTHER_SIDE])

    def at(self, times_s: Doubles) -> Doubles:
        """(N, 17, 3 or 2) the points at other times, on a straight line between the two frames around each.

        A keypoint that is not known in one of these frames is not known between them; nothing is known before the first
        frame, after the last, or in a hole of more than twice the usual step.
        """
        times = self.times_s
        if len(times) < 2:
            return np.full((len(times_s), *self.points.shape[1:]), np.nan)
        before = np.clip(np.searchsorted(times, times_s, side="right") - 1, 0, len(times) - 2)
        steps = times[before + 1] - times[before]
        share = (times_s - times[before]) / steps
        # Times are rounded in files: a little outside is on the edge.
        close = 1e-3
        share = np.where(np.abs(share) < close, 0, np.where(np.abs(share - 1) < close, 1, share))
        inside = (share >= 0) & (share <= 1) & ((steps <= 2.5 * np.median(np.diff(times))) | (share % 1 == 0))
        share = np.where(inside, share, np.nan)[:, None, None]
        first, second = self.points[before], self.points[before + 1]
        between = first + share * (second - first)
        # On a frame itself its neighbour does not matter, also if it is not known.
        return np.where(share == 0, first, np.where(share == 1, second, between))


def motion_of_poses(sequence: PoseSequence, person_id: int, *, flat: bool, name: str = "posecore") -> Motion:
    """The movement of one person of posecore's own result.

    Args:
        sequence: of any number of people.
        person_id: whose movement.
        flat: in the picture, pixels; otherwise in 3D, metres, centred on the hips.
        name: of its file.

    Raises:
        InvalidOption: if nobody has this id.
        InvalidPoses: if the person is never seen.
    """
    slot = sequence.slot(person_id)
    array = sequence.xy if flat else sequence.world
    points = array[:, slot, list(COCO_17_FROM_BLAZEPOSE)].astype(np.float64)
    read = {keypoint: keypoint for keypoint in COCO_17}
    return Motion(name, "posecore", sequence.times_s, points, "px" if flat else "m", read)
