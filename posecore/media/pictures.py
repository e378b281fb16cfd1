"""Photos: decoding bytes or a file to upright RGB, and encoding RGB as PNG."""

import io
import os
from pathlib import Path

import numpy as np
import pillow_heif
from PIL import Image, ImageOps, UnidentifiedImageError

from posecore.errors import MediaTooLarge, PosecoreError, UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.files import looks_like_clip, read_head, require_content

PICTURE_SUFFIXES = (
    ".jpg", ".jpeg", ".png", ".webp", ".avif", ".heic", ".heif", ".tif", ".tiff", ".bmp", ".gif",
)  # fmt: skip
"""File name endings to offer in an upload dialog. Only a file's content decides what it is."""

# Pillow opens some 40 formats, including EPS, which runs an interpreter. Only these are ever tried.
_DECODERS = ("JPEG", "PNG", "WEBP", "AVIF", "TIFF", "BMP", "GIF", "HEIF")

# Measured on a 12-megapixel photo: level 4 takes 0.6 s and its file is 10% smaller than level 1's (0.4 s); level 6
# takes 1.5 s to save another 8%.
_PNG_LEVEL = 4

pillow_heif.register_heif_opener()


def decode_picture(source: bytes | os.PathLike[str] | str, *, name: str | None = None) -> np.ndarray:
    """Decode a photo into upright RGB.

    The EXIF (or HEIF, AVIF, TIFF) orientation is applied, once. Transparent pixels are blended with white. Of several
    frames or pages the first is used. 16-bit grey is scaled to 8 bits. Colour profiles are not applied: a wide-gamut
    photo comes out slightly paler.

    Args:
        source: the bytes of the file, or its path.
        name: what to call the photo in an error; by default the file's own name.

    Returns:
        (H, W, 3) uint8 RGB, C-contiguous and writable, origin top left.

    Raises:
        UnreadableMedia: if the file is missing, empty, damaged, or not a photo in a known format.
        MediaTooLarge: if it has more than ``LIMITS.picture_pixels`` pixels; it is not decoded then.
    """
    if isinstance(source, bytes):
        shown, head, file = name or "The photo", source[:64], io.BytesIO(source)
        require_content(head, shown)
        return _decode(file, shown, head)
    path = Path(source)
    shown = name or path.name
    return _decode(path, shown, read_head(path, shown))


def identify_picture(path: os.PathLike[str] | str) -> str | None:
    """Format of a photo ("JPEG", "PNG", ...), or None if the file is not a photo."""
    try:
        with Image.open(path, formats=_DECODERS) as image:
            return image.format
    except Exception:  # noqa: BLE001 - hostile bytes: whatever a decoder raises, this is not a photo
        return None


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


def encode_png(rgb: np.ndarray) -> bytes:
    """Encode ``rgb``, (H, W, 3) uint8, as the bytes of a PNG file."""
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, format="PNG", compress_level=_PNG_LEVEL)
    return file.getvalue()


def _decode(file: io.BytesIO | Path, shown: str, head: bytes) -> np.ndarray:
    # On hostile bytes decoders raise errors of a dozen kinds (OSError, SyntaxError, struct.error, ...). To the user
    # they all mean the same, so each is turned into one error.
    try:
        with Image.open(file, formats=_DECODERS) as image:
            _check_size(image.size, shown)
            return _upright_rgb(image)
    except PosecoreError:
        raise
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise MediaTooLarge(f"{shown} has more pixels than can be read here. Reduce its size.") from error
    except UnidentifiedImageError as error:
        if looks_like_clip(head):
            raise UnreadableMedia(f"{shown} is a video, not a photo. Open it as a video instead.") from error
        kinds = "JPEG, PNG, WebP, AVIF, HEIC, TIFF, BMP or GIF"
        raise UnreadableMedia(f"{shown} is not a photo. Expected {kinds}.") from error
    except Exception as error:
        raise UnreadableMedia(
            f"{shown} cannot be decoded: it is damaged, truncated or of an unusual kind. "
            "Save it again as JPEG or PNG and retry."
        ) from error


def _check_size(size: tuple[int, int], shown: str) -> None:
    width, height = size
    if width * height > LIMITS.picture_pixels:
        raise MediaTooLarge(
            f"{shown} is {width} x {height} pixels. Expected at most {LIMITS.picture_pixels:,} pixels, "
            f"but got {width * height:,}. Reduce its size."
        )


def _upright_rgb(image: Image.Image) -> np.ndarray:
    # load() before reading the orientation: the TIFF decoder rotates the photo itself while loading, and the HEIF
    # decoder while opening, and both then drop the tag.
    image.load()
    image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I;16"):
        # 65535 = 255 x 257, so dividing by 257 and rounding maps black to 0 and white to 255 exactly.
        grey = ((np.asarray(image).astype(np.uint32) + 128) // 257).astype(np.uint8)
        return np.repeat(grey[..., np.newaxis], 3, axis=2)
    if image.mode in ("I", "F"):
        raise ValueError("32-bit samples have no agreed range, so there is no right way to show them")
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(image.convert("RGB"))
