"""The visitor's video and its sources."""

import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip, uploaded_clip
from pages.ui.shared.sources import choose_sample, choose_source
from pages.ui.video.clip_run import forget_upload
from posecore.media.samples import CLIP_TITLES, Sample, sample_clip

UPLOAD, SAMPLE = "Upload", "Sample"
_SOURCE_KEY, _SAMPLE_KEY = "video_source", "video_sample"


def choose_clip(visit: Visit) -> Clip | None:
    """Offer the sources and return the chosen video, or None while there is none."""
    with st.container(horizontal=True):
        source = choose_source("Source", [UPLOAD, SAMPLE], sample=SAMPLE, address=[*CLIP_TITLES], key=_SOURCE_KEY)
        name = choose_sample(CLIP_TITLES, key=_SAMPLE_KEY) if source == SAMPLE else None
    if name is not None:
        sample = ready_sample_clip(name)
        st.caption(f"{sample.title}. {sample.credit}")
        return as_clip(sample)
    return uploaded_clip(visit, Clip, "A video with one or more people", key="video", forget=forget_upload)


def as_clip(sample: Sample) -> Clip:
    """The sample video as the video of a visit."""
    return Clip(str(sample.path), sample.path.name, sample.path, people=sample.people)


def show_upload() -> None:
    """Make the Video page show the visitor's own video next; called on another page."""
    st.session_state[_SOURCE_KEY] = UPLOAD


# The same for all visitors. If the download fails, it is tried again in an hour, not in every run.
@st.cache_resource(ttl=3600, show_spinner="Getting the sample video")
def ready_sample_clip(name: str = "clip") -> Sample:
    """A sample video, downloaded if it is not on this machine yet."""
    return sample_clip(name)
