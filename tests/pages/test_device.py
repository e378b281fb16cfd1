"""What a browser needs to find poses itself: the files, and the same rules as posecore's."""

import gzip
import hashlib
import json
import shutil
import tarfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette

from pages.ui.live import device_files, device_runtime
from pages.ui.live.device_bundle import without_mask
from pages.ui.serving import assets, public_files
from posecore import FramePoses, HandSlot, PoseOptions, estimate_image
from posecore.downloads import cache_dir
from posecore.estimation.hands.arms import arms_of, whose
from posecore.estimation.hands.landmarks import RegionHand
from posecore.estimation.hands.search import is_among
from posecore.estimation.models import BUNDLES, find_model
from posecore.estimation.tracking import Tracks
from tests.synthetic_hands import LEFT, open_hand

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "tests" / "js" / "device_people.json"
HANDS = ROOT / "tests" / "js" / "device_hands.json"
LANDMARKS = (0, 15, 28)
PACKAGE = ROOT / "node_modules" / "@mediapipe" / "tasks-vision"

needs_package = pytest.mark.skipif(not PACKAGE.is_dir(), reason="the package is not there (npm ci)")


def people(frame: int) -> FramePoses:
    """Two people whose landmarks swing, as in tests/js/device.test.js."""
    number, landmark = np.array([[1.0], [0.0]]), np.arange(33.0)

    def swing(axis: int) -> np.ndarray:
        return np.sin(3.1 * landmark + 1.7 * axis + 0.9 * number + (0.2 + 0.05 * landmark) * frame)

    x = 200 + 260 * number + 6 * frame + 60 * swing(0)
    height = landmark / 32
    world = [0.3 * swing(0), 1.7 * height - 0.9 + 0.1 * swing(1), 0.2 * swing(2)]
    return FramePoses(
        xy=np.stack([x, 60 + 340 * height + 20 * swing(1)], axis=-1).astype(np.float32),
        z=(40 * swing(2)).astype(np.float32),
        world=np.stack(world, axis=-1).astype(np.float32),
        visibility=(0.5 + 0.5 * swing(3)).astype(np.float32),
        presence=np.zeros((2, 33), np.float32),
        person_ids=np.array([1, 2]),
        time_s=frame / 30,
        size=(640, 480),
    )


def test_the_values_for_the_scripts_are_those_of_posecore():
    tracks = Tracks(smoothing=True)
    frames = []
    for frame in range(12):
        found = tracks.follow(people(frame))
        frames.append(
            [
                {
                    "id": int(person),
                    "values": {
                        name: [round(float(value), 5) for value in getattr(found, name)[slot, list(LANDMARKS)].ravel()]
                        for name in ("xy", "z", "world", "visibility")
                    },
                }
                for slot, person in enumerate(found.person_ids)
            ]
        )
    assert json.loads(VALUES.read_text()) == {"landmarks": list(LANDMARKS), "frames": frames}


def arms_as_values(frame: int) -> dict[str, object]:
    """The arms of two people, hands that may be near their wrists, and whose they are: for device_hands.test.js."""
    chance = np.random.default_rng(frame)
    found = people(frame)
    arms = arms_of(found, found.size)
    places = [arm.wrist + chance.normal(0, 0.12 * arm.pixels_per_m, 2) for arm in arms]
    sizes = chance.choice([35.0, 50.0, 400.0], len(places), p=[0.45, 0.45, 0.1])
    hands = [
        RegionHand(
            np.concatenate([place + size * open_hand(LEFT) / 2, np.zeros((21, 1))], axis=1).round(2),
            np.zeros((21, 3)),
            1.0,
            round(chance.random(), 3),
        )
        for place, size in zip(places, sizes, strict=True)
    ]
    before = [arms[index].slot if index % 3 else None for index in chance.permutation(len(arms)).tolist()]

    def told(slots: Sequence[HandSlot | None]) -> list[list[object] | None]:
        return [slot and [slot.person, slot.side] for slot in slots]

    return {
        "arms": [
            [*np.round([*arm.wrist, *arm.hand, arm.pixels_per_m], 2).tolist(), arm.searchable, arm.slot.side]
            for arm in arms
        ],
        "hands": [{"xy": hand.points[:, :2].ravel().tolist(), "right": hand.right} for hand in hands],
        "before": told(before),
        "at_arms": told(whose(hands, arms, before)),
        "same": [[is_among(hand, [other]) for other in hands] for hand in hands],
    }


def test_whose_hands_are_is_worked_out_for_the_scripts_as_by_posecore():
    assert json.loads(HANDS.read_text()) == [arms_as_values(frame) for frame in range(12)]


@pytest.fixture
def empty_machine(tmp_path, monkeypatch) -> Path:
    """A cache with nothing in it, no folder of the user's own, no node_modules; returns a folder for models."""
    models = tmp_path / "models"
    models.mkdir()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(models))
    monkeypatch.setattr(device_runtime, "_NODE_MODULES", tmp_path / "nowhere")
    monkeypatch.setattr(public_files, "_mounted", True)
    monkeypatch.setattr(device_files, "_fetching", device_files._Fetching())
    return models


def packed(folder: Path, *, damaged: bool = False) -> None:
    """Write the package's archive as ``npm pack`` does."""
    with tarfile.open(folder / device_runtime.ARCHIVE, "w:gz", compresslevel=1) as archive:
        for file in device_runtime.FILES:
            archive.add(__file__ if damaged else PACKAGE / file.path, f"package/{file.path}")


@needs_package
def test_the_files_are_served_as_the_browser_needs_them(serving, fetch, monkeypatch):
    monkeypatch.setattr(public_files, "_mounted", True)
    with serving(Starlette(routes=[*assets.routes(), *public_files.routes()])) as url:
        files = device_files.device_files()
        assert files == device_files.device_files()
        status, headers, _ = fetch(f"{url}/{files.worker}")
        assert status == 200
        policy = "default-src 'none'; connect-src 'self'; script-src 'self' 'wasm-unsafe-eval'"
        assert headers["Content-Security-Policy"] == policy
        for address, kind in [
            (files.runtime, "text/javascript"),
            (files.loader, "text/javascript"),
            (files.wasm.address, "application/wasm"),
            (files.bundles["full"].address, "application/octet-stream"),
        ]:
            status, headers, content = fetch(f"{url}/{address}")
            assert status == 200
            assert headers["Content-Type"].startswith(kind)
            assert headers["Cache-Control"] == "public, max-age=31536000, immutable"
        given = files.bundles["full"]
        assert (len(content), hashlib.sha256(content).hexdigest()) == (given.size, given.sha256)
        for _ in range(300):  # it is compressed in the background
            _, headers, smaller = fetch(f"{url}/{files.wasm.address}", Accept_Encoding="gzip")
            if headers["Content-Encoding"]:
                break
            time.sleep(0.1)
        assert headers["Content-Encoding"] == "gzip"
        assert len(smaller) < 0.35 * files.wasm.size == 0.35 * len(gzip.decompress(smaller))


def test_browsers_get_a_bundle_that_makes_no_masks_and_the_same_numbers(empty_machine, monkeypatch, portrait):
    """To the last bit, in MediaPipe itself; kept in the cache, and made again if it is damaged there."""
    whole = find_model("full")
    copy = without_mask(whole)
    assert copy.parent == cache_dir() / "models"
    content = copy.read_bytes()
    assert len(content) == whole.stat().st_size
    copy.write_bytes(b"damaged")
    assert without_mask(whole).read_bytes() == content
    ours, theirs = (estimate_image(portrait, PoseOptions(model=path, engine="mediapipe")) for path in (copy, whole))
    for name, array in ours.arrays.items():
        np.testing.assert_array_equal(array, theirs.arrays[name])
    assert len(ours) == 1
    assert without_mask(find_model("hand")) == find_model("hand"), "there is no mask in it"
    monkeypatch.setattr("pages.ui.live.device_bundle.cache_dir", lambda: whole)
    assert without_mask(whole) == whole, "it cannot be copied to there"


@needs_package
def test_an_archive_is_unpacked_once(empty_machine):
    assert device_runtime.find_runtime() is None
    packed(empty_machine)
    folder = device_runtime.find_runtime()
    assert {path.name for path in folder.rglob("*") if path.is_file()} == {
        Path(file.path).name for file in device_runtime.FILES
    }
    (empty_machine / device_runtime.ARCHIVE).unlink()
    assert device_runtime.find_runtime() == folder
    (folder / device_runtime.LOADER.path).write_text("another script")
    with pytest.raises(device_runtime.RuntimeNotFound, match=r"Expected .* with sha256 70eff39.*but got"):
        device_runtime.find_runtime()
    assert device_files.device_files() is None
    assert "Delete it" in device_files.why_no_device()


@needs_package
@pytest.mark.skipif(shutil.which("npm") is None, reason="no npm")
def test_npm_fetches_the_package(empty_machine, tmp_path, monkeypatch):
    own = tmp_path / "own"
    for name in ("package.json", *(file.path for file in device_runtime.FILES)):
        (own / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(PACKAGE / name, own / name)
    monkeypatch.setattr(device_runtime, "PACKAGE", str(own))  # packed as it is there, without a network
    folder = device_runtime.fetch_runtime()
    assert folder.parent.parent.parent == empty_machine.parent / "cache"
    assert device_runtime.find_runtime() == folder


@pytest.mark.parametrize("content", [b"not an archive", None])
def test_an_archive_with_something_else_is_refused(empty_machine, content):
    if content:
        (empty_machine / device_runtime.ARCHIVE).write_bytes(content)
    else:
        packed(empty_machine, damaged=True)
    with pytest.raises(device_runtime.RuntimeNotFound, match=r"could not be unpacked|is not what"):
        device_runtime.find_runtime()
    assert not any(path.is_file() for path in (empty_machine.parent / "cache").rglob("*"))


def test_what_cannot_be_fetched_is_said_with_what_to_do(empty_machine, monkeypatch):
    monkeypatch.setenv("PATH", "")  # no npm
    monkeypatch.setattr(device_runtime, "_CDN", "http://127.0.0.1:9")
    assert device_files.device_files() is None
    device_files._fetching.wait()
    said = device_files.why_no_device()
    assert "could not be fetched from http://127.0.0.1:9: the server could not be reached" in said
    assert "`npm pack @mediapipe/tasks-vision@1.1.0`" in said
    assert "`POSECORE_MODEL_DIR`" in said


@needs_package
def test_a_chosen_model_is_fetched_without_waiting(empty_machine, monkeypatch):
    packed(empty_machine)
    fetching = device_files._Fetching()
    monkeypatch.setattr(device_files, "_fetching_model", fetching)
    tried = []
    monkeypatch.setitem(BUNDLES, "lite", replace(BUNDLES["lite"], url="http://127.0.0.1:9/lite.task"))
    monkeypatch.setattr(
        device_files, "find_model", lambda name, **how: (tried.append(name), find_model(name, **how))[1]
    )
    for _ in range(2):
        assert list(device_files.device_files("lite").bundles) == ["full"]
        fetching.wait()
    device_files.device_files("full")
    device_files.device_files("/own/model.task")
    assert tried.count("lite") == 1  # it is not tried again at once
