"""Everyone in a picture is found, without false positives."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from posecore import BLAZEPOSE_33, BlazePose, InvalidOption, PoseOptions, Region, decode_picture, estimate_image
from posecore.estimation.blazepose.search import Search, SquareBySquare, Sweep, squares
from posecore.estimation.blazepose.stream_estimator import StreamEstimator
from posecore.estimation.oks import oks
from posecore.media.clips import read_frame
from posecore.media.samples import sample_clip
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE

THOROUGH = PoseOptions(engine="fast", people=20, search="thorough")


def centre(poses) -> np.ndarray:
    """(P,) x of the middle of the hips."""
    hips = [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]
    return poses.xy[:, hips, 0].mean(axis=1)


class TestSquares:
    @pytest.mark.parametrize("size", [(640, 480), (480, 640), (500, 500), (12_000, 300), (3, 4000), (1, 1)])
    def test_cover_the_picture_and_are_few(self, size):
        width, height = size
        regions = [square for square, _ in squares(width, height)]
        assert len(regions) <= 120
        for share in {square.size for square in regions}:
            covered = np.zeros((min(height, 400), min(width, 400)), bool)
            down, across = covered.shape[0] / height, covered.shape[1] / width
            for square in regions:
                if square.size == share:
                    top, left = (square.y - square.size / 2) * down, (square.x - square.size / 2) * across
                    bottom, right = top + square.size * down, left + square.size * across
                    covered[max(0, round(top)) : round(bottom), max(0, round(left)) : round(right)] = True
            assert covered.all()


class TestPlainPictures:
    @pytest.mark.parametrize(("levels", "expected"), [(0, 0), (4, 0), (200, 10)])
    def test_squares_without_contrast_are_not_searched(self, monkeypatch, levels, expected):
        blazepose, runs = BlazePose(), []
        monkeypatch.setattr(blazepose._detector, "run", lambda run=blazepose._detector.run: runs.append(1) or run())
        rgb = np.full((11, 11, 3), 50, np.uint8)
        rgb[::2] += levels  # stripes that are seen in every square
        assert Search(blazepose, SquareBySquare(blazepose)).people(rgb) == []
        assert len(runs) == expected

    def test_a_portrait_of_few_grey_levels_is_still_searched_for(self, portrait):
        rgb = (60 + portrait[:512].astype(int) * 12 // 255).astype(np.uint8)
        assert BlazePose().detect(rgb, min_score=0.3)

    def test_the_black_beside_a_plain_picture_is_no_contrast(self, monkeypatch):
        blazepose = BlazePose()
        monkeypatch.setattr(blazepose._detector, "run", None)
        for shape in ((480, 640), (640, 480), (1, 1), (1, 300)):
            assert blazepose.detect(np.full((*shape, 3), 200, np.uint8)) == []


class TestLabelledPeople:
    def test_nearly_all_are_found_with_few_false_positives(self, shared_data):
        folder = shared_data / "people"
        labels = json.loads((folder / "test_coco.json").read_text())
        found = others = labelled = 0
        for image in labels["images"]:
            poses = estimate_image(decode_picture(folder / image["file_name"]), THOROUGH)
            people = [
                (np.array(one["keypoints"], float).reshape(17, 3), one["area"])
                for one in labels["annotations"]
                if one["image_id"] == image["id"] and any(one["keypoints"])
            ]
            points = poses.xy[:, list(COCO_17_FROM_BLAZEPOSE)]
            alike = [[oks(own, k[:, :2], area, k[:, 2] > 0) >= 0.5 for own in points] for k, area in people]
            seen = sum(any(row) for row in alike)
            found, labelled, others = found + seen, labelled + len(people), others + len(poses) - seen
        assert labelled == 12
        assert found >= 11
        assert others <= 1

    def test_the_small_person_of_the_portraits(self, shared_data):
        poses = estimate_image(decode_picture(shared_data / "exif" / "Portrait_1.jpg"), THOROUGH)
        assert len(poses) == 1

    def test_one_person_near_the_camera_is_one(self, shared_data):
        """Hands and elbows of a person nearby look like small people."""
        for path in sorted((shared_data / "gestures").glob("*/*.jpg"))[:10:5]:
            assert len(estimate_image(decode_picture(path), THOROUGH)) == 1


def test_a_portrait_is_found_where_the_fast_search_finds_it(portrait, portrait_poses):
    poses = estimate_image(portrait, THOROUGH)
    assert len(poses) == 1
    visible = portrait_poses.visibility[0] > 0.9
    np.testing.assert_allclose(poses.xy[0, visible], portrait_poses.xy[0, visible], atol=15)


class TestCrowd:
    @pytest.fixture
    def crowd(self) -> np.ndarray:
        """A hundred people, each a tenth of the picture high, on grey."""
        frame = read_frame(sample_clip().path, 3.32)
        walker = cv2.resize(frame[480:940, 940:1130], (59, 140), interpolation=cv2.INTER_AREA)
        picture = np.full((1500, 2000, 3), 150, np.uint8)
        for row, column in np.ndindex(10, 10):
            top, left = 150 * row + 5, 200 * column + 30
            picture[top : top + 140, left : left + 59] = walker if (row + column) % 2 else walker[:, ::-1]
        return picture

    def test_the_clearest_of_a_hundred_and_how_many_more(self, crowd):
        poses = estimate_image(crowd, THOROUGH)
        assert len(poses) == 20
        assert poses.left_out >= 25, "the work on a crowd is bounded, but others are counted"
        assert np.ptp(poses.xy[:, :, 1], axis=1).max() < 200, "each is one of them"

    @pytest.mark.parametrize(
        ("people", "left_out"),
        [(1, 2), (2, 1), (3, 0), (20, 0)],
    )
    def test_three_men_and_how_many_more(self, shared_data, people, left_out):
        picture = decode_picture(shared_data / "people" / "three_people.jpg")
        poses = estimate_image(picture, PoseOptions(engine="fast", people=people))
        assert (len(poses), poses.left_out) == (min(3, people), left_out)
        assert (np.diff(centre(poses)) > 0).all(), "from left to right"


@pytest.fixture(scope="module")
def far(shared_data) -> np.ndarray:
    """Two people in half a clip's frame, in the corner of a grey picture: the fast search misses both."""
    frame = read_frame(shared_data / "clips" / "sports2d_demo.mp4", 2.0)
    small = cv2.resize(frame, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    picture = np.full_like(frame, 128)
    picture[-small.shape[0] :, -small.shape[1] :] = small
    return picture


class TestFarAway:
    def test_people_are_found(self, far):
        assert len(estimate_image(far)) == 0
        poses = estimate_image(far, THOROUGH)
        assert poses.xy[:, 0] == pytest.approx(np.array([(1199, 560), (1575, 789)]), abs=12)

    def test_a_stream_follows_the_person_found(self, far, monkeypatch):
        looks = []
        look = Sweep.look
        monkeypatch.setattr(Sweep, "look", lambda self, *given: looks.append(1) or look(self, *given))
        estimator = StreamEstimator(PoseOptions(engine="fast", search="thorough"))
        noses = []
        for index in range(20):
            poses = estimator.step(np.roll(far, -index, axis=1), index / 25)
            assert len(poses) == 1
            noses.append(poses.xy[0, 0] + (index, 0))
        assert len(looks) == 1
        assert np.ptp(noses, axis=0).max() < 15

    def test_both_are_followed_each_by_its_own_id(self, far):
        estimator = StreamEstimator(PoseOptions(engine="fast", people=3, search="thorough"))
        for index in range(10):
            poses = estimator.step(np.roll(far, -index, axis=1), index / 25)
            assert poses.person_ids.tolist() == [1, 2]
            assert (poses.xy[:, 0, 0] + index).tolist() == pytest.approx([1199, 1575], abs=25)


class TestSweep:
    @pytest.fixture
    def looked(self) -> list[int]:
        return []

    @pytest.fixture
    def sweep(self, looked) -> Sweep:
        """Its candidates take 30 looks and find nobody."""
        looks = [lambda index=index: looked.append(index) or [] for index in range(30)]
        return Sweep(Search(BlazePose(), lambda picture: looks))

    def test_first_looks_everywhere_then_around_once_a_second(self, sweep, looked):
        picture = np.zeros((90, 160, 3), np.uint8)
        sweep.look(picture, 0.0)
        assert looked == list(range(30))
        looked.clear()
        for index in range(1, 26):
            sweep.look(picture, index / 25)
            assert len(looked) <= 2 * index
        assert set(looked) == set(range(30))

    def test_after_a_pause_it_looks_everywhere_once(self, sweep, looked):
        for time_s in (0.0, 9.0):
            looked.clear()
            sweep.look(np.zeros((90, 160, 3), np.uint8), time_s)
            assert sorted(looked) == list(range(30))


class TestAwkward:
    @pytest.mark.parametrize("shape", [(1, 500), (500, 1), (20, 20), (1, 1), (60, 12_000), (480, 640)])
    def test_nobody_in_grey_of_any_shape(self, shape):
        assert len(estimate_image(np.full((*shape, 3), 128, np.uint8), THOROUGH)) == 0

    @pytest.mark.parametrize(("side", "looks"), [(1, 4), (20, 87), (64, 87)])
    def test_squares_too_small_for_anybody_are_not_looked_at(self, side, looks):
        assert len(SquareBySquare(BlazePose(), photo=True)(np.zeros((side, side, 3), np.uint8))) == looks

    def test_smallest_squares_are_looked_at_only_where_there_was_a_hint(self, monkeypatch):
        candidates, picture = SquareBySquare(BlazePose()), np.zeros((64, 64, 3), np.uint8)
        candidates(picture)
        assert candidates.closer(picture) == []
        candidates._hints = [Region(20, 20, 8, 0, 0.3), Region(40, 40, 60, 0, 0.9)]
        assert 1 <= len(candidates.closer(picture)) <= 4

    @pytest.mark.parametrize(("hints", "looks"), [([], 38), ([Region(20, 20, 8, 0, 0.1)], 42)])
    def test_small_squares_of_a_photo_are_looked_at_only_where_there_was_a_hint(self, monkeypatch, hints, looks):
        blazepose, looked = BlazePose(), []
        monkeypatch.setattr(blazepose, "detect", lambda picture, least, within: looked.append(within) or hints)
        for look in SquareBySquare(blazepose, photo=True)(np.zeros((64, 64, 3), np.uint8)):
            assert look() == []
        assert len(looked) == looks

    def test_noise_contains_nobody(self):
        noise = np.random.default_rng(3).integers(0, 256, (480, 640, 3), np.uint8)
        assert len(estimate_image(noise, THOROUGH)) == 0

    def test_invalid_options(self):
        with pytest.raises(InvalidOption, match=r"'search' to be one of \('fast', 'thorough'\), but got 'x'"):
            PoseOptions(search="x")
        with pytest.raises(InvalidOption, match="'fast' with MediaPipe's engine"):
            PoseOptions(search="thorough", engine="mediapipe")


def test_another_detector_can_say_where_to_look(portrait, portrait_poses):
    """A function from a picture to looks is all it takes; bad regions do no harm."""
    blazepose = BlazePose()
    [seen] = blazepose.detect(portrait)
    near = replace(seen, x=seen.x + 20, size=1.1 * seen.size, rotation=0.1)
    regions = [near, Region(40, 40, 60, 0, 0.8), Region(-900, 0, 50, 0, 0.7)]
    [pose] = Search(blazepose, lambda picture: [lambda: regions]).people(portrait)
    visible = portrait_poses.visibility[0] > 0.9
    np.testing.assert_allclose(pose.points[visible, :2], portrait_poses.xy[0, visible], atol=15)
