"""A notice that says why there is no camera, which only the browser knows."""

from pathlib import Path

import streamlit as st

_CSS = """
.posecore-camera {
  padding: 0.75rem 1rem; border-radius: var(--st-base-radius);
  color: var(--st-orange-text-color); background: var(--st-orange-background-color);
}
"""

_notice = st.components.v2.component(
    "posecore_camera",
    html='<div class="posecore-camera" role="status" hidden></div>',
    css=_CSS,
    js=(Path(__file__).parent / "camera_notice.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def show_camera_notice() -> None:
    """Show why the page has no camera (no https, blocked, or none connected); show nothing if it has one."""
    _notice(key="missing_camera")
