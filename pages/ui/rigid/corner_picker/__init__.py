"""A photo on which the visitor picks the corners of things, with the mouse, fingers or keys."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.ui.serving.served_photo import served_photo
from pages.ui.serving.visits import Visit
from pages.ui.shared.module_component import module_component
from posecore.rigid.corners import Thing

_HERE = Path(__file__).parent
# The magnifier shows it four times as large as the page does.
_SHOWN_PX = 2400
_KEY = "corner_picker"

_picker = module_component(
    "posecore_corner_picker",
    html=(_HERE / "corner_picker.html").read_text(encoding="utf-8"),
    css=(_HERE / "corner_picker.css").read_text(encoding="utf-8"),
    module="rigid/corner_picker.js",
)


def show_picker(
    visit: Visit,
    key: str,
    rgb: np.ndarray,
    things: Sequence[dict[str, Any]],
    *,
    chosen: str | None,
    on_picked: Callable[[], None],
) -> None:
    """Show the photo with the things' corners.

    Args:
        visit: keeps the photo's address.
        key: identifies the photo.
        rgb: the photo, (H, W, 3) uint8.
        things: each as ``PickedThing`` of ``pages/ui/js/types.d.ts``.
        chosen: id of the thing whose corners are picked.
        on_picked: called before the next run of the page when corners have changed, see ``picked_corners``.
    """
    served = served_photo(visit, key, rgb, _SHOWN_PX)
    height, width = rgb.shape[:2]
    data = {"key": key, "picture": served.address, "size": [width, height], "chosen": chosen, "things": list(things)}
    _picker(key=_KEY, data=data, on_corners_change=on_picked)


def picked_corners(key: str, corners: dict[str, int], size: tuple[int, int]) -> dict[str, NDArray[np.float64]]:
    """What the browser says was picked last in a photo: (N, 2) pixels from its upper left corner, by id; NaN: not.

    Args:
        key: identifies the photo.
        corners: number of corners by id; others are ignored.
        size: (width, height) of the photo.
    """
    state = st.session_state.get(_KEY)
    return corners_in(None if state is None else state.get("corners"), key, corners, size)


def corners_in(told: Any, key: str, corners: dict[str, int], size: tuple[int, int]) -> dict[str, NDArray[np.float64]]:
    """The corners in a browser's message, which may be any JSON; see ``picked_corners``."""
    if not isinstance(told, dict) or told.get("key") != key or not isinstance(told.get("corners"), dict):
        return {}
    found = {}
    for name, places in told["corners"].items():
        if isinstance(places, list) and len(places) == corners.get(name):
            found[name] = np.array([_place(each, size) for each in places])
    return found


def _place(told: Any, size: tuple[int, int]) -> tuple[float, float]:
    match told:
        case [int() | float() as x, int() | float() as y] if 0 <= x <= size[0] and 0 <= y <= size[1]:
            return float(x), float(y)
    return np.nan, np.nan


def sketch_of(thing: Thing) -> dict[str, Any]:
    """A little drawing of a thing, 1 x 1: its points, edges, and the edges that are behind it."""
    # Whatever its shape, it is drawn so that all corners can be told apart.
    sides = np.clip(np.array(thing.size_m) / max(thing.size_m), 0.45, 1)
    face = np.array([[0, 0], [sides[0], 0], [sides[0], sides[1]], [0, sides[1]]])
    if thing.is_box:
        back = np.array([0.45, -0.4]) * sides[2]
        points = np.vstack([face, face + back])
    else:
        points = face
    low, high = points.min(axis=0), points.max(axis=0)
    points = (points - (low + high) / 2) / (high - low).max() + 0.5
    behind = [edge for edge in thing.edges if 7 in edge]  # the corner at the back, bottom left
    return {
        "points": points.round(3).tolist(),
        "edges": [edge for edge in thing.edges if edge not in behind],
        "behind": behind,
    }
