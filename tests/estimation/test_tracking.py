"""Tracking people along known paths."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, FramePoses
from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.clothes import clothes_apart, torso_colors
from posecore.estimation.tracking import Succession, Tracks

SIZE = (1920, 1080)
FPS = 25
# A person of 1.7 m in metres around the hips: legs apart, arms hanging. Heights by part, then a little asymmetry.
_HEIGHTS = {"face": -0.65, "torso": -0.25, "arms": -0.2, "hands": 0.05, "legs": 0.45, "feet": 0.85}
BODY = np.zeros((33, 3), np.float32)
for _part, _indices in BLAZEPOSE_33.parts.items():
    BODY[list(_indices), 1] = _HEIGHTS[_part]
BODY[:, 0] = [{"left": 0.2, "right": -0.2, "middle": 0.0}[side] for side in BLAZEPOSE_33.sides]
BODY += np.random.default_rng(0).normal(0, 0.02, BODY.shape).astype(np.float32)
TURNED = BODY * np.array([-1, 1, -1], np.float32)  # a person facing the other way


def person(x: float, y: float = 500.0, height_px: float = 340.0, body: np.ndarray = BODY) -> dict[str, np.ndarray]:
    """A person of this height with the hips at this place."""
    pixels = body * np.float32(height_px / 1.7)
    return {"xy": pixels[:, :2] + np.array([x, y], np.float32), "z": pixels[:, 2], "world": body}


def frame(number: int, *people: dict[str, np.ndarray], fps: float = FPS) -> FramePoses:
    ones = np.ones((len(people), 33), np.float32)
    if not people:
        return FramePoses.nobody(SIZE, number / fps)
    arrays = {name: np.stack([one[name] for one in people]) for name in ("xy", "z", "world")}
    ids = np.arange(len(people)) + 900
    return FramePoses(**arrays, visibility=ones, presence=ones, person_ids=ids, time_s=number / fps, size=SIZE)


def test_after_a_cut_nobody_is_recognised():
    tracks = Tracks()
    assert tracks.follow(frame(0, person(300), person(600))).person_ids.tolist() == [1, 2]
    tracks.begin_shot()
    assert tracks.absent(1 / FPS) == {}
    after = tracks.follow(frame(1, person(600), person(310)))
    assert after.person_ids.tolist() == [3, 4]
    np.testing.assert_array_equal(after.xy[0], person(310)["xy"])  # not smoothed from where someone was


def test_people_of_the_first_frame_are_numbered_from_left_to_right():
    assert Tracks().join(frame(0, person(900), person(300), person(600))) == [3, 1, 2]


def test_the_order_in_which_they_are_found_does_not_matter():
    tracks, random = Tracks(), np.random.default_rng(1)
    people = [person(x) for x in (300, 500, 700, 900)]
    for number in range(20):
        order = random.permutation(4)
        assert tracks.join(frame(number, *(people[index] for index in order))) == [index + 1 for index in order]


@pytest.mark.parametrize("hidden", [0, 4, 12, 24])
@pytest.mark.parametrize("away", [1.0, 0.2])
def test_two_people_who_cross_are_not_swapped(hidden, away):
    """One walks to the right, one behind to the left, out of sight for some frames around where they meet."""
    tracks = Tracks()
    for number in range(60):
        to_right = person(960 + away * 8 * (number - 30), height_px=340 * away)
        to_left = person(960 - away * 8 * (number - 30), height_px=330 * away, body=TURNED)
        both_seen = abs(number - 30) * 2 >= hidden
        found = [to_left, to_right] if both_seen else [to_right]
        assert tracks.join(frame(number, *found)) == ([2, 1] if both_seen else [1])


@pytest.mark.parametrize(("seconds", "expected"), [(0.2, 1), (1.0, 1), (1.9, 1), (2.2, 2), (10, 2)])
def test_a_briefly_absent_person_keeps_the_id(seconds, expected):
    tracks = Tracks()
    for number in range(5):
        tracks.join(frame(number, person(500)))
    assert tracks.join(frame(4 + round(seconds * FPS), person(540))) == [expected]


def test_a_person_walking_behind_a_tree_keeps_the_id():
    tracks = Tracks()
    for number in range(60):
        seen = not 20 <= number < 45
        assert tracks.join(frame(number, *([person(300 + 10 * number)] if seen else []))) == ([1] if seen else [])


@pytest.mark.parametrize("elsewhere", [person(1700), person(500, height_px=900), person(500, y=1070, height_px=140)])
def test_someone_else_is_new(elsewhere):
    tracks = Tracks()
    tracks.join(frame(0, person(500)))
    assert tracks.join(frame(1, elsewhere)) == [2]
    assert tracks.join(frame(2, elsewhere, person(500))) == [2, 1]


def test_an_unrecognised_followed_person_gets_no_id():
    tracks = Tracks()
    tracks.join(frame(0, person(300)))
    assert tracks.join(frame(1, person(1500), person(900)), known=1) == [0, 2]
    assert len(tracks.numbered(frame(1, person(1500), person(900)), [0, 2])) == 1


def test_an_absent_person_is_expected_further_on():
    tracks = Tracks()
    for number in range(20):
        tracks.join(frame(number, person(300 + 10 * number), person(1500)))
    assert tracks.absent(20 / FPS) == {}
    tracks.join(frame(20, person(1500)))
    [(absent, shift)] = tracks.absent(22 / FPS).items()
    assert absent == 1
    assert shift == pytest.approx((30, 0), abs=1)


class TestFollow:
    def test_people_are_ordered_by_id(self):
        tracks = Tracks()
        tracks.follow(frame(0, person(300), person(900)))
        poses = tracks.follow(frame(1, person(900), person(300)))
        assert poses.person_ids.tolist() == [1, 2]
        assert poses.xy[0, :, 0].mean() < poses.xy[1, :, 0].mean()

    def test_a_person_found_twice_is_kept_once(self):
        poses = Tracks().follow(frame(0, person(300), person(306), person(900)))
        assert len(poses) == 2

    def test_nobody(self):
        assert len(Tracks().follow(frame(0))) == 0

    def test_each_person_is_smoothed_separately(self):
        random = np.random.default_rng(2)
        tracks, alone = Tracks(), [PoseSmoothing(), PoseSmoothing()]
        for number in range(10):
            bodies = [BODY + random.normal(0, 0.01, BODY.shape).astype(np.float32) for _ in range(2)]
            people = [person(400, body=bodies[0]), person(1200, height_px=680, body=bodies[1])]
            poses = tracks.follow(frame(number, *people[:: 1 if number % 2 else -1]))
            for index, (one, smoothing) in enumerate(zip(people, alone, strict=True)):
                points = np.column_stack([one["xy"], one["z"]])
                scale = 2.2 * (200, 400)[index]
                expected, world, _ = smoothing.apply(
                    points, one["world"], np.ones(33, np.float32), time_s=number / FPS, scale=scale
                )
                np.testing.assert_allclose(poses.xy[index], expected[:, :2], rtol=1e-4)
                np.testing.assert_allclose(poses.world[index], world, rtol=1e-4, atol=1e-6)

    def test_after_an_absence_smoothing_starts_again(self):
        tracks = Tracks()
        for number in range(10):
            tracks.follow(frame(number, person(400)))
        tracks.follow(frame(10))
        moved = person(460)
        [found] = tracks.follow(frame(11, moved)).xy
        np.testing.assert_array_equal(found, moved["xy"])


def test_people_who_are_gone_are_forgotten():
    """Memory does not grow with the number of people ever seen."""
    tracks = Tracks()
    for number in range(300):
        tracks.follow(frame(number * FPS * 5, person(500)))
    assert tracks.absent(1e9) == {}
    assert tracks.join(replace(frame(0, person(500)), time_s=1e6)) == [301]


RED, BLUE, GREEN = (200, 40, 40), (40, 60, 200), (40, 160, 60)


def painted(*dressed: tuple[dict[str, np.ndarray], tuple[int, int, int]]) -> np.ndarray:
    """A grey picture in which each person's torso has a colour, with a little noise."""
    picture = np.full((SIZE[1], SIZE[0], 3), 120, np.uint8)
    for one, color in dressed:
        left, top = one["xy"].min(axis=0).astype(int).clip(0)
        right, bottom = one["xy"].max(axis=0).astype(int)
        spots = np.random.default_rng(4).integers(-12, 13, (*picture[top:bottom, left:right].shape[:2], 1))
        picture[top:bottom, left:right] = np.array(color) + spots
    return picture


class TestClothes:
    def test_other_colours_are_far_apart_and_a_step_into_the_shade_is_not(self):
        one = person(500)
        red, shaded, blue = (torso_colors(painted((one, color)), one["xy"]) for color in (RED, (190, 36, 36), BLUE))
        assert clothes_apart(red, blue) > 0.3
        assert clothes_apart(red, shaded) < 0.15
        assert clothes_apart(red, None) == 0

    @pytest.mark.parametrize("x", [-300, 5000])
    def test_none_outside_the_picture(self, x):
        assert torso_colors(painted(), person(x)["xy"]) is None

    def test_after_a_hug_ids_that_were_exchanged_are_put_right(self):
        """Both stand at one place for a while, and each leaves where the other came from."""
        tracks, ids = Tracks(), []
        for number in range(120):
            apart = max(0.0, abs(number - 50) - 15) * 8
            side = 1 if number < 50 else -1
            red, blue = person(900 - side * apart), person(904 + side * apart)
            followed = [red, blue] if number < 50 else [blue, red]  # their regions go on with the nearer one
            picture = painted((red, RED), (blue, BLUE))
            found = frame(number, *followed)
            ids.append(
                dict(zip("rb" if number < 50 else "br", tracks.join(found, 2 if number else 0, picture), strict=True))
            )
        assert ids[0] == ids[30] == ids[-1] == {"r": 1, "b": 2}

    def test_whoever_takes_the_place_of_a_person_gets_a_new_id(self):
        tracks = Tracks()
        ids = []
        for number in range(60):
            one = person(600 + 4 * number)
            ids += tracks.join(frame(number, one), 1 if number else 0, painted((one, RED if number < 25 else BLUE)))
        assert ids[:25] == [1] * 25
        assert ids[-15:] == [2] * 15

    def test_whoever_comes_in_place_of_an_absent_person_soon_gets_a_new_id(self):
        tracks, one, ids = Tracks(), person(600), []
        for number in range(25):
            tracks.join(frame(number, one), picture=painted((one, RED)))
        for number in range(40, 65):
            ids += tracks.join(frame(number, one), picture=painted((one, GREEN)))
        assert ids[0] == 1, "one look is not enough: a torso in the glare of the sun has other colours, too"
        assert ids[-1] == 2


class TestSuccession:
    @pytest.mark.parametrize(
        ("color", "x", "after_s", "expected"),
        [(RED, 520, 0.5, 1), (RED, 900, 8, 1), (BLUE, 520, 0.5, 2), (BLUE, 900, 8, 2), (RED, 1700, 0.1, 2)],
    )
    def test_the_next_person_is_new_in_other_clothes_or_too_far_away(self, color, x, after_s, expected):
        ids, one, other = Succession(), person(500), person(x)
        for number in range(25):
            assert ids.join(painted((one, RED)), frame(number, one), goes_on=number > 0).person_ids.tolist() == [1]
        again = Succession()
        again.restore(ids.state)
        number = 24 + round(after_s * FPS)
        found = again.join(painted((other, color)), frame(number, other), goes_on=False)
        assert found.person_ids.tolist() == [expected]
        again.begin_shot()
        assert again.join(painted((one, RED)), frame(number + 1, one), goes_on=False).person_ids.tolist() == [1]
