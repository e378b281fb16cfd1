"""Home: what this is, the three doors, and samples that need no file and no camera."""

import streamlit as st

from pages.ui.shared.navigation import IMAGE, VIDEO, WEBCAM, require_route

require_route()
st.title("See how people move")
st.markdown(
    "Give a picture, a clip or your camera, and 33 landmarks of the body come out: drawn on the picture, "
    "in a table, and as a 3D skeleton you can turn.  \n"
    "Every number can be downloaded and says how far to trust it.  \n"
    "What you give stays on the machine that runs this page and is forgotten soon after you leave."
)

_DOORS = (
    (
        IMAGE,
        "photo",
        ":material/image: A picture",
        "Upload a photograph or take one. The result is there in a second.",
        "Try a portrait",
    ),
    (
        VIDEO,
        "clip",
        ":material/movie: A clip",
        "Upload a film. See it with the skeleton drawn on, frame by frame.",
        "Try a clip",
    ),
    (
        WEBCAM,
        "clip",
        ":material/videocam: Your camera",
        "The skeleton follows you live. No camera? A sample plays instead.",
        "Try it live",
    ),
)

for column, (page, sample, heading, text, invitation) in zip(st.columns(3), _DOORS, strict=True):
    with column.container(border=True, height="stretch"):
        st.subheader(heading, anchor=False)
        st.write(text)
        with st.container(horizontal=True, vertical_alignment="bottom"):
            if st.button("Open", key=f"open_{page.url_path}", type="primary"):
                st.switch_page(page)
            if st.button(invitation, key=f"sample_{page.url_path}", icon=":material/play_circle:"):
                st.switch_page(page, query_params={"sample": sample})

st.caption(
    "Landmarks by MediaPipe BlazePose (Apache-2.0). They are estimates for exploring movement, "
    "not measurements for medical decisions."
)
