"""Silhouettes of people, by both engines, in pictures, streams and films."""

from contextlib import closing

import cv2
import numpy as np
import pytest

from posecore import InvalidOption, LiveSession, PoseOptions, decode_picture, estimate_image, estimate_video
from posecore.estimation.engines import open_stream_estimator
from posecore.media.clips import open_clip
from posecore.media.samples import sample_clip
from posecore.view.silhouettes import silhouette

ENGINES = ["fast", "mediapipe"]


def alike(one: np.ndarray, other: np.ndarray) -> float:
    """Intersection over union."""
    return float((one & other).sum() / (one | other).sum())


@pytest.mark.parametrize("engine", ENGINES)
def test_it_matches_googles_reference(shared_data, engine):
    folder = shared_data / "google-reference"
    expected = cv2.imread(str(folder / "pose_segmentation.png"))[..., 0] > 0
    poses = estimate_image(decode_picture(folder / "pose.jpg"), PoseOptions(engine=engine, segmentation=True))
    [mask] = poses.masks
    assert alike(mask.on_picture(poses.size) > 0.5, expected) >= 0.94


def test_landmarks_are_the_same_with_and_without(portrait):
    plain, masked = (estimate_image(portrait, PoseOptions(engine="fast", segmentation=on)) for on in (False, True))
    assert plain.masks == ()
    assert len(masked.masks) == 1
    np.testing.assert_allclose(masked.xy, plain.xy, atol=0.5)


@pytest.mark.parametrize(("search", "people"), [("fast", 3), ("thorough", 2)])
def test_each_of_those_asked_for_has_one(shared_data, search, people):
    """Of three men."""
    picture = decode_picture(shared_data / "people" / "three_people.jpg")
    poses = estimate_image(picture, PoseOptions(people=people, engine="fast", search=search, segmentation=True))
    assert (len(poses), len(poses.masks), poses.left_out) == (people, people, 3 - people)
    assert (np.diff(poses.xy[:, 0, 0]) > 0).all(), "from left to right"
    assert poses.person_ids.tolist() == [*range(1, people + 1)]
    for xy, mask in zip(poses.xy, poses.masks, strict=True):
        x, y = xy[0].astype(int)
        shown = mask.on_picture(poses.size)
        assert shown[y, x] > 0.5, "the nose is in the silhouette of its own person"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("people", [1, 2])
def test_in_a_stream(shared_data, engine, people):
    options = PoseOptions(engine=engine, people=people, segmentation=True)
    with (
        open_clip(shared_data / "clips" / "pose2sim" / "cam01.mp4") as clip,
        closing(open_stream_estimator(options)) as estimator,
    ):
        for frame, _ in zip(clip, range(5), strict=False):
            poses = estimator.step(frame.rgb, frame.time_s)
            assert len(poses.masks) == len(poses) == 1
            shown = silhouette(poses)
            hips = poses.xy[0, [23, 24]].mean(axis=0).astype(int)
            assert shown[hips[1], hips[0]] == 1
            assert 0.02 < shown.mean() < 0.2


def test_a_film_with_a_plain_background(small_sample, tmp_path):
    film = tmp_path / "film.mp4"
    from posecore import ClipOptions

    part = ClipOptions(start_s=2.5, end_s=3.0)
    options = PoseOptions(engine="fast", people=2, segmentation=True)
    sequence = estimate_video(small_sample, options, part=part, annotated=film, background="plain")
    with open_clip(film) as clip:
        last = [frame.rgb for frame in clip][-1]
    seen = sequence.frame(len(sequence) - 1)
    hips = seen.xy[0, [23, 24]].mean(axis=0).astype(int)
    assert np.ptp(last[-20:].reshape(-1, 3), axis=0).max() <= 6, "the ground is one colour"
    around = last[hips[1] - 10 : hips[1] + 10, hips[0] - 10 : hips[0] + 10]
    assert around.mean() < 180, "a person is there"


def test_it_must_be_requested(tmp_path, portrait):
    with pytest.raises(InvalidOption, match="'segmentation' to be on"):
        estimate_video(sample_clip().path, annotated=tmp_path / "film.mp4", background="blur")
    with pytest.raises(InvalidOption, match="'segmentation' to be on"):
        LiveSession(background="plain")
    with LiveSession(PoseOptions(segmentation=True), background="plain") as session:
        _, drawn = session.step(portrait, 0.0)
        assert (drawn[:30, :30].reshape(-1, 3) == drawn[0, 0]).all()
