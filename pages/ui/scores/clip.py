"""The scores of a video against motion capture, another program or a second result."""

import json
from functools import partial
from pathlib import PurePath

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui.scores.clip_given import Given, TruthFile, choose_result, choose_truth
from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.results import offer_download, written
from posecore.evaluation.clip_evaluation import ClipEvaluation
from posecore.evaluation.clip_scores import ClipScores, Stillness, score_clip
from posecore.evaluation.motion import Motion
from posecore.evaluation.motion_files.reading import METRES
from posecore.evaluation.time_offset import TimeOffset, find_offset, given_offset
from posecore.export.clip_report import FIGURES, MEANINGS, figure_rows, write_clip_report
from posecore.export.clip_scores_file import write_clip_angles
from posecore.export.formats import safe_name
from posecore.view.clip_charts import plot_agreement, plot_both_angles

_EMPTY = (
    "Choose a result, and what a laboratory or another program measured of the same movement: C3D, TRC, BVH, "
    "OpenPose's JSON, or a second saved result of another model. See how far both are apart, in distances and joint "
    "angles."
)
_AUTO, _BY_HAND = "Found", "By hand"
_AS_STATED = "As the file says"
_STILLNESS: dict[Stillness, str] = {"still": "While nobody moves", "all": "In all frames"}
_MOST_PROBLEMS = 8
_HELP = """
- **Joints** are matched by their names in the file: joint centres first (`LKJC`), then the middle of two markers on
  either side of a joint, then names such as `left_knee` or `LKnee`, then one marker on the skin (`LKNE`).
- **Offset**: seconds that are added to the truth's times. It is found from how the joint angles change, unless both
  are of the same video.
- **Bias**: mean of result minus truth. **Limits of agreement**: 95% of the differences are within them. **ICC**: 1 is
  perfect agreement.
- **Intervals** come from blocks of one second, drawn again, as neighbouring frames are right or wrong together. They
  are of this person and movement, not of others.
- **Jitter**: how far all keypoints move from frame to frame; **drift**: how far they are from their mean place.
"""


def show_clip_scores(visit: Visit) -> None:
    """Show the tab: the choice of result and truth, then the figures."""
    left, right = st.columns(2)
    given = truth = None
    with left.container(border=True, height="stretch"):
        st.header("Result", anchor=False)
        with problems_shown():
            given = choose_result(visit)
    with right.container(border=True, height="stretch"):
        st.header("Truth", anchor=False)
        with problems_shown():
            truth = choose_truth(visit)
    if given is None or truth is None:
        st.info(_EMPTY, icon=":material/straighten:")
        _explain()
        return
    metres, person, still = _choose_options(truth)
    motion, known = _choose_space(truth.motions(given, metres=metres, person=person))
    key = given.key, truth.key, metres, person, motion.is_flat
    offset = _choose_offset(key, given, motion, known or _found(key, given, motion))
    _show_scores(_scored((*key, offset.seconds, offset.how, still), given, motion, offset, still), given)
    _explain()


def _choose_options(truth: TruthFile) -> tuple[float | None, int | None, Stillness]:
    """Metres per unit, the person in the truth, and where jitter is measured."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        unit = _AS_STATED
        if not truth.is_result:
            unit = st.selectbox(
                "Unit of length",
                [_AS_STATED, *METRES],
                key="clip_scores_unit",
                persist_state="session",
                width=170,
                help="For a C3D, TRC or BVH file that states none, or a wrong one.",
            )
        person = st.number_input(
            "Person in the truth",
            min_value=1,
            max_value=999,
            value=None,
            key=f"clip_scores_truth_person_{truth.key}",
            placeholder="Automatic",
            width=170,
            help="The number of a person, for files with several. Automatic: the one nearest to the result in "
            "OpenPose's files, the largest in a second result, else the first.",
        )
        still = st.segmented_control(
            "Measure jitter",
            list(_STILLNESS),
            default="still",
            required=True,
            format_func=lambda name: _STILLNESS[name],
            key="clip_scores_still",
            persist_state="session",
        )
    return METRES.get(unit), person, still


def _choose_space(found: list[tuple[Motion, TimeOffset | None]]) -> tuple[Motion, TimeOffset | None]:
    if len(found) == 1:
        return found[0]
    flat = st.segmented_control(
        "Compare",
        [False, True],
        default=False,
        required=True,
        format_func=lambda flat: "In the picture" if flat else "In 3D",
        key="clip_scores_flat",
        persist_state="session",
    )
    return next(each for each in found if each[0].is_flat == flat)


def _choose_offset(key: tuple[object, ...], given: Given, motion: Motion, usual: TimeOffset) -> TimeOffset:
    """The offset that is known or was found, or another one by hand."""
    widget = "clip_scores_offset_" + "_".join(map(str, key))
    how = st.segmented_control(
        "Offset in time",
        [_AUTO, _BY_HAND],
        default=_AUTO,
        required=True,
        key=f"{widget}_how",
        help="Found: from how the joint angles of both change, or 0 if both are of the same video.",
    )
    if how == _AUTO:
        return usual
    lasting = [float(np.ptp(times)) for times in (given.result.performer.times_s, motion.times_s) if len(times)]
    most = float(np.ceil(max(1.0, abs(usual.seconds), *lasting)))
    seconds = st.slider(
        "Seconds added to the truth's times", -most, most, round(usual.seconds, 2), 0.01, key=f"{widget}_seconds"
    )
    return given_offset(seconds)


@st.cache_data(scope="session", max_entries=4, show_spinner="Finding the offset in time")
def _found(key: object, _given: Given, _motion: Motion) -> TimeOffset:
    return find_offset(_given.result.motion(flat=_motion.is_flat), _motion)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Comparing both")
def _scored(key: object, _given: Given, _motion: Motion, _offset: TimeOffset, _still: Stillness) -> ClipScores:
    return score_clip(_given.result.motion(flat=_motion.is_flat), _motion, offset=_offset, still=_still)


def _show_scores(scores: ClipScores, given: Given) -> None:
    frames, offset = scores.frames, scores.offset
    with st.container(horizontal=True):
        st.metric(
            "Frames compared",
            f"{frames['compared']:,} of {frames['all']:,}",
            width="content",
            help=f"The person is in {frames['with_the_person']:,} frames, and a truth is known in "
            f"{frames['with_a_truth']:,}.",
        )
        st.metric(
            "Offset",
            f"{offset.seconds:+.2f} s",
            width="content",
            help="Added to the truth's times, so that both show the same moment.",
        )
    st.caption(plain(" ".join(scores.remarks)))
    for warning in scores.warnings:
        st.warning(plain(warning), icon=":material/info:")
    problems = scores.truth.problems
    if problems:
        shown = "\n".join(f"- {plain(str(problem))}" for problem in problems[:_MOST_PROBLEMS])
        more = f"\n- and {len(problems) - _MOST_PROBLEMS} more" if len(problems) > _MOST_PROBLEMS else ""
        st.warning(f"Not all of it could be used:\n{shown}{more}", icon=":material/rule:")
    _show_figures(scores)
    if scores.angle_scores:
        _show_angles(scores)
    with st.expander("What each joint was read from", icon=":material/account_tree:"):
        _show_joints(scores)
    _offer_files(scores, given)


def _show_figures(scores: ClipScores) -> None:
    rows = figure_rows(scores)
    if not rows:
        return
    st.header("Distances", anchor=False)
    columns = ["Measure", "Mean", "95% interval", "Frames", "Keypoints"]
    st.dataframe(pd.DataFrame(rows, columns=columns), hide_index=True, width="content")
    said = [f"{FIGURES[name][0]}: {meaning}." for name, meaning in MEANINGS.items() if name in scores.figures]
    st.caption(" ".join(said))


def _show_angles(scores: ClipScores) -> None:
    st.header("Joint angles", anchor=False)
    rows = [
        {
            "Angle": name.replace("_", " ").capitalize(),
            "Bias (°)": each.agreement.bias,
            "95% interval": f"{each.low:+z.1f} to {each.high:+z.1f}",
            "Limits of agreement (°)": f"{each.agreement.low:+z.1f} to {each.agreement.high:+z.1f}",
            "Mean distance (°)": each.off,
            "ICC": each.agreement.icc,
            "Correlation": each.correlation,
            "Frames": each.agreement.pairs,
        }
        for name, each in scores.angle_scores.items()
    ]
    numbers = {"Bias (°)": "%+.1f", "Mean distance (°)": "%.1f", "ICC": "%.2f", "Correlation": "%.2f"}
    config = {name: st.column_config.NumberColumn(name, format=format) for name, format in numbers.items()}
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config, placeholder="n/a")
    st.caption("Result minus truth.")
    angle = st.selectbox(
        "Angle",
        list(scores.angle_scores),
        format_func=lambda name: name.replace("_", " ").capitalize(),
        key="clip_scores_angle",
        persist_state="session",
        width=240,
    )
    name = angle.replace("_", " ").capitalize()
    left, right = st.columns(2, gap="medium")
    with left:
        figure = plot_both_angles(scores, angle, title=f"{name} over time")
        show_figure(figure, height=380, label=f"{name} of result and truth over time", key="clip_scores_curves")
    with right:
        figure = plot_agreement(scores, angle, title=f"{name}: how far both agree")
        show_figure(figure, height=380, label=f"{name}: differences over the mean", key="clip_scores_agreement")


def _show_joints(scores: ClipScores) -> None:
    truth = scores.truth
    joints = [
        {
            "Joint": name.replace("_", " ").capitalize(),
            "Read from": how,
            **{", ".join(FIGURES[measure]): value for measure, value in scores.by_joint.get(name, {}).items()},
        }
        for name, how in truth.read.items()
    ]
    numbers = {
        ", ".join(FIGURES[measure]): st.column_config.NumberColumn(format="%.1f") for measure in scores.distances
    }
    st.dataframe(pd.DataFrame(joints), hide_index=True, column_config=numbers, placeholder="n/a")
    if truth.unused:
        st.caption(f"Not used: {plain(', '.join(truth.unused[:60]))}{' …' if len(truth.unused) > 60 else ''}")


def _offer_files(scores: ClipScores, given: Given) -> None:
    evaluation = ClipEvaluation(given.result, (scores,))
    stem = safe_name(PurePath(given.name).name.partition(".")[0], "clip")
    with st.container(horizontal=True):
        offer_download(
            "Report (HTML)",
            lambda: written(partial(write_clip_report, evaluation)),
            f"{stem}.scores.html",
            "text/html",
        )
        offer_download(
            "Scores (JSON)",
            lambda: json.dumps(evaluation.as_dict(), indent=1),
            f"{stem}.scores.json",
            "application/json",
        )
        offer_download(
            "Angles (CSV)",
            lambda: written(partial(write_clip_angles, evaluation)),
            f"{stem}.angles.csv",
            "text/csv",
        )


def _explain() -> None:
    with st.expander("How are these compared?", icon=":material/help:"):
        st.markdown(_HELP)
