"""The choices about a video: what to analyse of it, and what video to make for the player."""

import streamlit as st

from pages.ui.shared.film_choices import choose_every, choose_film
from pages.ui.shared.people_choice import choose_background
from pages.ui.video.clip_run import ClipRun, RunOptions, unsmoothed
from pages.ui.video.run_progress import cost
from posecore import ClipOptions, PoseOptions
from posecore.estimation.hand_options import HandOptions

_SHORTEST_S = 0.1


def choose_run(run: ClipRun, pose: PoseOptions, hands: HandOptions | None) -> RunOptions:
    """Offer the choices about a video in a popover, with their estimated cost."""
    if run.info is None:
        return RunOptions(pose, hands=hands)
    with st.popover("Trim", icon=":material/content_cut:"):
        start_s, end_s = _choose_stretch(run)
        every = choose_every()
        film = st.toggle(
            "Video in the player",
            True,
            key="part_film",
            persist_state="session",
            help="Off is faster, but the player then shows only the 3D skeleton and the curves.",
        )
        side, quality = choose_film(disabled=not film)
        background = choose_background("part_background", disabled=not film)
        part = ClipOptions(start_s=start_s, end_s=end_s, every=every, film_side=side, film_quality=quality)
        options = RunOptions(unsmoothed(pose), part, film, background, hands)
        st.caption(cost(run.expect(options)))
    return options


def _choose_stretch(run: ClipRun) -> tuple[float, float | None]:
    length_s = run.info.duration_s if run.info else None
    if length_s is None or length_s < 2 * _SHORTEST_S:
        return 0.0, None
    start_s, end_s = st.slider(
        "Trim (seconds)", 0.0, length_s, (0.0, length_s), _SHORTEST_S, format="%.1f", key=f"part_{run.clip.key}"
    )
    whole = end_s >= length_s - _SHORTEST_S
    return start_s, None if whole else max(end_s, start_s + _SHORTEST_S)
