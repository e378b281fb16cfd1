"""What was found in a result: in how many frames, and what was not."""

import streamlit as st

from pages.ui.shared.explain import NO_HANDS, NOBODY
from posecore import HandSequence, PoseSequence

HANDS_ONLY = (
    "This result has hands only. Curves, smoothing, repetitions, reliability and comparing need a body, so they are "
    "not shown."
)


def show_what_is_missing(sequence: PoseSequence, hands: HandSequence | None) -> None:
    """Say so if there is nobody, or nothing but hands, or no hand although hands were looked for."""
    if not _frames(sequence):
        if hands is not None and _frames(hands):
            st.info(HANDS_ONLY, icon=":material/back_hand:")
        else:
            st.warning(NOBODY, icon=":material/person_off:")
    if hands is not None and not _frames(hands):
        st.info(NO_HANDS, icon=":material/back_hand:")


def show_counts(sequence: PoseSequence, hands: HandSequence | None) -> None:
    """Show in how many frames there is a person and, if hands were looked for, a hand."""
    with_hand = 0 if hands is None else _frames(hands)
    if _frames(sequence) or not with_hand:
        st.metric("Frames with a person", f"{_frames(sequence)} of {len(sequence)}", width="content")
    if hands is not None:
        st.metric("Frames with a hand", f"{with_hand} of {len(sequence)}", width="content")


def _frames(found: PoseSequence | HandSequence) -> int:
    """Number of frames in which something is seen."""
    return int(found.seen.any(axis=1).sum())
