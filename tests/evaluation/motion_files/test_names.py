"""The names that laboratories, OpenCap, OpenSim, Pose2Sim and animation programs give to joints."""

import numpy as np
import pytest

from posecore.errors import UnreadableMotion
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.evaluation.motion_files.marker_names import JOINTS, MARKERS, choose_markers, plain_marker
from tests.evaluation.motion_files.conftest import write_trc_points, write_trc_text


@pytest.mark.parametrize(
    ("name", "person", "plain"),
    [
        ("LKNE", "", "lkne"),
        ("Grace:LKNE", "Grace", "lkne"),
        ("left_knee", "", "lknee"),
        ("LKnee", "", "lknee"),
        ("l.knee", "", "lknee"),
        ("Left Knee", "", "lknee"),
        ("mixamorig:LeftUpLeg", "", "lupleg"),
        ("mixamorig1_RightForeArm", "", "rforearm"),
        ("r.ASIS_study", "", "rasisstudy"),
        ("upper_arm.L", "", "lupperarm"),
        ("rShldr", "", "rshldr"),
        ("Nose", "", "nose"),
    ],
)
def test_names_are_compared_in_one_form(name, person, plain):
    assert plain_marker(name) == (person, plain)


PLUG_IN_GAIT = "LFHD RFHD C7 CLAV LSHO LELB LWRA LWRB RSHO RELB RWRA RWRB LASI RASI LPSI RPSI LKNE LANK RKNE RANK"
OPENCAP = (
    "r_shoulder_study L_shoulder_study r_lelbow_study r_melbow_study r_lwrist_study r_mwrist_study RHJC_study "
    "LHJC_study r_knee_study r_mknee_study L_knee_study L_mknee_study r_ankle_study r_mankle_study L_ankle_study "
    "L_mankle_study"
)
POSE2SIM = "Hip RHip RKnee RAnkle LHip LKnee LAnkle Neck Head Nose RShoulder RElbow RWrist LShoulder LElbow LWrist"
MIXAMO = " ".join(f"mixamorig:Left{bone}" for bone in ("UpLeg", "Leg", "Foot", "Shoulder", "Arm", "ForeArm", "Hand"))


@pytest.mark.parametrize(
    ("names", "table", "expected"),
    [
        (
            PLUG_IN_GAIT,
            MARKERS,
            {
                "left_shoulder": "LSHO",
                "left_wrist": "middle of LWRA and LWRB",
                "right_hip": "regression from LASI, RASI, LPSI, RPSI",
                "left_knee": "LKNE",
                "nose": None,
            },
        ),
        (PLUG_IN_GAIT + " LHJC LKJC LAJC", MARKERS, {"left_hip": "LHJC", "left_knee": "LKJC", "left_ankle": "LAJC"}),
        (PLUG_IN_GAIT + " LFEP LFEO LTIO LCLO LHUO LRAO", MARKERS, {"left_hip": "LFEP", "left_wrist": "LRAO"}),
        (
            OPENCAP,
            MARKERS,
            {
                "left_hip": "LHJC_study",
                "right_elbow": "middle of r_lelbow_study and r_melbow_study",
                "left_ankle": "middle of L_ankle_study and L_mankle_study",
            },
        ),
        (OPENCAP + " " + POSE2SIM, MARKERS, {"right_shoulder": "RShoulder", "left_elbow": "LElbow"}),
        (POSE2SIM, MARKERS, {"nose": "Nose", "left_hip": "LHip", "left_eye": None}),
        (
            "L_knee L_mknee L_ankle L_mankle LHJC r_knee r_mknee RHJC",
            MARKERS,
            {"left_knee": "middle of L_knee and L_mknee"},
        ),
        (MIXAMO, JOINTS, {"left_shoulder": "mixamorig:LeftArm", "left_knee": "mixamorig:LeftLeg"}),
        ("LHipJoint LeftUpLeg LeftLeg LeftFoot RightLeg RightFoot", JOINTS, {"left_hip": "LeftUpLeg"}),
        ("LeftHip LeftKnee LeftCollar LeftShoulder LeftElbow", JOINTS, {"left_shoulder": "LeftShoulder"}),
        ("lThigh lShin lFoot lShldr lForeArm lHand", JOINTS, {"left_knee": "lShin", "left_shoulder": "lShldr"}),
        ("upperarm_l lowerarm_l hand_l thigh_l calf_l foot_l", JOINTS, {"left_knee": "calf_l", "left_wrist": "hand_l"}),
    ],
)
def test_joints_are_found(names, table, expected):
    chosen = choose_markers(names.split(), table, "x")
    assert {joint: chosen.read.get(joint) for joint in expected} == expected


def test_too_few_names_are_said():
    with pytest.raises(UnreadableMotion, match=r"Expected names such as LKnee, .* but got A, B"):
        choose_markers(["A", "B"], MARKERS, "x.trc")


def test_of_several_people_one_is_chosen(tmp_path):
    names = [f"{who}:{name}" for who in ("Ada", "Bob") for name in ("LHip", "LKnee", "LAnkle", "RKnee", "RAnkle")]
    points = np.arange(3 * 10 * 3, dtype=float).reshape(3, 10, 3) / 100
    path = write_trc_points(tmp_path / "two.trc", names, points)
    first = read_motion(path, 30)
    np.testing.assert_allclose(first.points[:, COCO_17.index("left_knee")], points[:, 1], atol=1e-6)
    assert "it has Ada, Bob; Ada is used" in str(first.problems[0])
    second = read_motion(path, 30, person=2)
    np.testing.assert_allclose(second.points[:, COCO_17.index("left_knee")], points[:, 6], atol=1e-6)
    with pytest.raises(UnreadableMotion, match=r"has no person 3. It has 1 \(Ada\), 2 \(Bob\)"):
        read_motion(path, 30, person=3)


def test_hips_come_from_the_pelvis_by_regression(tmp_path):
    """Harrington's mean adult: width 240 mm, depth 140 mm; x to the right, y ahead, z up."""
    names = ["LASI", "RASI", "LPSI", "RPSI", "LKNE", "RKNE", "LANK", "RANK"]
    pelvis = [[-0.12, 0, 1], [0.12, 0, 1], [-0.05, -0.14, 1], [0.05, -0.14, 1]]
    legs = [[-0.09, 0, 0.5], [0.09, 0, 0.5], [-0.09, 0, 0.1], [0.09, 0, 0.1]]
    path = write_trc_points(tmp_path / "a.trc", names, np.array([pelvis + legs] * 2))
    motion = read_motion(path, 30)
    out, back, down = 0.33 * 0.24 + 0.0073, -0.24 * 0.14 - 0.0099, -0.30 * 0.24 - 0.0109
    np.testing.assert_allclose(motion.points[0, COCO_17.index("left_hip")], [-out, back, 1 + down], atol=1e-6)
    np.testing.assert_allclose(motion.points[0, COCO_17.index("right_hip")], [out, back, 1 + down], atol=1e-6)


NAMES = ["LHip", "LKnee", "LAnkle", "RHip"]
LEG = np.array([[[0.1, 0.9, 1], [0.1, 0.5, 1], [0.1, 0.1, 1], [-0.1, 0.9, 1]]] * 3)


@pytest.mark.parametrize(
    ("scale", "units", "given", "unit", "said"),
    [
        (1000, "mm", None, "m", ""),
        (1, "m", None, "m", ""),
        (100, "", None, "m", "read as cm"),
        (1000, "furlong", None, "m", "expected mm, cm or m, but got 'furlong'"),
        (18, "", None, "unknown", "Only angles are scored"),
        (18, "", 1 / 18, "m", ""),
        (1000, "m", None, "m", "the legs would be 800 m long"),
        (1000, "m", 0.001, "m", ""),
    ],
)
def test_units(tmp_path, scale, units, given, unit, said):
    path = write_trc_points(tmp_path / "a.trc", NAMES, LEG * scale, units=units)
    motion = read_motion(path, 30, metres=given)
    assert motion.unit == unit
    assert said in " ".join(map(str, motion.problems))
    assert bool(said) == bool(motion.problems)
    if unit == "m" and "would be" not in said:
        np.testing.assert_allclose(motion.points[:, 13], LEG[:, 1], atol=1e-6)


def test_rows_that_are_damaged_are_named_and_the_rest_is_read(tmp_path):
    row = "\t".join(["0.1", "0.9", "1"] * 4)
    rows = [
        f"1\t0.00\t{row}",
        f"2\t0.04\t{row.replace('0.9', 'x', 1)}",
        "3\t0.08\t0.1\t0.9",
        f"4\t0.08\t{row}",
        f"5\tlate\t{row}",
        f"6\t0.20\t{row.replace('0.1	0.9	1', '0	0	0', 1)}",
        "",
        f"7\t0.24\t{row}",
    ]
    motion = read_motion(write_trc_text(tmp_path / "a.trc", NAMES, rows, units="mm", rate="25"), 30, metres=1)
    assert motion.times_s.tolist() == [0, 0.04, 0.08, 0.2, 0.24]
    hips = np.isfinite(motion.points[:, COCO_17.index("left_hip")]).all(axis=1)
    assert hips.tolist() == [True, False, False, False, True]
    said = [str(problem) for problem in motion.problems]
    assert "a.trc: line 7: expected numbers: could not convert string to float: 'x'" in said
    assert "a.trc: line 8: expected 14 or more values, but got 4" in said
    assert any("2 rows have no time after that of the row before" in each for each in said)


def test_a_file_without_times_is_read_by_its_rate(tmp_path):
    rows = ["1\t\t" + "\t".join(["0.1", "0.9", "1"] * 4)] * 3
    motion = read_motion(write_trc_text(tmp_path / "a.trc", NAMES, rows, rate="50"), 30)
    np.testing.assert_allclose(motion.times_s, [0, 0.02, 0.04])
    assert "its rate of 50 frames per second is used" in str(motion.problems[0])
    with pytest.raises(UnreadableMotion, match="states no rate"):
        read_motion(write_trc_text(tmp_path / "a.trc", NAMES, rows, rate="fast"), 30)


BVH = """HIERARCHY
ROOT Hips
{
  OFFSET 1 2 3
  CHANNELS 6 Xposition Yposition Zposition Zrotation Xrotation Yrotation
  JOINT LeftUpLeg {
    OFFSET 0.1 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    JOINT LeftLeg {
      OFFSET 0 -0.4 0
      CHANNELS %s
      JOINT LeftFoot { OFFSET 0 -0.4 0
        CHANNELS 3 Xrotation Yrotation Zrotation
        End Site { OFFSET 0 0 0.1 }
      }
    }
  }
  JOINT RightUpLeg
  {
    OFFSET -0.1 0 0
    CHANNELS 3 Zrotation Xrotation Yrotation
    End Site
    {
      OFFSET 0 -0.4 0
    }
  }
}
MOTION
Frames: %d
Frame Time: 0.02
%s
"""


def test_forward_kinematics_by_hand(tmp_path):
    """The hips turned by 90 degrees about z, the knee by 90 about x after that."""
    rows = ["10 20 30 90 0 0  0 0 0  90 0 0  0 0 0  0 0 0", "0 0 0 0 0 0  0 0 0  0 0 0  0 0 0  0 0 0"]
    path = tmp_path / "a.bvh"
    path.write_text(BVH % ("3 Xrotation Yrotation Zrotation", 2, "\n".join(rows)))
    motion = read_motion(path, 30, metres=1)
    hip, knee, ankle = (motion.points[:, COCO_17.index(f"left_{joint}")] for joint in ("hip", "knee", "ankle"))
    np.testing.assert_allclose(hip, [[11, 22.1, 33], [1.1, 2, 3]], atol=1e-12)
    np.testing.assert_allclose(knee, [[11.4, 22.1, 33], [1.1, 1.6, 3]], atol=1e-12)
    np.testing.assert_allclose(ankle, [[11.4, 22.1, 32.6], [1.1, 1.2, 3]], atol=1e-12)
    np.testing.assert_allclose(motion.times_s, [0, 0.02])


def test_a_joint_may_have_a_place_of_its_own(tmp_path):
    row = "0 0 0 0 0 0  0 0 0  0 -0.45 0 0 0 0  0 0 0  0 0 0"
    path = tmp_path / "a.bvh"
    path.write_text(BVH % ("6 Xposition Yposition Zposition Xrotation Yrotation Zrotation", 2, f"{row}\n1 2\n"))
    motion = read_motion(path, 30, metres=1)
    np.testing.assert_allclose(motion.points[0, COCO_17.index("left_knee")], [1.1, 1.55, 3], atol=1e-12)
    assert np.isnan(motion.points[1]).all()
    assert "frame 2: expected 21 values, but got 2" in str(motion.problems[0])
