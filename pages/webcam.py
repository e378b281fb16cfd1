"""Webcam: the live camera with the skeleton drawn on it, its numbers beside, and a snapshot."""

from functools import partial
from pathlib import Path

import streamlit as st
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaPlayer
from streamlit_webrtc import WebRtcMode, WebRtcStreamerContext, webrtc_streamer

from pages.ui.camera import tell_missing_camera
from pages.ui.clips import ready_sample_clip
from pages.ui.explain import SEVERAL_PEOPLE, explain_numbers
from pages.ui.live.current import stream_for
from pages.ui.live.servers import ice_servers
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.models import engine_line
from pages.ui.navigation import IMAGE, VIDEO
from pages.ui.people import choose_background
from pages.ui.pictures import SNAPSHOT_ADDRESS
from pages.ui.problems import problems_shown, show_problem
from pages.ui.results import show_skeleton, show_table
from pages.ui.settings import page_head
from pages.ui.sources import choose_source
from posecore import FramePoses

CAMERA, SAMPLE = "Camera", "Sample clip"
_CAMERA_WANTED = {"video": {"width": {"ideal": 640}, "height": {"ideal": 480}}, "audio": False}
_TEXTS = {
    "select_device": "Choose camera",
    "device_ask_permission": "Allow this page to use your camera: the browser is asking for it.",
    "device_access_denied": "The camera was refused.",
    "device_not_available": "No camera was found.",
    "media_api_not_available": "This browser gives no camera to this page.",
}


def stream(source: str, options: LiveOptions) -> tuple[LiveStream, WebRtcStreamerContext]:
    """The live picture with its Start and Stop buttons."""
    servers = ice_servers()
    common = {"rtc_configuration": None if servers is None else {"iceServers": servers}, "translations": _TEXTS}
    if source == SAMPLE:
        clip = ready_sample_clip()
        st.caption(f"{clip.title}, played as if it were a camera. {clip.credit}")
        live = stream_for(source, options, partial(play_in_a_loop, clip.path))
        mode = WebRtcMode.RECVONLY
    else:
        live = stream_for(source, options)
        mode = WebRtcMode.SENDRECV
        common["media_stream_constraints"] = _CAMERA_WANTED
    context = webrtc_streamer(
        f"live-{source}", mode=mode, source_video_track=live.outgoing, sink_video_track=live.incoming, **common
    )
    return live, context


def play_in_a_loop(path: Path) -> MediaStreamTrack:
    """The clip as an endless stream, at its own pace."""
    return MediaPlayer(str(path), loop=True).video


@st.fragment(run_every=0.2)
def show_numbers(live: LiveStream, several: bool) -> None:
    """The newest frame's figures, 3D skeleton and table, about five times a second."""
    newest = live.latest
    if live.problem:
        show_problem(live.problem)
    if newest is None:
        st.caption("Waiting for the first frame.")
        return
    show_figures(live, newest.poses)
    show_skeleton(newest.poses, key="webcam", several=several)
    show_table(newest.poses, key="webcam_table", several=several)


def show_figures(live: LiveStream, poses: FramePoses) -> None:
    """Frames a second, people, and the way to a snapshot."""
    figures = live.pace.figures()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.metric("Frames a second", f"{figures.frames_out:.0f}", width="content")
        st.metric("People in view", len(poses), width="content")
        # A link, which the browser follows by itself: a change of page from here would meet the next run of
        # this fragment, already asked for, on its way.
        st.page_link(
            IMAGE,
            label="Snapshot",
            icon=":material/photo_camera:",
            help="Opens this frame on the Image page.",
            query_params={SNAPSHOT_ADDRESS: "live"},
        )


def show_help() -> None:
    """What to do where the camera does not start, and the other ways on."""
    with st.expander("The camera does not start?", icon=":material/help:"):
        st.markdown(
            "- The browser must be allowed to use the camera: look at the icon beside the address.\n"
            "- Another program may be using it; close video calls and try again.\n"
            "- The page must be open over https, or on the machine that runs it.\n"
            "- A picture that stays black for long means that the network blocks the stream: whoever hosts "
            "this page can set up a TURN server, as its README says.\n"
        )
        with st.container(horizontal=True):
            st.page_link(IMAGE, label="Take a snapshot or upload a picture")
            st.page_link(VIDEO, label="Upload a clip")


def show_page() -> None:
    """The live picture and, beside it, its numbers."""
    options = page_head("Webcam")
    source = choose_source("Show", [CAMERA, SAMPLE], sample=SAMPLE, address="clip", key="webcam_source")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        background = choose_background("webcam_background")
        live, context = stream(source, LiveOptions(options, background))
        if source == CAMERA and not context.state.playing:
            tell_missing_camera()
        st.caption("Frames are worked on as they come and are not kept. Only a snapshot you take is.")
        show_help()
    with right:
        if context.state.playing:
            st.caption(engine_line(options))
            if options.people > 1:
                st.caption(f":material/groups: {SEVERAL_PEOPLE}")
            show_numbers(live, options.people > 1)
        else:
            st.info("Press Start: the skeleton, its numbers and the 3D view appear here.", icon=":material/videocam:")
            explain_numbers()


with problems_shown():
    show_page()
