"""The ChArUco board that cameras are calibrated with: a chessboard with a tag in each white square.

Each of its inner corners is known by the tags around it, so a photo may show only a part of the board.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption, check_choice
from posecore.rigid.tags import FAMILIES
from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2

Doubles = NDArray[np.float64]

MARKER_SHARE = 0.75
"""Side of a tag as a share of its square's: white around it on all sides, and cells as large as may be."""


@dataclass(frozen=True)
class Board:
    """A ChArUco board.

    Attributes:
        columns, rows: number of squares across and down, 3 to 30 each.
        square_m: side of a square, metres.
        family: of its tags, one of ``FAMILIES``, with at least half as many tags as there are squares.

    Raises:
        InvalidOption: if a value is outside its range, or the family is too small.
    """

    columns: int = 5
    rows: int = 7
    square_m: float = 0.035
    family: str = "4x4_50"

    def __post_init__(self) -> None:
        check_choice("family", self.family, tuple(FAMILIES))
        if not (3 <= self.columns <= 30 and 3 <= self.rows <= 30):
            raise InvalidOption(f"Expected a board of 3 to 30 squares a side, but got {self.columns} x {self.rows}.")
        if not 0 < self.square_m < np.inf:
            raise InvalidOption(f"Expected squares with a side above 0 m, but got {self.square_m}.")
        tags, needed = len(self.dictionary.bytesList), self.columns * self.rows // 2
        if tags < needed:
            raise InvalidOption(
                f"Expected a family with at least {needed} tags for this board, but {self.family} has {tags}."
            )

    @property
    def dictionary(self) -> "cv2.aruco.Dictionary":
        """The tags as OpenCV has them."""
        return cv2.aruco.getPredefinedDictionary(FAMILIES[self.family])

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height, metres."""
        return self.columns * self.square_m, self.rows * self.square_m

    @cached_property
    def _board(self) -> "cv2.aruco.CharucoBoard":
        return cv2.aruco.CharucoBoard(
            (self.columns, self.rows), self.square_m, MARKER_SHARE * self.square_m, self.dictionary
        )

    @property
    def corners_m(self) -> Doubles:
        """(N, 3) metres: the inner corners, x to the right and y down from the board's top left corner, z 0."""
        return np.asarray(self._board.getChessboardCorners(), np.float64)

    def tags(self) -> Iterator[tuple[int, Doubles, float]]:
        """Each tag as its number, its top left corner (x, y) and its side, metres."""
        for number, corners in zip(np.ravel(self._board.getIds()), self._board.getObjPoints(), strict=True):
            yield int(number), np.asarray(corners[0][:2], np.float64), MARKER_SHARE * self.square_m

    def find(self, rgb: np.ndarray) -> Doubles:
        """(N, 2) pixels as OpenCV counts them: where each of ``corners_m`` is in (H, W, 3) uint8; NaN: not seen."""
        seen = np.full((len(self.corners_m), 2), np.nan)
        grey = cv2.cvtColor(np.ascontiguousarray(rgb), cv2.COLOR_RGB2GRAY)
        corners, numbers, _, _ = cv2.aruco.CharucoDetector(self._board).detectBoard(grey)
        if numbers is not None and len(numbers):
            seen[np.ravel(numbers)] = np.reshape(corners, (-1, 2))
        return seen
