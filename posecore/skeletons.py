"""Names and connections of the landmarks: the only module that defines which index is which joint.

BlazePose's 33 landmarks are those of Bazarevsky et al., "BlazePose: On-device Real-time Body Pose Tracking" (2020), the
hand's 21 those of Zhang et al., "MediaPipe Hands: On-device Real-time Hand Tracking" (2020); both in MediaPipe's order
and with MediaPipe's names. Left and right are the person's own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Skeleton:
    """A fixed list of landmarks and their connections.

    Attributes:
        name: of the skeleton.
        landmarks: K names, in index order.
        edges: pairs of indices joined by a bone.
        mirror: for each index, that of the same landmark on the other side of the body (its own index for a landmark
            in the middle, and for each of a hand, which is mirrored as a whole).
        parts: name of a body part -> its indices; every index is in exactly one part.
    """

    name: str
    landmarks: tuple[str, ...]
    edges: tuple[tuple[int, int], ...]
    mirror: tuple[int, ...]
    parts: Mapping[str, tuple[int, ...]]

    def __len__(self) -> int:
        return len(self.landmarks)

    @cached_property
    def sides(self) -> tuple[str, ...]:
        """Side of each landmark: ``"left"``, ``"right"`` or ``"middle"``."""
        split = (name.split("_") for name in self.landmarks)
        return tuple("left" if "left" in words else "right" if "right" in words else "middle" for words in split)

    def index(self, landmark: str) -> int:
        """Index of a landmark by name; raises ValueError if there is no such landmark."""
        return self.landmarks.index(landmark)


def _mirrored(landmarks: tuple[str, ...]) -> tuple[int, ...]:
    other = {"left": "right", "right": "left"}
    swapped = ("_".join(other.get(word, word) for word in name.split("_")) for name in landmarks)
    return tuple(landmarks.index(name) for name in swapped)


_BLAZEPOSE_LANDMARKS = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)

# fmt: off
_BLAZEPOSE_EDGES = (
    (0, 1), (1, 2), (2, 3), (3, 7), (0, 4), (4, 5), (5, 6), (6, 8), (9, 10),  # face
    (11, 12), (11, 23), (12, 24), (23, 24),  # torso
    (11, 13), (13, 15), (15, 17), (15, 19), (15, 21), (17, 19),  # left arm and hand
    (12, 14), (14, 16), (16, 18), (16, 20), (16, 22), (18, 20),  # right arm and hand
    (23, 25), (25, 27), (27, 29), (27, 31), (29, 31),  # left leg and foot
    (24, 26), (26, 28), (28, 30), (28, 32), (30, 32),  # right leg and foot
)
# fmt: on

BLAZEPOSE_33 = Skeleton(
    name="BlazePose-33",
    landmarks=_BLAZEPOSE_LANDMARKS,
    edges=_BLAZEPOSE_EDGES,
    mirror=_mirrored(_BLAZEPOSE_LANDMARKS),
    parts={
        "face": tuple(range(0, 11)),
        "torso": (11, 12, 23, 24),
        "arms": (13, 14, 15, 16),
        "hands": tuple(range(17, 23)),
        "legs": (25, 26, 27, 28),
        "feet": tuple(range(29, 33)),
    },
)

# BlazePose landmark for each of the 17 COCO keypoints (nose, eyes, ears, shoulders, elbows, wrists, hips, knees,
# ankles), in COCO's order.
COCO_17_FROM_BLAZEPOSE = (0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28)

# The bones between these 17, as pairs of their places, as in COCO's own files.
# fmt: off
COCO_17_EDGES = (
    (15, 13), (13, 11), (16, 14), (14, 12), (11, 12), (5, 11), (6, 12), (5, 6), (5, 7), (6, 8), (7, 9), (8, 10),
    (1, 2), (0, 1), (0, 2), (1, 3), (2, 4), (3, 5), (4, 6),
)
# fmt: on

_FINGERS = {
    "thumb": ("cmc", "mcp", "ip", "tip"),
    **dict.fromkeys(("index_finger", "middle_finger", "ring_finger", "pinky"), ("mcp", "pip", "dip", "tip")),
}
_HAND_LANDMARKS = ("wrist", *(f"{finger}_{joint}" for finger, joints in _FINGERS.items() for joint in joints))

# fmt: off
_HAND_EDGES = (
    (0, 1), (0, 5), (5, 9), (9, 13), (13, 17), (0, 17),  # palm
    (1, 2), (2, 3), (3, 4),  # thumb
    (5, 6), (6, 7), (7, 8),  # index finger
    (9, 10), (10, 11), (11, 12),  # middle finger
    (13, 14), (14, 15), (15, 16),  # ring finger
    (17, 18), (18, 19), (19, 20),  # pinky
)
# fmt: on

HAND_21 = Skeleton(
    name="Hand-21",
    landmarks=_HAND_LANDMARKS,
    edges=_HAND_EDGES,
    mirror=_mirrored(_HAND_LANDMARKS),
    parts={
        "palm": (0, 1, 5, 9, 13, 17),
        "thumb": (2, 3, 4),
        "index_finger": (6, 7, 8),
        "middle_finger": (10, 11, 12),
        "ring_finger": (14, 15, 16),
        "pinky": (18, 19, 20),
    },
)
