"""A server that is killed in the middle of everything: what is there afterwards is whole; the next one tidies up."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import cv2
import pytest
from sqlalchemy import create_engine

from benchmarks.app import wait_for_server
from posecore import SessionStore
from posecore.media.films import FilmWriter

ROOT = Path(__file__).resolve().parents[2]
ANOTHER_SERVER = """
import tempfile
from pages.ui.serving import temporary
temporary.begin_own_folder()
print(tempfile.gettempdir(), flush=True)
input()
"""

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="processes are looked up as on Linux")


@pytest.fixture
def clip(portrait, tmp_path) -> Path:
    path = tmp_path / "clip.mp4"
    small = cv2.resize(portrait, (240, 320))
    with FilmWriter(path, (240, 320), fps_hint=25) as film:
        for index in range(250):
            film.write(small, index / 25)
    return path


@contextmanager
def started(*arguments: str, **environment: str) -> Iterator[subprocess.Popen[str]]:
    """A Python process in this environment, which is killed at the end of the block if it still runs."""
    command = [sys.executable, *arguments]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | environment, text=True, **pipes) as process:
        try:
            yield process
        finally:
            process.kill()


def line_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def has_ended(process: str) -> bool:
    """Whether a process has ended, even if nobody has asked how."""
    try:
        return Path("/proc", process, "stat").read_text().rpartition(")")[2].split()[0] in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return True


def test_a_killed_server_leaves_nothing_by_halves(clip, tmp_path, free_tcp_port):
    temporary, data, database = tmp_path / "tmp", tmp_path / "data", f"sqlite:///{tmp_path / 'progress.db'}"
    temporary.mkdir()
    own = {"TMPDIR": str(temporary), "XDG_DATA_HOME": str(data)}
    shared = data / "posecore" / "shared"
    with ExitStack() as ends:
        another = Path(line_of(ends.enter_context(started("-c", ANOTHER_SERVER, **own))))
        victim = ends.enter_context(started("-m", "tests.pages.killed_server", str(clip), database, **own))
        assert line_of(victim) == "all goes on"
        workers = [
            each for path in Path(f"/proc/{victim.pid}/task").glob("*/children") for each in path.read_text().split()
        ]
        assert workers
        victim.send_signal(signal.SIGKILL)
        victim.wait()
        until(lambda: all(map(has_ended, workers)))
        [left] = [folder for folder in temporary.iterdir() if folder != another]
        assert {path.name.split("-")[1] for path in left.glob("posecore-*")} >= {"run", "recording"}
        saved = SessionStore(create_engine(database)).sessions("ann")
        assert saved
        assert {each.count for each in saved} == {50}
        assert all(page.read_bytes().endswith(b"</html>") for page in shared.glob("*.html"))
        for name, age_s in (("old", 7200), ("new", 0)):
            part = shared / f".part-{name}"
            part.mkdir()
            (part / "page.html").write_text("half")
            os.utime(part, (time.time() - age_s,) * 2)

        options = ["--server.headless=true", "--server.address=127.0.0.1", f"--server.port={free_tcp_port}"]
        server = ends.enter_context(started("-m", "streamlit", "run", "streamlit_app.py", *options, **own))
        wait_for_server(f"http://127.0.0.1:{free_tcp_port}/_stcore/health", server)
        until(lambda: not left.exists() and not (shared / ".part-old").exists())
        assert another.is_dir(), "that server still runs"
        assert (shared / ".part-new").is_dir(), "it may still be written"
        server.terminate()
        server.wait(timeout=60)
        assert list(temporary.iterdir()) == [another], "a server that stops deletes its own folder"
