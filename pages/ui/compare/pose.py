"""Likeness to a pose: how much a photo, or each moment of a video, is like the reference."""

import json
from dataclasses import dataclass

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui.compare.sides import Side
from pages.ui.compare.words import LIMB_TITLES, explain_score, rounded, show_limbs
from pages.ui.shared.figure import show_figure
from pages.ui.shared.results import offer_download
from posecore import FramePoses, LikenessOverTime, PoseLikeness, PoseSequence, compare_poses, compare_to_pose
from posecore.motion.comparing.likeness import ALIKE
from posecore.motion.comparing.limbs import Mirror, Turn
from posecore.view.comparison_charts import plot_likeness, plot_score
from posecore.view.two_poses import plot_two_poses


@dataclass(frozen=True)
class Rules:
    """How poses may be turned and mirrored before they are compared."""

    mirror: Mirror
    turn: Turn


def show_likeness(first: Side, second: Side, rules: Rules) -> None:
    """Compare a moment of the first side with the second one.

    Raises:
        NotComparable: if there is too little in one of them.
    """
    frame = 0 if first.is_photo else _choose_moment(first, "Moment of the first", _middle(first.performer))
    reference = first.performer.frame(frame)
    if not len(reference):
        st.info("The person is not in view at this moment of the first one. Move the slider.", icon=":material/info:")
        return
    if second.is_photo:
        likeness = compare_poses(second.performer.frame(0), reference, turn=rules.turn, mirror=rules.mirror)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.metric("Likeness", rounded(likeness.score), width="content")
            explain_score()
        _show_pose(second.performer.frame(0), reference, likeness, rules)
        _offer(_limb_table(likeness), json.dumps(likeness.as_dict(), indent=1))
        return
    over_time = _over_time((*first.id, frame), second.id, rules, _reference=reference, _sequence=second.performer)
    best = over_time.best_frame
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.metric("Best likeness", rounded(over_time.score[best]), width="content")
        st.metric("Best moment", f"{over_time.best_s:.2f} s", width="content")
        held_s = sum(end_s - start_s for start_s, end_s in over_time.held())
        st.metric(
            f"Held at {ALIKE:.0f} or more",
            f"{held_s:.1f} s",
            width="content",
            help="Shaded in the chart. Interruptions of up to half a second are bridged.",
        )
        explain_score()
    figure = plot_score(over_time, title="Likeness of each moment of the second")
    show_figure(figure, height=240, label="Likeness over time", key="compare_score")
    figure = plot_likeness(over_time, title="By limb")
    show_figure(figure, height=460, label="Likeness over time, and by limb", key="compare_likeness")
    moment = _choose_moment(second, "Moment of the second", best, key=f"{first.id}_{frame}_{rules}")
    pose = second.performer.frame(moment)
    if not len(pose):
        st.info("The person is not in view at this moment of the second one. Move the slider.", icon=":material/info:")
    else:
        mirror: Mirror = "yes" if over_time.mirrored else "no"
        settled = Rules(mirror, rules.turn)
        _show_pose(pose, reference, compare_poses(pose, reference, turn=rules.turn, mirror=mirror), settled)
    _offer(over_time.as_table(), json.dumps(over_time.as_dict(), indent=1))


@st.cache_data(scope="session", max_entries=8, show_spinner="Comparing")
def _over_time(
    reference: object, sequence: object, rules: Rules, _reference: FramePoses, _sequence: PoseSequence
) -> LikenessOverTime:
    return compare_to_pose(_sequence, _reference, turn=rules.turn, mirror=rules.mirror)


def _middle(sequence: PoseSequence) -> int:
    """The frame in the middle of those in which the person is seen."""
    seen = np.flatnonzero(sequence.seen[:, 0])
    return int(seen[len(seen) // 2])


def _choose_moment(side: Side, label: str, usual: int, key: str = "") -> int:
    """The frame at a time that the visitor chooses."""
    times_s = side.sequence.times_s
    first_s, last_s = float(times_s[0]), float(times_s[-1])
    chosen = st.slider(
        f"{label} (s)",
        first_s,
        last_s,
        float(times_s[usual]),
        max(0.01, round((last_s - first_s) / (len(times_s) - 1), 3)),
        format="%.2f",
        key=f"compare_moment_{side.place}_{side.id}_{key}",
    )
    return int(np.abs(times_s - chosen).argmin())


def _show_pose(pose: FramePoses, reference: FramePoses, likeness: PoseLikeness, rules: Rules) -> None:
    """Both skeletons drawn on each other, and the limbs in a table."""
    left, right = st.columns(2, gap="medium")
    with left:
        show_figure(
            plot_two_poses(pose, reference, likeness, turn=rules.turn),
            height=480,
            label=f"Both poses drawn on each other, likeness {rounded(likeness.score)}",
            key="compare_poses",
        )
        st.caption("Coloured: the second, orange where unlike, blue where alike. Grey: the first, turned and as large.")
    with right:
        table = _limb_table(likeness)
        show_limbs(table if likeness.not_judged else table.drop(columns="Not judged"))
        if likeness.mirrored:
            st.caption("Compared with the mirror image of the first: left is right.")
        if "pose" in likeness.not_judged:
            st.caption(f"No score: {likeness.not_judged['pose']}.")


def _limb_table(likeness: PoseLikeness) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Limb": title,
                "Score": likeness.scores[name],
                "Apart (°)": likeness.degrees[name],
                "Not judged": likeness.not_judged.get(name, ""),
            }
            for name, title in LIMB_TITLES.items()
        ]
    )


def _offer(table: pd.DataFrame, as_json: str) -> None:
    with st.container(horizontal=True):
        offer_download("Likeness (CSV)", table.to_csv(index=False).encode(), "likeness.csv", "text/csv")
        offer_download("Likeness (JSON)", as_json.encode(), "likeness.json", "application/json")
