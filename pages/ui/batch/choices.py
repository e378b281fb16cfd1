"""How the videos of a batch are analysed: the same choices as for one video, and an exercise to count."""

from dataclasses import replace

import streamlit as st

from pages.ui.shared.exercise_titles import title_of
from pages.ui.shared.film_choices import choose_every, choose_film
from posecore import ClipOptions, PoseOptions, find_model
from posecore.batch.analysis import Analysis
from posecore.estimation.models import identify_model
from posecore.limits import LIMITS
from posecore.motion.exercises.table import EXERCISES
from posecore.system import usable_cores

_NONE = ""


def choose_analysis(pose: PoseOptions) -> Analysis:
    """Offer the choices about all videos in a popover, and return them without an exercise.

    Args:
        pose: options of the page.
    """
    with st.popover("Trim", icon=":material/content_cut:"):
        with st.container(horizontal=True):
            start_s = st.number_input(
                "From (seconds)", 0.0, None, 0.0, 0.5, key="batch_start", persist_state="session", width=140
            )
            end_s = st.number_input(
                "To (seconds)",
                0.0,
                None,
                None,
                0.5,
                key="batch_end",
                persist_state="session",
                placeholder="the end",
                width=140,
                help="The same stretch of each video. One that is shorter than its beginning is reported.",
            )
        every = choose_every()
        smoothing = st.toggle(
            "Smooth the landmarks",
            True,
            key="batch_smoothing",
            persist_state="session",
            help="One-Euro, while they are found. Off: as they are found; Explore can smooth them later.",
        )
        film = st.toggle(
            "Annotated videos",
            key="batch_film",
            persist_state="session",
            help="A video with skeletons for each. It takes longer and more space. Without it, each result can still "
            "be opened on Video.",
        )
        side, quality = choose_film(disabled=not film)
        if end_s is not None and end_s <= start_s:
            st.warning("The end comes before the beginning, so it is not used.", icon=":material/info:")
            end_s = None
    part = ClipOptions(start_s, end_s, every, side, quality) if film else ClipOptions(start_s, end_s, every)
    return Analysis(replace(pose, smoothing=smoothing), part, film)


def with_exercise(analysis: Analysis, *, at_once: int, disabled: bool) -> Analysis:
    """Offer an exercise, and return the options as they are the same for all of this machine's batches.

    Args:
        analysis: without an exercise.
        at_once: videos at the same time.
        disabled: whether it cannot be changed now.
    """
    exercise = st.selectbox(
        "Exercise to count",
        [_NONE, *EXERCISES],
        format_func=lambda name: "None" if name == _NONE else title_of(name),
        key="batch_exercise",
        persist_state="session",
        disabled=disabled,
        width=240,
        help="Counts its repetitions in each video.",
    )
    pose = replace(analysis.pose, threads=max(1, usable_cores() // max(at_once, LIMITS.runs_at_once)))
    model = identify_model(find_model(pose.model)).sha256
    return replace(analysis, pose=pose, exercise=None if exercise == _NONE else exercise, model_sha256=model)
