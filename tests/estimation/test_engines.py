"""Choosing the engine, and what both have in common."""

import json
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from importlib.metadata import version

import numpy as np
import pytest

from posecore import ClipOptions, EngineUnavailable, EngineUsed, InvalidOption, PoseOptions, find_engine, find_model
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.engines import open_picture_estimator, open_stream_estimator
from posecore.media.clips import open_clip
from posecore.media.samples import sample_clip

FAST = EngineUsed("fast", f"OpenVINO {version('openvino')}")
MEDIAPIPE = EngineUsed("mediapipe", f"MediaPipe Tasks {version('mediapipe')}")


@pytest.fixture(params=["fast", "mediapipe"])
def stream(request):
    with closing(open_stream_estimator(PoseOptions(engine=request.param))) as estimator:
        yield estimator


@pytest.mark.parametrize(("engine", "used"), [("auto", FAST), ("fast", FAST), ("mediapipe", MEDIAPIPE)])
def test_engine_that_is_found(engine, used):
    assert find_engine(PoseOptions(engine=engine)) == used
    assert json.loads(json.dumps(used.as_dict()))["library"] == used.library


@pytest.mark.usefixtures("without_openvino")
def test_mediapipe_replaces_it_and_reports_why(portrait):
    used = find_engine(PoseOptions())
    assert (used.name, used.library) == (MEDIAPIPE.name, MEDIAPIPE.library)
    assert "OpenVINO, which runs the fast engine, does not load" in used.instead_because
    with closing(open_picture_estimator(PoseOptions())) as estimator:
        assert len(estimator.estimate(portrait)) == 1
    with closing(open_stream_estimator(PoseOptions())) as estimator:
        assert len(estimator.step(portrait, 0.0)) == 1


@pytest.mark.usefixtures("without_openvino")
@pytest.mark.parametrize("find", [find_engine, open_picture_estimator, open_stream_estimator])
def test_engine_requested_by_name_is_not_replaced(find):
    with pytest.raises(EngineUnavailable, match="does not load"):
        find(PoseOptions(engine="fast"))


def test_networks_unknown_to_the_fast_engine_are_left_to_mediapipe(tmp_path):
    path = tmp_path / "swapped.task"
    with zipfile.ZipFile(find_model("full")) as real, zipfile.ZipFile(path, "w") as swapped:
        for name, body in zip(real.namelist(), reversed([real.read(name) for name in real.namelist()]), strict=True):
            swapped.writestr(name, body)
    used = find_engine(PoseOptions(model=path))
    assert used.name == "mediapipe"
    assert f"does not know the networks in {path}" in used.instead_because
    with pytest.raises(EngineUnavailable, match="does not know the networks"):
        find_engine(PoseOptions(model=path, engine="fast"))


def test_streams_in_four_threads_are_independent(portrait):
    """Each gives exactly what it gives by itself: they share no state."""
    pictures = [portrait, portrait[:, ::-1], portrait[::2, ::2], np.roll(portrait, 60, axis=1)]

    def follow(rgb):
        with closing(open_stream_estimator(PoseOptions(engine="fast"))) as estimator:
            poses = [estimator.step(np.roll(rgb, 3 * step, axis=0), step / 25) for step in range(4)]
        return np.array([(*frame.xy[0].ravel(), *frame.world[0].ravel(), *frame.visibility[0]) for frame in poses])

    alone = [follow(rgb) for rgb in pictures]
    with ThreadPoolExecutor(len(pictures)) as pool:
        together = list(pool.map(follow, pictures))
    np.testing.assert_array_equal(together, alone)
    assert not np.array_equal(alone[0], alone[1])


def test_time_must_increase(stream, portrait):
    stream.step(portrait, 2.0)
    for time_s in (2.0, 1.999, -1.0, float("nan")):
        with pytest.raises(InvalidOption, match=r"'time_s' to be later than 2\.0, but got"):
            stream.step(portrait, time_s)
    assert len(stream.step(portrait, 2.04)) == 1, "the stream goes on"


def test_array_that_is_not_a_picture(stream, portrait):
    arrays = [
        np.zeros((20, 20), np.uint8),
        np.zeros((20, 20, 1), np.uint8),
        np.zeros((20, 20, 4), np.uint8),
        np.zeros((2, 20, 20, 3), np.uint8),
        np.zeros((20, 20, 3), np.float32),
        np.zeros((0, 20, 3), np.uint8),
    ]
    for time_s in (0.0, 0.08):  # at first, and while someone is followed
        for rgb in arrays:
            with pytest.raises(InvalidOption, match="Expected an image of shape"):
                stream.step(rgb, time_s)
        assert len(stream.step(portrait, time_s + 0.04)) == 1, "the stream goes on"


@pytest.mark.parametrize("engine", ["fast", "mediapipe"])
def test_view_of_an_array_gives_what_its_copy_gives(portrait, engine):
    mirrored = portrait[:, ::-1]
    mirrored.flags.writeable = False
    with closing(open_picture_estimator(PoseOptions(engine=engine))) as estimator:
        view, copy = estimator.estimate(mirrored), estimator.estimate(mirrored.copy())
    assert len(view) == 1
    np.testing.assert_array_equal(view.xy, copy.xy)


def test_a_stream_goes_on_where_another_left_off(portrait):
    """The person is looked for where the other stream would; a search of the picture gives other numbers."""
    options = PoseOptions(engine="fast", smoothing=False)
    first, second, afresh = (open_stream_estimator(options) for _ in range(3))
    assert first.resume_state["followed"] == []
    for index in range(3):
        first.step(portrait, index / 25)
    second.resume(json.loads(json.dumps(first.resume_state)))
    afresh.resume(None)
    expected, resumed, searched = (estimator.step(portrait, 3 / 25) for estimator in (first, second, afresh))
    np.testing.assert_array_equal(resumed.xy, expected.xy)
    assert not np.array_equal(searched.xy, expected.xy)


@pytest.fixture(scope="module")
def walking() -> list[tuple[np.ndarray, float]]:
    """The sample video around the moment at which one person is lost in it: smaller frames, with their times."""
    part = ClipOptions(start_s=6.1, end_s=7.1, every=4)
    with open_clip(sample_clip().path, part=part) as clip:
        return [(np.ascontiguousarray(frame.rgb[::2, ::2]), frame.time_s) for frame in clip]


@pytest.mark.parametrize(
    ("people", "search", "smoothing"),
    [
        # Every two of these three together.
        (1, "fast", True),
        (1, "thorough", False),
        (3, "fast", False),
        (3, "thorough", True),
    ],
)
def test_a_stream_goes_on_with_equal_numbers_and_ids(walking, people, search, smoothing):
    options = PoseOptions(engine="fast", people=people, search=search, smoothing=smoothing)
    whole = open_stream_estimator(options)
    expected, states = [], []
    for rgb, time_s in walking:
        expected.append(whole.step(rgb, time_s))
        states.append(json.dumps(whole.resume_state))
    for split in (3, 6) if search == "fast" else (5,):
        later = open_stream_estimator(options)
        later.resume(json.loads(states[split - 1]))
        assert json.dumps(later.resume_state) == states[split - 1]
        for (rgb, time_s), one in zip(walking[split:], expected[split:], strict=True):
            other = later.step(rgb, time_s)
            assert other.person_ids.tolist() == one.person_ids.tolist()
            for name, array in one.arrays.items():
                np.testing.assert_array_equal(getattr(other, name), array)
        assert json.dumps(later.resume_state) == states[-1]


@pytest.mark.parametrize("people", [1, 2])
@pytest.mark.parametrize("engine", ["fast", "mediapipe"])
def test_a_shot_begins_as_a_stream_does(portrait, engine, people):
    """The person is neither searched for where they were nor smoothed from there; several people get new ids."""
    options = PoseOptions(engine=engine, people=people)
    with closing(open_stream_estimator(options)) as stream, closing(open_stream_estimator(options)) as afresh:
        for index in range(3):
            assert stream.step(np.roll(portrait, 20 * index, axis=1), index / 25).person_ids.tolist() == [1]
        stream.begin_shot()
        begun, expected = stream.step(portrait, 3 / 25), afresh.step(portrait, 3 / 25)
    np.testing.assert_array_equal(begun.xy, expected.xy)
    assert begun.person_ids.tolist() == [people]


def test_mediapipe_cannot_go_on_where_another_left_off(portrait):
    with closing(open_stream_estimator(PoseOptions(engine="mediapipe"))) as estimator:
        estimator.resume(None)
        estimator.step(portrait, 0.0)
        assert estimator.resume_state is None


@pytest.mark.parametrize("search", ["fast", "thorough"])
@pytest.mark.parametrize(("counts", "looks"), [(False, [True, False, False]), (True, [True, True, True])])
def test_others_than_those_asked_for_are_looked_for_only_to_count_them(portrait, monkeypatch, search, counts, looks):
    detect, looked = BlazePose.detect, []
    monkeypatch.setattr(BlazePose, "detect", lambda *given, **options: looked.append(1) or detect(*given, **options))
    with closing(open_stream_estimator(PoseOptions(engine="fast", search=search), counts=counts)) as estimator:
        found = []
        for time_s in (0.0, 1.0, 4.0):
            looked.clear()
            assert len(estimator.step(portrait, time_s)) == 1
            found.append(bool(looked))
    assert found == looks
