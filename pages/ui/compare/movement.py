"""Two movements aligned in time, such as two people who dance the same."""

import json

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui.compare.pose import Rules
from pages.ui.compare.side_by_side.component import show_side_by_side
from pages.ui.compare.sides import Side
from pages.ui.compare.words import LIMB_TITLES, explain_score, rounded, show_limbs
from pages.ui.serving.visits import Visit
from pages.ui.shared.figure import show_figure
from pages.ui.shared.results import offer_download
from posecore import Alignment, PoseSequence, align_sequences
from posecore.errors import NotComparable
from posecore.view.comparison_charts import plot_likeness

# By less than this nobody sees who is ahead; moments err by 33 ms.
_TOGETHER_S = 0.15
# Limbs whose scores differ by less are as alike.
_SAME = 5


def show_alignment(visit: Visit, first: Side, second: Side, rules: Rules) -> None:
    """Align both in time, play them side by side, and show how alike they are, by limb and by moment.

    What cannot be aligned is still played side by side, from a moment that the visitor chooses.

    Raises:
        NotComparable: if the person to compare is in no frame.
    """
    performers = {"_first": first.performer, "_second": second.performer}
    try:
        alignment = _align(first.id, second.id, rules, **performers)
    except NotComparable as error:
        st.info(f"Both could not be aligned in time: {error} Below, choose the same moment in each yourself.")
        show_side_by_side(visit, first, second, None, rules=rules)
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Likeness", rounded(alignment.score), width="content")
        st.metric(
            "Usual delay",
            f"{alignment.delay_s:+.1f} s",
            width="content",
            help="How much later the second does the same, by the times of both videos.",
        )
        st.metric(
            "Time taken",
            f"{100 * alignment.tempo:.0f}%",
            width="content",
            help="How long the second takes for the same, compared with the first. 200% is half as fast.",
        )
        explain_score()
    st.markdown(" ".join(sentences(alignment)))
    show_side_by_side(visit, first, second, alignment, rules=rules)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        figure = plot_likeness(alignment, title="Likeness by moment of the first")
        label = "Likeness over time, and by limb"
        show_figure(figure, height=480, label=label, key="compare_moments", seeks=True)
        st.caption("Click a moment to see it above.")
    with right:
        table = pd.DataFrame({"Limb": list(LIMB_TITLES.values()), "Score": list(alignment.score_by_limb.values())})
        show_limbs(table)
    with st.container(horizontal=True):
        offer_download("Alignment (CSV)", lambda: alignment.as_table().to_csv(index=False), "alignment.csv", "text/csv")
        offer_download(
            "Alignment (JSON)", lambda: json.dumps(alignment.as_dict(), indent=1), "alignment.json", "application/json"
        )


@st.cache_data(scope="session", max_entries=4, show_spinner="Aligning both in time")
def _align(first: object, second: object, rules: Rules, _first: PoseSequence, _second: PoseSequence) -> Alignment:
    return align_sequences(_first, _second, turn=rules.turn, mirror=rules.mirror)


def sentences(alignment: Alignment) -> list[str]:
    """What stands out, in plain words."""
    said = []
    if alignment.mirrored:
        said.append("The second does it as a mirror image.")
    judged = {name: score for name, score in alignment.score_by_limb.items() if np.isfinite(score)}
    best, worst = max(judged, key=judged.__getitem__, default=""), min(judged, key=judged.__getitem__, default="")
    if judged and judged[best] - judged[worst] >= _SAME:
        said.append(
            f"Most alike: **{LIMB_TITLES[best].lower()}** ({judged[best]:.0f}). "
            f"Least alike: **{LIMB_TITLES[worst].lower()}** ({judged[worst]:.0f})."
        )
    late = []
    behind_s, times_s = alignment.behind_s, alignment.times_s[:, 0]
    for most, word in ((int(behind_s.argmax()), "behind"), (int(behind_s.argmin()), "ahead")):
        if abs(behind_s[most]) >= _TOGETHER_S:
            late.append(f"furthest {word} at {times_s[most]:.1f} s (by {abs(behind_s[most]):.1f} s)")
    kept = f"the second is {' and '.join(late)}" if late else "both keep the same time"
    said.append(f"Apart from the usual delay, {kept}.")
    return said
