"""Photos: decoding bytes or a file to upright RGB, and encoding RGB as PNG."""

import ctypes
import io
import logging
import os
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

import numpy as np
import PIL
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from posecore.errors import InvalidOption, MediaTooLarge, PosecoreError, UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.animations import moves
from posecore.media.files import looks_like_clip, read_head, require_content
from posecore.media.metadata import note_on_pages, orientation_of, without_obstacles
from posecore.media.raw_photos import RAW_SUFFIXES, develop_raw, raw_kind
from posecore.media.tiff_tags import BITS_PER_SAMPLE, TiffTags

PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".gif", *RAW_SUFFIXES,
)  # fmt: skip
"""File name endings to offer in an upload dialog. Only a file's content decides what it is."""

Photo = np.ndarray | str | os.PathLike[str] | Image.Image
"""A photo as (H, W, 3) uint8 RGB, upright; the path of its file; or a Pillow image."""

# Pillow opens some 40 formats, including EPS, which runs an interpreter. Only these are ever tried.
_DECODERS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "HEIF")

_NOT_A_PHOTO = "is not a photo. Expected JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP, GIF or a camera's raw photo."
_NOT_A_PICTURE = (
    "is not a picture that can be read. Expected PNG, WebP, JPEG, AVIF, HEIC, TIFF, BMP or GIF. Save a drawing, such "
    "as an SVG, as PNG."
)

# Measured on a 12-megapixel photo: level 4 takes 0.6 s and its file is 10% smaller than level 1's (0.4 s); level 6
# takes 1.5 s to save another 8%.
_PNG_LEVEL = 4

# A larger file is no photo within the limit: four samples of 32 bits a pixel, not compressed.
_MOST_BYTES_OF_PIXEL = 16

# White of a camera with fewer than 16 bits -> from which largest sample on 16-bit samples are taken for such. Read as
# 16 bits, samples up to 4095 (a sixteenth of white) show nothing but black, so for 10 and 12 bits less evidence will
# do than for 14 bits, where a dark photo is still visible: there the largest must be within an eighth of white.
_SHARES_OF_WHITE = ((224, 255), (512, 1023), (1024, 4095), (14336, 16383))

_ON_THEIR_SIDE = (5, 6, 7, 8)  # orientations in EXIF that swap width and height

pillow_heif.register_heif_opener()
logging.getLogger("PIL").addHandler(logging.NullHandler())  # without a handler, its errors would go to stderr


def decode_picture(
    source: bytes | os.PathLike[str] | str,
    *,
    name: str | None = None,
    on_note: Callable[[str], None] | None = None,
) -> np.ndarray:
    """Decode a photo into upright RGB.

    The EXIF (or HEIF, AVIF, TIFF) orientation is applied, once; other metadata are not needed, so damage in them does
    no harm. Raw photos of cameras are developed with the camera's white balance. Transparent pixels are blended with
    white. Of several frames or pages the first is used. 16-bit samples are scaled to 8 bits, from the 8, 10, 12 or 14
    bits that they evidently have. Colour profiles are not applied: a wide-gamut photo comes out slightly paler.

    Args:
        source: the bytes of the file, or its path.
        name: what to call the photo in an error or a note; by default the file's own name.
        on_note: called with a sentence for the user if only the first of several frames, pages or pictures was used.

    Returns:
        (H, W, 3) uint8 RGB, C-contiguous and writable, origin top left.

    Raises:
        UnreadableMedia: if the file is missing, empty, damaged, not a photo in a known format, or a raw photo that
            cannot be developed.
        MediaTooLarge: if it has more than ``LIMITS.picture_pixels`` pixels; it is not decoded then.
    """
    shown, data = _content(source, name, "The photo")
    if raw_kind(data) is not None:
        return develop_raw(data, shown)
    return _decode(data, shown, on_note or (lambda note: None), _to_rgb)


def picture_size(data: bytes, *, name: str) -> tuple[int, int]:
    """(width, height) of a photo as ``decode_picture`` would return it, from its header if that can be read.

    Raises:
        UnreadableMedia, MediaTooLarge: as ``decode_picture``.
    """
    try:
        if raw_kind(data) is None:
            with _quiet_decoders(), Image.open(io.BytesIO(without_obstacles(data)), formats=_DECODERS) as image:
                _check_size(image.size, name)
                width, height = image.size
                return (height, width) if orientation_of(image, data) in _ON_THEIR_SIDE else (width, height)
    except MediaTooLarge:
        raise
    except Exception:  # noqa: BLE001 - hostile bytes: the decoder says what is wrong with them
        pass
    height, width = decode_picture(data, name=name).shape[:2]
    return width, height


def decode_transparent(source: bytes | os.PathLike[str] | str, *, name: str | None = None) -> np.ndarray:
    """Decode a picture that may be transparent in part, such as a logo: upright, of the formats of ``decode_picture``.

    Args:
        source: the bytes of the file, or its path.
        name: what to call the picture in an error; by default the file's own name.

    Returns:
        (H, W, 4) uint8: red, green, blue and alpha, not multiplied by it; alpha is 255 if the file has none.

    Raises:
        UnreadableMedia, MediaTooLarge: as ``decode_picture``; also for raw photos.
    """
    shown, data = _content(source, name, "The picture")
    return _decode(data, shown, lambda note: None, _to_rgba, _NOT_A_PICTURE)


def picture_of(photo: Photo) -> np.ndarray:
    """A photo in any form as (H, W, 3) uint8 RGB; an array is returned as it is.

    Raises:
        UnreadableMedia, MediaTooLarge: about the file, or a Pillow image whose file is damaged.
        InvalidOption: if photo is none of these, or a Pillow image with more than 8 bits per sample.
    """
    if isinstance(photo, (str, os.PathLike)):
        return decode_picture(photo)
    if isinstance(photo, Image.Image):
        return _of_pillow(photo)
    if not isinstance(photo, np.ndarray):
        raise InvalidOption(
            "Expected a photo as an array of shape (H, W, 3) and uint8, a path or a Pillow image, but got "
            f"{type(photo).__name__}."
        )
    return photo


def _of_pillow(image: Image.Image) -> np.ndarray:
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        raise InvalidOption(
            f"Expected a Pillow image with 8 bits per sample, but got mode {image.mode!r}. Give the path of its file."
        )
    try:
        image = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableMedia(f"The Pillow image cannot be decoded: {error}.") from error
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(image.convert("RGB"))


def identify_picture(path: os.PathLike[str] | str) -> str | None:
    """Format of a photo ("JPEG", "PNG", "DNG", ...), or None if the file is not a photo."""
    try:
        head = read_head(Path(path), "")
        # Whether a TIFF file is a raw photo is not known before all of it was read.
        kind = raw_kind(Path(path).read_bytes() if head.startswith((b"II", b"MM")) else head)
        if kind is not None:
            return kind
        with open_photo(path) as image:
            return image.format
    except Exception:  # noqa: BLE001 - hostile bytes: whatever a decoder raises, this is not a photo
        return None


@contextmanager
def open_photo(source: os.PathLike[str] | str | io.BytesIO) -> Iterator[Image.Image]:
    """Open a photo with Pillow, which decodes it later; raw photos are not of its formats.

    Raises:
        Exception: of a dozen kinds, on bytes that are not such a photo.
    """
    with _quiet_decoders(), Image.open(source, formats=_DECODERS) as image:
        yield image


def fit_picture(rgb: np.ndarray, longest_px: int) -> np.ndarray:
    """Scale a picture down if a side is longer than ``longest_px``; never up, never to nothing.

    Args:
        rgb: (H, W, 3) uint8.
        longest_px: largest longer side, pixels.
    """
    height, width = rgb.shape[:2]
    scale = longest_px / max(height, width)
    if scale >= 1:
        return rgb
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS, reducing_gap=2.0))


def encode_png(pixels: np.ndarray) -> bytes:
    """Encode (H, W, 3) or, transparent in part, (H, W, 4) uint8 as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, format="PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


def encode_jpeg(rgb: np.ndarray, *, quality: int = 90) -> bytes:
    """Encode ``rgb``, (H, W, 3) uint8, as the bytes of a JPEG file, with losses that are hardly seen from 90 on."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, format="JPEG", quality=quality)
    return file.getvalue()


def _content(source: bytes | os.PathLike[str] | str, name: str | None, unnamed: str) -> tuple[str, bytes]:
    """What a picture is called in messages, and its bytes."""
    if isinstance(source, bytes):
        require_content(source, name or unnamed)
        return name or unnamed, source
    path = Path(source)
    shown = name or path.name
    return shown, _read(path, shown)


def _read(path: Path, shown: str) -> bytes:
    head = read_head(path, shown)
    size, most = path.stat().st_size, LIMITS.picture_pixels * _MOST_BYTES_OF_PIXEL
    if size > most:
        if looks_like_clip(head):
            raise _is_a_clip(shown)
        raise MediaTooLarge(f"{shown} has {size:,} bytes. Expected a photo of at most {most:,} bytes.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise UnreadableMedia(f"{shown} cannot be read: {error.strerror}.") from error


def _decode(
    data: bytes,
    shown: str,
    on_note: Callable[[str], None],
    to_pixels: Callable[[Image.Image, bytes], np.ndarray],
    otherwise: str = _NOT_A_PHOTO,
) -> np.ndarray:
    # On hostile bytes decoders raise errors of a dozen kinds (OSError, SyntaxError, struct.error, ...). To the user
    # they all mean the same, so each is turned into one error.
    try:
        decodable = without_obstacles(data)
        with open_photo(io.BytesIO(decodable)) as image:
            _check_size(image.size, shown)
            image.load()
            pixels = _turn_upright(to_pixels(image, decodable), orientation_of(image, data))
            if note := _note_on_others(image, data):
                on_note(f"{shown} {note}")
            return pixels
    except PosecoreError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaTooLarge(f"{shown} has more pixels than can be read here. Reduce its size.") from error
    except UnidentifiedImageError as error:
        if looks_like_clip(data[:64]):
            raise _is_a_clip(shown) from error
        raise UnreadableMedia(f"{shown} {otherwise}") from error
    except Exception as error:
        raise UnreadableMedia(
            f"{shown} cannot be decoded: it is damaged, truncated or of an unusual kind. "
            "Save it again as JPEG or PNG and retry."
        ) from error


def _is_a_clip(shown: str) -> UnreadableMedia:
    return UnreadableMedia(f"{shown} is a video, not a photo. Open it as a video instead.")


def _check_size(size: tuple[int, int], shown: str) -> None:
    width, height = size
    if width * height > LIMITS.picture_pixels:
        raise MediaTooLarge(
            f"{shown} is {width} x {height} pixels. Expected at most {LIMITS.picture_pixels:,} pixels, "
            f"but got {width * height:,}. Reduce its size."
        )


def _note_on_others(image: Image.Image, data: bytes) -> str | None:
    """What to say of the frames, pages or pictures of a file that were not used; None if there are none."""
    if image.format == "TIFF":
        return note_on_pages(data)
    try:
        several = getattr(image, "is_animated", False)  # GIF: looks for a second frame
    except Exception:  # noqa: BLE001 - what follows the first frame may be damaged in any way
        return None
    if not several or image.format == "MPO":  # MPO: further pictures are depth, brightness or the other eye's view
        return None
    if image.format == "HEIF":
        return "holds several photos: only the main one was used."
    advice = " Open it as a video to analyse all of them." if moves(image) else ""
    return f"is animated: only its first frame was used.{advice}"


def _to_rgb(image: Image.Image, data: bytes) -> np.ndarray:
    """The loaded pixels as (H, W, 3) uint8, with transparency blended with white; not turned yet.

    Args:
        image: loaded.
        data: the file, for samples deeper than Pillow keeps.
    """
    if image.mode.startswith("I;16"):
        bits = _bits_of_sample(image, data)
        return np.repeat(_to_8_bits(np.asarray(image), bits)[..., np.newaxis], 3, axis=2)
    if image.mode in ("I", "F"):
        raise ValueError("32-bit samples have no agreed range, so there is no right way to show them")
    if _bits_of_sample(image, data) == 16:
        image = _with_visible_samples(image, data)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(image.convert("RGB"))


def _to_rgba(image: Image.Image, data: bytes) -> np.ndarray:
    """The loaded pixels as (H, W, 4) uint8; not turned yet. Arguments as of ``_to_rgb``."""
    if not image.has_transparency_data:
        rgb = _to_rgb(image, data)
        return np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
    return np.array(image.convert("RGBA"))


def _bits_of_sample(image: Image.Image, data: bytes) -> int:
    """Bits that the file stores a sample in."""
    if image.format == "PNG":
        return data[24]
    tiff = TiffTags(data)
    return next((max(tiff.numbers(tags, BITS_PER_SAMPLE), default=8) for _, tags in tiff.directories()), 8)


def _with_visible_samples(image: Image.Image, data: bytes) -> Image.Image:
    """Scale 16-bit colours by what is in them, if Pillow, which keeps the upper 8 bits, left them dark."""
    _, most_of_14_bits = _SHARES_OF_WHITE[-1]
    if image.mode not in ("RGB", "RGBA") or np.asarray(image)[..., :3].max() > most_of_14_bits >> 8:
        return image
    import cv2

    before = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    try:
        deep = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_UNCHANGED)
    finally:
        cv2.utils.logging.setLogLevel(before)
    if deep is None or deep.dtype != np.uint16 or deep.ndim != 3:
        return image
    scaled = np.ascontiguousarray(_to_8_bits(deep[..., :3], 16)[..., ::-1])
    if deep.shape[2] == 3:
        return Image.fromarray(scaled)
    return Image.fromarray(np.dstack([scaled, _to_8_bits(deep[..., 3], 16)]))


def _to_8_bits(samples: np.ndarray, bits: int) -> np.ndarray:
    """Scale uint16 samples to uint8, so that black stays 0 and white becomes 255 exactly.

    Args:
        samples: of any shape.
        bits: that the file says they have. If it says 16, they may have fewer, see ``_white_of``.
    """
    white = _white_of(samples) if bits == 16 else 2**bits - 1
    return ((samples.astype(np.uint32) * 255 + white // 2) // white).astype(np.uint8)


def _white_of(samples: np.ndarray) -> int:
    """The value that means white: 65535, or less if the samples are those of a camera of 8, 10, 12 or 14 bits.

    PNG and TIFF have no 10, 12 or 14 bits, so many programs store such samples in 16 bits as they are. The largest
    sample tells: it is near the camera's white in nearly every photo.
    """
    largest = int(samples.max())
    white = next((white for least, white in _SHARES_OF_WHITE if least <= largest <= white), 65535)
    # Samples that are all multiples of 257 were made from 8 bits for the full range.
    return 65535 if white != 65535 and not (samples % 257).any() else white


def _turn_upright(pixels: np.ndarray, orientation: int) -> np.ndarray:
    """Turn and mirror stored pixels as an EXIF orientation says."""
    if orientation in _ON_THEIR_SIDE:
        pixels = pixels.transpose(1, 0, 2)
    if orientation in (3, 4, 7, 8):
        pixels = pixels[::-1]
    if orientation in (2, 3, 6, 7):
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)


@contextmanager
def _quiet_decoders() -> Iterator[None]:
    """Keep Pillow's warnings off the terminal: what matters of them is said in an error or a note.

    Python's filters are shared by all threads. Another thread may undo this one early or keep it too long; either does
    little, as it is about Pillow alone.
    """
    _silence_libtiff()
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module=r"(PIL|pillow_heif)\.")
        yield


@cache
def _silence_libtiff() -> None:
    """Stop libtiff from printing errors on stderr, which it raises too. Pillow does so only for its warnings."""
    folder = Path(PIL.__file__).parent
    for library in [*folder.parent.glob("pillow.libs/libtiff*"), *folder.glob(".dylibs/libtiff*")]:
        with suppress(OSError, AttributeError):
            ctypes.CDLL(str(library)).TIFFSetErrorHandler(None)
