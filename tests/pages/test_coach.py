"""The live coach: sets and rests with times passed in, and what the page is told."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from pages.ui.live.coach import Coach
from pages.ui.live.numbers import report
from pages.ui.live.sets import COUNTDOWN_S, Sets, Target
from pages.ui.live.stream import LiveOptions, LiveStream
from posecore import BLAZEPOSE_33, PoseOptions, PoseSequence
from posecore.motion.exercises.results import Held, Repetition
from tests.motion.exercises.figure import bumps, figure, squats, times_for
from tests.motion.exercises.test_live_hold import planks

TARGET = Target(amount=2, sets=2, rest_s=10)


def repetition(extreme_s: float) -> Repetition:
    return Repetition(extreme_s - 1, extreme_s, extreme_s + 1, "both", {}, {"down": 1, "hold": 0, "up": 1}, None, 1)


def test_sets_go_from_waiting_to_the_end():
    sets, done = Sets(TARGET), []
    seen = []
    for tenth in range(600):
        now_s = tenth / 10
        if tenth % 30 == 0:
            done.append(repetition(now_s - 1))
        sets.go_on(now_s, now_s > 2, done)
        seen += [(sets.phase, sets.number)] if (sets.phase, sets.number) not in seen else []
    expected = [("wait", 1), ("countdown", 1), ("work", 1), ("rest", 1), ("work", 2), ("done", 2)]
    assert seen == expected
    assert [len(each.repetitions) for each in sets.sets] == [2, 2]
    assert all(each.finished for each in sets.sets)


def test_only_what_is_done_within_a_set_counts():
    sets = Sets(TARGET)
    sets.go_on(0, True, [])
    sets.go_on(1, True, [repetition(0.5)])
    sets.go_on(COUNTDOWN_S, True, [repetition(0.5)])
    sets.go_on(6, True, [repetition(0.5), repetition(2.5), repetition(5)])
    assert sets.count == 1, "before “Go” nothing counts"
    many = [repetition(0.5), repetition(2.5), *(repetition(5 + number) for number in range(4))]
    sets.go_on(9, True, many)
    assert (sets.phase, sets.count) == ("rest", 2), "nor does what is beyond the target"
    sets.go_on(12, True, [*many, repetition(11)])
    sets.go_on(19, True, [*many, repetition(11)])
    assert (sets.phase, sets.count, sets.number) == ("work", 0, 2), "nor what is done in a rest"


def test_the_seconds_left_count_down():
    sets = Sets(TARGET)
    sets.go_on(0, True, [])
    assert [sets.seconds_left(now_s) for now_s in (0, 0.5, 2.5, 3, 9)] == [3, 3, 1, 0, 0]
    sets.go_on(3, True, [])
    assert sets.seconds_left(3) is None


def test_whoever_leaves_is_waited_for_and_keeps_the_count():
    sets = Sets(TARGET)
    sets.go_on(0, True, [])
    sets.go_on(1, False, [])
    assert sets.phase == "wait", "during the countdown"
    sets.begin_set(2)
    sets.go_on(4, False, [repetition(3)])
    assert (sets.phase, sets.count) == ("work", 1), "a set goes on"
    sets.go_on(6, False, [repetition(3), repetition(5)])
    sets.go_on(17, False, [repetition(3), repetition(5)])
    assert (sets.phase, sets.number) == ("wait", 2), "after a rest"
    sets.end(18)
    assert (sets.phase, len(sets.sets)) == ("done", 1)


def test_what_is_held_within_a_set_is_timed_up_to_the_target():
    sets = Sets(Target(amount=10, sets=2, rest_s=5))
    sets.begin_set(100)
    sets.go_on(103, True, held=[Held(98, 103)])
    assert (sets.count, sets.phase) == (3, "work"), "from “Go” on"
    sets.go_on(106, True, held=[Held(98, 104)])
    assert sets.count == 4, "it stops with the position"
    sets.go_on(114, True, held=[Held(98, 104), Held(108, 114)])
    assert (sets.count, sets.phase, sets.sets[0].finished) == (10, "rest", True)
    assert sets.sets[0].held == [Held(100, 104), Held(108, 114)]
    sets.go_on(119, True, held=[Held(98, 104), Held(108, 119)])
    assert (sets.phase, sets.count) == ("work", 0)
    sets.go_on(122, True, held=[Held(98, 104), Held(108, 122)])
    assert sets.count == 3, "who goes on in the rest begins anew"


def train(coach: Coach, sequence: PoseSequence, begin_s: float = 1000.0) -> list[dict]:
    """What the page is told as the frames arrive, five times a second; each request sees the last seconds again."""
    answers = []
    frames = [replace(sequence.frame(index), time_s=begin_s + at) for index, at in enumerate(sequence.times_s)]
    for end in range(6, len(frames), 6):
        answers.append(coach.report(frames[max(0, end - 60) : end], frames[end].time_s))
    return answers


def test_a_coach_counts_sets_and_gives_cues():
    coach = Coach("squat", TARGET)
    answers = train(coach, squats([1] * 11))
    phases = list(dict.fromkeys((each["phase"], each["set"]) for each in answers))
    assert phases == [("wait", 1), ("countdown", 1), ("work", 1), ("rest", 1), ("work", 2), ("done", 2)]
    assert [each["cue"] for each in answers if each["phase"] == "done"][-1].startswith("Well done")
    cues = list(dict.fromkeys(each["cue"] for each in answers))
    assert {"Get ready", "Go", "One more", "Set done", "Rest"} <= set(cues)
    assert max(each["progress"] or 0 for each in answers) > 90
    assert (answers[-1]["total"], answers[-1]["finished"], answers[-1]["result"]) == (4, 2, None)
    result = json.loads(json.dumps(coach.report([], 2000, "result")["result"]))
    assert [each["count"] for each in result["sets"]] == [2, 2]
    first = result["sets"][0]["repetitions"][0]
    assert first["start_s"] == 0
    assert all(note["time_s"] is None or 0 <= note["time_s"] < 3 for note in first["form"])
    assert result["sets"][0]["tempo_s"]["down"] == pytest.approx(0.65, abs=0.2)


def test_the_coach_says_which_parts_are_not_in_view():
    sequence = squats([1, 1])
    visibility = sequence.visibility.copy()
    visibility[:, :, [BLAZEPOSE_33.index(f"{side}_ankle") for side in ("left", "right")]] = 0.1
    coach = Coach("squat", TARGET)
    answers = train(coach, replace(sequence, visibility=visibility))
    assert {each["phase"] for each in answers} == {"wait"}
    assert answers[0]["cue"] == "Step into view"
    assert answers[-1]["cue"] == "Step back: your feet are not in view"


def test_a_part_of_a_repetition_is_a_cue_and_does_not_count():
    coach = Coach("squat", Target(5, 1, 0))
    answers = train(coach, squats([1, 1, 1, 1, 0.45, 1]))
    assert "Go all the way: that was only a part" in [each["cue"] for each in answers]
    assert answers[-1]["count"] == 4, "the first is over before “Go”"


def test_a_fault_of_form_is_a_cue_after_its_repetition():
    coach = Coach("squat", Target(6, 1, 0))
    answers = train(coach, squats([0.6] * 8))
    faults = [
        note for each in coach.report([], 2000, "result")["result"]["sets"][0]["repetitions"] for note in each["form"]
    ]
    cues = {note["cue"] for note in faults if note["verdict"] == "fault" and note["sureness"] >= 0.6}
    assert cues
    assert cues & {each["cue"] for each in answers if each["phase"] == "work"}
    deep = train(Coach("squat", Target(6, 1, 0)), squats([1.2] * 8))
    assert {note["cue"] for note in faults if note["check"] == "depth"}.isdisjoint(each["cue"] for each in deep)


def test_a_plank_is_timed_in_sets_and_its_form_is_said():
    coach, spans_s = Coach("plank", Target(8, 2, 4)), ((8, 12), (15, 20), (25, 43))
    answers = train(coach, planks(*spans_s, end_s=43))
    phases = list(dict.fromkeys((each["phase"], each["set"]) for each in answers))
    assert phases == [("wait", 1), ("countdown", 1), ("work", 1), ("rest", 1), ("work", 2), ("done", 2)]
    assert all(each["held"] for each in answers)
    counts = [each["count"] for each in answers if each["set"] == 1 and each["phase"] == "work"]
    assert sorted(counts) == counts, "the clock only stops"
    assert {0, 2, 3, 4, 6, 7} <= set(counts)
    said = [each["cue"] for each in answers]
    assert {"Go", "Get into position", "Hold", "Get back into position", "Almost done"} <= set(said)
    high = train(Coach("plank", Target(8, 1, 0)), planks(*spans_s, end_s=20, hip=70))
    faults = {each["count"] for each in high if each["cue"].startswith("Your hips are high")}
    assert {2, 3, 6, 7} <= faults
    assert not any("hips" in cue for cue in said)
    result = json.loads(json.dumps(coach.report([], 2000, "result")["result"]))
    assert result["target"] == {"seconds": 8, "sets": 2, "rest_s": 4}
    assert [each["held_s"] for each in result["sets"]] == pytest.approx([8, 8], abs=0.01)
    assert [each["count"] for each in result["sets"]] == [2, 1]
    assert result["sets"][0]["held"][0]["start_s"] == 0


def test_an_angle_is_counted_by_its_name():
    times = times_for(8)
    coach = Coach("angle:left_elbow", Target(3, 1, 0))
    answers = train(coach, figure(times, left_elbow=90 * bumps(times, [1] * 8)))
    assert (answers[-1]["exercise"], answers[-1]["phase"], answers[-1]["total"]) == ("Left elbow", "done", 3)
    hidden = figure(times)
    visibility = hidden.visibility.copy()
    visibility[:, :, BLAZEPOSE_33.index("left_wrist")] = 0.1
    cue = train(Coach("angle:left_elbow", TARGET), replace(hidden, visibility=visibility))[-1]["cue"]
    assert cue == "Step back: your left hand is not in view"


def test_a_finished_session_is_at_hand_as_a_value():
    coach = Coach("squat", TARGET)
    assert coach.finished is None
    before = datetime.now(UTC)
    train(coach, squats([0.6] * 11, turned=90))
    session = coach.finished
    assert session is not None
    assert (session.exercise, session.is_held) == ("squat", False)
    assert [len(each.repetitions) for each in session.sets] == [2, 2]
    assert before <= session.started_at <= datetime.now(UTC)
    assert {note.check for note in session.form if note.verdict == "fault"} >= {"depth"}
    assert session.as_dict() == coach.report([], 2000, "result")["result"]
    coach.report([], 2001, "again")
    assert coach.finished is None


def test_the_count_is_kept_when_the_stream_begins_again():
    coach = Coach("squat", Target(20, 1, 0))
    before = train(coach, squats([1] * 5))[-1]["count"]
    answers = train(coach, squats([1] * 4), begin_s=1100)
    assert answers[0]["count"] == before >= 3
    assert answers[-1]["count"] == before + 4


def test_the_visitor_can_begin_end_and_start_over():
    coach = Coach("squat", TARGET)
    assert coach.report([], 0)["phase"] == "wait"
    assert coach.report([], 1, "begin")["phase"] == "work"
    ended = coach.report([], 2, "end")
    assert (ended["phase"], ended["cue"]) == ("done", "Finished early")
    assert coach.report([], 2, "result")["result"]["sets"] == [
        {"set": 1, "count": 0, "finished": False, "length_s": 0, "tempo_s": {}, "repetitions": []}
    ]
    assert coach.report([], 3, "again")["phase"] == "wait"
    assert coach.report([], 3, "nonsense")["phase"] == "wait"


def test_what_is_done_until_the_end_counts():
    coach, sequence = Coach("squat", Target(20, 1, 0)), squats([1] * 4)
    frames = [sequence.frame(index) for index in range(len(sequence))]
    coach.report([], frames[0].time_s, "begin")
    ended = coach.report(frames, frames[-1].time_s, "end")
    assert (ended["phase"], ended["count"]) == ("done", 4)


def test_a_request_stays_quick_in_a_long_session():
    coach = Coach("squat", Target(100, 1, 0))
    sequence = squats([1] * 20)
    began = time.process_time()
    answers = train(coach, sequence)
    assert (time.process_time() - began) / len(answers) < 0.05
    assert answers[-1]["count"] >= 18


def test_the_answer_about_a_stream_has_its_coach():
    stream = LiveStream(LiveOptions(PoseOptions()))
    assert json.loads(report(stream, {}))["coach"] is None
    stream.coach = Coach("squat", TARGET)
    assert json.loads(report(stream, {}))["coach"]["cue"] == "Step into view"
    assert json.loads(report(stream, {"coach": "begin"}))["coach"]["phase"] == "work"
