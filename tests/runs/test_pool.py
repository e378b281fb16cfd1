"""Videos in worker processes: the same result, and what happens if a process dies, hangs or needs too much memory."""

import errno
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest

from posecore import (
    ClipOptions,
    MediaTooLarge,
    PoseOptions,
    PoseSequence,
    UnreadableMedia,
    WorkerLost,
    WorkerUnavailable,
    estimate_video,
)
from posecore.limits import LIMITS
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.runs import pool, worker_process
from posecore.runs.worker import _failure


def with_workers_of_its_own(test):
    """Mark a test that looks for processes of workers, or ends them."""
    needs = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc to find and limit processes")
    return needs(pytest.mark.usefixtures("no_worker_before_or_after")(test))


@pytest.fixture(scope="module")
def clip(portrait, tmp_path_factory) -> Path:
    """Fifteen frames of the portrait, swaying."""
    target = tmp_path_factory.mktemp("clip") / "portrait.mp4"
    with FilmWriter(target, (512, 600), fps_hint=25) as film:
        for index in range(15):
            film.write(np.roll(portrait, 3 * (index % 10), axis=1), index / 25)
    return target


@pytest.fixture(scope="module")
def here(clip, tmp_path_factory) -> tuple[PoseSequence, Path]:
    """What this process makes of it, with its annotated video."""
    film = tmp_path_factory.mktemp("here") / "here.mp4"
    return estimate_video(clip, annotated=film), film


@pytest.fixture
def no_worker_before_or_after():
    pool.end_idle_workers()
    yield
    pool.end_idle_workers()
    assert workers() == []


def workers() -> list[int]:
    """Process ids of this process's workers, including zombies."""
    if not Path("/proc/self/status").exists():
        return []
    found = []
    for status in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(status.read_text().rpartition(")")[2].split()[1])
            of_ours = b"posecore.runs.worker" in status.with_name("cmdline").read_bytes()
        except OSError:  # it ended in the meantime
            continue
        if parent == os.getpid() and of_ours:
            found.append(int(status.parent.name))
    return found


def test_a_worker_gives_exactly_the_result_of_this_process(clip, here, tmp_path):
    here, film = here
    there = estimate_video(clip, annotated=tmp_path / "there.mp4", workers=1)
    for name in ("xy", "z", "world", "visibility", "presence", "person_ids", "times_s"):
        np.testing.assert_array_equal(getattr(there, name), getattr(here, name))
    assert (there.size, there.fps) == (here.size, here.fps)
    assert (tmp_path / "there.mp4").read_bytes() == film.read_bytes()
    assert [path.name for path in (*tmp_path.iterdir(), *film.parent.iterdir())] == ["there.mp4", "here.mp4"]


@with_workers_of_its_own
def test_one_worker_serves_several_runs(clip):
    assert pool.describe(clip).size == (512, 600)
    [first] = workers()
    estimate_video(clip, part=ClipOptions(end_s=0.2), workers=1)
    with pytest.raises(UnreadableMedia, match="no-such-clip"):
        pool.describe("no-such-clip.mp4")
    assert workers() == [first], "a refused video does not end the worker"


def test_progress_can_stop_the_run_and_keep_the_partial_result(clip, tmp_path):
    seen = []
    part = ClipOptions(film_quality="small")  # slow enough for the stop to arrive before the end
    film = tmp_path / "film.mp4"
    sequence = estimate_video(
        clip, part=part, annotated=film, on_progress=lambda done: seen.append(done) or done.frames < 3, workers=1
    )
    assert [done.frames for done in seen] == [1, 2, 3]
    assert 3 <= len(sequence) <= 15
    with open_clip(film) as reader:
        assert len(list(reader)) == len(sequence)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("text.mp4", b"no clip at all", "text.mp4 cannot be read as a video"),
        ("empty.mp4", b"", "empty.mp4 is empty"),
        ("missing.mp4", None, "missing.mp4"),
    ],
)
def test_a_file_that_is_not_a_video_is_refused_with_the_same_message(tmp_path, name, content, message):
    if content is not None:
        (tmp_path / name).write_bytes(content)
    for workers_asked in (None, 1):
        with pytest.raises(UnreadableMedia, match=message):
            estimate_video(tmp_path / name, annotated=tmp_path / "film.mp4", workers=workers_asked)
    assert list(tmp_path.iterdir()) == ([tmp_path / name] if content is not None else [])


def test_a_video_that_cannot_be_written_is_an_os_error(clip, tmp_path):
    with pytest.raises(OSError, match="No such file or directory"):
        estimate_video(clip, annotated=tmp_path / "missing" / "film.mp4", workers=1)


@with_workers_of_its_own
def test_a_killed_worker_is_noticed_and_its_video_restarted(clip, here, tmp_path):
    frames, killed = [], []

    def kill_once(done):
        frames.append(done.frames)
        if done.frames == 5 and not killed:
            killed.extend(workers())
            os.kill(killed[0], signal.SIGKILL)

    sequence = estimate_video(clip, annotated=tmp_path / "film.mp4", on_progress=kill_once, workers=1)
    assert len(sequence) == 15
    assert frames.count(1) == 2, "it began again"
    np.testing.assert_array_equal(sequence.xy, here[0].xy)
    assert [path.name for path in tmp_path.iterdir()] == ["film.mp4"]
    assert killed[0] not in workers()


@with_workers_of_its_own
def test_a_worker_killed_twice_is_reported(clip, tmp_path):
    def kill(done):
        if done.frames == 5:
            for worker in workers():
                os.kill(worker, signal.SIGKILL)

    with pytest.raises(
        WorkerLost, match=r"portrait\.mp4 could not be processed: .* ended twice \(signal 9, then signal 9\)"
    ):
        estimate_video(clip, annotated=tmp_path / "film.mp4", on_progress=kill, workers=1)
    assert list(tmp_path.iterdir()) == []
    assert len(estimate_video(clip, part=ClipOptions(end_s=0.2), workers=1)) == 5, "the next video finds a worker"


@with_workers_of_its_own
def test_a_hanging_worker_is_ended(clip, tmp_path, monkeypatch):
    pool.describe(clip)  # the worker may take longer to start than for a frame
    monkeypatch.setattr(worker_process, "LIMITS", replace(LIMITS, seconds_per_frame=2))
    part = ClipOptions(film_quality="small")

    def halt(done):
        if done.frames == 1:
            for worker in workers():
                os.kill(worker, signal.SIGSTOP)

    start = time.monotonic()
    with pytest.raises(WorkerLost, match="no progress for 2 s"):
        estimate_video(clip, part=part, annotated=tmp_path / "film.mp4", on_progress=halt, workers=1)
    assert time.monotonic() - start < 30
    assert workers() == []
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def large_clip(tmp_path_factory) -> Path:
    target = tmp_path_factory.mktemp("large") / "large.mp4"
    with FilmWriter(target, (4096, 2304), fps_hint=10) as film:
        for index in range(6):
            film.write(np.full((2304, 4096, 3), 40 * index, np.uint8), index / 10)
    return target


@with_workers_of_its_own
@pytest.mark.parametrize("megabytes", ["30", "100"])
def test_a_video_that_needs_too_much_memory_is_reported_in_one_sentence(large_clip, tmp_path, monkeypatch, megabytes):
    monkeypatch.setenv("POSECORE_LIMIT_CLIP_MEGABYTES", megabytes)
    with pytest.raises(MediaTooLarge, match=r"needs more memory than .* may use") as told:
        estimate_video(large_clip, annotated=tmp_path / "film.mp4", workers=1)
    if megabytes == "100":  # its frames can be read, so that less to write helps
        assert "(--no-film)" in str(told.value)
        assert "(--film-side 1280)" in str(told.value)
        monkeypatch.delenv("POSECORE_LIMIT_CLIP_MEGABYTES")
        pool.end_idle_workers()
        assert len(estimate_video(large_clip, workers=1)) == 6
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("no_worker_before_or_after")
def test_a_worker_that_does_not_start_says_why_and_blames_no_video(clip, monkeypatch, tmp_path):
    broken = tmp_path / "folder with : in its name"
    broken.mkdir()
    (broken / "av.py").write_text("raise ImportError('libavcodec.so is for another processor')")
    with monkeypatch.context() as patch:
        patch.syspath_prepend(broken)
        with pytest.raises(WorkerUnavailable, match=r"does not start: ImportError: libavcodec\.so is for another"):
            pool.describe(clip)
    with monkeypatch.context() as patch:
        patch.setenv("POSECORE_LIMIT_PEOPLE", "many")
        with pytest.raises(WorkerUnavailable, match="Expected POSECORE_LIMIT_PEOPLE to be a whole number"):
            pool.describe(clip)
    with monkeypatch.context() as patch:
        patch.setenv("PYTHONHOME", str(tmp_path))
        with pytest.raises(WorkerUnavailable, match="does not start: Fatal Python error"):
            pool.describe(clip)
    for program, message in (("/no/python", "No such file"), ("", "does not say which program it is")):
        monkeypatch.setattr(sys, "executable", program)
        with pytest.raises(WorkerUnavailable, match=message):
            pool.describe(clip)


def test_a_worker_finds_posecore_in_a_folder_with_a_colon(tmp_path):
    folder = tmp_path / "a:b"
    folder.mkdir()
    (folder / "posecore").symlink_to(Path(__file__).parents[2] / "posecore")
    program = "import posecore.runs.pool as pool; print(pool.describe('no.mp4'))"
    done = subprocess.run([sys.executable, "-c", program], cwd=folder, capture_output=True, text=True, check=False)
    assert done.stderr.splitlines()[-1].endswith("UnreadableMedia: no.mp4 cannot be opened: No such file or directory.")


@with_workers_of_its_own
def test_an_error_in_the_caller_ends_the_worker(clip, tmp_path):
    def fail(done):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        estimate_video(clip, annotated=tmp_path / "film.mp4", on_progress=fail, workers=1)
    assert workers() == []
    assert list(tmp_path.iterdir()) == []


@with_workers_of_its_own
def test_an_idle_worker_is_ended_after_a_while(clip, monkeypatch):
    monkeypatch.setattr(pool, "LIMITS", replace(LIMITS, seconds_idle=0))
    pool.describe(clip)
    assert len(workers()) == 1
    deadline = time.monotonic() + 60
    while workers() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert workers() == []


@with_workers_of_its_own
def test_many_videos_at_once_are_looked_at_by_few_workers(clip, monkeypatch):
    monkeypatch.setattr(pool, "_LOOKS", threading.BoundedSemaphore(1))
    before = threading.active_count()
    with ThreadPoolExecutor(6) as visitors:
        found = list(visitors.map(lambda _: pool.describe(clip), range(6)))
    assert found == [found[0]] * 6
    assert len(workers()) == 1
    deadline = time.monotonic() + 30  # under load, threads take a moment to end
    while threading.active_count() > before + 3 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert threading.active_count() <= before + 3  # two that hear the worker, and one clock that ends it


def test_a_worker_can_load_a_model_by_path(clip):
    from posecore import find_model

    options = PoseOptions(model=find_model("full"))
    assert estimate_video(clip, options, part=ClipOptions(end_s=0.1), workers=1).seen.all()


def test_a_decoder_that_cannot_start_its_threads_lacks_memory():
    """Whether it comes to that is a matter of chance, so its error is simulated; it is the one that was seen."""
    error = av.error.BlockingIOError(errno.EAGAIN, os.strerror(errno.EAGAIN))
    assert _failure(error)["error"] == "MediaTooLarge"
