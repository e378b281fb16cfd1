"""Raw photos are developed or refused by name; a preview is never taken for the photo."""

import struct
import sys
from pathlib import Path

import numpy as np
import pytest

from benchmarks.hostile.raw_photo import LONG, TEXT, directory, dng, image_entries
from posecore.errors import MediaTooLarge, UnreadableMedia
from posecore.limits import Limits
from posecore.media import raw_photos
from posecore.media.pictures import decode_picture, identify_picture


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
