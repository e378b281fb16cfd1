"""Damage that needs no knowledge of a file's format."""

import random
import struct
from collections.abc import Callable

Way = Callable[[random.Random, bytes], bytes]


def flip(chance: random.Random, data: bytes) -> bytes:
    """Change some bits."""
    changed = bytearray(data)
    for _ in range(chance.choice([1, 10, 100, 1000])):
        changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def cut(chance: random.Random, data: bytes) -> bytes:
    """Leave out the end."""
    return data[: chance.randrange(len(data))]


def splice(chance: random.Random, data: bytes) -> bytes:
    """Copy a piece of the file to another place in it."""
    start, to, length = chance.randrange(len(data)), chance.randrange(len(data)), chance.randrange(1, 20_000)
    piece = data[start : start + length]
    return data[:to] + piece + data[to + chance.choice([0, len(piece)]) :]


def blank(chance: random.Random, data: bytes) -> bytes:
    """Fill a stretch with zeros, as after a failed download."""
    start, length = chance.randrange(len(data)), chance.randrange(1, 20_000)
    return data[:start] + bytes(len(data[start : start + length])) + data[start + length :]


def extreme(chance: random.Random, data: bytes) -> bytes:
    """Write an extreme number over one at the beginning, where formats state sizes, or anywhere."""
    number = chance.choice(_EXTREMES)
    end = chance.choice([min(len(data), 128), min(len(data), 1024), len(data)])
    at = chance.randrange(end)
    return data[:at] + number + data[at + len(number) :]


def wrap(chance: random.Random, data: bytes) -> bytes:
    """Put something before or after it."""
    other = chance.choice(
        [b"\0" * 1000, b"\xef\xbb\xbf", b"\xff\xfe", b"PK\x03\x04", b"<svg>", b"GIF89a", b"\n" * 9999]
    )
    return other + data if chance.random() < 0.5 else data + other


def replace(chance: random.Random, _data: bytes) -> bytes:
    """Take something else altogether."""
    return chance.choice(
        [
            b"\0",
            b"\n",
            b"{}",
            b"[]",
            b"null",
            b"PK\x05\x06" + bytes(18),
            b"\xff\xd8\xff",
            b"RIFF\0\0\0\0WEBP",
            b"%PDF-1.7",
            chance.randbytes(500),
        ]
    )


_EXTREMES = [
    b"\xff",
    b"\x7f",
    *(struct.pack(kind, value) for kind in ("<H", ">H") for value in (0, 0xFFFF, 0x8000)),
    *(struct.pack(kind, value) for kind in ("<I", ">I") for value in (0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000000)),
    *(struct.pack(kind, value) for kind in ("<f", "<d") for value in (float("nan"), float("inf"), 1e30, -1e30)),
]

WAYS: tuple[Way, ...] = (flip, cut, splice, blank, extreme, wrap, replace)
