"""Taught signs as one file of plain JSON: the texts, and the landmarks of their examples. No picture is in it.

The file may come from anywhere. So nothing in it is evaluated, its size is checked before it is read, and all that it
declares is checked before it becomes a sign.
"""

import json
import math
import os
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from posecore.errors import InvalidOption, UnreadableSigns
from posecore.limits import LIMITS
from posecore.signs.movements import MOST_S, RATE_HZ, Doubles, HandMovement
from posecore.signs.taught import SignBook
from posecore.skeletons import HAND_21
from posecore.system import VERSION, whole_file

FORMAT = "posecore-signs"
FORMAT_VERSION = 1
SUFFIX = ".signs.json"

_SIDES = {"left": 0, "right": 1}
_DIGITS = 3  # of a shoulder width or a palm length: less than landmarks jitter
_MOST_MOMENTS = round(MOST_S * RATE_HZ) + 2


def save_signs(book: SignBook, path: str | os.PathLike[str]) -> None:
    """Write the signs of a book to one file, which appears whole or not at all.

    Numbers are rounded to thousandths; a book that was loaded and is saved again gives the same file.

    Args:
        book: the signs.
        path: of the file, which usually ends with ``SUFFIX``.

    Raises:
        InvalidOption: if the file would be larger than the limits allow.
        OSError: if the file cannot be written.
    """
    content = to_json(book)
    with whole_file(path) as part:
        part.write_bytes(content)


def to_json(book: SignBook) -> bytes:
    """The content of the file that ``save_signs`` writes.

    Raises:
        InvalidOption: if it is larger than the limits allow.
    """
    signs = [{"text": sign.text, "examples": list(map(_as_lists, sign.examples))} for sign in book.signs]
    about = {"format": FORMAT, "version": FORMAT_VERSION, "posecore": VERSION, "rate_hz": RATE_HZ, "signs": signs}
    content = json.dumps(about, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode() + b"\n"
    if len(content) > LIMITS.signs_megabytes * 1_000_000:
        raise InvalidOption(
            f"Expected signs that fill at most {LIMITS.signs_megabytes} MB, but got {len(content) / 1e6:.0f} MB. "
            "Remove some examples, or save the signs as two books."
        )
    return content


def load_signs(source: str | os.PathLike[str] | BinaryIO) -> SignBook:
    """Open a file that ``save_signs`` wrote.

    Args:
        source: a path, or a binary file.

    Raises:
        UnreadableSigns: if there is no such file, or it is damaged, of another kind, of a newer version, or beyond the
            limits.
    """
    name = source if isinstance(source, (str, os.PathLike)) else getattr(source, "name", None)
    shown = Path(name).name if isinstance(name, (str, os.PathLike)) else "The file"
    most = LIMITS.signs_megabytes * 1_000_000
    try:
        if isinstance(source, (str, os.PathLike)):
            with open(source, "rb") as stream:
                content = stream.read(most + 1)
        else:
            content = source.read(most + 1)
    except OSError as error:
        raise UnreadableSigns(f"{shown} cannot be opened: {error.strerror or error}.") from error
    if len(content) > most:
        raise UnreadableSigns(f"{shown} has more than {LIMITS.signs_megabytes} MB. It is not opened.")
    try:
        about = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UnreadableSigns(
            f"{shown} is damaged, or no file of signs. Choose one that ends with {SUFFIX}."
        ) from error
    return _book_of(about, shown)


def _as_lists(movement: HandMovement) -> dict[str, Any]:
    rounded: dict[str, Any] = {"places": movement.places.reshape(len(movement.places), -1).round(_DIGITS).tolist()}
    for side, index in _SIDES.items():
        shapes = movement.shapes[:, index].reshape(len(movement.places), -1)
        rounded[side] = shapes.round(_DIGITS).tolist() if np.isfinite(shapes).all() else None
    return rounded


def _book_of(about: Any, shown: str) -> SignBook:
    if not isinstance(about, dict) or about.get("format") != FORMAT:
        raise UnreadableSigns(f"{shown} is no file of signs. Choose one that ends with {SUFFIX}.")
    version = about.get("version")
    if type(version) is int and version > FORMAT_VERSION:
        raise UnreadableSigns(
            f"{shown} was saved by a newer posecore: expected format version {FORMAT_VERSION}, but got a later one. "
            "Update posecore."
        )
    signs = about.get("signs")
    if (
        type(version) is not int
        or version != FORMAT_VERSION
        or about.get("rate_hz") != RATE_HZ
        or not isinstance(signs, list)
    ):
        raise UnreadableSigns(f"{shown} is damaged: expected 'version', 'rate_hz' and a list of 'signs'.")
    book = SignBook()
    for number, sign in enumerate(signs, start=1):
        where = f"{shown} is damaged at sign {number}"
        text, examples = (sign.get("text"), sign.get("examples")) if isinstance(sign, dict) else (None, None)
        if not isinstance(text, str) or not isinstance(examples, list) or not examples:
            raise UnreadableSigns(f"{where}: expected a 'text' and a list of 'examples'.")
        if text in (each.text for each in book.signs):
            raise UnreadableSigns(f"{where}: its text is that of another sign.")
        try:
            for example in examples:
                book.add(text, _movement_of(example))
        except InvalidOption as error:
            raise UnreadableSigns(f"{where}. {error}") from error
    return book


def _movement_of(example: Any) -> HandMovement:
    if not isinstance(example, dict):
        raise InvalidOption("Expected an example to have 'places', 'left' and 'right'.")
    places = _numbers(example.get("places"), "places", 4)
    moments = len(places)
    shapes = np.full((moments, 2, len(HAND_21), 3), np.nan)
    for side, index in _SIDES.items():
        if example.get(side) is not None:
            numbers = _numbers(example[side], side, 3 * len(HAND_21))
            if len(numbers) != moments:
                raise InvalidOption(f"Expected {moments} moments in {side!r}, but got {len(numbers)}.")
            shapes[:, index] = numbers.reshape(moments, len(HAND_21), 3)
    return HandMovement(places.reshape(moments, 2, 2), shapes)


def _numbers(rows: Any, name: str, width: int) -> Doubles:
    """(T, width) from lists of lists of numbers."""
    if not isinstance(rows, list) or not 2 <= len(rows) <= _MOST_MOMENTS:
        raise InvalidOption(
            f"Expected 'places' and shapes of 2 to {_MOST_MOMENTS} moments, but got others in {name!r}."
        )
    for row in rows:
        right = isinstance(row, list) and len(row) == width and all(type(each) in (int, float) for each in row)
        # A whole number may be longer than any float.
        if not right or not all(abs(each) < 1e6 and math.isfinite(each) for each in row):
            raise InvalidOption(f"Expected {width} finite numbers at each moment in {name!r}.")
    return np.array(rows, np.float64)
