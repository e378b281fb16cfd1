"""How reliable a result is: a verdict for each person, and the numbers behind it."""

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.explore.playback import Playback
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from posecore import PoseSequence
from posecore.motion.prominence import most_prominent_first
from posecore.motion.trust import trust_table
from posecore.view.charts import plot_visibility

_MOST_SENTENCES = 5
_RULES = Path(__file__).resolve().parents[3] / "docs" / "trust.md"


def show_verdicts(playback: Playback, shown: PoseSequence, *, line: DeltaGenerator, details: DeltaGenerator) -> None:
    """Show the verdict on each person shown: on the largest in a line, all of several people among the details."""
    people = most_prominent_first(shown)
    trusts = [trust for trust in playback.trust if trust.person in people]
    trusts.sort(key=lambda trust: people.index(trust.person))
    several = len(playback.raw.person_ids) > 1
    sentences = [
        f"{f'**{plain(_name(shown, trust.person))}:** ' if several else ''}{trust.verdict}" for trust in trusts
    ]
    for sentence in sentences[:1]:
        line.markdown(f":material/verified_user: {sentence}")
    for sentence in sentences[:_MOST_SENTENCES]:
        details.markdown(f":material/verified_user: {sentence}")
    if len(trusts) > _MOST_SENTENCES:
        details.caption(f"And {len(trusts) - _MOST_SENTENCES} more people: see Reliability.")


@st.fragment
def show_trust(playback: Playback, shown: PoseSequence, *, key: str) -> None:
    """Show the numbers behind the verdicts, and when each landmark was visible."""
    people = shown.person_ids[shown.seen.any(axis=0)].tolist()
    if not people:
        st.caption("None of the people shown appears in any frame.")
        return
    table = trust_table(
        playback.raw.only(people).named(shown.names),
        shown=playback.solid and playback.solid.only(people),
        lens_is_given=playback.lens_is_given,
    )
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
