"""What was looked for and not found, in sentences."""

from collections.abc import Collection, Sequence

import streamlit as st

from pages.ui.rigid.wanted import Wanted
from pages.ui.rigid.words import NO_TAG
from pages.ui.shared.explain import NOBODY as HOW_TO_FIND_SOMEBODY
from posecore import RigidSlot
from posecore.rigid.seen import NOBODY


def show_what_is_missing(notes: Sequence[str], wanted: Wanted, found: Collection[RigidSlot]) -> None:
    """Show why people and tags have no poses.

    Args:
        notes: about people, as from ``posecore.rigid.seen``.
        wanted: what was looked for.
        found: all that has a pose.
    """
    family = wanted.bodies.family
    with st.container():  # one element for any number of them: Streamlit restarts what is below when it moves
        for note in notes:
            if note != NOBODY:
                st.info(note, icon=":material/info:")
            elif not found or family is None:
                st.warning(HOW_TO_FIND_SOMEBODY, icon=":material/person_off:")
            else:
                st.caption("Nobody was found, only tags.")
        if family is not None and not any(slot.kind == family for slot in found):
            st.warning(NO_TAG.format(family=family), icon=":material/qr_code_2:")
