"""Damaged metadata: every photo with sound pixels opens, and is upright if its orientation can be read."""

import io
import struct
import time
import warnings
import zlib
from collections.abc import Iterator
from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from posecore.errors import UnreadableMedia
from posecore.media.pictures import decode_picture
from posecore.media.tiff_tags import TiffTags

BIG, LITTLE = "MM", "II"
BYTE, TEXT, SHORT, LONG, RATIONAL = 1, 2, 3, 4, 5
WIDTH, BITS, X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT, ORIENTATION = 256, 258, 282, 283, 296, 274
SUB_DIRECTORIES, EXIF, GPS, INTEROPERABILITY, XMP = 330, 34665, 34853, 40965, 700

Entry = tuple[int, int, int, "int | bytes"]
TURNED: Entry = (ORIENTATION, SHORT, 1, 6)


def directory(order: str, entries: list[Entry], following: int = 0) -> bytes:
    """A TIFF directory; values that are not bytes are in the value field."""
    form = {LITTLE: "<", BIG: ">"}[order]
    written = struct.pack(form + "H", len(entries))
    for tag, kind, count, value in entries:
        short = kind == SHORT and isinstance(value, int) and value < 65536
        code = "HH" if short else "I"
        field = value if isinstance(value, bytes) else struct.pack(form + code, *((value, 0) if short else (value,)))
        written += struct.pack(form + "HHI", tag, kind, count) + field
    return written + struct.pack(form + "I", following)


def block(order: str, entries: list[Entry], *, magic: int = 42, start: int = 8, following: int = 0) -> bytes:
    """An EXIF block."""
    form = {LITTLE: "<", BIG: ">"}[order]
    return order.encode() + struct.pack(form + "HI", magic, start) + directory(order, entries, following)


def chart() -> np.ndarray:
    rgb = np.full((64, 96, 3), 128, np.uint8)
    rgb[:32, :48] = (220, 30, 30)
    rgb[:32, 48:] = (30, 200, 30)
    return rgb


def encoded(save_as: str, **options: object) -> bytes:
    file = io.BytesIO()
    Image.fromarray(chart()).save(file, save_as, **options)
    return file.getvalue()


def png_chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def in_jpeg(exif: bytes) -> bytes:
    plain = encoded("JPEG", quality=95)
    return plain[:2] + b"\xff\xe1" + struct.pack(">H", len(exif) + 8) + b"Exif\0\0" + exif + plain[2:]


def in_jpeg_without_jfif(exif: bytes) -> bytes:
    whole = in_jpeg(exif)
    start = whole.index(b"\xff\xe0")
    return whole[:start] + whole[start + 2 + struct.unpack_from(">H", whole, start + 2)[0] :]


def in_png(exif: bytes) -> bytes:
    plain = encoded("PNG")
    return plain[:33] + png_chunk(b"eXIf", exif) + plain[33:]


def in_webp(exif: bytes) -> bytes:
    return encoded("WEBP", lossless=True, exif=b"Exif\0\0" + exif)


def in_tiff(order: str, entries: list[Entry], following: int = 0) -> bytes:
    """A TIFF file whose only directory has these entries too."""
    pixels = chart().tobytes()
    of_pixels: list[Entry] = [
        (WIDTH, SHORT, 1, 96), (257, SHORT, 1, 64), (BITS, SHORT, 1, 8), (259, SHORT, 1, 1), (262, SHORT, 1, 2),
        (273, LONG, 1, 8), (277, SHORT, 1, 3), (278, SHORT, 1, 64), (279, LONG, 1, len(pixels)),
    ]  # fmt: skip
    form = {LITTLE: "<", BIG: ">"}[order]
    head = order.encode() + struct.pack(form + "HI", 42, 8 + len(pixels))
    return head + pixels + directory(order, sorted([*of_pixels, *entries], key=lambda entry: entry[0]), following)


def is_turned(data: bytes) -> bool:
    """Whether a photo that opens is turned as orientation 6 says; otherwise it must be as it is stored."""
    rgb = decode_picture(data)
    turned = rgb.shape == (96, 64, 3)
    upright = np.rot90(chart(), -1) if turned else chart()
    assert np.abs(rgb.astype(int) - upright).mean() < 4
    return turned


def odd_entries() -> Iterator[Entry]:
    """Entries with wrong types, huge counts and offsets beyond the end."""
    for tag in (X_RESOLUTION, RESOLUTION_UNIT, SUB_DIRECTORIES, EXIF, GPS, INTEROPERABILITY, XMP, BITS):
        for kind, count, value in (
            (TEXT, 4, b"72\0\0"),
            (BYTE, 1, 8),
            (LONG, 1, 2**31),
            (RATIONAL, 1, 8),
            (RATIONAL, 2**32 - 1, 26),
            (SHORT, 70_000, 2**31),
            (13, 3, 0),
            (200, 1, 1),
        ):
            yield tag, kind, count, value


@pytest.mark.parametrize("container", [in_jpeg, in_jpeg_without_jfif, in_png, in_webp])
@pytest.mark.parametrize("order", [LITTLE, BIG])
class TestExif:
    def test_odd_neighbours_of_the_orientation(self, container, order):
        for entry in odd_entries():
            assert is_turned(container(block(order, [TURNED, entry]))), entry

    def test_orientation_of_another_type_or_count(self, container, order):
        for kind, count in product([BYTE, SHORT, LONG, 6, 8, 9, 13], [0, 1, 2**32 - 1]):
            field = {1: "B3x", 6: "B3x", 3: "H2x", 8: "H2x"}.get(kind, "I")
            value = struct.pack({LITTLE: "<", BIG: ">"}[order] + field, 6)
            assert is_turned(container(block(order, [(ORIENTATION, kind, count, value)]))), (kind, count)

    @pytest.mark.parametrize("value", [0, 9, 65535])
    def test_orientation_that_does_not_exist(self, container, order, value):
        assert not is_turned(container(block(order, [(ORIENTATION, SHORT, 1, value)])))

    def test_blocks_that_are_cut_off(self, container, order):
        whole = block(order, [TURNED, (X_RESOLUTION, RATIONAL, 1, 400)])
        for length in range(len(whole)):
            assert is_turned(container(whole[:length])) == (length >= 22), length  # 8 + 2 + the first entry's 12

    def test_a_wrong_head(self, container, order):
        assert is_turned(container(block(order, [TURNED], magic=0)))
        assert is_turned(container(block(order, [TURNED], following=8)))
        assert is_turned(container(block(order, [TURNED], following=2**31)))
        for start in (0, 2**31):
            assert not is_turned(container(block(order, [TURNED], start=start)))


@pytest.mark.parametrize("exif", [b"", bytes(40), b"\xff" * 40, b"no EXIF at all"])
@pytest.mark.parametrize("container", [in_jpeg, in_png, in_webp])
def test_a_block_of_something_else(container, exif):
    assert not is_turned(container(exif))


@pytest.mark.parametrize("order", [LITTLE, BIG])
class TestTiff:
    def test_odd_neighbours_of_the_orientation(self, order):
        for entry in odd_entries():
            if entry[0] != BITS:  # which is needed here
                assert is_turned(in_tiff(order, [TURNED, entry])), entry

    @pytest.mark.parametrize("count", [0, 1, 2**32 - 1])
    def test_orientation_with_any_count(self, order, count):
        assert is_turned(in_tiff(order, [(ORIENTATION, SHORT, count, 6)]))

    def test_resolution_as_text_in_centimetres(self, order):
        text = [(tag, TEXT, 4, b"72\0\0") for tag in (X_RESOLUTION, Y_RESOLUTION)]
        assert is_turned(in_tiff(order, [TURNED, *text, (RESOLUTION_UNIT, SHORT, 1, 3)]))

    def test_pages_without_an_end(self, order):
        at = 8 + chart().size
        for following in (at, 8, 2**31):
            assert is_turned(in_tiff(order, [TURNED], following))


def test_a_hostile_chain_of_directories_takes_no_time():
    # Each directory claims 65,535 tags, and each tag's bytes are those of the next offset, a byte further on.
    chain = b"".join(struct.pack("<I", 8 + number) for number in range(1, 400_000))
    tiff = TiffTags(b"II*\0\x08\0\0\0" + b"\xff\xff" + chain)
    began = time.process_time()
    assert 1 <= len(list(tiff.directories())) <= 20
    assert time.process_time() - began < 1


@pytest.mark.parametrize("save_as", ["AVIF", "HEIF"])
def test_avif_and_heif_are_turned_by_their_own_boxes(save_as):
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    exif[305] = "x" * 80
    whole = encoded(save_as, exif=exif.tobytes(), quality=95)
    end = whole.index(b"x" * 80) + 80
    start = max(whole.rfind(mark, 0, end) for mark in (b"II*\0", b"MM\0*"))
    length = end - start
    blocks = [block(order, [TURNED, entry]) for order in (LITTLE, BIG) for entry in odd_entries()]
    for damaged in (*blocks[::7], bytes(length), b"\xff" * length, b"II", b"MM\0*\0\0"):
        assert is_turned(whole[:start] + damaged.ljust(length, b"\0") + whole[end:]), damaged


def test_checksums_of_chunks_that_may_be_ignored():
    whole = in_png(block(LITTLE, [TURNED]))
    end = whole.index(b"IDAT") - 8
    assert is_turned(whole[:end] + b"\0\0\0\0" + whole[end + 4 :])


def test_orientation_in_xmp_alone():
    xmp = b'<x:xmpmeta><rdf:Description tiff:Orientation="6"/></x:xmpmeta>'
    segment = b"http://ns.adobe.com/xap/1.0/\0" + xmp
    plain = encoded("JPEG", quality=95)
    assert is_turned(plain[:2] + b"\xff\xe1" + struct.pack(">H", len(segment) + 2) + segment + plain[2:])
    assert is_turned(encoded("WEBP", lossless=True, xmp=xmp))
    assert is_turned(encoded("TIFF", tiffinfo={XMP: xmp}))


class TestPreviews:
    PREVIEW: tuple[Entry, ...] = (
        (254, LONG, 1, 1), (WIDTH, SHORT, 1, 12), (257, SHORT, 1, 8), (BITS, SHORT, 1, 8), (259, SHORT, 1, 1),
        (262, SHORT, 1, 2), (273, LONG, 1, 8), (277, SHORT, 1, 3), (278, SHORT, 1, 8), (279, LONG, 1, 288),
    )  # fmt: skip

    @pytest.mark.parametrize("order", [LITTLE, BIG])
    def test_the_first_page_is_taken_that_is_none(self, order):
        photo = in_tiff(order, [])
        form = {LITTLE: "<", BIG: ">"}[order]
        [photo_at] = struct.unpack_from(form + "I", photo, 4)
        with_preview = photo[:4] + struct.pack(form + "I", len(photo)) + photo[8:]
        notes: list[str] = []
        rgb = decode_picture(with_preview + directory(order, [*self.PREVIEW], photo_at), on_note=notes.append)
        assert np.array_equal(rgb, chart())
        assert notes == []

    def test_a_file_with_nothing_else_says_so(self):
        pixels = chart()[::8, ::8].tobytes()
        data = b"II*\0" + struct.pack("<I", 8 + len(pixels)) + pixels + directory(LITTLE, [*self.PREVIEW])
        notes: list[str] = []
        assert decode_picture(data, name="p.tif", on_note=notes.append).shape == (8, 12, 3)
        assert notes == ["p.tif holds only a preview of a photo."]


def test_a_photo_with_a_resolution_as_text_is_upright(shared_data: Path):
    folder = shared_data / "wild"
    rgb = decode_picture(folder / "jpg_orientation6_plus_bad_xresolution_refused.jpg")
    assert rgb.shape == (334, 500, 3)
    plain = np.asarray(Image.open(shared_data / "awkward" / "rgb.webp").convert("RGB").resize((500, 334)))
    assert np.abs(rgb.astype(int) - plain).mean() < 8


def test_nothing_is_printed(capfd: pytest.CaptureFixture[str]):
    damaged = bytearray(encoded("TIFF", compression="tiff_lzw"))
    damaged[40:60] = b"\xff" * 20
    with warnings.catch_warnings(record=True) as raised:
        warnings.simplefilter("always")
        for data in (
            in_jpeg(block(LITTLE, [(271, TEXT, 100, 5_000), TURNED])),
            in_jpeg_without_jfif(block(LITTLE, [(271, TEXT, 100, 5_000), TURNED])[:-8]),
            encoded("PNG")[:33] + png_chunk(b"acTL", bytes(8)) + encoded("PNG")[33:],
            in_tiff(LITTLE, [(271, TEXT, 100, 2**31)]),
            bytes(damaged),
        ):
            with suppress(UnreadableMedia):
                decode_picture(data)
    assert raised == []
    assert capfd.readouterr() == ("", "")
