"""Repetitions of an exercise in a result: how many, when, how well, and what was not counted."""

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.explore.form_notes import show_form
from pages.ui.explore.playback import Playback
from pages.ui.explore.repetition_steps import show_steps
from pages.ui.progress.picture import picture_of
from pages.ui.progress.saving import offer_saving
from pages.ui.shared.exercise_titles import ANGLE_TITLES
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from posecore import Counted, ExerciseSession, PoseSequence, count_repetitions
from posecore.motion.exercises.choosing import ANGLE, ANY, AUTO
from posecore.motion.exercises.table import EXERCISES
from posecore.view.charts import plot_repetitions

_TITLES = {
    AUTO: "Recognise it",
    **{name: exercise.title for name, exercise in EXERCISES.items()},
    ANY: "Whatever repeats",
    ANGLE: "A joint angle",
}
_SCORES = {"five_times_s": ("Five stands", "{:.1f} s"), "in_30_s": ("Stands in 30 s", "{:.0f}")}
_MOST_NAMES = 5
_WIDTH_PX, _TABLE_WIDTH_PX = 280, 480


@st.fragment
def show_repetitions(
    playback: Playback,
    shown: PoseSequence,
    *,
    key: str,
    clip: str,
    stem: str,
    film_file: Path | None = None,
    recorded_s: float | None = None,
) -> None:
    """Count an exercise in the landmarks as they were estimated.

    Args:
        playback: the result.
        shown: the people to count, and their names.
        key: of this place on the page.
        clip: identifies the result.
        stem: start of the names of downloaded files.
        film_file: a video of exactly the frames of the result; None if there is none.
        recorded_s: when it was recorded, in seconds since 1970; None if that is not known.
    """
    names = {person: shown.names.get(person, f"person {person}") for person in shown.person_ids.tolist()}
    people = tuple(shown.person_ids[shown.seen.any(axis=0)].tolist())
    if not people:
        st.caption("None of the people shown appears in any frame, so there is nothing to count.")
        return
    with st.container(horizontal=True):
        exercise = _choose_exercise(f"{key}_{clip}")
        person = _choose_person(people, names, f"{key}_{clip}")
    counted = _count(f"{clip} {playback.heights}", people, exercise, person, _raw=playback.raw)
    if counted.exercise is None:
        st.info(
            "No exercise was recognised. Choose one above, or **Whatever repeats** for movements without a name. "
            "An exercise that is done only once is not recognised.",
            icon=":material/fitness_center:",
        )
        return
    title = _title_of(exercise, counted)
    _show_count(counted, title)
    recognised = _count(f"{clip} {playback.heights}", people, AUTO, person, _raw=playback.raw)
    st.markdown(_sentence(counted, exercise, names, recognised))
    if counted.curves:
        figure = plot_repetitions(counted, title=f"{title}: movement over time")
        label = f"{title}: movement over time, with {counted.count} repetitions"
        show_figure(figure, height=340, label=label, key=f"{key}_movement", seeks=True)
        st.caption("Click a repetition in the chart to see it in the player, or use these buttons.")
    if counted.count:
        show_steps(counted, key=f"{key}_steps")
    _show_tables(counted)
    show_form(counted, playback.raw, film_file, key=f"{key}_{clip}_{exercise}_{person}", clip=clip)
    if counted.count:
        done_at = datetime.now(UTC) if recorded_s is None else datetime.fromtimestamp(recorded_s, UTC)
        session = ExerciseSession.of_clip(counted, started_at=done_at, title=stem)
        offer_saving(session, key=key, picture=partial(picture_of, counted, playback.raw, film_file))
    _offer_downloads(counted, stem, key)
    st.caption(
        "For training, not medical advice. Ranges are for comparing one repetition with another. They are not "
        "those of a goniometer."
    )


# Of the newest choices in a visit, so that nothing is counted again when the page runs again.
@st.cache_data(scope="session", max_entries=16, show_spinner="Counting repetitions")
def _count(clip: str, people: tuple[int, ...], exercise: str, person: int | None, _raw: PoseSequence) -> Counted:
    return count_repetitions(_raw.only(people), exercise, person=person)


def _choose_exercise(key: str) -> str:
    exercise = _choice("Exercise", _TITLES, f"{key}_exercise")
    return ANGLE + _choice("Angle", ANGLE_TITLES, f"{key}_angle") if exercise == ANGLE else exercise


def _choice(label: str, titles: Mapping[str, str], key: str) -> str:
    return st.selectbox(
        label, list(titles), format_func=titles.__getitem__, key=key, persist_state="session", width=_WIDTH_PX
    )


def _choose_person(people: tuple[int, ...], names: Mapping[int, str], key: str) -> int | None:
    """The person to count; None: the one whom the library chooses in each shot."""
    if len(people) < 2:
        return None
    usual = "The one who does it most"
    chosen = st.selectbox(
        "Person",
        [usual, *people],
        format_func=lambda person: usual if person == usual else names[person],
        key=f"{key}_whom",
        persist_state="session",
        width=_WIDTH_PX,
        help="In each shot, of those who do it about most often, the one who is largest and longest in view.",
    )
    return chosen if isinstance(chosen, int) else None


def _title_of(exercise: str, counted: Counted) -> str:
    if exercise.startswith(ANGLE):
        return ANGLE_TITLES[exercise.removeprefix(ANGLE)]
    return _TITLES[counted.exercise or exercise]


def _show_count(counted: Counted, title: str) -> None:
    with st.container(horizontal=True):
        if counted.held:
            st.metric(f"{title}, held", f"{sum(each.held_s for each in counted.held):.1f} s", width="content")
        else:
            st.metric(title, counted.count, width="content")
        for name, value in counted.scores.items():
            label, form = _SCORES[name]
            st.metric(label, "–" if value is None else form.format(value), width="content")


def _sentence(counted: Counted, exercise: str, names: Mapping[int, str], recognised: Counted) -> str:
    """What was counted, and whose, in plain words."""
    if not counted.count:
        why = "the reasons are below" if counted.not_counted else "no movement of this kind was found"
        said = [f"Nothing was counted: {why}."]
    elif exercise == ANY:
        said = ["Counted: the largest movements that resemble each other."]
    elif exercise.startswith(ANGLE):
        said = ["Counted: the movements of this angle."]
    else:
        said = [f"{'Recognised' if exercise == AUTO else 'Counted'} as **{_title_of(exercise, counted)}**."]
    done_by = sorted({each.person for each in counted.repetitions})
    if done_by and len(names) > 1:
        said.append(f"Done by {_listed(names[person] for person in done_by)}.")
    if exercise in EXERCISES and recognised.exercise not in (None, exercise):
        said.append(f"By itself it would be recognised as {_title_of(AUTO, recognised)}.")
    return " ".join(said)


def _listed(names: Iterable[str]) -> str:
    plain_names = [plain(name) for name in names]
    more = len(plain_names) - _MOST_NAMES
    return ", ".join(plain_names[:_MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


def _show_tables(counted: Counted) -> None:
    if counted.count:
        table = counted.as_table()
        if "person" in table and table["person"].nunique() == 1:
            table = table.drop(columns="person")
        columns = {name: _column(name, counted.exercise) for name in table}
        st.dataframe(table.rename(columns=columns), hide_index=True, column_config=_numbers(columns.values()))
    if counted.not_counted:
        st.markdown("**Not counted**")
        rows = [{"From (s)": each.start_s, "To (s)": each.end_s, "Reason": each.reason} for each in counted.not_counted]
        st.dataframe(rows, hide_index=True, width=_TABLE_WIDTH_PX, column_config=_numbers(rows[0]))


def _numbers(columns: Iterable[str]) -> dict[str, Any]:
    """Seconds to hundredths, and what else has a unit to tenths."""
    return {
        name: st.column_config.NumberColumn(format="%.2f" if name.endswith("(s)") else "%.1f")
        for name in columns
        if name.endswith(")")
    }


def _column(name: str, exercise: str | None) -> str:
    """Heading of a column of ``Counted.as_table``."""
    declared = EXERCISES.get(exercise or "")
    extreme = {"down": "Lowest (s)", "up": "Highest (s)"}.get(getattr(declared, "first", ""), "Turning point (s)")
    headings = {"number": "No.", "extreme_s": extreme, "left_right_deg": "Left - right (°)"}
    units = {
        "_range_deg": " (°)",
        "_deg": " (°)",
        "_cm": " (cm)",
        "_percent": " (% of the trunk)",
        "_s": " (s)",
        "": "",
    }
    for ending, unit in units.items():
        if name not in headings and name.endswith(ending):
            headings[name] = name.removesuffix(ending).replace("_", " ").capitalize() + unit
    return headings[name]


def _offer_downloads(counted: Counted, stem: str, key: str) -> None:
    with st.container(horizontal=True):
        for label, ending, mime, content in (
            ("Repetitions (CSV)", "csv", "text/csv", counted.as_table().to_csv(index=False)),
            ("Repetitions (JSON)", "json", "application/json", json.dumps(counted.as_dict(), indent=1)),
        ):
            st.download_button(
                label,
                content,
                f"{stem}.repetitions.{ending}",
                mime,
                disabled=ending == "csv" and not counted.count,
                on_click="ignore",
                icon=":material/download:",
                key=f"{key}_{ending}",
            )
