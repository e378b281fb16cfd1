"""What the numbers mean, in plain words. One wording for every page."""

import streamlit as st

NUMBERS = """
- **x, y** are places in the picture: in pixels from its top left corner, or as shares of its width and height.
- **z** is depth, and relative: 0 at the middle of the hips, smaller is nearer to the camera. It does not say how far
  away the person stands.
- **Metres** are the model's estimate of the body's real size and shape. They are centred on the hips, so a person who
  walks across the picture does not move in them.
- **Visibility** (0 to 1) is the model's own guess that a landmark is in view and not hidden. Below 0.5 its place is
  mostly invented: legs below the edge of a portrait, for example.
- **Presence** (0 to 1) is its guess that the landmark lies inside the picture.
- **Left** and **right** are the person's own.
"""

NOBODY = (
    "No person was found. It helps when the person is upright, well lit and fills at least a third of the picture; "
    "or choose the thorough search, or a lower detection score, under Settings."
)

MORE_PEOPLE = (
    "There are more people in this picture than were asked for: {count} more. Raise **People, at most** under Settings "
    "to see them."
)

SEVERAL_PEOPLE = (
    "People are numbered as they come into view. They keep their number when they cross, and while away for up to "
    "two seconds; whoever comes back later is a new one. Nobody is recognized: a number says when, not who. "
    "(Measured on five clips, in one of which two people cross: everybody kept one number.)"
)


def explain_numbers() -> None:
    """A folded box with the meaning of every number on the page."""
    with st.expander("What do these numbers mean?", icon=":material/help:"):
        st.markdown(NUMBERS)
