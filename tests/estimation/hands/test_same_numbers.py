"""The hand networks reproduce the numbers of MediaPipe's Hand Landmarker, and its results on Google's own media."""

import json
from contextlib import closing

import numpy as np
import pytest

from posecore import HandOptions, LiveHands, decode_picture, estimate_hands_image, find_model
from posecore.estimation.hands.graph import HandNetworks
from posecore.estimation.hands.landmarks import SIDE
from posecore.estimation.mediapipe_tasks import options_without_metrics
from posecore.media.clips import open_clip

# Of the networks' own input, as hands are of all sizes.
MOST_PX = 0.5


@pytest.fixture(scope="module")
def pictures(shared_data):
    """Photos with one or two hands that MediaPipe finds."""
    paths = [shared_data / "google-reference" / "hands.jpg", *sorted((shared_data / "gestures").glob("*/*"))]
    return [decode_picture(path) for path in paths]


def landmarker(mode):
    from mediapipe.tasks.python import vision

    return vision.HandLandmarker.create_from_options(
        vision.HandLandmarkerOptions(
            base_options=options_without_metrics(find_model("hand")),
            running_mode=vision.RunningMode[mode],
            num_hands=2,
        )
    )


def image_of(rgb):
    import mediapipe

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def arrays_of(result, rgb):
    """MediaPipe's hands: pixels (H, 21, 3), metres (H, 21, 3), and how much they look like right ones (H,)."""
    height, width = rgb.shape[:2]
    points = [[(p.x * width, p.y * height, p.z * width) for p in hand] for hand in result.hand_landmarks]
    world = [[(p.x, p.y, p.z) for p in hand] for hand in result.hand_world_landmarks]
    right = [top.score if top.category_name == "Right" else 1 - top.score for [top] in result.handedness]
    return np.array(points).reshape(-1, 21, 3), np.array(world).reshape(-1, 21, 3), np.array(right)


def test_first_looks_are_those_of_its_photo_mode(pictures):
    networks, compared = HandNetworks(), 0
    with closing(landmarker("IMAGE")) as reference:
        for rgb in pictures:
            points, world, right = arrays_of(reference.detect(image_of(rgb)), rgb)
            regions = networks.detect(rgb)[:2]
            found = [(networks.landmarks(rgb, region), region) for region in regions]
            found = [(hand, region) for hand, region in found if hand.score > 0.5]
            assert len(found) == len(points)
            for (hand, region), theirs, metres, rightness in zip(found, points, world, right, strict=True):
                scale = SIDE / region.size
                assert np.abs(hand.points - theirs).max() * scale <= MOST_PX
                np.testing.assert_allclose(hand.world, metres, atol=0.001)
                assert hand.right == pytest.approx(rightness, abs=0.01)
                compared += 1
    assert compared >= 18


def test_photos_are_those_of_its_second_look(pictures):
    """In a video that stands still, MediaPipe's second frame is read in an upright square; its first is not."""
    compared = 0
    for rgb in pictures[:8]:
        with closing(landmarker("VIDEO")) as reference:
            reference.detect_for_video(image_of(rgb), 0)
            points, world, _ = arrays_of(reference.detect_for_video(image_of(rgb), 40), rgb)
        hands = estimate_hands_image(rgb)
        for theirs, metres in zip(points, world, strict=True):
            off = np.abs(hands.xy - theirs[:, :2]).max(axis=(1, 2))
            nearest = off.argmin()
            scale = SIDE / (2 * np.ptp(theirs[:, :2], axis=0).max())
            assert off[nearest] * scale <= MOST_PX
            assert np.abs(hands.z[nearest] - theirs[:, 2]).max() * scale <= MOST_PX
            np.testing.assert_allclose(hands.world[nearest], metres, atol=0.001)
            compared += 1
    assert compared >= 5


def test_a_clip_of_one_hand(shared_data):
    """Google's own landmarks of the first eighth of this clip; its test allows 26 px."""
    count = 40
    folder = shared_data / "google-reference"
    true = np.array(json.loads((folder / "asl_hand.full.json").read_text()))[:count]
    true_world = np.array(json.loads((folder / "asl_hand_3d.full.json").read_text()))[:count]
    with open_clip(folder / "asl_hand.25fps.mp4") as clip, LiveHands(HandOptions(hands=1)) as live:
        frames = [live.step(frame.pixels, frame.time_s) for frame, _ in zip(clip, range(count), strict=False)]
    assert [len(hands) for hands in frames] == [1] * count
    assert {str(hands.slots[0]) for hands in frames} == {"right hand of person 1"}
    off = np.linalg.norm([hands.xy[0] for hands in frames] - true[..., :2], axis=-1)
    assert np.median(off) <= 1
    assert np.percentile(off, 95) <= 5
    assert np.median(np.abs([hands.z[0] for hands in frames] - true[..., 2])) <= 1
    off_m = np.linalg.norm([hands.world[0] for hands in frames] - true_world, axis=-1)
    assert np.median(off_m) <= 0.001
