"""Recordings made on the visitor's own device: what the page's script saves, and what becomes of an upload."""

import json
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from starlette.applications import Starlette

from pages.ui.live.device_recording import DeviceRecordings
from pages.ui.serving import addresses
from pages.ui.shared.clips import Clip
from pages.ui.video.clip_run import ClipRun, RunOptions
from posecore import BLAZEPOSE_33, HAND_21, HandSequence, HandSlot, PoseOptions, PoseSequence, save_sequence
from posecore.estimation.engines import EngineUsed
from posecore.export.saved import load_sequence
from posecore.media.films import FilmWriter

_SCRIPT = """
import { writeFileSync } from "node:fs";
import { savedResult } from "%s/pages/ui/js/device/saved_result.js";
const [path, names] = process.argv.slice(1);
const person = (id, value) => ({
  id,
  xy: Float32Array.from({ length: 66 }, (_, at) => value + at),
  z: new Float32Array(33).fill(-value),
  world: Float32Array.from({ length: 99 }, (_, at) => at / 100),
  visibility: new Float32Array(33).fill(0.5),
  presence: new Float32Array(33).fill(NaN),
});
const hand = (person, side, value) => ({
  person,
  side,
  xy: Float32Array.from({ length: 42 }, (_, at) => value + at),
  z: new Float32Array(21).fill(value),
  world: new Float32Array(63).fill(0.125),
  score: 1,
  right: 0.75,
});
const size = [640, 480];
const hands = [hand(2, "left", 100)];
const frames = [
  { number: 7, timeS: 4, size, people: [person(2, 100)], hands },
  { number: 8, timeS: 4.04, size, people: [], hands: null },
  {
    number: 9,
    timeS: 4.08,
    size: [480, 640],
    people: [person(1, 48), person(2, 96)],
    hands: [hand(1, "right", 48), ...hands],
  },
];
const facts = { source: "recording é.webm", options: { smoothing: true } };
writeFileSync(path, Buffer.from(await savedResult(frames, JSON.parse(names), 4, facts).arrayBuffer()));
"""
_ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def saved_by_script(tmp_path_factory) -> Path:
    node = shutil.which("node")
    if node is None:
        pytest.skip("Node.js, which runs the page's script here, is not installed")
    path = tmp_path_factory.mktemp("device") / "recording.posecore.npz"
    script = _SCRIPT % _ROOT.as_uri()
    names = {"landmarks": BLAZEPOSE_33.landmarks, "handLandmarks": HAND_21.landmarks}
    command = [node, "--input-type=module", "-e", script, str(path), json.dumps(names)]
    subprocess.run(command, check=True)
    return path


def test_the_script_saves_a_result_that_opens(saved_by_script):
    """Absent people are NaN, times begin at 0, and pixels of a turned phone are those of the first frame's size."""
    saved = load_sequence(saved_by_script)
    sequence = saved.sequence
    assert saved.facts["source"] == "recording é.webm"
    assert (sequence.size, sequence.person_ids.tolist(), sequence.fps) == ((640, 480), [1, 2], pytest.approx(25))
    np.testing.assert_allclose(sequence.times_s, [0, 0.04, 0.08])
    np.testing.assert_array_equal(sequence.seen, [[False, True], [False, False], [True, True]])
    np.testing.assert_allclose(sequence.xy[0, 1, 3], [106, 107])
    np.testing.assert_allclose(sequence.xy[2, 0, 3], [54 * 640 / 480, 55 * 480 / 640])
    np.testing.assert_allclose(sequence.z[2, :, 0], [-48 * 640 / 480, -96 * 640 / 480])
    np.testing.assert_allclose(sequence.world[2, 1, 5], [0.15, 0.16, 0.17])
    assert np.isnan(sequence.presence).all()


def test_hands_are_saved_beside_their_people(saved_by_script):
    hands = load_sequence(saved_by_script).hands
    assert hands.slots == (HandSlot(1, "right"), HandSlot(2, "left"))
    np.testing.assert_array_equal(hands.seen, [[False, True], [False, False], [True, True]])
    np.testing.assert_allclose(hands.xy[2, 0, 3], [54 * 640 / 480, 55 * 480 / 640])
    np.testing.assert_allclose(hands.z[2, 0], 48 * 640 / 480)
    assert (hands.world[0, 1, 20, 2], hands.score[0, 1], hands.right[2, 0]) == (0.125, 1, 0.75)


def test_other_programs_open_it_too(saved_by_script):
    with np.load(saved_by_script) as stored:
        assert stored["world"].shape == (3, 2, 33, 3)
        assert json.loads(stored["about.json"])["frames"] == 3


@pytest.fixture(scope="module")
def film(tmp_path_factory) -> Path:
    """A film of 20 frames, 10 a second."""
    path = tmp_path_factory.mktemp("film") / "film.mp4"
    with FilmWriter(path, (128, 96), fps_hint=10) as writer:
        for frame in range(20):
            writer.write(np.full((96, 128, 3), 10 * frame, np.uint8), frame / 10)
    return path


@pytest.fixture(scope="module")
def result(tmp_path_factory) -> Path:
    """One person in the film's frames, each landmark at the frame's number."""
    path = tmp_path_factory.mktemp("result") / "recording.posecore.npz"
    nobody = PoseSequence.empty(np.arange(20) / 10, [1], size=(64, 48), fps=10)
    numbers = np.broadcast_to(np.arange(20)[:, None, None, None], nobody.xy.shape)
    hands = HandSequence.empty(nobody.times_s, [HandSlot(1, "left")], size=nobody.size, fps=10)
    at_number = np.broadcast_to(np.arange(20)[:, None, None, None], hands.xy.shape)
    save_sequence(replace(nobody, xy=numbers), path, hands=replace(hands, xy=at_number))
    return path


@pytest.fixture(scope="module")
def url(serving):
    with serving(Starlette(routes=addresses.routes())) as there:
        yield there


def test_an_upload_is_taken_once(url, fetch, film, result):
    uploads = DeviceRecordings()
    where = f"{url}/{addresses.address(uploads.token)}"
    assert uploads.newest() is None
    assert fetch(f"{where}?part=film", film.read_bytes())[0] == 200
    assert uploads.newest() is None
    assert fetch(f"{where}?part=people", result.read_bytes())[0] == 200
    given = uploads.newest()
    assert given is not None
    assert given.film.suffix == ".mp4"
    assert given.film.read_bytes() == film.read_bytes()
    assert [file.name for file in given.folder.path.iterdir()] == [given.film.name]
    assert given.people.xy[5, 0, 3].tolist() == given.hands.xy[5, 0, 3].tolist() == [5, 5]
    assert uploads.newest() is None


def test_what_is_no_recording_is_refused_in_a_sentence(url, fetch, film, result, monkeypatch):
    uploads = DeviceRecordings()
    where = f"{url}/{addresses.address(uploads.token)}"
    for people, said in ((result.read_bytes(), b"did not arrive"), (b"PK garbage", b"did not arrive")):
        status, _, answer = fetch(f"{where}?part=people", people)
        assert (status, said in answer) == (400, True)
    fetch(f"{where}?part=film", film.read_bytes())
    status, _, answer = fetch(f"{where}?part=people", b"PK garbage")
    assert (status, b"is not a result" in answer) == (400, True)
    monkeypatch.setattr("pages.ui.live.device_recording.st.get_option", lambda _: 1)
    status, _, answer = fetch(f"{where}?part=film", bytes(1_000_001))
    assert (status, b"larger than the 1 MB" in answer) == (413, True)
    assert fetch(where)[0] == 404
    assert uploads.newest() is None


def test_the_player_gets_the_film_and_the_people_of_the_browser(film, result):
    """They are not looked for again, which would find nobody in these plain frames."""
    run = ClipRun(Clip("key", "recording.mp4", film))
    browser = EngineUsed("mediapipe", "MediaPipe 1.1.0 in the browser")
    saved = load_sequence(result)
    run.start_recorded(saved.sequence, RunOptions(PoseOptions(engine="mediapipe")), browser, saved.hands)
    assert run.state.done.wait(120)
    assert (run.state.error, run.was_live, run.found_by) == (None, True, browser)
    assert run.poses is not None
    assert (run.poses.size, len(run.poses)) == ((128, 96), 20)
    for found in (run.poses, run.hands):
        np.testing.assert_allclose(found.xy[:, 0, 7, 0], 2 * np.arange(20))
    assert run.film.is_file()
