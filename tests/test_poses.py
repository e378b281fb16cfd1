import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from posecore import FramePoses, InvalidPoses, PoseSequence
from posecore.poses import PoseRecorder

SIZE = (640, 480)


def frame_arrays(people: int = 1, **changed):
    arrays = {
        "xy": np.zeros((people, 33, 2)),
        "z": np.zeros((people, 33)),
        "world": np.zeros((people, 33, 3)),
        "visibility": np.ones((people, 33)),
        "presence": np.ones((people, 33)),
        "person_ids": np.arange(1, people + 1),
        "time_s": 0.0,
        "size": SIZE,
    }
    return arrays | changed


def test_arrays_become_float32_and_read_only():
    poses = FramePoses(**frame_arrays())
    assert poses.xy.dtype == np.float32
    with pytest.raises(ValueError, match="read-only"):
        poses.xy[0, 0, 0] = 1


def test_the_callers_array_stays_writable():
    given = np.zeros((1, 33, 2), np.float32)
    FramePoses(**frame_arrays(xy=given))
    given[0, 0, 0] = 1


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"z": np.zeros(33)}, r"Expected 'z' to have shape \(1, 33\), but got \(33,\)"),
        ({"xy": np.zeros((1, 17, 2))}, r"Expected 'xy' to have shape \(1, 33, 2\), but got \(1, 17, 2\)"),
        ({"world": np.zeros((2, 33, 3))}, r"Expected 'world' to have shape \(1, 33, 3\)"),
        ({"person_ids": np.array([[1]])}, r"Expected 'person_ids' to have shape \(P,\)"),
        ({"size": (0, 480)}, r"Expected 'size' to be above zero both ways, but got \(0, 480\)"),
    ],
)
def test_what_does_not_fit_is_named(changed, message):
    with pytest.raises(InvalidPoses, match=message):
        FramePoses(**frame_arrays(**changed))


def test_ids_may_not_repeat():
    with pytest.raises(InvalidPoses, match="unique"):
        FramePoses(**frame_arrays(people=2, person_ids=np.array([1, 1])))


def test_nobody_has_no_people():
    assert len(FramePoses.nobody(SIZE)) == 0


def frame(time_s: float, ids: list[int], value: float = 1.0) -> FramePoses:
    return FramePoses(
        **frame_arrays(people=len(ids), xy=np.full((len(ids), 33, 2), value), person_ids=ids, time_s=time_s)
    )


def test_a_sequence_keeps_frames_without_people_as_nan():
    sequence = PoseSequence.from_frames(
        [frame(0.0, [1]), FramePoses.nobody(SIZE, 0.04), frame(0.08, [1, 2], value=3.0)], size=SIZE, fps=25
    )
    assert len(sequence) == 3
    assert sequence.person_ids.tolist() == [1, 2]
    assert sequence.seen.tolist() == [[True, False], [False, False], [True, True]]
    assert np.isnan(sequence.xy[1]).all()
    assert len(sequence.frame(1)) == 0
    assert sequence.frame(2).person_ids.tolist() == [1, 2]
    assert (sequence.frame(2).xy == 3.0).all()
    assert sequence.frame(1).time_s == pytest.approx(0.04)


def test_a_clip_without_anybody_keeps_its_times():
    sequence = PoseSequence.from_frames([FramePoses.nobody(SIZE, t) for t in (0.0, 0.5)], size=SIZE, fps=2)
    assert sequence.times_s.tolist() == [0.0, 0.5]
    assert not sequence.seen.any()


@pytest.mark.parametrize("times", [(0.0, 0.0), (0.1, 0.0), (0.0, np.nan)])
def test_times_must_increase(times):
    with pytest.raises(InvalidPoses, match="strictly increasing"):
        PoseSequence.from_frames([frame(t, [1]) for t in times], size=SIZE, fps=25)


@pytest.mark.parametrize("fps", [0, -1, float("nan")])
def test_fps_must_be_above_zero(fps):
    with pytest.raises(InvalidPoses, match="'fps'"):
        PoseSequence.from_frames([], size=SIZE, fps=fps)


def test_fps_is_not_rounded():
    assert PoseSequence.from_frames([], size=SIZE, fps=30000 / 1001).fps == pytest.approx(29.97002997)


def recorded(frames: list[FramePoses]) -> PoseSequence:
    recorder = PoseRecorder()
    for one in frames:
        recorder.add(one)
    assert len(recorder) == len(frames)
    recorder.put_in_order()
    return PoseSequence(**recorder.arrays(), size=SIZE, fps=25)


def test_a_recorder_keeps_what_comes_also_of_people_who_come_later():
    frames = [frame(t / 25, [2] if t < 300 else [7, 2, 1], value=t) for t in range(900)]
    sequence = recorded(frames)
    assert sequence.person_ids.tolist() == [1, 2, 7]
    np.testing.assert_array_equal(sequence.times_s, np.arange(900) / 25)
    np.testing.assert_array_equal(sequence.xy[:, 1, 0, 0], np.arange(900))
    assert not sequence.seen[:300, [0, 2]].any()
    assert sequence.seen[300:].all()
    np.testing.assert_array_equal(sequence.frame(500).xy, frames[500].xy[[2, 1, 0]])


def test_a_recorder_puts_frames_in_order_and_keeps_the_last_of_those_told_twice():
    told = [(0.0, 1), (0.2, 2), (0.3, 3), (0.1, 4), (0.2, 5)]
    sequence = recorded([frame(time_s, [1], value=value) for time_s, value in told])
    assert sequence.times_s.tolist() == [0, 0.1, 0.2, 0.3]
    assert sequence.xy[:, 0, 0, 0].tolist() == [1, 4, 5, 3]


def test_a_recorder_grows_by_little_more_than_the_numbers():
    one, count = frame(0, [1]), 20_000
    tracemalloc.start()
    try:
        recorder = PoseRecorder()
        for index in range(count):
            recorder.add(replace(one, time_s=index / 25))
        sequence = PoseSequence(**recorder.arrays(), size=SIZE, fps=25)
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert len(sequence) == count
    assert held / count < 1.1 * (33 * 8 * 4 + 8)


@pytest.mark.parametrize(
    ("wanted", "is_view"), [([1, 2], True), ([3], True), ([1, 3], False), ([7], False), ([], False)]
)
def test_some_of_the_people_of_a_clip(portrait_poses, wanted, is_view):
    names = ("xy", "z", "world", "visibility", "presence")
    three = {name: np.repeat(getattr(portrait_poses, name), 3, axis=0) for name in names}
    ids = np.array([1, 2, 3])
    frames = [replace(portrait_poses, **three, person_ids=ids, time_s=index) for index in range(3)]
    sequence = PoseSequence.from_frames(frames, size=portrait_poses.size, fps=1)
    some = sequence.only(wanted)
    assert some.person_ids.tolist() == [person for person in wanted if person in (1, 2, 3)]
    assert some.xy.shape[:2] == (3, len(some.person_ids))
    assert np.shares_memory(some.xy, sequence.xy) == is_view
