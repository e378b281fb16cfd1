"""Labels that somebody makes become a COCO file that scores, and pycocotools, read back."""

import json
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from pycocotools.coco import COCO

from posecore.errors import UnreadableLabels
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.keypoints import COCO_17, LSP_14
from posecore.evaluation.label_file import LabelFile, PersonLabel, PhotoLabels, suggested_people
from posecore.evaluation.photo_source import PhotoSource
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE
from tests.evaluation.conftest import SIZE, STANDING, annotation, flat


def person(points=STANDING, hidden=()):
    return PersonLabel(points, np.isin(np.arange(17), hidden))


def with_absent(*places):
    points = STANDING.copy()
    points[list(places)] = np.nan
    return points


def photo_labels(*people, name="a.png", domain=""):
    return PhotoLabels(name, SIZE, domain, people)


def test_what_is_written_is_read_back_with_what_is_hidden_and_absent(write_set, tmp_path):
    folder, path = write_set(["a.png", "b.png", "c.png"], [])
    labels = LabelFile()
    labels.confirm(photo_labels(person(with_absent(3, 16), hidden=[9, 10]), person(), domain="yoga"))
    labels.confirm(photo_labels(name="b.png"))  # nobody is in it
    path.write_bytes(labels.to_json())

    first, second = read_labelled_set(folder, path).photos
    assert [(photo.file_name, photo.size, photo.domain) for photo in (first, second)] == [
        ("a.png", SIZE, "yoga"),
        ("b.png", SIZE, ""),
    ]
    assert second.people == ()
    np.testing.assert_array_equal(first.people[0].points, with_absent(3, 16))
    assert np.flatnonzero(first.people[0].hidden).tolist() == [9, 10]
    assert not first.people[1].hidden.any()

    with redirect_stdout(StringIO()):
        coco = COCO(str(path))
    [category] = coco.loadCats(coco.getCatIds("person"))
    assert category["keypoints"] == list(COCO_17)
    assert [16, 14] in category["skeleton"]  # counted from 1: left ankle and knee
    one, two = coco.loadAnns(coco.getAnnIds(imgIds=[1]))
    assert (one["num_keypoints"], two["num_keypoints"], one["iscrowd"]) == (15, 17, 0)


def test_box_and_area_are_those_of_a_body_around_the_joints():
    box = person().box(SIZE)
    # The joints reach from (55, 35) to (145, 280); a tenth of 245 px more at each side, and the photo ends at 300.
    assert box == [30.5, 10.5, 139, 289.5]
    assert person().area == 0.6 * 90 * 245
    upright = np.full((17, 2), np.nan)
    upright[:2] = [50, 0], [50, 100]
    assert person(upright).area == 0.6 * 25 * 100
    upright[1] = np.nan
    assert person(upright).area == 1
    assert person(upright).box(SIZE) == [49, 0, 2, 1]


def test_an_existing_file_goes_on_and_what_is_not_labelled_again_stays_as_it_was(write_set):
    own = np.arange(28.0).reshape(14, 2) + 20
    crowd = annotation(8, 2, keypoints=flat(own, 1), iscrowd=1, note="theirs")
    folder, path = write_set(
        ["a.png", "b.png"],
        [annotation(7, 1, keypoints=flat(own)), annotation(9, 2, keypoints=flat(own, 1)), crowd, "no entry"],
        LSP_14,
        licenses=["free"],
    )
    given = json.loads(path.read_text())
    given["images"].append({"id": "far", "file_name": "elsewhere.png"})
    labels = LabelFile.read(PhotoSource(folder), json.dumps(given).encode(), "labels.json")
    assert list(labels.done) == ["a.png", "b.png"]
    assert [problem.entry for problem in labels.problems] == ["image far", "annotation 3"]
    [hidden] = labels.done["b.png"].people
    assert (hidden.hidden.sum(), hidden.count) == (12, 12)  # the crowd is nobody to move joints of

    labels.confirm(photo_labels(person(), domain="dance"))
    content = json.loads(labels.to_json())
    assert content["licenses"] == ["free"]
    assert [image["id"] for image in content["images"]] == [2, "far", 3]
    assert content["annotations"][:2] == given["annotations"][1:3]
    assert [content["annotations"][2][key] for key in ("id", "image_id", "category_id")] == [10, 3, 2]
    path.write_bytes(labels.to_json())
    again = read_labelled_set(folder, path)
    assert [(photo.file_name, len(photo.people)) for photo in again.photos] == [("b.png", 2), ("a.png", 1)]
    np.testing.assert_array_equal(again.photos[1].people[0].points, STANDING)


def test_a_photo_is_labelled_twice_and_taken_back(write_set):
    folder, path = write_set(["a.png", "b.png"], [annotation(1, 1), annotation(2, 2)])
    labels = LabelFile.read(PhotoSource(folder), path.read_bytes(), "labels.json")
    labels.confirm(photo_labels(person(), person()))
    labels.confirm(photo_labels(person(hidden=[0])))
    labels.take_back("b.png")
    labels.take_back("never.png")
    content = json.loads(labels.to_json())
    assert [image["file_name"] for image in content["images"]] == ["a.png"]
    [one] = content["annotations"]
    assert one["keypoints"][:3] == [100, 40, 1]
    assert (one["category_id"], len(content["categories"])) == (1, 1)


def test_labels_of_other_photos_are_no_labels_here_and_stay(write_set):
    folder, path = write_set(["a.png"], [annotation(1, 1)])
    data = path.read_bytes()
    (folder / "a.png").rename(folder / "z.png")
    labels = LabelFile.read(PhotoSource(folder), data, "labels.json")
    assert labels.done == {}
    assert "no photo a.png" in str(labels.problems[0])
    labels.confirm(photo_labels(person(), name="z.png"))
    content = json.loads(labels.to_json())
    assert [image["file_name"] for image in content["images"]] == ["a.png", "z.png"]
    with pytest.raises(UnreadableLabels, match="not a file of COCO"):
        LabelFile.read(PhotoSource(folder), b"[]", "labels.json")


def test_suggestions_are_the_models_17_with_what_is_outside_absent_and_what_is_uncertain_hidden(portrait_poses):
    [suggested] = suggested_people(portrait_poses)
    places = list(COCO_17_FROM_BLAZEPOSE)
    xy, visibility = portrait_poses.xy[0, places], portrait_poses.visibility[0, places]
    inside = ((xy >= 0) & (xy <= portrait_poses.size)).all(axis=-1)
    assert 5 <= inside.sum() < 17  # a portrait to the waist
    np.testing.assert_allclose(suggested.points[inside], xy[inside])
    assert np.isnan(suggested.points[~inside]).all()
    np.testing.assert_array_equal(suggested.hidden, inside & (visibility < 0.5))
    assert PersonLabel.from_flat(suggested.flat, portrait_poses.size).count == inside.sum()


@pytest.mark.parametrize(
    ("message", "words"),
    [
        ({}, "'people' as a list"),
        ({"people": [], "domain": 3}, "'domain' as text"),
        ({"people": [[1, 2, 2]], "domain": ""}, "51 numbers, but got \\[1, 2, 2\\]"),
        ({"people": [[float("nan")] * 51], "domain": ""}, "51 numbers"),
        ({"people": [[1, 2, 3] * 17], "domain": ""}, "0, 1 or 2"),
        ({"people": [[1, 301, 2] * 17], "domain": ""}, "inside the photo of 200 x 300"),
        ({"people": [[-1, 2, 1] * 17], "domain": ""}, "inside the photo"),
        ({"people": [[0, 0, 0] * 17] * 501, "domain": ""}, "at most 500 people, but got 501"),
    ],
)
def test_messages_that_are_no_labels_are_refused(message, words):
    with pytest.raises(UnreadableLabels, match=words):
        PhotoLabels.from_message(message, "a.png", SIZE)


def test_people_without_a_joint_are_left_out_of_a_message():
    message = {"people": [[0, 0, 0] * 17, flat(STANDING), [200, 300, 1] * 17], "domain": f" hot \n yoga {'x' * 200}"}
    labels = PhotoLabels.from_message(message, "a.png", SIZE)
    assert [each.count for each in labels.people] == [17, 17]
    assert labels.people[1].hidden.all()
    assert labels.domain.startswith("hot yoga xx")
    assert len(labels.domain) == 80
