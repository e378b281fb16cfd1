"""Fixtures that every test may use."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from posecore import FramePoses, decode_picture, estimate_image
from posecore.media.samples import sample_picture
from posecore.pipeline import release_models

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
IN_A_BROWSER = Path(__file__).resolve().parent / "e2e"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that drive a browser are marked by their folder, and come last: the others answer sooner."""
    for item in items:
        if item.path.is_relative_to(IN_A_BROWSER):
            item.add_marker("browser")
    items.sort(key=lambda item: item.path.is_relative_to(IN_A_BROWSER))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of media and labels that is kept beside the project, not in it."""
    if not SHARED_DATA.is_dir():
        pytest.skip("the test media beside the project (../shared/data) are not on this machine")
    return SHARED_DATA


@pytest.fixture(scope="session")
def portrait() -> np.ndarray:
    """The sample photograph, (600, 512, 3)."""
    return decode_picture(sample_picture().path)


@pytest.fixture(scope="session")
def portrait_poses(portrait: np.ndarray) -> FramePoses:
    """The person in the sample photograph, by the real model."""
    return estimate_image(portrait)


@pytest.fixture
def interruptible() -> Iterator[None]:
    """Programs that a test starts obey SIGINT, even if this run was started to ignore it (nohup, in the background).

    A program inherits that a signal is ignored, but not that it is handled.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="session")
def _models_released() -> Iterator[None]:
    """MediaPipe's models must be closed before the interpreter is taken apart."""
    yield
    release_models()


@pytest.fixture(autouse=True, scope="session")
def _no_metrics_from_the_app() -> None:
    os.environ.setdefault("STREAMLIT_BROWSER_GATHER_USAGE_STATS", "false")
