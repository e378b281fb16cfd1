"""Before a run and while it goes on: what it would take, and how far it is."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from pages.ui.serving.jobs import time_text
from pages.ui.shared.explain import plain
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.video_run import VideoRun
from posecore.runs.expected import Expected

# A video that takes no longer than this is processed without asking.
_AT_ONCE_S = 20.0


def cost(expected: Expected) -> str:
    """Cost in one line, such as "18,000 frames: about 4 minutes, video of about 500 MB."."""
    if expected.frames is None or expected.seconds is None:
        return "Length unknown until the video has been read."
    film = f", video of about {max(1, round(expected.film_mb))} MB" if expected.film_mb else ", no video"
    return f"{expected.frames:,} frames: about {time_text(max(1, expected.seconds))}{film}."


def may_start(run: VideoRun[Any, Any], expected: Expected, *, less: str = "") -> bool:
    """Whether to start: a short run starts by itself, a long one once the visitor agrees to its cost.

    Args:
        run: not started yet.
        expected: its cost.
        less: what to do for a cheaper run, in a sentence.
    """
    if expected.seconds is None or expected.seconds <= _AT_ONCE_S:
        return True
    st.info(f"{plain(run.clip.name)}: {cost(expected)} {less}".strip(), icon=":material/timer:")
    return st.button("Start", type="primary", icon=":material/play_arrow:", key=f"start_{run.clip.key}")


def is_over(run: VideoRun[Any, Any], expected: Expected, start: Callable[[], None]) -> bool:
    """Whether the analysis is over; until then it is started, as by ``may_start``, and its progress is shown."""
    if not run.analysis.has_started:
        if not may_start(run, expected):
            return False
        start()
    if run.analysis.is_running:
        show_progress(run.analysis)
        return False
    return True
