"""Webcam: the live camera with the skeleton drawn on it, its numbers beside, and a snapshot."""

from functools import partial
from typing import Any

import streamlit as st
from streamlit_webrtc import WebRtcMode, WebRtcStreamerContext, webrtc_streamer

from pages.ui.image.photo import SNAPSHOT_ADDRESS
from pages.ui.live.camera_notice import tell_missing_camera
from pages.ui.live.current import Live, live_from, place_is_there, why_last_is_over
from pages.ui.live.feed import address
from pages.ui.live.film_track import FilmTrack
from pages.ui.live.ice_servers import browser_configuration, ice_servers
from pages.ui.live.panel import show_panel
from pages.ui.live.places import FULL, why_over
from pages.ui.live.recording import must_finish, offer_recording, open_finished_take, tell_problem
from pages.ui.live.route import offer_route_check
from pages.ui.live.sending import offer_sending
from pages.ui.live.stream import LiveOptions
from pages.ui.live.stream_options import choose_picture
from pages.ui.shared.explain import SEVERAL_PEOPLE, explain_numbers
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.navigation import IMAGE, VIDEO, WEBCAM
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.results import show_table
from pages.ui.shared.settings import page_head
from pages.ui.shared.sources import choose_source
from pages.ui.video.clip_run import RunOptions
from pages.ui.video.clip_source import ready_sample_clip
from posecore import PoseOptions

CAMERA, SAMPLE = "Camera", "Sample clip"
_IDLE = "Press Start: the skeleton, its numbers and the 3D view appear here."
_TEXTS = {
    "select_device": "Choose camera",
    "device_ask_permission": "Allow this page to use your camera: the browser is asking for it.",
    "device_access_denied": "The camera was refused.",
    "device_not_available": "No camera was found.",
    "media_api_not_available": "This browser gives no camera to this page.",
}


def stream(source: str, options: LiveOptions, wanted: dict[str, Any]) -> tuple[Live, WebRtcStreamerContext]:
    """The live picture with its Start and Stop buttons."""
    servers = ice_servers()
    common: dict[str, Any] = {
        "frontend_rtc_configuration": browser_configuration(),
        "server_rtc_configuration": None if servers is None else {"iceServers": servers},
        "translations": _TEXTS,
    }
    if source == SAMPLE:
        clip = ready_sample_clip()
        st.caption(f"{clip.title}, played as if it were a camera. {clip.credit}")
        live = live_from(source, options, partial(FilmTrack, clip.path))
        mode = WebRtcMode.RECVONLY
    else:
        live = live_from(source, options)
        mode = WebRtcMode.SENDRECV
        common["media_stream_constraints"] = wanted
    context = webrtc_streamer(
        f"live-{source}",
        mode=mode,
        source_video_track=live.stream.outgoing,
        sink_video_track=live.stream.incoming,
        **common,
    )
    return live, context


def offer_snapshot() -> None:
    """The way to the Image page with what is seen."""
    # A link, which the browser follows by itself.
    st.page_link(
        IMAGE,
        label="Snapshot",
        icon=":material/photo_camera:",
        help="Opens the newest frame on the Image page; while the numbers are frozen, the frame that they are of.",
        query_params={SNAPSHOT_ADDRESS: "live"},
    )


@st.fragment
def show_numbers(live: Live | None, options: PoseOptions) -> None:
    """Figures, angles, 3D skeleton and table; the browser asks for them itself. Only what is held comes by this."""
    camera = live is not None and live.source == CAMERA
    mirror = live is not None and live.stream.options.mirror
    frozen = show_panel(live and address(live.token, WEBCAM), options.people, camera=camera, mirror=mirror, idle=_IDLE)
    if must_finish():
        st.rerun(scope="app")
    if live is None or frozen is None:
        return
    held = live.stream.held
    if held is not None:
        st.markdown(f"**Landmarks of the frame that is held**, at {held.time_s:.2f} s")
        show_table(held.poses, key="webcam_table", several=options.people > 1)


@st.fragment(run_every=5)
def wait_for_a_place() -> None:
    """Say that the server is full, until it is not."""
    if place_is_there():
        st.rerun(scope="app")
    st.info(f"{why_over(FULL)} This page looks every few seconds whether one is free.", icon=":material/groups:")
    with st.container(horizontal=True):
        st.page_link(IMAGE, label="Take a picture meanwhile")
        st.page_link(VIDEO, label="Upload a clip meanwhile")


def show_help() -> None:
    """What to do where the camera does not start, and the other ways on."""
    with st.expander("The camera does not start?", icon=":material/help:"):
        st.markdown(
            "- The browser must be allowed to use the camera: look at the icon beside the address.\n"
            "- Another program may be using it; close video calls and try again.\n"
            "- The page must be open over https, or on the machine that runs it.\n"
            "- A picture that stays black for long means that the network blocks the stream: whoever hosts "
            "this page can set up a TURN server, as its README says. This tries which routes there are:\n"
        )
        offer_route_check(WEBCAM)
        with st.container(horizontal=True):
            st.page_link(IMAGE, label="Take a snapshot or upload a picture")
            st.page_link(VIDEO, label="Upload a clip")


def show_page() -> None:
    """The live picture and, beside it, its numbers."""
    open_finished_take()
    options = page_head("Webcam")
    source = choose_source("Show", [CAMERA, SAMPLE], sample=SAMPLE, address="clip", key="webcam_source")
    if not place_is_there():
        wait_for_a_place()
        return
    left, right = st.columns([1, 1], gap="medium")
    with left:
        picture, wanted = choose_picture(options, camera=source == CAMERA)
        live, context = stream(source, picture, wanted)
        if not context.state.playing:
            if reason := why_last_is_over():
                st.info(reason, icon=":material/timer_off:")
            if source == CAMERA:
                tell_missing_camera()
        if context.state.playing:
            offer_recording(live, RunOptions(picture.pose, background=picture.background))
            offer_sending(live)
        tell_problem()
        st.caption("Frames are worked on as they come and are not kept. Only what you record or take a snapshot of is.")
        show_help()
    with right:
        playing = context.state.playing
        if playing:
            with st.container():  # of one place, with or without the second line: the numbers below stay where they are
                with st.container(horizontal=True, vertical_alignment="center"):
                    offer_snapshot()
                    st.caption(engine_line(options))
                if options.people > 1:
                    st.caption(f":material/groups: {SEVERAL_PEOPLE}")
        show_numbers(live if playing else None, options)
        if not playing:
            explain_numbers()


with problems_shown():
    show_page()
