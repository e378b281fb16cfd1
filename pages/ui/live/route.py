"""A button that checks which route a live stream can take between this browser and the server."""

import weakref
from pathlib import Path

import streamlit as st

from pages.ui.live import probe
from pages.ui.serving.addresses import address, offer, withdraw
from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent
_KEY = "route_check"

_check = module_component(
    "posecore_route",
    html=(_HERE / "route.html").read_text(encoding="utf-8"),
    css=(_HERE / "route.css").read_text(encoding="utf-8"),
    module="live/route.js",
)


class _Offered:
    """A token that is valid until the visit ends."""

    def __init__(self) -> None:
        self.token = offer(probe.answer, "POST")
        weakref.finalize(self, withdraw, self.token)


def offer_route_check() -> None:
    """Show the button and the result of the check; show nothing if this server cannot answer."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _Offered()
    there = address(st.session_state[_KEY].token)
    if there is not None:
        _check(key="route", data={"address": there})
