"""A transparent sheet: pieces are drawn on it before it is laid on a picture, or saved by itself."""

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from posecore.system import naming_missing_library
from posecore.view.palette import Color
from posecore.view.shapes import SHIFT, Polygons, bars, discs, to_fixed_point

with naming_missing_library():
    import cv2


_LARGE = 24.0
_BOLD = 700
_TURN = np.linspace(0, 2 * np.pi, 120, endpoint=False)
_CIRCLE = np.column_stack((np.cos(_TURN), np.sin(_TURN)))


class Sheet:
    """A transparent sheet of the size of a picture.

    Everything is antialiased. Positions are OpenCV's pixels: (0, 0) is the middle of the first one. Shapes may leave
    the sheet.

    Attributes:
        rgba: (H, W, 4) uint8; red, green and blue are already multiplied by alpha.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self.rgba = np.zeros((size[1], size[0], 4), np.uint8)
        self._touched = (size[0], size[1], 0, 0)  # left, top, right, bottom of all that was drawn

    @property
    def place(self) -> tuple[slice, slice]:
        """(rows, columns) of a rectangle that holds all that was drawn; it may be empty."""
        left, top, right, bottom = self._touched
        return slice(top, max(top, bottom)), slice(left, max(left, right))

    @property
    def is_empty(self) -> bool:
        """Whether nothing was drawn on it."""
        rows, columns = self.place
        return rows.start >= rows.stop or columns.start >= columns.stop

    def polygon(self, points: np.ndarray, color: Color, alpha: float = 1.0) -> None:
        """Fill a polygon with (N, 2) corners, which need not be convex; what is below it is replaced."""
        self._fill([points], color, alpha)

    def discs(self, centres: np.ndarray, radii: np.ndarray, colors: Sequence[Color]) -> None:
        """Fill N discs around (N, 2) with radii (N,)."""
        if len(radii) and np.max(radii) > _LARGE:
            self._fill_convex(to_fixed_point(centres[:, None] + radii[:, None, None] * _CIRCLE), colors)
        else:
            self._fill_convex(discs(centres, radii), colors)

    def lines(self, starts: np.ndarray, ends: np.ndarray, widths: np.ndarray, colors: Sequence[Color]) -> None:
        """Draw N lines with round ends from (N, 2) to (N, 2), (N,) wide."""
        radii = np.asarray(widths) / 2
        self.discs(np.concatenate([starts, ends]), np.concatenate([radii, radii]), [*colors, *colors])
        self._fill_convex(bars(starts, ends, np.asarray(widths)), colors)

    def curve(self, points: np.ndarray, width: float, color: Color) -> None:
        """Draw a line through (N, 2) points that turns gently from one to the next; if it comes back, a closed one."""
        along = np.gradient(points, axis=0)
        closed = bool(np.abs(points[0] - points[-1]).max() < 1e-6)
        if closed:
            along[0] = along[-1] = (points[1] - points[0]) + (points[-1] - points[-2])
        length = np.maximum(np.hypot(along[:, 0], along[:, 1]), 1e-6)
        across = np.column_stack((-along[:, 1], along[:, 0])) * (width / 2 / length)[:, None]
        if closed:
            self._fill([points + across, points - across], color)
        else:
            self._fill([np.vstack([points + across, (points - across)[::-1]])], color)
            self.discs(points[[0, -1]], np.full(2, width / 2), [color] * 2)

    def text(self, text: str, middle: tuple[float, float], size: int, color: Color, rim: Color) -> None:
        """Write centred letters of this size in pixels, with a rim."""
        written = _letters(text, size, color, rim)
        height, width = written.shape[:2]
        place = np.array([[1, 0, middle[0] - width / 2], [0, 1, middle[1] - height / 2], [0, 0, 1]])
        self.picture(written, place)

    def picture(self, rgba: np.ndarray, to_sheet: np.ndarray) -> None:
        """Lay a picture on the sheet.

        Args:
            rgba: (h, w, 4) uint8, red, green and blue already multiplied by alpha.
            to_sheet: (3, 3) homography from its pixels to those of the sheet.
        """
        height, width = rgba.shape[:2]
        corners = np.array([[[-1, -1], [width, -1], [width, height], [-1, height]]], np.float64)
        around = cv2.perspectiveTransform(corners, to_sheet)[0]
        left, top, right, bottom = self._touch(*around.min(axis=0), *around.max(axis=0))
        if left < right and top < bottom:
            shift = np.array([[1, 0, -left], [0, 1, -top], [0, 0, 1]], np.float64)
            place, size = shift @ to_sheet, (right - left, bottom - top)
            if place[2].tolist() == [0, 0, 1]:  # twice as fast
                warped = cv2.warpAffine(rgba, place[:2], size, flags=cv2.INTER_LINEAR)
            else:
                warped = cv2.warpPerspective(rgba, place, size, flags=cv2.INTER_LINEAR)
            below = self.rgba[top:bottom, left:right]
            below[:] = over(below, warped)

    def glow(self, radius: float, strength: float) -> None:
        """Blur what was drawn so far, and make it stronger, up to solid."""
        reach = int(3 * radius)
        left, top, right, bottom = self._touched
        self._touch(left - reach, top - reach, right + reach, bottom + reach)
        part = self.rgba[self.place]
        if part.size:
            scale = max(1, int(radius / 2))  # a smaller copy is blurred: the difference does not show
            small = cv2.resize(
                part, (-(-part.shape[1] // scale), -(-part.shape[0] // scale)), interpolation=cv2.INTER_AREA
            )
            small = cv2.GaussianBlur(small, (0, 0), radius / scale)
            part[:] = cv2.resize(cv2.convertScaleAbs(small, alpha=strength), part.shape[1::-1])

    def lay_on(self, canvas: np.ndarray, hidden: NDArray[np.float32] | None = None) -> None:
        """Draw the sheet on (H, W, 3) uint8 of its size.

        Args:
            canvas: changed in place.
            hidden: (H, W) 0..1, the share of each pixel that is in front of the sheet; None: nothing is.
        """
        if self.is_empty:
            return
        place = self.place
        part = self.rgba[place] if hidden is None else _hidden_by(self.rgba[place], hidden[place])
        below = canvas[place]
        clear = 255 - part[..., 3]
        colors = cv2.cvtColor(part, cv2.COLOR_RGBA2RGB)  # a slice of three channels takes OpenCV ten times as long
        below[:] = cv2.add(colors, cv2.multiply(below, cv2.merge([clear] * 3), scale=1 / 255))

    def add(self, above: "Sheet", hidden: NDArray[np.float32] | None = None) -> None:
        """Lay another sheet of the same size on this one; ``hidden`` as for ``lay_on``."""
        if above.is_empty:
            return
        rows, columns = place = above.place
        part = above.rgba[place] if hidden is None else _hidden_by(above.rgba[place], hidden[place])
        below = self.rgba[place]
        below[:] = over(below, part)
        self._touch(columns.start, rows.start, columns.stop, rows.stop)

    def straight(self) -> np.ndarray:
        """(H, W, 4) uint8 as image files want it: colours not multiplied by alpha."""
        result = np.zeros_like(self.rgba)
        part = self.rgba[self.place]
        alpha = part[..., 3:].astype(np.uint16)
        colors = np.minimum(255, (part[..., :3].astype(np.uint16) * 255 + alpha // 2) // np.maximum(alpha, 1))
        result[self.place] = np.dstack([colors.astype(np.uint8), part[..., 3]])
        return result

    def _fill(self, contours: Sequence[np.ndarray], color: Color, alpha: float = 1.0) -> None:
        """Fill what an odd number of contours is around."""
        self._touch_all(np.vstack(contours))
        paint = [round(alpha * part) for part in (*color, 255)]
        cv2.fillPoly(self.rgba, [to_fixed_point(contour) for contour in contours], paint, cv2.LINE_AA, SHIFT)

    def _fill_convex(self, polygons: Polygons, colors: Sequence[Color]) -> None:
        if polygons.size:
            self._touch_all(polygons.reshape(-1, 2) / (1 << SHIFT))
        for polygon, color in zip(polygons, colors, strict=True):
            cv2.fillConvexPoly(self.rgba, polygon, (*color, 255), cv2.LINE_AA, SHIFT)

    def _touch_all(self, points: np.ndarray) -> None:
        self._touch(*points.min(axis=0), *points.max(axis=0))

    def _touch(self, left: float, top: float, right: float, bottom: float) -> tuple[int, int, int, int]:
        """Note that a rectangle is drawn on, and return the part of it that is on the sheet; it may be empty."""
        height, width = self.rgba.shape[:2]
        left, right = (int(min(max(0, x), width)) for x in (left - 2, right + 3))
        top, bottom = (int(min(max(0, y), height)) for y in (top - 2, bottom + 3))
        old = self._touched
        self._touched = min(old[0], left), min(old[1], top), max(old[2], right), max(old[3], bottom)
        return left, top, right, bottom


def multiplied(rgba: np.ndarray) -> np.ndarray:
    """(H, W, 4) uint8 as image files hold it, with its colours multiplied by alpha."""
    alpha = rgba[..., 3]
    return np.dstack([cv2.multiply(rgba[..., :3], cv2.merge([alpha] * 3), scale=1 / 255), alpha])


def _hidden_by(rgba: np.ndarray, hidden: NDArray[np.float32]) -> np.ndarray:
    shown = np.rint(255 * (1 - hidden)).astype(np.uint8)
    return np.asarray(cv2.multiply(rgba, cv2.merge([shown] * 4), scale=1 / 255), np.uint8)


def over(below: np.ndarray, above: np.ndarray) -> np.ndarray:
    """Two (h, w, 4) of multiplied colours, one above the other."""
    clear = 255 - above[..., 3]
    return cv2.add(above, cv2.multiply(below, cv2.merge([clear] * 4), scale=1 / 255))


def inked(cover: np.ndarray, color: Color) -> np.ndarray:
    """(h, w, 4): one colour, with this cover as alpha."""
    return cv2.merge([*(cv2.convertScaleAbs(cover, alpha=part / 255) for part in color), cover])


def text_width(text: str, size: int) -> int:
    """Width of the letters that ``Sheet.text`` writes, with their rim, in pixels."""
    width = cv2.getTextSize((0, 0), text, (0, 0), cv2.FontFace("sans"), size, _BOLD)[2]
    return round(width) + 2 * max(1, round(size / 9)) + 2


@lru_cache(maxsize=512)
def _letters(text: str, size: int, color: Color, rim: Color) -> np.ndarray:
    """(h, w, 4): letters of this size in pixels, with a rim, in the middle of a little room."""
    wide = max(1, round(size / 9))
    letters: np.ndarray = np.zeros((2 * size + 2 * wide, text_width(text, size)), np.uint8)
    cv2.putText(letters, text, (wide + 1, wide + round(1.36 * size)), 255, cv2.FontFace("sans"), size, _BOLD)
    around = cv2.dilate(letters, np.ones((2 * wide + 1, 2 * wide + 1), np.uint8))
    return over(inked(around, rim), inked(letters, color))
