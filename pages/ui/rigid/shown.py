"""One photo or frame with its rigid bodies: drawn, in 3D, and as a table."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
import streamlit as st

from pages.ui.image.photo import show
from pages.ui.rigid.things import NOTHING_PICKED, Picked
from pages.ui.rigid.wanted import Wanted
from pages.ui.rigid.words import LEGEND, name_of, what
from pages.ui.shared.figure import show_figure
from posecore import Camera, FrameRigid, draw_rigid
from posecore.view.rigid_plots import plot_rigid_3d

_COLUMNS: Mapping[str, tuple[int, str]] = {
    "Distance (m)": (3, "From the camera to the middle of the body."),
    "x (m)": (3, "To the image's right."),
    "y (m)": (3, "Down."),
    "z (m)": (3, "Away from the camera."),
    "Yaw (°)": (1, "Above 0: turned to the image's left."),
    "Pitch (°)": (1, "Above 0: looking down."),
    "Roll (°)": (1, "Above 0: tilted clockwise in the image."),
    "Error (px)": (2, "How far its points are from where they were seen."),
}
_UNCERTAIN = "Another rotation explains what was seen about as well, such as a tag that is tilted the other way."


def show_bodies(
    rgb: np.ndarray | None,
    found: FrameRigid,
    camera: Camera,
    wanted: Wanted,
    people_m: Mapping[int, np.ndarray],
    *,
    caption: str,
    picked: Picked = NOTHING_PICKED,
) -> np.ndarray | None:
    """Show the bodies of a photo or frame, drawn on it beside the 3D view, and their table below.

    Args:
        rgb: (H, W, 3) uint8; None: only 3D and table.
        found: the bodies in it.
        camera: that took it.
        wanted: what was looked for.
        people_m: as for ``plot_rigid_3d``.
        caption: below the picture.
        picked: the things among the bodies whose corners were picked.

    Returns:
        The picture with the axes drawn.
    """
    drawn = None
    axis_m = wanted.axis_m | picked.axis_m
    left, right = st.columns([1, 1], gap="medium")
    with left:
        if rgb is None:
            st.info("There is no video to draw on, as the Video page made none.", icon=":material/info:")
        else:
            drawn = draw_rigid(rgb, found, camera, axis_m=axis_m)
            show(drawn, caption, alt="The image with the axes of what was found: " + _in_words(found))
            st.caption(LEGEND)
    with right:
        figure = plot_rigid_3d(
            found,
            camera,
            axis_m=axis_m,
            tag_sizes_m=wanted.tag_sizes_m,
            outlines_m=picked.outlines_m,
            people_m=people_m,
        )
        show_figure(figure, height=460, label="Camera and bodies in 3D, in metres", key="rigid_3d")
    if len(found):
        st.dataframe(
            table_of(found),
            hide_index=True,
            column_config={
                "How sure": st.column_config.TextColumn("How sure", help=f"Uncertain: {_UNCERTAIN.lower()}"),
                **{
                    name: st.column_config.NumberColumn(name, help=text, format=f"%.{digits}f")
                    for name, (digits, text) in _COLUMNS.items()
                },
            },
            height=min(36 * (len(found) + 1) + 2, 400),
        )
    return drawn


def table_of(found: FrameRigid) -> pd.DataFrame:
    """A row for each body, in words and units for people."""
    rows = []
    for slot, pose in found.poses.items():
        numbers = (pose.distance_m, *pose.translation_m, *pose.euler_deg, pose.error_px)
        rows.append(
            {"What": what(slot), "Number": slot.id, "How sure": "uncertain" if pose.uncertain else "certain"}
            | {
                name: round(float(number), digits) + 0.0  # no -0.0
                for (name, (digits, _)), number in zip(_COLUMNS.items(), numbers, strict=True)
            }
        )
    return pd.DataFrame(rows)


def _in_words(found: FrameRigid) -> str:
    return ", ".join(f"{name_of(slot)} {pose.distance_m:.2f} m away" for slot, pose in found.poses.items()) or "nothing"
