import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

import posecore
from posecore import BLAZEPOSE_33, InvalidOption, PoseSequence
from posecore.media.clip_options import ClipOptions
from posecore.motion.angles import (
    ANGLES,
    BY_JOINT,
    angles_table,
    angular_speed,
    describe_angles,
    measure_angle,
    measure_angles,
)
from posecore.motion.measuring import rate_of_change, visible_landmarks
from posecore.motion.photo_angles import sides_table

NAMES = list(ANGLES)
JOINTS = [name for name, angle in ANGLES.items() if angle.kind == "joint"]
SPACES = ("world", "picture")


def posed(world, *, times=None, visibility=1.0, names=None) -> PoseSequence:
    """People (T, P, 33, 3) seen by a distant camera at 100 pixels per metre."""
    world = np.asarray(world, float)
    lead = world.shape[:3]
    return PoseSequence(
        xy=world[..., :2] * 100 + 300,
        z=world[..., 2] * 100,
        world=world,
        visibility=np.broadcast_to(visibility, lead),
        presence=np.ones(lead),
        person_ids=np.arange(1, lead[1] + 1),
        times_s=np.arange(lead[0]) / 10 if times is None else times,
        size=(640, 480),
        fps=10,
        names=names or {},
    )


def of_points(places) -> PoseSequence:
    """One frame of one person with only these landmarks."""
    world = np.full((1, 1, 33, 3), np.nan)
    for name, place in places.items():
        world[0, 0, BLAZEPOSE_33.index(name)] = place
    return posed(world)


@pytest.fixture
def anybody() -> PoseSequence:
    """Five frames of two people with random landmarks."""
    return posed(np.random.default_rng(4).normal(size=(5, 2, 33, 3)))


def three(names, first, joint, last):
    return dict(zip(names.split(), (first, joint, last), strict=True))


ELBOW = "left_shoulder left_elbow left_wrist"
KNEE = "right_hip right_knee right_ankle"
TRUNK = "left_hip right_hip left_shoulder right_shoulder"


@pytest.mark.parametrize(
    ("name", "places", "world", "picture"),
    [
        ("left_elbow", three(ELBOW, (0, -1, 0), (0, 0, 0), (1, 0, 0)), 90, 90),
        ("left_elbow", three(ELBOW, (0, -1, 0), (0, 0, 0), (0, 2, 0)), 180, 180),
        ("left_elbow", three(ELBOW, (0, -1, 0), (0, 0, 0), (0, -3, 0)), 0, 0),
        ("left_elbow", three(ELBOW, (0, -1, 0), (0, 0, 0), (1, 0, 1)), 90, 90),
        ("left_elbow", three(ELBOW, (0, -1, 0), (0, 0, 0), (0, 0, 1)), 90, None),
        ("left_elbow", three(ELBOW, (0, -1, -1), (0, 0, 0), (0, -1, 1)), 90, 0),
        ("left_elbow", three(ELBOW, (0, 0, 0), (0, 0, 0), (1, 0, 0)), None, None),
        ("left_elbow", three(ELBOW, (1, 1, 1), (0, 0, 0), (0, 0, 0)), None, None),
        # The triangle with sides 3, 4 and 5.
        ("right_knee", three(KNEE, (3, 0, 0), (0, 0, 0), (3, 4, 0)), math.degrees(math.acos(3 / 5)), 53.130102),
        ("right_knee", three(KNEE, (3, 0, 0), (3, 4, 0), (0, 0, 0)), math.degrees(math.acos(4 / 5)), 36.869898),
        ("right_knee", three(KNEE, (1, 0, 0), (0, 0, 0), (-1, 0, 1)), 135, 180),
        ("left_shoulder", three("left_elbow left_shoulder left_hip", (0, 1, 0), (0, 0, 0), (0, 2, 0)), 0, 0),
        ("right_hip", three("right_shoulder right_hip right_knee", (0, -1, 0), (0, 0, 0), (1, 1, 0)), 135, 135),
        ("left_ankle", three("left_knee left_ankle left_foot_index", (0, -1, 0), (0, 0, 0), (1, 0, 0)), 90, 90),
        (
            "right_wrist",
            three("right_elbow right_wrist right_index", (-1, 0, 0), (0, 0, 0), (1, 2, 0)) | {"right_pinky": (1, 0, 0)},
            135,
            135,
        ),
        (
            "neck",
            dict(zip(TRUNK.split(), [(1, 2, 0), (-1, 2, 0), (1, 0, 0), (-1, 0, 0)], strict=True))
            | {"left_ear": (0.5, -1, -2), "right_ear": (-0.5, -1, 0)},
            135,
            180,
        ),
        ("trunk_lean", dict(zip(TRUNK.split(), [(1, 0, 0), (-1, 0, 0), (1, -3, 0), (-1, -3, 0)], strict=True)), 0, 0),
        ("trunk_lean", dict(zip(TRUNK.split(), [(1, 0, 0), (-1, 0, 0), (4, 0, 0), (2, 0, 0)], strict=True)), 90, 90),
        ("trunk_lean", dict(zip(TRUNK.split(), [(1, 0, 0), (-1, 0, 0), (1, 3, 0), (-1, 3, 0)], strict=True)), 180, 180),
        ("trunk_lean", dict(zip(TRUNK.split(), [(1, 0, 0), (-1, 0, 0), (1, -3, 3), (-1, -3, 3)], strict=True)), 45, 0),
        ("pelvis_tilt", {"left_hip": (1, 0, 0), "right_hip": (-1, 0, 0)}, 0, 0),
        ("pelvis_tilt", {"left_hip": (1, -2, 0), "right_hip": (-1, 0, 0)}, 45, 45),
        ("pelvis_tilt", {"left_hip": (1, 2, 0), "right_hip": (-1, 0, 0)}, 45, 45),
        ("pelvis_tilt", {"left_hip": (0, -1, 0), "right_hip": (0, 0, 0)}, 90, 90),
        ("pelvis_tilt", {"left_hip": (1, 1, 1), "right_hip": (0, 0, 0)}, math.degrees(math.atan(1 / math.sqrt(2))), 45),
        ("pelvis_tilt", {"left_hip": (0, 0, 1), "right_hip": (0, 0, 0)}, 0, None),
    ],
)
def test_by_hand(name, places, world, picture):
    for space, expected in (("world", world), ("picture", picture)):
        angle = measure_angle(of_points(places), name, space=space)
        assert angle.shape == (1, 1)
        assert angle[0, 0] == pytest.approx(math.nan if expected is None else expected, abs=1e-4, nan_ok=True)


def test_all_angles_are_in_the_order_of_the_table(anybody):
    for space in SPACES:
        angles = measure_angles(anybody, space=space)
        assert (angles.shape, angles.dtype) == ((5, 2, len(NAMES)), np.float32)
        assert np.isfinite(angles).all()
        assert ((angles >= 0) & (angles <= 180)).all()
        for place, name in enumerate(NAMES):
            np.testing.assert_array_equal(angles[..., place], measure_angle(anybody, name, space=space))


@pytest.mark.parametrize("space", SPACES)
@pytest.mark.parametrize("missing", ["less visible", "visibility NaN", "place NaN"])
def test_exactly_the_angles_with_a_landmark_depend_on_it(anybody, space, missing):
    for landmark in range(33):
        arrays = {name: getattr(anybody, name).copy() for name in ("xy", "world", "visibility")}
        if missing == "place NaN":
            arrays["xy"][2, 1, landmark, 1] = arrays["world"][2, 1, landmark, 1] = np.nan
        else:
            arrays["visibility"][2, 1, landmark] = np.nan if missing == "visibility NaN" else 0.499
        unknown = np.isnan(measure_angles(replace(anybody, **arrays), space=space))
        wanted = [landmark in angle.landmarks for angle in ANGLES.values()]
        assert unknown[2, 1].tolist() == wanted
        assert unknown.sum() == sum(wanted)


@pytest.mark.parametrize(
    ("visibility", "min_visibility", "known"),
    [(0.5, 0.5, True), (0.49, 0.5, False), (0.0, 0.0, True), (np.nan, 0.0, False), (1.0, 1.0, True), (0.9, 1.0, False)],
)
def test_the_threshold(anybody, visibility, min_visibility, known):
    sequence = replace(anybody, visibility=np.full_like(anybody.visibility, visibility))
    assert (np.isfinite(measure_angles(sequence, min_visibility=min_visibility)) == known).all()


def test_a_person_who_is_not_seen_has_no_angles(anybody):
    arrays = {name: getattr(anybody, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[3, 0] = np.nan
    unknown = np.isnan(measure_angles(replace(anybody, **arrays)))
    assert unknown[3, 0].all()
    assert unknown.sum() == len(NAMES)


def test_a_mirrored_person_has_the_other_sides_angles(anybody):
    mirrored = posed(anybody.world[:, :, list(BLAZEPOSE_33.mirror)] * [-1, 1, 1])
    other = [NAMES.index(_other_side(name)) for name in NAMES]
    assert sorted(other) == list(range(len(NAMES)))
    for space in SPACES:
        expected = measure_angles(anybody, space=space)[..., other]
        np.testing.assert_allclose(measure_angles(mirrored, space=space), expected, atol=1e-3)


def _other_side(name: str) -> str:
    swapped = {"left": "right", "right": "left"}
    return "_".join(swapped.get(word, word) for word in name.split("_"))


def test_turning_the_picture_upside_down_changes_only_the_lean(anybody):
    flipped = replace(anybody, xy=anybody.xy * [1, -1] + [0, 480])
    before, after = (measure_angles(sequence, space="picture") for sequence in (anybody, flipped))
    lean = NAMES.index("trunk_lean")
    np.testing.assert_allclose(after[..., lean], 180 - before[..., lean], atol=1e-3)
    np.testing.assert_allclose(np.delete(after, lean, -1), np.delete(before, lean, -1), atol=1e-3)


@pytest.mark.parametrize("turn", [Rotation.from_euler("y", angle, degrees=True) for angle in (10, 90, 213)])
def test_turning_about_the_vertical_changes_nothing_in_3d(anybody, turn):
    turned = posed(anybody.world @ turn.as_matrix().T)
    np.testing.assert_allclose(measure_angles(turned), measure_angles(anybody), atol=1e-3)


def test_turning_anyhow_changes_no_joint(anybody):
    of_joints = [NAMES.index(name) for name in JOINTS]
    before = measure_angles(anybody)
    for turn in Rotation.random(20, rng=np.random.default_rng(1)).as_matrix():
        after = measure_angles(posed(anybody.world @ turn.T))
        np.testing.assert_allclose(after[..., of_joints], before[..., of_joints], atol=1e-3)


@pytest.mark.parametrize("scale", [1e-3, 0.7, 1e4])
def test_size_does_not_matter(anybody, scale):
    scaled = replace(anybody, world=anybody.world * scale, xy=anybody.xy * scale)
    for space in SPACES:
        np.testing.assert_allclose(measure_angles(scaled, space=space), measure_angles(anybody, space=space), atol=1e-3)


@pytest.mark.parametrize("space", SPACES)
def test_a_limb_that_swings_through_straight_does_not_jump(space):
    swing = np.radians(np.arange(170, 190, 0.01))
    world = np.zeros((len(swing), 1, 33, 3))
    world[:, 0, BLAZEPOSE_33.index("left_hip")] = (0.4, 0, 0)
    world[:, 0, BLAZEPOSE_33.index("left_ankle"), 0] = 0.4 * np.cos(swing)
    world[:, 0, BLAZEPOSE_33.index("left_knee"), 1] = 0
    world[:, 0, BLAZEPOSE_33.index("left_ankle"), 1] = 0.4 * np.sin(swing)
    # The picture's origin is at the knee: float32 pixels further out would be coarser than the swing.
    sequence = replace(posed(world), xy=world[..., :2])
    measured = measure_angle(sequence, "left_knee", space=space)[:, 0]
    np.testing.assert_allclose(measured, 180 - np.abs(np.degrees(swing) - 180), atol=1e-4)
    assert np.abs(np.diff(measured)).max() < 0.0102


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"space": "3d"}, r"Expected 'space' to be one of \('world', 'picture'\), but got '3d'"),
        ({"min_visibility": 1.1}, "Expected 'min_visibility' to be from 0 to 1, but got 1.1"),
        ({"min_visibility": -0.1}, "Expected 'min_visibility' to be from 0 to 1, but got -0.1"),
        ({"min_visibility": math.nan}, "Expected 'min_visibility' to be from 0 to 1, but got nan"),
    ],
)
def test_invalid_options(anybody, options, message):
    for measure in (measure_angles, angles_table):
        with pytest.raises(InvalidOption, match=message):
            measure(anybody, **options)


def test_an_unknown_angle(anybody):
    with pytest.raises(InvalidOption, match=r"Expected 'name' to be one of left_shoulder, .*, but got 'left_nose'"):
        measure_angle(anybody, "left_nose")


def test_visible_landmarks(anybody):
    visibility = anybody.visibility.copy()
    visibility[1, 0, 7] = 0.2
    places = visible_landmarks(replace(anybody, visibility=visibility), (7, 3), space="picture", min_visibility=0.5)
    assert (places.shape, places.dtype) == ((5, 2, 2, 2), np.float64)
    assert np.argwhere(np.isnan(places).any(axis=-1)).tolist() == [[1, 0, 0]]
    np.testing.assert_array_equal(places[:, :, 1], anybody.xy[:, :, 3])


NAN = math.nan


@pytest.mark.parametrize(
    ("times", "angles", "expected"),
    [
        ([0, 1, 2], [10, 20, 40], [10, 15, 20]),
        ([0, 0.5, 1], [10, 20, 0], [20, -10, -40]),
        # Uneven: the parabola through (0, 0), (1, 1) and (3, 9) is t squared.
        ([0, 1, 3], [0, 1, 9], [1, 2, 4]),
        ([0, 1, 2, 3, 4], [0, 10, NAN, 7, 4], [10, 10, NAN, -3, -3]),
        ([0, 1, 2, 3], [5, NAN, 5, NAN], [NAN, NAN, NAN, NAN]),
        ([0, 1, 2, 3], [NAN, 5, 6, NAN], [NAN, 1, 1, NAN]),
        # A hole in the clip: frames beyond it are not neighbours.
        ([0, 1, 2, 10, 11], [0, 1, 2, 90, 95], [1, 1, 1, 5, 5]),
        ([0, 1, 2, 10], [0, 1, 2, 90], [1, 1, 1, NAN]),
        ([0, 1], [3, 3], [0, 0]),
        ([4], [3], [NAN]),
        ([], [], []),
    ],
)
def test_angular_speed_by_hand(times, angles, expected):
    speed = angular_speed(np.array(angles, np.float32), np.array(times, float))
    assert speed.dtype == np.float32
    np.testing.assert_allclose(speed, expected, atol=1e-6)


def test_each_column_has_its_own_gaps_and_each_stretch_the_gradient_of_numpy():
    random = np.random.default_rng(3)
    times = np.cumsum(random.uniform(0.5, 1.5, 60))
    values = random.normal(size=(60, 2, 3))
    values[20, 0, 1] = values[41, 1, 2] = np.nan
    rates = rate_of_change(values, times)
    assert np.argwhere(np.isnan(rates)).tolist() == [[20, 0, 1], [41, 1, 2]]
    # NumPy uses a single neighbour at the ends too.
    for person, column, start, end in [(0, 0, 0, 60), (0, 1, 0, 20), (0, 1, 21, 60), (1, 2, 42, 60)]:
        stretch = slice(start, end)
        np.testing.assert_allclose(
            rates[stretch, person, column], np.gradient(values[stretch, person, column], times[stretch])
        )


@pytest.mark.parametrize(
    ("times", "message"),
    [
        ([0, 1], r"Expected 'times_s' to have shape \(3,\), but got \(2,\)"),
        ([[0], [1], [2]], r"Expected 'times_s' to have shape \(3,\), but got \(3, 1\)"),
        ([0, 1, 1], "strictly increasing"),
        ([0, 1, NAN], "strictly increasing"),
    ],
)
def test_times_that_do_not_match(times, message):
    with pytest.raises(InvalidOption, match=message):
        angular_speed(np.zeros((3, 2), np.float32), np.array(times, float))


def test_the_table(anybody):
    table = angles_table(anybody, space="picture")
    assert list(table.columns) == ["frame", "time_s", "person", *NAMES]
    assert len(table) == 5 * 2
    row = table.query("frame == 3 and person == 2").iloc[0]
    assert row.time_s == pytest.approx(0.3)
    np.testing.assert_array_equal(row[NAMES].to_numpy(np.float32), measure_angles(anybody, space="picture")[3, 1])


def test_the_table_has_names_if_anyone_has_one(anybody):
    table = angles_table(anybody.named({2: "Ada"}))
    assert list(table.columns[:4]) == ["frame", "time_s", "person", "name"]
    assert set(zip(table["person"], table["name"], strict=True)) == {(1, ""), (2, "Ada")}


def test_a_clip_without_frames():
    sequence = PoseSequence.from_frames([], size=(640, 480), fps=25)
    assert measure_angles(sequence).shape == (0, 1, len(NAMES))
    assert angular_speed(measure_angles(sequence), sequence.times_s).shape == (0, 1, len(NAMES))
    assert angles_table(sequence).empty


def test_the_table_of_definitions():
    described = describe_angles().set_index("name")
    assert described.index.tolist() == NAMES
    assert described.loc["left_knee"].tolist() == ["left_knee", "left_hip", "left_ankle", "180 = straight"]
    assert described.loc["trunk_lean", "from"] == "straight up"
    for name, angle in ANGLES.items():
        words = set(" ".join(described.loc[name, ["at", "from", "to"]]).split())
        assert words & set(BLAZEPOSE_33.landmarks) == {BLAZEPOSE_33.landmarks[index] for index in angle.landmarks}
        assert angle.name == name
        assert len(angle.points) == (3 if angle.kind == "joint" else 2)


def test_the_published_angles_cannot_be_changed():
    with pytest.raises(TypeError):
        ANGLES["left_knee"] = ANGLES["right_knee"]


def test_a_walking_person(small_sample):
    walk = posecore.estimate_video(small_sample, part=ClipOptions(start_s=1.6, end_s=4, every=2))
    angles = pd.DataFrame(measure_angles(walk)[:, 0], columns=NAMES)
    knees = angles[["left_knee", "right_knee"]]
    assert (knees.notna().mean() > 0.8).all()
    assert knees.median().between(130, 175).all()
    assert (knees.min() > 80).all()
    assert (knees.max() - knees.min() > 30).all()  # a knee bends by some 60 degrees in a step
    assert angles["trunk_lean"].median() < 20
    assert angles["trunk_lean"].max() < 45
    assert angles["neck"].median() > 140


def test_the_table_of_sides_has_every_angle_once(anybody):
    frame = replace(anybody, names={2: "Ada"}).frame(3)
    table = sides_table(frame)
    assert list(table.columns[:4]) == ["person", "name", "joint", "left_3d_deg"]
    assert list(table["name"].unique()) == ["", "Ada"]
    of_ada = table[table["person"] == 2].set_index("joint")
    for word, space in (("3d", "world"), ("image", "picture")):
        wanted = dict(zip(ANGLES, measure_angles(anybody, space=space)[3, 1], strict=True))
        for joint, sides in BY_JOINT.items():
            for side in ("left", "right", "middle"):
                shown = of_ada.loc[joint, f"{side}_{word}_deg"]
                assert shown == pytest.approx(wanted.pop(sides[side]) if side in sides else np.nan, nan_ok=True)
        assert not wanted
    assert "name" not in sides_table(anybody.frame(0))
    assert sides_table(frame.only(set())).empty
