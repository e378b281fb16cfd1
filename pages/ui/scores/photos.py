"""The scores of labelled photos."""

import streamlit as st

from pages.ui.scores.example_labels import example_labels
from pages.ui.scores.photo_set import PhotoSet, choose_photos, runs_of
from pages.ui.scores.score_choices import choose_cases, choose_others, cost, expected_seconds
from pages.ui.scores.score_results import show_scored
from pages.ui.scores.score_run import ScoreRuns, Wanted
from pages.ui.scores.tabs import turn_to
from pages.ui.serving.visits import Visit
from pages.ui.shared.job_progress import show_progress, why_stopped
from pages.ui.shared.model_loading import load_model
from pages.ui.shared.problems import show_problem
from posecore import PosecoreError


def show_photo_scores(visit: Visit) -> None:
    """Show the tab, from the photos to their scores."""
    st.markdown(
        "How good are the landmarks on **your** photos? Add photos with labels to see it in numbers and pictures."
    )
    photo_set = choose_photos(visit)
    if photo_set is None:
        visit.forget(ScoreRuns)
        _explain()
        return
    if not photo_set.has_labels:
        st.info(
            "These photos have no labels yet. Add the file of labels (COCO keypoint JSON), or label them here.",
            icon=":material/label:",
        )
        st.button("Label these photos", icon=":material/edit:", on_click=turn_to, args=("label",), type="primary")
        _explain()
        return
    runs = runs_of(visit, ScoreRuns, photo_set)
    runs.take_result()
    wanted = _choose(runs, photo_set)
    if wanted is not None:
        runs.start(wanted)
        st.rerun()
    _show_runs(runs, photo_set)


def _choose(runs: ScoreRuns, photo_set: PhotoSet) -> Wanted | None:
    """Offer what to score, and the button; what is to be scored if it was pressed."""
    running = runs.job is not None and runs.job.is_running
    with st.container(border=True):
        options = choose_cases()
        choose_others(runs)
        photos = len(photo_set.photos)
        with st.container(horizontal=True, vertical_alignment="center"):
            nothing = not options and not runs.others
            pressed = st.button(
                "Score", type="primary", icon=":material/speed:", disabled=running or nothing, key="score_start"
            )
            if nothing:
                st.caption("Choose a model and a way to find people, or add results of another system.")
            else:
                st.caption(cost(photos, len(options), len(runs.others), expected_seconds(options, photos, runs.scored)))
    if not pressed:
        return None
    try:
        for model in {str(each.model): each for each in options}.values():
            load_model(model)
    except PosecoreError as error:
        show_problem(str(error))
        return None
    return runs.wanted(photo_set, options)


def _show_runs(runs: ScoreRuns, photo_set: PhotoSet) -> None:
    """Show the run while it goes on, why it failed, and the last result."""
    job = runs.job
    if job is not None and job.is_running:
        show_progress(job)
        return
    if job is not None and job.state.error is not None:
        show_problem(job.state.error)
    elif job is not None and job.state.is_out_of_time:
        st.warning(f"Stopped{why_stopped(job.state)}. Press **Score** to go on.", icon=":material/info:")
    if runs.scored is None:
        return
    now = runs.wanted(photo_set, runs.scored.wanted.options)
    if now != runs.scored.wanted:
        st.warning(
            "Photos, labels or results have changed since these scores. Press **Score** for new ones; photos that were "
            "estimated before are not estimated again.",
            icon=":material/update:",
        )
    show_scored(runs.scored)


def _explain() -> None:
    """Say what a set of labelled photos is, with an example to download."""
    with st.container(border=True):
        st.markdown(
            """
**What you need**

- **Photos of your kind**: a zip, or the files themselves. Fifty people say much more than ten.
- **Labels**: one COCO keypoint file (JSON), beside the photos or in the zip. 17 points (COCO), 14 (LSP, CrowdPose) and
  16 (MPII) are read by their names. A `domain` of an image, or its folder, splits the scores, such as yoga and dance.
  `keypoints_3d` in metres adds errors in 3D.
- Optional: what **another system** found in the same photos, to see it beside ours.

**What you get**: how many people are found, how exact each joint is, errors of angles, whether one model is really
better than another, and the worst photos with label and estimate drawn on each other.
"""
        )
        with st.container(horizontal=True):
            st.download_button(
                "Example of a file of labels",
                example_labels,
                "labels.json",
                "application/json",
                icon=":material/download:",
                on_click="ignore",
            )
            st.button(
                "Label photos here", icon=":material/edit:", on_click=turn_to, args=("label",), key="explain_label"
            )
