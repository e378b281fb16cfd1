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

**For whom the figures hold.** Letters were learnt from few signers, all with the right hand; left hands are mirrored.
Other hands, gloves, poor light and unusual views give worse results than any figure measured on those signers.

**Before you rely on it.** What comes out is a guess. Read it first, above all where it matters, such as at a doctor's.
Videos are deleted shortly after you leave.
"""


def show_notice() -> None:
    """Say in one sentence what the page is, with the rest folded away."""
    st.markdown(IN_SHORT)
    with st.expander("What this is, what it is not, and what to expect", icon=":material/info:"):
        st.markdown(_IN_FULL)
