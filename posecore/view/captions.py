"""A caption at the bottom of a picture, such as a sign or a spelled word."""

import numpy as np

from posecore.system import naming_missing_library
from posecore.view.palette import INK, WHITE

with naming_missing_library():
    import cv2

MOST_LINES = 3
"""Of a caption; of a longer one the last lines are shown, which are the newest."""

_WEIGHT = 500  # of the font
_BOX = 0.75  # opacity


def draw_caption(canvas: np.ndarray, text: str) -> None:
    """Write a text in white on a dark box at the bottom of the picture, in lines that fit.

    OpenCV's own fonts have the letters of most languages; others come out as question marks.

    Args:
        canvas: (height, width, 3) uint8, drawn on in place.
        text: a line or more. Nothing is drawn if it is empty.
    """
    height, width = canvas.shape[:2]
    size = round(float(np.clip(0.03 * np.hypot(width, height), 11, 120)))
    lines = _fitting(text, size, 0.9 * width - size)[-MOST_LINES:]
    if not lines:
        return
    widths = [_width(line, size) for line in lines]
    half, line_height = max(widths) / 2 + size / 2, 1.3 * size
    bottom = round(height - 0.04 * height)
    top = max(0, round(bottom - len(lines) * line_height - 0.5 * size))
    box = canvas[top:bottom, max(0, round(width / 2 - half)) : round(width / 2 + half)]
    box[:] = np.rint((1 - _BOX) * box + _BOX * np.array(INK))
    for row, (line, line_width) in enumerate(zip(lines, widths, strict=True)):
        origin = (round(width / 2 - line_width / 2), round(top + 0.25 * size + row * line_height + size))
        cv2.putText(canvas, line, origin, WHITE, cv2.FontFace("sans"), size, _WEIGHT)


def _fitting(text: str, size: int, room: float) -> list[str]:
    """The text in lines of at most so many pixels; a word that is longer is broken."""
    lines: list[str] = []
    for given in text.splitlines():
        line = ""
        for word in given.split():
            if line and _width(f"{line} {word}", size) > room:
                lines.append(line)
                line = word
            else:
                line = f"{line} {word}".strip()
            while len(line) > 1 and _width(line, size) > room:
                cut = next((end for end in range(len(line) - 1, 1, -1) if _width(line[:end], size) <= room), 1)
                lines.append(line[:cut])
                line = line[cut:]
        if line:
            lines.append(line)
    return lines


def _width(text: str, size: int) -> float:
    return float(cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size, _WEIGHT)[2])
