"""Tags of TIFF directories, the form of EXIF blocks and raw photos too, read from bytes that may be damaged.

Cameras, phones and editors write directories with wrong types, counts and offsets. A reader that requires all of them
to be right refuses good photos, so here a tag that cannot be read is absent, and the others still count.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass

_BYTES_OF_TYPE = {1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4, 16: 8, 18: 8}
_FRACTIONS = (5, 10)
_CODE_OF_SIZE = {1: "B", 2: "H", 4: "I", 8: "Q"}
# What is read at most, so that a hostile file takes no long time. Cameras write a few directories of some 50 tags.
_MOST_DIRECTORIES, _MOST_BELOW, _MOST_TAGS, _MOST_VALUES = 20, 10, 1000, 100

NEW_SUBFILE_TYPE, BITS_PER_SAMPLE, PHOTOMETRIC, MAKE, ORIENTATION = 254, 258, 262, 271, 274
SUB_DIRECTORIES, XMP, DNG_VERSION = 330, 700, 50706


@dataclass(frozen=True)
class Tag:
    """One tag of a directory.

    Attributes:
        kind: its type, as TIFF numbers them.
        count: number of values that it claims to have.
        entry: where its entry is in the data.
        value: where the value field of its entry is: it holds the values if they fit, and otherwise their offset.
    """

    kind: int
    count: int
    entry: int
    value: int


Directory = dict[int, Tag]


class TiffTags:
    """The directories of a TIFF file (classic or BigTIFF) or of an EXIF block; any other data have none."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._order = {b"II": "<", b"MM": ">"}.get(data[:2], "")
        self._big = self._order != "" and self._number(2, "H") == 43
        self._count_code, self._offset_code = ("Q", "Q") if self._big else ("H", "I")
        self._first, self._entry_bytes, self._value_at = (8, 20, 12) if self._big else (4, 12, 8)

    def directories(self) -> Iterator[tuple[int, Directory]]:
        """The directories one after the other as (offset, tags): the pages of a file; nothing if there are none."""
        offset = self._number(self._first, self._offset_code) if self._order else 0
        seen: set[int] = set()
        while offset and offset not in seen and len(seen) < _MOST_DIRECTORIES:
            seen.add(offset)
            tags, after = self._directory(offset)
            yield offset, tags
            offset = self._number(after, self._offset_code)

    def below(self, tags: Directory, number: int = SUB_DIRECTORIES) -> Iterator[Directory]:
        """The directories that a tag of this one points to: by default other forms of the same photo."""
        for offset in self.numbers(tags, number)[:_MOST_BELOW]:
            yield self._directory(offset)[0]

    def numbers(self, tags: Directory, number: int) -> list[int]:
        """The whole numbers of a tag; empty if it is absent, unreadable or of another type."""
        tag = tags.get(number)
        size = _BYTES_OF_TYPE.get(tag.kind) if tag else None
        if tag is None or size is None or tag.count > _MOST_VALUES:
            return []
        start = self._start(tag, size)
        return [self._number(start + size * index, _CODE_OF_SIZE[size]) for index in range(tag.count)]

    def ratio(self, tags: Directory, number: int) -> float | None:
        """The first number of a tag of fractions; None if it is absent, of another type or divided by 0."""
        tag = tags.get(number)
        if tag is None or tag.kind not in _FRACTIONS:
            return None
        start = self._start(tag, 8)
        above, below = (self._number(place, "I") for place in (start, start + 4))
        return above / below if below else None

    def content(self, tags: Directory, number: int) -> bytes:
        """The bytes of a tag of bytes or text; empty if it is absent."""
        tag = tags.get(number)
        if tag is None or _BYTES_OF_TYPE.get(tag.kind) != 1:
            return b""
        start = self._start(tag, 1)
        return self.data[start : start + tag.count]

    def is_preview(self, tags: Directory) -> bool:
        """Whether a directory is marked as a smaller form of another one's picture."""
        return any(kind & 1 for kind in self.numbers(tags, NEW_SUBFILE_TYPE))

    def orientation(self, tags: Directory) -> int:
        """The orientation, 1..8 as EXIF numbers them; 0 if it is absent or unreadable.

        It is one SHORT, but files also have it as LONG or BYTE, of any type and with any count. Whatever they say, a
        value field that holds 1 to 8 means that: it is no offset, since the header itself fills the first 8 bytes.
        """
        tag = tags.get(ORIENTATION)
        if tag is None:
            return 0
        codes = "HIB" if _BYTES_OF_TYPE.get(tag.kind) == 1 else "HI"
        read = (self._number(tag.value, code) for code in codes)
        return next((number for number in read if 1 <= number <= 8), 0)

    def replacement(self, offset: int, tags: Directory) -> list[tuple[int, bytes]]:
        """What to write where, as (offset, bytes), to leave only this directory, with only these tags of it."""
        entries = (self.data[tag.entry : tag.entry + self._entry_bytes] for _, tag in sorted(tags.items()))
        count = struct.pack(self._order + self._count_code, len(tags))
        no_next = bytes(struct.calcsize(self._order + self._offset_code))
        return [
            (self._first, struct.pack(self._order + self._offset_code, offset)),
            (offset, b"".join([count, *entries, no_next])),
        ]

    def _directory(self, offset: int) -> tuple[Directory, int]:
        """The tags of a directory as far as the data go, and where the offset of the next one is stored."""
        entries = offset + struct.calcsize(self._order + self._count_code)
        claimed = self._number(offset, self._count_code)
        there = min(max(0, len(self.data) - entries) // self._entry_bytes, _MOST_TAGS)
        tags: Directory = {}
        for entry in range(entries, entries + min(claimed, there) * self._entry_bytes, self._entry_bytes):
            number, kind = self._number(entry, "H"), self._number(entry + 2, "H")
            count = self._number(entry + 4, self._offset_code)
            tags.setdefault(number, Tag(kind, count, entry, entry + self._value_at))
        return tags, entries + claimed * self._entry_bytes

    def _start(self, tag: Tag, size: int) -> int:
        fits = tag.count * size <= (8 if self._big else 4)
        return tag.value if fits else self._number(tag.value, self._offset_code)

    def _number(self, offset: int, code: str) -> int:
        """The number at an offset; 0 beyond the end."""
        form = self._order + code
        part = self.data[offset : offset + struct.calcsize(form)]
        return int(struct.unpack(form, part)[0]) if len(part) == struct.calcsize(form) else 0
