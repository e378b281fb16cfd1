"""The live picture with its bar: Start, Record, Snapshot, Freeze. Its script connects the browser's camera."""

from pathlib import Path
from typing import Any

from pages.ui.live.current import Live
from pages.ui.live.ice_servers import browser_configuration
from pages.ui.serving.addresses import address
from pages.ui.shared.module_component import module_component

_HERE = Path(__file__).parent

_camera = module_component(
    "posecore_camera",
    html=(_HERE / "camera.html").read_text(encoding="utf-8"),
    css=(_HERE / "camera.css").read_text(encoding="utf-8"),
    module="live/camera.js",
)


def show_camera(
    live: Live,
    *,
    width_px: int | None,
    invitation: str,
    recording: dict[str, int] | None = None,
    place: dict[str, str | None] | None = None,
    device: dict[str, Any] | None = None,
) -> int | None:
    """Show the picture with its bar. The page is run again if the camera starts or stops, or a recording is over.

    Args:
        live: what it shows.
        width_px: wanted width of the browser's camera; None: a video plays in its place, at once.
        invitation: written where the picture will be.
        recording: as from ``choose_recording``; None: no recordings, snapshots or freezing here.
        place: what is known of where people can be looked for, as ``PlaceData`` in js/types.d.ts; None: only on the
            server.
        device: as from ``Device.as_data``; None: it cannot be the visitor's own device now.

    Returns:
        The number of a snapshot that the visitor opens now; None in all other runs.
    """
    data: dict[str, Any] = {
        "address": address(live.token),
        "connection": browser_configuration(),
        # Only the width: with a height as well, browsers crop the image of wide or upright cameras.
        "wanted": None if width_px is None else {"video": {"width": {"ideal": width_px}}, "audio": False},
        "invitation": invitation,
        "recording": recording,
        "snapshots": live.snapshots.numbers,
        "place": place,
        "device": device,
    }
    shown = _camera(
        key="camera",
        data=data,
        # Running the page again is all that is needed.
        on_changed_change=_nothing,
        on_recorded_change=_nothing,
        on_opened_change=_nothing,
        on_uploaded_change=_nothing,
    )
    opened = shown.get("opened")
    return None if opened is None else int(opened)


def _nothing() -> None:
    pass
