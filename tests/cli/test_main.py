"""The command line, run as a new user would."""

import csv
import hashlib
import itertools
import json
import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from posecore.cli.main import main
from posecore.export.saved import load_sequence
from posecore.limits import Limits
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.pictures import decode_picture
from posecore.media.samples import sample_picture
from posecore.motion.smoothing import Smoothing
from posecore.pipeline import draw_video
from posecore.view.overlays.puppet_svg import TEMPLATE

ROOT = Path(__file__).resolve().parents[2]


def run(*arguments, **options) -> subprocess.CompletedProcess:
    """Run the command line in a process of its own; ``ask`` does it in this one, without a start of 2 s."""
    command = [sys.executable, "-m", "posecore", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False, **options)


@pytest.fixture(scope="module")
def short_clip(small_sample, tmp_path_factory) -> Path:
    """The first second of the sample video."""
    target = tmp_path_factory.mktemp("clip") / "walk.mp4"
    with open_clip(small_sample) as clip, FilmWriter(target, (884, 496), fps_hint=30) as film:
        for frame in itertools.islice(clip, 30):
            film.write(frame.rgb, frame.time_s)
    return target


@pytest.fixture
def ask(capsys) -> Iterator[Callable[..., tuple[int, str, str]]]:
    """Run the command line in this process; returns its exit code, output and errors."""

    def answer(*arguments) -> tuple[int, str, str]:
        code = main(list(map(str, arguments)))
        return code, *capsys.readouterr()

    handler = signal.getsignal(signal.SIGTERM)
    yield answer
    signal.signal(signal.SIGTERM, handler)


def test_every_command_has_help(ask):
    for command in ([], ["image"], ["video"], ["export"]):
        code, output, errors = ask(*command, "--help")
        assert (code, errors) == (0, "")
        assert "--out" in output


def test_the_thorough_search_finds_all_three(shared_data, ask, tmp_path):
    picture = shared_data / "people" / "three_people.jpg"
    thorough = ("--people", "20", "--search", "thorough", "--camera-axes", "60")
    code, output, errors = ask("image", picture, "--out", tmp_path, *thorough)
    assert (code, errors) == (0, "")
    assert "3 people" in output
    assert "Metres are in the camera's axes, for a field of view of 60.0 degrees." in output


def test_a_photo_gives_an_annotated_photo_and_a_table(ask, tmp_path):
    code, output, errors = ask("image", sample_picture().path, "--out", tmp_path / "new" / "folder")
    assert (code, errors) == (0, "")
    assert "grace_hopper.jpg: 1 person" in output
    out = tmp_path / "new" / "folder"
    assert sorted(path.name for path in out.iterdir()) == ["grace_hopper.annotated.png", "grace_hopper.landmarks.csv"]
    assert decode_picture(out / "grace_hopper.annotated.png").shape == (600, 512, 3)
    with (out / "grace_hopper.landmarks.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 33
    assert rows[0]["landmark"] == "nose"
    assert float(rows[0]["x_px"]) == pytest.approx(float(rows[0]["x"]) * 512, abs=0.01)


def test_the_engine_can_be_chosen_and_is_reported(ask, tmp_path):
    code, output, errors = ask("image", sample_picture().path, "--out", tmp_path, "--engine", "mediapipe", "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["done"][0]["engine"]["library"].startswith("MediaPipe Tasks 1.")


def test_mediapipe_takes_over_if_the_fast_engine_does_not_load_and_one_line_says_so(tmp_path):
    broken = tmp_path / "broken" / "openvino"
    broken.mkdir(parents=True)
    (broken / "__init__.py").write_text("raise ImportError('libopenvino.so: built for another processor')")
    environment = os.environ | {"PYTHONPATH": str(broken.parent)}
    done = run("image", sample_picture().path, "--out", tmp_path / "out", env=environment)
    assert done.returncode == 0
    assert "grace_hopper.jpg: 1 person" in done.stdout
    [line] = done.stderr.splitlines()
    assert "built for another processor" in line
    assert "MediaPipe Tasks" in line


def test_one_bad_photo_does_not_stop_the_others(ask, tmp_path):
    bad = tmp_path / "bad.jpg"
    bad.write_bytes(b"nothing")
    code, output, errors = ask("image", bad, sample_picture().path, "--out", tmp_path / "out", "--json")
    assert code == 2
    assert errors.count("\n") == 1
    assert "bad.jpg" in errors
    report = json.loads(output)
    assert [entry["people"] for entry in report["done"]] == [1]
    assert [Path(entry["source"]).name for entry in report["failed"]] == ["bad.jpg"]
    assert all(Path(path).is_file() for path in report["done"][0]["outputs"])


def test_notes_on_a_photo_are_printed_and_reported(ask, tmp_path):
    empty = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    empty[0].save(tmp_path / "dance.gif", save_all=True, append_images=empty[1:])
    arguments = ("image", tmp_path / "dance.gif", "--out", tmp_path)
    notes = [
        "dance.gif is animated: only its first frame was used. Open it as a video to analyse all of them.",
        "People are found by their heads: a body whose head is not in view is rarely found.",
    ]
    code, output, errors = ask(*arguments)
    assert (code, errors) == (0, "")
    assert output.splitlines()[1:] == notes
    code, output, errors = ask(*arguments, "--json")
    assert (code, errors) == (0, "")
    assert json.loads(output)["done"][0]["notes"] == notes


def test_a_video_gives_an_annotated_video_a_table_and_a_manifest(short_clip, ask, tmp_path):
    code, _, errors = ask("video", short_clip, "--out", tmp_path)
    assert (code, errors) == (0, "")
    names = ["walk.annotated.mp4", "walk.landmarks.csv", "walk.manifest.json", "walk.posecore.npz"]
    assert sorted(path.name for path in tmp_path.iterdir()) == names
    manifest = json.loads((tmp_path / "walk.manifest.json").read_text())
    assert manifest["model"]["registered_name"] == "full"
    assert manifest["model"]["sha256"].startswith("4eaa5eb7")
    assert manifest["engine"]["name"] == "fast"
    assert manifest["options"]["people"] == 1
    assert manifest["frames"] == 30
    assert manifest["frames_with_a_person"] >= 20
    assert manifest["size_px"] == {"width": 884, "height": 496}
    assert manifest["fps"] == 30
    assert manifest["versions"]["mediapipe"]
    assert manifest["source_sha256"] == hashlib.sha256(short_clip.read_bytes()).hexdigest()
    saved = load_sequence(tmp_path / "walk.posecore.npz")
    assert (len(saved.sequence), saved.facts) == (30, manifest)
    with av.open(str(tmp_path / "walk.annotated.mp4")) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name, stream.codec_context.pix_fmt) == ("h264", "yuv420p")
        assert sum(1 for _ in film.decode(video=0)) == 30


def test_no_film_writes_only_data_files(short_clip, ask, tmp_path):
    code, output, _ = ask("video", short_clip, "--out", tmp_path, "--no-film", "--json")
    assert code == 0
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json", ".npz"]
    [entry] = json.loads(output)["done"]
    assert entry["manifest"]["frames"] == 30


def test_an_overlay_is_in_the_video_by_itself_and_in_the_manifest(short_clip, ask, tmp_path):
    arguments = ("video", short_clip, "--out", tmp_path, "--workers", "1", "--end", "0.2", "--overlay", "hat")
    code, _, errors = ask(*arguments, "--overlay-alone", "--overlay-pictures")
    assert (code, errors) == (0, "")
    with zipfile.ZipFile(tmp_path / "walk.overlay.zip") as archive:
        assert len(archive.namelist()) == 6 + 1
    assert json.loads((tmp_path / "walk.manifest.json").read_text())["overlay"] == ["hat"]
    for suffix, pixels in (("annotated.mp4", "yuv420p"), ("overlay.webm", "yuv420p")):  # alpha is a stream beside it
        with av.open(str(tmp_path / f"walk.{suffix}")) as film:
            assert film.streams.video[0].codec_context.pix_fmt == pixels
            assert sum(1 for _ in film.decode(video=0)) == 6
    code, _, errors = ask(*arguments, "--overlay", "crown")
    assert code == 0
    assert "walk_2" in errors, "another overlay is another result"
    for option in ("--overlay-alone", "--overlay-pictures"):
        code, _, errors = ask("video", short_clip, "--out", tmp_path, option)
        assert (code, len(errors.splitlines())) == (2, 1)
        assert f"{option}, but got none. Add --overlay, such as --overlay hat" in errors


def test_an_annotated_video_shows_the_solid_body(short_clip, tmp_path, ask):
    code, _, errors = ask("video", short_clip, "--out", tmp_path, "--workers", "1", "--end", "0.2", "--body", "solid")
    assert code == 0, errors
    saved = load_sequence(tmp_path / "walk.posecore.npz")
    assert saved.smoothing == Smoothing("solid")
    assert any("60 degrees is assumed" in note for note in saved.facts["notes"])
    again = tmp_path / "again.mp4"
    draw_video(short_clip, saved.sequence, again, part=ClipOptions(end_s=0.2))
    films = []
    for path in (tmp_path / "walk.annotated.mp4", again):
        with open_clip(path) as clip:
            films.append(np.array([frame.rgb for frame in clip], int))
    assert len(films[0]) == len(saved.sequence)
    assert np.abs(films[0] - films[1]).max() < 10  # drawn lines are 100 and more away from what is behind


def test_an_overlay_that_is_too_large_does_not_spoil_the_rest(short_clip, ask, tmp_path, monkeypatch):
    monkeypatch.setattr("posecore.export.overlay_file.LIMITS", Limits(overlay_megabytes=0))
    arguments = (
        "video",
        short_clip,
        "--out",
        tmp_path,
        "--workers",
        "1",
        "--end",
        "0.2",
        "--no-film",
        "--overlay",
        "hat",
    )
    code, _, errors = ask(*arguments, "--overlay-pictures")
    assert (code, "more than 0 MB" in errors) == (2, True)
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".csv", ".json", ".npz"]


def test_a_picture_of_ones_own_is_drawn_on_markers(short_clip, ask, tmp_path):
    wall, logo, out = tmp_path / "wall.png", tmp_path / "logo.png", tmp_path / "out"
    tag = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), 3, 120)
    cv2.imwrite(str(wall), cv2.copyMakeBorder(tag, 100, 100, 100, 100, cv2.BORDER_CONSTANT, value=255))
    cv2.imwrite(str(logo), np.full((40, 40, 3), (0, 0, 255), np.uint8))
    code, _, errors = ask("image", wall, "--out", out, "--picture", logo, "--anchor", "marker")
    assert code == 0, errors
    assert cv2.imread(str(out / "wall.annotated.png"))[160, 160].tolist() == [0, 0, 255]
    arguments = ("video", short_clip, "--out", out, "--workers", "1", "--end", "0.2", "--picture", logo)
    code, _, errors = ask(*arguments, "--anchor", "torso", "--overlay-alone")
    assert (code, errors) == (0, "")
    of_picture = json.loads((out / "walk.manifest.json").read_text())["overlay_picture"]
    assert (of_picture["file"], of_picture["anchor"]) == ("logo.png", "torso")
    code, _, errors = ask(*arguments, "--anchor", "marker", "--overlay-alone")
    assert (code, len(errors.splitlines())) == (2, 1)
    assert "markers" in errors
    logo.write_bytes(b"<svg><script>alert(1)</script></svg>")
    code, _, errors = ask("image", wall, "--out", out, "--picture", logo)
    assert code != 0
    assert "logo.png is not a picture" in errors


def test_a_ghost_is_named_or_a_photo(short_clip, ask, tmp_path):
    arguments = ("video", short_clip, "--out", tmp_path, "--workers", "1", "--end", "0.1", "--ghost")
    code, _, errors = ask(*arguments, "tree")
    assert (code, errors) == (0, "")
    assert json.loads((tmp_path / "walk.manifest.json").read_text())["ghost"] == "tree"
    code, _, errors = ask(*arguments, "moonwalk")
    assert (code, len(errors.splitlines())) == (2, 1)
    assert "'moonwalk'" in errors
    code, _, errors = ask("image", sample_picture().path, "--out", tmp_path, "--ghost", sample_picture().path)
    assert code != 0
    assert "shoulders and hips" in errors


def test_a_puppet_of_ones_own_is_drawn_or_refused_with_a_sentence(short_clip, ask, tmp_path):
    puppet, out = tmp_path / "mine.svg", tmp_path / "out"
    puppet.write_bytes(TEMPLATE.read_bytes())
    arguments = ("video", short_clip, "--out", out, "--workers", "1", "--end", "0.1", "--puppet", puppet)
    code, _, errors = ask(*arguments)
    assert (code, errors) == (0, "")
    manifest = json.loads((out / "walk.manifest.json").read_text())
    assert (manifest["overlay"], manifest["puppet"]["file"]) == (["puppet"], "mine.svg")
    puppet.write_bytes(b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    code, _, errors = ask(*arguments)
    assert (code, len(errors.splitlines())) == (2, 1)
    assert "mine.svg is not used as a puppet. It has an element <script>" in errors


def test_a_picture_of_ones_own_is_behind_people(ask, tmp_path):
    beach, out = tmp_path / "beach.png", tmp_path / "out"
    cv2.imwrite(str(beach), np.full((30, 50, 3), (200, 90, 10), np.uint8))
    photo = sample_picture().path
    code, _, errors = ask("image", photo, "--out", out, "--background", beach)
    assert (code, errors) == (0, "")
    assert cv2.imread(str(out / f"{photo.stem}.annotated.png"))[3, 3].tolist() == [200, 90, 10]
    code, _, errors = ask("image", photo, "--out", out, "--background", "space")
    assert (code, len(errors.splitlines())) == (2, 1)
    assert "'space'" in errors
    beach.write_bytes(b"no picture")
    code, _, errors = ask("image", photo, "--out", out, "--background", beach)
    assert code != 0
    assert "beach.png is not a photo" in errors


def test_smoothing_during_the_run_can_be_switched_off(short_clip, ask, tmp_path):
    for name, options in (("smooth", ()), ("raw", ("--no-smoothing",))):
        code, _, errors = ask("video", short_clip, "--out", tmp_path / name, "--end", "0.3", "--no-film", *options)
        assert (code, errors) == (0, "")
    smooth, raw = (load_sequence(tmp_path / name / "walk.posecore.npz") for name in ("smooth", "raw"))
    assert raw.facts["smoothing"] == "none while estimating"
    assert "One-Euro" in smooth.facts["smoothing"]
    jitter = [np.nanmean(np.abs(np.diff(saved.sequence.world, n=2, axis=0))) for saved in (smooth, raw)]
    assert jitter[0] < jitter[1]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["image", "absent.jpg", "--out", "OUT"], "absent.jpg"),
        (["video", "absent.mp4", "--out", "OUT"], "absent.mp4"),
        (["video", __file__, "--out", "OUT"], "test_main.py"),
        (
            ["image", sample_picture().path, "--out", "OUT", "--people", "0"],
            "'people' to be a whole number from 1 to 20, but got 0",
        ),
        (
            ["image", sample_picture().path, "--out", "OUT", "--people", "two"],
            "'two' is not a valid integer",
        ),
        (["image", sample_picture().path, "--out", "OUT", "--model", "best"], "best"),
        (["image", sample_picture().path, "--out", "OUT", "--model", "absent.task"], "absent.task"),
        (["image", sample_picture().path, "--out", __file__], "Nothing can be written to"),
        (["image", sample_picture().path], "--out"),
        (["image", "x.jpg", "--out", "OUT", "--search", "far"], "'far' is not one of 'fast', 'thorough'"),
        (["picture", "x.jpg"], "image | video | batch | hands | export"),
        ([], "image | video | batch | hands | export"),
    ],
)
def test_bad_input_gives_one_line_and_leaves_no_files(arguments, message, ask, tmp_path):
    code, output, errors = ask(*(tmp_path / "out" if word == "OUT" else word for word in arguments))
    assert (code, output) == (2, "")
    assert errors.count("\n") == 1, errors
    assert message in errors
    assert not (tmp_path / "out").exists() or list((tmp_path / "out").iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="process limits are set the Unix way")
def test_a_full_disk_is_reported_and_leaves_no_files(ask, tmp_path):
    """A limit to the size of files stands in for a full disk."""
    import resource

    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, limits[1]))
    try:
        code, _, errors = ask("image", sample_picture().path, "--out", tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert code == 1
    assert "could not be written" in errors
    assert errors.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_run_leaves_no_files(number, code, small_sample, tmp_path):
    command = [sys.executable, "-m", "posecore", "video", str(small_sample), "--out", str(tmp_path)]
    process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    until = time.monotonic() + 120
    while not list(tmp_path.glob(".part-*/*")) and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, number)
    _, errors = process.communicate(timeout=120)
    assert process.returncode == code
    assert "Traceback" not in errors
    assert list(tmp_path.iterdir()) == []
