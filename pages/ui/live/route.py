"""A button that tries which route the live picture can take between this browser and the server."""

import weakref
from pathlib import Path

import streamlit as st

from pages.ui.live import probe
from pages.ui.shared.addresses import address, offer, withdraw
from pages.ui.shared.component import module_component

_HERE = Path(__file__).parent
_KEY = "route_check"

_check = module_component(
    "posecore_route",
    html=(_HERE / "route.html").read_text(encoding="utf-8"),
    css=(_HERE / "route.css").read_text(encoding="utf-8"),
    module="live/route.js",
)


class _Offered:
    """A token, which ends with the visit."""

    def __init__(self) -> None:
        self.token = offer(probe.answer, "POST")
        weakref.finalize(self, withdraw, self.token)


def offer_route_check() -> None:
    """The button, and below it what was found; nothing where this server does not answer."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = _Offered()
    there = address(st.session_state[_KEY].token)
    if there is not None:
        _check(key="route", data={"address": there})
