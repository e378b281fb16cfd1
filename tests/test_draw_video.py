"""A video drawn again from existing poses, without estimating."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import (
    ClipOptions,
    InvalidHands,
    InvalidPoses,
    OverlayOptions,
    OwnPicture,
    PoseOptions,
    draw_video,
    estimate_video,
)
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.pipeline import join_recorded
from tests.synthetic_hands import RIGHT, SIZE, waving

PART = ClipOptions(start_s=2.4, end_s=2.7, film_side=640)


@pytest.fixture(scope="module")
def made(small_sample, tmp_path_factory):
    """Two people in a part of the sample video, and their annotated video."""
    film = tmp_path_factory.mktemp("film") / "film.mp4"
    options = PoseOptions(engine="fast", people=2, search="thorough")
    return estimate_video(small_sample, options, part=PART, annotated=film), film


def frames(film) -> np.ndarray:
    with open_clip(film) as clip:
        return np.stack([frame.rgb for frame in clip]).astype(int)


def refuse_to_estimate(monkeypatch):
    def refuse(*_):
        raise AssertionError("poses were estimated again")

    monkeypatch.setattr("posecore.runs.local.open_stream_estimator", refuse)


def test_the_same_people_give_the_same_video(made, small_sample, tmp_path, monkeypatch):
    refuse_to_estimate(monkeypatch)
    sequence, film = made
    draw_video(small_sample, sequence, tmp_path / "again.mp4", color_by="person", part=PART)
    np.testing.assert_array_equal(frames(tmp_path / "again.mp4"), frames(film))


@pytest.mark.parametrize("workers", [None, 1])
def test_people_can_be_hidden_and_named(made, small_sample, tmp_path, workers):
    """A hidden person leaves the plain video, and a name takes more room than a number."""
    sequence, film = made
    assert sequence.person_ids.tolist() == [1, 2]
    shown = sequence.only([2]).named({2: "Annabella"})
    seen = []
    draw_video(
        small_sample,
        shown,
        tmp_path / "again.mp4",
        color_by="person",
        part=PART,
        workers=workers,
        on_progress=lambda progress: seen.append(progress.frames),
    )
    assert seen == list(range(1, len(sequence) + 1))
    changed = (np.abs(frames(tmp_path / "again.mp4") - frames(film)).max(axis=-1) > 60).any(axis=0)
    scale = 640 / sequence.size[0]
    his, hers = (np.nanmean(sequence.xy[:, slot, 0], axis=0) * scale for slot in (0, 1))
    for x, y in (his, hers - (0, 6)):
        assert changed[int(y) - 18 : int(y) + 18, int(x) - 18 : int(x) + 18].mean() > 0.05
    assert changed.mean() < 0.05
    assert [path.name for path in tmp_path.iterdir()] == ["again.mp4"]


@pytest.mark.parametrize("workers", [None, 1])
def test_an_overlay_is_drawn_with_skeletons_or_without(made, small_sample, tmp_path, workers):
    sequence, film = made
    picture = OwnPicture(np.full((20, 20, 4), (0, 0, 255, 255), np.uint8), "torso", 0.5)
    overlay = OverlayOptions(["hat"], picture)
    draw_video(
        small_sample,
        sequence,
        tmp_path / "overlay.mp4",
        skeletons=False,
        overlay=overlay,
        part=PART,
        workers=workers,
    )
    drawn, with_skeletons = frames(tmp_path / "overlay.mp4"), frames(film)
    scale = 640 / sequence.size[0]
    for slot in range(2):
        torso = sequence.xy[0, slot, [11, 12, 23, 24]].mean(axis=0) * scale
        red, _, blue = drawn[0, int(torso[1]), int(torso[0])]
        assert blue > red + 100
        knee = sequence.xy[0, slot, 25] * scale
        there = with_skeletons[0, int(knee[1]), int(knee[0])]
        assert np.abs(drawn[0, int(knee[1]), int(knee[0])] - there).max() > 40  # no skeleton


def test_a_cancelled_drawing_keeps_the_existing_video(made, small_sample, tmp_path):
    sequence, _ = made
    film = tmp_path / "film.mp4"
    film.write_bytes(b"before")
    assert not draw_video(small_sample, sequence, film, part=PART, on_progress=lambda progress: progress.frames < 3)
    assert film.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [film]


def test_poses_of_another_video_are_refused(made, tmp_path, shared_data):
    sequence, _ = made
    with pytest.raises(InvalidPoses, match="frames of"):
        draw_video(shared_data / "google-reference" / "pose_1.mp4", sequence, tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("workers", [None, 1])
def test_hands_and_their_notes_are_drawn_in_their_frames(tmp_path, workers):
    clip, film = tmp_path / "plain.mp4", tmp_path / "film.mp4"
    hands = waving(12)
    with FilmWriter(clip, SIZE, fps_hint=25) as writer:
        for time_s in hands.times_s.tolist():
            writer.write(np.full((SIZE[1], SIZE[0], 3), 90, np.uint8), time_s)
    with open_clip(clip) as read:  # the times of the file
        hands = replace(hands, times_s=[frame.time_s for frame in read])
    notes = [{RIGHT: "thumb up"} if 3 <= frame < 9 else {} for frame in range(12)]
    assert draw_video(clip, None, film, hands=hands, hand_notes=notes, workers=workers)
    drawn = np.abs(frames(film) - 90).max(axis=-1) > 40
    assert drawn[:, :, 380:].any(axis=(1, 2)).tolist() == [True] * 6 + [False] * 6  # the left hand
    tips = int(hands.xy[:, 1, :, 1].min()) - 8
    widths = [int(np.ptp(np.flatnonzero(frame[:tips, :380].any(axis=0)))) for frame in drawn]
    assert min(widths[3:9]) > 1.5 * max(widths[:3] + widths[9:])  # the tag with the note


def test_notes_of_other_frames_are_refused(small_sample, tmp_path):
    with pytest.raises(InvalidHands, match="'hand_notes' for 12 frames, but got 1"):
        draw_video(small_sample, None, tmp_path / "film.mp4", hands=waving(12), hand_notes=[{}])
    assert not list(tmp_path.iterdir())


def test_people_found_live_are_joined_with_their_film(made, small_sample, tmp_path, monkeypatch):
    """In frames of another size, with a frame less than the film, and times that are a few milliseconds off."""
    refuse_to_estimate(monkeypatch)
    sequence, _ = made
    live = replace(sequence.resized((320, 180)), times_s=sequence.times_s + 0.004)
    kept = [frame for frame in range(len(live)) if frame != 5]
    live = replace(live, times_s=live.times_s[kept], **{name: array[kept] for name, array in live.arrays.items()})
    film = tmp_path / "film.mp4"
    joined = join_recorded(small_sample, live, part=PART, film=film)
    assert (joined.size, joined.times_s.tolist()) == (sequence.size, sequence.times_s.tolist())
    assert len(frames(film)) == len(joined)
    np.testing.assert_allclose(joined.xy[6:], sequence.xy[6:], atol=0.01)
    neighbour = sequence.xy[[4, 6]]
    assert np.isclose(joined.xy[5], neighbour, atol=0.01, equal_nan=True).all(axis=(1, 2, 3)).any()
