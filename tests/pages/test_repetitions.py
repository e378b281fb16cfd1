"""Repetitions on the pages: counted in a result as it was estimated, once for each choice."""

from dataclasses import replace

import cv2
import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.shared.explain import NOBODY
from posecore import PoseSequence, Smoothing, count_repetitions, save_sequence, smooth_sequence
from posecore.media.clips import open_clip, read_frame
from posecore.view.form_pictures import draw_note
from tests.motion.exercises.figure import bumps, figure, plank, squats, times_for, together, without
from tests.pages.test_explore import open_saved
from tests.pages.test_video import upload

STANDING = figure(np.arange(0, 3, 1 / 30))


@pytest.fixture
def explore(app, tmp_path):
    """Open a result on the Explore page."""

    def opened(sequence: PoseSequence, raw: PoseSequence | None = None) -> AppTest:
        path = tmp_path / "gym.posecore.npz"
        save_sequence(sequence, path, raw=raw)
        open_saved(app, path.read_bytes(), "gym.posecore.npz")
        return app

    return opened


@pytest.fixture
def counting(monkeypatch) -> list[tuple]:
    """The counts that are made from now on."""
    made = []

    def count(sequence, exercise, *, person):
        made.append((sequence, exercise, person))
        return count_repetitions(sequence, exercise, person=person)

    monkeypatch.setattr("pages.ui.explore.repetitions.count_repetitions", count)
    return made


def choose(app: AppTest, label: str, value: object) -> None:
    next(box for box in app.selectbox if box.label == label).set_value(value).run()
    assert not app.exception


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric if metric.label != "Frames with a person"}


def tables(app: AppTest, column: str) -> list[pd.DataFrame]:
    return [table.value for table in app.dataframe if column in table.value]


def said(app: AppTest) -> str:
    return " ".join(text.value for text in app.markdown)


def test_squats_are_recognised_counted_and_listed(explore):
    app = explore(squats([1, 1, 0.5, 1]))
    assert metrics(app) == {"Squat": "3"}
    assert "Recognised as **Squat**." in said(app)
    [repetitions], [skipped] = tables(app, "Lowest (s)"), tables(app, "Reason")
    assert repetitions["No."].tolist() == [1, 2, 3]
    assert repetitions["Lowest (s)"].tolist() == pytest.approx([2, 4.5, 9.5], abs=0.1)
    assert {"Start (s)", "End (s)", "Side", "Down (s)", "Hold (s)", "Up (s)", "Left knee (°)"} < set(repetitions)
    assert "Person" not in repetitions
    assert skipped["Reason"].tolist() == [each.reason for each in count_repetitions(squats([1, 1, 0.5, 1])).not_counted]
    assert any("not medical advice" in caption.value for caption in app.caption)


def test_an_exercise_or_an_angle_can_be_chosen(explore):
    app = explore(squats([1, 1, 1]))
    choose(app, "Exercise", "biceps_curl")
    assert metrics(app) == {"Biceps curl": "0"}
    assert "Nothing was counted: no movement of this kind was found." in said(app)
    assert "By itself it would be recognised as Squat." in said(app)
    choose(app, "Exercise", "any")
    assert metrics(app) == {"Whatever repeats": "3"}
    choose(app, "Exercise", "angle:")
    choose(app, "Angle", "left_knee")
    assert metrics(app) == {"Left knee": "3"}


def test_nothing_is_counted_again_when_the_page_runs_again(explore, counting):
    app = explore(squats([1, 1]))
    app.run()
    assert [exercise for _, exercise, _ in counting] == ["auto"]
    choose(app, "Exercise", "squat")
    choose(app, "Exercise", "auto")
    assert [exercise for _, exercise, _ in counting] == ["auto", "squat"]


def test_it_is_counted_in_the_landmarks_as_they_were_estimated(explore, counting):
    raw = squats([1, 1])
    explore(smooth_sequence(raw, Smoothing(cutoff_hz=1)), raw=raw)
    [(counted_in, _, _)] = counting
    np.testing.assert_array_equal(counted_in.world, raw.world)


def test_what_is_no_exercise_says_what_to_do(explore):
    app = explore(STANDING)
    assert any("No exercise was recognised. Choose one above" in info.value for info in app.info)
    choose(app, "Exercise", "squat")
    assert metrics(app) == {"Squat": "0"}
    choose(app, "Exercise", "any")
    assert metrics(app) == {"Whatever repeats": "0"}


def test_one_frame_is_no_exercise(explore):
    app = explore(STANDING.at(slice(0, 1)))
    assert any("No exercise was recognised" in text.value for text in app.info)


def test_of_nobody_there_is_only_the_player(explore):
    app = explore(without(STANDING, np.ones(len(STANDING), bool)))
    assert not any("Repetitions" in tab.label for tab in app.tabs)
    assert NOBODY in {warning.value for warning in app.warning}


def test_of_several_people_it_is_said_who_was_counted(explore):
    times = times_for(3)
    p = bumps(times, [1] * 3)
    one = figure(times, knee=100 * p, hip=100 * p)
    other = figure(times, across_m=-1.5, person=2)
    app = explore(together(one, other))
    assert metrics(app) == {"Squat": "3"}
    assert "Done by person 1." in said(app)
    choose(app, "Person", 2)
    assert any("No exercise was recognised" in info.value for info in app.info)


def test_shots_are_added_and_a_chosen_person_has_only_their_own(explore):
    sequence = squats([1, 1, 1])
    late = sequence.times_s > 5.9
    shots = together(without(sequence, late), without(replace(sequence, person_ids=[2]), ~late))
    app = explore(replace(shots, cuts=[int(late.argmax())]))
    assert metrics(app) == {"Squat": "3"}
    assert "Done by person 1, person 2." in said(app)
    [table] = tables(app, "Person")
    assert table["Person"].tolist() == [1, 1, 2]
    choose(app, "Exercise", "squat")
    choose(app, "Person", 2)
    assert metrics(app) == {"Squat": "1"}


def test_faults_of_form_are_listed_with_what_to_do(explore):
    app = explore(squats([1, 1], turned=90))
    [faults] = tables(app, "Fault")
    assert faults[["No.", "Fault", "Limit", "View"]].to_numpy().tolist() == [
        [1, "depth", "20°", "side"],
        [2, "depth", "20°", "side"],
    ]
    assert faults["Time (s)"].tolist() == pytest.approx([2, 4.5], abs=0.1)
    assert all(faults["What to do"])
    assert "Good: knees over toes (2 of 2), trunk lean (2 of 2), heels (2 of 2)." in said(app)
    hidden = "Not judged: knees falling in (needs a view from the front)."
    assert hidden in [caption.value for caption in app.caption]


def notes_offered(app: AppTest) -> list[str]:
    return next(box for box in app.selectbox if box.label == "See a note in its frame").options


def test_a_note_is_opened_in_its_frame(explore, monkeypatch):
    drawn = []

    def draw(rgb, poses, note):
        drawn.append((rgb, poses.time_s, note.check))
        return draw_note(rgb, poses, note)

    monkeypatch.setattr("pages.ui.explore.form_picture.draw_note", draw)
    app = explore(squats([1, 1], turned=90))
    offered = notes_offered(app)
    assert offered[:2] == ["Repetition 1: depth (fault)", "Repetition 2: depth (fault)"], "faults first"
    assert "Repetition 1: trunk lean (good)" in offered
    assert len(offered) == 8, "what is not judged has no frame"
    assert not drawn, "none before it is chosen"
    choose(app, "See a note in its frame", 1)
    app.run()
    assert [(rgb, check) for rgb, _, check in drawn] == [(None, "depth")], "drawn once"
    assert drawn[0][1] == pytest.approx(4.5, abs=0.1)
    [picture] = app.image
    assert picture.proto.imgs[0].alt.startswith("Repetition 2: depth (fault), at 4.5")
    words = said(app)
    assert "A fault begins at 20°." in words
    assert "What to do: Go lower" in words
    assert "How sure:" in words


def test_a_note_on_a_real_video_has_the_frame_of_the_film(open_page, shared_data, monkeypatch):
    read, drawn = [], []

    def read_one(path, from_s):
        read.append(from_s)
        return read_frame(path, from_s)

    def draw(rgb, poses, note):
        drawn.append((rgb, poses))
        return draw_note(rgb, poses, note)

    monkeypatch.setattr("pages.ui.shared.film_frame.read_frame", read_one)
    monkeypatch.setattr("pages.ui.explore.form_picture.draw_note", draw)
    app = open_page("video")
    path = shared_data / "google-reference" / "pose_squats.mp4"
    upload(app, path.name, path.read_bytes())
    assert metrics(app) == {"Squat": "2"}
    choose(app, "See a note in its frame", 0)
    app.run()
    assert len(read) == len(drawn) == 1, "the film is not read again when the page runs again"
    [(rgb, poses)] = drawn
    assert poses.size == (rgb.shape[1], rgb.shape[0])
    with open_clip(path) as clip:
        true = next(frame.rgb for frame in clip if frame.time_s >= poses.time_s - 1e-3)
    likeness = cv2.matchTemplate(true, rgb, cv2.TM_CCOEFF_NORMED)
    assert likeness.max() > 0.98, "a part of that very frame"
    assert rgb.size < true.size


def test_a_plank_is_timed(explore):
    app = explore(plank())
    assert float(metrics(app)["Plank, held"].removesuffix(" s")) == pytest.approx(6, abs=0.5)
    [held] = tables(app, "Held (s)")
    steadiness = ["Sway (cm)", "Sway (% of the trunk)", "Tremor (°)"]
    assert list(held) == ["No.", "Start (s)", "End (s)", "Held (s)", *steadiness]


def test_the_chair_stand_scores_are_shown(explore):
    times = times_for(6)
    p = bumps(times, [1] * 6)
    app = explore(figure(times, knee=85 * (1 - p), hip=85 * (1 - p)))
    choose(app, "Exercise", "sit_to_stand")
    shown = metrics(app)
    assert shown["Sit to stand"] == "6"
    assert float(shown["Five stands"].removesuffix(" s")) == pytest.approx(10.6, abs=0.2)
    assert shown["Stands in 30 s"] == "–"
