"""Figures of sessions over weeks: each number is where it belongs."""

from datetime import datetime

import numpy as np
import pandas as pd

from posecore.view.progress_plots import plot_trend, plot_weeks

WEEKS = pd.DataFrame(
    {
        "week": pd.to_datetime(["2026-09-28", "2026-09-28", "2026-10-12"]),
        "exercise": ["squat", "lunge", "squat"],
        "count": [10, 4, 12],
        "held_s": [0.0, 0.0, 31.26],
    }
)


def test_bars_are_stacked_in_the_middle_of_their_weeks():
    figure = plot_weeks(
        WEEKS, "count", title="Repetitions by week", unit="repetitions", names={"squat": "Squat", "lunge": "Lunge"}
    )
    squat, lunge = figure.data
    assert (squat.name, list(squat.x), list(squat.y)) == (
        "Squat",
        ["2026-10-01 12:00:00", "2026-10-15 12:00:00"],
        [10, 12],
    )
    assert (lunge.name, list(lunge.y)) == ("Lunge", [4])
    assert figure.layout.barmode == "stack"
    assert list(figure.layout.xaxis.range) == ["2026-08-24 00:00:00", "2026-10-19 00:00:00"], "eight weeks at least"
    assert figure.layout.yaxis.title.text == "repetitions"
    assert squat.marker.color != lunge.marker.color


def test_exercises_without_a_value_are_left_out():
    figure = plot_weeks(WEEKS, "held_s", title="Seconds held by week", unit="seconds held")
    assert [(bar.name, list(bar.y)) for bar in figure.data] == [("squat", [31.3])]


def test_many_weeks_have_few_labels():
    mondays = pd.date_range("2024-01-01", periods=120, freq="7D")
    many = pd.DataFrame({"week": mondays, "exercise": "squat", "count": 1})
    figure = plot_weeks(many, "count", title="", unit="")
    assert len(figure.layout.xaxis.tickvals) <= 10


def test_more_exercises_than_colours_are_told_apart_by_pattern():
    several = pd.DataFrame({"week": WEEKS["week"][0], "exercise": [f"e{number}" for number in range(7)], "count": 1})
    looks = {
        (bar.marker.color, bar.marker.pattern.shape) for bar in plot_weeks(several, "count", title="", unit="").data
    }
    assert len(looks) == 7


def test_a_trend_has_its_scatter():
    times = [datetime(2026, 11, 1, 9), datetime(2026, 11, 8, 18, 30), datetime(2026, 11, 9)]
    figure = plot_trend(
        times,
        [[90, 94.126], [100], []],
        [92, 100, np.nan],
        title="T",
        unit="degrees",
        dot="repetition",
        session="median",
    )
    dots, line = figure.data
    assert list(dots.x) == ["2026-11-01 09:00:00"] * 2 + ["2026-11-08 18:30:00"]
    assert list(dots.y) == [90, 94.13, 100]
    assert (list(line.x), list(line.y)) == (["2026-11-01 09:00:00", "2026-11-08 18:30:00"], [92, 100])
    assert (dots.name, line.name) == ("repetition", "median")


def test_one_session_is_shown_within_its_week():
    figure = plot_trend([datetime(2026, 11, 8)], [[90]], [90], title="T", unit="u", dot="d", session="s")
    assert list(figure.layout.xaxis.range) == ["2026-11-04 12:00:00", "2026-11-11 12:00:00"]
