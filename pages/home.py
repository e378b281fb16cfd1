"""Home: what the app does, the ways in, and samples that need no file and no camera."""

import streamlit as st

from pages.ui.shared.navigation import COMPARE, IMAGE, PROGRESS, RIGID, SCORES, SIGNS, VIDEO, WEBCAM, require_route

require_route()
st.title("See how people move")
st.markdown(
    "Upload a photo or video, or use your camera: see 33 body points drawn on it, in a 3D view you can turn, "
    "and in a table.  \n"
    "Download every number, and see how reliable it is.  \n"
    "Your files stay on this server and are deleted shortly after you leave. Exercise sessions are kept only if you "
    "save them."
)

_DOORS = (
    (
        IMAGE,
        "Image",
        "photo",
        ":material/image: Photo",
        "Upload a photo or take one. Results in about a second.",
        "Try a portrait",
    ),
    (
        VIDEO,
        "Video",
        "clip",
        ":material/movie: Video",
        "Upload a video and go through it frame by frame, with the skeleton drawn on it.",
        "Try a sample",
    ),
    (
        WEBCAM,
        "Webcam",
        "clip",
        ":material/videocam: Live camera",
        "See your skeleton move as you do. No camera? A sample video plays instead.",
        "Try it live",
    ),
)

for column, (page, name, sample, heading, text, invitation) in zip(st.columns(3), _DOORS, strict=True):
    with column.container(border=True, height="stretch"):
        st.subheader(heading, anchor=False)
        st.write(text)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if st.button(f"Open {name}", key=f"open_{name.lower()}", type="primary"):
                st.switch_page(page)
            if st.button(invitation, key=f"sample_{name.lower()}", icon=":material/play_circle:"):
                st.switch_page(page, query_params={"sample": sample})

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown(
        ":material/compare: **Compare two**: your pose with a photo, your dance with your teacher's, today's set with "
        "last week's.",
        width="stretch",
    )
    st.page_link(COMPARE, label="Compare", width="content")
    if st.button("Try a comparison", key="sample_compare", icon=":material/play_circle:"):
        st.switch_page(COMPARE, query_params={"sample": "clip"})

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown(
        ":material/sign_language: **Spell with your hand**: letters of the finger alphabet and signs that you teach "
        "become text, speech and subtitles. Not a translation of sign language.",
        width="stretch",
    )
    st.page_link(SIGNS, label="Spell and teach signs", width="content")

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown(
        ":material/3d_rotation: **Where things are**: heads, bodies and printed tags in metres from the camera, and "
        "how they are turned.",
        width="stretch",
    )
    st.page_link(RIGID, label="Rigid pose", width="content")
    if st.button("Try drawn tags", key="sample_rigid", icon=":material/play_circle:"):
        st.switch_page(RIGID, query_params={"sample": "tags"})

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown(
        ":material/trending_up: **Exercises are counted** in videos and live. Save what you did, and see it by week, "
        "with trends and personal bests.",
        width="stretch",
    )
    st.page_link(PROGRESS, label="See your progress", width="content")

with st.container(border=True, horizontal=True, vertical_alignment="center"):
    st.markdown(
        ":material/verified: **How good is it?** Label photos of your own kind, or bring labels, and see how "
        "right each model is on them.",
        width="stretch",
    )
    st.page_link(SCORES, label="Scores", width="content")

st.caption(
    "Landmarks by MediaPipe BlazePose (Apache-2.0). They are estimates for exploring movement, "
    "not measurements for medical decisions."
)
