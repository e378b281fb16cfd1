"""Samples: each is offered with all its people, and worked out once for all visitors, who share nothing else."""

import numpy as np
import pytest

from pages.ui.explore.opened import Opened
from pages.ui.shared.clips import Clip
from pages.ui.shared.sample_options import for_sample, is_usual
from pages.ui.video.clip_run import ClipRun, usual_run
from pages.ui.video.sample_result import SampleRun
from posecore import ClipOptions, PoseOptions
from posecore.downloads import cache_dir
from posecore.media.films import FilmWriter
from posecore.media.samples import BALANCE, GROUP


@pytest.fixture(scope="module")
def sample(portrait, tmp_path_factory) -> Clip:
    """A sample video of one person, half a second long."""
    path = tmp_path_factory.mktemp("sample") / "sample.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(path, (width, height), fps_hint=25) as film:
        for index in range(12):
            film.write(np.roll(portrait, 4 * index, axis=1), index / 25)
    return Clip("sample", "sample.mp4", path, people=1)


@pytest.fixture
def kept_in(tmp_path, monkeypatch):
    """An empty folder in which results are kept."""
    monkeypatch.setattr("pages.ui.shared.kept_results.cache_dir", lambda: tmp_path)
    return tmp_path / "results"


def start(clip: Clip, **part: int) -> ClipRun:
    run, options = ClipRun(clip), usual_run(PoseOptions())
    run.start(options if not part else type(options)(options.pose, ClipOptions(**part)))
    return run


def finish(run: ClipRun) -> ClipRun:
    assert run.state.done.wait(120)
    assert run.state.error is None
    return run


def test_a_sample_is_worked_out_by_the_first_visitor_for_all(sample, kept_in):
    first = finish(start(sample))
    second = start(sample)
    assert second.state.done.is_set(), "its result is there at once"
    assert second.state.seconds > 0
    assert second.poses is not first.poses
    assert np.array_equal(second.poses.xy, first.poses.xy, equal_nan=True)
    assert np.array_equal(second.poses.world, first.poses.world, equal_nan=True)
    assert second.film != first.film
    assert second.film.read_bytes() == first.film.read_bytes()
    film = second.film.read_bytes()
    assert not second.poses.xy.flags.writeable
    second.film.write_bytes(b"changed by a visitor")
    second.close()
    assert start(sample).film.read_bytes() == film
    assert np.array_equal(start(sample).poses.xy, first.poses.xy, equal_nan=True)
    own = start(sample, film_side=64)
    assert not own.state.done.is_set(), "other settings make a run of their own"
    finish(own)
    [folder] = kept_in.iterdir()
    (folder / "result.posecore.npz").write_bytes(b"damaged")
    again = start(sample)
    assert not again.state.done.is_set()
    finish(again)
    assert start(sample).state.done.is_set()


def test_neither_an_upload_nor_a_part_of_a_sample_is_kept(sample, kept_in):
    finish(start(Clip("upload", "sample.mp4", sample.path)))
    stopped = ClipRun(sample)
    stopped.analysis.stop()
    stopped.start(usual_run(PoseOptions()))
    assert stopped.state.done.wait(120)
    assert not kept_in.exists()


def test_the_result_of_the_sample_can_be_explored(open_page, sample, kept_in, monkeypatch):
    monkeypatch.setattr("pages.ui.video.sample_result.as_clip", lambda _: sample)
    app = open_page("explore")
    app.button(key="explore_sample").click().run()
    visit = app.session_state["visit"]
    run = finish(visit.get(SampleRun))
    app.run()
    assert not app.exception
    opened = visit.get(Opened)
    assert opened.name == "sample.posecore.npz"
    assert np.array_equal(opened.playback.raw.xy, run.poses.xy, equal_nan=True)
    assert (opened.source, opened.already) == ("sample.mp4", None)
    assert run.closed
    app.button(key="explore_source_open_button").click().run()
    next(button for button in app.button if button.label == "Remove").click().run()
    app.button(key="explore_sample").click().run()
    assert visit.get(Opened).playback is not opened.playback, "it is there at once"


def test_all_people_of_a_sample_are_looked_for_unless_settings_say_otherwise():
    usual, thorough = PoseOptions(), PoseOptions(people=3, search="thorough")
    assert for_sample(usual, 3) == thorough
    assert for_sample(PoseOptions(model="heavy"), 3) == PoseOptions(model="heavy", people=3, search="thorough")
    assert for_sample(PoseOptions(engine="mediapipe"), 3) == PoseOptions(engine="mediapipe", people=3)
    for options, people in ((usual, None), (usual, 1), (PoseOptions(people=2), 3), (PoseOptions(search="thorough"), 3)):
        assert for_sample(options, people) == options
    assert is_usual(thorough, 3)
    assert not is_usual(usual, 3)
    assert not is_usual(usual, None)


def test_samples_of_photos_can_be_chosen(open_page, app):
    for clip in (BALANCE, GROUP):
        if not (cache_dir() / "samples" / clip.name).is_file():
            pytest.skip("the videos of Pose2Sim could not be fetched on this machine")
    app.session_state["image_tabs"] = "Landmarks"
    open_page("image", sample="group")
    assert len(app.dataframe[-1].value) == 3 * 33
    assert not [info for info in app.info if "more" in info.value]
    app.button_group(key="image_sample").set_value("photo").run()
    assert app.query_params["sample"] == "photo"
    assert len(app.dataframe[-1].value) == 33
    app.button_group(key="image_source").set_value("Upload").run()
    assert "sample" not in app.query_params
