"""The options of the live stream."""

import streamlit as st

from pages.ui.live.stream import LiveOptions
from pages.ui.shared.overlay_choice import choose_overlay
from pages.ui.shared.people_choice import choose_background
from posecore import PoseOptions

_WIDTHS_PX = [320, 640, 1280]
_USUAL_PX = 640


def choose_stream(pose: PoseOptions, *, camera: bool) -> tuple[LiveOptions, int | None]:
    """Offer overlay, background, mirror and camera width.

    Args:
        pose: how people are found.
        camera: whether the source is the visitor's camera, which can be mirrored and has a choice of widths.

    Returns:
        The options, and the wanted width of the browser's camera; None if it is not the source.
    """
    look = choose_overlay("webcam_overlay")
    with st.popover(
        "Background", icon=":material/wallpaper:", help="Background of the picture, and width of the camera"
    ):
        background = choose_background("webcam_background")
        width = st.selectbox(
            "Camera width",
            _WIDTHS_PX,
            index=_WIDTHS_PX.index(_USUAL_PX),
            format_func=lambda width: f"{width} px",
            key="webcam_width",
            persist_state="session",
            disabled=not camera,
            width=160,
            help="A larger width finds people who are farther away, but takes longer. Takes effect at the next start.",
        )
    mirror = st.toggle(
        "Mirror",
        True,
        key="webcam_mirror",
        persist_state="session",
        disabled=not camera,
        help="Shows you as in a mirror. The numbers stay as the camera sees you.",
    )
    options = LiveOptions(
        pose, background, mirror=mirror and camera, skeletons=look.skeleton or not look.overlay, overlay=look.overlay
    )
    return options, width if camera else None
