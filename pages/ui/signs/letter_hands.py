"""Small drawn hands that show how each letter is held."""

import json
from base64 import b64encode
from functools import cache
from pathlib import Path
from string import ascii_uppercase

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from posecore.skeletons import HAND_21
from posecore.view.palette import FINGERS_ON_PAGE, HAND_BONE_PARTS, INK, css

_FILE = Path(__file__).with_name("letter_hands.json")
_PALM = (0, 1, 5, 9, 13, 17)
_UNIT = 40  # SVG units of the palm's length
_MARGIN = 14
_BONE, _RIM = 9, 13

IN_THE_AIR = {"J": "I", "Z": "D"}
"""Letters that are drawn in the air, with the letter whose shape the hand keeps."""


@cache
def letter_shapes() -> dict[str, NDArray[np.float64]]:
    """A right hand for each letter but J and Z, (21, 3): x to the right, y down, z away; the palm has length 1.

    They are the mean shapes of three signers; ``benchmarks/letter_hands.py`` makes them.
    """
    return {letter: np.array(points) for letter, points in json.loads(_FILE.read_text(encoding="utf-8")).items()}


@cache
def letter_svg(letter: str, *, mirrored: bool = False) -> str:
    """A hand that shows a letter as SVG, as its partner sees it; its colours fit light and dark pages.

    Args:
        letter: A to Z.
        mirrored: as a left hand, or as the signer sees a right one in a mirror.
    """
    shape = letter_shapes()[IN_THE_AIR.get(letter, letter)]
    points = shape * [-1 if mirrored else 1, 1, 1] * _UNIT
    points[:, :2] += _MARGIN - points[:, :2].min(axis=0)
    width, height = points[:, :2].max(axis=0) + _MARGIN
    palm = " ".join(f"{x:.0f},{y:.0f}" for x, y in points[list(_PALM), :2])
    drawn = [f'<polygon points="{palm}" fill="{css(FINGERS_ON_PAGE["palm"])}" opacity="0.4"/>']
    bones = zip(HAND_21.edges, HAND_BONE_PARTS, strict=True)
    # The nearest come last, on top.
    for (start, end), part in sorted(bones, key=lambda bone: -points[list(bone[0]), 2].mean()):
        (x1, y1), (x2, y2) = points[[start, end], :2]
        line = f'x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" stroke-linecap="round"'
        drawn.append(f'<line {line} stroke="{css(INK)}" stroke-width="{_RIM}"/>')
        drawn.append(f'<line {line} stroke="{css(FINGERS_ON_PAGE[part])}" stroke-width="{_BONE}"/>')
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{"".join(drawn)}</svg>'


def letter_picture(letter: str, *, mirrored: bool = False) -> str:
    """The hand of ``letter_svg`` as the address of a picture."""
    return f"data:image/svg+xml;base64,{b64encode(letter_svg(letter, mirrored=mirrored).encode()).decode()}"


_STYLE = """
<style>
.lh-all { display: grid; grid-template-columns: repeat(auto-fill, minmax(72px, 1fr)); gap: 0.75rem; }
.lh-all figure { margin: 0; display: grid; justify-items: center; gap: 0.25rem; }
.lh-all img { width: 72px; height: 84px; object-fit: contain; }
</style>
"""


def show_letter_hands() -> None:
    """Show how all letters are held, folded away at first."""
    with st.expander("How each letter is held", icon=":material/back_hand:"):
        left = st.toggle("Left hand", key="letter_hands_left", persist_state="session")
        # Streamlit takes SVG out of a page's HTML, but not out of its pictures.
        hands = (
            f'<figure><img src="{letter_picture(letter, mirrored=left)}" alt="Hand of the letter {letter}">'
            f"<figcaption>{letter}</figcaption></figure>"
            for letter in ascii_uppercase
        )
        st.html(f'{_STYLE}<div class="lh-all">{"".join(hands)}</div>')
        st.caption(
            "As seen by the person or camera in front of you: the mean hand of three signers. Colours tell the fingers "
            "apart. J and Z begin with the hand shown and are drawn in the air."
        )
