"""What the checks of form say of repetitions and holds."""

from collections import Counter
from pathlib import Path

import streamlit as st

from pages.ui.explore.form_picture import show_note
from posecore import Counted, PoseSequence

_COLUMNS = {
    "Time (s)": st.column_config.NumberColumn(format="%.2f", help="Of the frame that shows it."),
    "Sureness": st.column_config.NumberColumn(
        format="%.1f", help="0 to 1, by how well the landmarks are seen and how far the value is from the limit."
    ),
}


def show_form(counted: Counted, raw: PoseSequence, film: Path | None, *, key: str, clip: str) -> None:
    """List the faults with what to do, what was good, and what could not be judged and why.

    Each judged note can be opened; the arguments are those of ``show_note``.
    """
    if not counted.form:
        return
    st.markdown("**Form**")
    of_each = [*(each.form for each in counted.repetitions), *(each.form for each in counted.held)]
    faults = [
        {
            "No.": number,
            "Fault": note.check,
            "What to do": note.cue,
            "Measured": f"{note.value:.0f}{note.unit}",
            "Limit": f"{note.threshold:g}{note.unit}",
            "Time (s)": note.time_s,
            "View": note.view,
            "Sureness": note.sureness,
        }
        for number, notes in enumerate(of_each, start=1)
        for note in notes
        if note.verdict == "fault"
    ]
    if faults:
        st.dataframe(faults, hide_index=True, column_config=_COLUMNS)
    show_note(counted, raw, film, key=key, clip=clip)
    good = Counter(note.check for note in counted.form if note.verdict == "good")
    judged = Counter(note.check for note in counted.form if note.verdict != "not judged")
    if good:
        shares = [f"{check} ({times} of {judged[check]})" for check, times in good.items()]
        st.markdown(f":material/check: Good: {', '.join(shares)}.")
    hidden = dict.fromkeys((note.check, note.reason) for note in counted.form if note.verdict == "not judged")
    if hidden:
        st.caption(f"Not judged: {'; '.join(f'{check} ({reason})' for check, reason in hidden)}.")
