"""Poses to fill, of a person of plain measures: the joints of each in metres."""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from posecore.skeletons import BLAZEPOSE_33
from posecore.view.overlays.names import ReferenceName

_Doubles = NDArray[np.float64]
_Joint = tuple[float, float, float]

# From the middle of the hips: x to the person's left, y up, z forwards.
_HEAD: Mapping[str, _Joint] = {
    "nose": (0.0, 0.16, 0.12),
    "eye_inner": (0.015, 0.20, 0.10),
    "eye": (0.032, 0.20, 0.095),
    "eye_outer": (0.045, 0.20, 0.085),
    "ear": (0.075, 0.18, 0.0),
    "mouth": (0.025, 0.12, 0.10),
}  # from the middle of the shoulders
_SHOULDER, _HIP = (0.18, 0.5, 0.0), (0.11, 0.0, 0.0)
_STANDING = {"knee": (0.13, -0.42, 0.02), "ankle": (0.13, -0.84, 0.0)}
_ARMS_OUT = {"elbow": (0.45, 0.5, 0.0), "wrist": (0.70, 0.5, 0.0)}


def _even(**joints: _Joint) -> dict[str, _Joint]:
    """Joints of both sides from those of the left."""
    x = {"left": 1, "right": -1}
    return {f"{side}_{name}": (sign * at[0], at[1], at[2]) for side, sign in x.items() for name, at in joints.items()}


_JOINTS: Mapping[ReferenceName, Mapping[str, _Joint]] = {
    "t_pose": _even(shoulder=_SHOULDER, hip=_HIP, **_ARMS_OUT, **_STANDING),
    "arms_up": _even(shoulder=_SHOULDER, hip=_HIP, elbow=(0.22, 0.78, 0.0), wrist=(0.20, 1.03, 0.0), **_STANDING),
    "warrior_2": _even(shoulder=_SHOULDER, hip=_HIP, **_ARMS_OUT)
    | {
        "left_knee": (0.51, -0.12, 0.03),
        "left_ankle": (0.53, -0.54, 0.0),
        "right_knee": (-0.43, -0.27, 0.0),
        "right_ankle": (-0.75, -0.54, 0.0),
    },
    "tree": _even(shoulder=_SHOULDER, hip=_HIP, elbow=(0.24, 0.77, 0.0), wrist=(0.03, 0.93, 0.05))
    | {
        "left_knee": (0.09, -0.42, 0.02),
        "left_ankle": (0.07, -0.84, 0.0),
        "right_knee": (-0.47, -0.20, 0.10),
        "right_ankle": (-0.06, -0.28, 0.05),
    },
    "squat": _even(
        shoulder=(0.18, 0.41, 0.29),
        hip=_HIP,
        elbow=(0.20, 0.43, 0.55),
        wrist=(0.20, 0.45, 0.80),
        knee=(0.20, -0.02, 0.40),
        ankle=(0.18, -0.43, 0.30),
    ),
}


def _landmarks(joints: Mapping[str, _Joint]) -> _Doubles:
    """(33, 3) metres as in ``FramePoses.world``: x to the right in the picture, y down, z away from the camera."""
    at = {name: np.array(joint) for name, joint in joints.items()}
    neck = (at["left_shoulder"] + at["right_shoulder"]) / 2
    for side, sign in (("left", 1), ("right", -1)):
        for name, place in _HEAD.items():
            label = {"nose": "nose", "mouth": f"mouth_{side}"}.get(name, f"{side}_{name}")
            at[label] = neck + np.array(place) * [sign, 1, 1]
        along = at[f"{side}_wrist"] - at[f"{side}_elbow"]
        along /= np.linalg.norm(along)
        for name, reach in (("pinky", 0.08), ("index", 0.10), ("thumb", 0.05)):
            at[f"{side}_{name}"] = at[f"{side}_wrist"] + reach * along
        at[f"{side}_heel"] = at[f"{side}_ankle"] + [0, -0.05, -0.04]
        at[f"{side}_foot_index"] = at[f"{side}_ankle"] + [0.03 * sign, -0.05, 0.14]
    # The left of a person who faces the camera is at the right in the picture.
    return np.array([at[name] for name in BLAZEPOSE_33.landmarks]) * [1, -1, -1]


REFERENCE_POSES: Mapping[ReferenceName, _Doubles] = MappingProxyType(
    {name: _landmarks(joints) for name, joints in _JOINTS.items()}
)
"""(33, 3) metres by name, as in ``FramePoses.world``, facing the camera."""
