"""Hands in videos: alone or beside bodies, in this process or in a worker."""

import numpy as np
import pytest

from posecore import (
    ClipOptions,
    HandOptions,
    HandSequence,
    HandSlot,
    PoseOptions,
    RunSummary,
    estimate_hands_video,
    estimate_video,
)
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter

LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")
PART, SECOND = ClipOptions(end_s=0.6), ClipOptions(end_s=1.0)


def equal(one: HandSequence, other: HandSequence) -> bool:
    same = all(np.array_equal(one.arrays[name], other.arrays[name], equal_nan=True) for name in one.arrays)
    return same and one.slots == other.slots and one.times_s.tolist() == other.times_s.tolist()


def test_hands_alone_are_the_same_in_a_worker(shared_data):
    path = shared_data / "google-reference" / "asl_hand.25fps.mp4"
    seen = []
    here = estimate_hands_video(path, part=PART, on_progress=lambda progress: seen.append(progress.hands.slots))
    assert (here.slots, len(here), here.fps) == ((RIGHT,), 15, pytest.approx(25))
    assert here.seen.all()
    assert seen == [(RIGHT,)] * 15
    assert equal(estimate_hands_video(path, part=PART, workers=1), here)


def test_a_hand_that_fills_the_picture_needs_no_body(shared_data):
    """The body network makes up a body from it, whose wrists it does not see."""
    ends: list[RunSummary] = []
    path = shared_data / "google-reference" / "asl_hand.25fps.mp4"
    bodies = estimate_video(path, hands=HandOptions(), part=PART, on_end=ends.append)
    assert bodies.seen.any()
    assert ends[0].hands is not None
    assert ends[0].hands.seen.any(axis=1).all()


@pytest.fixture(scope="module")
def squats(shared_data):
    """Somebody's bodies in a second, without hands."""
    return estimate_video(shared_data / "google-reference" / "pose_squats.mp4", part=SECOND)


@pytest.mark.parametrize("workers", [None, 2])
def test_hands_beside_bodies_in_one_run(shared_data, squats, tmp_path, workers):
    path, film = shared_data / "google-reference" / "pose_squats.mp4", tmp_path / "film.mp4"
    ends: list[RunSummary] = []
    part = SECOND
    bodies = estimate_video(path, hands=HandOptions(), part=part, annotated=film, on_end=ends.append, workers=workers)
    [end] = ends
    assert end.hands is not None
    assert end.hands.slots == (LEFT, RIGHT)
    assert end.hands.times_s.tolist() == bodies.times_s.tolist()
    assert end.hands.seen.mean() > 0.6
    wrists = bodies.xy[:, 0, [15, 16]]
    assert np.nanmedian(np.linalg.norm(end.hands.xy[:, :, 0] - wrists, axis=-1)) < 20
    with open_clip(film) as clip:
        assert sum(1 for _ in clip) == len(bodies)
    np.testing.assert_array_equal(squats.xy, bodies.xy, err_msg="bodies are as without hands")


def test_a_run_that_is_ended_keeps_its_hands(shared_data):
    ends: list[RunSummary] = []
    path = shared_data / "google-reference" / "asl_hand.25fps.mp4"
    kept = estimate_hands_video(path, on_progress=lambda progress: progress.frames < 5)
    assert len(kept) == 5
    estimate_video(path, hands=HandOptions(), on_progress=lambda progress: progress.frames < 5, on_end=ends.append)
    [end] = ends
    assert end.hands is not None
    assert len(end.hands) == len(end.stopped.hands.sequence) == 5


def test_after_a_cut_hands_are_those_of_new_people(shared_data, tmp_path):
    """A hand, and after a cut to something else the same hand."""
    with open_clip(shared_data / "google-reference" / "asl_hand.25fps.mp4") as clip:
        shown = [frame.rgb for frame, _ in zip(clip, range(7), strict=False)]
    height, width = shown[0].shape[:2]
    rng = np.random.default_rng(0)
    noise = np.repeat(np.repeat(rng.integers(0, 256, (height // 20, width // 20, 3)), 20, axis=0), 20, axis=1)
    other = np.asarray(np.resize(noise, shown[0].shape), np.uint8)
    path = tmp_path / "cut.mp4"
    with FilmWriter(path, (width, height), fps_hint=25) as film:
        for index, rgb in enumerate([*shown, *[other] * 7, *shown]):
            film.write(rgb, index / 25)
    hands = estimate_hands_video(path)
    assert hands.cuts.tolist() == [7, 14]
    assert hands.slots == (RIGHT, HandSlot(2, "right"))
    assert hands.seen[:7, 0].all()
    assert hands.seen[14:, 1].all()
    assert not hands.seen[7:14].any()
    assert not hands.seen[14:, 0].any()


def test_several_people_have_hands_of_their_own(shared_data):
    ends: list[RunSummary] = []
    options, hands = PoseOptions(people=2, search="thorough"), HandOptions(hands=4)
    part = ClipOptions(start_s=1.5, end_s=2.5, every=5)
    path = shared_data / "clips" / "sports2d_demo.mp4"
    bodies = estimate_video(path, options, hands=hands, part=part, on_end=ends.append)
    assert ends[0].hands is not None
    assert {slot.person for slot in ends[0].hands.slots} <= set(bodies.person_ids.tolist())
    assert len(ends[0].hands.slots) >= 3
