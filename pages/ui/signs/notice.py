"""What the page is, and what it is not, in plain words."""

import streamlit as st

IN_SHORT = (
    "Finger-spelled letters and a few signs that you teach, turned into text and speech. "
    "**This is not a translation of sign language.**"
)

_IN_FULL = """
**What it does.** It reads hand shapes: letters of the American one-handed finger alphabet, common gestures, and signs
that you teach with a few examples. Letters and words gather in a line that you can correct, speak and save.

**What it does not do.** Sign languages have a grammar of their own, in space, with face, eyes and the upper body. Most
signs are not spelled, and finger-spelling is a small part of signing: names, places, foreign words. None of that
grammar is read here, so signed sentences do not come out as sentences. Do not use this in place of an interpreter.

**If you are deaf and sign:** expect to spell more slowly than you are used to: one held letter at a time, about one per
second, with one hand near the camera and the palm seen as a partner would see it. Expect mistakes between letters with
similar hand shapes, such as M, N, S, T and E. Expect other alphabets, such as the British two-handed one, not to work.
What you teach is recognised as you signed it, and less well when others sign it.

**How well letters are read, and for whom.** Of four signers, each left out of the training once, 87 to 98% of held
letters were right; before a webcam, where there was one signer, 87%. In a clip of a fifth hand no held letter was read
as another one, but a quarter of its frames got none. Other hands, gloves, poor light and unusual views may do worse.
Left hands and mirrored views are read alike. J and Z are read from their movement, in videos and live: draw them large,
in one go. Of about 20 Z by one signer, 17 were read; J was tested with made-up movements only.

**Before you rely on it.** What comes out is a guess. Read it first, above all where it matters, such as at a doctor's.
Videos are deleted shortly after you leave.
"""


def show_notice() -> None:
    """Say in one sentence what the page is, with the rest folded away."""
    st.markdown(IN_SHORT)
    with st.expander("What this is, what it is not, and what to expect", icon=":material/info:"):
        st.markdown(_IN_FULL)
