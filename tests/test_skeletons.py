from posecore import BLAZEPOSE_33
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE


def test_names_and_edges_match_mediapipe():
    from mediapipe.tasks.python import vision

    theirs = [landmark.name.lower() for landmark in vision.PoseLandmark]
    assert list(BLAZEPOSE_33.landmarks) == theirs
    connections = vision.PoseLandmarksConnections.POSE_LANDMARKS
    assert {frozenset(edge) for edge in BLAZEPOSE_33.edges} == {frozenset((c.start, c.end)) for c in connections}


def test_mirror_only_swaps_the_sides():
    mirror, names = BLAZEPOSE_33.mirror, BLAZEPOSE_33.landmarks
    assert [mirror[mirror[index]] for index in range(33)] == list(range(33))
    assert [name for index, name in enumerate(names) if mirror[index] == index] == ["nose"]
    assert names[mirror[BLAZEPOSE_33.index("mouth_left")]] == "mouth_right"


def test_every_landmark_is_in_one_part():
    members = sorted(index for part in BLAZEPOSE_33.parts.values() for index in part)
    assert members == list(range(33))


def test_coco_keypoints_are_mapped_by_name():
    names = [BLAZEPOSE_33.landmarks[index] for index in COCO_17_FROM_BLAZEPOSE]
    paired = ("eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    assert names == ["nose", *(f"{side}_{joint}" for joint in paired for side in ("left", "right"))]
