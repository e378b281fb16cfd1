import pytest

from posecore import BLAZEPOSE_33, HAND_21
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE


def test_names_and_edges_match_mediapipe():
    from mediapipe.tasks.python import vision
    from mediapipe.tasks.python.vision.hand_landmarker import HandLandmark

    hand_edges = vision.HandLandmarksConnections.HAND_CONNECTIONS
    for skeleton, landmarks, connections in [
        (BLAZEPOSE_33, vision.PoseLandmark, vision.PoseLandmarksConnections.POSE_LANDMARKS),
        (HAND_21, HandLandmark, hand_edges),
    ]:
        assert list(skeleton.landmarks) == [landmark.name.lower() for landmark in landmarks]
        assert {frozenset(edge) for edge in skeleton.edges} == {frozenset((c.start, c.end)) for c in connections}


def test_mirror_only_swaps_the_sides():
    mirror, names = BLAZEPOSE_33.mirror, BLAZEPOSE_33.landmarks
    assert [mirror[mirror[index]] for index in range(33)] == list(range(33))
    assert [name for index, name in enumerate(names) if mirror[index] == index] == ["nose"]
    assert names[mirror[BLAZEPOSE_33.index("mouth_left")]] == "mouth_right"


@pytest.mark.parametrize("skeleton", [BLAZEPOSE_33, HAND_21])
def test_every_landmark_is_in_one_part(skeleton):
    members = sorted(index for part in skeleton.parts.values() for index in part)
    assert members == list(range(len(skeleton)))


def test_a_hand_has_no_sides():
    assert HAND_21.mirror == tuple(range(21))
    assert set(HAND_21.sides) == {"middle"}


def test_coco_keypoints_are_mapped_by_name():
    names = [BLAZEPOSE_33.landmarks[index] for index in COCO_17_FROM_BLAZEPOSE]
    paired = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    assert names == ["nose", *(f"{side}_{joint}" for joint in paired for side in ("left", "right"))]
