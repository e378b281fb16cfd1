import math
from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, PoseSequence
from posecore.motion import angles
from posecore.motion.angles import ANGLES, angular_speed, measure_angle
from posecore.motion.curves import CURVES, measure_curve, measure_curve_confidence, measure_curves

SIZE = (640, 480)
UNEVEN_S = np.array([0, 0.1, 0.15, 0.3, 0.4, 0.42])
RATED = [name for name in CURVES if name.endswith((".angular_speed", ".speed", ".speed_in_picture"))]


def posed(world, xy, times, visibility=1.0) -> PoseSequence:
    lead = world.shape[:3]
    return PoseSequence(
        xy=xy,
        z=world[..., 2],
        world=world,
        visibility=np.broadcast_to(visibility, lead),
        presence=np.ones(lead),
        person_ids=np.arange(1, lead[1] + 1),
        times_s=times,
        size=SIZE,
        fps=10,
    )


@pytest.fixture
def anybody() -> PoseSequence:
    """Two people with random landmarks, at uneven times."""
    random = np.random.default_rng(8)
    lead = (len(UNEVEN_S), 2, 33)
    return posed(random.normal(size=(*lead, 3)), random.uniform(0, 480, (*lead, 2)), UNEVEN_S)


def moving(name: str, *, world=(0, 0, 0), xy=(0, 0), begin=(0, 0, 0)) -> PoseSequence:
    """A landmark (or both hips) moving at this speed in m/s and pixels/s, from these metres; the rest is still."""
    which = [BLAZEPOSE_33.index(f"{side}_hip") for side in ("left", "right")]
    which = which if name == "hips" else [BLAZEPOSE_33.index(name)]
    shape = (len(UNEVEN_S), 1, 33)
    places, pixels = np.zeros((*shape, 3)), np.full((*shape, 2), 120.0)
    for index in which:
        places[:, 0, index] = begin + np.outer(UNEVEN_S, world)
        pixels[:, 0, index] += np.outer(UNEVEN_S, xy)
    return posed(places, pixels, UNEVEN_S)


@pytest.mark.parametrize(
    ("curve", "sequence", "expected"),
    [
        # 3 m/s across and 4 m/s away make 5 m/s.
        ("left_wrist.speed", moving("left_wrist", world=(3, 0, 4)), [5] * 6),
        ("right_ankle.speed", moving("right_ankle", world=(0, -2, 0)), [2] * 6),
        ("left_elbow.speed", moving("hips", world=(0, 0, 7)), [7] * 6),
        ("left_elbow.speed", moving("right_elbow", world=(1, 1, 1)), [0] * 6),
        # 144 and 192 pixels per second make 240, half of the picture's height.
        ("hips.speed_in_picture", moving("hips", xy=(144, -192)), [50] * 6),
        ("nose.height_in_picture", moving("nose", xy=(0, 48)), 75 - 10 * UNEVEN_S),
        ("hips.height_in_picture", moving("hips", xy=(300, -96)), 75 + 20 * UNEVEN_S),
        ("left_ankle.height_in_picture", moving("right_ankle", xy=(9, 9)), [75] * 6),
        ("left_wrist.height_over_foot", moving("left_wrist", world=(0, -1, 0), begin=(1, -0.2, 3)), 0.2 + UNEVEN_S),
        ("hips.height_over_foot", moving("hips", world=(0, 1, 0), begin=(0, -0.9, 0)), 0.9 - UNEVEN_S),
        # The lower foot counts, left or right; the other may be lifted.
        ("nose.height_over_foot", moving("left_foot_index", begin=(0, 0.5, 0)), [0.5] * 6),
        ("nose.height_over_foot", moving("right_heel", begin=(0, 0.5, 0)), [0.5] * 6),
        ("nose.height_over_foot", moving("right_heel", begin=(0, -0.5, 0)), [0] * 6),
    ],
)
def test_by_hand(curve, sequence, expected):
    values = measure_curve(sequence, curve)
    assert (values.shape, values.dtype) == ((6, 1), np.float32)
    np.testing.assert_allclose(values[:, 0], expected, atol=1e-4)


def test_curves_of_angles_are_the_angles(anybody):
    for name in ANGLES:
        in_3d = measure_angle(anybody, name)
        np.testing.assert_array_equal(measure_curve(anybody, f"{name}.angle_3d"), in_3d)
        np.testing.assert_array_equal(
            measure_curve(anybody, f"{name}.angle_2d"), measure_angle(anybody, name, space="picture")
        )
        np.testing.assert_array_equal(
            measure_curve(anybody, f"{name}.angular_speed"), angular_speed(in_3d, anybody.times_s)
        )


def test_visibility_is_a_curve_too(anybody):
    visibility = np.tile(np.linspace(0, 1, 33), (6, 2, 1))
    visibility[2, 1] = np.nan
    xy = anybody.xy.copy()
    xy[2, 1] = np.nan
    sequence = replace(anybody, visibility=visibility, xy=xy)
    values = measure_curve(sequence, "body.visibility", min_visibility=0.9)
    sure = measure_curve_confidence(sequence, "body.visibility")
    for result, expected in ((values, 0.5), (sure, 1)):
        assert np.argwhere(np.isnan(result)).tolist() == [[2, 1]]
        np.testing.assert_allclose(result[sequence.seen], expected, atol=1e-6)


def test_the_catalogue():
    for name, curve in CURVES.items():
        assert curve.name == name
        assert curve.title
        assert curve.unit
        assert len(set(curve.landmarks)) == len(curve.landmarks)
        assert set(curve.landmarks) <= set(range(33))
    for attribute in ("title", "short_title"):
        assert len({getattr(curve, attribute) for curve in CURVES.values()}) == len(CURVES)
    groups = [curve.group for curve in CURVES.values()]
    in_order = ["Angles (3D)", "Angles in the image", "Angular speeds", "Heights", "Speeds", "Confidence"]
    assert groups == sorted(groups, key=in_order.index)
    assert set(groups) == set(in_order)
    assert CURVES["left_knee.angle_3d"].title == "Left knee angle, 3D"
    assert CURVES["trunk_lean.angle_2d"].title == "Trunk lean in the image"
    with pytest.raises(TypeError):
        CURVES["left_knee.angle_3d"] = CURVES["right_knee.angle_3d"]


@pytest.mark.parametrize("name", [name for name, curve in CURVES.items() if curve.landmarks])
def test_exactly_the_landmarks_of_a_curve_decide(anybody, name):
    assert np.isfinite(measure_curve(anybody, name)).all()
    for landmark in range(33):
        visibility = anybody.visibility.copy()
        visibility[3, 1, landmark] = 0.3
        sequence = replace(anybody, visibility=visibility)
        needed = landmark in CURVES[name].landmarks
        expected = np.ones((6, 2), np.float32)
        expected[3, 1] = 0.3 if needed else 1
        np.testing.assert_array_equal(measure_curve_confidence(sequence, name), expected)
        for threshold, is_known in ((0.5, not needed), (0.3, True)):
            known = np.isfinite(measure_curve(sequence, name, min_visibility=threshold))
            assert known[3, 1] == is_known
            assert known.sum() == 12 - (not is_known)


@pytest.mark.parametrize("name", RATED)
def test_nothing_is_reported_across_a_gap(anybody, name):
    arrays = {key: getattr(anybody, key).copy() for key in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[[1, 4], 0] = np.nan
    values = measure_curve(replace(anybody, **arrays), name)
    assert np.isfinite(values[:, 0]).tolist() == [False, False, True, True, False, False]
    assert np.isfinite(values[:, 1]).all()
    assert values[2, 0] == values[3, 0]  # both are the one step between them


@pytest.mark.parametrize("frames", [[], [0.0, 0.1]])
def test_nobody_there(frames):
    lead = (len(frames), 1, 33)
    nan = np.full((*lead, 3), np.nan)
    sequence = posed(nan, nan[..., :2], frames, visibility=np.nan)
    for name in CURVES:
        for values in (measure_curve(sequence, name), measure_curve_confidence(sequence, name)):
            assert (values.shape, values.dtype) == (lead[:2], np.float32), name
            assert np.isnan(values).all(), name


def test_several_at_once_are_the_same_and_measure_each_angle_once(anybody, monkeypatch):
    alone = {name: measure_curve(anybody, name) for name in CURVES}
    calls = []

    def counted(sequence, name, **options):
        calls.append((name, options["space"]))
        return angles.measure_angle(sequence, name, **options)

    monkeypatch.setattr("posecore.motion.curves.measure_angle", counted)
    together = measure_curves(anybody, list(CURVES))
    assert list(together) == list(CURVES)
    for name in CURVES:
        np.testing.assert_array_equal(together[name], alone[name])
    assert sorted(calls) == sorted((name, space) for name in ANGLES for space in ("world", "picture"))


@pytest.mark.parametrize("measure", [measure_curve, measure_curve_confidence])
def test_an_unknown_curve(anybody, measure):
    with pytest.raises(InvalidOption, match=r"such as 'left_shoulder.angle_3d', but got 'left_knee'"):
        measure(anybody, "left_knee")


@pytest.mark.parametrize("min_visibility", [-0.1, 1.1, math.nan])
def test_an_invalid_threshold(anybody, min_visibility):
    for name in ("left_knee.angle_3d", "body.visibility"):
        with pytest.raises(InvalidOption, match="Expected 'min_visibility' to be from 0 to 1, but got"):
            measure_curve(anybody, name, min_visibility=min_visibility)
