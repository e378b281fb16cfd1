"""What is drawn of a note on form, by its pixels."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, FramePoses, InvalidPoses
from posecore.motion.exercises.results import FormNote
from posecore.view.form_pictures import crop_around, draw_note
from posecore.view.palette import GREEN, PLAIN, VERMILLION
from tests.motion.exercises.figure import squats

POINTS = (("left_hip",), ("left_knee",), ("left_ankle",))
FAULT = FormNote("depth", "fault", "side", "°", 20, value=34.4, time_s=2, points=POINTS, sureness=0.8, cue="Go lower.")


@pytest.fixture(scope="module")
def squatting() -> FramePoses:
    return squats([1], turned=90).frame(60)


def place_of(poses: FramePoses, *names: str) -> np.ndarray:
    return poses.xy[0, [BLAZEPOSE_33.index(name) for name in names]].mean(axis=0)


def at(picture: np.ndarray, place: np.ndarray) -> tuple[int, ...]:
    return tuple(picture[int(place[1]), int(place[0])].tolist())


@pytest.mark.parametrize(("verdict", "color"), [("fault", VERMILLION), ("good", GREEN)])
def test_the_line_is_drawn_strongly_through_its_points(squatting, verdict, color):
    picture = draw_note(None, squatting, replace(FAULT, verdict=verdict))
    hip, knee, ankle = (place_of(squatting, *point) for point in POINTS)
    for place in (hip, ankle, 0.6 * hip + 0.4 * knee, 0.4 * knee + 0.6 * ankle):
        assert at(picture, place) == color
    assert at(picture, np.array([5, 5])) == PLAIN


def test_the_rest_of_the_skeleton_is_faint(squatting):
    rgb = np.full((720, 1280, 3), 90, np.uint8)
    picture = draw_note(rgb, squatting, FAULT)
    shoulder = at(picture, place_of(squatting, "left_shoulder"))
    assert shoulder != (90, 90, 90)
    assert np.abs(np.array(shoulder) - 90).max() < 80
    assert (rgb == 90).all(), "the frame itself stays as it was"
    assert at(picture, np.array([5, 5])) == (90, 90, 90)


def test_an_angle_has_an_arc_on_its_smaller_side_and_a_share_has_none(squatting):
    hip, knee, ankle = (place_of(squatting, *point) for point in POINTS)
    radius = 0.35 * min(np.linalg.norm(hip - knee), np.linalg.norm(ankle - knee))
    sides = [(end - knee) / np.linalg.norm(end - knee) for end in (hip, ankle)]
    inwards = np.sum(sides, axis=0)
    inside = knee + radius * inwards / np.linalg.norm(inwards)
    assert at(draw_note(None, squatting, FAULT), inside) == VERMILLION
    assert at(draw_note(None, squatting, replace(FAULT, unit="% of the shin")), inside) != VERMILLION


def test_the_middle_of_several_landmarks_is_one_point(squatting):
    trunk = (("left_hip", "right_hip"), ("left_shoulder", "right_shoulder"))
    picture = draw_note(None, squatting, replace(FAULT, points=trunk))
    middle = np.mean([place_of(squatting, *point) for point in trunk], axis=0)
    assert at(picture, middle) == VERMILLION


@pytest.mark.parametrize("note", [FormNote("heels", "not judged", "front", "°", 15, reason="needs a side view"), FAULT])
def test_what_is_not_there_is_left_out(squatting, note):
    xy = squatting.xy.copy()
    xy[0, BLAZEPOSE_33.index("left_knee")] = np.nan
    picture = draw_note(None, replace(squatting, xy=xy), note)
    assert not (picture == VERMILLION).all(axis=-1).any()
    assert (picture != PLAIN).any(), "the rest of the skeleton"
    nobody = draw_note(None, FramePoses.nobody(squatting.size), note)
    assert (nobody == PLAIN).all()


def test_landmarks_far_outside_the_picture_do_no_harm(squatting):
    xy = squatting.xy.copy()
    xy[0, BLAZEPOSE_33.index("left_ankle")] = [1e9, -1e9]
    assert draw_note(None, replace(squatting, xy=xy), FAULT).shape == (720, 1280, 3)


def test_a_frame_of_another_size_is_refused(squatting):
    with pytest.raises(InvalidPoses, match="Expected the picture of these poses"):
        draw_note(np.zeros((10, 10, 3), np.uint8), squatting, FAULT)


def test_the_part_around_the_person_is_cut_out_with_the_same_pixels(squatting):
    rgb = np.random.default_rng(0).integers(0, 256, (720, 1280, 3), np.uint8)
    cut, poses = crop_around(rgb, squatting)
    assert cut.shape == (poses.size[1], poses.size[0], 3)
    assert poses.size[0] < 400
    for name in ("nose", "left_ankle"):
        assert at(cut, place_of(poses, name)) == at(rgb, place_of(squatting, name))
    reach = 0.2 * np.ptp(squatting.xy[0, :, 1])
    assert poses.xy[0, :, 1].min() == pytest.approx(reach, abs=1)
    assert poses.size[1] - poses.xy[0, :, 1].max() == pytest.approx(reach, abs=1)


@pytest.mark.parametrize("places", [np.nan, -500, 1e9])
def test_who_is_not_within_the_frame_leaves_it_whole(squatting, places):
    rgb = np.zeros((720, 1280, 3), np.uint8)
    elsewhere = replace(squatting, xy=np.full_like(squatting.xy, places))
    cut, poses = crop_around(rgb, elsewhere)
    assert cut is rgb
    assert poses is elsewhere
    assert crop_around(None, squatting)[0] is None
