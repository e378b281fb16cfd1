"""A photo of hands: the letter and the gesture that each shows."""

import numpy as np
import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.image.photo import show
from pages.ui.shared.explain import show_notes
from pages.ui.signs.wording import framing_hint, how_sure
from posecore import FrameHands, HandOptions, PoseOptions, decode_picture, estimate_hands_image, estimate_image
from posecore.hands import HandSlot
from posecore.media.pictures import PICTURE_SUFFIXES
from posecore.signs.reading import read_hands
from posecore.signs.recognition import NO_GESTURE
from posecore.view.hand_drawing import draw_hands

_NO_HAND = (
    "No hand was found in this photo. Hands are found if they are near, in good light and without gloves; a fist or a "
    "hand in front of a face is harder to find."
)
_PEOPLE = 4


def show_photo() -> None:
    """Offer the upload of a photo, and show what its hands show."""
    file = st.file_uploader(
        "A photo with one or more hands",
        type=[suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES],
        help="JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF, HEIC or a camera's raw file. It is not stored.",
        key="signs_photo",
    )
    if file is None:
        st.info("Upload a photo of a hand. Its letter and gesture appear here.", icon=":material/image:")
        return
    rgb, hands, notes = _read(file.file_id, file.name, file)
    show_notes(notes)
    if not len(hands):
        st.warning(_NO_HAND, icon=":material/back_hand:")
        show(rgb, "Your photo", alt=file.name)
        return
    if advice := framing_hint(hands):
        st.info(advice, icon=":material/info:")
    told = {each.slot: each for each in read_hands(hands)}
    left, right = st.columns([1, 1], gap="medium")
    with left:
        notes_on_it = {slot: each.letter for slot, each in told.items() if each.letter}
        show(draw_hands(rgb, hands, notes=notes_on_it), "Your photo", alt=f"{file.name} with its hands")
    with right:
        for slot, each in told.items():
            with st.container(border=True):
                st.header(_title(slot, several=len({one.person for one in told}) > 1), anchor=False)
                letter = f"**{each.letter}**, {_score(each.score)}" if each.letter else "none that is sure"
                known = each.gesture != NO_GESTURE
                gesture = f"**{each.gesture.replace('_', ' ')}**, {_score(each.gesture_score)}" if known else "none"
                st.markdown(f"Letter: {letter}  \nGesture: {gesture}")
        st.caption(
            "Letters are those of the American one-handed alphabet. J and Z are drawn in the air: a photo shows their "
            "beginnings, that of J as I, or no letter. A guess from one photo, not a translation."
        )


def find_hands(rgb: np.ndarray) -> FrameHands:
    """The hands of up to four people, small ones too, as their bodies say where to look; or hands without bodies."""
    poses = estimate_image(rgb, PoseOptions(people=_PEOPLE))
    return estimate_hands_image(rgb, HandOptions(hands=2 * _PEOPLE), poses=poses)


def _title(slot: HandSlot, *, several: bool) -> str:
    whose = f" of person {slot.person}" if several else ""
    return f"{slot.side.capitalize()} hand{whose}"


def _score(score: float) -> str:
    return f"{how_sure(score)} ({100 * score:.0f}%)"


@st.cache_resource(scope="session", max_entries=2, show_spinner="Finding the hands")
def _read(key: str, name: str, _file: UploadedFile) -> tuple[np.ndarray, FrameHands, list[str]]:
    notes: list[str] = []
    rgb = decode_picture(_file.getvalue(), name=name, on_note=notes.append)
    return rgb, find_hands(rgb), notes
