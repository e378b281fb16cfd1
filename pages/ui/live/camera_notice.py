"""A notice that says why there is no camera, which only the browser knows."""

from pages.ui.shared.module_component import module_component

_CSS = """
.posecore-camera {
  padding: 0.75rem 1rem; border-radius: var(--st-base-radius);
  color: var(--st-orange-text-color); background: var(--st-orange-background-color);
}
"""

_notice = module_component(
    "posecore_camera",
    html='<div class="posecore-camera" role="status" hidden></div>',
    css=_CSS,
    module="live/camera_notice.js",
)


def show_camera_notice() -> None:
    """Show why the page has no camera (no https, blocked, or none connected); show nothing if it has one."""
    _notice(key="missing_camera")
