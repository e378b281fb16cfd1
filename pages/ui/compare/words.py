"""What a comparison says in words, and what its score means."""

import math

import pandas as pd
import streamlit as st

from posecore.motion.comparing.limbs import LIMBS

LIMB_TITLES = {name: name.replace("_", " ").capitalize() for name in LIMBS}

SCORE = """
**100** means that all limbs point the same way, **0** that they are 60° or more apart; halfway is 30°. Each of twelve
limbs has a score: upper arms, forearms, thighs and shins, head, trunk, and the lines across shoulders and hips. The
whole is their mean.

- Size, place and the side from which a body is seen do not matter. The reference is turned about the vertical to where
  it fits best.
- Different people in the same pose usually reach about **50**, because bodies and cameras differ. The same person in
  front of the same camera reaches 80 and more. So compare scores with each other, from attempt to attempt, rather than
  with 100.
- Limbs that are not in sight are not judged; with fewer than half of them there is no score.
- Hands, feet, face and expression are not compared, and depth is a guess: film both from about the same side.
"""
"""What the score means, and what it cannot say."""


def rounded(score: float) -> str:
    """A score as text; a dash if nothing was judged."""
    return f"{score:.0f}" if math.isfinite(score) else "–"


def explain_score() -> None:
    """Offer what the score means."""
    with st.popover("What does the score mean?", icon=":material/help:"):
        st.markdown(SCORE)


def show_limbs(table: pd.DataFrame) -> None:
    """Show a table of limbs with their scores, all of it at once."""
    column = st.column_config
    columns = {
        "Limb": column.TextColumn(pinned=True),
        "Score": column.ProgressColumn(
            min_value=0, max_value=100, format="%.0f", help="100: the same direction.", width="small"
        ),
        "Apart (°)": column.NumberColumn(format="%.0f", help="Angle to the limb of the reference.", width="small"),
    }
    height = 36 * (len(table) + 1)
    st.dataframe(table, hide_index=True, column_config=columns, height=height, placeholder="–")
