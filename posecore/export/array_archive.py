"""Arrays as members of a zip, as NumPy's ``.npz`` has them, for files of unknown origin.

Nothing is unpickled or evaluated: a member's header is compared with the one that is expected.
"""

import math
import os
import struct
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

from posecore.errors import InvalidOption, UnreadableResult

BLOCK_BYTES = 1 << 20

# Limit for the list of members at the end of the zip: ours takes less than 1 KB.
_MOST_DIRECTORY_BYTES = 64_000

Array = NDArray[Any]
Members = Mapping[str, zipfile.ZipInfo]


@dataclass(frozen=True)
class Layout:
    """The layout of an array in its member.

    Attributes:
        dtype: as NumPy writes it in a header, such as "<f4".
        shape: its lengths.
    """

    dtype: str
    shape: tuple[int, ...]

    @property
    def header(self) -> str:
        """The header that NumPy writes before the numbers, without padding."""
        return str({"descr": self.dtype, "fortran_order": False, "shape": self.shape}).removesuffix("}") + ", }"

    @property
    def array_bytes(self) -> int:
        """Size of the numbers in bytes."""
        return math.prod(self.shape) * np.dtype(self.dtype).itemsize


def new_member(name: str, method: int) -> zipfile.ZipInfo:
    """A member to be written, of this compression method of zipfile.

    All are dated 1980, so that equal values make equal files.
    """
    info = zipfile.ZipInfo(name)
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info


def write_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, layout: Layout, array: Array) -> None:
    """Write an array in blocks, to save memory.

    Raises:
        InvalidOption: if the archive becomes larger than 2 GB.
    """
    header = BytesIO()
    npy.write_array_header_1_0(header, {"descr": layout.dtype, "fortran_order": False, "shape": layout.shape})
    member.file_size = header.tell() + layout.array_bytes
    # The arrays of a sequence are views into one, so each has to be copied to be contiguous.
    step = max(1, BLOCK_BYTES // max(1, layout.array_bytes // max(1, len(array))))
    try:
        with archive.open(member, "w") as stream:
            stream.write(header.getvalue())
            for start in range(0, len(array), step):
                stream.write(array[start : start + step].astype(layout.dtype, copy=False).tobytes())
    except zipfile.LargeZipFile as error:
        raise InvalidOption(
            f"Expected a video whose poses fill less than 2 GB, but {member.filename} does not. Save it in parts."
        ) from error


def check_directory(stream: BinaryIO, shown: str) -> None:
    """Reject an oversized zip directory, which zipfile would read whole.

    Raises:
        UnreadableResult: also if the end of the zip is missing.
    """
    length = stream.seek(0, os.SEEK_END)
    stream.seek(max(0, length - 42))
    tail = stream.read(42)
    # At the very end, as we write it: no comment after it, no zip64 record (PK 6 7) before it.
    end = tail[20:]
    whole = len(tail) == 42 and end.startswith(b"PK\x05\x06") and end.endswith(b"\0\0")
    if not whole or tail.startswith(b"PK\x06\x07"):
        raise UnreadableResult(f"{shown} is damaged or cut off: its end is missing. Save or copy it again.")
    [directory_bytes] = struct.unpack("<L", end[12:16])
    if directory_bytes > _MOST_DIRECTORY_BYTES:
        raise UnreadableResult(f"{shown} holds far more than a result saved by posecore does. It is not opened.")


def plain_size(member: zipfile.ZipInfo, shown: str) -> int:
    """Unpacked size of a member in bytes; only for compressions whose output can be limited to it.

    Raises:
        UnreadableResult: for other compressions, and if it is encrypted.
    """
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) or member.flag_bits & 1:
        raise UnreadableResult(f"{shown} is packed in another way than posecore does. It is not opened.")
    return member.file_size


def check_array(archive: zipfile.ZipFile, members: Members, name: str, layout: Layout, shown: str) -> None:
    """Check that a member holds this array and nothing else: its header is compared, never evaluated.

    Raises:
        UnreadableResult: if it is not there or holds something else.
    """
    if name not in members:
        raise UnreadableResult(f"{shown} is damaged: expected a member {name}, but there is none.")
    size = plain_size(members[name], shown)
    with archive.open(members[name]) as stream:
        start = _skip_header(stream, layout)
    if start is None or size != start + layout.array_bytes:
        raise UnreadableResult(
            f"{shown} is damaged: expected {name} to be of kind {layout.dtype} and shape {layout.shape}, but it is not."
        )


def _skip_header(stream: Any, layout: Layout) -> int | None:
    """Offset of the numbers in a .npy file of version 1; None if their layout is different."""
    magic = stream.read(10)
    if len(magic) < 10 or magic[:8] != b"\x93NUMPY\x01\x00":
        return None
    [length] = struct.unpack("<H", magic[8:])
    text = stream.read(length)
    return len(magic) + length if text.rstrip() == layout.header.encode() else None


def read_array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, layout: Layout) -> Array:
    """Read an array that ``check_array`` has passed.

    Raises:
        EOFError: if it is cut off.
        zipfile.BadZipFile: if it is damaged.
    """
    array = np.empty(layout.shape, layout.dtype)
    numbers: Any = array.reshape(-1).view(np.uint8)
    memory = memoryview(numbers)
    stream: Any
    with archive.open(member) as stream:
        _skip_header(stream, layout)
        for start in range(0, len(memory), BLOCK_BYTES):
            # Reading the last bytes also verifies the checksum.
            block = memory[start : start + BLOCK_BYTES]
            if stream.readinto(block) != len(block):
                raise EOFError
    return array
