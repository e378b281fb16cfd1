"""What is drawn on the people of a finished run, and files with it, made on request: a video, the overlay alone."""

import numpy as np
import streamlit as st

from pages.ui.serving.addresses import address
from pages.ui.shared.film_frame import film_frame
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.overlay_choice import DrawnOnPeople, choose_overlay
from pages.ui.video.clip_run import AloneKind, ClipRun, Shown
from posecore import OverlayArtist, PoseSequence, draw_poses
from posecore.media.pictures import fit_picture
from posecore.runs.annotation import color_by
from posecore.view.overlays.movement import TRAIL_S

_PREVIEW_PX = 640
_ALONE_IS = "Only the overlay, transparent elsewhere, to lay over your video in a video editor."
_ALONE: dict[AloneKind, tuple[str, str]] = {
    "webm": ("WebM", "One file with the times of the video."),
    "zip": ("PNG", "A zip with a picture for each frame, for editors that read no transparency in WebM."),
}


def offer_annotated(run: ClipRun, people: PoseSequence) -> Shown:
    """Offer the annotated video, and return what it is to show.

    Args:
        run: finished.
        people: as they are shown.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = Shown(people, choose_overlay("video_overlay"))
        _offer(run, wanted)
    overlay = wanted.look.overlay
    if overlay and run.used_options.film and (people.seen.any() or overlay.needs_frames):
        rgb = _preview(run.film_token, people.xy.tobytes(), wanted.look, run, people)
        if rgb is not None:
            st.image(rgb, width=min(_PREVIEW_PX, rgb.shape[1]), alt="A frame of the annotated video")
            st.caption("One frame of the video with this overlay.")
    return wanted


def _offer_alone(run: ClipRun, wanted: Shown) -> None:
    """Offer the overlay by itself, without the video and the skeletons."""
    for kind, (title, use) in _ALONE.items():
        made = run.made.get(run.alone[kind].path)
        if made is not None and made.is_same(wanted):
            file = address(run.alone[kind].token)
            st.link_button(f"Overlay alone ({title})", f"{file}?download", icon=":material/download:")
        elif st.button(
            f"Make overlay alone ({title})",
            icon=":material/layers:",
            help=f"{_ALONE_IS} {use}",
            disabled=wanted.look.overlay.needs_frames,  # markers are found in the video, which is not read here
        ):
            run.draw_alone(wanted, kind)
            st.rerun()


def has_annotated(run: ClipRun, wanted: Shown) -> bool:
    """Whether there is an annotated video that shows exactly this."""
    drawn = run.made.get(run.annotated)
    return drawn is not None and drawn.is_same(wanted)


def _offer(run: ClipRun, wanted: Shown) -> None:
    drawn = "overlay" if wanted.look.overlay else "skeletons"
    if run.is_making:
        show_progress(run.making)
    elif has_annotated(run, wanted):
        film = address(run.annotated_token)
        st.link_button(f"Video with {drawn} (MP4)", f"{film}?download", icon=":material/download:")
    elif st.button(
        f"Make video with {drawn}",
        icon=":material/movie_edit:",
        help="Draws the people, names and smoothing as shown here. The video is not analysed again.",
    ):
        run.draw(wanted)
        st.rerun()
    if wanted.look.overlay and wanted.people.seen.any() and not run.is_making:
        _offer_alone(run, wanted)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _preview(film: str, places: bytes, look: DrawnOnPeople, _run: ClipRun, _people: PoseSequence) -> np.ndarray | None:
    """The frame in the middle of those with people, or of all, as the annotated video will show it."""
    seen = np.flatnonzero(_people.seen.any(axis=1) | ~_people.seen.any())
    index = int(seen[len(seen) // 2])
    rgb = film_frame(_run.film, _people, index)
    if rgb is None:
        return None
    rgb = fit_picture(rgb, 2 * _PREVIEW_PX)
    size = (rgb.shape[1], rgb.shape[0])
    artist = OverlayArtist(look.overlay)
    first = int(np.searchsorted(_people.times_s, _people.times_s[index] - TRAIL_S))
    for before in range(first, index):
        artist.prepare(_people.frame(before).resized(size))
    poses = _people.frame(index).resized(size)
    above = artist.prepare(poses, rgb)
    rgb = np.array(rgb, order="C")
    if look.skeleton:
        rgb = draw_poses(rgb, poses, color_by=color_by(_run.used_options.pose))
    above.draw_on(rgb)
    return rgb
