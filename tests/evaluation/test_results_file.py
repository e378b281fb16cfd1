"""Results of other systems are read in the forms that they write."""

import json
from dataclasses import replace

import numpy as np
import pytest

from posecore import FramePoses
from posecore.errors import UnreadableLabels
from posecore.evaluation import results_file
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.keypoints import BODY_25, COCO_17, LSP_14
from posecore.evaluation.results_file import read_results
from posecore.export.coco_file import write_coco_results
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE
from tests.evaluation.conftest import STANDING, annotation, flat, zipped

ROWS = STANDING.tolist()
X, Y = STANDING.T.tolist()


@pytest.fixture
def labelled(write_set):
    return read_labelled_set(*write_set(["0001.png", "hall.png"], [annotation(1, 1), annotation(2, 2)]))


@pytest.mark.parametrize(
    ("content", "score"),
    [
        ([{"image_id": 2, "category_id": 1, "keypoints": flat(STANDING, 0.9), "score": 0.7}], 0.7),  # COCO, MMPose
        ([{"image_id": 2, "category_id": 1, "keypoints": flat(STANDING, 0.9)}], 0.9),
        ([{"image_id": "hall", "category_id": 1, "keypoints": flat(STANDING), "score": 0.7}], 0.7),  # ultralytics
        ([{"image_id": 77, "file_name": "hall.png", "keypoints": flat(STANDING), "score": 0.7}], 0.7),
        (
            {
                "images": [{"id": 5, "file_name": "hall.png"}],
                "annotations": [{"image_id": 5, "keypoints": flat(STANDING), "score": 0.7}],
            },
            0.7,
        ),
        ({"hall.png": [{"keypoints": ROWS, "keypoint_scores": [0.8] * 17, "bbox_score": 0.6}]}, 0.6),  # MMPose, by name
    ],
)
def test_one_file_of_results(labelled, tmp_path, content, score):
    file = tmp_path / "results.json"
    file.write_text(json.dumps(content))
    results = read_results(file, labelled)
    assert results.problems == ()
    assert list(results.found) == [2]
    np.testing.assert_array_equal(results.found[2].points, STANDING[None])
    assert results.found[2].scores == pytest.approx([score])


def body_25(points):
    order = [points[COCO_17.index(name)] if name in COCO_17 else [1, 1] for name in BODY_25]
    return [value for x, y in order for value in (float(x), float(y), 0.5)]


def test_a_zip_that_unpacks_to_too_much_is_not_read_to_its_end(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(results_file, "_LARGEST_IN_ZIP", 1e-6)  # of 50 MB: 50 bytes
    path = tmp_path / "results.zip"
    path.write_bytes(zipped({name: f"[{' ' * 60}]".encode() for name in ("0001.json", "hall.json", "more.json")}))
    results = read_results(path, labelled, name="theirs.zip")
    assert list(results.found) == [1]
    [problem] = results.problems
    assert str(problem).startswith("theirs.zip: hall.json: it and the files after it are not read")


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("hall.json", [{"keypoints": ROWS, "keypoint_scores": [0.5] * 17, "bbox": [[0, 0, 1, 1]]}]),
        (
            "hall.json",
            {"instance_info": [{"frame_id": 1, "instances": [{"keypoints": ROWS, "keypoint_scores": [0.5] * 17}]}]},
        ),
        ("hall.json", [{"name": "person", "confidence": 0.5, "keypoints": {"x": X, "y": Y, "visible": [0.5] * 17}}]),
        ("hall_keypoints.json", {"version": 1.3, "people": [{"pose_keypoints_2d": body_25(STANDING)}]}),
    ],
    ids=["mmpose", "mmpose video", "ultralytics", "openpose"],
)
def test_a_folder_with_a_file_for_each_photo(labelled, tmp_path, name, content):
    folder = tmp_path / "results"
    folder.mkdir()
    (folder / name).write_text(json.dumps(content))
    (folder / "0001.json").write_text("[]")
    (folder / "other.json").write_text("[]")
    results = read_results(folder, labelled)
    np.testing.assert_array_equal(results.found[2].points, STANDING[None])
    assert results.found[2].scores == pytest.approx([0.5])
    assert len(results.found[1]) == 0
    [problem] = results.problems
    assert (problem.file, problem.entry) == ("results", "other")


@pytest.mark.parametrize("keypoints", [17, 33])
def test_our_own_export_is_read(write_set, tmp_path, keypoints):
    folder, labels = write_set(["a.png"], [annotation(1, 0)])
    content = json.loads(labels.read_text())
    content["images"][0]["id"] = 0  # frames are counted from 0
    labels.write_text(json.dumps(content))
    xy = np.ones((1, 33, 2), np.float32)
    xy[0, list(COCO_17_FROM_BLAZEPOSE)] = STANDING
    ones = np.ones((1, 33), np.float32)
    poses = FramePoses(xy, ones, np.ones((1, 33, 3), np.float32), ones, ones, np.array([1]), 0.0, (200, 300))
    write_coco_results(poses, tmp_path / "own.json", keypoints=keypoints)
    found = read_results(tmp_path / "own.json", read_labelled_set(folder, labels)).found
    np.testing.assert_array_equal(found[0].points, STANDING[None])


def test_as_many_keypoints_as_the_labels_have_are_in_the_labels_order(write_set, tmp_path):
    own = np.arange(28.0).reshape(14, 2) + 1
    labelled = read_labelled_set(*write_set(["a.png"], [annotation(1, 1, keypoints=flat(own))], LSP_14))
    (tmp_path / "r.json").write_text(json.dumps([{"image_id": 1, "keypoints": flat(own), "score": 1}]))
    [points] = read_results(tmp_path / "r.json", labelled).found[1].points
    np.testing.assert_array_equal(points, labelled.photos[0].people[0].points)


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ({"image_id": 9, "keypoints": flat(STANDING)}, "image_id 9 is no photo"),
        ({"image_id": 1, "keypoints": [1, 2, 3]}, "but got 1"),
        ({"image_id": 1, "keypoints": [1, 2]}, "x, y and a score each, but got 2 values"),
        ({"image_id": 1, "keypoints": [0] * 51}, "empty"),
        ({"image_id": 1, "keypoints": ["a"] * 51}, "finite"),
        ({"image_id": 1}, "got None"),
        (3, "an object"),
    ],
)
def test_a_bad_result_is_named_and_the_rest_is_kept(labelled, tmp_path, entry, words):
    good = {"image_id": 2, "keypoints": flat(STANDING), "score": 1}
    (tmp_path / "r.json").write_text(json.dumps([good, entry]))
    results = read_results(tmp_path / "r.json", labelled)
    [problem] = results.problems
    assert (problem.file, problem.entry) == ("r.json", "result 1")
    assert words in problem.what
    assert len(results.found[2]) == 1


def test_of_too_many_people_the_best_are_used(labelled, tmp_path, monkeypatch):
    monkeypatch.setattr(results_file, "LIMITS", replace(results_file.LIMITS, labelled_people=2))
    results = [{"image_id": 1, "keypoints": flat(STANDING), "score": score} for score in (0.5, 0.9, 0.1, 0.8)]
    (tmp_path / "r.json").write_text(json.dumps(results))
    read = read_results(tmp_path / "r.json", labelled)
    assert read.found[1].scores.tolist() == [0.9, 0.8]
    [problem] = read.problems
    assert (problem.entry, "4 people" in problem.what) == ("image 1", True)


@pytest.mark.parametrize("content", ["[]", "3", '[{"image_id": 9}]', '{"other": []}'])
def test_results_of_other_photos_are_refused(labelled, tmp_path, content):
    (tmp_path / "r.json").write_text(content)
    with pytest.raises(UnreadableLabels, match=r"r\.json"):
        read_results(tmp_path / "r.json", labelled)
