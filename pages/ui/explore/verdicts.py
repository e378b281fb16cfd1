"""How reliable a result is: a verdict for each person, and the numbers behind it."""

from pathlib import Path

import streamlit as st

from pages.ui.explore.playback import Playback
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from posecore import PoseSequence
from posecore.motion.trust import trust_table
from posecore.view.charts import plot_visibility

_MOST_SENTENCES = 5
_RULES = Path(__file__).resolve().parents[3] / "docs" / "trust.md"


def show_verdicts(playback: Playback, shown: PoseSequence) -> None:
    """Show the verdict on each person shown."""
    people = set(shown.person_ids.tolist())
    trusts = [trust for trust in playback.trust if trust.person in people]
    several = len(playback.raw.person_ids) > 1
    for trust in trusts[:_MOST_SENTENCES]:
        whose = f"**{plain(_name(shown, trust.person))}:** " if several else ""
        st.markdown(f":material/verified_user: {whose}{trust.verdict}")
    if len(trusts) > _MOST_SENTENCES:
        st.caption(f"And {len(trusts) - _MOST_SENTENCES} more people: see How reliable is this?")


@st.fragment
def show_trust(playback: Playback, shown: PoseSequence, *, key: str) -> None:
    """Show the numbers behind the verdicts, and when each landmark was visible, once the visitor asks for it."""
    icon = ":material/verified_user:"
    with st.expander("How reliable is this?", icon=icon, key=f"{key}_open", on_change="rerun") as numbers:
        if not numbers.open:
            return
        people = shown.person_ids[shown.seen.any(axis=0)].tolist()
        if not people:
            st.caption("None of the people shown appears in any frame.")
            return
        table = trust_table(playback.raw.only(people).named(shown.names))
        st.dataframe(table.drop(columns="verdict"), hide_index=True)
        person = people[0]
        if len(people) > 1:
            person = st.selectbox("Visibility of", people, format_func=lambda one: _name(shown, one), key=f"{key}_whom")
        figure = plot_visibility(playback.raw, person)
        show_figure(figure, height=680, label=f"Visibility over time, {_name(shown, person)}", key=f"{key}_visibility")
        with st.popover("How we judge this", icon=":material/help:"):
            rules = _RULES.read_text(encoding="utf-8").partition("\n")[2]
            st.markdown(rules.partition("## In code")[0])


def _name(sequence: PoseSequence, person: int) -> str:
    return sequence.names.get(person, f"person {person}")
