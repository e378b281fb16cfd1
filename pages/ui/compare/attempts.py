"""Two attempts of an exercise: their curves over the normalised repetition, and their differences in words."""

import json
from typing import Any

import pandas as pd
import streamlit as st

from pages.ui.compare.sides import Side
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from pages.ui.shared.results import offer_download
from posecore import Attempt, ComparedAttempts, Counted, PoseSequence, attempt_of, compare_attempts, count_repetitions
from posecore.motion.exercises.choosing import AUTO
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.table import EXERCISES
from posecore.view.comparison_charts import plot_attempts

_TITLES = {AUTO: "Recognise it"} | {name: each.title for name, each in EXERCISES.items() if isinstance(each, Exercise)}
_PHASES = {"down": "On the way down", "hold": "At the turning point", "up": "On the way up"}
_WIDTH_PX = 280
_FEWEST = 3


def repeats(first: Side, second: Side) -> bool:
    """Whether the same exercise is recognised in both, with enough repetitions for a spread."""
    one, other = (_count(side.id, AUTO, _sequence=side.performer) for side in (first, second))
    return one.exercise == other.exercise and one.exercise in _TITLES and min(one.count, other.count) >= _FEWEST


def show_attempts(first: Side, second: Side) -> None:
    """Count an exercise on both sides and compare the repetitions.

    Raises:
        NotComparable: if one of them has no repetition.
    """
    choices = st.container(horizontal=True)
    exercise = choices.selectbox(
        "Exercise",
        list(_TITLES),
        format_func=_TITLES.__getitem__,
        key="compare_exercise",
        persist_state="session",
        width=_WIDTH_PX,
    )
    counts = [_count(side.id, exercise, _sequence=side.performer) for side in (first, second)]
    if exercise == AUTO and (counts[0].exercise != counts[1].exercise or counts[0].exercise is None):
        found = [_TITLES.get(each.exercise or "", "no exercise") for each in counts]
        st.info(
            f"Recognised in the first: {found[0]}; in the second: {found[1]}. Choose the exercise above to compare its "
            "repetitions. An exercise that is done only once is not recognised by itself.",
            icon=":material/fitness_center:",
        )
        return
    with choices:
        parts = [_choose_part(side, counted) for side, counted in zip((first, second), counts, strict=True)]
    compared = _compare(
        first.id, second.id, exercise, parts[0], parts[1], _sides=(first, second), _counts=(counts[0], counts[1])
    )
    _show(compared)


@st.cache_data(scope="session", max_entries=16, show_spinner="Counting repetitions")
def _count(side: object, exercise: str, _sequence: PoseSequence) -> Counted:
    return count_repetitions(_sequence, exercise)


def _choose_part(side: Side, counted: Counted) -> tuple[int, int]:
    """The first and the last repetition to compare, from 1; offered if there are several."""
    if counted.count < 2:
        return 1, max(1, counted.count)
    chosen: tuple[int, int] = st.slider(
        f"Repetitions of the {side.place} one",
        1,
        counted.count,
        (1, counted.count),
        key=f"compare_part_{side.place}_{side.id}_{counted.exercise}",
        width=_WIDTH_PX,
        help="To compare the beginning of a set with its end, choose the same result on both sides.",
    )
    return chosen


@st.cache_data(scope="session", max_entries=8, show_spinner="Comparing the repetitions")
def _compare(
    first: object,
    second: object,
    exercise: str,
    first_part: tuple[int, int],
    second_part: tuple[int, int],
    _sides: tuple[Side, Side],
    _counts: tuple[Counted, Counted],
) -> ComparedAttempts:
    attempts = [
        attempt_of(side.performer, counted, counted.repetitions[start - 1 : end])
        for side, counted, (start, end) in zip(_sides, _counts, (first_part, second_part), strict=True)
    ]
    return compare_attempts(attempts[0], attempts[1])


def _show(compared: ComparedAttempts) -> None:
    first, second = compared.first, compared.second
    with st.container(horizontal=True):
        st.metric("Exercise", _TITLES[first.exercise], width="content")
        st.metric("First", f"{first.count} ×", width="content")
        st.metric("Second", f"{second.count} ×", width="content")
    if compared.sentences:
        st.markdown("\n".join(f"- {plain(sentence)}" for sentence in compared.sentences))
    else:
        st.markdown("No difference is larger than the repetitions of one attempt differ from each other.")
    st.caption(
        "Listed: differences larger than the spread of either attempt, and than 5° or 0.2 s, the usual error of "
        "landmarks. For training, not medical advice."
    )
    names = [name for name in first.angles if name in second.angles]
    if names:
        usual = next((each.what for each in compared.differences if each.what in names), names[0])
        name = st.selectbox(
            "Angle",
            names,
            index=names.index(usual),
            format_func=_angle_title,
            key=f"compare_angle_{first.exercise}",
            width=_WIDTH_PX,
        )
        figure = plot_attempts(compared, name, title="Mean and spread over the repetition")
        label = f"{_angle_title(name)} over the repetition, mean and spread of both attempts"
        show_figure(figure, height=380, label=label, key="compare_angle_curve")
    st.dataframe(_tempo(first, second), hide_index=True)
    with st.container(horizontal=True):
        offer_download("Curves (CSV)", lambda: _curves(compared).to_csv(index=False), "attempts.csv", "text/csv")
        offer_download(
            "Attempts (JSON)", lambda: json.dumps(compared.as_dict(), indent=1), "attempts.json", "application/json"
        )


def _angle_title(name: str) -> str:
    return name.replace("_", " ").capitalize()


def _tempo(first: Attempt, second: Attempt) -> pd.DataFrame:
    """Seconds of each phase, mean and spread, of both attempts."""
    told = [attempt.as_dict()["tempo_s"] for attempt in (first, second)]
    return pd.DataFrame(
        [
            {"Phase": title, "First": _seconds(told[0][phase]), "Second": _seconds(told[1][phase])}
            for phase, title in _PHASES.items()
        ]
    )


def _seconds(told: dict[str, float | None]) -> str:
    spread = "" if told["spread"] is None else f" ± {told['spread']:.2f}"
    return "–" if told["mean"] is None else f"{told['mean']:.2f}{spread} s"


def _curves(compared: ComparedAttempts) -> pd.DataFrame:
    """Mean and spread of each angle, by percent of the repetition."""
    columns: dict[str, Any] = {"percent": range(101)}
    for which, attempt in (("first", compared.first), ("second", compared.second)):
        for name in attempt.angles:
            columns[f"{which}_{name}_mean_deg"] = attempt.mean(name)
            columns[f"{which}_{name}_spread_deg"] = attempt.spread(name)
    return pd.DataFrame(columns)
