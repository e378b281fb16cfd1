import html
import io
import os
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import InvalidOption, Smoothing, smooth_sequence
from posecore.export.bundle import write_bundle
from posecore.export.formats import FORMATS
from posecore.export.saved import load_sequence
from posecore.motion.trust import judge

FACTS = {"source": "walk.mp4", "frames": 40}


def names_in(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        assert archive.testzip() is None
        assert all(member.file_size > 0 for member in archive.infolist())
        return [member.filename for member in archive.infolist()]


def test_every_format_fits_in_one_zip(mover, tmp_path):
    path = tmp_path / "walk.zip"
    assert write_bundle(mover, path, FORMATS, stem="walk", facts=FACTS) == []
    expected = [
        f"walk/walk{'.Grace' if form.per_person else ''}{suffix}"
        for form in FORMATS.values()
        for suffix in (form.suffix, *form.beside)
    ]
    assert names_in(path) == [*expected, "walk/README.txt"]
    with zipfile.ZipFile(path) as archive:
        result = load_sequence(io.BytesIO(archive.read("walk/walk.posecore.npz")))
        readme = archive.read("walk/README.txt").decode()
        stored = {Path(m.filename).suffix for m in archive.infolist() if m.compress_type == zipfile.ZIP_STORED}
    np.testing.assert_array_equal(result.sequence.xy, mover.xy)
    assert stored == {".mp4", ".gif", ".npz", ".parquet", ".nc"}
    for form in FORMATS.values():
        assert form.title in readme
    for name in expected:
        assert f"\n{name.removeprefix('walk/')}\n" in readme
    assert list(tmp_path.iterdir()) == [path]


def test_a_result_and_a_report_in_a_zip_go_back_to_the_raw_landmarks(mover, tmp_path):
    jumpy = replace(mover, xy=mover.xy + np.where(np.arange(40) % 4 == 0, 900, 0)[:, None, None, None])
    path, smooth = tmp_path / "walk.zip", smooth_sequence(jumpy, Smoothing(cutoff_hz=1))
    facts = {"smoothing_afterwards": Smoothing(cutoff_hz=1).as_dict()}
    assert write_bundle(smooth, path, ["html", "result"], stem="walk", facts=facts, raw=jumpy) == []
    result = load_sequence(path)
    np.testing.assert_array_equal(result.sequence.xy, smooth.xy)
    np.testing.assert_array_equal(result.raw.xy, jumpy.xy)
    verdicts = [judge(sequence)[0].verdict for sequence in (jumpy, smooth)]
    with zipfile.ZipFile(path) as archive:
        report = html.unescape(archive.read("walk/walk.report.html").decode())
    assert verdicts[0] in report
    assert verdicts[0] != verdicts[1]
    assert "which hides swaps and jumps" not in report


@pytest.mark.parametrize("name", ["../../x", "CON", "a/b\\c", "x" * 5000, "Žofie 走", "half \ud800", "\x1b[31m", ""])
def test_hostile_names_become_safe(mover, name, tmp_path):
    path = tmp_path / "x.zip"
    assert write_bundle(mover.at(slice(8)).named({3: name, 7: name}), path, ["trc", "csv"], stem=name) == []
    for member in names_in(path):
        folder, file = member.split("/")
        for part in (folder, file):
            assert not set(part) & set('<>:"\\|?*\x1b')
            assert part.strip(". ") == part
            assert len(part.encode()) <= 255
            assert part.split(".")[0].upper() != "CON"
    with zipfile.ZipFile(path) as archive:
        archive.extractall(tmp_path / "out")
    assert len(list((tmp_path / "out").glob("*/*"))) == 3


def test_a_format_that_fails_is_reported_and_the_rest_is_written(mover, tmp_path):
    path = tmp_path / "walk.zip"
    notes = write_bundle(mover.only([7]), path, ["trc", "csv", "manifest"], stem="walk")
    assert [note.split(":")[0] for note in notes] == ["Markers (TRC)", "How it was made (JSON)"]
    assert names_in(path) == ["walk/walk.landmarks.csv", "walk/README.txt", "walk/not-made.txt"]
    with zipfile.ZipFile(path) as archive:
        told = " ".join(archive.read("walk/not-made.txt").decode().split())
        assert all(note in told for note in notes)
        assert "not-made.txt" in archive.read("walk/README.txt").decode()


def test_existing_files_can_be_added(mover, tmp_path):
    film, old = tmp_path / "f", tmp_path / "o"
    film.write_bytes(b"film")
    old.write_bytes(b"old")
    os.utime(old, (0, 0))  # 1970, a date that a zip cannot hold
    path = tmp_path / "walk.zip"
    extra = {"walk.annotated.mp4": film, "../o.txt": old, "x" * 150 + ".mp4": film}
    assert write_bundle(mover, path, [], stem="walk", extra=extra) == []
    assert names_in(path) == [
        "walk/walk.annotated.mp4",
        "walk/o.txt",
        f"walk/{'x' * 150}.mp4",
        "walk/README.txt",
    ]
    assert film.read_bytes() == b"film"


def test_two_files_with_the_same_name_are_refused(mover, tmp_path):
    with pytest.raises(InvalidOption, match=r"two called WALK\.landmarks\.csv"):
        write_bundle(mover, tmp_path / "x.zip", ["csv"], stem="walk", extra={"WALK.landmarks.csv": tmp_path})
    assert list(tmp_path.iterdir()) == []


def test_progress_is_reported_and_can_stop_the_export(mover, tmp_path):
    told = []
    path = tmp_path / "walk.zip"
    write_bundle(mover, path, ["csv", "trc"], stem="walk", on_progress=lambda *told_of: told.append(told_of))
    assert told == [(0, 2, "Table (CSV)"), (1, 2, "Markers (TRC), Grace"), (2, 2, "Zip")]
    before = path.read_bytes()
    for last in range(2):
        notes = write_bundle(mover, path, ["csv"], stem="walk", on_progress=lambda done, _, __, at=last: done < at)
        assert notes == []
        assert path.read_bytes() == before
        assert list(tmp_path.iterdir()) == [path]


class _LeftThePageError(BaseException):
    """Like the exception with which Streamlit ends the run of a page."""


@pytest.mark.parametrize("error", [_LeftThePageError, KeyboardInterrupt, OSError])
def test_an_error_leaves_no_file(mover, error, tmp_path):
    def fail(done, total, title):
        if done == 1:
            raise error

    with pytest.raises(error):
        write_bundle(mover, tmp_path / "x.zip", ["csv", "json"], stem="walk", on_progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_missing_extra_file_is_an_os_error(mover, tmp_path):
    with pytest.raises(FileNotFoundError):
        write_bundle(mover, tmp_path / "x.zip", [], stem="walk", extra={"film.mp4": tmp_path / "gone"})
    assert list(tmp_path.iterdir()) == []
