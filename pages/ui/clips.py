"""The clip a visitor works on: where it comes from, and its run."""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import streamlit as st

from pages.ui.runs import ClipRun
from pages.ui.sources import choose_source
from posecore.media.clips import CLIP_SUFFIXES
from posecore.samples import Sample, sample_clip

UPLOAD, SAMPLE = "Upload", "Sample"
_SOURCE_KEY = "video_source"
_RUN_KEY = "video_run"


@dataclass(frozen=True)
class Clip:
    """A clip that was given; ``key`` tells it from others of the visit."""

    key: str
    name: str
    content: BinaryIO | Path


def choose_clip() -> Clip | None:
    """Offer the sources and return the chosen clip, or None while there is none."""
    source = choose_source("Clip from", [UPLOAD, SAMPLE], sample=SAMPLE, address="clip", key=_SOURCE_KEY)
    if source == SAMPLE:
        sample = ready_sample_clip()
        st.caption(f"{sample.title}. {sample.credit}")
        return Clip(str(sample.path), sample.path.name, sample.path)
    file = st.file_uploader(
        "A clip with one or more people",
        type=[suffix.removeprefix(".") for suffix in CLIP_SUFFIXES],
        help="MP4, MOV, WebM, MKV or AVI. It is deleted when you leave or choose another.",
    )
    return Clip(file.file_id, file.name, file) if file else None


# The same for all visitors. Where it cannot be downloaded, that is tried again in an hour, not in every run.
@st.cache_resource(ttl=3600, show_spinner="Getting the sample clip")
def ready_sample_clip() -> Sample:
    """The sample clip, downloaded where it is not on this machine yet."""
    return sample_clip()


def current_run(clip: Clip) -> ClipRun | None:
    """The run of this clip, going on or finished, if this visit has one."""
    run = st.session_state.get(_RUN_KEY)
    if run is None or run.key != clip.key:
        return None
    run.stay()
    if run.closed:  # the visitor came back too late
        return None
    return _while_connected(id(run), run)


def new_run(clip: Clip) -> ClipRun:
    """A run of a clip, not started yet; the run it takes the place of ends, and its files with it."""
    previous = st.session_state.pop(_RUN_KEY, None)
    if previous is not None:
        previous.close()
    run = ClipRun(clip.key, clip.name, clip.content)
    st.session_state[_RUN_KEY] = run
    return _while_connected(id(run), run)


# Streamlit clears such a cache when the browser's connection ends, which is the one sign it gives of that.
# The run itself is in the session's state, which outlives a short loss of the connection.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False, on_release=ClipRun.leave)
def _while_connected(number: int, _run: ClipRun) -> ClipRun:
    return _run
