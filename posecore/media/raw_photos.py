"""Raw photos of cameras (DNG, CR2, NEF, ...): recognized by content, and developed in a process of their own.

Raw formats are many and undocumented, and their decoder is large: what a malicious file does to it ends with that
process.
"""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager

import numpy as np

from posecore.errors import MediaTooLarge, UnreadableMedia
from posecore.limits import LIMITS
from posecore.media.tiff_tags import DNG_VERSION, MAKE, PHOTOMETRIC, TiffTags

RAW_SUFFIXES = (".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2", ".pef", ".srw")
"""File name endings of common raw photos."""

# Where in a file -> what is there -> kind.
_SIGNATURES = (
    (8, b"CR\2", "CR2"),
    (4, b"ftypcrx ", "CR3"),
    (6, b"HEAPCCDR", "CRW"),
    (0, b"FUJIFILMCCD-RAW", "RAF"),
    (0, b"IIRO", "ORF"),
    (0, b"IIRS", "ORF"),
    (0, b"MMOR", "ORF"),
    (0, b"IIU\0", "RW2"),
    (0, b"FOVb", "X3F"),
    (0, b"\0MRM", "MRW"),
)
# Other kinds are TIFF files that say who made the camera.
_KINDS_OF_MAKERS = {"NIKON": "NEF", "SONY": "ARW", "PENTAX": "PEF", "SAMSUNG": "SRW", "HASSELBLAD": "3FR"}
# Values of PhotometricInterpretation for pixels as a sensor gives them (TIFF/EP, DNG specification).
_COLOUR_FILTER_ARRAY, _LINEAR_RAW = 32803, 34892

# Each may take ``LIMITS.clip_megabytes``.
_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


def usual_turn() -> AbstractContextManager[object]:
    """Wait until few others develop a raw photo in this process."""
    return _PLACES


take_turn: Callable[[], AbstractContextManager[object]] = usual_turn
"""Called before a raw photo is developed, which happens in what it returns; a server has its own."""

# The exit codes of the process.
_TOO_LARGE, _UNUSABLE = 3, 4


def raw_kind(data: bytes) -> str | None:
    """Kind of a raw photo ("DNG", "CR2", "NEF", ...; "TIFF" for others that are TIFF files), or None for other files.

    Args:
        data: the whole file, or at least its first 64 bytes if these are not the head of a TIFF file.
    """
    if (kind := _kind_by_signature(data)) is not None:
        return kind
    tiff = TiffTags(data)
    pages = [tags for _, tags in tiff.directories()]
    if not pages:
        return None
    if DNG_VERSION in pages[0]:
        return "DNG"
    maker = tiff.content(pages[0], MAKE).decode("latin-1").upper()
    # A camera's file of nothing but previews is a raw photo, too: of a kind that is not known, or what is left of one.
    if _has_sensor_pixels(tiff) or (maker and all(tiff.is_preview(page) for page in pages)):
        return next((kind for name, kind in _KINDS_OF_MAKERS.items() if maker.startswith(name)), "TIFF")
    return None


def _kind_by_signature(data: bytes) -> str | None:
    return next((kind for start, signature, kind in _SIGNATURES if data.startswith(signature, start)), None)


def develop_raw(data: bytes, shown: str) -> np.ndarray:
    """Develop a raw photo with the camera's white balance into upright sRGB.

    Args:
        data: the whole file.
        shown: what to call the photo in an error.

    Returns:
        (H, W, 3) uint8 RGB, writable, origin top left.

    Raises:
        UnreadableMedia: if it is damaged, or of a camera or compression that LibRaw does not know.
        MediaTooLarge: if it has more than ``LIMITS.picture_pixels`` pixels; it is not decoded then.
    """
    kind = raw_kind(data)
    # LibRaw takes the largest picture in a TIFF file, which may be a preview if the sensor's pixels are not there.
    if _kind_by_signature(data) is None and not _has_sensor_pixels(TiffTags(data)):
        raise _cannot_be_developed(shown, kind, "it holds only a preview")
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(map(os.path.abspath, sys.path))}
    command = [sys.executable, "-P", "-m", __name__, str(LIMITS.picture_pixels), str(LIMITS.clip_megabytes)]
    seconds = LIMITS.seconds_per_frame
    try:
        with take_turn():
            done = subprocess.run(
                command,
                input=data,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,  # what LibRaw prints about a damaged file; the error below says it
                env=environment,
                timeout=seconds,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise _cannot_be_developed(shown, kind, f"it takes longer than {seconds} seconds") from error
    if done.returncode == _TOO_LARGE:
        raise MediaTooLarge(
            f"{shown} is {done.stdout.decode()} pixels. Expected at most {LIMITS.picture_pixels:,} pixels. "
            "Reduce its size."
        )
    if done.returncode:
        raise _cannot_be_developed(shown, kind, "it is damaged, or its camera or compression is not known")
    height, width = np.frombuffer(done.stdout, np.uint32, 2)
    return np.frombuffer(bytearray(done.stdout), np.uint8, offset=8).reshape(height, width, 3)


def _cannot_be_developed(shown: str, kind: str | None, reason: str) -> UnreadableMedia:
    return UnreadableMedia(
        f"{shown} is a camera's raw photo ({kind}) that cannot be developed here: {reason}. "
        "Export it as JPEG or PNG with the camera or a photo program, and open that."
    )


def _has_sensor_pixels(tiff: TiffTags) -> bool:
    raw = {_COLOUR_FILTER_ARRAY, _LINEAR_RAW}
    return any(
        raw.intersection(tiff.numbers(tags, PHOTOMETRIC))
        for _, page in tiff.directories()
        for tags in (page, *tiff.below(page))
    )


def main() -> None:
    """Develop the file on stdin: its height and width as uint32 and its pixels go to stdout."""
    pixels, megabytes = int(sys.argv[1]), int(sys.argv[2])
    if sys.platform == "linux":
        import resource

        most, (_, allowed) = megabytes * 1_000_000, resource.getrlimit(resource.RLIMIT_DATA)
        if allowed == resource.RLIM_INFINITY or most < allowed:  # nobody may raise a limit of their own
            resource.setrlimit(resource.RLIMIT_DATA, (most,) * 2)
    import rawpy

    try:
        with rawpy.RawPy() as raw:
            raw.open_buffer(sys.stdin.buffer)
            sizes = raw.sizes
            width, height = max(sizes.width, sizes.raw_width), max(sizes.height, sizes.raw_height)
            if width * height > pixels:
                print(f"{width} x {height}", end="")
                sys.exit(_TOO_LARGE)
            raw.unpack()
            rgb = raw.postprocess(use_camera_wb=True, output_bps=8)
    except (rawpy.LibRawError, MemoryError):
        sys.exit(_UNUSABLE)
    sys.stdout.buffer.write(np.array(rgb.shape[:2], np.uint32).tobytes())
    sys.stdout.buffer.write(np.ascontiguousarray(rgb).data)


if __name__ == "__main__":
    main()
