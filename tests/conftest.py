"""Fixtures that every test may use."""

import gc
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

# Before NumPy is loaded, here and in all programs that tests start: on a busy machine OpenBLAS's threads mostly wait
# for one another, which takes ten times the processor time of the work.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

import cv2
import numpy as np
import pytest
import uvicorn
from filelock import FileLock
from starlette.applications import Starlette
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from posecore import FramePoses, PoseOptions, PoseSequence, decode_picture, estimate_image, estimate_video
from posecore.estimation.photos import release_models
from posecore.export.saved import load_sequence, save_sequence
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip, sample_picture
from posecore.motion.body import fit
from tests.postgresql_cluster import Cluster, running_cluster

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
IN_A_BROWSER = Path(__file__).resolve().parent / "e2e"
LIVE = {"test_coach.py", "test_firefox.py", "test_signs.py", "test_turn.py", "test_webcam.py"}
"""Of the browser tests, those with a camera."""
PAGES = {"test_accessibility.py", "test_loads.py", "test_pages.py"}
"""Of the others, so many that they take as long as the rest."""
COMPILED_S = 60
"""The other workers wait no longer for the first one."""

Make = Callable[[Path], None]
"""Writes a file."""


class _ThreeRunsOfBrowsers(LoadScopeScheduling):
    """Hand out tests module by module, but browser tests as three units: the live ones, and the others in two halves.

    Live videos would starve each other, so they follow one another on one worker. The others mostly wait for a page,
    and share their worker's server and browser.
    """

    def _split_scope(self, nodeid: str) -> str:
        if not nodeid.startswith("tests/e2e/"):
            return super()._split_scope(nodeid)
        name = Path(nodeid.partition("::")[0]).name
        return "live" if name in LIVE else "pages" if name in PAGES else "browser"


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Schedule the tests of several workers."""
    return _ThreeRunsOfBrowsers(config, log)


@pytest.hookimpl(optionalhook=True, wrapper=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> Iterator[int]:
    """Workers more than cores: those with browsers wait most of the time, and so do others at times."""
    return (yield) + (2 if _has_browser_tests(config) else 1)


def _has_browser_tests(config: pytest.Config) -> bool:
    """Whether browser tests are asked for; told before any test is read, so also for a folder that has none."""
    asked = [Path(each.partition("::")[0]).resolve() for each in config.args]
    within = any(path.is_relative_to(IN_A_BROWSER) or IN_A_BROWSER.is_relative_to(path) for path in asked)
    return within and config.option.markexpr != "not browser"


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_collection(session: pytest.Session) -> Iterator[None]:
    """Let the first of several workers read the tests before the others: it compiles all files, which takes longest.

    What is there afterwards stays, so that Python need not look again and again whether it is still used.
    """
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    ready = Path(session.config.option.basetemp or "").parent / "compiled"
    if worker not in ("", "gw0") and not sys.dont_write_bytecode:
        until = time.monotonic() + COMPILED_S
        while not ready.exists() and time.monotonic() < until:
            time.sleep(0.05)
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()
        if worker == "gw0":
            ready.touch()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Where no browser test is asked for, not even read them: they load Playwright, in each worker."""
    return True if collection_path == IN_A_BROWSER and config.option.markexpr == "not browser" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests in the browser folder and run them first: the other workers do the rest meanwhile."""
    for item in items:
        if item.path.is_relative_to(IN_A_BROWSER):
            item.add_marker("browser")
    items.sort(key=lambda item: not item.path.is_relative_to(IN_A_BROWSER))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Of several workers, let those without a browser give way: what a browser shows is live, and they only compute."""
    if "PYTEST_XDIST_WORKER" in os.environ and hasattr(os, "nice") and not item.get_closest_marker("browser"):
        os.nice(max(0, 8 - os.nice(0)))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of media and labels next to the project, not in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the test media beside the project (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """The sample photo, (600, 512, 3)."""
    return decode_picture(sample_picture().path)


@pytest.fixture(scope="session")
def made_once(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Callable[[str, Make], Path]:
    """A file or folder by its name, which the first worker that needs it makes, for all; the others wait for it."""
    own = tmp_path_factory.getbasetemp()
    folder = (own if worker_id == "master" else own.parent) / "made"

    def ask(name: str, make: Make) -> Path:
        path = folder / name
        folder.mkdir(exist_ok=True)
        with FileLock(folder / f"{name}.lock"):
            if not path.exists():
                unfinished = own / name
                make(unfinished)
                unfinished.replace(path)
        return path

    return ask


@pytest.fixture(scope="session")
def estimated_once(made_once) -> Callable[[str, Callable[[], PoseSequence]], PoseSequence]:
    """Poses by a name of their own, which the first worker that needs them estimates, for all."""

    def ask(name: str, estimate: Callable[[], PoseSequence]) -> PoseSequence:
        path = made_once(f"{name}.posecore.npz", lambda unfinished: save_sequence(estimate(), unfinished))
        return load_sequence(path).sequence

    return ask


@pytest.fixture(scope="session")
def small_sample(made_once) -> Path:
    """The sample video at half size, 884 x 496 px, which is read and written in a quarter of the time."""

    def make(path: Path) -> None:
        with open_clip(sample_clip().path) as clip, FilmWriter(path, (884, 496), fps_hint=30) as film:
            for frame in clip:
                film.write(cv2.resize(frame.rgb, (884, 496), interpolation=cv2.INTER_AREA), frame.time_s)

    return made_once("sports2d_demo.mp4", make)


@pytest.fixture(scope="session")
def portrait_poses(portrait: np.ndarray) -> FramePoses:
    """The person in the sample photo, found by the real model."""
    return estimate_image(portrait)


@pytest.fixture(scope="session")
def cam01(shared_data: Path, estimated_once) -> PoseSequence:
    """The person whom four cameras filmed, as the real model finds them from the first one; 100 frames, 60 fps."""
    path = shared_data / "clips/pose2sim/cam01.mp4"
    return estimated_once("cam01", lambda: estimate_video(path, PoseOptions(), workers=1))


@pytest.fixture(scope="session")
def solid_cam01(cam01: PoseSequence, estimated_once) -> PoseSequence:
    """The same person as a solid body."""
    return estimated_once("solid_cam01", lambda: fit(cam01))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Cluster]:
    """A PostgreSQL server of the tests' own."""
    with running_cluster() as cluster:
        yield cluster


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Make programs that a test starts obey SIGINT, even if this run ignores it (nohup, in the background).

    A program inherits an ignored signal, but not a signal handler.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="session")
def _models_released() -> Iterator[None]:
    """MediaPipe's models must be closed before the interpreter shuts down."""
    yield
    release_models()


@pytest.fixture(autouse=True, scope="session")
def _not_the_developers_own_sessions(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Whatever saves exercise sessions here, servers too, has a database of its own."""
    os.environ["XDG_DATA_HOME"] = str(tmp_path_factory.mktemp("data"))


@pytest.fixture(autouse=True, scope="session")
def _no_metrics_from_the_app() -> None:
    os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")


@pytest.fixture(scope="session")
def serving() -> Callable[[Starlette], AbstractContextManager[str]]:
    """Serve an application on its own port until the block ends."""

    @contextmanager
    def serve(application: Starlette) -> Iterator[str]:
        listening = socket.create_server(("127.0.0.1", 0))
        # Uvicorn's own settings of logging would close the handlers of all others, and Abseil's closes pytest's stderr.
        config = uvicorn.Config(application, log_config=None, log_level="warning", lifespan="off")
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:  # or a test that fails would keep this process from ending
            server.should_exit = True
            thread.join(30)

    return serve
