"""The files with which a browser finds poses itself, as addresses of the app."""

import math
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import lru_cache, partial
from pathlib import Path

from pages.ui.live.device_bundle import without_mask
from pages.ui.live.device_runtime import (
    ARCHIVE,
    LOADER,
    PACKAGE,
    SCRIPT,
    WASM,
    RuntimeNotFound,
    fetch_runtime,
    find_runtime,
)
from pages.ui.serving.assets import asset
from pages.ui.serving.public_files import is_serving, publish
from posecore.downloads import OnBytes
from posecore.errors import PosecoreError
from posecore.estimation.models import find_model, is_on_machine
from posecore.media.files import file_sha256

_POSE_MODELS = ("lite", "full", "heavy")
_HAND = "hand"
_AGAIN_AFTER_S = 600.0
_HOW_TO_GET_IT = (
    f"To offer it, run `npm pack {PACKAGE}` on a computer with npm, and put {ARCHIVE} into the folder that "
    "`POSECORE_MODEL_DIR` names on the server."
)


@dataclass(frozen=True)
class DeviceFile:
    """A file that the browser verifies.

    Attributes:
        address: relative to any page of the app.
        size: bytes.
        sha256: 64 hexadecimal digits.
    """

    address: str
    size: int
    sha256: str


@dataclass(frozen=True)
class DeviceFiles:
    """Everything that js/device/pose.js needs.

    Attributes:
        worker, runtime, loader: addresses of the app's script and of MediaPipe's two.
        wasm: MediaPipe's program.
        bundles: models by name, from lite to heavy: those that are on this machine, at least one.
        hand: the model for hands; None if it is not on this machine.
    """

    worker: str
    runtime: str
    loader: str
    wasm: DeviceFile
    bundles: dict[str, DeviceFile]
    hand: DeviceFile | None = None

    def as_data(self) -> dict[str, object]:
        """As the page's script takes them, see ``DeviceFiles`` in js/types.d.ts."""
        return asdict(self)


def device_files(wanted: str | None = None, *, hands: bool = False) -> DeviceFiles | None:
    """The files if all are on this machine; otherwise None, and they are fetched in the background.

    It never waits for a network. ``why_no_device`` says why there are none.

    Args:
        wanted: the model that the visitor chose. If it is one for poses that is not on this machine, it is fetched in
            the background too, and is among the bundles once it is there.
        hands: whether the model for hands is wanted, too.
    """
    found = _find()
    if not isinstance(found, DeviceFiles):
        return None
    for name in (wanted if wanted in _POSE_MODELS else None, _HAND if hands else None):
        if name is not None and not is_on_machine(name):
            _fetching_model.go_on(name, partial(_fetch_model, name))
    return found


def why_no_device() -> str | None:
    """Why ``device_files`` gives None, and what can be done, in sentences; None if it gives the files."""
    found = _find()
    return found if isinstance(found, str) else None


def _find() -> DeviceFiles | str:
    """The files, or the reason why there are none."""
    if not is_serving():
        return "This server was not started by `streamlit run streamlit_app.py`, so it serves no files of its own."
    try:
        folder = find_runtime()
    except RuntimeNotFound as error:
        return str(error)
    if folder is None:
        return _fetching.go_on("the runtime for browsers", fetch_runtime)
    bundles = {name: file for name in _POSE_MODELS if (file := _bundle(name))}
    if not bundles:
        return "No model is on this server yet: the first analysis downloads it. Open the page again after that."
    return DeviceFiles(
        worker=asset("device/worker.js"),
        runtime=_published(folder / SCRIPT.path),
        loader=_published(folder / LOADER.path),
        wasm=DeviceFile(_published(folder / WASM.path), WASM.size, WASM.sha256),
        bundles=bundles,
        hand=_bundle(_HAND),
    )


def _fetch_model(name: str, on_bytes: OnBytes) -> Path:
    return find_model(name, on_progress=on_bytes)


def _bundle(name: str) -> DeviceFile | None:
    if not is_on_machine(name):
        return None
    try:
        path = find_model(name)
    except PosecoreError:  # damaged: the other way says so when it loads it
        return None
    state = path.stat()
    return _bundle_of_state(path, state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=16)
def _bundle_of_state(path: Path, _size: int, _mtime_ns: int) -> DeviceFile:
    """A verified bundle as browsers get it, worked out once."""
    given = without_mask(path)
    return DeviceFile(_published(given, compress=False), given.stat().st_size, file_sha256(given))


def _published(path: Path, *, compress: bool = True) -> str:
    state = path.stat()
    return _published_state(path, state.st_size, state.st_mtime_ns, compress)


@lru_cache(maxsize=16)
def _published_state(path: Path, _size: int, _mtime_ns: int, compress: bool) -> str:
    """Address of a file, published once: that hashes all of it."""
    return publish(path, compress=compress)


class _Fetching:
    """Fetching in the background: at most one thread of this server, and not the same again for a while."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._not_before_s: dict[str, float] = {}
        self._problem = ""
        self._so_far = ""

    def go_on(self, what: str, fetch: Callable[[OnBytes], object]) -> str:
        """Begin if it is time to, and say how far it is, or why it did not succeed."""
        with self._lock:
            if self._thread is None and time.monotonic() > self._not_before_s.get(what, -math.inf):
                self._thread = threading.Thread(target=self._run, args=(what, fetch), name=f"fetch {what}", daemon=True)
                self._thread.start()
            if self._thread is None:
                return f"{self._problem} {_HOW_TO_GET_IT}"
        return f"The server is fetching the files for it{self._so_far}. Open the page again in a minute."

    def wait(self) -> None:
        """Wait for the end, if it is going on."""
        if thread := self._thread:
            thread.join()

    def _run(self, what: str, fetch: Callable[[OnBytes], object]) -> None:
        try:
            fetch(self._show)
        except PosecoreError as error:
            self._problem = str(error)
        with self._lock:
            self._not_before_s[what] = time.monotonic() + _AGAIN_AFTER_S
            self._thread, self._so_far = None, ""

    def _show(self, done: int, total: int) -> None:
        self._so_far = f" ({done / 1e6:.1f} of {total / 1e6:.1f} MB)"


_fetching = _Fetching()
_fetching_model = _Fetching()
