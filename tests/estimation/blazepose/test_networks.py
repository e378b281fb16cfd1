"""Loading a bundle's two networks: real ones and invalid files."""

import shutil
import sys
import tempfile
import threading
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from posecore import BlazePose, EngineUnavailable, ModelNotFound, ModelUnusable, find_model
from posecore.downloads import cache_dir
from posecore.estimation import networks
from posecore.estimation.blazepose.networks import load_networks
from posecore.estimation.networks import usual_threads

DETECTOR, LANDMARKS = "pose_detector.tflite", "pose_landmarks_detector.tflite"
PREPARED = [
    f"pose_{network}.{suffix}" for network in ("detector", "landmarks_detector") for suffix in ("bin", "json", "xml")
]


@pytest.fixture(scope="module")
def caches(tmp_path_factory):
    """Where the caches of these tests are, one after the other: OpenVINO knows what it compiled by its path."""
    return tmp_path_factory.mktemp("networks") / "cache"


@pytest.fixture(autouse=True)
def cache(caches, tmp_path, monkeypatch):
    """A separate cache, temporary folder and in-memory cache for each test; returns the cache."""
    shutil.rmtree(caches, ignore_errors=True)
    for name in ("XDG_CACHE_HOME", "LOCALAPPDATA"):
        monkeypatch.setenv(name, str(caches))
    monkeypatch.delenv("POSECORE_MODEL_DIR", raising=False)
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    assert cache_dir().is_relative_to(caches)
    forget()
    yield cache_dir()
    forget()
    assert list((tmp_path / "temporary").iterdir()) == [], "temporary files stayed behind"


def forget():
    """Like a process that has just started."""
    networks._load.cache_clear()
    networks.load_openvino.cache_clear()


@pytest.fixture
def landmarks(portrait):
    """Loads the networks and returns the landmarks of the sample photo, (33, 3)."""

    def read():
        blazepose = BlazePose()
        return blazepose.landmarks(portrait, blazepose.detect(portrait)[0]).points

    return read


@pytest.fixture(scope="module")
def kept(caches):
    """A folder for the cache that the first start of all filled, and the landmarks which that start found."""
    return caches.with_name("kept"), []


@pytest.fixture
def before(cache, caches, kept, landmarks):
    """The landmarks that a first start found, whose cache is there: a copy of it, made once."""
    folder, found = kept
    if not found:
        found.append(landmarks())
        forget()
        shutil.move(caches, folder)
    shutil.copytree(folder, caches)  # with the times of its files, by which OpenVINO knows them, too
    return found[0]


@pytest.fixture(scope="session")
def real():
    """The two networks of the official bundle, as bytes by name."""
    with zipfile.ZipFile(find_model("full")) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def write_bundle(path, files):
    with zipfile.ZipFile(path, "w") as archive:
        for name, body in files.items():
            archive.writestr(name, body)
    return path


def files_in(folder):
    return {path.name: path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.usefixtures("before")
def test_same_file_and_threads_give_the_same_networks():
    first = load_networks(find_model("full"), 1)
    assert load_networks(find_model("full"), 1) == first
    assert load_networks(find_model("full"), 2).landmarks is not first.landmarks
    with_masks = load_networks(find_model("full"), 1, masks=True)
    assert with_masks.landmarks is first.landmarks
    assert with_masks.landmarks_and_mask is not None
    assert first.landmarks_and_mask is None


@pytest.mark.usefixtures("before")
def test_two_threads_at_once_get_the_same_networks():
    together = threading.Barrier(2)

    def load(_):
        together.wait()
        return load_networks(find_model("full"), usual_threads())

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(load, range(2))
    assert first == second


def test_cache_is_filled_once_and_then_read(cache, before, landmarks):
    written = {name: path.stat().st_mtime_ns for name, path in files_in(cache).items()}
    assert sorted(name for name in written if not name.endswith(".blob")) == PREPARED
    assert len(written) == len(PREPARED) + 2, "beside them what OpenVINO compiled, and nothing else"
    np.testing.assert_array_equal(landmarks(), before)
    assert {name: path.stat().st_mtime_ns for name, path in files_in(cache).items()} == written


@pytest.mark.parametrize(
    ("name", "share"),
    [("pose_detector.bin", 0), ("pose_landmarks_detector.json", 0.5), ("pose_landmarks_detector.xml", 0)],
)
def test_damaged_file_in_the_cache_is_rebuilt(cache, before, landmarks, name, share):
    files = files_in(cache)
    for path in cache.rglob("*.blob"):
        path.unlink()  # they would be used in place of the files they were made from
    body = files[name].read_bytes()
    damaged = body[: int(share * len(body))]
    files[name].unlink()  # not overwritten: networks loaded earlier may still read it
    files[name].write_bytes(damaged)
    forget()
    np.testing.assert_array_equal(landmarks(), before)
    assert len(files[name].read_bytes()) > len(damaged)


def test_damaged_cache_file_of_openvino_is_ignored(cache, before, landmarks):
    for path in cache.rglob("*.blob"):
        body = path.read_bytes()
        path.unlink()
        path.write_bytes(body[: len(body) // 2])
    forget()
    np.testing.assert_array_equal(landmarks(), before)


@pytest.mark.parametrize("suffix", [".bin", ".blob"])
def test_weights_zeroed_by_a_power_cut_are_rebuilt(cache, before, landmarks, suffix):
    if suffix == ".bin":
        for path in cache.rglob("*.blob"):
            path.unlink()
    for path in cache.rglob(f"*{suffix}"):
        body = bytearray(path.read_bytes())
        body[len(body) // 2 : len(body) * 3 // 4] = bytes(len(body) * 3 // 4 - len(body) // 2)
        path.unlink()
        path.write_bytes(body)
    forget()
    np.testing.assert_array_equal(landmarks(), before)


def put_a_file_in_place_of_the_folder(cache):
    shutil.rmtree(cache)
    cache.write_bytes(b"")


def put_a_folder_in_place_of_a_file(cache):
    prepared = files_in(cache)["pose_detector.xml"]
    prepared.unlink()
    prepared.mkdir()


@pytest.mark.parametrize("spoil", [put_a_file_in_place_of_the_folder, put_a_folder_in_place_of_a_file])
def test_unwritable_cache(cache, before, landmarks, spoil):
    spoil(cache)
    forget()
    np.testing.assert_array_equal(landmarks(), before)


@pytest.mark.skipif(sys.platform != "linux", reason="a user without a home is of Linux, in a container")
def test_user_without_a_home(before, landmarks, monkeypatch):
    monkeypatch.setattr("pwd.getpwuid", {}.__getitem__)  # KeyError, as for an unknown user id
    monkeypatch.delenv("HOME")
    monkeypatch.delenv("XDG_CACHE_HOME")
    np.testing.assert_array_equal(landmarks(), before)


def no_zip(path, real):
    path.write_bytes(bytes(range(256)) * 100)


def truncated_zip(path, real):
    whole = write_bundle(path, real).read_bytes()
    path.write_bytes(whole[: len(whole) // 2])


def flipped_byte(path, real):
    body = bytearray(write_bundle(path, real).read_bytes())
    body[1_000_000] ^= 1
    path.write_bytes(body)


def other_name(path, real):
    write_bundle(path, {"detector.tflite": real[DETECTOR], LANDMARKS: real[LANDMARKS]})


def random_bytes(path, real):
    write_bundle(path, {DETECTOR: np.random.default_rng(0).bytes(100_000), LANDMARKS: real[LANDMARKS]})


def truncated_network(path, real):
    write_bundle(path, {DETECTOR: real[DETECTOR], LANDMARKS: real[LANDMARKS][:1_000_000]})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (no_zip, "it is not a complete zip file"),
        (truncated_zip, "it is not a complete zip file"),
        (flipped_byte, "it is not a complete zip file"),
        (other_name, f"it does not contain {DETECTOR}"),
        (random_bytes, f"its {DETECTOR} is not a TFLite model"),
        (truncated_network, f"its {LANDMARKS} is not a TFLite model"),
    ],
)
def test_file_that_is_not_a_bundle(tmp_path, real, make, reason):
    path = tmp_path / "mine.task"
    make(path, real)
    with pytest.raises(ModelUnusable) as raised:
        load_networks(path, 1)
    assert str(raised.value).startswith(f"{path} cannot be used as a pose landmarker bundle: {reason}")
    assert "\n" not in str(raised.value)


def test_missing_file(tmp_path):
    with pytest.raises(ModelNotFound, match="There is no model file"):
        load_networks(tmp_path / "missing.task", 1)


@pytest.mark.parametrize(
    ("place", "bundle", "network"),
    [
        pytest.param(DETECTOR, "full", LANDMARKS, id="another input"),
        pytest.param(DETECTOR, "hand", "hand_landmarks_detector.tflite", id="another output"),
        pytest.param(LANDMARKS, "face", "face_landmarks_detector.tflite", id="another output, the other network"),
    ],
)
def test_networks_of_other_shapes(tmp_path, real, place, bundle, network):
    with zipfile.ZipFile(find_model(bundle)) as archive:
        path = write_bundle(tmp_path / "mine.task", real | {place: archive.read(network)})
    with pytest.raises(EngineUnavailable, match=rf"expected {place} to take .* but got") as raised:
        load_networks(path, 1)
    assert str(path) in str(raised.value)


def test_openvino_that_does_not_import(monkeypatch):
    monkeypatch.setitem(sys.modules, "openvino", None)
    for _ in range(2):
        with pytest.raises(EngineUnavailable, match="OpenVINO, which runs the fast engine, does not load"):
            load_networks(find_model("full"), 1)
