"""The Batch page: a queue in the background, a summary, files, and one of its videos on another page."""

import io
import zipfile
from itertools import islice
from pathlib import Path
from threading import Thread

import numpy as np
import pandas as pd
import pyarrow.dataset as ds
import pytest
from streamlit.proto.Common_pb2 import FileURLs
from streamlit.runtime.uploaded_file_manager import UploadedFile, UploadedFileRec

from pages.ui.batch import batches
from pages.ui.batch.batches import UploadBatch, batch_of_folder
from pages.ui.batch.shown_queue import _status
from pages.ui.explore.opened import Opened
from pages.ui.serving.job_queue import JobQueue
from pages.ui.video import clip_run
from pages.ui.video.clip_run import ClipRun
from posecore import FramePoses, InvalidOption, estimate_video
from posecore.batch.analysis import Analysis
from posecore.batch.task import Outcome
from posecore.export.saved import load_sequence
from posecore.limits import Limits
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.runs.progress import Progress
from tests.pages.test_job_queue import Waiter

FRAMES = 6
BROKEN = b"\0" * 500
A_WHILE_S = 120


@pytest.fixture(scope="module")
def frames(small_sample):
    """Frames in which a person is seen, with their times."""
    with open_clip(small_sample) as clip:
        return [(frame.rgb, frame.time_s) for frame in islice(clip, 60, 60 + 2 * FRAMES)]


@pytest.fixture(scope="module")
def videos(frames, tmp_path_factory) -> Path:
    """A folder of two videos and one that is damaged."""
    folder = tmp_path_factory.mktemp("videos")
    for name, first in (("a.mp4", 0), ("b.mp4", FRAMES)):
        height, width = frames[0][0].shape[:2]
        with FilmWriter(folder / name, (width, height), fps_hint=30) as film:
            for rgb, time_s in frames[first : first + FRAMES]:
                film.write(rgb, time_s)
    (folder / "broken.mp4").write_bytes(BROKEN)
    return folder


def given(name: str, content: bytes) -> UploadedFile:
    return UploadedFile(UploadedFileRec(name, name, "video/mp4", content), FileURLs())


def add(batch: UploadBatch, *files: tuple[str, bytes]) -> list[str]:
    problems = batch.add([given(*file) for file in files])
    batch.queue.wait_measured(A_WHILE_S)
    return problems


def states(batch) -> dict[str, str]:
    return {entry.source.clip: entry.state for entry in batch.queue.entries}


@pytest.fixture(scope="module")
def finished(videos):
    """A batch of these videos that is over."""
    batch = UploadBatch()
    assert add(batch, *((path.name, path.read_bytes()) for path in sorted(videos.iterdir()))) == []
    batch.queue.start(Analysis(exercise="squat"))
    batch.queue.wait(A_WHILE_S)
    yield batch
    batch.close()


@pytest.fixture
def shown(finished, open_page, monkeypatch):
    """The page with the finished batch, whose options are those that are chosen."""
    monkeypatch.setattr("pages.ui.batch.choices.with_exercise", lambda *_, **__: finished.queue.analysis)
    app = open_page("batch")
    app.session_state["visit"].keep(finished)
    app.run()
    assert not app.exception
    return app


def test_a_newcomer_sees_samples_with_one_click(open_page):
    app = open_page("batch")
    assert "Upload several videos" in app.info[0].value
    app.button(key="batch_try").click().run()
    assert not app.exception
    assert list(app.dataframe[0].value["Video"]) == ["Balancing walk.mp4", "Walk and somersault.mp4"]
    assert app.button(key="batch_start_run").label == "Analyse 2 videos"
    assert app.query_params["sample"] == "clips"


def test_uploads_are_analysed_and_a_failure_does_not_stop_the_rest(open_page, videos):
    app = open_page("batch")
    a = (videos / "a.mp4").read_bytes()
    files = [("broken.mp4", BROKEN, "video/mp4"), ("a.mp4", a, "video/mp4"), ("again.mp4", a, "video/mp4")]
    app.file_uploader[0].set_value(files).run()
    assert not app.exception
    app.file_uploader[0].set_value(None)  # AppTest would upload them again in each run
    assert [warning.value for warning in app.warning] == ["again\\.mp4 is in the queue already\\."]
    app.button(key="batch_start_run").click().run()
    batch = app.session_state["visit"].get(UploadBatch)
    batch.queue.wait(A_WHILE_S)
    app.run()
    assert not app.exception
    queue, summary = (each.value for each in app.dataframe[:2])
    assert list(queue["Status"]) == ["Failed", "Done"]
    assert "cannot be read as a video" in queue["Why"][0]
    assert list(summary["clip"]) == ["a.mp4"]
    assert app.button(key="batch_again").label == "Try 1 video again"
    app.number_input(key="people").set_value(2).run()
    assert app.button(key="batch_start_run").label == "Run again with the new settings"
    batch.close()


def test_the_summary_has_numbers_and_words_of_each_video(shown):
    summary = shown.dataframe[1].value
    assert list(summary["clip"]) == ["a.mp4", "b.mp4"]
    assert list(summary["frames"]) == [FRAMES, FRAMES]
    assert list(summary["repetitions"]) == [0, 0]
    assert all("Too short to measure" in words for words in summary["trust"])
    ranges = list(summary["left_knee"])
    shown.button_group(key="batch_angle_value").set_value("largest_deg").run()
    assert (shown.dataframe[1].value["left_knee"] > ranges).all()


def test_the_data_set_is_one_zip_without_paths_of_the_server(shown, finished):
    shown.button(key="batch_make_zip").click().run()
    assert not shown.exception
    assert finished.zipping.state.done.wait(A_WHILE_S)
    shown.run()
    assert finished.has_zip
    with zipfile.ZipFile(finished.zip) as archive:
        names = archive.namelist()
        assert not any("done.json" in name or "broken" in name for name in names)
        assert {"summary.csv", "landmarks/clip=b.mp4/part-0.parquet", "clips/a.mp4/a.mp4.posecore.npz"} <= {*names}
        rows = pd.read_csv(io.BytesIO(archive.read("summary.csv"))).set_index("clip")
        assert all(str(finished.results.parent).encode() not in archive.read(name) for name in names)
    assert list(rows["source"]) == list(rows.index) == ["a.mp4", "b.mp4", "broken.mp4"]
    assert "cannot be read as a video" in rows.loc["broken.mp4", "error"]
    landmarks = ds.dataset(finished.results / "landmarks", partitioning="hive")
    assert landmarks.count_rows(filter=ds.field("clip") == "b.mp4") == FRAMES * 33


def test_a_video_opens_on_other_pages_without_being_analysed_again(shown, finished, monkeypatch):
    def analysed_again(*_, **__):
        raise AssertionError

    monkeypatch.setattr(clip_run, "estimate_video", analysed_again)
    monkeypatch.setattr("pages.ui.batch.results._chosen", lambda rows, _: rows[1])
    shown.run()
    shown.button(key="batch_open_video").click().run()
    assert not shown.exception
    assert shown.title[0].value == "Video"
    visit = shown.session_state["visit"]
    run = visit.get(ClipRun)
    assert run.state.done.wait(A_WHILE_S)
    assert (run.state.error, run.name) == (None, "b.mp4")
    found = load_sequence(finished.saved_result("b.mp4")).sequence
    assert found.seen.any()
    np.testing.assert_array_equal(run.poses.xy, found.xy)
    np.testing.assert_array_equal(run.poses.times_s, found.times_s)
    assert run.film.is_file()
    shown.switch_page("pages/video.py").run()
    assert not shown.exception
    assert shown.metric[0].value == f"{int(found.seen.any(axis=1).sum())} of {FRAMES}"
    assert any(button.label == "Re-analyse" for button in shown.button)
    shown.switch_page("pages/batch.py").run()
    shown.button(key="batch_open_explore").click().run()
    assert shown.title[0].value == "Explore"
    assert len(visit.get(Opened).playback.raw) == FRAMES


def test_a_stopped_run_keeps_what_is_done_and_goes_on(small_sample, videos):
    batch = UploadBatch()
    add(batch, ("a.mp4", (videos / "a.mp4").read_bytes()), ("long.mp4", small_sample.read_bytes()))
    batch.queue.start(Analysis())
    long = batch.queue.entries[1]
    while not (long.job and long.job.state.progress):
        assert batch.queue.is_running
        batch.queue.wait(0.01)
    batch.queue.stop()
    batch.queue.wait(A_WHILE_S)
    assert states(batch) == {"a.mp4": "done", "long.mp4": "stopped"}
    assert len(pd.read_parquet(batch.results / "summary.parquet")) == 1
    batch.remove({"long.mp4"})
    add(batch, ("b.mp4", (videos / "b.mp4").read_bytes()))
    batch.queue.start(Analysis())
    batch.queue.wait(A_WHILE_S)
    assert states(batch) == {"a.mp4": "done", "b.mp4": "done"}
    assert list(pd.read_parquet(batch.results / "summary.parquet")["clip"]) == ["a.mp4", "b.mp4"]
    folder = batch.results.parent
    batch.close()
    assert not folder.exists()


def test_a_video_that_had_its_time_makes_way_for_others_and_goes_on(small_sample, monkeypatch):
    line, other, went_on_with = JobQueue(places=1, waiting_places=9, per_visit=9), Waiter(), []
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", line)
    monkeypatch.setattr("pages.ui.serving.jobs.LIMITS", Limits(job_seconds=0))

    def estimate(*given, after, **options):
        went_on_with.append(after)
        return estimate_video(*given, after=after, **options)

    monkeypatch.setattr("posecore.batch.analysis.estimate_video", estimate)
    batch, part = UploadBatch(), ClipOptions(every=5)
    add(batch, ("long.mp4", small_sample.read_bytes()))
    batch.queue.start(Analysis(part=part))
    [long] = batch.queue.entries
    while not (long.job and long.job.state.progress):
        assert batch.queue.is_running
        batch.queue.wait(0.01)
    line.enter(other)
    while not (long.turns and long.state == "in line" and line.waiting):
        assert batch.queue.is_running
        batch.queue.wait(0.01)
    assert other.begun.is_set()
    assert _status(long).startswith("Made way for others, goes on in its turn. Place 1 in the queue")
    line.finish(other)
    batch.queue.wait(A_WHILE_S)
    assert states(batch) == {"long.mp4": "done"}
    with open_clip(small_sample) as clip:
        assert long.outcome.row["frames"] == part.frames_of(clip.info.frame_count, clip.info.fps)
    first, second = went_on_with
    assert first is None
    assert 0 < len(second.sequence) < long.outcome.row["frames"]
    assert long.begun is None
    batch.close()


def test_one_that_cannot_go_on_where_it_was_begins_again_only_once(videos, monkeypatch):
    line = JobQueue(places=1, waiting_places=9, per_visit=9)
    monkeypatch.setattr("pages.ui.serving.jobs.QUEUE", line)
    monkeypatch.setattr("pages.ui.serving.jobs.LIMITS", Limits(job_seconds=0))

    class Impatient(Waiter):
        def begin(self) -> None:
            Thread(target=line.finish, args=(self,)).start()

    def process(task, _stop, on_progress, _after) -> Outcome:
        line.enter(Impatient())
        on_progress(Progress(1, 9, 0.1, FramePoses.nobody((9, 9))))
        return Outcome(task.source.clip, task.source.address, "stopped", {})

    monkeypatch.setattr("pages.ui.batch.queue.process_clip", process)
    batch = UploadBatch()
    add(batch, ("a.mp4", (videos / "a.mp4").read_bytes()))
    batch.queue.start(Analysis())
    batch.queue.wait(A_WHILE_S)
    [entry] = batch.queue.entries
    assert entry.turns == 1
    assert "others wait, and it had the 0 s of one job twice" in entry.outcome.row["error"]
    batch.close()


def test_names_of_visitors_are_no_paths_and_there_are_limits(monkeypatch):
    batch = UploadBatch()
    names = [
        "../../up.mp4",
        "<b>x.mp4",
        "con.mp4",
        "same.mp4",
        "SAME.mp4",
        "a=b%2F.mp4",
        f"{'long' * 99}.mov",
        ".mp4",
    ]
    assert add(batch, *((name, name.encode() * 9) for name in names)) == []
    clips = [entry.source.clip for entry in batch.queue.entries]
    assert clips[:6] == ["up.mp4", "b_x.mp4", "con_.mp4", "same.mp4", "SAME (2).mp4", "a_b_2F.mp4"]
    assert clips[6].endswith(".mov")
    folder = batch.results.parent / "videos"
    assert {path.name for path in folder.iterdir()} == {*clips}
    assert all(Path(entry.source.address).parent == folder for entry in batch.queue.entries)
    monkeypatch.setattr(batches, "LIMITS", Limits(batch_clips=len(names)))
    assert "at most 8 videos" in add(batch, ("more.mp4", b"more"))[0]
    monkeypatch.setattr(batches, "LIMITS", Limits(batch_megabytes=1))
    assert "may have 1 MB" in add(batch, ("large.mp4", bytes(1_000_000)))[0]
    batch.close()


@pytest.fixture
def at_the_machine(monkeypatch):
    """The visitor is at the machine that runs the server, which knows of no folder yet."""
    monkeypatch.delenv("POSECORE_PROGRESS", raising=False)
    monkeypatch.setattr("pages.ui.progress.whose.is_at_the_machine", lambda: True)
    monkeypatch.setattr(batches, "_OF_FOLDERS", {})


def open_folder(open_page, folder, results):
    app = open_page("batch")
    app.button_group(key="batch_source").set_value("Folder").run()
    app.text_input[0].set_value(str(folder))
    app.text_input[1].set_value(str(results))
    next(button for button in app.button if button.label == "Open").click().run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("at_the_machine")
def test_a_folder_goes_on_where_another_server_was(open_page, videos, tmp_path, monkeypatch):
    app = open_folder(open_page, videos, tmp_path)
    batch = batch_of_folder(str(videos), str(tmp_path))
    app.button(key="batch_start_run").click().run()
    batch.queue.wait(A_WHILE_S)
    assert states(batch) == {"a.mp4": "done", "b.mp4": "done", "broken.mp4": "failed"}
    monkeypatch.setattr(batches, "_OF_FOLDERS", {})  # as after a restart
    app = open_folder(open_page, videos, tmp_path)
    app.button(key="batch_start_run").click().run()
    again = batch_of_folder(str(videos), str(tmp_path))
    again.queue.wait(A_WHILE_S)
    assert states(again) == {"a.mp4": "skipped", "b.mp4": "skipped", "broken.mp4": "failed"}
    app.run()
    assert not app.exception
    again.remove({"a.mp4"})
    assert (videos / "a.mp4").exists()
    assert (tmp_path / "clips" / "a.mp4" / "done.json").exists()


@pytest.mark.usefixtures("at_the_machine")
@pytest.mark.parametrize(
    ("folder", "words"),
    [("/no/such/folder", "there is no"), ("s3://bucket/videos", "of this machine"), ("", "no path")],
)
def test_a_folder_that_cannot_be_used_is_said(open_page, tmp_path, folder, words):
    app = open_folder(open_page, folder, "")
    assert words in app.error[0].value


def test_only_the_one_user_of_a_machine_can_give_a_folder(open_page, monkeypatch):
    monkeypatch.setattr("pages.ui.progress.whose.is_at_the_machine", lambda: False)
    app = open_page("batch")
    assert app.button_group(key="batch_source").options == ["Upload", "Samples"]
    app.session_state["batch_source"] = "Folder"
    app.run()
    assert not app.text_input


@pytest.mark.usefixtures("at_the_machine")
def test_two_runs_do_not_write_to_one_folder(videos, tmp_path, monkeypatch):
    batch = batch_of_folder(str(videos), str(tmp_path))
    monkeypatch.setattr(type(batch.queue), "is_running", True)
    assert batch_of_folder(str(videos), str(tmp_path)) is batch
    with pytest.raises(InvalidOption, match="Choose another folder"):
        batch_of_folder(str(tmp_path), str(tmp_path))
