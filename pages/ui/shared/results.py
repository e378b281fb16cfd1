"""The table of landmarks, the 3D skeleton and the downloads that every result has."""

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pandas as pd
import streamlit as st

from pages.ui.shared.solid import show_solid
from posecore import BLAZEPOSE_33, FramePoses, plot_pose_3d, to_table
from posecore.motion.measuring import Space
from posecore.skeletons import Skeleton
from posecore.tables import COLUMNS, NAME

_COORDINATES: dict[Space, str] = {"world": "3D (metres)", "picture": "Image (pixels)"}
HEADINGS = {
    "person": "Person",
    NAME: "Name",
    "landmark": "Landmark",
    "visibility": "Visibility",
    "presence": "Presence",
    "x_px": "x (px)",
    "y_px": "y (px)",
    "x": "x (share of width)",
    "y": "y (share of height)",
    "z": "z (relative)",
    "x_m": "x (m)",
    "y_m": "y (m)",
    "z_m": "z (m)",
}


def digits_of(name: str) -> int:
    """Digits that a column of numbers shows after the decimal point."""
    if name.endswith("_px"):
        return 1
    return {"person": 0, "visibility": 2, "presence": 2, "score": 2}.get(name, 3)


def _choose_coordinates(key: str, *, several: bool = False) -> Space:
    """Offer the two coordinate systems of the 3D skeleton.

    With several people, who would all stand in the same place in metres, the default is the image's.
    """
    return st.segmented_control(
        "Coordinates",
        list(_COORDINATES),
        default="picture" if several else "world",
        required=True,
        format_func=lambda name: _COORDINATES[name],
        key=f"{key}_of_several" if several else key,
        persist_state="session",
        label_visibility="collapsed",
        help="3D: the shape of the body in metres, centred on the hips. Image: positions in the image, with relative "
        "depth.",
    )


def show_skeleton(poses: FramePoses, *, key: str, several: bool = False, min_visibility: float = 0.0) -> None:
    """Show the 3D skeleton with a choice of coordinates; its camera stays where the visitor put it.

    With ``several`` people in the whole result, a person who is alone in a frame still has their own colour. Landmarks
    below ``min_visibility`` are not shown.
    """
    coordinates = _choose_coordinates(f"{key}_coordinates", several=several)
    color_by: Literal["person", "confidence"] = "person" if several else "confidence"
    figure = plot_pose_3d(poses, coordinates=coordinates, color_by=color_by, min_visibility=min_visibility)
    show_solid(figure, axes=coordinates, label=f"3D skeleton, {_COORDINATES[coordinates]}", key=f"{key}_3d")


def show_table(poses: FramePoses, *, key: str, several: bool = False) -> None:
    """Show the landmarks as a sortable table, with filters by body part and visibility.

    With ``several`` people in the whole result, a person who is alone in a frame is still shown with their number.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = st.pills(
            "Body parts",
            list(BLAZEPOSE_33.parts),
            selection_mode="multi",
            format_func=str.capitalize,
            key=f"{key}_parts",
            persist_state="session",
            help="If none is chosen, all are shown.",
        )
        least = st.slider(
            "Minimum visibility", 0.0, 1.0, 0.0, 0.05, key=f"{key}_least", persist_state="session", width=260
        )
    table = filtered(to_table(poses), BLAZEPOSE_33, parts, measure="visibility", least=least)
    order = [name for name in HEADINGS if name in table and (name != "person" or several)]
    st.dataframe(
        table,
        hide_index=True,
        column_order=order,
        column_config=_column_config(),
        height=min(36 * (len(table) + 1) + 2, 340),
        placeholder="n/a",
    )
    st.caption(f"{len(table)} of {len(poses) * len(BLAZEPOSE_33)} landmarks. Click a heading to sort.")


def offer_download(label: str, make: Callable[[], str | bytes] | bytes, file_name: str, mime: str) -> None:
    """Show a download button. Its file is made when it is pressed, without a run of the page."""
    st.download_button(label, make, file_name, mime, on_click="ignore", icon=":material/download:", key=f"get_{label}")


def written(write: Callable[[Path], object]) -> bytes:
    """What a function writes to the file whose path it is given."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "file")
        write(path)
        return path.read_bytes()


def filtered(table: pd.DataFrame, skeleton: Skeleton, parts: list[str], *, measure: str, least: float) -> pd.DataFrame:
    """The rows of these parts, or of all if none is given, with at least this measure; landmarks' names in words."""
    keep = table[measure] >= least
    if parts:
        wanted = {skeleton.landmarks[index] for part in parts for index in skeleton.parts[part]}
        keep &= table["landmark"].astype(str).isin(wanted)
    return table[keep].assign(landmark=lambda rows: rows["landmark"].astype(str).str.replace("_", " "))


def _column_config() -> dict[str, Any]:
    column = st.column_config
    config: dict[str, Any] = {
        name: column.NumberColumn(heading, help=COLUMNS[name], format=f"%.{digits_of(name)}f")
        for name, heading in HEADINGS.items()
        if name in COLUMNS
    }
    config[NAME] = column.TextColumn(HEADINGS[NAME], help="The name you entered.")
    config["landmark"] = column.TextColumn(HEADINGS["landmark"], help=COLUMNS["landmark"], pinned=True)
    for name in ("visibility", "presence"):
        config[name] = column.ProgressColumn(
            HEADINGS[name], help=COLUMNS[name], min_value=0, max_value=1, format="%.2f"
        )
    return config
