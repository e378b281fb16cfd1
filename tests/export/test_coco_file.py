import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, PoseSequence
from posecore.estimation.oks import COCO_SIGMAS
from posecore.export import coco_file
from posecore.export.coco_file import coco_dataset, to_coco_results, write_coco_dataset, write_coco_results
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE

SIZE = (640, 480)
JOINTS = ["eye", "ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle"]
PLACES = {17: list(COCO_17_FROM_BLAZEPOSE), 33: list(range(33))}


@pytest.fixture
def sequence() -> PoseSequence:
    """Five frames at uneven times; no people in frame 1, two people in frame 3; person 4 has no left wrist there."""
    random = np.random.default_rng(1)
    xy = (random.random((5, 2, 33, 2)) * (200, 400) + [[[[0, 0]], [[400, 50]]]]).astype(np.float32)
    visibility = random.random((5, 2, 33)).astype(np.float32)
    absent = np.array([[0, 1], [1, 1], [0, 1], [0, 0], [1, 0]], bool)
    xy[absent], visibility[absent] = np.nan, np.nan
    xy[3, 0, BLAZEPOSE_33.index("left_wrist")] = np.nan
    depth = np.zeros((5, 2, 33), np.float32)
    return PoseSequence(
        xy=xy,
        z=depth,
        world=np.zeros((5, 2, 33, 3), np.float32),
        visibility=visibility,
        presence=depth,
        person_ids=[4, 9],
        times_s=[0, 0.04, 0.1, 0.2, 1 / 3],
        size=SIZE,
        fps=25,
    )


@pytest.fixture(params=[17, 33])
def keypoints(request) -> int:
    return request.param


@pytest.fixture(params=[512, 2], ids=["at-once", "in-blocks"])
def _block(request, monkeypatch) -> None:
    monkeypatch.setattr(coco_file, "_BLOCK_FRAMES", request.param)


def loaded(sequence: PoseSequence | FramePoses, keypoints: int, folder: Path) -> tuple[COCO, COCO]:
    """Both files as pycocotools reads them."""
    write_coco_dataset(sequence, folder / "dataset.json", keypoints=keypoints)
    write_coco_results(sequence, folder / "results.json", keypoints=keypoints)
    dataset = COCO(str(folder / "dataset.json"))
    return dataset, dataset.loadRes(str(folder / "results.json"))


@pytest.mark.usefixtures("_block")
def test_pycocotools_reads_the_values(sequence, keypoints, tmp_path):
    _, results = loaded(sequence, keypoints, tmp_path)
    found = [(entry["image_id"], entry["category_id"]) for entry in results.loadAnns(results.getAnnIds())]
    assert found == [(0, 1), (2, 1), (3, 1), (3, 1), (4, 1)]
    for image, slots in {0: [0], 1: [], 2: [0], 3: [0, 1], 4: [1]}.items():
        entries = results.loadAnns(results.getAnnIds(imgIds=[image]))
        assert len(entries) == len(slots)
        for entry, slot in zip(entries, slots, strict=True):
            numbers = np.reshape(entry["keypoints"], (keypoints, 3))
            xy = sequence.xy[image, slot, PLACES[keypoints]]
            visibility = sequence.visibility[image, slot, PLACES[keypoints]]
            there = np.isfinite(xy[:, 0])
            np.testing.assert_allclose(numbers[there, :2], xy[there], atol=0.00502)
            np.testing.assert_allclose(numbers[there, 2], visibility[there], atol=0.000502)
            assert (numbers[~there] == 0).all()
            assert entry["score"] == pytest.approx(np.where(there, visibility, 0).mean(), abs=0.000502)


def test_a_missing_landmark_is_three_zeros(sequence, keypoints):
    place = PLACES[keypoints].index(BLAZEPOSE_33.index("left_wrist"))
    [entry, _] = [entry for entry in to_coco_results(sequence, keypoints=keypoints) if entry["image_id"] == 3]
    assert entry["keypoints"][3 * place : 3 * place + 3] == [0, 0, 0]
    assert entry["keypoints"].count(0) == 3


def test_the_dataset_describes_the_results(sequence, keypoints, tmp_path):
    dataset, _ = loaded(sequence, keypoints, tmp_path)
    [person] = dataset.loadCats(dataset.getCatIds(catNms=["person"]))
    assert person["keypoints"] == [BLAZEPOSE_33.landmarks[place] for place in PLACES[keypoints]]
    images = dataset.loadImgs(dataset.getImgIds())
    assert [image["time_s"] for image in images] == sequence.times_s.tolist()
    assert {(image["width"], image["height"]) for image in images} == {SIZE}
    assert images[3]["file_name"] == "frame_000003"


def test_the_17_names_and_the_bones_match_coco(sequence):
    [person] = coco_dataset(sequence)["categories"]
    sides = [f"{side}_{joint}" for joint in JOINTS for side in ("left", "right")]
    assert person["keypoints"] == ["nose", *sides]
    bones = {frozenset(person["keypoints"][end - 1] for end in pair) for pair in person["skeleton"]}
    assert len(bones) == 19
    assert {frozenset(pair) for pair in [("left_knee", "left_ankle"), ("right_elbow", "right_wrist")]} <= bones
    mirrored = {frozenset(_other_side(name) for name in bone) for bone in bones}
    assert mirrored == bones


def _other_side(name: str) -> str:
    swapped = {"left": "right", "right": "left"}
    return "_".join(swapped.get(word, word) for word in name.split("_"))


def test_cocos_own_metric_scores_the_results_as_correct(sequence, keypoints, tmp_path):
    dataset, results = loaded(sequence, keypoints, tmp_path)
    labels = [
        {**entry, "num_keypoints": keypoints, "iscrowd": 0, "keypoints": _all_labelled(entry["keypoints"])}
        for entry in results.loadAnns(results.getAnnIds())
    ]
    dataset.dataset["annotations"] = labels
    dataset.createIndex()
    measure = COCOeval(dataset, results, "keypoints")
    measure.params.kpt_oks_sigmas = COCO_SIGMAS if keypoints == 17 else np.full(33, 0.05)
    measure.evaluate()
    measure.accumulate()
    measure.summarize()
    assert measure.stats[0] == pytest.approx(1)


def _all_labelled(keypoints: list[float]) -> list[float]:
    return [2 if index % 3 == 2 else value for index, value in enumerate(keypoints)]


@pytest.mark.usefixtures("_block")
def test_the_file_holds_what_the_function_returns(sequence, keypoints, tmp_path):
    write_coco_results(sequence, tmp_path / "a.json", keypoints=keypoints)
    text = (tmp_path / "a.json").read_text()
    assert "NaN" not in text
    assert json.loads(text) == list(to_coco_results(sequence, keypoints=keypoints))
    assert len(text.splitlines()) == 5 + 2
    assert {*json.loads(text)[0]} == {"image_id", "category_id", "keypoints", "score"}


def test_a_photo_can_be_written(portrait_poses, keypoints, tmp_path):
    _, results = loaded(portrait_poses, keypoints, tmp_path)
    [entry] = results.loadAnns(results.getAnnIds(imgIds=[0]))
    assert entry["keypoints"][:2] == pytest.approx(portrait_poses.xy[0, 0].tolist(), abs=0.00502)


def test_frames_without_people_give_no_annotations(tmp_path):
    write_coco_results(FramePoses.nobody(SIZE), tmp_path / "a.json")
    assert json.loads((tmp_path / "a.json").read_text()) == []


@pytest.mark.parametrize("write", [write_coco_results, write_coco_dataset])
def test_any_other_number_of_keypoints_is_refused(write, sequence, tmp_path):
    with pytest.raises(InvalidOption, match="Expected 'keypoints' to be 17 or 33, but got 18"):
        write(sequence, tmp_path / "a.json", keypoints=18)
    assert not list(tmp_path.iterdir())
