"""The choices about the live picture itself."""

from typing import Any

import streamlit as st

from pages.ui.live.stream import LiveOptions
from pages.ui.shared.people_choice import choose_background
from posecore import PoseOptions

_WIDTHS_PX = [320, 640, 1280]
_USUAL_PX = 640


def choose_picture(pose: PoseOptions, *, camera: bool) -> tuple[LiveOptions, dict[str, Any]]:
    """Background, mirror and size of the picture.

    Args:
        pose: how people are found.
        camera: it is from the visitor's camera, of which size and side can be chosen.

    Returns:
        The options, and what the browser is to ask of the camera.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        background = choose_background("webcam_background")
        mirror = st.toggle(
            "Mirror",
            True,
            key="webcam_mirror",
            persist_state="session",
            disabled=not camera,
            help="As you see yourself in a mirror. The numbers stay as the camera sees you.",
        )
        width = st.selectbox(
            "Camera picture",
            _WIDTHS_PX,
            index=_WIDTHS_PX.index(_USUAL_PX),
            format_func=lambda width: f"{width} px wide",
            key="webcam_width",
            persist_state="session",
            disabled=not camera,
            width=160,
            help="A larger picture shows people who are farther away, and takes longer. It holds from the next start.",
        )
    # The width alone: a browser that is asked for a height as well cuts off what a wide or an upright camera sees more.
    wanted = {"video": {"width": {"ideal": width}}, "audio": False}
    return LiveOptions(pose, background, mirror=mirror and camera), wanted
