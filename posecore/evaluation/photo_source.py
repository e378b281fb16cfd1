"""Where labelled photos are: a folder, or a zip that is read in place.

Nothing of a zip is unpacked to the disk. Its directory is limited before it is read, and each file in it while it is.
"""

import stat
import zipfile
import zlib
from functools import partial
from pathlib import Path, PurePosixPath

from posecore.errors import UnreadableLabels
from posecore.limits import LIMITS

_MEGABYTE = 1_000_000
_END_BYTES = 22 + 65_535  # the end of a zip with the longest comment
_MOST_ENTRY_BYTES = 1_000  # of a zip's directory: names are far shorter


class PhotoSource:
    """Files of a folder or a zip, by name.

    Args:
        path: of the folder or the zip.
        name: of it, for messages; None: that of the path.

    Attributes:
        path: as given.
        name: of the folder or zip, for messages.
        refused: name of a file in the zip -> why it is not read.

    Raises:
        UnreadableLabels: if it is neither, is damaged, or has too many files.
    """

    def __init__(self, path: Path, name: str | None = None) -> None:
        self.path = path
        self.name = name or path.name or str(path)
        self.refused: dict[str, str] = {}
        self._archive: zipfile.ZipFile | None = None
        self._members: dict[str, zipfile.ZipInfo] = {}
        if path.is_dir():
            return
        if not path.is_file():
            raise UnreadableLabels(f"There is no folder or zip {path}.")
        _check_directory(path, self.name)
        try:
            self._archive = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, OSError, NotImplementedError, UnicodeDecodeError) as error:
            raise UnreadableLabels(f"{self.name} is not a zip that can be read: {error}.") from error
        for member in self._archive.infolist():
            if why := _refusal(member, path.stat().st_size):
                self.refused[member.filename] = why
            elif not member.is_dir():
                self._members[_plain(member.filename)] = member

    def find(self, file_name: str) -> str | None:
        """The name under which a file of the labels is there; None if it is not.

        Photos may be in a folder ``images``, or without the folders that the labels state, such as those of the machine
        on which they were made; and a zip may have everything in one folder of its own.
        """
        file_name = _plain(file_name)
        last = file_name.rsplit("/", 1)[-1]
        names = [name for name in (file_name, f"images/{file_name}", last, f"images/{last}") if _is_inside(name)]
        if self._archive is None:
            return next((name for name in names if (self.path / name).is_file()), None)
        exact = next((name for name in names if name in self._members), None)
        ends = [name for name in self._members if name.endswith(f"/{file_name}")] if exact is None else []
        return ends[0] if len(ends) == 1 else exact

    def files(self, ending: str | tuple[str, ...]) -> list[str]:
        """Names of the files with one of these endings: in a zip all of them, in a folder those directly in it."""
        names = self._members if self._archive else (path.name for path in self.path.iterdir() if path.is_file())
        return sorted(name for name in names if name.lower().endswith(ending) and "__MACOSX" not in name)

    def read(self, name: str, most_megabytes: int | None = None) -> bytes:
        """The bytes of a file, by a name that ``find`` or ``files`` gave. Threads may read at the same time.

        Args:
            name: of the file.
            most_megabytes: its largest size; None: that of a photo.

        Raises:
            UnreadableLabels: if it cannot be read, or is larger.
        """
        most = (most_megabytes or LIMITS.labelled_photo_megabytes) * _MEGABYTE
        try:
            if self._archive is None:
                size, read = (self.path / name).stat().st_size, (self.path / name).read_bytes
            else:
                size, read = self._members[name].file_size, partial(self._archive.read, self._members[name])
            if size <= most:
                return read()
        except (OSError, zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError) as error:
            raise UnreadableLabels(f"{name} cannot be read: {error}.") from error
        raise UnreadableLabels(f"{name} has {size:,} bytes. Expected at most {most:,}.")


def _plain(name: str) -> str:
    """Give a path "/" between its folders, where some programs on Windows write backslashes."""
    return name.replace("\\", "/")


def _is_inside(name: str) -> bool:
    """Whether a path stays in its folder: relative, without a way up, and not empty."""
    path = PurePosixPath(_plain(name))
    return bool(path.parts) and not (path.is_absolute() or ".." in path.parts or "\0" in name or name[1:2] == ":")


def _refusal(member: zipfile.ZipInfo, zip_bytes: int) -> str | None:
    """Why a file of a zip of this size is not read; None if it is."""
    if not _is_inside(member.orig_filename) or not _is_inside(member.filename):
        return "its path leads out of the zip. Expected a relative path without '..'"
    if stat.S_ISLNK(member.external_attr >> 16):
        return "it is a link, not a file"
    if member.flag_bits & 1:
        return "it is encrypted"
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        return "it is packed in an unusual way. Expected a zip as operating systems make it"
    if member.compress_size > zip_bytes:  # zipfile would make room for all of it
        return "it is said to be larger than the whole zip"
    if member.file_size > max(LIMITS.labelled_photo_megabytes, LIMITS.labels_megabytes) * _MEGABYTE:
        return f"it unpacks to {member.file_size:,} bytes, more than is allowed"
    return None


def _check_directory(path: Path, name: str) -> None:
    """Refuse a zip of too many files, whose directory zipfile would read whole."""
    with path.open("rb") as file:
        length = file.seek(0, 2)
        file.seek(max(0, length - _END_BYTES))
        tail = file.read()
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < 22:
        raise UnreadableLabels(f"{name} is neither a folder nor a complete zip.")
    files = int.from_bytes(tail[start + 10 : start + 12], "little")
    directory_bytes = int.from_bytes(tail[start + 12 : start + 16], "little")
    # A zip of 65,535 files or more, or over 4 GB, says so in another record.
    longer = tail[max(0, start - 20) : start].startswith(b"PK\x06\x07")
    if longer or files > LIMITS.labelled_photos or directory_bytes > LIMITS.labelled_photos * _MOST_ENTRY_BYTES:
        raise UnreadableLabels(
            f"{name} has too many files, or is a zip of more than 4 GB. Expected at most "
            f"{LIMITS.labelled_photos:,} files. Unpack it and give the folder."
        )
