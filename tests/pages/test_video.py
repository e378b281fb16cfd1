"""The Video page: a run in the background, its result, and one sentence where there is none."""

import gc
import time
import weakref
from pathlib import Path
from types import SimpleNamespace

import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from pages.ui.shared.visits import Visit
from pages.ui.video.clip_run import ClipRun, RunOptions, keep_upload, run_of
from pages.ui.video.uploads import Clip, to_disk
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
    assert not app.exception
    run = app.session_state["visit"].get(ClipRun)
    assert run.state.done.wait(60)
    app.run()
    assert not app.exception
    return run


def started(clip: Path) -> ClipRun:
    run = ClipRun(Clip("key", "clip.mp4", clip))
    run.start(RunOptions())
    return run


def test_it_begins_empty_and_says_what_to_do(open_page):
    assert "The result appears here" in open_page("video").info[0].value


def test_a_clip(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert app.metric[0].value == "10 of 10"
    app.button_group(key="video_smoothing_method").set_value("none").run()
    assert not app.exception
    assert app.session_state["visit"].get(ClipRun) is run, "a view must not start another run"


def test_other_settings_run_again_only_when_asked(open_page, short_clip):
    app = open_page("video")
    first = upload(app, "portrait.mp4", short_clip.read_bytes())
    app.number_input(key="people").set_value(2).run()
    assert app.session_state["visit"].get(ClipRun) is first
    next(button for button in app.button if "Run again" in button.label).click().run()
    second = app.session_state["visit"].get(ClipRun)
    assert second is not first
    assert second.state.done.wait(60)
    assert second.options.pose.people == 2
    assert not first.film.exists()
    app.run()
    assert app.metric[0].value == "10 of 10"


def test_an_upload_is_on_disk_and_in_memory_no_longer(open_page, short_clip, monkeypatch):
    freed = []
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda _, *which: freed.append(which))
    app = open_page("video")
    content = short_clip.read_bytes()
    run = upload(app, "portrait.mp4", content)
    assert run.clip.path.read_bytes() == content
    assert [file_id for _session, file_id in freed] == [run.clip.key]
    assert app.file_uploader[0].value is None
    assert any("portrait.mp4" in text.value for text in app.text)


def test_what_was_uploaded_stays_while_the_visitor_looks_elsewhere(open_page, app, short_clip):
    run = upload(open_page("video"), "portrait.mp4", short_clip.read_bytes())
    app.switch_page("pages/image.py").run()
    app.switch_page("pages/video.py").run()
    assert app.session_state["visit"].get(ClipRun) is run, "nothing is processed again"
    assert app.metric[0].value == "10 of 10"
    app.button_group(key="video_source").set_value("Sample").run()
    assert run.closed
    assert run.clip.path.is_file()
    app.session_state["visit"].get(ClipRun).stop()
    app.button_group(key="video_source").set_value("Upload").run()
    again = app.session_state["visit"].get(ClipRun)
    assert again.clip is run.clip
    assert again.state.done.wait(60)
    app.run()
    assert app.metric[0].value == "10 of 10"


def test_a_second_upload_takes_the_place_of_the_first(open_page, short_clip):
    app = open_page("video")
    first = upload(app, "one.mp4", short_clip.read_bytes())
    second = upload(app, "two.mp4", short_clip.read_bytes())
    assert second.name == "two.mp4"
    assert app.metric[0].value == "10 of 10"
    assert not first.clip.path.parent.exists()
    assert not first.film.parent.exists()


def test_an_upload_may_be_removed(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    app.button(key="video_remove").click().run()
    assert not app.exception
    assert "The result appears here" in app.info[0].value
    assert not run.clip.path.parent.exists()
    assert not run.film.parent.exists()


def test_who_comes_back_too_late_is_told_and_may_begin_anew(open_page, short_clip):
    app = open_page("video")
    content = short_clip.read_bytes()
    run = upload(app, "portrait.mp4", content)
    app.session_state["visit"].close()
    app.run()
    assert not app.exception
    assert app.info[0].value.startswith("portrait.mp4 was deleted")
    assert not run.film.parent.exists()
    upload(app, "portrait.mp4", content)
    assert app.metric[0].value == "10 of 10"


def test_without_a_server_of_its_own_there_is_a_sentence_in_place_of_the_player(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert run.film.is_file()
    assert any("streamlit run streamlit_app.py" in info.value for info in app.info)


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
def visit(short_clip, monkeypatch) -> Visit:
    """A visit with a finished run, for which a second after the connection ended everything is deleted."""
    monkeypatch.setattr("pages.ui.shared.visits.LIMITS", Limits(seconds_after_leaving=1))
    visit = Visit("session")
    file = UploadedFile(UploadedFileRec("1", "clip.mp4", "video/mp4", short_clip.read_bytes()), FileURLs())
    keep_upload(visit, to_disk(file))
    run = run_of(visit, visit.get(Clip))
    run.start(RunOptions())
    assert run.state.done.wait(60)
    return visit


def files_of(visit: Visit) -> list[bool]:
    return [visit.get(ClipRun).film.exists(), visit.get(Clip).path.exists()]


def test_everything_of_a_visitor_who_left_is_deleted(visit):
    visit.leave()
    assert files_of(visit) == [True, True]
    time.sleep(1.5)
    assert files_of(visit) == [False, False]
    assert visit.get(Clip).deleted
    assert visit.get(ClipRun).closed


def test_a_visitor_who_comes_back_in_time_finds_everything(visit):
    visit.leave()
    visit.stay()
    time.sleep(1.5)
    assert files_of(visit) == [True, True]


def test_a_visitor_who_is_connected_again_finds_everything(visit, monkeypatch):
    """Without having run the page again: until that connection ends, too."""
    server = SimpleNamespace(is_active_session=lambda session: session == "session")
    monkeypatch.setattr(
        "pages.ui.shared.visits.runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: server)
    )
    visit.leave()
    time.sleep(2.5)
    assert files_of(visit) == [True, True]
    server.is_active_session = lambda session: False
    time.sleep(1.5)
    assert files_of(visit) == [False, False]


def test_a_visit_that_is_dropped_takes_its_files_along(visit):
    folders = [visit.get(ClipRun).film.parent, visit.get(Clip).path.parent]
    run = weakref.ref(visit.get(ClipRun))
    visit.__dict__.clear()
    gc.collect()
    assert run() is None
    assert [folder.exists() for folder in folders] == [False, False]
