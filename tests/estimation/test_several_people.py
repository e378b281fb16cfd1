"""Several people in real clips: each keeps one id from the first clear view to the last."""

import json
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from posecore import ClipOptions, PoseOptions, PoseSequence, RunSummary, estimate_video

HIPS = [23, 24]


@cache
def run(path: Path, options: PoseOptions, part: ClipOptions) -> tuple[PoseSequence, list[str]]:
    """The people in a part of a clip, and the notes on it; each run is made once."""
    notes: list[str] = []
    return estimate_video(path, options, part=part, on_note=notes.append), notes


def ways(path: Path, part: ClipOptions, **options) -> dict[int, tuple[np.ndarray, np.ndarray]]:
    """Id -> the frames of the part in which the person was seen, and the middle of the hips in each."""
    sequence, _ = run(path, PoseOptions(engine="fast", **options), part)
    hips = sequence.xy[:, :, HIPS].mean(axis=2)
    return {
        person: (part.every * np.flatnonzero(sequence.seen[:, slot]), hips[sequence.seen[:, slot], slot])
        for slot, person in enumerate(sequence.person_ids.tolist())
    }


def assert_goes_on(frames: np.ndarray, places: np.ndarray, most_px: float) -> None:
    """Nobody jumps to another place from one frame of the clip to the next."""
    steps = np.linalg.norm(np.diff(places, axis=0), axis=1) / np.diff(frames)
    assert steps.max() <= most_px


@pytest.mark.parametrize(
    ("part", "options"),
    [(ClipOptions(every=3), {"people": 2}), (ClipOptions(start_s=3.8, every=3), {"people": 4, "search": "thorough"})],
    ids=["fast", "thorough"],
)
def test_two_people_who_cross_keep_their_ids(shared_data, part, options):
    """He is on the roof and jumps down through the glare of the sun; she walks below from right to left."""
    people = ways(shared_data / "clips" / "sports2d_demo.mp4", part, **options)
    assert list(people) == [1, 2]
    (frames, his), (her_frames, hers) = people[1], people[2]
    first, every = round(30 * part.start_s), part.every
    assert frames[0] <= 5
    assert frames[-1] >= 222 - first
    assert len(frames) >= (205 - first) // every
    assert her_frames[0] <= max(62 - first, 5)
    assert her_frames[-1] >= 196 - first
    assert (np.diff(her_frames) == every).all()
    if not first:
        assert his[: 20 // every, 1].max() < 350  # on the roof
    assert his[-4 // every :, 0].min() > 1350  # at the right
    assert (np.diff(hers[:, 0]) < 15 * every).all(), "she only walks to the left"
    assert_goes_on(frames, his, min(60, 120 / every))
    assert_goes_on(her_frames, hers, min(40, 80 / every))


@pytest.mark.parametrize(
    ("camera", "operator", "search"),
    [
        ("cam01", (62, 525), "fast"),
        ("cam02", (800, 680), "thorough"),
        ("cam03", None, "thorough"),
    ],
)
def test_the_walker_keeps_one_id_and_the_operator_another(shared_data, camera, operator, search):
    part = ClipOptions(end_s=0.5, every=5)
    people = ways(shared_data / "clips" / "pose2sim" / f"{camera}.mp4", part, people=3, search=search)
    walkers = [way for way in people.values() if operator is None or np.abs(way[1][0] - operator).max() > 60]
    [(frames, places)] = walkers
    assert frames.tolist() == list(range(0, 30, 5))
    assert_goes_on(frames, places, 20)
    assert len(people) <= 2
    if operator is not None and search == "thorough":
        assert len(people) == 2


def test_mediapipes_engine_gives_the_walker_one_id(shared_data):
    path = shared_data / "clips" / "pose2sim" / "cam01.mp4"
    sequence = estimate_video(path, PoseOptions(engine="mediapipe", people=2), part=ClipOptions(end_s=0.8, every=5))
    assert sequence.person_ids.tolist() == [1]
    assert sequence.seen.all()


def test_no_note_if_nobody_is_left_out(shared_data):
    _, notes = run(
        shared_data / "clips" / "sports2d_demo.mp4", PoseOptions(engine="fast", people=2), ClipOptions(every=3)
    )
    assert notes == []


@pytest.mark.parametrize(
    ("clip", "search", "part", "numbers", "most"),
    [
        ("small sample", "fast", ClipOptions(start_s=1.5, end_s=2.5, every=5), (1, 3), 2),
        ("clips/pose2sim/cam01.mp4", "thorough", ClipOptions(end_s=0.1, every=5), (1,), 2),
        ("google-reference/pose_squats.mp4", "fast", ClipOptions(end_s=0.5, every=3), (1, 3), 1),
        ("google-reference/pose_squats.mp4", "thorough", ClipOptions(end_s=0.2, every=5), (1, 3), 1),
        ("reps/squat_wall.mp4", "fast", ClipOptions(end_s=2, every=6), (1, 3), 1),
        ("awkward/nobody.mp4", "fast", ClipOptions(every=10), (1, 3), 0),
    ],
)
def test_people_in_view_are_counted_whatever_number_is_asked_for(
    shared_data, small_sample, clip, search, part, numbers, most
):
    for people in numbers:
        ends: list[RunSummary] = []
        notes: list[str] = []
        estimate_video(
            small_sample if clip == "small sample" else shared_data / clip,
            PoseOptions(engine="fast", people=people, search=search),
            part=part,
            on_end=ends.append,
            on_note=notes.append,
        )
        assert [end.most_people for end in ends] == [most]
        assert len([note for note in notes if f"up to {most} at once" in note]) == (most > people)


def test_of_a_crowd_that_is_left_out_the_note_says_so(shared_data, tmp_path):
    import av

    from posecore import decode_picture

    picture = decode_picture(shared_data / "people" / "three_people.jpg")[:860, :1048]
    path = tmp_path / "still.mp4"
    with av.open(str(path), "w") as clip:
        stream = clip.add_stream("libx264", rate=10)
        stream.height, stream.width = picture.shape[:2]
        for _ in range(2):
            clip.mux(stream.encode(av.VideoFrame.from_ndarray(picture)))
        clip.mux(stream.encode(None))
    notes: list[str] = []
    sequence = estimate_video(path, PoseOptions(engine="fast", people=2, search="thorough"), on_note=notes.append)
    assert sequence.person_ids.tolist() == [1, 2]
    assert [note for note in notes if "more people" in note]


def test_one_person_at_a_time_is_followed_and_a_table_is_nobody(shared_data):
    """A woman leaves the picture, a table stands there alone for 3.6 s, and a man comes."""
    part = ClipOptions(start_s=18, end_s=25)
    clip = shared_data / "clips" / "one_by_one_first_50s.mp4"
    sequence = estimate_video(clip, PoseOptions(engine="fast"), part=part)
    frames = np.round(sequence.times_s * 10).astype(int)
    labelled = json.loads(clip.with_suffix(".json").read_text())["frames_with_somebody"]
    real = np.any([(frames >= first) & (frames <= last) for first, last in labelled], axis=0)
    seen = sequence.seen.any(axis=1)
    assert (seen & ~real).sum() <= 1
    assert (real & ~seen).sum() <= 1
    assert sequence.person_ids.tolist() == [1, 2]
    assert sequence.seen[frames < 200, 1].sum() == sequence.seen[frames > 200, 0].sum() == 0
