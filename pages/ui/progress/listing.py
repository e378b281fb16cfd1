"""The list of sessions; the one that is chosen in it, with all that is known of it; changing and deleting it."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.ui.progress.kept import Kept
from pages.ui.progress.saving import forget_saved
from pages.ui.progress.shown import Shown
from pages.ui.progress.words import choose_time, exercise_title, visitors_zone, when
from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from posecore import DatabaseUnavailable, ExerciseSession, InvalidSession
from posecore.motion.exercises.results import FormNote
from posecore.progress.checks import MOST_TITLE

_DELETED = "progress_deleted"
_PROBLEM = "progress_problem"
_SOURCES = {"video": "Video", "camera": "Webcam", "import": "Import"}


def show_list(there: Kept, shown: Shown) -> None:
    """Show the sessions, the newest first; a click on one shows its details below."""
    st.header("Sessions", anchor=False)
    newest_first = tuple(reversed(shown.sessions))
    table = shown.table.iloc[::-1]
    # Another list has another key, so that another row is not chosen when one is deleted.
    key = f"progress_list_{hash(tuple(each.id for each in newest_first))}"
    event = st.dataframe(
        pd.DataFrame(
            {
                "Date": table["started_at"].dt.tz_localize(None).to_numpy(),
                "Exercise": [exercise_title(name) for name in table["exercise"]],
                "Count": table["count"].where(table["count"] > 0).to_numpy(),
                "Held (s)": table["held_s"].where(table["held_s"] > 0).to_numpy(),
                "Range (°)": table["range_deg"].to_numpy(),
                "Tempo (s)": table["repetition_s"].to_numpy(),
                "Faults": table["faults"].to_numpy(),
                "Title": table["title"].to_numpy(),
                "From": [_SOURCES.get(name, name) for name in table["source"]],
            }
        ),
        hide_index=True,
        placeholder="",
        column_config={
            "Date": st.column_config.DatetimeColumn(format="D MMM YYYY, HH:mm"),
            "Held (s)": st.column_config.NumberColumn(format="%.1f"),
            "Range (°)": st.column_config.NumberColumn(format="%.1f", help="Median of the repetitions."),
            "Tempo (s)": st.column_config.NumberColumn(format="%.2f", help="Median length of a repetition."),
            "Faults": st.column_config.TextColumn(help="Of form, and in how many repetitions."),
        },
        on_select="rerun",
        selection_mode="single-row",
        key=key,
    )
    show_last_change(there)
    rows = event["selection"]["rows"]
    if rows and rows[0] < len(newest_first):
        _show_details(there, newest_first[rows[0]])
    else:
        st.caption("Choose a session in the list to see its repetitions, or to change or delete it.")


def _show_details(there: Kept, session: ExerciseSession) -> None:
    with st.container(border=True):
        st.markdown(f"**{exercise_title(session.exercise)}** · {when(session.started_at)}")
        if session.title:
            st.text(session.title)
        _show_picture(there, session)
        _show_repetitions(session)
        _show_form(session)
        with st.container(horizontal=True):
            _offer_change(there, session)
            st.button(
                "Delete",
                icon=":material/delete:",
                key=f"progress_delete_{session.id.hex}",
                on_click=_delete,
                args=(there, session),
            )


def _show_picture(there: Kept, session: ExerciseSession) -> None:
    try:
        jpeg = there.picture(session)
    except DatabaseUnavailable:  # the page says so above
        return
    if jpeg is not None:
        st.image(jpeg, caption="The middle of a repetition", width=320, alt="The middle of a repetition")


def _show_repetitions(session: ExerciseSession) -> None:
    rows: list[dict[str, object]] = []
    for set_number, one in enumerate(session.sets, start=1):
        for number, each in enumerate(one, start=1):
            row: dict[str, object] = {"Set": set_number} if len(session.sets) > 1 else {}
            row |= {"No.": number, "Start (s)": each.start_s, "Lasts (s)": each.end_s - each.start_s, "Side": each.side}
            row |= {f"{phase.capitalize()} (s)": each.tempo_s[phase] for phase in ("down", "hold", "up")}
            row |= {f"{name.replace('_', ' ').capitalize()} (°)": value for name, value in each.range_deg.items()}
            rows.append(row | {"Left - right (°)": each.left_right_deg})
    for number, held in enumerate(session.held, start=1):
        rows.append({"No.": number, "Start (s)": held.start_s, "End (s)": held.end_s, "Held (s)": held.held_s})
        if held.steadiness.sway_cm is not None:
            rows[-1]["Sway (cm)"] = held.steadiness.sway_cm
    forms = {"(s)": "%.2f", "(°)": "%.1f", "(cm)": "%.1f"}
    names = {name for row in rows for name in row}
    config = {
        name: st.column_config.NumberColumn(format=form)
        for name in names
        for unit, form in forms.items()
        if name.endswith(unit)
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config, placeholder="")


def _show_form(session: ExerciseSession) -> None:
    faults = [
        {
            "Set": set_number or None,
            "No.": number,
            "Fault": note.check,
            "What to do": note.cue,
            "Measured": "" if note.value is None else f"{note.value:.0f}{note.unit}",
            "Limit": f"{note.threshold:g}{note.unit}",
            "View": note.view,
        }
        for set_number, number, form in _forms(session)
        for note in form
        if note.verdict == "fault"
    ]
    if faults:
        table = pd.DataFrame(faults)
        st.markdown("**Faults of form**")
        st.dataframe(table if len(session.sets) > 1 else table.drop(columns="Set"), hide_index=True)
    elif any(note.verdict == "good" for note in session.form):
        st.markdown(":material/check: No fault of form was seen.")


def _forms(session: ExerciseSession) -> list[tuple[int, int, tuple[FormNote, ...]]]:
    """Set, number and notes of each repetition, and of each hold with 0 for the set."""
    done = [
        (set_number, number, each.form)
        for set_number, one in enumerate(session.sets, start=1)
        for number, each in enumerate(one, start=1)
    ]
    return done + [(0, number, each.form) for number, each in enumerate(session.held, start=1)]


def _offer_change(there: Kept, session: ExerciseSession) -> None:
    key = f"progress_change_{session.id.hex}"
    with st.popover("Change", icon=":material/edit:"), st.form(key, border=False):
        st.text_input("Title", session.title, max_chars=MOST_TITLE, key=f"{key}_title")
        choose_time(session.started_at, key=f"{key}_at")
        st.form_submit_button("Save", on_click=_change, args=(there, session, key))


def _change(there: Kept, session: ExerciseSession, key: str) -> None:
    at = st.session_state[f"{key}_at"]
    try:
        # Seconds are not shown, so a time that is as it was stays as it was.
        same = at is None or at == session.started_at.astimezone(visitors_zone()).replace(tzinfo=None, second=0)
        started_at = session.started_at if same else at.replace(tzinfo=visitors_zone())
        title = " ".join(st.session_state[f"{key}_title"].split())
        if not there.change(replace(session, title=title, started_at=started_at)):
            remember_problem("This session was deleted meanwhile, so it was not changed.")
    except (DatabaseUnavailable, InvalidSession) as error:
        remember_problem(str(error))


def _delete(there: Kept, session: ExerciseSession) -> None:
    try:
        with_picture = replace(session, thumbnail=there.picture(session))
        there.delete(session.id)
    except DatabaseUnavailable as error:
        remember_problem(str(error))
        return
    st.session_state[_DELETED] = (there.visitor.owner, with_picture)
    forget_saved()


def show_last_change(there: Kept) -> None:
    """Show why the last change failed; or offer to take back the last deletion, until the page is left."""
    if problem := st.session_state.pop(_PROBLEM, None):
        show_problem(problem)
    owner, session = st.session_state.get(_DELETED, (None, None))
    if owner != there.visitor.owner:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        which = f"{exercise_title(session.exercise)} of {when(session.started_at)}"
        st.markdown(f"Deleted: {plain(which)}", width="content")
        st.button("Undo", icon=":material/undo:", type="tertiary", on_click=_undo, args=(there, session))


def _undo(there: Kept, session: ExerciseSession) -> None:
    forget_deleted()
    try:
        there.save([session])
    except DatabaseUnavailable as error:
        remember_problem(str(error))


def forget_deleted() -> None:
    """Forget the last session that was deleted."""
    st.session_state.pop(_DELETED, None)


def remember_problem(text: str) -> None:
    """Show an error below the list in the next run of the page."""
    st.session_state[_PROBLEM] = text
