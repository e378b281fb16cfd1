"""A camera's raw photo, written from scratch: small, and of nobody's camera."""

import struct

import numpy as np

BYTE, TEXT, SHORT, LONG, RATIONAL, SIGNED_RATIONAL = 1, 2, 3, 4, 5, 10
CODES = {BYTE: "B", TEXT: "B", SHORT: "H", LONG: "I", RATIONAL: "I", SIGNED_RATIONAL: "i"}
# From CIE XYZ to the sensor's colours, in ten-thousandths: those of sRGB (IEC 61966-2-1).
XYZ_TO_SENSOR = (32406, -15372, -4986, -9689, 18758, 415, 557, -2040, 10570)

Entry = tuple[int, int, "list[int] | tuple[int, ...] | bytes"]


def directory(entries: list[Entry], start: int) -> bytes:
    """A little-endian TIFF directory for this offset, with the values that do not fit behind it."""
    written, behind = struct.pack("<H", len(entries)), b""
    values_at = start + 2 + 12 * len(entries) + 4
    for tag, kind, values in sorted(entries, key=lambda entry: entry[0]):
        content = struct.pack(f"<{len(values)}{CODES[kind]}", *values)
        count = len(values) // (2 if kind in (RATIONAL, SIGNED_RATIONAL) else 1)
        field = content.ljust(4, b"\0") if len(content) <= 4 else struct.pack("<I", values_at + len(behind))
        written += struct.pack("<HHI", tag, kind, count) + field
        behind += content if len(content) > 4 else b""
    return written + bytes(4) + behind


def image_entries(size: tuple[int, int], bits: list[int], photometric: int, start: int, length: int) -> list[Entry]:
    """The entries of a directory for uncompressed pixels of this length at this offset."""
    width, height = size
    return [
        (256, LONG, [width]), (257, LONG, [height]), (258, SHORT, bits), (259, SHORT, [1]), (262, SHORT, [photometric]),
        (273, LONG, [start]), (277, SHORT, [len(bits)]), (278, LONG, [height]), (279, LONG, [length]),
        (284, SHORT, [1]),
    ]  # fmt: skip


def dng(rgb: np.ndarray, *, orientation: int = 1, claimed: tuple[int, int] | None = None) -> bytes:
    """A DNG as a camera writes it: a preview first, which is all red, and 12-bit sensor pixels below it."""
    height, width = rgb.shape[:2]
    light = (rgb / 255) ** 2.2 * 4095
    sensor = np.empty((height, width), "<u2")
    for row, column, colour in ((0, 0, 0), (0, 1, 1), (1, 0, 1), (1, 1, 2)):
        sensor[row::2, column::2] = light[row::2, column::2, colour]
    preview = np.full((height // 4, width // 4, 3), (255, 0, 0), np.uint8)
    as_signed = [number for share in XYZ_TO_SENSOR for number in (share, 10_000)]

    def written(below: int, preview_at: int, sensor_at: int) -> tuple[bytes, int, int, int]:
        first = [
            *image_entries((width // 4, height // 4), [8, 8, 8], 2, preview_at, preview.nbytes),
            (254, LONG, [1]), (271, TEXT, b"Test\0"), (272, TEXT, b"Chart\0"), (274, SHORT, [orientation]),
            (330, LONG, [below]), (50706, BYTE, [1, 4, 0, 0]), (50708, TEXT, b"Test Chart\0"),
            (50721, SIGNED_RATIONAL, as_signed), (50728, RATIONAL, [1, 1] * 3), (50778, SHORT, [21]),
        ]  # fmt: skip
        main = [
            *image_entries(claimed or (width, height), [16], 32803, sensor_at, sensor.nbytes),
            (254, LONG, [0]), (33421, SHORT, [2, 2]), (33422, BYTE, [0, 1, 1, 2]), (50717, LONG, [4095]),
        ]  # fmt: skip
        head = b"II*\0" + struct.pack("<I", 8) + directory(first, 8)
        head += bytes(len(head) % 2)
        below = len(head)
        head += directory(main, below)
        head += bytes(len(head) % 2)
        return head + preview.tobytes() + sensor.tobytes(), below, len(head), len(head) + preview.nbytes

    _, *places = written(0, 0, 0)
    return written(*places)[0]
