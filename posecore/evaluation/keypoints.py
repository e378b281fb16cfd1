"""How keypoints of labelled sets and of other systems become COCO's 17, in which everything is scored.

The mapping is by name. Names that no entry here has are not scored: BlazePose, like COCO, has no landmark for a neck, a
thorax, a pelvis or the top of a head. Neck and head top are read all the same, as the size of a head (for PCKh).
"""

import re
from collections.abc import Sequence

from posecore.skeletons import BLAZEPOSE_33, COCO_17_FROM_BLAZEPOSE

COCO_17 = tuple(BLAZEPOSE_33.landmarks[place] for place in COCO_17_FROM_BLAZEPOSE)
"""The names of COCO's 17 keypoints, in COCO's order."""

# fmt: off
CROWDPOSE_14 = (
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist", "left_hip",
    "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle", "head", "neck",
)
"""As in Li et al., "CrowdPose" (2019). Its head is the top of the head."""
LSP_14 = (
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "right_wrist", "right_elbow",
    "right_shoulder", "left_shoulder", "left_elbow", "left_wrist", "neck", "head_top",
)
"""As in Johnson and Everingham, "Clustered Pose and Nonlinear Appearance Models" (2010)."""
MPII_16 = (
    "right_ankle", "right_knee", "right_hip", "left_hip", "left_knee", "left_ankle", "pelvis", "thorax", "upper_neck",
    "head_top", "right_wrist", "right_elbow", "right_shoulder", "left_shoulder", "left_elbow", "left_wrist",
)
"""As in Andriluka et al., "2D Human Pose Estimation: New Benchmark and State of the Art Analysis" (2014)."""
BODY_25 = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "mid_hip", "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye",
    "right_ear", "left_ear", "left_big_toe", "left_small_toe", "left_heel", "right_big_toe", "right_small_toe",
    "right_heel",
)
"""As OpenPose writes them."""
COCO_18 = (
    "nose", "neck", "right_shoulder", "right_elbow", "right_wrist", "left_shoulder", "left_elbow", "left_wrist",
    "right_hip", "right_knee", "right_ankle", "left_hip", "left_knee", "left_ankle", "right_eye", "left_eye",
    "right_ear", "left_ear",
)
"""As OpenPose's COCO model writes them."""
# fmt: on

NAMES_BY_COUNT = {17: COCO_17, 33: BLAZEPOSE_33.landmarks, 16: MPII_16, 25: BODY_25}
"""The keypoints of files that do not name them. 14 have no usual order: LSP's and CrowdPose's differ."""

_HEAD_TOPS = ("head_top", "top_of_head", "top_head", "headtop", "head")
_NECKS = ("upper_neck", "neck")


def plain_name(name: object) -> str:
    """A keypoint's name as it is compared: "Left Shoulder", "lShoulder" and "l_shoulder" are left_shoulder."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", str(name)).lower()
    words = re.sub(r"[^a-z0-9]+", "_", words).strip("_")
    side = re.fullmatch(r"(l|r)_(.+)", words) or re.fullmatch(r"(.+)_(l|r)", words)
    if side is None:
        return words
    letter, joint = side.groups() if len(side[1]) == 1 else side.groups()[::-1]
    return f"{'left' if letter == 'l' else 'right'}_{joint}"


def places_of_coco(names: Sequence[object]) -> list[int | None]:
    """For each of COCO's 17 keypoints its place among keypoints with these names; None: not there."""
    plain = [plain_name(name) for name in names]
    return [plain.index(name) if name in plain else None for name in COCO_17]


def head_ends(names: Sequence[object]) -> tuple[int, int] | None:
    """Places of the top and the lower end of a head among keypoints with these names; None if one is missing."""
    plain = [plain_name(name) for name in names]
    ends = [next((plain.index(name) for name in known if name in plain), None) for known in (_HEAD_TOPS, _NECKS)]
    return None if ends[0] is None or ends[1] is None else (ends[0], ends[1])
