"""How people are turned to the camera, and the usual error that follows for each angle."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33
from posecore.motion.angles import ANGLES, BY_JOINT, measure_angles
from posecore.motion.curves import CURVES
from posecore.motion.facing import VIEWS, VIEWS_END_DEG, find_turns, find_views, turns_of
from posecore.motion.usual_error import (
    KINDS,
    MEASURED_VIEWS,
    SHARE_WITHIN,
    USUAL_ERROR_DEG,
    errors_of_angle,
    errors_of_curve,
    find_kinds,
    find_solid,
    kind_of_body,
    usual_errors,
)


def standing(turned_deg: float) -> np.ndarray:
    """(33, 3) metres: shoulders and hips of a body that faces the camera, turned about the vertical."""
    body = np.zeros((33, 3))
    for side, x in (("left", 1), ("right", -1)):  # the person's left is on the picture's right
        body[BLAZEPOSE_33.index(f"{side}_shoulder")] = 0.2 * x, -0.5, 0
        body[BLAZEPOSE_33.index(f"{side}_hip")] = 0.1 * x, 0, 0
    turn = np.radians(turned_deg)
    across, away = np.cos(turn), np.sin(turn)
    return body @ np.array([[across, 0, away], [0, 1, 0], [-away, 0, across]])


@pytest.mark.parametrize("turned_deg", [0, 20, -20, 45, -45, 90, -90, 150, 180, -150])
def test_a_body_is_seen_from_where_it_is_turned_to(turned_deg):
    assert turns_of(standing(turned_deg)) == pytest.approx(abs(turned_deg), abs=1e-6)
    upside_down = standing(turned_deg) * [-1, -1, 1]  # in a handstand
    assert turns_of(upside_down) == pytest.approx(abs(turned_deg), abs=1e-6)


def test_exchanged_sides_do_not_turn_a_person_around(cam01):
    arrays = {name: np.array(array) for name, array in cam01.arrays.items()}
    for array in arrays.values():
        array[40:70] = array[40:70][:, :, list(BLAZEPOSE_33.mirror)]
    exchanged = replace(cam01, **arrays)
    assert (turns_of(exchanged.world[40:70, 0].astype(float)) > 120).all()
    assert find_turns(exchanged)[:, 0] == pytest.approx(find_turns(cam01)[:, 0], abs=5)
    assert set(find_views(exchanged).ravel()) <= {VIEWS.index("front"), VIEWS.index("oblique")}


def test_a_frame_without_the_person_has_no_view(cam01):
    arrays = {name: np.array(array) for name, array in cam01.arrays.items()}
    for array in arrays.values():
        array[10:20] = np.nan
    gone = replace(cam01, **arrays)
    assert (find_views(gone)[10:20] == -1).all()
    assert (find_kinds(gone)[10:20] == -1).all()
    assert np.isnan(usual_errors(gone)[10:20]).all()
    assert np.isfinite(usual_errors(gone)[20:]).all()
    nobody = gone.only([])
    assert usual_errors(nobody).shape == (len(nobody), 0, len(ANGLES))


def test_only_a_solid_body_is_one(cam01, solid_cam01):
    assert not find_solid(cam01).any()
    solid = solid_cam01
    assert find_solid(solid).all()
    knee = list(ANGLES).index("left_knee")
    view = find_views(solid)[50, 0]
    assert usual_errors(solid)[50, 0, knee] == errors_of_angle("left_knee")[len(VIEWS) + view]


@pytest.mark.parametrize("space", ["world", "picture"])
@pytest.mark.parametrize("angle", ANGLES)
def test_what_was_not_measured_counts_as_the_worst(angle, space):
    errors = dict(zip(KINDS, errors_of_angle(angle, space), strict=True))
    for is_solid in (False, True):
        of_views = [errors[is_solid, view] for view in MEASURED_VIEWS]
        assert errors[is_solid, "side"] == max(of_views)
        assert min(of_views) > 0


def test_a_body_of_one_frame_is_of_the_kind_that_it_is_in_its_clip(cam01, solid_cam01):
    """As an overlay draws it: there every frame is known by itself."""
    for sequence in (cam01, solid_cam01):
        kinds, turns = find_kinds(sequence)[:, 0], find_turns(sequence)[:, 0]
        found = [kind_of_body(body[0].astype(float), turn) for body, turn in zip(sequence.world, turns, strict=True)]
        np.testing.assert_array_equal(found, kinds)
    assert kind_of_body(np.full((33, 3), np.nan), np.nan) == KINDS.index((False, "side"))


def test_curves_that_are_no_angles_have_no_usual_error():
    known = {name for name in CURVES if errors_of_curve(name) is not None}
    assert known == {f"{angle}.angle_{way}" for angle in ANGLES for way in ("3d", "2d")}
    assert errors_of_curve("left_elbow.angle_3d") == errors_of_angle("left_elbow", "world")
    assert errors_of_curve("left_elbow.angle_2d") == errors_of_angle("left_elbow", "picture")


@pytest.mark.parametrize("is_solid", [False, True])
def test_an_angle_is_as_far_off_as_the_table_says(cam01, solid_cam01, shared_data, is_solid):
    """Of the joints in 3D, obliquely, as only the first camera sees him; benchmarks/truth.py has all of them."""
    truth = np.load(shared_data / "clips/pose2sim/triangulated.npz")["points_m"]
    true = replace(cam01, world=truth[:, None].astype(np.float32))
    seen = solid_cam01 if is_solid else cam01
    off = np.abs(measure_angles(seen) - measure_angles(true, min_visibility=0))[:, 0]
    oblique = find_turns(cam01)[:, 0] >= VIEWS_END_DEG[0]
    names = list(ANGLES)
    for joint in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
        errors = off[oblique][:, [names.index(angle) for angle in BY_JOINT[joint].values()]]
        usual = USUAL_ERROR_DEG[joint].solid_3d if is_solid else USUAL_ERROR_DEG[joint].model_3d
        assert np.nanpercentile(errors, SHARE_WITHIN) == pytest.approx(usual[MEASURED_VIEWS.index("oblique")], abs=3)
