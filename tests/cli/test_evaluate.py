"""``posecore evaluate`` from its options to its files, on photos that a test draws and one that a package carries."""

import json
import zipfile

import numpy as np
import pytest

from posecore.cli.main import main
from posecore.evaluation import run
from posecore.media.samples import sample_picture
from tests.evaluation.conftest import STANDING, annotation, flat, write_set  # noqa: F401
from tests.evaluation.test_run import opened  # noqa: F401


@pytest.fixture
def arguments(write_set, opened, tmp_path):  # noqa: F811
    folder, labels = write_set(["a.png", "b.png", "c.png"], [annotation(number, number) for number in (1, 2, 3)])
    return ["evaluate", "--images", str(folder), "--annotations", str(labels), "--out", str(tmp_path / "scores")]


def metrics(tmp_path):
    return json.loads((tmp_path / "scores" / "metrics.json").read_text())


def test_models_searches_and_other_systems_are_scored(arguments, tmp_path, capsys):
    theirs = tmp_path / "theirs.json"
    theirs.write_text(json.dumps([{"image_id": 1, "keypoints": flat(STANDING), "score": 1}, {"image_id": 77}]))
    assert main([*arguments, "--search", "fast,thorough", "--results", str(theirs), "--results", str(theirs)]) == 0
    cases = metrics(tmp_path)["cases"]
    assert [(case["model"], case["search"], case["found"]) for case in cases] == [
        ("full", "fast", 3),
        ("full", "thorough", 3),
        ("theirs.json", None, 1),
        ("theirs.json (2)", None, 1),
    ]
    assert cases[0]["pck"]["0.2"] == 1
    assert cases[0]["ms_median"] >= 10
    said = capsys.readouterr()
    assert "theirs.json: result 1: its image_id 77 is no photo" in said.err
    assert "full, fast – theirs.json" in said.out
    assert len((tmp_path / "scores" / "people.csv").read_text().splitlines()) == 1 + 4 * 3
    assert "Scores on labels.json" in (tmp_path / "scores" / "report.html").read_text(encoding="utf-8")


def test_json_is_what_the_file_has(arguments, tmp_path, capsys):
    assert main([*arguments, "--json"]) == 0
    [done] = json.loads(capsys.readouterr().out)["done"]
    assert done["cases"] == metrics(tmp_path)["cases"]
    assert [path.split("/")[-1] for path in done["outputs"]] == ["metrics.json", "people.csv", "report.html"]


def test_an_interrupted_run_goes_on(arguments, tmp_path, monkeypatch, capsys, opened):  # noqa: F811
    add, added = run._Kept.add, []

    def interrupted(kept, photo, found):
        added.append(photo)
        if len(added) == 2:
            raise KeyboardInterrupt
        return add(kept, photo, found)

    with monkeypatch.context() as patch:
        patch.setattr(run._Kept, "add", interrupted)
        assert main([*arguments, "--workers", "1"]) == 130
    assert "the same command goes on from there" in capsys.readouterr().err
    assert not (tmp_path / "scores" / "metrics.json").exists()
    opened.clear()
    assert main([*arguments, "--workers", "1"]) == 0
    assert sum(len(each.photos) for each in opened) == 2
    opened.clear()
    assert main([*arguments, "--workers", "1"]) == 0
    assert opened == []


def test_scores_of_other_labels_are_not_replaced(arguments, tmp_path, capsys):
    assert main(arguments) == 0
    labels = tmp_path / "labels.json"
    labels.write_text(labels.read_text() + "\n")
    assert main(arguments) == 2
    assert "--overwrite" in capsys.readouterr().err
    assert main([*arguments, "--overwrite"]) == 0


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--search", "quick"], "--search to be of fast, thorough"),
        (["--engine", "cuda"], "--engine to be of auto, fast, mediapipe"),
        (["--engine", "mediapipe", "--search", "thorough"], "MediaPipe"),
        (["--models", "none"], "--models or --results"),
        (["--models", "huge"], "model name"),
        (["--workers", "0"], "--workers"),
        (["--results", "missing.json"], "missing.json"),
        (["--annotations", "missing.json"], "missing.json"),
        (["--images", "missing"], "no folder or zip missing"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(arguments, more, words, capsys):
    assert main([*arguments, *more]) == 2
    assert words in capsys.readouterr().err


def test_a_zip_is_scored_by_the_real_model(tmp_path):
    by_eye = np.full((17, 2), np.nan)
    by_eye[:3] = [[268, 238], [306, 186], [223, 190]]  # nose and eyes
    label = {"id": 1, "image_id": "hopper", "keypoints": flat(by_eye), "bbox": [60, 30, 420, 570], "area": 150000}
    images = [{"id": "hopper", "file_name": "hopper.jpg"}]
    labels = {"images": images, "annotations": [label], "categories": []}
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        archive.write(sample_picture().path, "hopper.jpg")
        archive.writestr("labels.json", json.dumps(labels))
    out = tmp_path / "scores"
    assert main(["evaluate", "--images", str(tmp_path / "set.zip"), "--people", "1", "--out", str(out)]) == 0
    [case] = json.loads((out / "metrics.json").read_text())["cases"]
    assert (case["photos"], case["people"], case["found"], case["others"]) == (1, 1, 1, 0)
    assert case["mean_oks"] > 0.8
    assert case["pck"]["0.2"] is None  # no torso is labelled
