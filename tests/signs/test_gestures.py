"""Gestures of hands built from their joints, and of hands of real people."""

import cv2
import numpy as np
import pytest

from posecore.errors import InvalidHands, InvalidOption
from posecore.hands import FrameHands, HandSequence, HandSlot
from posecore.media.pictures import decode_picture
from posecore.pipeline import estimate_hands_image, estimate_image
from posecore.signs import gestures, gestures_of
from posecore.signs.gesture_table import GESTURES
from posecore.signs.measures import FINGERS, measure_hands
from posecore.signs.recognition import NO_GESTURE
from tests.signs.hand_figure import hand, turned

ALL = tuple(FINGERS)


def ok_sign() -> np.ndarray:
    """The tips of thumb and index finger touch."""
    points = hand(("middle", "ring", "pinky"), "beside")
    points[8] = points[4] + 0.05
    return points


def side_by_side() -> np.ndarray:
    """Index and middle finger straight, but not apart."""
    points = hand(("index", "middle"), "across")
    points[6:9] = points[10:13] + points[5] - points[9]
    return points


HANDS = {
    "open_palm": hand(ALL, "out"),
    "fist": hand((), "across"),
    "pointing": hand(("index",), "across"),
    "victory": hand(("index", "middle"), "across"),
    "thumb_up": turned(hand((), "out"), 65),
    "thumb_down": turned(hand((), "out"), -115),
    "ok": ok_sign(),
    "call_me": hand(("pinky",), "out"),
    "rock": hand(("index", "pinky"), "across"),
    "four": hand(ALL, "across"),
    "three": hand(("index", "middle"), "out"),
    "i_love_you": hand(("index", "pinky"), "out"),
}
OTHERS = {
    "telephone with the ring finger": ("call_me", hand(("ring", "pinky"), "out")),
    "another three": ("three", hand(("index", "middle", "ring"), "across")),
    "palm with the thumb beside the fingers": ("open_palm", hand(ALL, "beside")),
    "fist with the thumb beside it": ("fist", hand((), "beside")),
    "hand at rest": (NO_GESTURE, hand((), "beside", relaxed=ALL)),
    "thumb and index finger": (NO_GESTURE, hand(("index",), "out")),
    "little finger": (NO_GESTURE, hand(("pinky",), "across")),
    "middle finger": (NO_GESTURE, hand(("middle",), "across")),
    "two fingers side by side": (NO_GESTURE, side_by_side()),
    "thumb to the side": (NO_GESTURE, turned(hand((), "out"), -25)),
    "index finger half bent": (NO_GESTURE, hand((), "across", relaxed=("index",))),
}
UPRIGHT_ONLY = ("thumb_up", "thumb_down")


def named(points: np.ndarray, aspect: float = 1.0) -> str:
    """The gesture of one hand, (21, 3) on one scale."""
    (name,), _ = gestures([points / (aspect, 1, aspect)], ["Left"], aspect=aspect)
    return name


def test_every_gesture_is_tried_here():
    assert list(HANDS) == list(GESTURES)


@pytest.mark.parametrize("name", HANDS)
def test_gesture_of_a_hand(name):
    assert named(HANDS[name]) == name


@pytest.mark.parametrize(("name", "points"), OTHERS.values(), ids=OTHERS)
def test_gesture_of_other_hands(name, points):
    assert named(points) == name


@pytest.mark.parametrize("name", HANDS)
def test_place_size_and_shape_of_the_picture_do_not_matter(name):
    for aspect in (0.5, 1.0, 16 / 9):
        for size in (0.02, 0.3):
            assert named((0.4, 0.6, 0) + size * HANDS[name], aspect) == name


@pytest.mark.parametrize("name", HANDS)
def test_turned_pictures(name):
    angles = (-40, 40) if name in UPRIGHT_ONLY else range(0, 360, 30)
    assert {named(turned(HANDS[name], angle)) for angle in angles} == {name}


@pytest.mark.parametrize("name", HANDS)
def test_mirrored_and_tilted_hands(name):
    mirrored = HANDS[name] * (-1, 1, 1)
    for points in (HANDS[name], mirrored):
        assert {named(turned(points, angle, axis)) for axis in "xy" for angle in (-20, 20)} == {name}


def test_the_named_side_does_not_matter():
    assert gestures([HANDS["rock"]], ["Right"])[0] == gestures([HANDS["rock"]], ["Left"])[0]


@pytest.mark.parametrize("name", HANDS)
def test_jitter_rarely_gives_another_gesture(name):
    noise = np.random.default_rng(1).normal(0, 0.03, (200, 21, 3))
    found, _ = gestures(HANDS[name] + noise, ["Left"] * 200)
    assert found.count(name) > 140
    assert found.count(name) + found.count(NO_GESTURE) > 196


def test_scores_say_how_clear_a_hand_is():
    between = [(1 - share) * HANDS["four"] + share * HANDS["open_palm"] for share in np.linspace(0, 1, 51)]
    names, scores = gestures(between, ["Left"] * 51)
    assert (names[0], names[-1]) == ("four", "open_palm")
    assert scores.dtype == np.float32
    assert scores[[0, -1]] == pytest.approx(1)
    assert scores.min() < 0.7


def test_hands_that_are_not_seen():
    names, scores = gestures(np.full((1, 21, 3), np.nan), ["Left"])
    assert names == [NO_GESTURE]
    assert np.isnan(scores).all()
    none, empty = gestures(np.empty((0, 21, 3)), [])
    assert (none, empty.shape) == ([], (0,))


def test_hands_of_frames_and_videos():
    points = np.stack([[HANDS["rock"], HANDS["thumb_up"]], [HANDS["four"], np.full((21, 3), np.nan)]])
    sequence = HandSequence(
        xy=100 * points[..., :2],
        z=100 * points[..., 2],
        world=points,
        score=points[..., 0, 0],
        right=points[..., 0, 0],
        slots=(HandSlot(1, "left"), HandSlot(1, "right")),
        times_s=[0, 0.1],
        size=(640, 480),
        fps=10,
    )
    names, scores = gestures_of(sequence)
    assert names.tolist() == [["rock", "thumb_up"], ["four", NO_GESTURE]]
    assert np.isfinite(scores).tolist() == [[True, True], [True, False]]
    names, scores = gestures_of(sequence.frame(1))
    assert (names.tolist(), scores.shape) == (["four"], (1,))
    assert gestures_of(FrameHands.nobody((640, 480)))[0].shape == (0,)


@pytest.mark.parametrize(
    ("landmarks", "handedness", "aspect", "error", "message"),
    [
        (np.zeros((21, 3)), ["Left"], 1, InvalidHands, r"shape \(N, 21, 3\), but got \(21, 3\)"),
        (np.zeros((1, 33, 3)), ["Left"], 1, InvalidHands, r"got \(1, 33, 3\)"),
        (np.zeros((1, 21, 3)), [], 1, InvalidOption, "each of 1 hands"),
        (np.zeros((1, 21, 3)), ["left-handed"], 1, InvalidOption, "left-handed"),
        (np.zeros((1, 21, 3)), ["Left"], 0, InvalidOption, "above zero, but got 0"),
    ],
)
def test_refuses_what_is_not_hands(landmarks, handedness, aspect, error, message):
    with pytest.raises(error, match=message):
        gestures(landmarks, handedness, aspect=aspect)


def test_all_rows_are_declared_in_measures():
    measures = measure_hands(np.stack(list(HANDS.values())))
    named = {part.removeprefix("not ") for ways in GESTURES.values() for way in ways for part in way.conditions}
    assert named == set(measures)


SIGNS = {  # fingerspelling and digits that are a gesture, or clearly none
    **dict.fromkeys("as", "fist"),
    **dict.fromkeys("1d", "pointing"),
    **dict.fromkeys("2v", "victory"),
    **dict.fromkeys("36w", "three"),
    **dict.fromkeys("4b", "four"),
    **dict.fromkeys("9f", "ok"),
    "5": "open_palm",
    "y": "call_me",
    **dict.fromkeys("078chilorux", NO_GESTURE),
}


@pytest.mark.parametrize("signer", [1, 2, 3])
def test_hands_of_three_signers(shared_data, signer):
    with np.load(shared_data / "asl_signers" / "signers_1_2_3.npz") as held:
        wanted = (held["signer"] == signer) & np.isin(held["y"], list(SIGNS))
        names, _ = gestures(held["X"][wanted], held["handedness"][wanted])
        right = np.array([SIGNS[sign] for sign in held["y"][wanted].tolist()])
    is_right = right == names
    assert is_right[right != NO_GESTURE].mean() > 0.96
    assert is_right[right == NO_GESTURE].mean() > 0.9


@pytest.mark.parametrize(
    ("photo", "gesture"),
    [("call/0447", "call_me"), ("four/077f", "four"), ("none/0a0e", "pointing"), ("none/0a03", "thumb_down")],
)
def test_hands_in_photos(shared_data, photo, gesture):
    (path,) = (shared_data / "gestures").glob(f"{photo}*.jpg")
    names, scores = gestures_of(estimate_hands_image(path))
    assert names.tolist() == [gesture]
    assert scores[0] > 0.9


def test_a_telephone_whose_ring_finger_follows_the_little_finger(shared_data):
    (path,) = (shared_data / "gestures").glob("call/0e02*.jpg")
    small = cv2.resize(decode_picture(path), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    hands = estimate_hands_image(small, poses=estimate_image(small))
    names, scores = gestures_of(hands)
    held_up = hands.slots.index(HandSlot(1, "right"))
    assert names[held_up] == "call_me"
    assert scores[held_up] > 0.9
