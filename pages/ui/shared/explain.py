"""Explanations that several pages share."""

import re
from collections.abc import Iterable

import streamlit as st

# Every character that may mean something in Markdown; with a backslash before it, it means itself.
_MARKUP = re.compile(r"([!-/:-@\[-`{-~])")
# What Markdown makes a link of even so, unless an invisible letter is in it.
_ADDRESS = re.compile(r"(https?|ftp)(?=:)|(www)(?=\.)", re.IGNORECASE)

NUMBERS = """
- **x, y** are positions in the image: in pixels from its top left corner, or as a share of its width and height.
- **z** is relative depth: 0 at the middle of the hips, smaller is nearer to the camera. It does not say how far away
  the person is.
- **Metres** are the model's estimate of the body's real size and shape. They are centred on the hips, so they do not
  show a person walking across the image.
- **Visibility** (0 to 1) is the model's estimate that a landmark is in view and not hidden. Below 0.5 its position is
  mostly a guess, such as legs below the edge of a portrait.
- **Presence** (0 to 1) is the model's estimate that a landmark lies inside the image.
- **Left** and **right** are the person's own.
"""

HAND_NUMBERS = """
**Hands**

- **z** is 0 at the wrist. **Metres** are centred on each hand, so they do not show a hand moving.
- **Score** (0 to 1) is the model's estimate that a hand is there.
- **Gestures** come from how far the fingers are stretched. A hand that makes none of the known ones has no word.
"""

NOBODY = (
    "No person was found. People are found by their heads: a body whose head is not in view is rarely found. It also "
    "helps if the person is upright, well lit and fills at least a third of the image. You can try the thorough search "
    "or a lower detection confidence in Settings."
)

NO_HANDS = (
    "No hands were found. It helps if the whole hand is in view, well lit, not blurred and not holding anything, and "
    "if the body is found too, because small hands are only found at its wrists."
)

A_HAND_AS_BODY = (
    "The model has probably taken a hand for a person, as the body that it found lies within the hand. That body is "
    "left out here and in the files."
)

SEVERAL_PEOPLE = (
    "Numbers show order of appearance, not identity. People keep their number when they cross or are away for up to "
    "two seconds; anyone who returns later gets a new one. "
    "(Measured on five videos, in one of which two people cross: everyone kept their number.)"
)


def more_people(count: int) -> str:
    """The note that more people were found than the visitor asked for."""
    were_found = "1 more person was found" if count == 1 else f"{count} more people were found"
    return f"{were_found}. Raise **Maximum people** in Settings to show them."


def show_notes(notes: Iterable[str]) -> None:
    """Show what a run reported about a video, which may name a file, as plain text."""
    for note in notes:
        st.warning(plain(note), icon=":material/info:")


def plain(text: str) -> str:
    """Text from a file as Markdown that shows it as it is, in one line."""
    return _MARKUP.sub(r"\\\1", _ADDRESS.sub("\\g<0>\N{WORD JOINER}", " ".join(text.split())))


def explain_numbers(*, hands: bool = False) -> None:
    """Show what every number on the page means, also those of hands if there are any; folded away at first."""
    with st.expander("What do these numbers mean?", icon=":material/help:"):
        st.markdown(numbers_explained(hands=hands))


def numbers_explained(*, hands: bool = False) -> str:
    """What every number means, also those of hands, as Markdown."""
    return NUMBERS + HAND_NUMBERS if hands else NUMBERS
