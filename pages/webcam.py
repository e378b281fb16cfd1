"""Webcam: the live camera with the skeleton drawn on it, live numbers, a coach, recordings and snapshots."""

from dataclasses import replace
from functools import partial

import streamlit as st

from pages.ui.image.photo import open_snapshot
from pages.ui.live.camera import show_camera
from pages.ui.live.coach import Coach
from pages.ui.live.coach_board import show_board
from pages.ui.live.coach_choice import choose_coach
from pages.ui.live.current import Live, last_live, live_from, place_is_there, why_last_is_over
from pages.ui.live.device_data import device_data, wanted_of, what_travels, why_server
from pages.ui.live.device_files import device_files, why_no_device
from pages.ui.live.device_link import device_of_visit
from pages.ui.live.device_recording import open_uploaded_recording
from pages.ui.live.film_track import FilmTrack
from pages.ui.live.finished import offer_saving_it, show_finished
from pages.ui.live.gesture_buttons import are_gesture_buttons_on, choose_gesture_buttons
from pages.ui.live.ice_servers import ice_servers
from pages.ui.live.panel import show_panel
from pages.ui.live.places import FULL, why_over
from pages.ui.live.recording import choose_recording, keep_finished_recording, show_finished_recording
from pages.ui.live.route import offer_route_check
from pages.ui.live.sending import offer_sending
from pages.ui.live.stream import LiveOptions
from pages.ui.live.stream_options import choose_stream
from pages.ui.live.where import Where, choose_where, where_now
from pages.ui.shared.explain import SEVERAL_PEOPLE, explain_numbers
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.navigation import IMAGE, VIDEO
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.settings import page_head_with_hands
from pages.ui.shared.sources import choose_source
from pages.ui.video.clip_source import ready_sample_clip
from posecore import HandOptions, PoseOptions

CAMERA, SAMPLE = "Camera", "Sample video"
_IDLE = "Press Start to see the skeleton, its numbers and the 3D view here."
_INVITATION = "Your camera's picture comes here, with the skeleton drawn on it."
_PRIVACY = (
    "Frames go from your browser to the server that runs this page{relay}. They are processed live and not "
    "stored, except recordings and snapshots."
)


def camera_from(source: str, options: LiveOptions) -> Live:
    """The live camera of a source."""
    if source != SAMPLE:
        return live_from(source, options)
    return live_from(source, options, partial(FilmTrack, ready_sample_clip().path))


def show_numbers(live: Live, options: PoseOptions) -> None:
    """Show rates, angles, 3D skeleton and table, which the browser fetches itself."""
    stream = live.stream.options
    show_panel(options.people, mirror=stream.mirror, hands=stream.hands is not None, idle=_IDLE)


def show_words(live: Live, options: PoseOptions, where: Where | None, travels: str) -> None:
    """Show what happens to the frames, how they are analysed, and help.

    Args:
        live: the live camera.
        options: of the analysis.
        where: who finds people; None: that is not known yet.
        travels: what leaves a device that finds people itself, in sentences.
    """
    if where == "device":
        st.caption(travels)
    elif where == "server":
        relay = " (connected with the help of STUN or TURN servers that its host chose)" if ice_servers() else ""
        st.caption(_PRIVACY.format(relay=relay))
    if live.source == SAMPLE:
        clip = ready_sample_clip()
        st.caption(f"{clip.title}, played in place of a camera. {clip.credit}")
    if where == "server":
        st.caption(engine_line(options))
    if options.people > 1:
        st.caption(f":material/groups: {SEVERAL_PEOPLE}")
    explain_numbers()
    show_help()


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
    with st.expander("Camera not starting?", icon=":material/help:", key="camera_help"):
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
    """Show the page: the live picture and, beside it, its numbers; what can be chosen is below."""
    options, wanted_hands = page_head_with_hands("Webcam")
    keep_finished_recording(last_live())
    if open_uploaded_recording(options):
        st.switch_page(VIDEO)
    files = device_files(str(options.model), hands=wanted_hands is not None or are_gesture_buttons_on())
    if not place_is_there() and (files is None or where_now() == "server"):
        if files is not None:
            choose_where(None, None)
        wait_for_a_place()
        return
    board = st.container()  # above both columns: the count has to be seen from afar
    left, right = st.columns([1, 1], gap="medium")
    with st.container(horizontal=True, vertical_alignment="bottom", key="live_choices"):
        source = choose_source("Source", [CAMERA, SAMPLE], sample=SAMPLE, address="clip", key="webcam_source")
        ways = st.container(width="content")
        chosen, width_px = choose_stream(options, camera=source == CAMERA)
        recording = choose_recording()
        coach = choose_coach()
        gestures = choose_gesture_buttons()
        more = st.container(width="content")
    chosen = replace(chosen, hands=wanted_hands or (HandOptions() if gestures else None))
    live = camera_from(source, chosen)
    live.stream.coach, live.stream.gestures = coach, gestures
    own = device_of_visit()
    own.stream.coach, own.stream.gestures = coach, gestures
    own.stream.reads_hands, own.stream.remembers = chosen.hands is not None, False
    missing = None if files else f"Devices cannot find people themselves here. {why_no_device()}"
    needs = why_server(chosen, files) if files else None
    film = ready_sample_clip().path if source == SAMPLE else None
    with ways:
        where = choose_where(missing, needs, wanted_of(files, chosen))
    if where == "device" or live.playing:
        with more:
            offer_sending(own.stream if where == "device" else live.stream)
    with left:
        opened = show_camera(
            live,
            width_px=width_px,
            invitation=_INVITATION,
            recording=recording,
            place={"missing": missing, "needs": needs},
            device=device_data(files, chosen, film=film, link=own.address, coach=coach)
            if files and not needs
            else None,
        )
        show_finished_recording(live)
        if reason := why_last_is_over(live):
            st.info(reason, icon=":material/timer_off:")
    if opened is not None:
        open_snapshot(opened)
        st.switch_page(IMAGE)
    with right:
        show_numbers(live, options)
    if coach is not None:
        with board:
            show_coach(coach)
    show_words(live, options, where if files else "server", what_travels(own.stream, keeps_pictures=True))


with problems_shown():
    show_page()
