"""A failing print is no failed write: consoles without some letters, closed pipes and full disks."""

import io
import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from posecore.cli.console import NotWritten, Report, process_each
from posecore.cli.main import main
from posecore.errors import EngineUnavailable, UnreadableMedia
from posecore.media.samples import sample_picture

ROOT = Path(__file__).resolve().parents[2]
FULL = Path("/dev/full")

needs_full = pytest.mark.skipif(not FULL.exists(), reason="needs /dev/full, a disk without space")


def console(raw: io.RawIOBase, encoding: str = "utf-8") -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BufferedWriter(raw), encoding=encoding)


def closed_pipe() -> io.RawIOBase:
    reader, writer = os.pipe()
    os.close(reader)
    return io.FileIO(writer, "w")


@pytest.fixture
def photos(tmp_path) -> list[Path]:
    """Two photos, and between them a file that is none; their names are in no Windows code page."""
    folder = tmp_path / "photos"
    folder.mkdir()
    names = ["写真.jpg", "нет.jpg", "\U0001f3c3.jpg"]
    if sys.platform == "linux":
        names[0] = os.fsdecode(b"photo\xff.jpg")  # no text in any encoding
    for name, content in zip(
        names, (sample_picture().path.read_bytes(), b"", sample_picture().path.read_bytes()), strict=True
    ):
        (folder / name).write_bytes(content)
    return [folder / name for name in names]


@pytest.fixture
def run_image(photos, tmp_path, capsys) -> Callable[..., tuple[int, str]]:
    """Run the image command on the photos; returns its exit code and errors after checking that all is written."""

    def run(*options: str) -> tuple[int, str]:
        out = tmp_path / "out"
        code = main(["image", *map(str, photos), "--out", str(out), *options])
        assert len(list(out.glob("*.annotated.png"))) == len(list(out.glob("*.landmarks.csv"))) == 2
        return code, capsys.readouterr().err

    return run


@pytest.mark.parametrize("encoding", ["cp1252", "ascii", "utf-8"])
def test_names_that_the_console_cannot_show_are_printed_all_the_same(encoding, run_image, monkeypatch):
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding=encoding))
    code, errors = run_image()
    assert (code, errors) == (2, "нет.jpg is empty (0 bytes).\n")
    lines = output.getvalue().decode(encoding).splitlines()
    assert [": 1 person. Wrote " in line for line in lines] == [True, True]


def test_json_of_any_name_is_read_back(run_image, photos, monkeypatch):
    output = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(output, encoding="cp1252"))
    code, _ = run_image("--json")
    report = json.loads(output.getvalue())
    assert code == 2
    assert [Path(entry["source"]) for entry in (*report["done"], *report["failed"])] == [photos[i] for i in (0, 2, 1)]
    assert all(Path(path).is_file() for entry in report["done"] for path in entry["outputs"])


def test_a_reader_that_has_left_does_not_stop_the_rest(run_image, monkeypatch):
    monkeypatch.setattr(sys, "stdout", console(closed_pipe()))
    assert run_image() == (2, "нет.jpg is empty (0 bytes).\n")
    sys.stdout.close()  # nothing is left in its buffer to fail


@needs_full
@pytest.mark.parametrize(("options", "code"), [([], 2), (["--json"], 1)])
def test_what_cannot_be_printed_is_said_once_and_no_failed_write(options, code, run_image, monkeypatch):
    monkeypatch.setattr(sys, "stdout", console(io.FileIO(FULL, "w")))
    ended, errors = run_image(*options)
    assert ended == code
    [said] = [line for line in errors.splitlines() if "нет.jpg" not in line]
    assert said == (
        "The results are complete, but not all that is said of them could be printed: No space left on device."
    )
    sys.stdout.close()


def test_complaints_that_nobody_reads_do_not_stop_the_rest(run_image, monkeypatch):
    monkeypatch.setattr(sys, "stderr", console(closed_pipe()))
    assert run_image() == (2, "")


def test_the_program_can_be_started_without_output_and_errors(run_image, monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", None)
    assert run_image("--json") == (2, "")


@needs_full
def test_help_that_cannot_be_printed_ends_in_one_line():
    command = [sys.executable, "-m", "posecore", "--help"]
    with FULL.open("w") as full:
        done = subprocess.run(command, cwd=ROOT, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (1, 1)
    assert "No space left on device" in done.stderr
    assert "written" not in done.stderr
    with console(closed_pipe()) as pipe:
        done = subprocess.run(command, cwd=ROOT, stdout=pipe, stderr=subprocess.PIPE, text=True, check=False)
    assert done.stderr == ""


def test_each_file_is_processed_once_and_what_is_about_one_file_stops_no_other(capsys):
    seen = []

    def process(file: Path) -> None:
        seen.append(file.name)
        if file.name in errors:
            raise errors[file.name]

    errors = {"bad": UnreadableMedia("It is bad."), "odd": ZeroDivisionError("of nothing"), "full": NotWritten("Full.")}
    report = Report(as_json=False)
    process_each([Path(name) for name in ("bad", "odd", "good", "bad", "full")], report, process)
    assert seen == ["bad", "odd", "good", "full"]
    assert [each["error"] for each in report.failed] == [
        "It is bad.",
        "odd could not be processed: ZeroDivisionError: of nothing.",
        "Full.",
    ]
    assert capsys.readouterr().err.splitlines() == [each["error"] for each in report.failed]
    errors["good"] = EngineUnavailable("No engine.")
    with pytest.raises(EngineUnavailable):
        process_each([Path("good"), Path("other")], report, process)
    assert seen[-1] == "good"
