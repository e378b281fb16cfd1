"""The Video page: a run in the background and its result, or one sentence if there is none."""

import gc
import time
import weakref
import zipfile
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from pages.ui.serving.jobs import JobState
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.overlay_choice import DrawnOnPeople
from pages.ui.shared.taken_uploads import to_disk
from pages.ui.video import run_choices
from pages.ui.video.clip_run import ClipRun, RunOptions, Shown, keep_upload, run_of, threads_of_one
from posecore import ClipOptions, HandSlot, OverlayOptions, decode_picture, estimate_video
from posecore.limits import LIMITS, Limits
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter


@pytest.fixture(scope="module")
def short_clip(portrait, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("clip") / "portrait.mp4"
    with FilmWriter(target, (256, 300), fps_hint=25) as film:
        for index in range(5):
            film.write(cv2.resize(portrait, (256, 300), interpolation=cv2.INTER_AREA), index / 25)
    return target


def upload(app, name: str, content: bytes):
    """Upload a video and wait for its run to finish."""
    app.file_uploader[0].set_value((name, content, "video/mp4")).run()
    assert not app.exception
    app.file_uploader[0].set_value(None)  # AppTest would upload it again in each run
    run = app.session_state["visit"].get(ClipRun)
    assert run.state.done.wait(120)
    app.run()
    assert not app.exception
    return run


def started(clip: Path) -> ClipRun:
    run = ClipRun(Clip("key", "clip.mp4", clip))
    run.start(RunOptions())
    return run


def test_the_page_starts_empty_and_says_what_to_do(open_page):
    assert "The result appears here" in open_page("video").info[0].value


def test_a_link_to_an_uploaded_video_says_which_file_it_needs(open_page):
    app = open_page("video", frame="73", file="my walk.mp4")
    assert "choose this file again" in app.info[1].value
    assert app.text[0].value == "my walk.mp4"


def test_a_video_is_processed_once(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert app.metric[0].value == "5 of 5"
    app.button_group(key="video_smoothing_method").set_value("none").run()
    assert not app.exception
    assert app.session_state["visit"].get(ClipRun) is run, "a view must not start another run"


def test_changed_settings_apply_only_after_run_again(open_page, short_clip):
    app = open_page("video")
    first = upload(app, "portrait.mp4", short_clip.read_bytes())
    app.number_input(key="people").set_value(2).run()
    assert app.session_state["visit"].get(ClipRun) is first
    next(button for button in app.button if "Run again" in button.label).click().run()
    second = app.session_state["visit"].get(ClipRun)
    assert second is not first
    assert second.state.done.wait(120)
    assert second.options.pose.people == 2
    assert not first.film.exists()
    app.run()
    assert app.metric[0].value == "5 of 5"


def test_an_upload_is_moved_from_memory_to_disk(open_page, short_clip, monkeypatch):
    freed = []
    monkeypatch.setattr(MemoryUploadedFileManager, "remove_file", lambda _, *which: freed.append(which))
    app = open_page("video")
    content = short_clip.read_bytes()
    run = upload(app, "portrait.mp4", content)
    assert run.clip.path.read_bytes() == content
    assert [file_id for _session, file_id in freed] == [run.clip.key]
    assert app.file_uploader[0].value is None
    assert any("portrait.mp4" in text.value for text in app.text)


def test_an_upload_survives_a_change_of_page_or_source(open_page, app, short_clip):
    run = upload(open_page("video"), "portrait.mp4", short_clip.read_bytes())
    app.switch_page("pages/image.py").run()
    app.switch_page("pages/video.py").run()
    assert app.session_state["visit"].get(ClipRun) is run, "nothing is processed again"
    assert app.metric[0].value == "5 of 5"
    app.button_group(key="video_source").set_value("Sample").run()
    assert run.closed
    assert run.clip.path.is_file()
    app.session_state["visit"].get(ClipRun).analysis.stop()
    app.button_group(key="video_source").set_value("Upload").run()
    again = app.session_state["visit"].get(ClipRun)
    assert again.clip is run.clip
    assert again.state.done.wait(120)
    app.run()
    assert app.metric[0].value == "5 of 5"


def test_a_second_upload_replaces_the_first(open_page, short_clip):
    app = open_page("video")
    first = upload(app, "one.mp4", short_clip.read_bytes())
    second = upload(app, "two.mp4", short_clip.read_bytes())
    assert second.name == "two.mp4"
    assert app.metric[0].value == "5 of 5"
    assert not first.clip.path.parent.exists()
    assert not first.film.parent.exists()


def test_an_upload_can_be_removed(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    app.button(key="video_remove").click().run()
    assert not app.exception
    assert "The result appears here" in app.info[0].value
    assert not run.clip.path.parent.exists()
    assert not run.film.parent.exists()


def test_a_visitor_back_too_late_is_told_so_and_can_upload_again(open_page, short_clip):
    app = open_page("video")
    content = short_clip.read_bytes()
    run = upload(app, "portrait.mp4", content)
    app.session_state["visit"].close()
    app.run()
    assert not app.exception
    assert app.info[0].value.startswith("portrait\\.mp4 was deleted")
    assert not run.film.parent.exists()
    upload(app, "portrait.mp4", content)
    assert app.metric[0].value == "5 of 5"


def test_a_sentence_replaces_the_player_without_the_apps_own_server(open_page, short_clip, monkeypatch):
    monkeypatch.setattr("pages.ui.serving.addresses._mounted", False)  # another test may have made a server
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert run.film.is_file()
    assert any("streamlit run streamlit_app.py" in info.value for info in app.info)


@pytest.mark.parametrize(("name", "content"), [("empty.mp4", b""), ("letter.mp4", b"Dear Sir or Madam, " * 20)])
def test_a_file_that_is_not_a_video_is_reported_in_one_sentence(open_page, name, content):
    app = open_page("video")
    upload(app, name, content)
    [error] = app.error
    assert name in error.value


def test_the_beginning_of_every_awkward_video_gives_a_result_or_a_sentence(open_page, shared_data, monkeypatch):
    chosen = run_choices.choose_run
    beginning = ClipOptions(end_s=0.6)
    monkeypatch.setattr(run_choices, "choose_run", lambda *given: replace(chosen(*given), part=beginning))
    app = open_page("video")
    clips = [path for path in (shared_data / "awkward").iterdir() if path.suffix in (".mp4", ".avi", ".webm")]
    assert len(clips) == 13
    for path in sorted(clips):
        run = upload(app, path.name, path.read_bytes())
        assert run.options.part == beginning
        assert len(app.error) == (run.state.result is None), path.name
        shown = any(metric.label == "Frames with a person" for metric in app.metric)
        assert shown == (run.state.result is not None), path.name


def test_analyses_side_by_side_share_the_cores(monkeypatch):
    monkeypatch.setattr("pages.ui.video.clip_run.usual_threads", lambda: 2)
    assert [threads_of_one(at_work, cores=2) for at_work in (1, 2, 3)] == [None, 1, 1]
    assert threads_of_one(2, cores=16) is None


def test_a_stopped_run_keeps_its_partial_result(short_clip):
    run = started(short_clip)
    while run.state.progress is None:
        time.sleep(0.005)
    run.analysis.stop()
    assert run.state.done.wait(120)
    assert 1 <= len(run.poses) <= 5
    assert run.film.is_file()


@pytest.fixture(scope="module")
def longer_clip(portrait, tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("clip") / "longer.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(target, (width, height), fps_hint=25) as film:
        for index in range(80):
            film.write(np.roll(portrait, index, axis=1), index / 25)
    return target


@pytest.fixture
def stopping(monkeypatch) -> list[int]:
    """Frames after which the visitor stops the next jobs."""
    after: list[int] = []
    report = JobState.report

    def report_or_stop(state: JobState, count: int, *others: object) -> bool:
        if after and not state.stop.is_set() and count >= after[0]:
            after.pop(0)
            state.stop.set()
        return report(state, count, *others)

    monkeypatch.setattr(JobState, "report", report_or_stop)
    return after


def button(app, label: str):
    return next(iter(each for each in app.button if each.label.startswith(label)), None)


def test_a_stopped_run_can_be_continued(open_page, longer_clip, stopping):
    app = open_page("video")
    app.radio(key="model").set_value("lite").run()  # half as long
    stopping.append(10)
    first = upload(app, "longer.mp4", longer_clip.read_bytes())
    done = len(first.poses)
    assert 10 <= done < 80
    assert f"Stopped after {done} of 80 frames" in app.warning[0].value.replace("\\", "")
    assert f"The first {done} frames are not analysed again" in button(app, "Continue").help
    button(app, "Continue").click().run()
    second = app.session_state["visit"].get(ClipRun)
    assert second is not first
    assert second.state.done.wait(120)
    app.run()
    assert not app.exception
    assert app.metric[0].value == "80 of 80"
    assert not [warning for warning in app.warning if "Stopped" in warning.value]
    assert button(app, "Continue") is None
    whole = estimate_video(longer_clip, second.options.pose)
    for name in ("xy", "z", "world", "visibility", "presence", "times_s", "person_ids"):
        np.testing.assert_array_equal(getattr(second.poses, name), getattr(whole, name))
    assert second.seconds > first.seconds
    with open_clip(second.film) as film:
        assert sum(1 for _ in film) == 80


def test_a_stopped_run_with_hands_can_be_continued_with_hands(open_page, longer_clip, stopping):
    app = open_page("video")
    app.toggle(key="hands").set_value(True).run()
    stopping.append(5)
    run = upload(app, "longer.mp4", longer_clip.read_bytes())
    assert len(run.state.result.stopped.hands.sequence) == len(run.poses) < 80
    assert run.why_it_ends_here is None
    assert button(app, "Continue") is not None
    app.toggle(key="hands").set_value(False).run()
    assert button(app, "Continue") is None


def test_a_stopped_run_is_continued_only_with_its_own_settings(open_page, longer_clip, stopping):
    app = open_page("video")
    stopping.append(10)
    upload(app, "longer.mp4", longer_clip.read_bytes())
    app.number_input(key="people").set_value(2).run()
    assert button(app, "Continue") is None
    assert button(app, "Run again") is not None
    assert any("choose the settings that it was made with" in caption.value for caption in app.caption)
    app.number_input(key="people").set_value(1).run()
    assert button(app, "Continue") is not None


@pytest.mark.parametrize(
    ("key", "value", "why"),
    [
        ("engine", "mediapipe", "MediaPipe's engine cannot go on"),
        ("part_background", "blur", "outlines of people"),
    ],
)
def test_a_run_that_cannot_be_continued_says_why(open_page, longer_clip, stopping, key, value, why):
    app = open_page("video")
    app.session_state[key] = value
    stopping.append(10)
    run = upload(app, "longer.mp4", longer_clip.read_bytes())
    assert run.state.cut_short
    assert button(app, "Continue") is None
    assert any(why in caption.value for caption in app.caption)


@pytest.fixture(scope="module")
def two_people(small_sample, tmp_path_factory) -> bytes:
    """A second and a half of the sample video, in which two people walk, at half size."""
    target = tmp_path_factory.mktemp("clip") / "two.mp4"
    with (
        open_clip(small_sample, part=ClipOptions(start_s=1.5, end_s=3)) as clip,
        FilmWriter(target, clip.info.size, fps_hint=30) as film,
    ):
        for frame in clip:
            film.write(frame.rgb, frame.time_s)
    return target.read_bytes()


def test_all_people_of_a_video_are_shown_at_a_click(open_page, two_people):
    app = open_page("video")
    first = upload(app, "two.mp4", two_people)
    assert first.state.result.most_people == 2
    assert len(first.poses.person_ids) == 1
    [note] = [warning.value for warning in app.warning if "more people" in warning.value]
    assert "the one that was asked for\\: up to 2 at once" in note
    button(app, "Show all 2 people").click().run()
    second = app.session_state["visit"].get(ClipRun)
    assert second is not first
    assert second.options.pose.people == app.number_input(key="people").value == 2
    assert second.state.done.wait(120)
    app.run()
    assert not app.exception
    assert second.poses.seen.any(axis=0).sum() == 2
    assert second.state.result.most_people == 2
    assert button(app, "Show all") is None
    assert button(app, "Run again") is None
    assert not [warning for warning in app.warning if "more people" in warning.value]


def test_more_people_than_the_limit_are_not_offered(open_page, short_clip, monkeypatch):
    app = open_page("video")
    run = upload(app, "portrait.mp4", short_clip.read_bytes())
    assert run.state.result.most_people == 1
    assert button(app, "Show all") is None
    run.state.result = run.state.result._replace(most_people=99)
    app.run()
    assert button(app, f"Show all {LIMITS.people} people") is not None
    monkeypatch.setattr("pages.ui.video.clip_run.LIMITS", Limits(people=1))
    app.run()
    assert button(app, "Show all") is None


def test_a_stopped_video_with_skeletons_is_not_taken_for_the_one_that_was_asked_for(short_clip, stopping):
    run = started(short_clip)
    assert run.state.done.wait(120)
    first = run.poses
    run.draw(Shown(first, DrawnOnPeople()))
    assert run.is_making
    assert run.making.state.done.wait(120)
    assert run.made[run.annotated].people is first
    stopping.append(1)
    run.draw(Shown(first.named({1: "Anna"}), DrawnOnPeople()))
    assert run.making.state.done.wait(120)
    assert run.made[run.annotated].people is first, "the file still shows what it showed"
    run.close()


def test_a_discarded_run_stops_and_deletes_its_files(short_clip):
    run = started(short_clip)
    state, folder = run.state, run.film.parent
    del run
    gc.collect()
    assert state.done.wait(120)
    assert not folder.exists()


@pytest.fixture
def visit(short_clip, monkeypatch) -> Visit:
    """A visit with a finished run, whose files are deleted one second after the connection ends."""
    monkeypatch.setattr("pages.ui.serving.visits.LIMITS", Limits(seconds_after_leaving=1))
    monkeypatch.setattr("pages.ui.serving.visits._left_s", {})  # this session is of no server
    visit = Visit("session")
    file = UploadedFile(UploadedFileRec("1", "clip.mp4", "video/mp4", short_clip.read_bytes()), FileURLs())
    keep_upload(visit, to_disk(file, Clip))
    run = run_of(visit, visit.get(Clip))
    run.start(RunOptions())
    assert run.state.done.wait(120)
    return visit


def files_of(visit: Visit) -> list[bool]:
    return [visit.get(ClipRun).film.exists(), visit.get(Clip).path.exists()]


def wait_until_deleted(visit: Visit) -> None:
    """Wait until a timer has deleted the files of a visit, which a busy machine delays."""
    until = time.monotonic() + 60
    while files_of(visit) != [False, False] and time.monotonic() < until:
        time.sleep(0.05)
    assert files_of(visit) == [False, False]


def test_the_files_of_a_visitor_who_left_are_deleted(visit):
    visit.leave()
    assert files_of(visit) == [True, True]
    wait_until_deleted(visit)
    assert visit.get(Clip).deleted
    assert visit.get(ClipRun).closed


def test_a_visitor_back_in_time_finds_everything(visit):
    visit.leave()
    visit.stay()
    time.sleep(1.5)
    assert files_of(visit) == [True, True]


def test_a_reconnected_visitor_finds_everything(visit, monkeypatch):
    """Even without a rerun of the page, until that connection ends too."""
    server = SimpleNamespace(is_active_session=lambda session: session == "session")
    monkeypatch.setattr(
        "pages.ui.serving.visits.runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: server)
    )
    visit.leave()
    time.sleep(2.5)
    assert files_of(visit) == [True, True]
    server.is_active_session = lambda session: False
    wait_until_deleted(visit)


def test_a_discarded_visit_deletes_its_files(visit):
    folders = [visit.get(ClipRun).film.parent, visit.get(Clip).path.parent]
    run = weakref.ref(visit.get(ClipRun))
    visit.__dict__.clear()
    gc.collect()
    assert run() is None
    assert [folder.exists() for folder in folders] == [False, False]


def test_an_overlay_alone_is_made_beside_the_video_and_again_for_another(open_page, short_clip):
    app = open_page("video")
    run = upload(app, "walk.mp4", short_clip.read_bytes())
    assert "Make overlay alone (PNG)" not in [button.label for button in app.button], "nothing is drawn but skeletons"
    app.checkbox(key="video_overlay_hat").check().run()
    for kind, title in (("webm", "WebM"), ("zip", "PNG")):
        [make] = [button for button in app.button if button.label == f"Make overlay alone ({title})"]
        make.click().run()
        assert run.making.state.done.wait(120)
        app.run()
        assert not app.exception
        assert run.made[run.alone[kind].path].look.overlay.pieces == ("hat",), run.notes
        assert run.alone[kind].name == f"walk.overlay.{kind}"
    assert not [button.label for button in app.button if "overlay alone" in button.label]
    with zipfile.ZipFile(run.alone["zip"].path) as archive:
        assert len(archive.namelist()) == len(run.playback.raw) + 1
    app.checkbox(key="video_overlay_crown").check().run()
    assert len([button for button in app.button if "overlay alone" in button.label]) == 2


def test_making_an_overlay_alone_can_be_stopped(short_clip):
    run = started(short_clip)
    assert run.state.done.wait(120)
    run.draw_alone(Shown(run.playback.raw, DrawnOnPeople(overlay=OverlayOptions(["hat"]))), "zip")
    run.making.stop()
    assert run.making.state.done.wait(120)
    if not run.made:  # unless it was faster
        assert not run.alone["zip"].path.exists()
    assert not run.state.cut_short, "the result is whole"
    run.close()


@pytest.fixture
def rock_clip(shared_data, tmp_path) -> Path:
    """A woman whose right hand makes a gesture, small in the frame, five times."""
    rgb = decode_picture(shared_data / "gestures" / "rock" / "026fd791-8f64-4fae-8cb0-0e01dc4362ce.jpg")
    target = tmp_path / "rock.mp4"
    with FilmWriter(target, (rgb.shape[1], rgb.shape[0]), fps_hint=25) as film:
        for index in range(5):
            film.write(rgb, index / 25)
    return target


def test_hands_are_found_in_the_same_run_and_drawn(open_page, rock_clip):
    app = open_page("video")
    app.toggle(key="hands").set_value(True).run()
    run = upload(app, "rock.mp4", rock_clip.read_bytes())
    assert [metric.value for metric in app.metric[:2]] == ["5 of 5", "5 of 5"]
    right = HandSlot(1, "right")
    assert list(run.playback.hand_notes) == [{right: "rock"}] * 5
    assert run.playback.moments.header["hands"]["words"] == ["", "rock"]
    run.draw(Shown(run.playback.sequence, DrawnOnPeople()))
    assert run.making.state.done.wait(120)
    assert run.annotated in run.made, run.notes
    with open_clip(run.annotated) as drawn, open_clip(rock_clip) as given:
        wrist = run.hands.xy[0, run.hands.slot(1, "right"), 9].round().astype(int)
        near = np.s_[wrist[1] - 8 : wrist[1] + 8, wrist[0] - 8 : wrist[0] + 8]
        changed = np.abs(next(iter(drawn)).rgb[near].astype(int) - next(iter(given)).rgb[near])
    assert changed.mean() > 20
