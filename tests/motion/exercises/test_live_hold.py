"""Timing a held position frame by frame, as compared with the whole clip."""

import time
from dataclasses import replace

import numpy as np
import pytest

from posecore import InvalidOption, PoseSequence, count_repetitions
from posecore.motion.exercises.live_hold import LiveHold
from tests.motion.exercises.figure import figure, noisy, plank, without

SAME_S = 0.1


def planks(*held_s: tuple[float, float], end_s: float, hip: float = 0) -> PoseSequence:
    """Planks from one time to another; in between the hips are high up, so that it is none."""
    times = np.arange(0, end_s, 1 / 30)
    down = np.any([(times > start_s) & (times < stop_s) for start_s, stop_s in held_s], axis=0)
    return figure(times, lying=80, hip=np.where(down, hip, 150), left_shoulder=80, right_shoulder=80, turned=90)


def hold(sequence: PoseSequence, *, at_once: int = 6) -> tuple[LiveHold, list[float]]:
    """Time it as in a live stream, and note the seconds held after each few frames."""
    live, seconds = LiveHold("plank"), []
    frames = [sequence.frame(index) for index in range(len(sequence))]
    for start in range(0, len(frames), at_once):
        live.add(frames[start : start + at_once])
        seconds.append(sum(each.held_s for each in live.held))
    live.add([], last=True)
    return live, seconds


@pytest.mark.parametrize("at_once", [6, 40])
def test_live_and_clip_give_the_same_times_on_the_same_frames(at_once):
    sequence = noisy(planks((2, 12), (12.4, 20), (23, 24), (26, 31), end_s=34), 0.01)
    sequence = without(sequence, (sequence.times_s > 15) & (sequence.times_s < 15.7))
    live, _ = hold(sequence, at_once=at_once)
    clip = count_repetitions(sequence, "plank")
    assert len(live.held) == len(clip.held) == 2, "a wobble is no end, and what is held for a second is no hold"
    for one, other in zip(live.held, clip.held, strict=True):
        assert (one.start_s, one.end_s) == pytest.approx((other.start_s, other.end_s), abs=SAME_S)
        assert [note.verdict for note in one.form] == [note.verdict for note in other.form]
        assert [note.value for note in one.form] == pytest.approx([note.value for note in other.form], abs=1)


def test_a_gap_in_which_nobody_is_seen_ends_a_hold():
    sequence = planks((1, 12), end_s=14)
    sequence = without(sequence, (sequence.times_s > 6) & (sequence.times_s < 7.5))
    live, _ = hold(sequence)
    clip = count_repetitions(sequence, "plank")
    assert [each.held_s for each in live.held] == pytest.approx([each.held_s for each in clip.held], abs=SAME_S)
    assert len(live.held) == 2


def test_seconds_are_shown_as_they_pass_and_stop_with_the_position():
    sequence = planks((2, 10), end_s=13)
    _, seconds = hold(sequence)
    shown = dict(zip(np.arange(len(seconds)) * 6, seconds, strict=True))
    assert shown[90] == 0, "held for a second it is only passed through"
    assert shown[150] == pytest.approx(3.2, abs=0.4)
    assert shown[270] == pytest.approx(7.2, abs=0.4)
    assert seconds[-1] == pytest.approx(8, abs=0.3)


def test_a_long_hold_is_timed_whole_in_a_bounded_window_and_time():
    sequence = planks((2, 43), end_s=45)
    began = time.process_time()
    live, seconds = hold(sequence)
    assert (time.process_time() - began) / len(seconds) < 0.05
    assert live.held[0].held_s == pytest.approx(count_repetitions(sequence, "plank").held[0].held_s, abs=SAME_S)
    assert len(live.times_s) <= 901


def test_a_fault_is_said_while_it_is_there_and_kept_in_a_hold_longer_than_the_window():
    sound, high = (planks((2, 48), end_s=50, hip=degrees) for degrees in (0, 70))
    piked = (sound.times_s > 8) & (sound.times_s < 12)
    arrays = {
        name: np.where(piked.reshape(-1, *[1] * (array.ndim - 1)), high.arrays[name], array)
        for name, array in sound.arrays.items()
    }
    sequence, live, said = replace(sound, **arrays), LiveHold("plank"), {}
    for index in range(0, len(sequence), 15):
        live.add([sequence.frame(each) for each in range(index, min(index + 15, len(sequence)))])
        said[index / 30] = [note.check for note in live.form if note.verdict == "fault"]
    assert said[7] == said[20] == []
    assert said[12] == ["hips high"]
    [note] = [note for note in live.held[0].form if note.verdict == "fault"]
    [truth] = [note for note in count_repetitions(sequence, "plank").held[0].form if note.verdict == "fault"]
    assert (note.check, note.value) == (truth.check, pytest.approx(truth.value, abs=1))


def test_standing_is_no_plank_and_nobody_is_said():
    live, _ = hold(figure(np.arange(0, 5, 1 / 30), turned=90))
    assert (live.held, live.holding, live.missing) == ([], False, ())
    live, _ = hold(without(plank(), np.ones(len(plank()), bool)))
    assert (live.held, live.holding, live.missing) == ([], False, None)


@pytest.mark.parametrize("exercise", ["squat", "angle:knee", "swim"])
def test_only_what_is_held_is_timed(exercise):
    with pytest.raises(InvalidOption, match="Expected an exercise that is held"):
        LiveHold(exercise)
