"""Outputs of a second run: a name that belongs to another result is left to it."""

import errno
import hashlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore import PoseSequence
from posecore.cli.main import main
from posecore.export import coco_file, json_file
from posecore.export.saved import load_sequence, save_sequence
from posecore.media import pictures
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_picture


@pytest.fixture
def out(tmp_path) -> Path:
    return tmp_path / "out"


@pytest.fixture
def run(out, capsys) -> Callable[..., tuple[int, str]]:
    """Run a command that writes to ``out``; returns its exit code and errors."""

    def call(*arguments: object) -> tuple[int, str]:
        code = main([*map(str, arguments), "--out", str(out)])
        return code, capsys.readouterr().err

    return call


def digests(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def photo(path: Path, *, mirrored: bool = False) -> Path:
    with Image.open(sample_picture().path) as image:
        (image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image).save(path)
    return path


def clip(path: Path, picture: np.ndarray, frames: int = 3) -> Path:
    height, width = picture.shape[:2]
    made = path.with_name("made.mp4")
    with FilmWriter(made, (width, height), fps_hint=25) as film:
        for index in range(frames):
            film.write(np.roll(picture, 5 * (index % 2), axis=1), index / 25)
    return made.rename(path)


def test_results_of_files_that_differ_only_in_their_ending_are_kept_apart(run, out, portrait, tmp_path):
    mp4 = clip(tmp_path / "clash.mp4", portrait)
    mov = clip(tmp_path / "clash.mov", np.ascontiguousarray(portrait[:, ::-1]))
    assert run("video", mp4) == (0, "")
    first = digests(out)
    code, said = run("video", mov)
    assert code == 0
    assert said == (
        f"{out} has another result called clash, of another file or with other options. This one is called clash_2; "
        "--overwrite replaces the other.\n"
    )
    assert digests(out).items() > first.items()
    saved = [load_sequence(out / f"{stem}.posecore.npz").facts["source"] for stem in ("clash", "clash_2")]
    assert saved == ["clash.mp4", "clash.mov"]
    code, said = run("image", photo(tmp_path / "clash.jpg"))
    assert (code, "This one is called clash_3" in said) == (0, True)
    assert digests(out).items() > first.items()
    names = {f"clash{number}.{ending}" for number in ("", "_2") for ending in ENDINGS_OF_VIDEO}
    assert set(digests(out)) == names | {"clash_3.annotated.png", "clash_3.landmarks.csv"}
    assert run("video", mov, "--overwrite") == (0, "")
    assert load_sequence(out / "clash.posecore.npz").facts["source"] == "clash.mov"


ENDINGS_OF_VIDEO = ("annotated.mp4", "landmarks.csv", "manifest.json", "posecore.npz")


def test_the_same_run_again_replaces_its_result(run, out, portrait, tmp_path):
    for command, file in (("video", clip(tmp_path / "walk.mp4", portrait)), ("image", photo(tmp_path / "me.png"))):
        assert run(command, file) == (0, "")
        names = set(digests(out))
        assert run(command, file) == (0, "")
        assert set(digests(out)) == names
        code, said = run(command, file, "--people", "2", "--background", "plain")
        assert (code, "_2; --overwrite replaces" in said) == (0, True)


def test_photos_of_one_name_in_two_runs_are_kept_apart(run, out, tmp_path):
    assert run("image", photo(tmp_path / "me.jpg")) == (0, "")
    first = digests(out)
    code, said = run("image", photo(tmp_path / "me.png", mirrored=True))
    assert (code, "This one is called me_2" in said) == (0, True)
    assert digests(out).items() > first.items()


def test_photos_of_one_name_in_one_run_are_kept_apart(run, out, tmp_path):
    jpg, png = photo(tmp_path / "me.jpg"), photo(tmp_path / "me.png", mirrored=True)
    for _ in range(2):
        code, said = run("image", jpg, png, jpg, "--overwrite")
        assert (code, said) == (
            0,
            f"{out} has another result called me, of another file or with other options. This one is called me_2.\n",
        )
        assert set(digests(out)) == {f"me{end}" for end in PHOTO_ENDINGS} | {f"me_2{end}" for end in PHOTO_ENDINGS}


PHOTO_ENDINGS = (".annotated.png", ".landmarks.csv")


def test_an_export_with_other_options_is_kept_apart(run, out, portrait, tmp_path):
    assert run("video", clip(tmp_path / "walk.mp4", portrait, 12), "--no-film")[0] == 0
    saved = out / "walk.posecore.npz"
    assert run("export", saved, "--to", "csv,json,manifest") == (0, "")
    assert run("export", saved, "--to", "csv,json,bundle") == (0, "")
    first = digests(out)
    options = ("--smoothing", "butterworth", "--fill-gaps", "1")
    code, said = run("export", saved, "--to", "csv,parquet", *options)
    assert (code, "This one is called walk_2" in said) == (0, True)
    assert digests(out).items() > first.items()
    assert set(digests(out)) - set(first) == {"walk_2.landmarks.csv", "walk_2.landmarks.parquet"}
    code, said = run("export", saved, "--to", "csv,bundle", "--people", "1")
    assert (code, "This one is called walk_2" in said, (out / "walk_2.zip").exists()) == (0, True, True)
    assert run("export", saved, "--to", "csv", *options, "--overwrite") == (0, "")
    assert digests(out)["walk.landmarks.csv"] == digests(out)["walk_2.landmarks.csv"]


def test_long_names_are_shortened_and_still_kept_apart(run, out, tmp_path):
    files = [photo(tmp_path / f"{'x' * 245}{end}.png", mirrored=end == "b") for end in "ab"]
    code, said = run("image", *files, "--overwrite")
    assert (code, said.count("\n")) == (0, 1)
    stems = ["x" * 140, "x" * 140 + "_2"]
    assert set(digests(out)) == {f"{stem}.{end}" for stem in stems for end in ("annotated.png", "landmarks.csv")}


def test_one_photo_that_cannot_be_processed_or_written_does_not_stop_the_others(run, out, tmp_path, monkeypatch):
    files = [photo(tmp_path / f"{name}.png") for name in "abcd"]
    failures = iter([ZeroDivisionError("nobody foresaw this"), MemoryError(), OSError(errno.ENOSPC, "No space"), None])

    def encode(rgb):
        if failure := next(failures):
            raise failure
        return b"a photo"

    monkeypatch.setattr(pictures, "encode_png", encode)
    code, said = run("image", *files)
    assert code == 1
    assert said.splitlines() == [
        "a.png could not be processed: ZeroDivisionError: nobody foresaw this.",
        "b.png could not be processed: MemoryError.",
        "The outputs of c.png could not be written; partial files have been removed: [Errno 28] No space.",
    ]
    assert set(digests(out)) == {"d.annotated.png", "d.landmarks.csv"}


def test_one_format_that_cannot_be_written_does_not_stop_the_others(run, out, portrait_poses, tmp_path, monkeypatch):
    sequence = PoseSequence.from_frames([portrait_poses], size=portrait_poses.size, fps=25)
    save_sequence(sequence, tmp_path / "me.posecore.npz")

    def fail(*_, **__):
        raise OSError(errno.ENOSPC, "No space")

    monkeypatch.setattr(json_file, "write_json", fail)
    monkeypatch.setattr(coco_file, "write_coco_results", lambda *_, **__: 1 / 0)
    code, said = run("export", tmp_path / "me.posecore.npz", "--to", "all")
    assert code == 1
    assert "me.landmarks.json could not be written: [Errno 28] No space." in said
    assert "COCO keypoints, 17 (JSON) could not be processed: ZeroDivisionError: division by zero." in said
    assert {"me.landmarks.csv", "me.report.html"} <= set(digests(out))
