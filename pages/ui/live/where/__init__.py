"""Where people are looked for: the choice between the visitor's own device and the server."""

from pathlib import Path
from typing import Any, Literal

import streamlit as st

from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent
_KEY = "live_where"

Where = Literal["device", "server"]

_where = module_component(
    "posecore_where",
    html=(_HERE / "where.html").read_text(encoding="utf-8"),
    css=(_HERE / "where.css").read_text(encoding="utf-8"),
    module="live/where.js",
)


def choose_where(missing: str | None, needs: str | None, wanted: dict[str, Any] | None = None) -> Where | None:
    """Offer both ways. The browser knows what it can, and remembers the choice; the page is run again once it is known.

    Args:
        missing: why the server offers no files for devices; None if it does.
        needs: why only the server will do now; None if either will.
        wanted: what a device would do, as of ``device_data.wanted_of``; it is suggested something faster if it was too
            slow for that in an earlier visit.

    Returns:
        The way in use; None before the browser has said it.
    """
    data = {"missing": missing, "needs": needs, "known": where_now(), "wanted": wanted}
    return _read(_where(key=_KEY, data=data, width="content", on_where_change=lambda: None).get("where"))


def where_now() -> Where | None:
    """The way in use as the browser said last; None if it has not said it in this visit."""
    return _read((st.session_state.get(_KEY) or {}).get("where"))


def _read(said: object) -> Where | None:
    return "device" if said == "device" else "server" if said == "server" else None
