"""The photo or video of the Rigid pose page, and its sources."""

from dataclasses import dataclass

import streamlit as st

from pages.ui.image.photo import Photo, shown_photo, uploaded_photo
from pages.ui.rigid.rigid_run import RigidRun
from pages.ui.rigid.sample import ABOUT, sample_clip
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip, uploaded_clip
from pages.ui.shared.sources import choose_source
from pages.ui.shared.taken_uploads import TakenFile
from pages.ui.video.clip_run import ClipRun

PHOTO, VIDEO, SAMPLE, OF_IMAGE, OF_VIDEO = "Photo", "Video", "Sample", "Image page", "Video page"
_SOURCE_KEY = "rigid_source"


@dataclass(frozen=True, eq=False)
class Film:
    """A video.

    Attributes:
        clip: on disk.
        of: the finished run of the Video page that it comes from; None: it is this page's own.
        about: what it is; empty if it is the visitor's.
    """

    clip: Clip
    of: ClipRun | None = None
    about: str = ""

    @property
    def is_sample(self) -> bool:
        """Whether it is the sample of this page."""
        return bool(self.about)


class _RigidClip(Clip):
    """The uploaded video of this page; that of the Video page is another one."""


class RigidPhoto(TakenFile):
    """The uploaded photo of this page."""


def choose_given(visit: Visit) -> Photo | Film | None:
    """Offer the sources and return the photo or video of the chosen one; None while there is none.

    Raises:
        UnreadableMedia, MediaTooLarge: if a photo cannot be used.
    """
    sources = [PHOTO, VIDEO, SAMPLE]
    photo, run = shown_photo(), _video_result(visit)
    sources += [OF_IMAGE] if photo is not None else []
    sources += [OF_VIDEO] if run is not None else []
    if st.session_state.get(_SOURCE_KEY, PHOTO) not in sources:
        st.session_state[_SOURCE_KEY] = PHOTO
    source = choose_source("Source", sources, sample=SAMPLE, address="tags", key=_SOURCE_KEY)
    if source == SAMPLE:
        return Film(_drawn_sample(), about=ABOUT)
    if source == OF_IMAGE and photo is not None:
        st.text(photo.name)
        return photo
    if source == OF_VIDEO and run is not None:
        st.text(run.name)
        return Film(run.clip, run)
    if source == VIDEO:
        return _uploaded_video(visit)
    return uploaded_photo(visit, RigidPhoto, "A photo with people or printed tags", key="rigid_photo")


def _uploaded_video(visit: Visit) -> Film | None:
    clip = uploaded_clip(visit, _RigidClip, "A video with people or printed tags", key="rigid", forget=_forget_clip)
    return None if clip is None else Film(clip)


def _forget_clip(visit: Visit) -> None:
    visit.forget(RigidRun)
    visit.forget(_RigidClip)


def _video_result(visit: Visit) -> ClipRun | None:
    run = visit.get(ClipRun)
    there = run is not None and not run.closed and run.poses is not None
    return run if there else None


@st.cache_resource(show_spinner="Drawing the sample")
def _drawn_sample() -> Clip:
    return sample_clip()
