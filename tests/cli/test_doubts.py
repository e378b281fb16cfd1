"""``posecore doubts`` from its options to its files, on real photos."""

import csv
import json
import zipfile

import cv2
import pytest

from posecore.cli.main import main
from posecore.evaluation import run
from posecore.media.pictures import encode_png
from posecore.media.samples import sample_picture


@pytest.fixture(scope="module")
def photos(tmp_path_factory, portrait):
    """A zip of the sample photo, of one in which hardly anything can be seen, and of one without anybody."""
    path = tmp_path_factory.mktemp("given") / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(sample_picture().path, "clear.jpg")
        archive.writestr("=blurred.png", encode_png(cv2.GaussianBlur(portrait, (0, 0), 20)))
        archive.writestr("<b>wall.png", encode_png(portrait[:60, :80]))
        archive.writestr("broken.png", b"no photo")
    return path


@pytest.fixture(scope="module")
def finished(photos, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "doubts"
    assert (
        main(["doubts", "--images", str(photos), "--people", "2", "--looks", "turned,mirrored", "--out", str(out)]) == 0
    )
    return out


def test_the_most_doubtful_photos_come_first(finished):
    written = json.loads((finished / "doubts.json").read_text())
    assert [photo["photo"] for photo in written["photos"]] == ["<b>wall.png", "=blurred.png", "clear.jpg"]
    assert written["looks"] == ["mirrored", "turned"]
    wall, blurred, clear = written["photos"]
    assert (wall["doubt"], wall["people"], wall["reasons"]) == (
        1,
        [],
        ["Nobody was found, and no other look finds anyone."],
    )
    assert blurred["doubt"] > clear["doubt"]
    assert set(clear["people"][0]["apart"]) == {"mirrored", "turned"}
    assert clear["people"][0]["apart"]["turned"]["left_shoulder"] < 0.1
    assert [problem["entry"] for problem in written["problems"]] == ["broken.png"]


def test_the_table_has_a_row_for_each_person(finished):
    rows = list(csv.DictReader((finished / "doubts.csv").open(encoding="utf-8", newline="")))
    assert [(row["place"], row["photo"], row["person"]) for row in rows] == [
        ("1", "<b>wall.png", ""),
        ("2", "'=blurred.png", "1"),  # no formula for a spreadsheet
        ("3", "clear.jpg", "1"),
    ]
    assert float(rows[2]["left_shoulder_apart"]) < 0.1
    assert rows[0]["left_shoulder_apart"] == ""


def test_the_page_shows_each_photo_and_no_name_is_html(finished):
    page = (finished / "doubts.html").read_text(encoding="utf-8")
    assert page.count("data:image/jpeg;base64,") == 3
    assert "&lt;b&gt;wall.png" in page
    assert "<b>wall" not in page
    assert "orange-red: mirrored photo</li>" in page


def test_an_interrupted_run_goes_on(photos, finished, tmp_path, monkeypatch, capsys):
    add, added = run._Kept.add, []

    def interrupted(kept, photo, found):
        added.append(photo)
        if len(added) == 4:  # the first photo is done
            raise KeyboardInterrupt
        return add(kept, photo, found)

    options = ["--people", "2", "--looks", "turned,mirrored", "--workers", "1"]
    arguments = ["doubts", "--images", str(photos), *options, "--out", str(tmp_path / "doubts")]
    with monkeypatch.context() as patch:
        patch.setattr(run._Kept, "add", interrupted)
        assert main(arguments) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert not (tmp_path / "doubts" / "doubts.json").exists()
    assert main([*arguments, "--json"]) == 0
    [done] = json.loads(capsys.readouterr().out)["done"]
    whole = json.loads((finished / "doubts.json").read_text())
    for photo, expected in zip(done["photos"], whole["photos"], strict=True):
        assert photo | {"milliseconds": 0} == expected | {"milliseconds": 0}


def test_doubts_of_other_photos_are_not_replaced(photos, finished, tmp_path, capsys):
    other = tmp_path / "other.zip"
    other.write_bytes(photos.read_bytes())
    assert main(["doubts", "--images", str(other), "--out", str(finished)]) == 2
    assert "--overwrite" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--looks", "sideways"], "mirrored, turned, heavy"),
        (["--looks", ","], "but got none"),
        (["--model", "heavy", "--looks", "heavy"], "another model than heavy"),
        (["--engine", "mediapipe", "--search", "thorough"], "MediaPipe"),
        (["--workers", "0"], "--workers"),
        (["--images", "missing"], "no folder or zip missing"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(photos, tmp_path, more, words, capsys):
    assert main(["doubts", "--images", str(photos), "--out", str(tmp_path), *more]) == 2
    assert words in capsys.readouterr().err
