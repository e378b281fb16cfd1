"""The visitor's video with signs: its upload, and its run. Spell and Words show the same one."""

import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip, uploaded_clip
from pages.ui.shared.explain import show_notes
from pages.ui.shared.job_progress import partial_text
from pages.ui.shared.problems import show_problem
from pages.ui.signs.estimation import estimate_signs
from pages.ui.signs.sign_run import Find, SignRun
from pages.ui.video.run_progress import is_over


class _SignClip(Clip):
    """The video of this page; that of the Video page is another one."""


def choose_clip(visit: Visit) -> Clip | None:
    """Offer the upload and return the visitor's video, or None while there is none."""
    label = "A video of a person who spells or signs"
    return uploaded_clip(visit, _SignClip, label, key="signs", forget=forget_clip)


def forget_clip(visit: Visit) -> None:
    """Delete the visitor's video and what was made from it."""
    visit.forget(SignRun)
    visit.forget(_SignClip)


def finished_run(visit: Visit, clip: Clip, *, of_bodies: bool, find: Find = estimate_signs) -> SignRun | None:
    """The run of a video once it is over; until then, its progress is shown and None returned.

    Args:
        visit: keeps the run.
        clip: the video.
        of_bodies: as for ``SignRun``.
        find: as for ``SignRun``.
    """
    run = visit.get(SignRun)
    if run is None or run.closed or (run.clip.key, run.of_bodies) != (clip.key, of_bodies):
        visit.forget(SignRun)
        run = SignRun(clip, of_bodies=of_bodies, find=find)
        visit.keep(run)
    if not is_over(run, run.expected, run.start):
        return None
    if run.state.error:
        show_problem(run.state.error)
        return None
    if run.state.result is None:
        st.info("Stopped before the first frame. Remove the video and choose it again to start over.")
        return None
    if run.state.cut_short:
        st.warning(partial_text(run.state, len(run.hands)), icon=":material/info:")
    show_notes(run.notes)
    return run
