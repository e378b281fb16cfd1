"""Metadata around the pixels of photos: the orientation is read from it, and damage in it does no harm.

Decoders stop at metadata that they do not need: a resolution written as text, a checksum, a directory that is cut off.
"""

import re
import struct
import zlib
from contextlib import suppress

from PIL import Image

from posecore.media.tiff_tags import XMP, Directory, TiffTags

_PNG = b"\x89PNG\r\n\x1a\n"
_EXIF_HEAD = b"Exif\0\0"
# An entry "Exif" in the list of an AVIF or HEIF file's items, in both versions of its form (ISO/IEC 23008-12).
_EXIF_ITEM = re.compile(rb"(?<=infe\x02.{7})Exif|(?<=infe\x03.{9})Exif", re.DOTALL)
_XMP_ORIENTATION = re.compile(rb"tiff:Orientation(?:=[\"']|>)([1-8])")

# The tags that say how the pixels of a TIFF file are stored (TIFF 6.0 and its supplements).
_TAGS_OF_PIXELS = {
    254, 256, 257, 258, 259, 262, 266, 273, 277, 278, 279, 284, 292, 293, 317, 320, 322, 323, 324, 325, 332, 334,
    338, 339, 347, 512, 513, 514, 515, 517, 518, 519, 520, 521, 529, 530, 531, 532, 50674,
}  # fmt: skip


def without_obstacles(data: bytes) -> bytes:
    """The same photo as a file in which no metadata can stop a decoder.

    It has the same pixels, but a TIFF file loses its orientation (see ``orientation_of``) and all its pages except the
    first one that is not a smaller form of another.
    """
    if data.startswith(_PNG):
        return _with_checksums(data)
    if data.startswith(b"ftyp", 4):
        # AVIF and HEIF files are turned by boxes of their own. Their EXIF blocks are not needed, but can be refused.
        return _EXIF_ITEM.sub(b"skip", data)
    return _only_pixels(data)


def orientation_of(image: Image.Image, data: bytes) -> int:
    """The orientation of a photo, 1..8 as EXIF numbers them: from EXIF, otherwise from XMP; 1 if neither has one.

    Args:
        image: opened from ``without_obstacles(data)``, and loaded, since it may come after the pixels.
        data: the whole file.
    """
    if image.format == "HEIF":  # its decoder has rotated it, by boxes of its own
        return 1
    if image.format == "TIFF":
        tiff = TiffTags(data)
        _, page = _full_pages(tiff)[0]
        found, xmp = tiff.orientation(page), tiff.content(page, XMP)
    else:
        exif = TiffTags(exif_block(image))
        found = next((exif.orientation(tags) for _, tags in exif.directories()), 0)
        text = image.info.get("XML:com.adobe.xmp") or image.info.get("xmp") or b""
        xmp = text.encode() if isinstance(text, str) else text
    if not found and (match := _XMP_ORIENTATION.search(xmp)):
        found = int(match[1])
    return found or 1


def note_on_pages(tiff: bytes) -> str | None:
    """What to say of a TIFF file whose main page is not all there is, or not what it should be; None otherwise."""
    tags = TiffTags(tiff)
    pages = _full_pages(tags)
    if len(pages) > 1:
        return "has several pages: only the first was used."
    return "holds only a preview of a photo." if tags.is_preview(pages[0][1]) else None


def exif_block(image: Image.Image) -> bytes:
    """The EXIF block of an opened photo, as a TIFF file; empty if it has none."""
    block = image.info.get("exif") or b""
    if not block and "Raw profile type exif" in image.info:  # as ImageMagick writes it into PNG: in hexadecimal
        with suppress(ValueError):
            block = bytes.fromhex("".join(image.info["Raw profile type exif"].split("\n")[3:]))
    while block.startswith(_EXIF_HEAD):  # some programs write it twice
        block = block[len(_EXIF_HEAD) :]
    return block


def _with_checksums(png: bytes) -> bytes:
    """Correct the checksums of the chunks that a reader may ignore, which have a small first letter."""
    start, wrong = len(_PNG), {}
    while start + 12 <= len(png):
        end = start + 8 + struct.unpack_from(">I", png, start)[0]
        if png[start + 4] & 0x20 and end + 4 <= len(png):
            checksum = struct.pack(">I", zlib.crc32(png[start + 4 : end]))
            if png[end : end + 4] != checksum:
                wrong[end] = checksum
        start = end + 4
    if not wrong:
        return png
    corrected = bytearray(png)
    for end, checksum in wrong.items():
        corrected[end : end + 4] = checksum
    return bytes(corrected)


def _only_pixels(data: bytes) -> bytes:
    """A TIFF file with its main page alone and the tags of its pixels alone; any other file as it is."""
    tiff = TiffTags(data)
    pages = _full_pages(tiff)
    if not pages:
        return data
    offset, page = pages[0]
    kept = {number: tag for number, tag in page.items() if number in _TAGS_OF_PIXELS}
    cleaned = bytearray(data)
    for start, part in tiff.replacement(offset, kept):
        cleaned[start : start + len(part)] = part
    return bytes(cleaned)


def _full_pages(tiff: TiffTags) -> list[tuple[int, Directory]]:
    """The pages that are not smaller forms of others, or only the first if all are, as (offset, tags)."""
    pages = list(tiff.directories())
    return [page for page in pages if not tiff.is_preview(page[1])] or pages[:1]
