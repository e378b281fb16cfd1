"""The visitor's video with signs: its upload, and its run. Spell and Words show the same one."""

from dataclasses import dataclass

import streamlit as st

from pages.ui.shared.explain import show_notes
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import offer_upload
from pages.ui.shared.visits import Visit
from pages.ui.signs.estimation import estimate_signs
from pages.ui.signs.sign_run import Find, SignRun
from pages.ui.video.run_choices import cost
from pages.ui.video.run_progress import show_progress
from pages.ui.video.uploads import VIDEO_TYPES, Clip, is_kept, to_disk

# A video that takes no longer than this is processed without asking.
_AT_ONCE_S = 20.0


@dataclass
class _SignClip:
    """The video of this page; that of the Video page is another one."""

    clip: Clip

    def close(self) -> None:
        """Delete it."""
        self.clip.close()


def choose_clip(visit: Visit) -> Clip | None:
    """Offer the upload and return the visitor's video, or None while there is none."""
    file = offer_upload(
        "A video of a person who spells or signs",
        types=VIDEO_TYPES,
        help="MP4, MOV, WebM, MKV, AVI or an animated picture. It is deleted when you leave or choose another.",
        key="signs",
    )
    if file is not None:
        forget_clip(visit)
        visit.keep(_SignClip(to_disk(file)))
    kept = visit.get(_SignClip)
    if kept is None or not is_kept(kept.clip, visit, key="signs_remove", forget=forget_clip):
        return None
    return kept.clip


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
    if not run.has_started:
        seconds = run.expected.seconds
        if seconds is not None and seconds > _AT_ONCE_S:
            st.info(f"{clip.name}: {cost(run.expected)}", icon=":material/timer:")
            if not st.button("Start", type="primary", icon=":material/play_arrow:", key=f"signs_start_{clip.key}"):
                return None
        run.start()
    if not run.state.done.is_set() and not run.state.drawing:
        show_progress(run)
        return None
    if run.state.error:
        show_problem(run.state.error)
        return None
    if run.state.hands is None:
        st.info("Stopped before the first frame. Remove the video and choose it again to start over.")
        return None
    if run.state.cut_short:
        st.warning(f"Stopped after {len(run.state.hands)} frames. This is a partial result.", icon=":material/info:")
    show_notes(run.state.notes)
    return run
