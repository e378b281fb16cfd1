"""Photos are estimated side by side, kept one by one, and never twice."""

import json
import threading
import time

import numpy as np
import pytest

from benchmarks import people
from posecore import FramePoses, PoseOptions, decode_picture
from posecore.errors import UnreadableLabels
from posecore.evaluation import run
from posecore.evaluation.case import CaseName, score_case
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.run import check_photos, estimate_cases, estimate_photos
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE
from tests.evaluation.conftest import SIZE, STANDING, annotation


class OnePerson:
    """Finds a standing person in every photo, moved right by the photo's red."""

    def __init__(self, options):
        self.options, self.photos, self.threads = options, [], set()

    def estimate(self, rgb):
        red = float(rgb[0, 0, 0])
        self.photos.append(red)
        self.threads.add(threading.get_ident())
        time.sleep(0.01)
        xy = np.zeros((1, 33, 2), np.float32)
        xy[0, list(COCO_17_FROM_BLAZEPOSE)] = np.add(STANDING, (red / 40 + 1 / 3, 0))
        ones = np.ones((1, 33), np.float32)
        return FramePoses(xy, ones, np.ones((1, 33, 3), np.float32), ones, ones, np.array([1]), 0.0, SIZE)

    def close(self):
        pass


@pytest.fixture
def opened(monkeypatch):
    """The estimators that were opened."""
    estimators = []

    def open_one(options):
        estimators.append(OnePerson(options))
        return estimators[-1]

    monkeypatch.setattr(run, "open_picture_estimator", open_one)
    return estimators


@pytest.fixture
def checked(write_set):
    names = [f"{number}.png" for number in range(6)]
    annotations = [annotation(number, number) for number in range(1, 7)]
    return check_photos(read_labelled_set(*write_set(names, annotations)))


def done(estimators):
    return sorted(photo for each in estimators for photo in each.photos)


ALL = [0, 40, 80, 120, 160, 200]


@pytest.mark.parametrize("workers", [1, 3])
def test_every_photo_is_estimated_once(checked, opened, workers):
    steps = []
    estimates = estimate_photos(checked, PoseOptions(), on_photos=lambda *step: steps.append(step), workers=workers)
    assert estimates.complete
    assert done(opened) == ALL
    assert len(opened) <= workers
    assert all(len(each.threads) == 1 for each in opened)
    assert {each.options.threads for each in opened} == {None if workers == 1 else 1}
    assert steps == [(number, 6) for number in range(1, 7)]
    np.testing.assert_allclose(estimates.found[3].points[0], np.add(STANDING, (2 + 1 / 3, 0)), atol=1e-5)
    assert estimates.found[3].milliseconds >= 10


def test_a_run_that_was_stopped_goes_on(checked, opened, tmp_path):
    stopped = estimate_photos(checked, PoseOptions(), keep_in=tmp_path, on_photos=lambda photo, _: photo < 2, workers=1)
    assert not stopped.complete
    first = done(opened)
    assert 2 <= len(first) < 6
    # A crash in the middle of a line costs that photo only.
    [kept] = tmp_path.glob("*.jsonl")
    kept.write_bytes(kept.read_bytes() + b'{"photo": "cut o')
    opened.clear()
    whole = estimate_photos(checked, PoseOptions(), keep_in=tmp_path, workers=1)
    assert whole.complete
    # A photo that was under way when the run ended may be done again.
    assert len(done(opened)) in (4, 6 - len(first))
    opened.clear()
    again = estimate_photos(checked, PoseOptions(), keep_in=tmp_path, workers=2)
    assert opened == []
    for photo_id, found in whole.found.items():
        np.testing.assert_array_equal(again.found[photo_id].points, found.points)


def test_an_interrupt_keeps_what_is_done(checked, opened, tmp_path):
    def interrupt(photo, _):
        if photo == 3:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        estimate_photos(checked, PoseOptions(), keep_in=tmp_path, on_photos=interrupt, workers=1)
    [kept] = tmp_path.glob("*.jsonl")
    assert len(kept.read_text().splitlines()) == 1 + 3


def test_other_options_and_other_photos_are_estimated_again(checked, opened, tmp_path, write_set):
    for options in (PoseOptions(), PoseOptions(people=2)):
        estimate_photos(checked, options, keep_in=tmp_path)
    assert done(opened) == sorted([*ALL, *ALL])
    opened.clear()
    # The same photos in another order: known by their content.
    names = [f"{number}.png" for number in range(7)]
    more = check_photos(read_labelled_set(*write_set(names, [annotation(1, 1)])))
    estimate_photos(more, PoseOptions(), keep_in=tmp_path)
    assert done(opened) == [240]


def test_a_photo_that_cannot_be_decoded_is_named(checked, opened, tmp_path):
    file = checked.labelled.source.path / "2.png"
    file.write_bytes(file.read_bytes()[:60])
    estimates = estimate_photos(checked, PoseOptions())
    [problem] = estimates.problems
    assert (problem.file, problem.entry) == ("photos", "2.png")
    assert len(estimates.found) == 5
    assert estimates.complete


def test_what_is_kept_is_small(checked, opened, tmp_path):
    estimate_photos(checked, PoseOptions(), keep_in=tmp_path)
    [kept] = tmp_path.glob("*.jsonl")
    about, *lines = kept.read_text().splitlines()
    assert json.loads(about)["options"]["model"] == "full"
    assert max(map(len, lines)) < 2000  # of a person


def test_benchmark_and_library_agree_on_real_photos(shared_data):
    folder = shared_data / "people"
    checked = check_photos(read_labelled_set(folder, folder / "test_coco.json"))
    photos = checked.labelled.photos
    options = PoseOptions(people=20)
    ours = score_case(CaseName("full", "fast"), photos, estimate_photos(checked, options).found).as_dict()
    pictures = [(decode_picture(folder / photo.file_name), photo) for photo in photos]
    theirs = people.measure("ours", options, pictures)
    assert (ours["found"], ours["people"], ours["others"]) == (4, 12, 0)
    for name in ("found", "people", "others", "oks_map", "mean_oks"):
        assert ours[name] == pytest.approx(theirs[name], abs=1e-6)
    assert 100 * ours["pck"]["0.2"] == pytest.approx(theirs["pck"], abs=1e-6)


def test_checking_can_be_stopped(write_set):
    names = [f"{number}.png" for number in range(6)]
    labelled = read_labelled_set(*write_set(names, [annotation(1, 1)]))
    assert len(check_photos(labelled, lambda done, _: done < 4).labelled.photos) == 4
    for name in names:
        (labelled.source.path / name).unlink()
    with pytest.raises(UnreadableLabels, match="first problem"):
        check_photos(labelled, lambda *_: False)


CASES = (PoseOptions(), PoseOptions(people=2, search="thorough"))


def test_cases_take_turns_and_a_photo_is_estimated_once_for_each(checked, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_FIRST_PHOTOS", 2)
    monkeypatch.setattr(run, "_NEXT_PHOTOS", 3)
    steps = []
    estimates = estimate_cases(checked, [*CASES, CASES[0]], keep_in=tmp_path, on_photo=steps.append, workers=1)
    assert estimates.complete
    assert [str(name) for name in estimates.found] == ["full, fast", "full, thorough"]
    assert [len(found) for found in estimates.found.values()] == [6, 6]
    assert [(str(step.name).split()[-1], step.done) for step in steps] == [
        ("fast", 0),
        *(("fast", number) for number in (1, 2)),
        *(("thorough", number) for number in (3, 4)),
        *(("fast", number) for number in (5, 6, 7)),
        *(("thorough", number) for number in (8, 9, 10)),
        ("fast", 11),
        ("thorough", 12),
    ]
    assert {step.total for step in steps} == {12}
    opened.clear()
    again = estimate_cases(checked, CASES, keep_in=tmp_path, on_photo=steps.append)
    assert opened == []
    assert again.complete
    assert steps[-1].done == 12


def test_cases_that_were_stopped_have_the_same_photos_and_go_on(checked, opened, tmp_path, monkeypatch):
    monkeypatch.setattr(run, "_FIRST_PHOTOS", 2)
    stopped = estimate_cases(checked, CASES, keep_in=tmp_path, on_photo=lambda step: step.done < 4, workers=1)
    assert not stopped.complete
    one, other = stopped.found.values()
    assert list(one) == list(other) == [1, 2]
    opened.clear()
    assert estimate_cases(checked, CASES, keep_in=tmp_path, workers=1).complete
    assert len(done(opened)) == 8
    assert not estimate_cases(checked, CASES, on_photo=lambda step: False).complete
    assert estimate_cases(checked, []).found == {}
