"""Letters, practice and taught signs before a live camera, without one."""

import json
from dataclasses import replace

import numpy as np
import pytest

from pages.ui.live.device_frames import frame_bytes
from pages.ui.live.device_link import Device
from pages.ui.live.device_stream import DeviceStream
from pages.ui.live.followed import Moment
from pages.ui.live.gesture_buttons import BUTTONS, GestureButtons
from pages.ui.signs.book import TaughtSigns
from pages.ui.signs.letter_hands import letter_shapes
from pages.ui.signs.live import _report
from pages.ui.signs.live_spelling import LiveSpelling
from pages.ui.signs.live_words import COUNTDOWN_S, LiveLesson, LiveWords
from posecore import FrameHands, FramePoses, HandSlot
from tests.signs.drawing import drawn
from tests.signs.signers import film, movement_of
from tests.synthetic_hands import RIGHT, hands_at

SIZE = (640, 480)


def moment_of(
    letter: str | None, time_s: float, *, side: str = "right", at: tuple[float, float] = (320, 240)
) -> Moment:
    """A hand that shows a letter; None: no hand."""
    nobody = FramePoses.nobody(SIZE, time_s)
    if letter is None:
        return Moment(0, time_s, nobody, FrameHands.nobody(SIZE, time_s))
    points = 80 * letter_shapes()[letter] * [1 if side == "right" else -1, 1, 1]
    one = np.ones(1)
    slots = (HandSlot(1, side),)
    world = np.zeros((1, 21, 3))
    hands = FrameHands(points[None, :, :2] + np.array(at), points[None, :, 2], world, one, one, slots, time_s, SIZE)
    return Moment(0, time_s, nobody, hands)


def shown(*letters: str | None, **how) -> list[Moment]:
    """Each letter for a second, at 20 frames per second."""
    return [moment_of(letter, index + tenth / 20, **how) for index, letter in enumerate(letters) for tenth in range(20)]


@pytest.mark.parametrize("side", ["right", "left"])
def test_held_letters_are_taken_once_and_told_to_the_browser_that_does_not_know_them(side):
    spelling = LiveSpelling()
    answer = spelling.report(shown("D", "I", side=side), since=0)
    assert (answer["taken"], answer["number"], answer["letter"]) == (["D", "I"], 2, "I")
    assert spelling.report([], since=1)["taken"] == ["I"]
    assert spelling.report([], since=2)["taken"] == []


def test_the_i_that_becomes_a_j_is_taken_back_and_practice_asks_for_shapes_only():
    points, times = drawn("J", shape=letter_shapes()["I"], fps=20, rest_s=1)
    stream = []
    for corners, time_s in zip(80 * points + [320, 240, 0], times.tolist(), strict=True):
        still = moment_of("I", time_s)
        hands = replace(still.hands, xy=corners[None, :, :2], z=corners[None, :, 2])
        stream.append(replace(still, hands=hands))
    spelling = LiveSpelling()
    # The hand moves to the side, as it does for a double letter.
    assert spelling.report(stream, since=0)["taken"] == ["I", "I", "\b", "\b", "J"]
    practice = LiveSpelling()
    practice.practise(True)
    assert practice.report(stream, since=0)["taken"] == []


def test_without_a_hand_the_board_says_what_helps_and_has_no_nan():
    answer = LiveSpelling().report(shown(None, None, None, None), since=0)
    assert (answer["letter"], answer["taken"]) == ("", [])
    assert "without gloves" in answer["hint"]
    json.dumps(answer, allow_nan=False)


def test_half_a_hand_is_named():
    assert "outside the picture" in LiveSpelling().report(shown("D", at=(640, 240)), since=0)["hint"]


def test_practice_asks_counts_and_adds_nothing_to_the_text():
    spelling = LiveSpelling()
    spelling.practise(True)
    asked = spelling.report([], since=0)["practice"]["asked"]
    other = next(letter for letter in "DI" if letter != asked)
    wrong = spelling.report(shown(other), since=0)
    assert (wrong["practice"]["asked"], wrong["practice"]["wrong"], wrong["taken"]) == (asked, other, [])
    skipped = spelling.report([], since=0, wish="skip")["practice"]
    assert (skipped["done"], skipped["skipped"], skipped["mean_s"]) == (1, 1, None)
    assert skipped["picture"].startswith("data:image/svg+xml")
    json.dumps(wrong | {"practice": skipped}, allow_nan=False)


def moments_of(text: str, *, after_s: float) -> list[Moment]:
    """A made-up signer who does a made-up sign."""
    poses, hands = film([movement_of(text)])
    frames = ((poses.frame(index), hands.frame(index)) for index in range(len(poses)))
    return [
        Moment(
            0, body.time_s, replace(body, time_s=body.time_s + after_s), replace(found, time_s=found.time_s + after_s)
        )
        for body, found in frames
    ]


def test_a_sign_recorded_from_the_camera_is_spotted_in_the_stream():
    signs = TaughtSigns()
    lesson = LiveLesson(signs)
    assert lesson.report(moments_of("tea", after_s=0)[:2], -1)["lesson"] == "waiting"
    lesson.text = "a cup of tea"
    assert lesson.report(moments_of("tea", after_s=1)[:2], -1, "record")["state"] == "Hands down, get ready"
    lesson.report(moments_of("tea", after_s=1.1 + COUNTDOWN_S), -1)
    assert lesson.report([], -1, "stop")["over"] == 1
    assert [(sign.text, len(sign.examples)) for sign in signs.book.signs] == [("a cup of tea", 1)]
    words = LiveWords(signs)
    answer = words.report(moments_of("tea", after_s=20), 0)
    assert (answer["taken"], answer["state"]) == (["a cup of tea", " "], "Found: a cup of tea")
    signs.undo()
    assert words.report(moments_of("tea", after_s=40), 1)["taken"] == []


def test_nothing_is_learnt_from_a_recording_that_is_stopped_in_its_countdown():
    signs = TaughtSigns()
    lesson = LiveLesson(signs)
    lesson.text = "tea"
    lesson.report(moments_of("tea", after_s=0)[:2], -1, "record")
    lesson.report([], -1, "stop")
    assert len(signs.book) == 0
    assert signs.told == [(False, "Nothing was recorded: it was stopped during the countdown.")]


def test_a_gesture_presses_its_button_once_it_is_held_and_again_only_after_it_was_let_go():
    buttons = GestureButtons()

    def hold(start_s: float, seconds: float, *, hand: bool = True) -> dict:
        times = [start_s + tenth / 10 for tenth in range(round(10 * seconds))]
        # An open hand.
        frames = [hands_at({RIGHT: (320, 400)} if hand else {}, time_s=time_s) for time_s in times]
        return buttons.report((FramePoses.nobody(SIZE, each.time_s), each) for each in frames)

    assert (hold(0, 0.6)["pressed"], hold(0.6, 0.5)["pressed"]) == (0, 1)
    state = hold(1.1, 2)
    assert (state["pressed"], state["gesture"], state["progress"]) == (1, "open palm", 1)
    assert state["selector"] == BUTTONS["open_palm"].selector
    assert hold(3.1, 1, hand=False)["progress"] == 0
    assert hold(4.1, 1.2)["pressed"] == 2


def sent(moments: list[Moment]) -> bytes:
    """Moments as a browser sends them."""
    return b"".join(
        frame_bytes(each.poses, number, each.poses.time_s, each.hands) for number, each in enumerate(moments, 1)
    )


def test_letters_of_the_visitors_own_device_are_read_from_its_landmarks():
    """What the board asks is answered from whatever stream the device has at that time."""
    device, spelling = Device(), LiveSpelling()
    device.stream.remembers = True
    assert device.stream.is_followed
    device.stream.begin()
    device.stream.take(sent(shown("D", "I")))
    answer = json.loads(_report(device, spelling, {"since": "0"}))
    assert (answer["taken"], answer["letter"]) == (["D", "I"], "I")
    assert "picture" in answer
    device.stream.end()
    assert device.stream.remembers, "so does the next one"
    assert device.stream.moments() == []


def test_gestures_of_the_visitors_own_device_press_buttons_and_are_told_in_words():
    stream = DeviceStream()
    stream.gestures, stream.reads_hands = GestureButtons(), True
    assert stream.is_followed
    stream.begin()
    moments = [
        Moment(0, 0, FramePoses.nobody(SIZE, at / 20), hands_at({RIGHT: (320, 300)}, time_s=at / 20))
        for at in range(40)
    ]
    stream.take(sent(moments))
    answer = json.loads(stream.digest())
    assert (answer["gestures"]["pressed"], answer["gestures"]["gesture"]) == (1, "open palm")
    assert answer["words"] == "Right hand: open palm."
    stream.begin()
    point = replace(moments[0].hands, xy=np.zeros((1, 21, 2)), z=np.zeros((1, 21)), world=np.zeros((1, 21, 3)))
    stream.take(frame_bytes(moments[0].poses, 1, 9.0, point))
    stream._answered_at = 0
    assert json.loads(stream.digest())["words"] == "Right hand.", "a hand without a size shows nothing"
