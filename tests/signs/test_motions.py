"""Motions of hands that move as they are told, in a video and in a stream."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import pytest

from posecore.hands import HandSequence, HandSlot
from posecore.signs.live_motions import LiveMotions
from posecore.signs.measures import FINGERS, palm_length
from posecore.signs.motions import MOTIONS, Motion, find_motions
from tests.signs.hand_figure import hand, turned

LEFT, RIGHT = HandSlot(1, "left"), HandSlot(1, "right")
OPEN, FIST, INDEX = hand(tuple(FINGERS), "out"), hand((), "across"), hand(("index",), "across")
SECONDS = 4.0

Movement = Callable[[float], np.ndarray]
"""The hand at a time, (21, 3) in palm lengths, from the middle of the picture."""


def hands(
    *movements: Movement,
    slots: Sequence[HandSlot] = (RIGHT,),
    fps: float = 30,
    palm_px: float = 60,
    jitter: float = 0.01,
) -> HandSequence:
    """Each slot's hand moves as told, in a picture of 1280 x 720."""
    times = np.arange(0, SECONDS, 1 / fps)
    points = np.array([[move(time) for move in movements] for time in times])
    points += np.random.default_rng(3).normal(0, jitter, points.shape)
    shape = points.shape[:2]
    return HandSequence(
        xy=(640, 360) + palm_px * points[..., :2],
        z=palm_px * points[..., 2],
        world=0.09 * points,
        score=np.ones(shape),
        right=np.ones(shape),
        slots=tuple(slots),
        times_s=times,
        size=(1280, 720),
        fps=fps,
    )


def eased(time_s: float, start_s: float, length_s: float) -> float:
    """From 0 to 1, as hands move: slow, quick, slow."""
    return float((1 - np.cos(np.pi * np.clip((time_s - start_s) / length_s, 0, 1))) / 2)


def at(x: float, y: float = 0.0, shape: np.ndarray = OPEN) -> np.ndarray:
    return shape + np.array([x, y, 0])


def waving(time_s: float) -> np.ndarray:
    """From the wrist, 2 Hz, in the second second."""
    return turned(OPEN, 25 * np.sin(4 * np.pi * time_s) * (1 <= time_s < 3))


def waving_arm(time_s: float) -> np.ndarray:
    return at(1.2 * np.sin(3 * np.pi * time_s) * (1 <= time_s < 3))


def swiping(to: float, length_s: float = 0.35) -> Movement:
    """In the picture, so many palm lengths to the right; a second later slowly back."""
    return lambda time_s: at(to * (eased(time_s, 1, length_s) - 0.5 - eased(time_s, 2.4, 1.0)))


def beckoning(shape: np.ndarray = FIST) -> Movement:
    """Three times in two seconds."""
    straight = INDEX if shape is not FIST else OPEN

    def move(time_s: float) -> np.ndarray:
        share = (1 - np.cos(3 * np.pi * time_s)) / 2 if 2 / 3 <= time_s < 8 / 3 else 0.0
        return straight + 0.9 * share * (FIST - straight)

    return move


def clapping(side: float, times_s: Sequence[float] = (1.0, 1.5, 2.0)) -> Movement:
    """Hands that stand edge on come from 1.5 palm lengths to each side to 0.2."""
    shape = turned(OPEN, 80, "y")

    def move(time_s: float) -> np.ndarray:
        near = max(eased(time_s, when - 0.2, 0.2) - eased(time_s, when, 0.2) for when in times_s)
        return at(side * (1.5 - 1.3 * near), shape=shape)

    return move


def found(sequence: HandSequence) -> list[str]:
    return [motion.name for motion in find_motions(sequence)]


def clap(**options) -> HandSequence:
    return hands(clapping(1), clapping(-1), slots=(LEFT, RIGHT), **options)


MADE = {
    "wave": lambda **options: hands(waving, **options),
    "swipe_left": lambda **options: hands(swiping(4), **options),
    "swipe_right": lambda **options: hands(swiping(-4), **options),
    "beckon": lambda **options: hands(beckoning(), **options),
    "clap": clap,
}


def test_every_motion_is_tried_here():
    assert tuple(MADE) == MOTIONS


@pytest.mark.parametrize("fps", [10, 24, 60])
@pytest.mark.parametrize("name", MADE)
def test_at_any_frame_rate(name, fps):
    assert found(MADE[name](fps=fps)) == [name]


@pytest.mark.parametrize("name", MADE)
def test_at_any_distance(name):
    assert found(MADE[name](palm_px=16)) == [name]
    assert found(MADE[name](palm_px=110)) == [name]


@pytest.mark.parametrize("name", MADE)
def test_with_jitter_and_missed_frames(name):
    sequence = MADE[name](jitter=0.03)
    missed = np.random.default_rng(5).uniform(size=len(sequence)) < 0.15
    arrays = {
        key: np.where(missed.reshape(-1, *[1] * (array.ndim - 1)), np.nan, array)
        for key, array in sequence.arrays.items()
    }
    assert found(replace(sequence, **arrays)) == [name]


@pytest.mark.parametrize(
    ("name", "start_s", "end_s"),
    [("wave", 1.1, 2.9), ("swipe_left", 1.05, 1.3), ("beckon", 0.7, 2.6), ("clap", 0.9, 2.1)],
)
def test_when_and_whose(name, start_s, end_s):
    (motion,) = find_motions(MADE[name]())
    assert (motion.start_s, motion.end_s) == pytest.approx((start_s, end_s), abs=0.15)
    assert motion.slot == (LEFT if name == "clap" else RIGHT)
    assert 0.8 < motion.score <= 1


@pytest.mark.parametrize(
    ("movement", "expected"),
    [
        (waving_arm, ["wave"]),
        (beckoning(INDEX), ["beckon"]),
        (swiping(4, 0.2), ["swipe_left"]),
        (lambda time_s: turned(swiping(4)(time_s), 20), ["swipe_left"]),
        (lambda time_s: (1 + 0.3 * time_s) * waving(time_s), ["wave"]),
    ],
    ids=["wave of the arm", "index finger beckons", "quick swipe", "slanting swipe", "wave while coming nearer"],
)
def test_other_ways(movement, expected):
    assert found(hands(movement)) == expected


@pytest.mark.parametrize(
    "movement",
    [
        lambda time_s: at(0),
        swiping(4, 1.2),
        swiping(1.2),
        lambda time_s: at(0, 4 * eased(time_s, 1, 0.35)),
        lambda time_s: turned(swiping(4)(time_s), 60),
        lambda time_s: at(4 * (eased(time_s, 1, 0.3) - eased(time_s, 1.3, 0.3))),
        lambda time_s: at(2.5 * np.sin(2 * np.pi * time_s), shape=turned(OPEN, 180)),
        lambda time_s: at(25 * time_s / SECONDS),
        lambda time_s: at(0.9 * np.sin(4 * np.pi * time_s), shape=FIST),
        lambda time_s: at(0, 1.5 * np.sin(4 * np.pi * time_s)),
        lambda time_s: OPEN + eased(time_s, 1, 0.4) * (FIST - OPEN),
    ],
    ids=[
        "still",
        "slow",
        "short",
        "downwards",
        "steep",
        "straight back",
        "hanging while walking",
        "carried across the picture",
        "fist to and fro",
        "up and down",
        "closes once",
    ],
)
def test_nothing_in_other_movements(movement):
    assert found(hands(movement)) == []


def test_both_hands_across_are_no_swipe():
    assert found(hands(swiping(4), swiping(-4), slots=(LEFT, RIGHT))) == []
    others = (LEFT, HandSlot(2, "left"))
    assert found(hands(swiping(4), swiping(-4), slots=others)) == ["swipe_left", "swipe_right"]


def test_hands_that_stay_together_are_no_clap():
    def folding(side: float) -> Movement:
        return lambda time_s: at(side * (1.5 - 1.3 * eased(time_s, 1, 0.2)))

    assert "clap" not in found(hands(folding(1), folding(-1), slots=(LEFT, RIGHT)))


def test_hands_that_hide_each_other_when_they_clap():
    sequence = clap()
    hidden = sequence.xy[:, 0, 0, 0] - sequence.xy[:, 1, 0, 0] < 60
    assert hidden.any()
    arrays = {name: np.array(array) for name, array in sequence.arrays.items()}
    for array in arrays.values():
        array[hidden, 1] = np.nan
    assert found(replace(sequence, **arrays)) == ["clap"]


def test_a_real_hand(shared_data):
    with np.load(shared_data / "asl_signers" / "signers_1_2_3.npz") as held:
        real = held["X"][(held["y"] == "5") & (held["signer"] == 3)][0]
        closed = held["X"][(held["y"] == "s") & (held["signer"] == 3)][0]
    shape, fist = ((each - each[0]) / palm_length(each) for each in (real, closed))

    def beckon(time_s: float) -> np.ndarray:
        return shape + (1 - np.cos(3 * np.pi * time_s)) / 2 * (fist - shape) if 2 / 3 <= time_s < 8 / 3 else shape

    assert found(hands(lambda time_s: turned(shape, 25 * np.sin(4 * np.pi * time_s)))) == ["wave"]
    assert found(hands(lambda time_s: shape + swiping(4)(time_s) - OPEN)) == ["swipe_left"]
    assert found(hands(beckon)) == ["beckon"]


def test_most_of_a_swipe_must_be_seen():
    sequence = hands(swiping(4, 0.4))
    hidden = (sequence.times_s > 1.08) & (sequence.times_s < 1.32)
    arrays = {name: np.array(array) for name, array in sequence.arrays.items()}
    for array in arrays.values():
        array[hidden] = np.nan
    assert found(sequence) == ["swipe_left"]
    assert found(replace(sequence, **arrays)) == []


def test_hands_of_few_pixels_are_not_trusted():
    assert [found(made(palm_px=10)) for made in MADE.values()] == [[]] * len(MADE)


def test_two_claps_far_apart_are_two():
    pauses = (0.6, 2.8)
    assert found(hands(clapping(1, pauses), clapping(-1, pauses), slots=(LEFT, RIGHT))) == ["clap", "clap"]


def test_hands_that_were_mixed_up_do_nothing():
    sequence = hands(lambda time_s: at(-2), lambda time_s: at(2), slots=(LEFT, RIGHT))
    swapped = (sequence.times_s % 0.7 < 0.35)[:, None]
    arrays = {
        name: np.where(swapped.reshape(-1, *[1] * (array.ndim - 1)), array[:, ::-1], array)
        for name, array in sequence.arrays.items()
    }
    assert found(replace(sequence, **arrays)) == []


def test_nothing_goes_on_across_a_cut():
    sequence = hands(swiping(4))
    assert found(replace(sequence, cuts=[int(np.searchsorted(sequence.times_s, 1.17))])) == []


def test_no_hands():
    assert find_motions(HandSequence.empty([0, 0.1], [RIGHT], size=(64, 48), fps=10)) == []
    assert find_motions(HandSequence.empty([], [], size=(64, 48), fps=10)) == []


def live(sequence: HandSequence) -> list[tuple[float, Motion]]:
    """All motions of a stream, each with the time at which it was reported."""
    stream = LiveMotions()
    frames = map(sequence.frame, range(len(sequence)))
    return [(frame.time_s, motion) for frame in frames for motion in stream.feed(frame)]


@pytest.mark.parametrize("name", MADE)
def test_a_stream_reports_each_motion_once_and_soon(name):
    whole = find_motions(MADE[name]())[0]
    ((reported_s, motion),) = live(MADE[name]())
    assert motion.name == name
    assert reported_s < whole.end_s + 0.5
    assert motion.start_s == pytest.approx(whole.start_s, abs=0.1)


def test_a_stream_that_begins_again_forgets():
    sequence = hands(swiping(4))
    stream = LiveMotions()
    runs = [[motion.name for frame in map(sequence.frame, range(120)) for motion in stream.feed(frame)] for _ in "ab"]
    assert runs == [["swipe_left"], ["swipe_left"]]
