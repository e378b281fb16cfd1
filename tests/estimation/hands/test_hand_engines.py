"""Hands by MediaPipe Tasks, which replaces the fast engine where that does not run."""

from itertools import islice

import numpy as np
import pytest

from posecore import (
    EngineUnavailable,
    HandOptions,
    InvalidOption,
    LiveHands,
    decode_picture,
    estimate_hands_image,
    estimate_image,
)
from posecore.estimation.hands.landmarks import SIDE
from posecore.media.clips import open_clip

FAST, MEDIAPIPE = HandOptions(engine="fast"), HandOptions(engine="mediapipe")

# The task looks at a hand in a square that is not upright, so the landmarks differ: in pixels of the network's input by
# up to 10 in these photos and 17 in this video, in metres by up to 0.02.
MOST_PX, MOST_M = 20, 0.04


def assert_same_hands(found, expected, most_px=MOST_PX):
    assert found.slots == expected.slots
    assert found.score.tolist() == [1.0] * len(expected)
    px = SIDE / (2 * np.ptp(expected.xy, axis=1).max(axis=1))
    assert (np.abs(found.xy - expected.xy).max(axis=(1, 2)) * px).max() < most_px
    assert (np.abs(found.z - expected.z).max(axis=1) * px).max() < MOST_PX
    assert np.abs(found.world - expected.world).max() < MOST_M


def test_both_agree_on_hands_alone(shared_data):
    rgb = decode_picture(shared_data / "google-reference" / "hands.jpg")
    expected = estimate_hands_image(rgb, FAST)
    assert len(expected) == 2
    found = estimate_hands_image(rgb, MEDIAPIPE)
    assert_same_hands(found, expected, most_px=3)
    np.testing.assert_allclose(found.right, expected.right, atol=0.05)


@pytest.mark.parametrize(("photo", "hands"), [("four/07a5", 1), ("rock/055f", 2)])
def test_both_agree_on_small_hands_at_their_arms(shared_data, photo, hands):
    (path,) = (shared_data / "gestures").glob(f"{photo}*.jpg")
    rgb = decode_picture(path)
    poses = estimate_image(rgb)
    assert len(estimate_hands_image(rgb, MEDIAPIPE)) < hands
    expected = estimate_hands_image(rgb, FAST, poses=poses)
    assert len(expected) == hands
    assert_same_hands(estimate_hands_image(rgb, MEDIAPIPE, poses=poses), expected, most_px=10)


def test_both_follow_a_hand(shared_data):
    with (
        open_clip(shared_data / "google-reference" / "asl_hand.25fps.mp4") as clip,
        LiveHands(FAST) as fast,
        LiveHands(MEDIAPIPE) as mediapipe,
    ):
        for frame in islice(clip, 8):
            assert_same_hands(mediapipe.step(frame.rgb, frame.time_s), fast.step(frame.rgb, frame.time_s))


@pytest.mark.usefixtures("without_openvino")
def test_mediapipe_replaces_it(shared_data):
    rgb = decode_picture(shared_data / "google-reference" / "hands.jpg")
    here, named = estimate_hands_image(rgb), estimate_hands_image(rgb, MEDIAPIPE)
    np.testing.assert_array_equal(here.xy, named.xy)
    assert here.slots == named.slots


@pytest.mark.usefixtures("without_openvino")
def test_an_engine_requested_by_name_is_not_replaced(portrait):
    with pytest.raises(EngineUnavailable, match="does not load"):
        estimate_hands_image(portrait, FAST)


@pytest.mark.parametrize("shape", [(1, 1), (20, 30), (480, 640)])
def test_nobody_in_grey(shape):
    assert len(estimate_hands_image(np.full((*shape, 3), 128, np.uint8), MEDIAPIPE)) == 0


def test_an_engine_that_is_none():
    with pytest.raises(InvalidOption, match="'engine' to be one of 'auto', 'fast', 'mediapipe', but got 'quick'"):
        HandOptions(engine="quick")
