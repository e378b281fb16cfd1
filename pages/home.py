"""Home: what the app does, in a moving picture, the ways in, and what it is used for, each one click away."""

from pathlib import Path

import streamlit as st

from pages.ui.home.cards import Card, show_cards
from pages.ui.home.moving import show_moving_picture
from pages.ui.live import places
from pages.ui.serving.machine import is_at_the_machine
from pages.ui.serving.server_state import status_line
from pages.ui.shared.navigation import (
    BATCH,
    COMPARE,
    EXPLORE,
    IMAGE,
    PROGRESS,
    RIGID,
    SCORES,
    SIGNS,
    VIDEO,
    WEBCAM,
    require_route,
)
from pages.ui.shared.style import ICON, NAME, svg_address

_STYLES = (Path(__file__).parent / "ui" / "home" / "home.css").read_text(encoding="utf-8")
# What concerns visitors, without the title.
_PRIVACY = (
    (Path(__file__).parents[1] / "PRIVACY.md").read_text(encoding="utf-8").partition("\n")[2].partition("\n## ")[0]
)

_DOORS = (
    Card(
        "image",
        IMAGE,
        "Image",
        "Everybody in a photo, in about a second.",
        icon=":material/image:",
        sample=("Try a photo", {"sample": "body"}),
    ),
    Card(
        "video",
        VIDEO,
        "Video",
        "Every frame in a player, with 3D and curves.",
        icon=":material/movie:",
        sample=("Try a sample", {"sample": "clip"}),
    ),
    Card(
        "webcam",
        WEBCAM,
        "Webcam",
        "Your skeleton moves as you do.",
        icon=":material/videocam:",
        sample=("Try it live", {"sample": "clip"}),
    ),
    Card("explore", EXPLORE, "Explore", "Open a result that you saved before.", icon=":material/folder_open:"),
)
_USES = (
    Card(
        "squats",
        WEBCAM,
        "Count squats",
        "The coach counts, live, and says what to do better.",
        picture="squat",
        query={"coach": "squat"},
    ),
    Card(
        "walk",
        VIDEO,
        "How does this person walk?",
        "Knee, hip and arm angles of a sample video.",
        picture="walk",
        query={"sample": "balance"},
    ),
    Card(
        "group",
        IMAGE,
        "Who is in this group photo?",
        "Three people, each with a number and a colour.",
        picture="group",
        query={"sample": "group"},
    ),
    Card("mirror", WEBCAM, "Live mirror", "See your own joint angles as you move.", picture="mirror"),
)
_MORE = (
    Card(
        "compare",
        COMPARE,
        "Compare",
        "Your dance with your teacher's, today's set with last week's.",
        icon=":material/compare:",
        sample=("Try a comparison", {"sample": "clip"}),
    ),
    Card(
        "signs",
        SIGNS,
        "Signs",
        "Spell with your hand, and teach your own signs. Not a translation of sign language.",
        icon=":material/sign_language:",
    ),
    Card(
        "rigid",
        RIGID,
        "Rigid pose",
        "Heads, bodies and printed tags in metres from the camera.",
        icon=":material/3d_rotation:",
        sample=("Try drawn tags", {"sample": "tags"}),
    ),
    Card(
        "progress",
        PROGRESS,
        "Progress",
        "The exercises that you saved, by week, with your bests.",
        icon=":material/trending_up:",
    ),
)

require_route()
st.html(f"<style>{_STYLES}</style>")
with st.container(key="home"):
    with st.container(key="home_hero"):
        left, right = st.columns([5, 6], gap="large", vertical_alignment="center")
        with left:
            st.html(f'<p class="home-brand"><img src="{svg_address(ICON.read_bytes())}" alt="">{NAME}</p>')
            st.title("See how people move", anchor=False)
            st.markdown(
                "Upload a photo or video, or use your camera: see 33 body points drawn on it, in a 3D view you can "
                "turn, and the angle of every joint over time."
            )
            st.caption(
                "Your files stay on this server and are deleted shortly after you leave. Exercise sessions are kept "
                "only if you save them."
            )
        with right:
            show_moving_picture()
    show_cards("doors", _DOORS)
    st.header("Start with a question", anchor=False)
    show_cards("uses", _USES)
    st.header("Go further", anchor=False)
    show_cards("more", _MORE)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(BATCH, label="Batch: many videos, one table of all", icon=":material/video_library:")
        st.page_link(
            SCORES, label="Advanced: Scores. How right is each model on your photos?", icon=":material/verified:"
        )
    with st.expander("Privacy: what is kept, where, how long", icon=":material/lock:"):
        st.markdown(_PRIVACY)
    st.caption(
        "Landmarks by MediaPipe BlazePose (Apache-2.0). They are estimates for exploring movement, "
        "not measurements for medical decisions."
    )
    if is_at_the_machine():
        st.caption(f":material/monitor_heart: This server: {status_line(places.taken())}")
