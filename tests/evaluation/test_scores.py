"""Each score equals what is computed by hand, or by the library that everyone uses."""

import json
from contextlib import redirect_stdout
from io import StringIO

import numpy as np
import pytest
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from scipy.spatial.transform import Rotation

from posecore.evaluation.angle_agreement import JOINT_ANGLES, agreement, icc_a1, joint_angles
from posecore.evaluation.body_errors import aligned_mpjpe, mpjpe, still_jitter
from posecore.evaluation.bootstrap import bootstrap_share, paired_difference
from posecore.evaluation.case import CaseName, compare_cases, score_case
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.coco_scores import coco_scores, mean_average_precision
from posecore.evaluation.correct_keypoints import pck, pck_by_keypoint
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.labels import LabelledPerson, LabelledPhoto
from posecore.evaluation.matching import match_people
from posecore.evaluation.results_file import read_results
from tests.evaluation.conftest import STANDING, annotation, flat, labelled_person

NAN, INF = np.nan, np.inf


def found(*points, scores=None):
    array = np.array(points, float).reshape(-1, 17, 2)
    return FoundPeople(
        array, np.ones(len(array)) if scores is None else np.array(scores), np.full((len(array), 17, 3), NAN)
    )


def photo(photo_id, *people, domain=""):
    return LabelledPhoto(photo_id, f"{photo_id}.png", (200, 300), domain, people)


def moved(keypoint, x, y=0.0):
    points = STANDING.copy()
    points[COCO_17.index(keypoint)] += (x, y)
    return points


def test_pck_by_hand():
    # Torsos of 100 and 50 px: at 0.2, errors of up to 20 and 10 px are correct.
    errors = np.array([[0, 20, 20.1, NAN], [10, 11, INF, 9], [0, 0, 0, 0]])
    torsos = np.array([100, 50, NAN])
    assert pck(errors, torsos, 0.2) == 4 / 7
    np.testing.assert_array_equal(pck_by_keypoint(errors, torsos, 0.2), [1, 1 / 2, 0, 1])
    assert np.isnan(pck(errors[2:], torsos[2:], 0.2))


def test_the_torso_is_from_the_right_shoulder_to_the_left_hip():
    assert labelled_person().torso_px == 100


def test_a_case_by_hand():
    # The first person is found with one wrist 21 px off; the second is not found; the third detection is of nobody.
    photos = [photo(1, labelled_person(), domain="yoga"), photo(2, labelled_person(head_px=40), domain="dance")]
    case = score_case(
        CaseName("full", "fast", "fast"), photos, {1: found(moved("left_wrist", 21), STANDING + 1000), 2: found()}
    )
    figures = case.as_dict()
    assert (figures["people"], figures["found"], figures["others"], figures["photos"]) == (2, 1, 1, 2)
    assert figures["pck"]["0.2"] == 16 / 34
    assert figures["pck"]["0.25"] == 17 / 34
    assert figures["pckh"] == {"0.5": 0}
    assert (figures["pckh_people"], figures["pck_people"]) == (1, 2)
    assert figures["pck_by_joint"]["left_wrist"] == 0
    assert figures["pck_by_joint"]["nose"] == 1 / 2
    assert figures["by_domain"]["yoga"]["pck"]["0.2"] == 16 / 17
    assert figures["by_domain"]["dance"]["found"] == 0
    assert figures["ms_median"] is None
    assert json.dumps(figures, allow_nan=False)


def test_people_are_matched_one_to_one_by_oks():
    left, right = labelled_person(), labelled_person(np.add(STANDING, (300, 0)))
    near_both = np.add(STANDING, (2, 0))
    pairs = match_people(np.array([np.add(STANDING, (300, 4)), near_both, STANDING]), [left, right])
    assert [(pair.found, pair.person) for pair in pairs] == [(2, 0), (0, 1)]
    assert pairs[0].oks == 1


def test_a_missing_keypoint_is_far_away():
    points = STANDING.copy()
    points[0] = NAN
    [pair] = match_people(points[None], [labelled_person()])
    assert pair.oks == pytest.approx(16 / 17)


def test_people_without_keypoints_and_crowds_count_as_neither_found_nor_missed():
    unlabelled = LabelledPerson("1", np.full((17, 2), NAN), 15000, (50, 30, 100, 255))
    for person in (unlabelled, labelled_person(is_crowd=True)):
        case = score_case(CaseName("full"), [photo(1, person)], {1: found(STANDING, STANDING + 1000)})
        assert (len(case.people), case.others) == (0, 1)


@pytest.fixture(scope="module")
def crowd_of_results():
    """Labels and results of 12 photos, from a seed: noise, misses, people who are not there, a crowd."""
    random = np.random.default_rng(5)
    annotations, results = [], []
    for image in range(1, 13):
        for person in range(int(random.integers(1, 4))):
            points = STANDING * random.uniform(0.3, 1) + (150 * person, 0)
            label = annotation(len(annotations) + 1, image, points, area=float(random.uniform(800, 20_000)))
            for hidden in random.choice(17, 3, replace=False):
                label["keypoints"][3 * hidden : 3 * hidden + 3] = [0, 0, 0]
            label["num_keypoints"] = 14
            label["iscrowd"] = int(image == 12)
            annotations.append(label)
            if random.random() < 0.8:
                noisy = points + random.normal(0, random.uniform(0.5, 8), points.shape)
                results.append(
                    {"image_id": image, "category_id": 1, "keypoints": flat(noisy), "score": random.random()}
                )
        if random.random() < 0.3:
            wrong = flat(STANDING + 500)
            results.append({"image_id": image, "category_id": 1, "keypoints": wrong, "score": random.random()})
    return annotations, results


def test_ap_and_ar_are_those_of_pycocotools(write_set, crowd_of_results, tmp_path):
    annotations, results = crowd_of_results
    folder, labels = write_set([f"{image}.png" for image in range(1, 13)], [each | {} for each in annotations])
    (tmp_path / "results.json").write_text(json.dumps(results))
    with redirect_stdout(StringIO()):
        truth = COCO(str(labels))
        judge = COCOeval(truth, truth.loadRes(str(tmp_path / "results.json")), "keypoints")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    labelled = read_labelled_set(folder, labels)
    ours = coco_scores(labelled.photos, read_results(tmp_path / "results.json", labelled).found, samples=50)
    assert 0.1 < judge.stats[0] < 0.9
    np.testing.assert_allclose(
        [ours.mean_ap, ours.ap_50, ours.ap_75, ours.mean_ar], judge.stats[[0, 1, 2, 5]], atol=1e-6
    )
    low, high = ours.mean_ap_interval
    assert low < ours.mean_ap < high


def test_the_precision_of_samples_is_that_of_pycocotools():
    # By falling score: right, wrong, right; of 4 people. Precision is 1 up to recall 1/4, then 2/3 up to 2/4.
    hits, misses = np.array([[True, False, True]]), np.array([[False, True, False]])
    expected = (26 * 1 + 25 * 2 / 3) / 101
    assert mean_average_precision(hits, misses, np.ones(3), 4) == pytest.approx(expected)


@pytest.mark.parametrize("results", [{}, {1: found()}])
def test_nobody_found_is_an_ap_of_0(results):
    assert coco_scores([photo(1, labelled_person())], results).mean_ap == 0


def test_without_labels_there_is_no_ap():
    assert np.isnan(coco_scores([photo(1)], {1: found(STANDING)}).mean_ap)


BODY = np.random.default_rng(1).normal(0, 0.4, (17, 3))


def test_mpjpe_by_hand():
    # Both wrists are off by 3-4-5 cm; moving the whole body changes nothing.
    off = np.add(BODY, (1, 2, 3))
    off[[9, 10]] += (0.03, 0, 0.04)
    assert mpjpe(off, BODY) == pytest.approx(2 * 0.05 / 17)
    off[9] = NAN
    assert mpjpe(off, BODY) == pytest.approx(0.05 / 16)
    off[11] = NAN  # a hip
    assert np.isnan(mpjpe(off, BODY))


def test_the_aligned_error_ignores_turn_scale_and_place_but_not_a_mirror():
    turn = Rotation.from_euler("xyz", [20, -50, 130], degrees=True).as_matrix()
    assert aligned_mpjpe(0.7 * BODY @ turn.T + (1, 2, 3), BODY) == pytest.approx(0, abs=1e-12)
    assert aligned_mpjpe(BODY * (-1, 1, 1), BODY) > 0.1
    assert np.isnan(aligned_mpjpe(np.where(np.arange(17)[:, None] < 2, BODY, NAN), BODY))


def test_a_case_has_errors_in_3d_where_the_labels_have_metres():
    people = [labelled_person(points_m=BODY), labelled_person(np.add(STANDING, (300, 0)))]
    estimate = BODY.copy()
    estimate[9] += (0, 0.17, 0)
    both = FoundPeople(np.array([person.points for person in people]), np.ones(2), np.array([estimate, BODY]))
    figures = score_case(CaseName("full"), [photo(1, *people)], {1: both}).as_dict()
    assert figures["mpjpe_people"] == 1
    assert figures["mpjpe_mm"] == pytest.approx(10)
    assert 0 < figures["pa_mpjpe_mm"] < 20
    assert figures["angles_3d_deg"]["right_knee"]["bias"] == pytest.approx(0)
    assert figures["angles_3d_deg"]["left_elbow"]["bias"] != pytest.approx(0)


def test_jitter_by_hand():
    # One landmark goes to and fro by 1 px around its place; one drifts by 1 px a frame; one is seen once.
    points = np.full((5, 3, 2), NAN)
    points[:, 0] = [[9, 0], [11, 0], [9, 0], [11, 0], [10, 0]]
    points[:, 1, 0], points[:, 1, 1] = np.arange(5), 7
    points[2, 2] = 3
    around, between = still_jitter(points)
    np.testing.assert_allclose(around, [np.sqrt(4 / 5), np.sqrt(2), NAN])
    np.testing.assert_allclose(between, [np.sqrt(13 / 4), 1, NAN])


def test_limits_of_agreement_by_hand():
    # Differences 1, 2, 3: mean 2, standard deviation 1.
    result = agreement(np.array([11, 22, 33, NAN]), np.array([10, 20, 30, 40.0]))
    assert result[:4] == pytest.approx((3, 2, 2 - 1.96, 2 + 1.96))


def test_icc_is_that_of_shrout_and_fleiss():
    # Table 2 of Shrout and Fleiss (1979); their ICC(2,1) is 0.29.
    ratings = np.array([[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float)
    assert icc_a1(ratings) == pytest.approx(0.2898, abs=5e-5)


def test_icc_by_hand():
    # (1, 2), (3, 4), (5, 6): MSR = 8, MSC = 1.5, MSE = 0, so 8 / (8 + 2 * 1.5 / 3) = 8 / 9.
    assert icc_a1(np.array([[1, 2], [3, 4], [5, 6.0]])) == pytest.approx(8 / 9)
    assert np.isnan(icc_a1(np.array([[1, 1], [1, 1.0]])))


def test_angles_are_those_of_the_library():
    points = STANDING.copy()
    points[[6, 8, 10]] = [[0, 0], [0, 10], [10, 10]]  # right arm: a right angle at the elbow
    angles = dict(zip(JOINT_ANGLES, joint_angles(points), strict=True))
    assert angles["right_elbow"] == pytest.approx(90)
    assert set(JOINT_ANGLES) == {
        *(f"{side}_{joint}" for side in ("left", "right") for joint in ("shoulder", "elbow", "hip", "knee")),
        "neck",
    }


def test_the_interval_holds_the_share_and_is_the_same_for_a_seed():
    random = np.random.default_rng(2)
    correct, counted = random.integers(0, 18, 200).astype(float), np.full(200, 17.0)
    interval = bootstrap_share(correct, counted, samples=1000, seed=3)
    assert interval == bootstrap_share(correct, counted, samples=1000, seed=3)
    share = correct.sum() / counted.sum()
    # By the central limit theorem, 1.96 standard errors of the mean on each side.
    half = 1.96 * (correct / 17).std() / np.sqrt(200)
    assert interval == pytest.approx((share - half, share + half), abs=0.01)
    assert np.isnan(bootstrap_share(np.zeros(3), np.zeros(3)).low)


def test_a_real_difference_is_told_from_none():
    random = np.random.default_rng(4)
    counted = np.full(100, 17.0)
    first = random.binomial(17, 0.8, 100).astype(float)
    better = paired_difference(first, counted, first - random.integers(0, 3, 100), counted)
    assert better.low > 0
    assert max(better.p_bootstrap, better.p_wilcoxon) < 0.001
    same = paired_difference(first, counted, random.permutation(first), counted)
    assert same.low < 0 < same.high
    assert min(same.p_bootstrap, same.p_wilcoxon) > 0.05
    equal = paired_difference(first, counted, first, counted)
    assert equal == (0, 0, 0, 1, 1, 100)


def test_two_cases_are_compared_on_the_people_of_both():
    photos = [photo(1, labelled_person()), photo(2, labelled_person())]
    exact = score_case(CaseName("heavy", "fast", "fast"), photos, {1: found(STANDING), 2: found(STANDING)})
    shifted = score_case(CaseName("theirs.json"), photos, {1: found(np.add(STANDING, (10, 0))), 2: found()})
    compared = compare_cases(exact, shifted)
    assert (compared.first, compared.second) == ("heavy, fast", "theirs.json")
    assert compared.people == 1
    assert compared.distance == pytest.approx(0.1)  # 10 px of a torso of 100
    assert compared.pck.value == 0.5
    assert json.dumps(compared.as_dict(), allow_nan=False)


def test_one_photo_has_no_interval():
    for some, of_all in (([], []), ([3.0], [4.0]), ([3.0, 0.0], [4.0, 0.0])):
        assert np.isnan(bootstrap_share(np.array(some), np.array(of_all))).all()
    low, high = bootstrap_share(np.array([3.0, 1.0]), np.array([4.0, 4.0]))
    assert (low, high) == (0.25, 0.75)
