"""The videos of a batch: all in a folder, those in a list, or those that match a URL; each with a name of its own."""

import hashlib
import os
import unicodedata
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from fsspec.implementations.local import LocalFileSystem

from posecore.batch import storage
from posecore.errors import InvalidOption
from posecore.export.formats import safe_name
from posecore.media.clips import CLIP_SUFFIXES

_BETWEEN_FOLDERS = "__"
# Readers of data sets take these for the end of a key, or for a letter in hexadecimal.
_NOT_IN_A_KEY = str.maketrans("=%", "__")
_MOST_BYTES_OF_NAME = 110
_LONGEST_LIST = 500_000_000


@dataclass(frozen=True)
class Source:
    """One video of a batch.

    Attributes:
        clip: its name in the results: its path in the folder, with "__" between folders. It is safe as a file name and
            as a key of a data set, and depends on no other video, unless both differ only in case.
        address: an absolute path of this machine, or a URL.
    """

    clip: str
    address: str


def list_sources(given: str, *, apart_from: str = "") -> list[Source]:
    """The videos of a batch, in the order of their addresses; those of a list, in its order.

    Args:
        given: a folder, of which all videos in it and in its folders are meant; one video; a text file with a path or a
            URL in each line, of which paths are relative to the file, and lines that are empty or begin with # do not
            count; or a URL of one of these, or with wildcards. In folders, a video is what has a name that ends as
            those of videos do, and hidden files are none.
        apart_from: address of a folder whose files are not meant, such as that of the results.

    Raises:
        InvalidOption: if there is nothing of that name, no video in it, or it cannot be read.
    """
    system, path = storage.find_place(given)
    try:
        if isinstance(system, LocalFileSystem) and os.path.isdir(path):
            found = list(_in_folder(Path(path), storage.find_place(apart_from)[1] if apart_from else None))
        elif not isinstance(system, LocalFileSystem) and (any(mark in path for mark in "*?[") or system.isdir(path)):
            found = list(_in_storage(system, path, apart_from))
        elif not system.exists(path):
            raise InvalidOption(f"Expected a folder, a list or a URL of videos, but there is no {given}.")
        elif _is_clip(path):
            address = _address(system, path)
            found = [(storage.name_of(address), address)]
        else:
            found = list(_in_list(given))
    except OSError as error:
        raise InvalidOption(f"{given} cannot be read: {error.strerror or error}.") from error
    if not found:
        raise InvalidOption(f"Expected videos in {given}, but there is none ({', '.join(CLIP_SUFFIXES[:5])}, ...).")
    return _named(found)


def name_clip(name: str) -> str:
    """The name in the results of a video that is in no folder, made safe: a file's own name, such as a visitor's."""
    return safe_name(unicodedata.normalize("NFC", name).translate(_NOT_IN_A_KEY), "video", _MOST_BYTES_OF_NAME)


def _in_folder(folder: Path, results: str | None) -> Iterator[tuple[str, str]]:
    """(path in the folder, address) of each video; folders that are links are not followed, as they may lead back."""
    for place, folders, files in os.walk(folder):
        folders[:] = sorted(
            name for name in folders if not name.startswith(".") and os.path.join(place, name) != results
        )
        for name in sorted(files):
            if _is_clip(name):
                path = Path(place, name)
                yield path.relative_to(folder).as_posix(), str(path)


def _in_storage(system: Any, path: str, apart_from: str) -> Iterator[tuple[str, str]]:
    results = storage.find_place(apart_from)[1].rstrip("/") + "/" if apart_from else None
    has_wildcards = any(mark in path for mark in "*?[")
    paths = system.glob(path) if has_wildcards else system.find(path)
    fixed = path
    while has_wildcards and any(mark in fixed for mark in "*?["):
        fixed = fixed.rpartition("/")[0]
    for each in sorted(paths):
        if _is_clip(each) and not (results and each.startswith(results)):
            yield each.removeprefix(fixed).lstrip("/"), _address(system, each)


def _address(system: Any, path: str) -> str:
    is_local = isinstance(system, LocalFileSystem)
    return path if is_local else str(system.unstrip_protocol(path))


def _is_clip(path: str) -> bool:
    name = path.rpartition("/")[2]
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in CLIP_SUFFIXES


def _in_list(given: str) -> Iterator[tuple[str, str]]:
    system, path = storage.find_place(given)
    if system.size(path) > _LONGEST_LIST:
        raise InvalidOption(f"Expected a list of at most {_LONGEST_LIST:,} bytes, but {given} has more.")
    try:
        lines = system.cat_file(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError as error:
        raise InvalidOption(
            f"Expected {given} to be a folder, a video ({', '.join(CLIP_SUFFIXES[:5])}, ...) or a list of videos in "
            "UTF-8, but it is none of them."
        ) from error
    folder = given.rpartition("/")[0] if storage.is_url(given) else os.path.dirname(path)
    for line in dict.fromkeys(line.strip() for line in lines):
        if not line or line.startswith("#"):
            continue
        if storage.is_url(line):
            yield "", line
        elif os.path.isabs(line):
            yield "", os.path.normpath(line)
        elif ".." in PurePosixPath(line).parts:
            yield "", storage.join(folder, line) if storage.is_url(folder) else os.path.normpath(f"{folder}/{line}")
        else:
            yield line, storage.join(folder, line)


def _named(found: list[tuple[str, str]]) -> list[Source]:
    names = [_name(inside, address) for inside, address in found]
    # On Windows and macOS, names that differ only in case are the same.
    times = Counter(name.casefold() for name in names)
    return [
        Source(_with_hash(name, address) if times[name.casefold()] > 1 else name, address)
        for name, (_, address) in zip(names, found, strict=True)
    ]


def _name(inside: str, address: str) -> str:
    """A name by the path in the folder; with a hash of the address if that path does not say it all."""
    parts = PurePosixPath(inside).parts or (storage.name_of(address),)
    plain = unicodedata.normalize("NFC", _BETWEEN_FOLDERS.join(parts))
    name = name_clip(plain)
    says_all = bool(inside) and name == plain and not any(_BETWEEN_FOLDERS in part for part in parts)
    return name if says_all else _with_hash(name, address)


def _with_hash(name: str, address: str) -> str:
    return f"{name}-{hashlib.sha256(address.encode(errors='surrogatepass')).hexdigest()[:8]}"
