"""The table, the 3D figure and the words of hands, beside those of bodies in ``results``."""

from collections.abc import Mapping
from typing import Any, Literal

import streamlit as st

from pages.ui.shared.explain import plain
from pages.ui.shared.figure import show_figure
from pages.ui.shared.results import HEADINGS, digits_of, filtered
from posecore import HAND_21, FrameHands, FramePoses, hands_to_table, plot_hands_3d
from posecore.signs.shown import read_signs, sign_notes
from posecore.tables import HAND_COLUMNS, NAME

Of = Literal["body", "hands", "both"]
"""What a table or a figure shows."""

_OF: dict[Of, str] = {"body": "Body", "hands": "Hands", "both": "Both"}
HAND_HEADINGS = {
    "person": "Person",
    NAME: "Name",
    "hand": "Hand",
    "landmark": "Landmark",
    "score": "Score",
    **{name: HEADINGS[name] for name in ("x_px", "y_px", "x", "y", "z", "x_m", "y_m", "z_m")},
}
_LANDMARK_PX = 150  # "middle finger mcp", the longest of them


def choose_body_or_hands(label: str, *, key: str, both: bool = False) -> Of:
    """Offer the body or the hands, or if asked for also both."""
    return st.segmented_control(
        label,
        [of for of in _OF if both or of != "both"],
        default="body",
        required=True,
        format_func=_OF.__getitem__,
        key=key,
        persist_state="session",
    )


def show_hands_3d(hands: FrameHands, poses: FramePoses | None, *, key: str) -> None:
    """Show hands in 3D: side by side, or on the wrists of the bodies that are given."""
    where = "side by side" if poses is None else "on the wrists"
    show_figure(
        plot_hands_3d(hands, poses=poses), height=500, label=f"Hands in 3D, {where}", key=f"{key}_hands_3d_{where}"
    )


def show_hands_table(hands: FrameHands, *, key: str, names: Mapping[int, str]) -> None:
    """Show the landmarks of hands as a sortable table, with filters by finger and score."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        parts = st.pills(
            "Fingers",
            list(HAND_21.parts),
            selection_mode="multi",
            format_func=_finger,
            key=f"{key}_fingers",
            persist_state="session",
            help="If none is chosen, all are shown.",
        )
        least = st.slider(
            "Minimum score", 0.0, 1.0, 0.0, 0.05, key=f"{key}_least_score", persist_state="session", width=260
        )
    table = filtered(hands_to_table(hands), HAND_21, parts, measure="score", least=least)
    table[NAME] = table["person"].map(dict(names))
    several = len({slot.person for slot in hands.slots}) > 1
    hidden = {*(() if several else ("person",)), *(() if names else (NAME,))}
    st.dataframe(
        table,
        hide_index=True,
        column_order=[name for name in HAND_HEADINGS if name not in hidden],
        column_config=_column_config(),
        height=min(36 * (len(table) + 1) + 2, 480),
        placeholder="n/a",
    )
    st.caption(f"{len(table)} of {len(hands) * len(HAND_21)} landmarks of hands. Click a heading to sort.")


def hands_in_words(hands: FrameHands, names: Mapping[int, str]) -> str:
    """Which hands there are and what they show, as Markdown, such as "Left hand: thumb up. Right hand."."""
    notes = sign_notes(hands.slots, read_signs(hands))
    several = len({slot.person for slot in hands.slots}) > 1
    said = []
    for slot in sorted(hands.slots):
        of = f" of {plain(names.get(slot.person, f'person {slot.person}'))}" if several else ""
        shows = f": {notes[slot]}" if slot in notes else ""
        said.append(f"{slot.side.capitalize()} hand{of}{shows}.")
    return " ".join(said)


def _finger(part: str) -> str:
    return part.removesuffix("_finger").capitalize()


def _column_config() -> dict[str, Any]:
    column = st.column_config
    config: dict[str, Any] = {
        name: column.NumberColumn(heading, help=HAND_COLUMNS[name], format=f"%.{digits_of(name)}f")
        for name, heading in HAND_HEADINGS.items()
        if name in HAND_COLUMNS
    }
    config[NAME] = column.TextColumn(HAND_HEADINGS[NAME], help="The name you entered.")
    config["hand"] = column.TextColumn(HAND_HEADINGS["hand"], help=HAND_COLUMNS["hand"], pinned=True)
    config["landmark"] = column.TextColumn(
        HAND_HEADINGS["landmark"], help=HAND_COLUMNS["landmark"], pinned=True, width=_LANDMARK_PX
    )
    config["score"] = column.ProgressColumn(
        HAND_HEADINGS["score"], help=HAND_COLUMNS["score"], min_value=0, max_value=1, format="%.2f"
    )
    return config
