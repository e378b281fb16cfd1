import tracemalloc
from dataclasses import replace

import numpy as np
import pytest

from posecore import FramePoses, InvalidOption, InvalidPoses, PoseSequence
from posecore.poses import LANDMARK_ARRAYS, PoseRecorder, pack_landmarks, unpack_landmarks

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
        ({"size": (0, 480)}, r"Expected 'size' to be above zero in both dimensions, but got \(0, 480\)"),
    ],
)
def test_a_mismatched_array_is_named(changed, message):
    with pytest.raises(InvalidPoses, match=message):
        FramePoses(**frame_arrays(**changed))


def test_ids_must_be_unique():
    with pytest.raises(InvalidPoses, match="unique"):
        FramePoses(**frame_arrays(people=2, person_ids=np.array([1, 1])))


def test_poses_of_nobody_have_no_people():
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


def test_a_video_without_people_keeps_its_times():
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


def test_a_recorder_keeps_every_frame_including_people_who_appear_later():
    frames = [frame(t / 25, [2] if t < 300 else [7, 2, 1], value=t) for t in range(900)]
    sequence = recorded(frames)
    assert sequence.person_ids.tolist() == [1, 2, 7]
    np.testing.assert_array_equal(sequence.times_s, np.arange(900) / 25)
    np.testing.assert_array_equal(sequence.xy[:, 1, 0, 0], np.arange(900))
    assert not sequence.seen[:300, [0, 2]].any()
    assert sequence.seen[300:].all()
    np.testing.assert_array_equal(sequence.frame(500).xy, frames[500].xy[[2, 1, 0]])


def test_a_recorder_sorts_frames_and_keeps_the_last_of_duplicates():
    told = [(0.0, 1), (0.2, 2), (0.3, 3), (0.1, 4), (0.2, 5)]
    sequence = recorded([frame(time_s, [1], value=value) for time_s, value in told])
    assert sequence.times_s.tolist() == [0, 0.1, 0.2, 0.3]
    assert sequence.xy[:, 0, 0, 0].tolist() == [1, 4, 5, 3]


def test_a_recorder_needs_little_more_memory_than_its_data():
    one, count = frame(0, [1]), 5_000
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
def test_people_can_be_selected(portrait_poses, wanted, is_view):
    names = ("xy", "z", "world", "visibility", "presence")
    three = {name: np.repeat(getattr(portrait_poses, name), 3, axis=0) for name in names}
    ids = np.array([1, 2, 3])
    frames = [replace(portrait_poses, **three, person_ids=ids, time_s=index) for index in range(3)]
    sequence = PoseSequence.from_frames(frames, size=portrait_poses.size, fps=1)
    some = sequence.only(wanted)
    assert some.person_ids.tolist() == [person for person in wanted if person in (1, 2, 3)]
    assert some.xy.shape[:2] == (3, len(some.person_ids))
    assert np.shares_memory(some.xy, sequence.xy) == is_view


def moving(frames: int = 6, ids: tuple[int, ...] = (1, 4)) -> PoseSequence:
    """Named people at uneven times, with all values different."""
    values = np.arange(frames * len(ids) * 33 * 8, dtype=np.float32).reshape(frames, len(ids), 33, 8)
    times = np.cumsum(np.arange(frames) + 1.0) / 10
    return PoseSequence(
        **unpack_landmarks(values), person_ids=np.array(ids), times_s=times, size=SIZE, fps=30, names={4: "Ada"}
    )


@pytest.mark.parametrize(
    ("frames", "expected", "fps"),
    [
        (slice(None), [0, 1, 2, 3, 4, 5], 30),
        (slice(2, 4), [2, 3], 30),
        (slice(None, None, 2), [0, 2, 4], 15),
        (slice(1, None, 3), [1, 4], 10),
        (slice(9, 12), [], 30),
        (np.array([0, 1, 5]), [0, 1, 5], 30),
        (np.array([], int), [], 30),
        (np.arange(6) % 2 == 1, [1, 3, 5], 30),
    ],
)
def test_frames_can_be_selected(frames, expected, fps):
    sequence = moving()
    some = sequence.at(frames)
    for name in LANDMARK_ARRAYS:
        np.testing.assert_array_equal(getattr(some, name), getattr(sequence, name)[expected])
    np.testing.assert_array_equal(some.times_s, sequence.times_s[expected])
    assert (some.person_ids.tolist(), some.names, some.size, some.fps) == ([1, 4], {4: "Ada"}, SIZE, fps)
    assert np.shares_memory(some.xy, sequence.xy) == (isinstance(frames, slice) and len(expected) > 0)


@pytest.mark.parametrize(
    ("frames", "error", "message"),
    [
        (np.array([6]), IndexError, "out of bounds"),
        (np.array([True, False]), IndexError, "boolean index"),
        (slice(None, None, -1), InvalidPoses, "strictly increasing"),
        (np.array([3, 1]), InvalidPoses, "strictly increasing"),
        (np.array([1, 1]), InvalidPoses, "strictly increasing"),
        (3, InvalidPoses, r"'times_s' to have shape \(T,\)"),
    ],
)
def test_frames_that_do_not_form_a_sequence_are_refused(frames, error, message):
    with pytest.raises(error, match=message):
        moving().at(frames)


@pytest.mark.parametrize(
    ("size", "across", "down"), [(SIZE, 1, 1), ((1280, 960), 2, 2), ((320, 480), 0.5, 1), ((641, 119), 641 / 640, None)]
)
def test_a_sequence_can_be_resized(size, across, down):
    sequence = moving()
    resized = sequence.resized(size)
    np.testing.assert_array_equal(resized.xy[..., 0], sequence.xy[..., 0] * np.float32(across))
    np.testing.assert_array_equal(resized.xy[..., 1], sequence.xy[..., 1] * np.float32(down or 119 / 480))
    np.testing.assert_array_equal(resized.z, sequence.z * np.float32(across))
    np.testing.assert_array_equal(resized.world, sequence.world)
    assert (resized.size, resized.fps, resized.names) == (size, sequence.fps, sequence.names)
    for index in range(len(sequence)):
        np.testing.assert_array_equal(resized.frame(index).xy, sequence.frame(index).resized(size).xy)


@pytest.mark.parametrize("size", [(0, 480), (640, -1)])
def test_a_frame_size_must_be_positive(size):
    with pytest.raises(InvalidPoses, match="'size' to be above zero"):
        moving().resized(size)


@pytest.mark.parametrize(("times", "ids"), [([], []), ([0.5], [1, 2]), ([0.0, 0.1, 0.4], [7])])
def test_a_sequence_without_people_is_valid(times, ids):
    empty = PoseSequence.empty(times, ids, size=SIZE, fps=30)
    assert (empty.times_s.tolist(), empty.person_ids.tolist()) == (times, ids)
    assert empty.xy.shape == (len(times), len(ids), 33, 2)
    assert all(np.isnan(array).all() for array in empty.arrays.values())
    assert not empty.seen.any()


@pytest.mark.parametrize(
    ("times", "ids", "message"),
    [([0.1, 0.1], [1], "strictly increasing"), ([0.0], [2, 2], "unique"), ([[0.0]], [1], "'times_s' to have shape")],
)
def test_an_empty_sequence_is_checked_too(times, ids, message):
    with pytest.raises(InvalidPoses, match=message):
        PoseSequence.empty(times, ids, size=SIZE, fps=30)


@pytest.mark.parametrize(("person", "slot"), [(1, 0), (4, 1)])
def test_a_person_id_gives_its_slot(person, slot):
    assert moving().slot(person) == slot


@pytest.mark.parametrize(
    ("sequence", "person", "error", "message"),
    [
        (moving(), 2, InvalidOption, r"'person_id' to be one of this video's \(1, 4\), but got 2"),
        (moving(ids=()), 1, InvalidOption, r"\(none\)"),
        (PoseSequence.empty([0.0], [1], size=SIZE, fps=30), 1, InvalidPoses, "Person 1 is seen in no frame"),
    ],
)
def test_an_unknown_person_has_no_slot(sequence, person, error, message):
    with pytest.raises(error, match=message):
        sequence.slot(person)


@pytest.mark.parametrize("people", [0, 1, 3])
def test_packed_landmarks_unpack_unchanged(people):
    values = np.random.default_rng(people).normal(size=(people, 33, 8)).astype(np.float32)
    poses = FramePoses(**frame_arrays(people) | unpack_landmarks(values))
    np.testing.assert_array_equal(pack_landmarks(poses), values)
    assert {name: array.shape[2:] for name, array in poses.arrays.items()} == dict(LANDMARK_ARRAYS)


def shots_of(*lengths: int, ids: list[int] | None = None) -> PoseSequence:
    """Shots of these lengths in one sequence."""
    starts = {*np.cumsum(lengths)[:-1].tolist()}
    frames = [replace(frame(t / 25, ids or [1]), begins_shot=t in starts) for t in range(sum(lengths))]
    return PoseSequence.from_frames(frames, size=SIZE, fps=25)


def test_cuts_come_from_the_frames_and_go_back_to_them():
    sequence = shots_of(3, 4, 2)
    assert sequence.cuts.tolist() == [3, 7]
    assert sequence.shots == (slice(0, 3), slice(3, 7), slice(7, 9))
    assert sequence.shot_numbers.tolist() == [1, 1, 1, 2, 2, 2, 2, 3, 3]
    assert [index for index in range(9) if sequence.frame(index).begins_shot] == [3, 7]
    assert sequence.frame(-2).begins_shot
    assert sequence.only([]).resized((64, 48)).named({1: "Ann"}).cuts.tolist() == [3, 7]


@pytest.mark.parametrize(
    ("frames", "cuts"),
    [
        (slice(None), [3, 7]),
        (slice(3, None), [4]),
        (slice(2, 4), [1]),
        (slice(4, 6), []),
        (slice(None, None, 2), [2, 4]),
        (slice(None, None, 8), [1]),
        ([0, 2, 8], [2]),
        (np.arange(9) != 3, [3, 6]),
        ([], []),
    ],
)
def test_some_of_the_frames_have_their_cuts(frames, cuts):
    wanted = frames if isinstance(frames, slice) else np.asarray(frames, None if len(frames) else int)
    assert shots_of(3, 4, 2).at(wanted).cuts.tolist() == cuts


@pytest.mark.parametrize("cuts", [[0], [9], [4, 4], [5, 4], [-1]])
def test_cuts_that_are_no_frames_after_the_first_are_refused(cuts):
    with pytest.raises(InvalidPoses, match="Expected 'cuts' to increase strictly from 1 or more to at most 8"):
        replace(shots_of(9), cuts=cuts)
    with pytest.raises(InvalidPoses, match=r"Expected 'cuts' to have shape \(C,\)"):
        replace(shots_of(9), cuts=[[1]])


def recorder_of(sequence: PoseSequence, most_people: int | None = None) -> PoseRecorder:
    recorder = PoseRecorder(most_people)
    for index in np.random.default_rng(3).permutation(len(sequence)).tolist():
        recorder.add(sequence.frame(index))
    recorder.put_in_order()
    recorder.end_people_at_cuts()
    return recorder


def test_a_recorder_ends_people_at_cuts():
    sequence = PoseSequence(**recorder_of(shots_of(3, 4, 2, ids=[5, 2])).arrays(), size=SIZE, fps=25)
    assert sequence.person_ids.tolist() == [1, 2, 3, 4, 5, 6]
    assert sequence.cuts.tolist() == [3, 7]
    for shot, (first, second) in zip(sequence.shots, [(0, 1), (2, 3), (4, 5)], strict=True):
        assert np.flatnonzero(sequence.seen[shot].all(axis=0)).tolist() == [first, second]
    assert (sequence.seen.sum(axis=1) == 2).all()


def test_a_recorder_keeps_ids_that_end_at_cuts_already():
    frames = [replace(frame(t / 25, [4 + t // 3]), begins_shot=t == 3) for t in range(6)]
    recorder = recorder_of(PoseSequence.from_frames(frames, size=SIZE, fps=25))
    assert recorder.arrays()["person_ids"].tolist() == [4, 5]


def test_a_recorder_says_when_cuts_make_too_many_people():
    recorder = recorder_of(shots_of(3, 4, 2), most_people=2)
    assert recorder.left_out
    assert recorder.arrays()["person_ids"].tolist() == [1, 2]


def test_a_recorder_of_nobody_has_cuts():
    frames = [replace(FramePoses.nobody(SIZE, t / 25), begins_shot=t in (0, 2)) for t in range(4)]
    sequence = PoseSequence(
        **recorder_of(PoseSequence.from_frames(frames, size=SIZE, fps=25)).arrays(), size=SIZE, fps=25
    )
    assert (sequence.person_ids.tolist(), sequence.cuts.tolist()) == ([1], [2])
