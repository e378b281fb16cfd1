"""Decoding pictures: awkward files, and rejection of hostile ones."""

import io
import struct
import zlib
from pathlib import Path

import cv2
import matplotlib
import numpy as np
import pytest
from PIL import Image

from posecore.errors import MediaTooLarge, UnreadableMedia
from posecore.limits import Limits
from posecore.media import pictures
from posecore.media.pictures import (
    PICTURE_SUFFIXES,
    decode_picture,
    decode_transparent,
    encode_png,
    fit_picture,
    identify_picture,
    picture_size,
)

# Every photo of the awkward folder. The word: how it must look compared with the plain photo there.
AWKWARD_PICTURES = {
    "rgb.webp": ((667, 1000), "same"),
    "rgb.avif": ((667, 1000), "same"),
    "rgb.heic": ((667, 1000), "same"),
    "progressive.jpg": ((667, 1000), "same"),
    "cmyk.jpg": ((667, 1000), "same"),
    "exif_orientation_3.jpg": ((667, 1000), "same"),
    "exif_orientation_6.jpg": ((667, 1000), "same"),
    "exif_orientation_8.jpg": ((667, 1000), "same"),
    "exif_orientation_6.png": ((667, 1000), "same"),
    "exif_orientation_6.webp": ((667, 1000), "same"),
    "Üñïçødé name – yoga 瑜伽.jpg": ((667, 1000), "same"),
    "palette.png": ((667, 1000), "same"),
    "png_named.jpg": ((667, 1000), "same"),
    "gray.jpg": ((667, 1000), "grey"),
    "gray16.png": ((667, 1000), "grey"),
    "la.png": ((667, 1000), "grey"),
    "rgba.png": ((667, 1000), "on white"),
    "rgba.webp": ((667, 1000), "on white"),
    "upside_down_no_exif.jpg": ((667, 1000), "upside down"),
    "person_lying_rot90_no_exif.jpg": ((1000, 667), "turned"),
    "animated_2frames.gif": ((333, 500), "scaled"),
    "multipage_2.tif": ((333, 500), "scaled"),
    "odd_1001x667.bmp": ((667, 1001), "scaled"),
    "huge_5000x3335.jpg": ((3335, 5000), "scaled"),
    "tiny_64x43.jpg": ((43, 64), "scaled"),
    "one_pixel.png": ((1, 1), "size only"),
    "one_row.png": ((1, 1000), "size only"),
}

AWKWARD_REFUSALS = {
    "not_an_image.jpg": "is not a photo. Expected JPEG, PNG",
    "truncated.jpg": "is damaged, truncated",
    "empty.png": "is empty (0 bytes)",
    "empty.mp4": "is empty (0 bytes)",
    "audio_only.mp4": "is a video, not a photo",
    "gray.mp4": "is a video, not a photo",
    "h264_10bit444.mp4": "is a video, not a photo",
    "hevc.mp4": "is a video, not a photo",
    "mpeg4.avi": "is a video, not a photo",
    "nobody.mp4": "is a video, not a photo",
    "phone_rotation_tag_270.mp4": "is a video, not a photo",
    "phone_rotation_tag_90.mp4": "is a video, not a photo",
    "single_frame.mp4": "is a video, not a photo",
    "truncated.mp4": "is a video, not a photo",
    "vfr.mp4": "is a video, not a photo",
    "vp9.webm": "is a video, not a photo",
}

# What each EXIF orientation requires, from the stored picture to the upright one.
TO_UPRIGHT = {
    1: lambda stored: stored,
    2: lambda stored: stored[:, ::-1],
    3: lambda stored: stored[::-1, ::-1],
    4: lambda stored: stored[::-1],
    5: lambda stored: stored.transpose(1, 0, 2),
    6: lambda stored: np.rot90(stored, -1),
    7: lambda stored: np.rot90(stored, 2).transpose(1, 0, 2),
    8: lambda stored: np.rot90(stored, 1),
}

SAVED_AS = {
    "JPEG": {"quality": 95, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True},
    "AVIF": {"quality": 95},
    "HEIF": {"quality": 95},
    "TIFF": {},
    "TIFF lzw": {"compression": "tiff_lzw"},
}


def mean_difference(one: np.ndarray, other: np.ndarray) -> float:
    assert one.shape == other.shape
    return float(np.abs(np.subtract(one, other, dtype=np.float32)).mean())


def chart() -> np.ndarray:
    """96 x 64 pixels with corners of different colours, so that every rotation and mirroring differs."""
    rgb = np.full((64, 96, 3), 128, np.uint8)
    rgb[:32, :48] = (220, 30, 30)
    rgb[:32, 48:] = (30, 200, 30)
    rgb[32:, :48] = (30, 30, 220)
    return rgb


def encoded(image: Image.Image, save_as: str = "PNG", **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, save_as.split()[0], **options)
    return file.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of a few bytes whose header states the given size."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    pixels = chunk(b"IDAT", zlib.compress(b"\0" * 100))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + pixels + chunk(b"IEND", b"")


def picture_or_refusal(data: bytes) -> np.ndarray | str:
    try:
        return decode_picture(data)
    except UnreadableMedia as refusal:
        return str(refusal)


@pytest.fixture
def hopper() -> Path:
    return Path(matplotlib.get_data_path()) / "sample_data" / "grace_hopper.jpg"


def expected_look(look: str, plain: np.ndarray, size: tuple[int, int], file: Path) -> np.ndarray:
    height, width = size
    if look == "grey":
        return np.asarray(Image.fromarray(plain).convert("L").convert("RGB"))
    if look == "on white":
        alpha = np.asarray(Image.open(file))[..., 3:] / 255.0
        return plain * alpha + 255.0 * (1.0 - alpha)
    if look == "upside down":
        return plain[::-1, ::-1]
    if look == "turned":
        return np.rot90(plain, 1)
    return np.asarray(Image.fromarray(plain).resize((width, height)))


class TestAwkwardFiles:
    def test_tables_list_every_file(self, shared_data: Path) -> None:
        listed = AWKWARD_PICTURES.keys() | AWKWARD_REFUSALS.keys()
        assert listed == {file.name for file in (shared_data / "awkward").iterdir()}

    @pytest.mark.parametrize("name", AWKWARD_PICTURES)
    def test_is_decoded_correctly(self, shared_data: Path, name: str) -> None:
        size, look = AWKWARD_PICTURES[name]
        file = shared_data / "awkward" / name
        rgb = decode_picture(file)
        assert rgb.shape == (*size, 3)
        assert rgb.dtype == np.uint8
        assert rgb.flags.c_contiguous
        if look == "size only":
            return
        plain = decode_picture(shared_data / "awkward" / "rgb.webp")
        expected = expected_look(look, plain, size, file)
        # Strong JPEG or 256 colours move a pixel by up to 5 of 255 on average; a wrong turn by 18 and more.
        assert mean_difference(rgb, expected) < 6

    @pytest.mark.parametrize("name", AWKWARD_REFUSALS)
    def test_is_rejected_in_one_sentence(self, shared_data: Path, name: str) -> None:
        with pytest.raises(UnreadableMedia) as refusal:
            decode_picture(shared_data / "awkward" / name)
        assert AWKWARD_REFUSALS[name] in str(refusal.value)
        assert str(refusal.value).startswith(name)

    @pytest.mark.parametrize("orientation", range(9))
    def test_one_photograph_under_every_orientation(self, shared_data: Path, orientation: int) -> None:
        upright = decode_picture(shared_data / "exif" / "Portrait_1.jpg")
        rgb = decode_picture(shared_data / "exif" / f"Portrait_{orientation}.jpg")
        assert rgb.shape == (1800, 1200, 3)
        assert mean_difference(rgb, upright) < 3


class TestOrientation:
    @pytest.mark.parametrize("save_as", SAVED_AS)
    @pytest.mark.parametrize("orientation", TO_UPRIGHT)
    def test_is_applied_once(self, save_as: str, orientation: int) -> None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        # As bytes: from these the HEIF writer makes the rotation boxes that its readers go by.
        data = encoded(Image.fromarray(chart()), save_as, exif=exif.tobytes(), **SAVED_AS[save_as])
        rgb = decode_picture(data)
        assert mean_difference(rgb, TO_UPRIGHT[orientation](chart())) < 3
        assert rgb.flags.c_contiguous

    def test_of_a_picture_with_several_parts(self) -> None:
        exif = Image.Exif()
        exif[0x0112] = 6
        second = Image.fromarray(chart()[::-1])
        data = encoded(Image.fromarray(chart()), "MPO", save_all=True, append_images=[second], exif=exif, quality=95)
        assert mean_difference(decode_picture(data), np.rot90(chart(), -1)) < 3


class TestModes:
    def test_photograph_keeps_its_pixels(self, hopper: Path) -> None:
        rgb = decode_picture(str(hopper))
        assert rgb.shape == (600, 512, 3)
        assert np.array_equal(rgb, np.asarray(Image.open(hopper)))

    def test_bytes_and_file_give_the_same(self, hopper: Path) -> None:
        assert np.array_equal(decode_picture(hopper.read_bytes()), decode_picture(hopper))

    @pytest.mark.parametrize(("grey16", "grey8"), [(0, 0), (128, 0), (129, 1), (257, 1), (32896, 128), (65535, 255)])
    @pytest.mark.parametrize("save_as", ["PNG", "TIFF"])
    def test_16_bit_grey_is_scaled(self, save_as: str, grey16: int, grey8: int) -> None:
        image = Image.fromarray(np.full((3, 5), grey16, np.uint16))
        assert image.mode == "I;16"
        assert np.array_equal(decode_picture(encoded(image, save_as)), np.full((3, 5, 3), grey8))

    @pytest.mark.parametrize(
        ("mode", "pixel", "expected"),
        [
            ("1", 255, (255, 255, 255)),
            ("L", 90, (90, 90, 90)),
            ("LA", (90, 255), (90, 90, 90)),
            ("LA", (90, 0), (255, 255, 255)),
            ("RGBA", (200, 100, 0, 255), (200, 100, 0)),
            ("RGBA", (200, 100, 0, 0), (255, 255, 255)),
            ("RGBA", (200, 100, 0, 51), (244, 224, 204)),
        ],
    )
    def test_transparency_is_blended_with_white(
        self, mode: str, pixel: int | tuple[int, ...], expected: tuple[int, int, int]
    ) -> None:
        rgb = decode_picture(encoded(Image.new(mode, (4, 2), pixel)))
        assert rgb.shape == (2, 4, 3)
        assert np.abs(rgb.astype(int) - expected).max() <= 1

    @pytest.mark.parametrize(("transparent", "expected"), [(None, (10, 20, 30)), (0, (255, 255, 255))])
    def test_palette(self, transparent: int | None, expected: tuple[int, int, int]) -> None:
        image = Image.new("P", (4, 2), 0)
        image.putpalette([10, 20, 30, 40, 50, 60])
        options = {} if transparent is None else {"transparency": transparent}
        assert (decode_picture(encoded(image, **options)) == expected).all()

    def test_cmyk_jpeg(self) -> None:
        image = Image.fromarray(chart()).convert("CMYK")
        assert mean_difference(decode_picture(encoded(image, "JPEG", quality=95)), chart()) < 4

    @pytest.mark.parametrize("save_as", ["GIF", "TIFF", "WEBP", "PNG"])
    def test_first_of_several_frames(self, save_as: str) -> None:
        frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "lime")]
        options = {} if save_as == "TIFF" else {"duration": 100}
        data = encoded(frames[0], save_as, save_all=True, append_images=frames[1:], **options)
        rgb = decode_picture(data)
        assert rgb.shape == (8, 8, 3)
        assert np.abs(rgb.astype(int) - (255, 0, 0)).max() <= 3

    @pytest.mark.parametrize("mode", ["I", "F"])
    def test_32_bit_samples_are_refused(self, mode: str) -> None:
        with pytest.raises(UnreadableMedia, match="of an unusual kind"):
            decode_picture(encoded(Image.new(mode, (4, 4)), "TIFF"))


def deep_file(samples: np.ndarray, save_as: str) -> bytes:
    """A file of uint16 samples, grey, RGB or RGBA; Pillow writes no 16-bit colours."""
    order = {3: [2, 1, 0], 4: [2, 1, 0, 3]}.get(samples.shape[-1], slice(None)) if samples.ndim == 3 else slice(None)
    return cv2.imencode(f".{save_as.lower()}", np.ascontiguousarray(samples[..., order]))[1].tobytes()


@pytest.mark.parametrize("save_as", ["PNG", "TIFF"])
@pytest.mark.parametrize("colours", [1, 3])
class TestDepth:
    """16-bit files."""

    @staticmethod
    def ramp(largest: int, colours: int) -> np.ndarray:
        """From 0 to the largest, the colours of a pixel apart from each other."""
        ramp = np.rint(np.linspace(0, largest, 64 * 64)).astype(np.uint16).reshape(64, 64)
        return ramp if colours == 1 else np.dstack([ramp, ramp[::-1], ramp[:, ::-1]])

    @pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
    def test_fewer_bits_are_scaled_to_white(self, save_as: str, colours: int, bits: int) -> None:
        largest = 2**bits - 1
        samples = self.ramp(largest, colours)
        rgb = decode_picture(deep_file(samples, save_as))
        expected = samples / largest * 255
        # Pillow itself scales full 16-bit colours, by leaving the lower 8 bits out.
        most = 1 if colours == 3 and bits == 16 else 0.51
        assert np.abs(rgb - (expected if colours == 3 else expected[..., np.newaxis])).max() <= most

    @pytest.mark.parametrize("largest", [60_000, 20_000, 13_107, 6_554])
    def test_a_dark_photo_of_16_bits_stays_dark(self, save_as: str, colours: int, largest: int) -> None:
        rgb = decode_picture(deep_file(self.ramp(largest, colours), save_as))
        assert abs(rgb.max() - largest / 257) <= 1

    def test_a_night_photo_made_from_8_bits_stays_dark(self, save_as: str, colours: int) -> None:
        samples = self.ramp(12, colours) * 257
        assert decode_picture(deep_file(samples, save_as)).max() == 12

    def test_transparency_keeps_its_own_depth(self, save_as: str, colours: int) -> None:
        samples = self.ramp(4095, 3)
        opaque = np.dstack([samples, np.full((64, 64), 65535, np.uint16)])
        clear = np.dstack([samples, np.zeros((64, 64), np.uint16)])
        assert np.abs(decode_picture(deep_file(opaque, save_as)) - samples / 4095 * 255).max() <= 1
        assert (decode_picture(deep_file(clear, save_as)) == 255).all()


def test_a_photo_of_12_bits_in_16_is_as_bright_as_it_was(shared_data: Path) -> None:
    grey = decode_picture(shared_data / "wild" / "png_12bit_in_16bit_too_dark.png")
    plain = Image.open(shared_data / "awkward" / "gray.jpg").convert("RGB").resize((500, 334))
    assert mean_difference(grey, np.asarray(plain)) < 3


class TestNotes:
    @pytest.mark.parametrize(
        ("save_as", "note"),
        [
            ("GIF", "my.file is animated: only its first frame was used. Open it as a video to analyse all of them."),
            ("WEBP", "my.file is animated: only its first frame was used. Open it as a video to analyse all of them."),
            ("PNG", "my.file is animated: only its first frame was used. Open it as a video to analyse all of them."),
            ("AVIF", "my.file is animated: only its first frame was used."),
            ("TIFF", "my.file has several pages: only the first was used."),
            ("HEIF", "my.file holds several photos: only the main one was used."),
            ("MPO", None),
        ],
    )
    def test_of_several_frames(self, save_as: str, note: str | None) -> None:
        frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
        notes: list[str] = []
        data = encoded(frames[0], save_as, save_all=True, append_images=frames[1:])
        decode_picture(data, name="my.file", on_note=notes.append)
        assert notes == ([] if note is None else [note])

    def test_two_frames_are_not_called_a_video(self) -> None:
        notes: list[str] = []
        red, lime = (Image.new("RGB", (64, 64), colour) for colour in ("red", "lime"))
        decode_picture(encoded(red, "GIF", save_all=True, append_images=[lime]), name="a.gif", on_note=notes.append)
        assert notes == ["a.gif is animated: only its first frame was used."]

    @pytest.mark.parametrize("save_as", [*SAVED_AS, "GIF", "BMP"])
    def test_none_of_a_single_frame(self, save_as: str) -> None:
        notes: list[str] = []
        decode_picture(encoded(Image.fromarray(chart()), save_as), on_note=notes.append)
        assert notes == []

    def test_of_an_animation_from_the_web(self, shared_data: Path) -> None:
        notes: list[str] = []
        assert decode_picture(shared_data / "wild" / "animated.gif", on_note=notes.append).shape == (240, 240, 3)
        assert len(notes) == 1
        assert notes[0].startswith("animated.gif is animated")


class TestRefusals:
    def test_names(self, tmp_path: Path) -> None:
        empty = tmp_path / "upload_1.bin"
        empty.touch()
        with pytest.raises(UnreadableMedia, match=r"^upload_1.bin is empty"):
            decode_picture(empty)
        with pytest.raises(UnreadableMedia, match=r"^me.jpg is empty"):
            decode_picture(empty, name="me.jpg")
        with pytest.raises(UnreadableMedia, match=r"^The photo is empty"):
            decode_picture(b"")

    @pytest.mark.parametrize(
        ("path", "reason"),
        [
            ("missing.jpg", "No such file"),
            (".", "is not a file"),
            ("nul\0byte.jpg", "the name is not valid"),
            ("n" * 300, "File name too long"),
        ],
    )
    def test_invalid_names(self, tmp_path: Path, path: str, reason: str) -> None:
        with pytest.raises(UnreadableMedia, match=reason):
            decode_picture(tmp_path / path)

    def test_device_is_not_read(self) -> None:
        with pytest.raises(UnreadableMedia, match="zero is not a file"):
            decode_picture("/dev/zero")

    def test_formats_outside_the_list_are_not_tried(self) -> None:
        eps = encoded(Image.fromarray(chart()), "EPS")
        assert Image.open(io.BytesIO(eps)).format == "EPS"  # Pillow itself would accept it
        with pytest.raises(UnreadableMedia, match="is not a photo"):
            decode_picture(eps)

    @pytest.mark.parametrize("save_as", [*SAVED_AS, "GIF", "BMP"])
    @pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
    def test_cut_off_file(self, hopper: Path, save_as: str, kept: float) -> None:
        whole = encoded(Image.open(hopper).resize((256, 300)), save_as, **SAVED_AS.get(save_as, {}))
        result = picture_or_refusal(whole[: int(len(whole) * kept)])
        if isinstance(result, str):
            assert "is damaged, truncated" in result or "is not a photo" in result
        else:
            # Only correct if the missing end was not part of the picture.
            assert np.array_equal(result, decode_picture(whole))


class TestLimit:
    def test_is_checked_before_decoding(self) -> None:
        # The pixel data of this file is damaged: reaching the decoder would raise a different error.
        with pytest.raises(MediaTooLarge, match=r"9000 x 8000 pixels\. Expected at most 64,000,000"):
            decode_picture(png_that_claims(9000, 8000), name="big.png")

    @pytest.mark.parametrize("side", [10_000, 15_000, 60_000])
    @pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
    def test_decompression_bomb(self, side: int) -> None:
        with pytest.raises(MediaTooLarge, match=r"bomb\.png"):
            decode_picture(png_that_claims(side, side), name="bomb.png")

    @pytest.mark.filterwarnings("error::PIL.Image.DecompressionBombWarning")
    def test_decompression_bomb_where_warnings_are_errors(self) -> None:
        with pytest.raises(MediaTooLarge, match=r"bomb\.png"):
            decode_picture(png_that_claims(10_000, 10_000), name="bomb.png")

    def test_is_inclusive(self, monkeypatch: pytest.MonkeyPatch) -> None:
        data = encoded(Image.fromarray(chart()))
        monkeypatch.setattr(pictures, "LIMITS", Limits(picture_pixels=96 * 64))
        assert decode_picture(data).shape == (64, 96, 3)
        monkeypatch.setattr(pictures, "LIMITS", Limits(picture_pixels=96 * 64 - 1))
        with pytest.raises(MediaTooLarge, match="but got 6,144"):
            decode_picture(data)


class TestPng:
    def test_round_trip_is_exact(self) -> None:
        rgb = np.random.default_rng(0).integers(0, 256, (33, 47, 3), np.uint8)
        assert np.array_equal(decode_picture(encode_png(rgb)), rgb)

    def test_view_of_an_array(self) -> None:
        assert np.array_equal(decode_picture(encode_png(chart()[::2, ::-1])), chart()[::2, ::-1])


class TestIdentify:
    def test_picture(self, hopper: Path) -> None:
        assert identify_picture(hopper) == "JPEG"

    def test_not_a_picture(self, tmp_path: Path) -> None:
        text = tmp_path / "text.jpg"
        text.write_text("not a picture")
        assert identify_picture(text) is None
        assert identify_picture(tmp_path / "missing.jpg") is None


def test_suffixes_are_lower_case_with_a_dot() -> None:
    assert {".jpg", ".png", ".heic", ".avif"} <= set(PICTURE_SUFFIXES)
    assert all(suffix == suffix.lower() and suffix.startswith(".") for suffix in PICTURE_SUFFIXES)


@pytest.mark.parametrize(
    ("size", "fitted"),
    [((100, 50), (100, 50)), ((400, 200), (100, 50)), ((200, 400), (50, 100)), ((5000, 1), (100, 1))],
)
def test_fit_picture_shrinks_to_the_longer_side_and_never_to_nothing(size, fitted):
    width, height = size
    assert fit_picture(np.zeros((height, width, 3), np.uint8), 100).shape == (fitted[1], fitted[0], 3)


def test_a_transparent_picture_is_decoded_as_it_is():
    rgba = np.full((8, 8, 4), (255, 0, 0, 77), np.uint8)
    assert np.array_equal(decode_transparent(encode_png(rgba), name="logo.png"), rgba)
    file = io.BytesIO()
    Image.new("RGB", (5, 4), "blue").save(file, "JPEG")
    opaque = decode_transparent(file.getvalue(), name="logo.jpg")
    assert opaque.shape == (4, 5, 4)
    assert (opaque[..., 3] == 255).all()


def test_hostile_pictures_are_refused_with_a_sentence():
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    with pytest.raises(UnreadableMedia, match=r"logo.svg is not a picture that .* SVG, as PNG"):
        decode_transparent(script, name="logo.svg")
    with pytest.raises(MediaTooLarge, match=r"10000 x 10000 pixels"):
        decode_transparent(png_that_claims(10_000, 10_000), name="logo.png")


@pytest.mark.parametrize("number", range(9))
def test_the_size_is_that_of_the_upright_photo(shared_data, number):
    file = shared_data / "exif" / f"Portrait_{number}.jpg"
    height, width = decode_picture(file).shape[:2]
    assert picture_size(file.read_bytes(), name=file.name) == (width, height)


def test_the_size_of_what_is_no_photo_is_refused_as_decoding_it():
    with pytest.raises(UnreadableMedia, match="is not a photo"):
        picture_size(b"no photo", name="a.png")
