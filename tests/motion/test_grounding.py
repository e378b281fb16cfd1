import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33
from posecore.motion.grounding import Feet, Leg, level, stand
from tests.walkers import ANKLE, HEEL, SHANK, SOLE, THIGH, walk

SIDES = ("left", "right")


def landmarks(seen, name):
    """(T, 3) from the hips, in the room."""
    return seen.points[:, BLAZEPOSE_33.index(name)] - seen.points[:, 23:25].mean(axis=1)


def feet_of(seen, tilt):
    soles = {
        side: np.stack([landmarks(seen, f"{side}_{end}") for end in ("heel", "foot_index")], axis=1) @ tilt.T
        for side in SIDES
    }
    frames = np.arange(len(seen.points))
    there = np.ones(len(frames), bool)
    return Feet(frames, seen.points[:, 23:25].mean(axis=1) @ tilt.T, soles, dict.fromkeys(SIDES, there))


@pytest.mark.parametrize("pitch_deg", [-15, 0, 10])
def test_feet_apart_in_depth_show_how_a_camera_looks_down(pitch_deg):
    seen = walk(speed=0)
    seen.points[:] = seen.points @ Rotation.from_euler("y", 60, degrees=True).as_matrix().T  # a foot ahead
    tilt = Rotation.from_euler("x", pitch_deg, degrees=True)
    found = level(seen.sequence.times_s, [feet_of(seen, tilt.as_matrix())])
    left = (Rotation.from_matrix(found) * tilt).magnitude()
    assert np.degrees(left) < 0.25 * abs(pitch_deg) + 1e-6


def test_without_feet_the_camera_is_level():
    np.testing.assert_array_equal(level(np.arange(9) / 30, []), np.eye(3))


def legs_of(seen):
    still = np.empty((len(seen.points), 3, 3))
    still[:] = Rotation.from_euler("y", 90, degrees=True).as_matrix()  # feet point along x
    return {
        side: Leg(
            hip=landmarks(seen, f"{side}_hip"),
            knee=landmarks(seen, f"{side}_knee"),
            ankle=landmarks(seen, f"{side}_ankle"),
            foot=still,
            forward=np.tile([1.0, 0, 0], (len(seen.points), 1)),
            thigh_m=THIGH,
            shank_m=SHANK,
            heel=np.array([0, -ANKLE, -HEEL]),
            toe=np.array([0, -ANKLE, SOLE - HEEL]),
        )
        for side in SIDES
    }


@pytest.mark.parametrize("drift_m", [0, 0.3])
def test_contacts_are_those_of_the_walk_whatever_the_path_drifts(drift_m):
    seen = walk()
    there = dict.fromkeys(SIDES, np.ones(len(seen.points), bool))
    path = (
        seen.points[:, 23:25].mean(axis=1) - [0, 0, 4] + np.linspace(0, 1, len(seen.points))[:, None] * [0, 0, drift_m]
    )
    stance = stand(seen.sequence.times_s, path, legs_of(seen), there)
    for number, side in enumerate(SIDES):
        agree = stance.contacts[side].all(axis=1) == seen.planted[:, number]
        assert agree.mean() > 0.85
    # Feet in contact say how far the hips went.
    assert np.ptp(stance.path[:, 2]) < 0.1 + drift_m / 2
    np.testing.assert_allclose(stance.path[:, 1], 0.88, atol=0.01)


def test_nobody_stands_without_legs():
    stance = stand(np.arange(5) / 30, np.full((5, 3), np.nan), {}, {})
    np.testing.assert_array_equal(stance.path, np.zeros((5, 3)))
    assert stance.turned == stance.contacts == {}


def test_hips_come_down_to_legs_that_are_too_short():
    seen = walk(speed=0)
    short = {side: Leg(**{**vars(leg), "thigh_m": 0.4, "shank_m": 0.38}) for side, leg in legs_of(seen).items()}
    there = dict.fromkeys(SIDES, np.ones(len(seen.points), bool))
    stance = stand(seen.sequence.times_s, seen.points[:, 23:25].mean(axis=1) - [0, 0, 4], short, there)
    for side, leg in short.items():
        thigh, shank, foot = stance.turned[side]
        ankle = stance.path + leg.hip - 0.4 * thigh[..., 1] - 0.38 * shank[..., 1]
        np.testing.assert_allclose(
            (ankle[:, None] + np.stack([foot @ leg.heel, foot @ leg.toe], 1))[..., 1], 0, atol=1e-6
        )
    assert stance.path[:, 1].max() < 0.84
