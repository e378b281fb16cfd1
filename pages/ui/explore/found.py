"""What was found in a result: in how many frames, and what was not."""

import streamlit as st

from pages.ui.explore.playback import Playback
from pages.ui.shared.explain import A_HAND_AS_BODY, NO_HANDS, NOBODY
from posecore import HandSequence, PoseSequence

HANDS_ONLY = (
    "This result has hands only. Curves, smoothing, repetitions, reliability and comparing need a body, so they are "
    "not shown."
)


def show_what_is_missing(playback: Playback) -> None:
    """Say so if there is nobody, nothing but hands, or no hand although hands were looked for."""
    hands = playback.hands
    if playback.hands_as_people:
        st.warning(A_HAND_AS_BODY, icon=":material/back_hand:")
    if not _frames(playback.raw):
        if hands is not None and _frames(hands):
            st.info(HANDS_ONLY, icon=":material/back_hand:")
        else:
            st.warning(NOBODY, icon=":material/person_off:")
    if hands is not None and not _frames(hands):
        st.info(NO_HANDS, icon=":material/back_hand:")


def show_counts(playback: Playback) -> None:
    """Show in how many frames there is a person and, if hands were looked for, a hand."""
    total, with_person = len(playback.raw), _frames(playback.raw)
    with_hand = 0 if playback.hands is None else _frames(playback.hands)
    if with_person or not with_hand:
        st.metric("Frames with a person", f"{with_person} of {total}", width="content")
    if playback.hands is not None:
        st.metric("Frames with a hand", f"{with_hand} of {total}", width="content")


def counts_in_words(playback: Playback) -> str:
    """In how many frames there is a person and, if hands were looked for, a hand."""
    total, with_person = len(playback.raw), _frames(playback.raw)
    with_hand = None if playback.hands is None else _frames(playback.hands)
    counts = [f"a person in {with_person}"] if with_person or not with_hand else []
    counts += [] if with_hand is None else [f"a hand in {with_hand}"]
    return f"{', '.join(counts)} of {total} frames"


def _frames(found: PoseSequence | HandSequence) -> int:
    """Number of frames in which something is seen."""
    return int(found.seen.any(axis=1).sum())
