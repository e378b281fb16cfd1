"""The Video page: a run in the background, its result, and one sentence where there is none."""

import gc
import time
from pathlib import Path

import pytest

from pages.ui.runs import ClipRun, RunOptions
from posecore.limits import Limits
from posecore.media.films import FilmWriter


@pytest.fixture(scope="module")
def short_clip(portrait, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("clip") / "portrait.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(target, (width, height), fps_hint=25) as film:
        for index in range(10):
            film.write(portrait, index / 25)
    return target


def upload(app, name: str, content: bytes):
    """Upload a clip and wait for the end of its run."""
    app.file_uploader[0].set_value((name, content, "video/mp4")).run()
    run = app.session_state["video_run"]
    assert run.state.done.wait(60)
    app.run()
    assert not app.exception
    return run


def started(clip: Path) -> ClipRun:
    run = ClipRun("key", "clip.mp4", clip)
    run.start(RunOptions())
    return run


def test_it_begins_empty_and_says_what_to_do(open_page):
    assert "the result appears here" in open_page("video").info[0].value


def test_a_clip(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert app.metric[0].value == "10 of 10"
    assert len(app.dataframe[0].value) == 33
    app.slider(key="video_frame").set_value(7).run()
    assert not app.exception
    assert any("Frame 7 of 9, at 0.280 s" in caption.value for caption in app.caption)
    assert app.session_state["video_run"] is run, "a view must not start another run"


def test_other_settings_run_again_only_when_asked(open_page, short_clip):
    app = open_page("video")
    first = upload(app, "portrait.mp4", short_clip.read_bytes())
    app.number_input(key="people").set_value(2).run()
    assert app.session_state["video_run"] is first
    next(button for button in app.button if "Run again" in button.label).click().run()
    second = app.session_state["video_run"]
    assert second is not first
    assert second.state.done.wait(60)
    assert second.options.pose.people == 2
    assert not first.film.exists()


@pytest.mark.parametrize(("name", "content"), [("empty.mp4", b""), ("letter.mp4", b"Dear Sir or Madam, " * 20)])
def test_what_is_no_clip_is_one_sentence_with_its_name(open_page, name, content):
    app = open_page("video")
    upload(app, name, content)
    [error] = app.error
    assert name in error.value


def test_every_awkward_clip_gives_a_result_or_a_sentence(open_page, shared_data):
    app = open_page("video")
    clips = [path for path in (shared_data / "awkward").iterdir() if path.suffix in (".mp4", ".avi", ".webm")]
    assert len(clips) == 13
    for path in sorted(clips):
        run = upload(app, path.name, path.read_bytes())
        assert len(app.error) == (run.state.result is None), path.name
        assert len(app.metric) == (run.state.result is not None), path.name
    assert len(list(run.film.parent.parent.glob("posecore-run-*"))) >= 1


def test_a_stopped_run_keeps_what_was_done(short_clip):
    run = started(short_clip)
    while run.state.progress is None:
        time.sleep(0.005)
    run.stop()
    assert run.state.done.wait(30)
    assert 1 <= len(run.state.result) <= 10
    assert run.film.is_file()


def test_a_run_that_is_dropped_ends_and_takes_its_files_along(short_clip):
    run = started(short_clip)
    state, folder = run.state, run.film.parent
    del run
    gc.collect()
    assert state.done.wait(30)
    assert not folder.exists()


@pytest.fixture
def short_farewell(monkeypatch):
    monkeypatch.setattr("pages.ui.runs.LIMITS", Limits(seconds_after_leaving=1))


def test_a_run_whose_visitor_left_is_closed(short_clip, short_farewell):
    run = started(short_clip)
    assert run.state.done.wait(30)
    run.leave()
    assert run.film.is_file()
    time.sleep(1.5)
    assert run.closed
    assert not run.film.parent.exists()


def test_a_visitor_who_comes_back_in_time_finds_the_run(short_clip, short_farewell):
    run = started(short_clip)
    run.leave()
    run.stay()
    time.sleep(1.5)
    assert not run.closed
    assert run.state.done.wait(30)
    assert run.film.is_file()
    run.close()
