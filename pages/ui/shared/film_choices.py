"""The choices about the frames of a video and the video that is made of them, which pages share."""

import streamlit as st

from posecore.media.clip_options import FilmQuality

USUAL_SIDE = 1280
"""Longest side in pixels of a video that is made, unless another one is chosen."""

_SIDES = {0: "Original", 1920: "1920 px", 1280: "1280 px", 854: "854 px", 640: "640 px"}
_QUALITIES: dict[FilmQuality, str] = {"fast": "Faster", "small": "Smaller file"}


def choose_every() -> int:
    """Offer to leave frames out, and return which part of them is analysed: every nth."""
    every = st.number_input(
        "Use every nth frame",
        1,
        30,
        1,
        key="part_every",
        persist_state="session",
        help="2 takes half the time. Fast movements need every frame.",
    )
    return int(every)


def choose_film(*, disabled: bool) -> tuple[int | None, FilmQuality]:
    """Offer the size and encoding of a video; return its longest side in pixels, None as the original, and encoding."""
    side = st.selectbox(
        "Longest side of the video",
        list(_SIDES),
        index=list(_SIDES).index(USUAL_SIDE),
        format_func=lambda side: _SIDES[side],
        key="part_side",
        persist_state="session",
        disabled=disabled,
    )
    quality = st.radio(
        "Encoding",
        list(_QUALITIES),
        format_func=lambda name: _QUALITIES[name],
        key="part_quality",
        persist_state="session",
        disabled=disabled,
        horizontal=True,
    )
    return side or None, quality
