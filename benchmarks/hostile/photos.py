"""Photos that lie about their size or themselves."""

import io
import random
import struct
import zlib
from functools import cache

from PIL import Image

from benchmarks.hostile import binary


def huge(chance: random.Random, _data: bytes) -> bytes:
    """State a size that fits into no memory."""
    side = chance.choice([65_535, 30_000, 2**31 - 1, 0])
    other = chance.choice([1, side, 65_535])
    head = b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", side, other, 8, 2, 0, 0, 0))
    return chance.choice(
        [
            head + _chunk(b"IDAT", zlib.compress(bytes(1_000_000))) + _chunk(b"IEND", b""),
            b"GIF89a"
            + struct.pack("<HH", side & 0xFFFF, other & 0xFFFF)
            + b"\xf0\0\0"
            + bytes(6)
            + b",\0\0\0\0\xff\xff\xff\xff\0\2\2D\1\0;",
            b"BM"
            + struct.pack(
                "<IHHIIiiHHIIiiII", 1078, 0, 0, 54, 40, side & 0x7FFFFFFF, other & 0x7FFFFFFF, 1, 24, 0, 0, 0, 0, 0, 0
            ),
            b"\xff\xd8\xff\xc0\0\x11\x08"
            + struct.pack(">HH", side & 0xFFFF, other & 0xFFFF)
            + b"\3\1\x22\0\2\x11\1\3\x11\1\xff\xda",
        ]
    )


def text_bomb(_chance: random.Random, data: bytes) -> bytes:
    """Have packed text, colour profile or EXIF of 100 MB in a PNG."""
    if not data.startswith(b"\x89PNG"):
        data = _png(data)
    chunks = _chunk(b"zTXt", b"x\0\0" + _bomb()) + _chunk(b"iCCP", b"x\0\0" + _bomb())
    return data[:33] + chunks + data[33:]


@cache
def _bomb() -> bytes:
    return zlib.compress(bytes(100_000_000))


def exif(chance: random.Random, data: bytes) -> bytes:
    """Have EXIF data with values that are none."""
    image = Image.open(io.BytesIO(data)).convert("RGB")
    tags = Image.Exif()
    tags[0x0112] = chance.choice([0, 9, 65_535, 3, 6])  # orientation
    tags[0x010F] = chance.choice(["<script>alert(1)</script>", "x" * 10_000, "\u202e"])
    tags.get_ifd(0x8769)[0xA405] = chance.choice([0, 65_535, 1])  # focal length
    written = tags.tobytes()
    for _ in range(chance.choice([0, 1, 3])):
        written = written[:6] + binary.extreme(chance, written[6:])
    target = io.BytesIO()
    image.save(target, chance.choice(["JPEG", "PNG", "WEBP"]), exif=written)
    return target.getvalue()


def _png(data: bytes) -> bytes:
    target = io.BytesIO()
    Image.open(io.BytesIO(data)).convert("RGB").save(target, "PNG")
    return target.getvalue()


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


WAYS: tuple[binary.Way, ...] = (huge, text_bomb, exif, exif, *binary.WAYS)
