"""Looks at a photo are mapped back exactly, compared joint by joint, and rank photos as their true errors do."""

import zipfile

import cv2
import numpy as np
import pytest

from posecore import FramePoses, PoseOptions
from posecore.errors import InvalidOption, UnreadableLabels
from posecore.evaluation import run
from posecore.evaluation.case import CaseName, score_case
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.doubt_reasons import notes, reasons
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPhoto
from posecore.evaluation.looks import Look, turn_picture
from posecore.evaluation.run import check_photos, estimate_looks, estimate_photos
from posecore.evaluation.second_opinion import compare_looks, read_photos, second_opinion, torso_px
from posecore.media.pictures import encode_png
from posecore.media.samples import sample_picture
from posecore.skeletons import BLAZEPOSE_33, COCO_17_FROM_BLAZEPOSE
from tests.evaluation.conftest import SIZE, STANDING

LEFT, RIGHT = ([COCO_17.index(f"{side}_{joint}") for joint in ("elbow", "wrist")] for side in ("left", "right"))
TORSO_PX = torso_px(STANDING)
PHOTO = LabelledPhoto("a.png", "a.png", SIZE, "", ())


class SeesSpots:
    """Takes the places of coloured spots for landmarks: red for the left wrist, green for the right one."""

    options = PoseOptions()

    def estimate(self, rgb):
        xy = np.zeros((1, 33, 2), np.float32)
        for name, channel in (("left_wrist", 0), ("right_wrist", 1)):
            weights = np.where(rgb[..., channel] > 100, rgb[..., channel].astype(float), 0)
            rows, columns = np.indices(weights.shape) + 0.5
            xy[0, BLAZEPOSE_33.index(name)] = [(columns * weights).sum(), (rows * weights).sum()] / weights.sum()
        world = np.zeros((1, 33, 3), np.float32)
        world[..., :2] = (xy - np.divide(rgb.shape[1::-1], 2)) / 100
        ones = np.ones((1, 33), np.float32)
        return FramePoses(xy, ones, world, ones, ones, np.array([1]), 0.0, rgb.shape[1::-1])

    def close(self):
        pass


@pytest.fixture(scope="module")
def spots():
    rgb = np.zeros((120, 200, 3), np.uint8)
    cv2.circle(rgb, (50, 30), 9, (255, 0, 0), -1, cv2.LINE_AA)
    cv2.circle(rgb, (150, 80), 9, (0, 255, 0), -1, cv2.LINE_AA)
    return rgb


@pytest.mark.parametrize(
    ("look", "exchanged"),
    [
        (Look(PoseOptions(), mirrored=True), True),
        (Look(PoseOptions(), turn_deg=15), False),
        (Look(PoseOptions(), turn_deg=-90), False),
        (Look(PoseOptions(), mirrored=True, turn_deg=30), True),
    ],
)
def test_a_look_is_mapped_back_to_the_photo(spots, look, exchanged):
    """The spots are where they are; in a mirrored photo the one that seems to be left is the right one."""
    straight, seen = Look(PoseOptions()).estimate(SeesSpots(), spots), look.estimate(SeesSpots(), spots)
    assert seen.size == straight.size == (200, 120)
    wrists = [BLAZEPOSE_33.index(f"{side}_wrist") for side in ("left", "right")]
    others = wrists[::-1] if exchanged else wrists
    # A turned spot is drawn again from pixels, so its middle moves by a little.
    atol = 0.05 if look.turn_deg else 1e-4
    np.testing.assert_allclose(seen.xy[0, others], straight.xy[0, wrists], atol=atol)
    np.testing.assert_allclose(seen.world[0, others], straight.world[0, wrists], atol=atol / 100)


def test_mirrored_twice_is_exact(portrait, portrait_poses):
    """The mirrored photo seen mirrored is the photo itself: the very same landmarks, left and right in place."""

    class SeesMirrored:
        def estimate(self, rgb):
            np.testing.assert_array_equal(rgb[:, ::-1], portrait)
            return Look(PoseOptions(), mirrored=True).estimate(Returns(), rgb)

    class Returns:
        def estimate(self, rgb):
            np.testing.assert_array_equal(rgb, portrait)
            return portrait_poses

    twice = Look(PoseOptions(), mirrored=True).estimate(SeesMirrored(), portrait)
    for name in ("xy", "world", "visibility"):
        np.testing.assert_allclose(getattr(twice, name), getattr(portrait_poses, name), atol=1e-4)


def test_nothing_of_a_turned_photo_is_cut_off():
    turned = turn_picture(np.full((40, 90, 3), 255, np.uint8), 37)
    assert (turned.rgb > 0).any(axis=-1).sum() == pytest.approx(40 * 90, rel=0.05)
    edges = (turned.rgb[0], turned.rgb[-1], turned.rgb[:, 0], turned.rgb[:, -1])
    assert all((edge > 0).any(axis=-1).sum() < 5 for edge in edges)


def found(*people, visibility=None):
    points = np.array(people, float).reshape(-1, 17, 2)
    return FoundPeople(points, np.ones(len(points)), np.zeros((len(points), 17, 3)), 1.0, visibility)


def moved(joints, by):
    """STANDING with these joints moved, by x and y in torsos."""
    points = STANDING.copy()
    points[joints] += np.multiply(by, TORSO_PX)
    return points


KNEE = COCO_17.index("left_knee")
SWAPPED = STANDING.copy()
SWAPPED[[*LEFT, *RIGHT]] = STANDING[[*RIGHT, *LEFT]]


@pytest.mark.parametrize(
    ("first", "mirrored", "doubt", "said"),
    [
        ([STANDING], [STANDING], 0, ["All looks agree."]),
        # One of 12 joints.
        ([STANDING], [moved(KNEE, (0.6, 0))], 0.6 / 12, ["The mirrored photo gives another left knee, 0.6 of"]),
        ([STANDING], [moved([KNEE, *LEFT], (0.3, 0))], 0.9 / 12, ["0.3 of the torso away, and 2 more joints differ."]),
        # Beyond a torso, farther is no worse.
        ([STANDING], [moved(KNEE, (3, 0))], 1 / 12, ["left knee, 3.0 torsos away."]),
        ([STANDING], [moved(0, (0.6, 0))], 0, ["All looks agree."]),
        ([STANDING], [SWAPPED], 2 * (80 + 90) / TORSO_PX / 12, ["exchanges the left and right arms."]),
        ([STANDING], [], 0.5, ["Not found by the mirrored photo."]),
        ([STANDING], [STANDING + 1000], 0.5, ["finds 1 more person.", "Person 1: not found by the mirrored photo."]),
        ([STANDING, STANDING + 300], [STANDING + 300], 0.5, ["Person 1: not found by the mirrored photo."]),
        ([], [STANDING, STANDING + 300], 1, ["Nobody was found.", "The mirrored photo finds 2 people."]),
        ([], [], 1, ["Nobody was found, and no other look finds anyone."]),
    ],
)  # fmt: skip
def test_disagreement_is_a_doubt_with_reasons(first, mirrored, doubt, said):
    photo = compare_looks(PHOTO, found(*first), {"mirrored": found(*mirrored)})
    assert photo.doubt == pytest.approx(doubt, abs=1e-9)
    for sentence, expected in zip(reasons(photo), said, strict=True):
        assert expected in sentence


def test_looks_are_averaged_and_people_matched_among_all():
    other = np.add(STANDING, (400, 0))
    photo = compare_looks(
        PHOTO, found(STANDING), {"turned": found(other, moved(KNEE, (0.6, 0))), "heavy": found(STANDING, other)}
    )
    assert [person.found for person in photo.people] == [True, False]
    assert photo.people[1].not_found_in == ()
    assert photo.doubt == pytest.approx(0.6 / 12 / 2)
    assert photo.people[0].doubtful_joints == ("left_knee",)
    assert photo.doubtful_joints == {"left_knee"}
    assert photo.milliseconds == 3
    assert list(photo.points_by_look) == ["turned", "heavy", "first"]


def test_what_the_estimate_says_of_itself_is_noted_and_does_not_count():
    visibility = np.ones((1, 17))
    visibility[0, KNEE] = 0.2
    low = np.add(STANDING, (0, 30))
    photo = compare_looks(PHOTO, found(low, visibility=visibility), {"mirrored": found(low)})
    assert notes(photo) == ["Left ankle and right ankle are outside the photo.", "Left knee is probably hidden."]
    assert photo.doubt == 0
    small = compare_looks(PHOTO, found(STANDING / 5), {"mirrored": found(STANDING / 5)})
    assert notes(small) == ["The torso is only 20 pixels long."]


@pytest.fixture(scope="module")
def photos(tmp_path_factory, portrait):
    """A zip of the sample photo as it is, one in which hardly anything can be seen, and one without anybody."""
    path = tmp_path_factory.mktemp("photos") / "photos.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.write(sample_picture().path, "clear.jpg")
        archive.writestr("blurred.png", encode_png(cv2.GaussianBlur(portrait, (0, 0), 20)))
        archive.writestr("wall.png", encode_png(np.full((60, 80, 3), 90, np.uint8)))
        archive.writestr("broken.png", b"no photo")
        archive.writestr("readme.txt", b"not a photo either")
    return path


@pytest.fixture(scope="module")
def opinion(photos, tmp_path_factory):
    return second_opinion(check_photos(read_photos(photos)), PoseOptions(), keep_in=tmp_path_factory.mktemp("kept"))


def test_a_photo_in_which_looks_disagree_comes_first(opinion):
    assert [each.photo.file_name for each in opinion.photos] == ["wall.png", "blurred.png", "clear.jpg"]
    assert opinion.complete
    assert [problem.entry for problem in opinion.problems] == ["broken.png"]
    wall, blurred, clear = opinion.photos
    assert (wall.doubt, wall.people) == (1, ())
    # A portrait: the looks agree on what they see, and less on the legs outside the photo.
    shoulders = [COCO_17.index("left_shoulder"), COCO_17.index("right_shoulder")]
    assert (clear.people[0].joints_apart[shoulders] < 0.1).all()
    assert blurred.doubt > clear.doubt
    assert any("outside the photo" in note for note in notes(clear))


def test_a_mirrored_look_names_the_same_side(portrait, portrait_poses):
    from posecore.estimation.engines import open_picture_estimator

    options = PoseOptions()
    estimator = open_picture_estimator(options)
    mirrored = Look(options, mirrored=True).estimate(estimator, portrait)
    estimator.close()
    places = list(COCO_17_FROM_BLAZEPOSE)[:7]  # face and shoulders, which the portrait shows
    np.testing.assert_allclose(mirrored.xy[0, places], portrait_poses.xy[0, places], atol=25)
    np.testing.assert_allclose(mirrored.world[0, places], portrait_poses.world[0, places], atol=0.1)


def test_looks_go_on_where_they_were_stopped_and_share_what_is_kept(photos, opinion, tmp_path, monkeypatch):
    checked = check_photos(read_photos(photos))
    looked = []

    class Counts(SeesSpots):
        def estimate(self, rgb):
            looked.append(rgb.shape)
            return FramePoses.nobody(rgb.shape[1::-1], 0.0)

    monkeypatch.setattr(run, "open_picture_estimator", lambda options: Counts())
    stopped = second_opinion(checked, PoseOptions(), keep_in=tmp_path, on_photos=lambda done, _: done < 1, workers=1)
    assert not stopped.complete
    assert len(looked) % 2 == 0  # all looks at a photo, or none
    looked.clear()
    assert second_opinion(checked, PoseOptions(), keep_in=tmp_path, workers=1).complete
    assert len(looked) == 2 * 2  # the first photo is known
    looked.clear()
    estimate_photos(checked, PoseOptions(), keep_in=tmp_path)  # as it is: the first look
    assert looked == []
    estimate_looks(checked, [Look(PoseOptions(), turn_deg=-15)], keep_in=tmp_path)
    assert len(looked) == 3


@pytest.mark.parametrize(
    ("options", "looks", "words"),
    [
        (PoseOptions(), [], "but got none"),
        (PoseOptions(), ["sideways"], "mirrored, turned, heavy, but got 'sideways'"),
        (PoseOptions(model="heavy"), ["heavy"], "another model than heavy"),
    ],
)
def test_looks_that_cannot_be_are_named(photos, options, looks, words):
    with pytest.raises(InvalidOption, match=words):
        second_opinion(check_photos(read_photos(photos)), options, looks)


def test_a_folder_without_photos_is_named(tmp_path):
    with pytest.raises(UnreadableLabels, match="has no photos"):
        read_photos(tmp_path)


def test_doubt_ranks_labelled_photos_as_their_errors_do(shared_data, tmp_path):
    """40 of the photos that docs/scores.md has figures for: far better than chance, and than visibility."""
    from scipy.stats import spearmanr

    labelled = read_labelled_set(shared_data / "lsp" / "images", shared_data / "lsp" / "annotations.json")
    some = check_photos(type(labelled)(**{**vars(labelled), "photos": labelled.photos[::5]}))
    options = PoseOptions(people=20)
    opinion = second_opinion(some, options, keep_in=tmp_path)
    scores = score_case(CaseName("full"), some.labelled.photos, estimate_photos(some, options, keep_in=tmp_path).found)
    oks = {each.photo.photo_id: each.oks for each in scores.people}
    seen = [photo for photo in opinion.photos if photo.found]
    assert len(seen) > 30
    assert spearmanr([photo.doubt for photo in seen], [-oks[photo.photo.photo_id] for photo in seen]).statistic > 0.4
