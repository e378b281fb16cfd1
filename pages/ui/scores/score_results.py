"""The scores as a visitor sees them: a sentence, a card for each case, and the details that were chosen."""

from collections.abc import Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui.scores.score_downloads import offer_downloads
from pages.ui.scores.score_run import Scored
from pages.ui.scores.score_words import best_first, counted, difference_in_words, verdict
from pages.ui.scores.worst_people import show_worst
from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from posecore.evaluation.angle_agreement import Agreement
from posecore.evaluation.case import PCK_AT, CaseScores, Comparison, compare_cases
from posecore.evaluation.correct_keypoints import THRESHOLDS
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.published import PUBLISHED, PUBLISHED_NOTE
from posecore.export.scores_report import UNKNOWN, percent, with_interval
from posecore.view.score_charts import (
    bars_height,
    plot_angle_agreement,
    plot_domains,
    plot_joints,
    plot_pck_curve,
    plot_times,
)

_MOST_CARDS = 6
_MOST_PROBLEMS = 200
_MOST_SENTENCES = 10
_CURVE_PX, _ANGLE_PX = 400, 380
_HELP = {
    "Found": "Labelled people with an OKS of 0.5 or more: COCO's measure of how alike label and estimate are.",
    "Others": "Detections that match no label: false ones, and people whom nobody labelled.",
    "Right": "PCK: share of labelled points within this share of the torso (right shoulder to left hip) of their "
    "label, in percent; in brackets 95% of the figures that other photos would give. People not found count as wrong.",
    "of people": "People whose torso is labelled, so that PCK has a scale.",
    "OKS mAP": "COCO's average precision over OKS 0.50 to 0.95, in percent, by pycocotools.",
    "OKS AR": "COCO's average recall over OKS 0.50 to 0.95, in percent.",
    "PCKh@0.5": "Share of points within half the length of the head, in percent.",
    "MPJPE (mm)": "Mean distance of the joints in 3D, with the hips of both at the origin.",
    "PA-MPJPE (mm)": "The same after the best turn, scale and shift (Procrustes).",
    "Time (ms)": "Median of one photo on one thread.",
}


def show_scored(scored: Scored) -> None:
    """Show a result, from its sentence to its files."""
    evaluation = scored.evaluation
    if evaluation is None:
        st.info("Stopped before the first photo was done. Press **Score** to go on.", icon=":material/stop_circle:")
        return
    if not evaluation.cases:
        st.warning("None of the photos could be scored.", icon=":material/error:")
        _show_problems(evaluation)
        return
    _show_verdict(scored, evaluation)
    _show_cards(evaluation)
    _show_details(evaluation)
    show_worst(evaluation)
    st.header("Files and notes", anchor=False)
    offer_downloads(scored, evaluation)
    _show_problems(evaluation)
    _show_published()


def _show_verdict(scored: Scored, evaluation: Evaluation) -> None:
    first, *rest = (plain(sentence) for sentence in verdict(evaluation))
    if len(evaluation.labelled.photos) < scored.photos and not _failed(scored, evaluation):
        done = counted(len(evaluation.labelled.photos), "photo")
        rest.insert(0, f"Stopped: this is of {done} out of {scored.photos:,}. Press **Score** to go on.")
    if evaluation.problems:
        rest.append(f"{counted(len(evaluation.problems), 'entry', 'entries')} could not be used, see the list below.")
    with st.container(border=True):
        st.markdown(f"## {first}")
        st.markdown(" ".join(rest))


def _failed(scored: Scored, evaluation: Evaluation) -> bool:
    """Whether photos are missing only because they could not be estimated."""
    name = evaluation.labelled.source.name
    names = {problem.entry for problem in evaluation.problems if problem.file == name}
    known = {photo.file_name for photo in evaluation.labelled.photos}
    return len(names - known) >= scored.photos - len(known)


def _show_cards(evaluation: Evaluation) -> None:
    with st.container(horizontal=True):
        for case, row in zip(evaluation.cases[:_MOST_CARDS], evaluation.figures, strict=False):
            with st.container(border=True, width=250):
                known = row["pck"][f"{PCK_AT:g}"] is not None
                st.metric(
                    plain(str(case.name)),
                    f"{100 * case.pck():.0f}% right" if known else f"{case.found:,} found",
                    help=f"Points within {PCK_AT:g} of the torso of their label." if known else None,
                )
                low, high = row["pck_interval"][f"{PCK_AT:g}"]
                interval = "" if low is None else f"other photos: {100 * low:.0f} to {100 * high:.0f}%  \n"
                time = f"{case.milliseconds:,.0f} ms a photo" if np.isfinite(case.milliseconds) else "time not known"
                people = counted(len(case.people), "person", "people")
                st.caption(f"{interval}{case.found:,} of {people} found  \n{time}")


@st.fragment
def _show_details(evaluation: Evaluation) -> None:
    """Offer the views of the scores, with a threshold for those that it matters to."""
    exact = {"Table": _show_table, "Joints": _show_joints, "Domains": _show_domains}
    others = {"Angles": _show_angles, "Time": _show_times}
    if not evaluation.cases[0].domains:
        del exact["Domains"]
    if not any(np.isfinite(case.milliseconds) for case in evaluation.cases):
        del others["Time"]
    if st.session_state.get("score_view") not in (*exact, *others):
        st.session_state["score_view"] = "Table"
    view = str(st.segmented_control("Details", [*exact, *others], required=True, key="score_view"))
    if view in exact:
        exact[view](evaluation, _choose_threshold())
    else:
        others[view](evaluation)


def _choose_threshold() -> float:
    return float(
        st.select_slider(
            "A point is right within (share of the torso)",
            THRESHOLDS,
            PCK_AT,
            key="score_threshold",
            width=320,
            help="0.2 is usual. The torso, right shoulder to left hip, is about 50 cm: 0.2 of it is 10 cm.",
        )
    )


def _show_table(evaluation: Evaluation, threshold: float) -> None:
    rows = [_row(case, figures, threshold) for case, figures in zip(evaluation.cases, evaluation.figures, strict=True)]
    table = pd.DataFrame(rows)
    known = [column for column in table if (table[column] != UNKNOWN).any()]
    st.dataframe(
        table[known],
        hide_index=True,
        column_config={
            name: st.column_config.TextColumn(name, help=_HELP.get("Right" if name.startswith("Right") else name))
            for name in known
        },
    )
    if any(np.isfinite(case.pck()) for case in evaluation.cases):
        label = "; ".join(
            f"{case.name}: {percent(_known(case.pck(threshold)))}% within {threshold:g}" for case in evaluation.cases
        )
        figure = plot_pck_curve(evaluation, threshold)
        show_figure(figure, height=_CURVE_PX + 12 * len(rows), label=f"Correct points. {label}", key="score_curve")
    _show_differences(evaluation, threshold)


def _row(case: CaseScores, figures: dict[str, Any], threshold: float) -> dict[str, str]:
    return {
        "Case": str(case.name),
        "Found": f"{case.found:,} of {len(case.people):,}",
        "Others": f"{case.others:,}",
        f"Right within {threshold:g} (%)": with_interval(_known(case.pck(threshold)), _interval(case, threshold)),
        "of people": f"{figures['pck_people']:,}",
        "OKS mAP": with_interval(figures["oks_map"], figures["oks_map_interval"]),
        "OKS AR": percent(figures["oks_mar"]),
        "PCKh@0.5": percent(figures["pckh"]["0.5"]),
        "MPJPE (mm)": _rounded(figures["mpjpe_mm"]),
        "PA-MPJPE (mm)": _rounded(figures["pa_mpjpe_mm"]),
        "Time (ms)": _rounded(figures["ms_median"]),
    }


def _known(value: float) -> float | None:
    return value if np.isfinite(value) else None


def _interval(case: CaseScores, threshold: float) -> list[float | None]:
    return [_known(edge) for edge in case.pck_interval(threshold)]


def _rounded(value: float | None) -> str:
    return UNKNOWN if value is None else f"{value:,.0f}"


def _show_differences(evaluation: Evaluation, threshold: float) -> None:
    """Each case with each other one: in words, and the figures behind them."""
    if len(evaluation.cases) < 2:
        return
    compared = [compare_cases(*pair, threshold) for pair in combinations(evaluation.cases, 2)]
    st.markdown(f"**Is the difference real?** On the same photos, points right within {threshold:g} of the torso:")
    st.markdown("\n".join(f"- {plain(difference_in_words(each))}" for each in compared[:_MOST_SENTENCES]))
    with st.expander("The figures of these tests", icon=":material/table:"):
        st.dataframe(
            pd.DataFrame(_difference_row(each) for each in compared),
            hide_index=True,
            column_config={
                "Apart (of the torso)": st.column_config.TextColumn(
                    help="Median distance between the points of the two, of the people whom both found."
                ),
            },
        )
        st.caption(
            "More than chance: 0 is outside the interval, and p is below 0.05, which it never is for fewer than six "
            "photos. Of twenty comparisons of equal systems about one will seem to differ."
        )


def _difference_row(compared: Comparison) -> dict[str, str]:
    pck = compared.pck
    return {
        "First – second": f"{compared.first} – {compared.second}",
        "Difference (points of 100)": f"{100 * pck.value:+.1f}" if pck.photos else UNKNOWN,
        "95% interval": f"{100 * pck.low:+.1f} to {100 * pck.high:+.1f}" if pck.photos else UNKNOWN,
        "Wilcoxon p": _p(pck.p_wilcoxon),
        "Photos": f"{pck.photos:,}",
        "Apart (of the torso)": f"{compared.distance:.3f}" if np.isfinite(compared.distance) else UNKNOWN,
        "People in both": f"{compared.people:,}",
    }


def _p(value: float) -> str:
    if not np.isfinite(value):
        return UNKNOWN
    return f"{value:.3f}" if value >= 0.001 else "below 0.001"


def _show_joints(evaluation: Evaluation, threshold: float) -> None:
    by_case = [case.pck_by_joint(threshold) for case in evaluation.cases]
    joints = [joint for joint in COCO_17 if any(joint in shares for shares in by_case)]
    if not joints:
        _say_no_torso()
        return
    label = f"Correct points of {len(joints)} joints in {counted(len(by_case), 'case')}; the table below has them"
    names = [str(case.name) for case in evaluation.cases]
    figure = plot_joints(evaluation, threshold)
    show_figure(figure, height=bars_height(evaluation, len(joints)), label=label, key="score_joints")
    with st.expander("As a table", icon=":material/table:"):
        st.dataframe(
            pd.DataFrame(
                {"Joint (% right)": joint.replace("_", " ")}
                | {name: percent(shares.get(joint)) for name, shares in zip(names, by_case, strict=True)}
                for joint in joints
            ),
            hide_index=True,
        )


def _say_no_torso() -> None:
    st.info(
        "Nobody's torso is labelled (right shoulder and left hip), so there is no scale for how exact a point is.",
        icon=":material/straighten:",
    )


def _show_domains(evaluation: Evaluation, threshold: float) -> None:
    domains = evaluation.cases[0].domains
    figure = plot_domains(evaluation, threshold)
    label = f"Correct points in {counted(len(domains), 'domain')}; the table below has them"
    show_figure(figure, height=bars_height(evaluation, len(domains)), label=label, key="score_domains")
    rows = []
    for domain in domains:
        parts = [case.in_domain(domain) for case in evaluation.cases]
        rows.append(
            {
                "Domain": domain or "not stated",
                "Photos": f"{len(parts[0].photos):,}",
                "People": f"{len(parts[0].people):,}",
            }
            | {f"{part.name}: found": f"{part.found:,}" for part in parts}
            | {
                f"{part.name}: right (%)": with_interval(_known(part.pck(threshold)), _interval(part, threshold))
                for part in parts
            }
        )
    st.dataframe(pd.DataFrame(rows), hide_index=True)


def _show_angles(evaluation: Evaluation) -> None:
    """The agreement of one case's angles with the labels, and Bland and Altman's figure of one of them."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        place = st.selectbox(
            "Case",
            range(len(evaluation.cases)),
            evaluation.cases.index(best_first(evaluation)[0]),
            format_func=lambda place: str(evaluation.cases[place].name),
            key="angle_case",
            width=240,
        )
        case = evaluation.cases[place]
        in_3d = False
        if any(each.pairs for each in case.angles_3d.values()):
            spaces = ["In the photo", "In 3D"]
            space = st.segmented_control("Angle", spaces, default=spaces[0], required=True, key="angle_space")
            in_3d = space == spaces[1]
        known = {name: each for name, each in (case.angles_3d if in_3d else case.angles).items() if each.pairs}
        if known:
            angle = st.selectbox(
                "Joint", list(known), format_func=lambda name: name.replace("_", " "), key="angle_joint", width=200
            )
    if not known:
        st.info("No angle is both labelled and found.", icon=":material/square_foot:")
        return
    each = known[angle]
    words = f"{counted(each.pairs, 'person', 'people')}, bias {each.bias:+.1f}°"
    figure = plot_angle_agreement(case, angle, in_3d=in_3d)
    show_figure(figure, height=_ANGLE_PX, label=f"{angle.replace('_', ' ')}: {words}", key="score_angle")
    st.dataframe(pd.DataFrame(_angle_rows(known)), hide_index=True)
    st.caption(
        "Of the people who were found: estimate minus label. Bias: the mean error. Limits: 95% of errors are within "
        "them (Bland and Altman). ICC(A,1): 1 is perfect agreement."
    )


def _angle_rows(angles: dict[str, Agreement]) -> Iterator[dict[str, str]]:
    for name, each in angles.items():
        values = (f"{value:+.1f}" if np.isfinite(value) else UNKNOWN for value in (each.bias, each.low, each.high))
        bias, low, high = values
        yield {
            "Joint": name.replace("_", " "),
            "People": f"{each.pairs:,}",
            "Bias (°)": bias,
            "Limits of agreement (°)": f"{low} to {high}" if low != UNKNOWN else UNKNOWN,
            "ICC": f"{each.icc:.2f}" if np.isfinite(each.icc) else UNKNOWN,
        }


def _show_times(evaluation: Evaluation) -> None:
    times = [f"{case.name}: {case.milliseconds:.0f} ms" for case in evaluation.cases if case.milliseconds > 0]
    height = 110 + 40 * len(times)
    show_figure(plot_times(evaluation), height=height, label=f"Time of a photo. {'; '.join(times)}", key="score_times")
    st.caption("While other photos were estimated on the other cores, and perhaps other visitors' videos.")


def _show_problems(evaluation: Evaluation) -> None:
    problems = evaluation.problems
    if not problems:
        return
    with st.expander(f"Could not be used ({len(problems):,})", icon=":material/warning:"):
        st.dataframe(
            pd.DataFrame(
                {"File": each.file, "Entry": each.entry, "What is wrong": each.what}
                for each in problems[:_MOST_PROBLEMS]
            ),
            hide_index=True,
            column_config={"What is wrong": st.column_config.TextColumn(width="large")},
        )
        if len(problems) > _MOST_PROBLEMS:
            st.caption(f"And {len(problems) - _MOST_PROBLEMS:,} more, in metrics.json.")


def _show_published() -> None:
    with st.expander("Google's own figures, on Google's own photos", icon=":material/info:"):
        st.dataframe(
            pd.DataFrame(
                {"Model": row.model}
                | {
                    f"{name}: mAP / PCK@0.2 (%)": f"{ap:g} / {pck:g}"
                    for name, (ap, pck) in zip(("Yoga", "Dance", "HIIT"), row[1:], strict=True)
                }
                for row in PUBLISHED
            ),
            hide_index=True,
        )
        st.caption(PUBLISHED_NOTE)
