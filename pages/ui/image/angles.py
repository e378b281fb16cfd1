"""Joint angles of a photo: which are drawn on it, and their tables."""

from dataclasses import replace

import pandas as pd
import streamlit as st

from pages.ui.shared.explain import plain
from posecore import FramePoses, OverlayOptions
from posecore.motion.angles import ANGLES, BY_JOINT
from posecore.motion.photo_angles import sides_table

_TITLES = {joint: joint.replace("_", " ").capitalize() for joint in BY_JOINT}
_SPACES = {"3d": "3D (°)", "image": "image (°)"}
_READINGS = "\n".join(
    f"- {_TITLES[joint]}: {ANGLES[next(iter(sides.values()))].reading}" for joint, sides in BY_JOINT.items()
)


def choose_angles(overlay: OverlayOptions) -> OverlayOptions:
    """Offer the joints whose angles are drawn on the photo; with the overlay's own choice if none is chosen."""
    joints = st.pills(
        "Draw angles at",
        list(BY_JOINT),
        selection_mode="multi",
        format_func=lambda joint: _TITLES[joint],
        key="image_angles",
        persist_state="session",
        help="Left and right, with their numbers: the angles in 3D of the tab **Angles**.",
    )
    if not joints:
        return overlay
    return replace(
        overlay,
        pieces=[*overlay.pieces, "angles"],
        angles=[angle for joint in joints for angle in BY_JOINT[joint].values()],
    )


def show_angles(poses: FramePoses, *, several: bool) -> None:
    """Show the joint angles of each person in two tables: of joints with two sides, and of the others.

    With ``several`` people in the whole photo, a person who is alone in it is still shown with their number or name.
    """
    table = sides_table(poses)
    whose = pd.Series([poses.names.get(person, f"{person}") for person in table["person"]], dtype=object)
    _show(table, whose, ("left", "right"), several, alt="Joint angles, left and right")
    _show(table, whose, ("middle",), several, alt="Angles of neck, trunk and pelvis")
    st.caption(
        "Measured in 3D, and as seen in the image; a straight knee or elbow is 180. –: a point that the angle needs is "
        "hidden or out of view (visibility below 0.5). ±: its usual error, for how the person is turned to the camera; "
        "one photo in three is off by more. It was measured on one man seen by four cameras, none of them from a side.",
        help=_READINGS,
    )


def _show(table: pd.DataFrame, whose: "pd.Series[str]", sides: tuple[str, ...], several: bool, *, alt: str) -> None:
    rows = table["joint"].map(lambda joint: set(BY_JOINT[joint]) == set(sides))
    columns = {"Person": whose.map(plain)} if several else {}
    columns["Angle"] = table["joint"].map(_TITLES)
    for word, space in _SPACES.items():
        for side in sides:
            title = f"{space[0].upper()}{space[1:]}" if side == "middle" else f"{side.capitalize()}, {space}"
            columns[title] = [
                "–" if pd.isna(degrees) else f"{degrees:.1f} ±{error:.0f}"
                for degrees, error in zip(table[f"{side}_{word}_deg"], table[f"usual_error_{word}_deg"], strict=True)
            ]
    shown = pd.DataFrame(columns)[rows]
    st.table(shown, border="horizontal", hide_index=True, alt=alt)
