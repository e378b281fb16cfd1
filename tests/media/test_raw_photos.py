"""Raw photos are developed or refused by name; a preview is never taken for the photo."""

import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from posecore.errors import MediaTooLarge, UnreadableMedia
from posecore.limits import Limits
from posecore.media import raw_photos
from posecore.media.pictures import decode_picture, identify_picture

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


def chart() -> np.ndarray:
    """128 x 96 pixels: red, green, blue and grey, brighter than the automatic brightness would make them."""
    rgb = np.full((96, 128, 3), 128, np.uint8)
    rgb[:48, :64] = (220, 30, 30)
    rgb[:48, 64:] = (30, 200, 30)
    rgb[48:, :64] = (30, 30, 220)
    return rgb


def strongest_colours(rgb: np.ndarray) -> list[int | None]:
    """The strongest colour in the middle of each quarter, or None where all are about as strong."""
    height, width = rgb.shape[:2]
    middles = [
        rgb[row, column].astype(int) for row in (height // 4, -height // 4) for column in (width // 4, -width // 4)
    ]
    return [None if np.ptp(colour) < 20 else int(np.argmax(colour)) for colour in middles]


class TestDeveloping:
    def test_gives_the_sensor_pixels_in_their_colours(self) -> None:
        rgb = decode_picture(dng(chart()))
        assert rgb.shape == (96, 128, 3)
        assert rgb.dtype == np.uint8
        assert rgb.flags.writeable
        assert strongest_colours(rgb) == [0, 1, 2, None]

    def test_applies_the_orientation(self, tmp_path: Path) -> None:
        path = tmp_path / "photo.dng"
        path.write_bytes(dng(chart(), orientation=6))
        rgb = decode_picture(path)
        assert rgb.shape == (128, 96, 3)
        assert strongest_colours(rgb) == [2, 0, None, 1]

    def test_from_any_folder(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(sys, "path", ["", *sys.path])
        monkeypatch.chdir(tmp_path)
        assert decode_picture(dng(chart())).shape == (96, 128, 3)


class TestRefusals:
    def test_of_a_file_that_holds_only_a_preview(self, shared_data: Path) -> None:
        path = shared_data / "wild" / "dng_thumbnail_taken_for_the_picture.dng"
        with pytest.raises(UnreadableMedia, match=r"^dng_\S+ is a camera's raw photo \(DNG\) .* holds only a preview"):
            decode_picture(path)

    @pytest.mark.parametrize(
        ("maker", "kind"), [(b"NIKON CORPORATION\0", "NEF"), (b"SONY\0", "ARW"), (b"Some other\0", "TIFF")]
    )
    def test_of_a_preview_by_the_maker_of_the_camera(self, maker: bytes, kind: str) -> None:
        preview = np.zeros((24, 32, 3), np.uint8)
        entries = [*image_entries((32, 24), [8, 8, 8], 2, 8, preview.nbytes), (254, LONG, [1]), (271, TEXT, maker)]
        data = b"II*\0" + struct.pack("<I", 8 + preview.nbytes) + preview.tobytes()
        with pytest.raises(UnreadableMedia, match=rf"raw photo \({kind}\) .* holds only a preview"):
            decode_picture(data + directory(entries, len(data)))

    @pytest.mark.parametrize(
        ("head", "kind"),
        [
            (b"II*\0\x10\0\0\0CR\2\0", "CR2"),
            (b"\0\0\0\x18ftypcrx \0\0\0\1crx isom", "CR3"),
            (b"FUJIFILMCCD-RAW 0201", "RAF"),
            (b"IIRS\x08\0\0\0", "ORF"),
            (b"IIU\0\x18\0\0\0", "RW2"),
        ],
    )
    def test_of_other_kinds_by_name(self, head: bytes, kind: str, tmp_path: Path) -> None:
        path = tmp_path / "photo.raw"
        path.write_bytes(head.ljust(200, b"\0"))
        assert identify_picture(path) == kind
        with pytest.raises(UnreadableMedia, match=rf"^photo.raw is a camera's raw photo \({kind}\) that cannot be"):
            decode_picture(path)

    def test_of_a_file_that_is_cut_off(self) -> None:
        whole = dng(chart())
        with pytest.raises(UnreadableMedia, match="it is damaged"):
            decode_picture(whole[: len(whole) * 9 // 10])

    def test_of_too_many_pixels_before_they_are_decoded(self) -> None:
        with pytest.raises(MediaTooLarge, match=r"big\.dng is 9000 x 9000 pixels\. Expected at most 64,000,000"):
            decode_picture(dng(chart(), claimed=(9000, 9000)), name="big.dng")

    def test_after_its_time(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(raw_photos, "LIMITS", Limits(seconds_per_frame=0))
        with pytest.raises(UnreadableMedia, match="takes longer than 0 seconds"):
            decode_picture(dng(chart()))


def test_raw_photos_are_not_videos(tmp_path: Path) -> None:
    path = tmp_path / "photo.dng"
    path.write_bytes(dng(chart()))
    assert identify_picture(path) == "DNG"
