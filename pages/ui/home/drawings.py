"""Small drawings of people for the cards of the Home page, in the colours of the skeletons."""

from pages.ui.shared.style import svg_address

_LEFT, _RIGHT = "#e69f00", "#3d9bd6"
_BODY = "#7d8f96"  # of 3:1 and more on the light page and on the dark one

_STROKES: dict[str, tuple[tuple[str, str], ...]] = {
    "squat": (
        (_BODY, "M24 24 36 36M14 60h36"),
        (_LEFT, "M36 36 22 42l8 16M24 26l16 2 8-4"),
        (_RIGHT, "M36 36 26 40l10 18M24 26l14 6"),
    ),
    "walk": (
        (_BODY, "M31 22 30 38"),
        (_LEFT, "M30 38l10 10 6 12M31 24l10 8 8-2"),
        (_RIGHT, "M30 38 26 50 16 58M31 24 21 32l-4 8"),
    ),
    "group": (
        (_BODY, "M10 27v14M54 27v14M32 25v17"),
        (_LEFT, "M10 41l4 17M10 29l7 9M54 41l4 17M54 29l6 9M32 42l5 18M32 27l9 10"),
        (_RIGHT, "M10 41 6 58M10 29 4 38M54 41l-4 17M54 29l-7 9M32 42l-5 18M32 27l-9 10"),
    ),
    "mirror": (
        (_BODY, "M32 25v15M8 6h48v54H8z"),
        (_LEFT, "M32 40l7 18M32 27l12-4 4-11"),
        (_RIGHT, "M32 40l-7 18M32 27l-12-4-4-11"),
    ),
}
_HEADS: dict[str, tuple[tuple[int, int], ...]] = {
    "squat": ((20, 16),),
    "walk": ((32, 13),),
    "group": ((10, 19), (54, 19), (32, 16)),
    "mirror": ((32, 17),),
}


def drawing(name: str) -> str:
    """A picture that says nothing beyond the words beside it, so it has no text for screen readers."""
    strokes = "".join(f'<path stroke="{color}" d="{way}"/>' for color, way in _STROKES[name])
    heads = "".join(f'<circle cx="{x}" cy="{y}" r="5" stroke="{_BODY}"/>' for x, y in _HEADS[name])
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64" fill="none" stroke-width="4" '
        f'stroke-linecap="round" stroke-linejoin="round">{strokes}{heads}</svg>'
    )
    return f'<img class="home-drawing" alt="" src="{svg_address(svg.encode())}">'
