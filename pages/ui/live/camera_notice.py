"""A notice that says why there is no camera: only the browser knows, so the browser decides."""

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


def tell_missing_camera() -> None:
    """Show a sentence where the page has no camera (no https, refused, or none connected), else nothing."""
    _notice(key="missing_camera")
