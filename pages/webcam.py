"""Webcam: the live camera with the skeleton drawn on it, live numbers, a coach, recordings and snapshots."""

from dataclasses import replace
from functools import partial
from typing import Any

import streamlit as st
from streamlit_webrtc import WebRtcMode, WebRtcStreamerContext, webrtc_streamer

from pages.ui.image.photo import SNAPSHOT_ADDRESS, keep_snapshot
from pages.ui.live.camera_notice import show_camera_notice
from pages.ui.live.coach import Coach
from pages.ui.live.coach_board import show_board
from pages.ui.live.coach_choice import choose_coach
from pages.ui.live.current import Live, live_from, place_is_there, why_last_is_over
from pages.ui.live.film_track import FilmTrack
from pages.ui.live.finished import offer_saving_it, show_finished
from pages.ui.live.gesture_buttons import SNAPSHOT_KEY, choose_gesture_buttons
from pages.ui.live.ice_servers import browser_configuration, ice_servers
from pages.ui.live.panel import show_panel
from pages.ui.live.places import FULL, why_over
from pages.ui.live.recording import is_recording, offer_recording, open_finished_recording, show_problem
from pages.ui.live.route import offer_route_check
from pages.ui.live.sending import offer_sending
from pages.ui.live.stream import LiveOptions
from pages.ui.live.stream_options import choose_stream
from pages.ui.shared.addresses import address
from pages.ui.shared.explain import SEVERAL_PEOPLE, explain_numbers
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.navigation import IMAGE, VIDEO
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.settings import page_head_with_hands
from pages.ui.shared.sources import choose_source
from pages.ui.video.clip_run import RunOptions
from pages.ui.video.clip_source import ready_sample_clip
from posecore import HandOptions, PoseOptions

CAMERA, SAMPLE = "Camera", "Sample video"
_IDLE = "Press Start to see the skeleton, its numbers and the 3D view here."
_TEXTS = {
    "select_device": "Choose camera",
    "device_ask_permission": "Your browser is asking: please allow this page to use your camera.",
    "device_access_denied": "Camera access was blocked.",
    "device_not_available": "No camera was found.",
    "media_api_not_available": "This browser gives this page no access to a camera.",
}


def stream(source: str, options: LiveOptions, wanted: dict[str, Any]) -> tuple[Live, WebRtcStreamerContext[Any, Any]]:
    """Show the live stream with its Start and Stop buttons."""
    servers = ice_servers()
    common: dict[str, Any] = {
        "frontend_rtc_configuration": browser_configuration(),
        "server_rtc_configuration": None if servers is None else {"iceServers": servers},
        "translations": _TEXTS,
    }
    if source == SAMPLE:
        clip = ready_sample_clip()
        st.caption(f"{clip.title}, played in place of a camera. {clip.credit}")
        live = live_from(source, options, partial(FilmTrack, clip.path))
        mode = WebRtcMode.RECVONLY
    else:
        live = live_from(source, options)
        mode = WebRtcMode.SENDRECV
        common["media_stream_constraints"] = wanted
    with st.container(key="live_stream"):
        context = webrtc_streamer(
            f"live-{source}",
            mode=mode,
            source_video_track=live.stream.outgoing,
            sink_video_track=live.stream.incoming,
            **common,
        )
    return live, context


def offer_snapshot(live: Live) -> None:
    """Offer to open a frame on the Image page; or to keep it for there, if leaving would end something."""
    frame = "the newest frame, or the frozen one if the numbers are frozen"
    if not is_recording(live) and live.stream.gestures is None:
        # A link rather than a button: the browser follows it without a run of this page.
        st.page_link(
            IMAGE,
            label="Snapshot",
            icon=":material/photo_camera:",
            help=f"Opens {frame}, on the Image page.",
            query_params={SNAPSHOT_ADDRESS: "live"},
        )
    elif st.button(
        "Snapshot", key=SNAPSHOT_KEY, icon=":material/photo_camera:", help=f"Keeps {frame}, for the Image page."
    ):
        keep_snapshot()
        st.toast("The snapshot is on the Image page.", icon=":material/photo_camera:")


def show_numbers(live: Live | None, options: PoseOptions) -> None:
    """Show rates, angles, 3D skeleton and table, which the browser fetches itself."""
    camera = live is not None and live.source == CAMERA
    mirror = live is not None and live.stream.options.mirror
    numbers = None if live is None else address(live.token)
    hands = live is not None and live.stream.options.hands is not None
    show_panel(numbers, options.people, camera=camera, mirror=mirror, hands=hands, idle=_IDLE)


def show_coach(coach: Coach) -> None:
    """Show the board of the coach and, once the session is over, more about it."""
    show_board()
    if session := coach.finished:
        show_finished(session)
        offer_saving_it(session)


@st.fragment(run_every=5)
def wait_for_a_place() -> None:
    """Say that the server is full, until a place is free."""
    if place_is_there():
        st.rerun(scope="app")
    st.info(f"{why_over(FULL)} This page checks every few seconds for a free place.", icon=":material/groups:")
    with st.container(horizontal=True):
        st.page_link(IMAGE, label="Use a photo instead")
        st.page_link(VIDEO, label="Use a video instead")


def show_help() -> None:
    """Show what to do if the camera does not start, and the alternatives."""
    with st.expander("Camera not starting?", icon=":material/help:"):
        st.markdown(
            "- Allow the browser to use the camera: click the icon beside the address.\n"
            "- Close other programs that may be using the camera, such as video calls, and try again.\n"
            "- Open the page over https, or on the machine that runs it.\n"
            "- If the video stays black, the network probably blocks the stream. The host of this page can then set up "
            "a TURN server, as docs/hosting.md describes. Check which connections work:\n"
        )
        offer_route_check()
        with st.container(horizontal=True):
            st.page_link(IMAGE, label="Take or upload a photo")
            st.page_link(VIDEO, label="Upload a video")


def show_page() -> None:
    """Show the page: the live stream and, beside it, its numbers."""
    options, wanted_hands = page_head_with_hands("Webcam")
    open_finished_recording()
    source = choose_source("Source", [CAMERA, SAMPLE], sample=SAMPLE, address="clip", key="webcam_source")
    if not place_is_there():
        wait_for_a_place()
        return
    board = st.container()  # above both columns: the count has to be seen from afar
    left, right = st.columns([1, 1], gap="medium")
    with left:
        chosen, wanted = choose_stream(options, camera=source == CAMERA)
        coach = choose_coach()
        gestures = choose_gesture_buttons()
        chosen = replace(chosen, hands=wanted_hands or (HandOptions() if gestures else None))
        live, context = stream(source, chosen, wanted)
        live.stream.coach, live.stream.gestures = coach, gestures
        if not context.state.playing:
            if reason := why_last_is_over():
                st.info(reason, icon=":material/timer_off:")
            if source == CAMERA:
                show_camera_notice()
        if context.state.playing:
            offer_recording(live, RunOptions(chosen.pose, background=chosen.background, hands=chosen.hands))
            offer_sending(live)
        show_problem()
        st.caption("Frames are processed live and not stored, except recordings and snapshots.")
        show_help()
    if coach is not None:
        with board:
            show_coach(coach)
    with right:
        playing = context.state.playing
        if playing:
            with st.container():  # one element with or without the second line: the numbers below must not restart
                with st.container(horizontal=True, vertical_alignment="center"):
                    offer_snapshot(live)
                    st.caption(engine_line(options))
                if options.people > 1:
                    st.caption(f":material/groups: {SEVERAL_PEOPLE}")
        show_numbers(live if playing else None, options)
        if not playing:
            explain_numbers()


with problems_shown():
    show_page()
