"""A photo on which distances and angles are measured."""

import zlib
from collections.abc import Collection
from pathlib import Path, PurePath
from typing import Any

import numpy as np

from pages.ui.serving.served_photo import served_photo
from pages.ui.serving.visits import Visit
from pages.ui.shared.module_component import module_component
from pages.ui.shared.script_parts import STYLES
from posecore import BLAZEPOSE_33, FramePoses
from posecore.motion.height import GivenHeight

_HERE = Path(__file__).parent
_SHOWN_PX = 2400

_photo = module_component(
    "posecore_measured_photo",
    html=(_HERE / "measured_photo.html").read_text(encoding="utf-8"),
    css=STYLES + (_HERE / "measured_photo.css").read_text(encoding="utf-8"),
    module="image/measured_photo.js",
)


def show_measured_photo(
    visit: Visit,
    rgb: np.ndarray,
    poses: FramePoses,
    *,
    key: str,
    name: str,
    given: Collection[GivenHeight],
    min_visibility: float,
) -> None:
    """Show a photo with the tool that measures.

    Args:
        visit: keeps the photo's address.
        rgb: (H, W, 3) uint8, with what is drawn on it.
        poses: the people, whose landmarks lines and angles can follow.
        key: identifies the photo, whose measures are kept for the visit.
        name: of the visitor's file.
        given: heights, to which the people are scaled.
        min_visibility: landmarks below it are not shown.
    """
    height, width = rgb.shape[:2]
    data = {
        "key": key,
        "picture": served_photo(visit, f"{key} {zlib.crc32(rgb.tobytes())}", rgb, _SHOWN_PX).address,
        "size": [width, height],
        "stem": PurePath(name).stem,
        "people": _people(poses, {each.person: each.height_m for each in given}, min_visibility),
        "landmarks": [landmark.replace("_", " ") for landmark in BLAZEPOSE_33.landmarks],
    }
    _photo(key="measured_photo", data=data)


def _people(poses: FramePoses, heights: dict[int, float], min_visibility: float) -> list[dict[str, Any]]:
    """Each person as the script takes them: places that are not shown are null."""
    shown = (poses.visibility >= min_visibility)[..., None]
    return [
        {
            "id": person,
            "name": poses.names.get(person, f"person {person}"),
            "height": heights.get(person),
            "points": _plain(np.where(shown[index], poses.xy[index], np.nan)),
            "world": _plain(poses.world[index]),
        }
        for index, person in enumerate(poses.person_ids.tolist())
    ]


def _plain(places: np.ndarray) -> list[float | None]:
    return [round(value, 4) if np.isfinite(value) else None for value in places.ravel().tolist()]
