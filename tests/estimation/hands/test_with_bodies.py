"""Hands found at the ends of the arms of bodies."""

from dataclasses import replace
from itertools import islice

import cv2
import numpy as np
import pytest

from posecore import (
    FrameHands,
    HandOptions,
    HandSlot,
    InvalidHands,
    InvalidOption,
    LiveHands,
    PoseOptions,
    decode_picture,
    estimate_hands_image,
    estimate_image,
)
from posecore.estimation.engines import open_stream_estimator
from posecore.estimation.hands.arms import arms_of
from posecore.estimation.hands.graph import HandNetworks
from posecore.estimation.hands.stream_estimator import StreamEstimator
from posecore.media.clips import open_clip

LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")


def half(rgb: np.ndarray) -> np.ndarray:
    return np.asarray(cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA))


def test_small_hands_are_found_only_with_a_body(shared_data):
    rgb = decode_picture(shared_data / "google-reference" / "pose.jpg")
    alone, aimed = estimate_hands_image(rgb), estimate_hands_image(rgb, poses=estimate_image(rgb))
    assert len(alone) == 0
    assert aimed.slots == (LEFT, RIGHT)
    assert aimed.score.min() > 0.5


def test_a_blurred_hand_that_no_palm_detector_sees_is_found_at_its_wrist(shared_data):
    [path] = (shared_data / "gestures" / "call").glob("172b*")
    rgb = decode_picture(path)
    poses = estimate_image(rgb)
    hands = estimate_hands_image(rgb, poses=poses)
    assert hands.slots == (LEFT,)
    assert hands.right[0] < 0.5
    assert np.linalg.norm(hands.xy[0, 0] - poses.xy[0, 15]) < 20
    square = arms_of(poses, hands.size)[0].square
    assert HandNetworks().detect(rgb, 0.5, square) == []


def test_people_at_home(shared_data):
    """Of ten people, some of whom hold up a hand in the dark; the body says the side, and the shape agrees."""
    found = alone = agreed = 0
    for path in sorted((shared_data / "gestures").glob("*/*"))[::2]:
        rgb = half(decode_picture(path))
        poses = estimate_image(rgb)
        hands = estimate_hands_image(rgb, poses=poses)
        alone += len(estimate_hands_image(rgb))
        found += len(hands)
        agreed += sum(
            (right > 0.5) == (slot.side == "right") for slot, right in zip(hands.slots, hands.right, strict=True)
        )
        wrists = poses.xy[0, [15 if slot.side == "left" else 16 for slot in hands.slots]]
        assert (np.linalg.norm(hands.xy[:, 0] - wrists, axis=-1) < 20).all()
    assert alone >= 9
    assert found >= alone + 2
    assert agreed >= found - 1


def test_hands_of_others_are_left_out(shared_data):
    rgb = decode_picture(shared_data / "people" / "three_people.jpg")
    poses = estimate_image(rgb, PoseOptions(people=3))
    everyone = estimate_hands_image(rgb, HandOptions(hands=6), poses=poses)
    assert len(everyone) >= 2
    for person in poses.person_ids.tolist():
        theirs = estimate_hands_image(rgb, HandOptions(hands=6), poses=poses.only([person]))
        assert set(theirs.slots) <= {slot for slot in everyone.slots if slot.person == person}


def test_a_clip_with_bodies_has_more_hands(shared_data):
    with_bodies, alone = StreamEstimator(HandOptions()), StreamEstimator(HandOptions())
    bodies = open_stream_estimator(PoseOptions())
    found = {"with": 0, "alone": 0}
    with open_clip(shared_data / "reps" / "squat_wall.mp4") as clip:
        for frame in islice(clip, 0, 25, 2):
            poses = bodies.step(frame.pixels, frame.time_s)
            hands = with_bodies.step(frame.pixels, frame.time_s, poses)
            assert set(hands.slots) <= {LEFT, RIGHT}
            found["with"] += len(hands)
            found["alone"] += len(alone.step(frame.pixels, frame.time_s))
    assert found["with"] > 1.2 * found["alone"]


def test_a_picture_without_hands_has_none(portrait, portrait_poses):
    assert len(estimate_hands_image(portrait)) == 0
    assert len(estimate_hands_image(portrait, poses=portrait_poses)) == 0
    assert len(estimate_hands_image(np.zeros((40, 60, 3), np.uint8))) == 0


def test_poses_of_another_size_are_refused(portrait, portrait_poses):
    with pytest.raises(
        InvalidHands, match=r"Expected poses of the same picture, of \(512, 600\), but got .* \(256, 300\)"
    ):
        estimate_hands_image(portrait, poses=portrait_poses.resized((256, 300)))


def test_times_must_increase(portrait):
    with LiveHands() as live:
        assert isinstance(live.step(portrait, 1.0), FrameHands)
        with pytest.raises(InvalidOption, match="'time_s' to be later"):
            live.step(portrait, 1.0)


def test_a_new_shot_begins_without_hands(shared_data):
    rgb = decode_picture(shared_data / "google-reference" / "hands.jpg")
    estimator = StreamEstimator(HandOptions())
    assert len(estimator.step(rgb, 0.0)) == 2
    estimator.begin_shot()
    assert len(estimator.step(np.zeros_like(rgb), 0.1)) == 0


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"hands": 0}, "'hands' to be a whole number from 1 to 40, but got 0"),
        ({"hands": 41}, "but got 41"),
        ({"min_presence": 1.5}, "'min_presence' to be from 0 to 1"),
        ({"min_detection": -1}, "'min_detection' to be from 0 to 1"),
        ({"threads": 0}, "'threads' to be a whole number from 1"),
    ],
)
def test_options_are_checked(given, message):
    with pytest.raises(InvalidOption, match=message):
        HandOptions(**given)
    assert replace(HandOptions(), hands=4).as_dict()["model"] == "hand"
