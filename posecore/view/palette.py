"""Colours and their meanings, shared by overlays and 3D figures.

All are red, green, blue from 0 to 255. The hues are those of Okabe and Ito, "Color Universal Design" (2008), which
remain distinguishable with any kind of colour blindness; the yellow is darkened to be visible on a white page.
"""

import math
from collections.abc import Mapping

from posecore.skeletons import BLAZEPOSE_33, HAND_21

Color = tuple[int, int, int]

ORANGE: Color = (230, 159, 0)
SKY_BLUE: Color = (86, 180, 233)
BLUE: Color = (0, 114, 178)
WHITE: Color = (255, 255, 255)
GREY: Color = (138, 143, 152)
PALE: Color = (172, 176, 184)
RIM: Color = (92, 97, 106)
INK: Color = (18, 20, 26)
PLAIN: Color = (236, 238, 241)
GREEN: Color = (0, 158, 115)
VERMILLION: Color = (213, 94, 0)
PURPLE: Color = (204, 121, 167)
YELLOW: Color = (214, 190, 40)

# Left and right are the person's own. The middle is white on a photo or video, where everything has a dark outline,
# and grey in a figure, which may be on a white or a black page.
SIDES: Mapping[str, Color] = {"left": ORANGE, "right": SKY_BLUE, "middle": WHITE}
SIDES_ON_PAGE: Mapping[str, Color] = {**SIDES, "middle": GREY}

# Without orange and sky blue, which already mean left and right.
PEOPLE: tuple[Color, ...] = (
    GREEN,
    PURPLE,
    YELLOW,
    BLUE,
    VERMILLION,
)

FINGERS: Mapping[str, Color] = {
    "palm": WHITE,
    "thumb": VERMILLION,
    "index_finger": YELLOW,
    "middle_finger": GREEN,
    "ring_finger": PURPLE,
    "pinky": BLUE,
}
"""By the parts of a hand; neighbouring fingers are far apart in hue and in lightness."""
FINGERS_ON_PAGE: Mapping[str, Color] = {**FINGERS, "palm": GREY}

LIKENESS: tuple[Color, ...] = ((213, 94, 0), (240, 205, 70), (50, 145, 215))
"""From unlike (0) to alike (100), in even steps: vermillion, yellow and blue, also apart for the colour-blind."""


def person_color(person_id: int) -> Color:
    """Colour of a person: the same in every frame and figure. There are five; the sixth person gets the first again."""
    return PEOPLE[(person_id - 1) % len(PEOPLE)]


def faded(color: Color) -> Color:
    """Blend the colour most of the way to grey, so that it recedes on a white page and on a black one."""
    red, green, blue = (round(0.35 * own + 0.65 * grey) for own, grey in zip(color, PALE, strict=True))
    return red, green, blue


def css(color: Color) -> str:
    """Format the colour for CSS and plotly."""
    red, green, blue = color
    return f"rgb({red}, {green}, {blue})"


def likeness_color(score: float) -> Color:
    """Colour of a score of 0..100; grey if it is NaN."""
    if math.isnan(score):
        return GREY
    place = min(max(score, 0.0), 100.0) / 100 * (len(LIKENESS) - 1)
    below = min(int(place), len(LIKENESS) - 2)
    share = place - below
    one, other = LIKENESS[below : below + 2]
    red, green, blue = (round((1 - share) * low + share * high) for low, high in zip(one, other, strict=True))
    return red, green, blue


def likeness_scale() -> list[list[float | str]]:
    """The colours of scores as plotly takes them."""
    return [[place / (len(LIKENESS) - 1), css(color)] for place, color in enumerate(LIKENESS)]


def ink_on(color: Color) -> Color:
    """Near-black or white, whichever is easier to read on the colour."""
    red, green, blue = color
    return INK if 0.299 * red + 0.587 * green + 0.114 * blue > 140 else WHITE


def _bone_side(start: str, end: str) -> str:
    """Side of a bone, from the sides of its ends: a bone from the nose to the left eye is on the left."""
    sides = {start, end} - {"middle"}
    return sides.pop() if len(sides) == 1 else "middle"


# The side of each bone of the skeleton; "middle" if it joins left and right.
BONE_SIDES: tuple[str, ...] = tuple(
    _bone_side(BLAZEPOSE_33.sides[start], BLAZEPOSE_33.sides[end]) for start, end in BLAZEPOSE_33.edges
)

# The part of each of a hand's landmarks, and of each bone: that of its outer end.
HAND_PARTS: tuple[str, ...] = tuple(
    next(part for part, indices in HAND_21.parts.items() if index in indices) for index in range(len(HAND_21))
)
HAND_BONE_PARTS: tuple[str, ...] = tuple(HAND_PARTS[end] for _, end in HAND_21.edges)
