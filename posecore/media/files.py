"""Checks shared by photos and videos before any decoder sees a file, and file hashes."""

import hashlib
from pathlib import Path

from posecore.errors import UnreadableMedia

_HEAD_BYTES = 64
# An ISO file ("ftyp") with one of these brands is a HEIF or AVIF photo; with any other it is a video.
_PICTURE_BRANDS = (b"hei", b"hev", b"mif", b"msf", b"avi")
_CLIP_SIGNATURES = (
    b"\x1aE\xdf\xa3",  # Matroska, WebM
    b"FLV\x01",
    b"0&\xb2u\x8ef\xcf\x11",  # ASF, WMV
)


def read_head(path: Path, shown: str) -> bytes:
    """Read the first bytes of a regular file; at least one.

    Args:
        path: the file.
        shown: what to call the file in an error.

    Raises:
        UnreadableMedia: if the file is missing, not a regular file, not permitted, or empty.
    """
    try:
        # Pipes and devices are rejected before they are opened: reading one may never end.
        if path.exists() and not path.is_file():
            raise UnreadableMedia(f"{shown} is not a file.")
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except (OSError, ValueError) as error:  # ValueError: a NUL byte in the path
        reason = getattr(error, "strerror", None) or "the name is not valid"
        raise UnreadableMedia(f"{shown} cannot be opened: {reason}.") from error
    require_content(head, shown)
    return head


def file_sha256(path: Path) -> str:
    """SHA-256 of a file's bytes in hexadecimal, read in chunks; it distinguishes videos of the same name.

    Raises:
        UnreadableMedia: if the file cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableMedia(f"{path.name} cannot be read: {error.strerror}.") from error


def require_content(data: bytes, shown: str) -> None:
    """Raise UnreadableMedia if ``data`` is empty."""
    if not data:
        raise UnreadableMedia(f"{shown} is empty (0 bytes).")


def looks_like_clip(head: bytes) -> bool:
    """Whether the first bytes of a file are those of a common video container."""
    if head[4:8] == b"ftyp":
        return not head[8:12].startswith(_PICTURE_BRANDS)
    return head.startswith(_CLIP_SIGNATURES) or (head[:4] == b"RIFF" and head[8:12] == b"AVI ")
