"""Files on this machine or elsewhere, such as in S3, by fsspec: read whole, and written so that none is there half.

An address is a path of this machine, or a URL such as ``s3://bucket/clips/walk.mp4``.
"""

import os
import platform
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from posecore.errors import InvalidOption, UnreadableMedia
from posecore.export.formats import safe_name
from posecore.system import whole_file

# What changes with the content of a file, by the names that file systems have for it.
_VERSIONS = ("ETag", "etag", "mtime", "LastModified", "last_modified", "created")
_WORK = "posecore-batch"
_S3 = "s3://"
_BYTES_AT_ONCE = 1 << 20


def is_url(address: str) -> bool:
    """Whether an address is not simply a path of this machine."""
    return "://" in address


def absolute(address: str) -> str:
    """The same address for processes in other folders."""
    return address if is_url(address) else os.path.abspath(os.path.expanduser(address))


def find_place(address: str) -> tuple[Any, str]:
    """The file system (``fsspec.AbstractFileSystem``) of an address, and the path in it.

    Raises:
        InvalidOption: if there is no such kind of address, or its package is not installed.
    """
    if not is_url(address):
        return LocalFileSystem(), absolute(address)
    if address.startswith(_S3):
        return _s3(), address.removeprefix(_S3)
    try:
        system, path = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise InvalidOption(f"{address} cannot be used yet: {error}.") from error
    except (ValueError, OSError) as error:
        raise InvalidOption(f"Expected a path or a URL that fsspec knows, but got {address}: {error}.") from error
    return system, path


@cache
def _s3() -> Any:
    """S3 by Arrow, which is installed for Parquet anyway: settings and keys are those of the AWS command line."""
    from fsspec.implementations.arrow import ArrowFSWrapper
    from pyarrow.fs import S3FileSystem

    endpoint = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
    return ArrowFSWrapper(S3FileSystem(endpoint_override=endpoint))


def join(address: str, *parts: str) -> str:
    """The address of a file in a folder."""
    return "/".join([address.rstrip("/"), *parts]) if is_url(address) else os.path.join(address, *parts)


def name_of(address: str) -> str:
    """The name of a file."""
    return address.rstrip("/").rpartition("/")[2] if is_url(address) else os.path.basename(address)


def stamp_of(address: str) -> str | None:
    """What tells without reading a file that it is still the same: its size and version; None if it is not known.

    Raises:
        UnreadableMedia: if the file is missing or cannot be reached.
    """
    with _reading(address):
        system, path = find_place(address)
        facts = system.info(path)
    version = next((facts[name] for name in _VERSIONS if facts.get(name)), None)
    return None if version is None else f"{facts['size']}:{version}"


def read_file(address: str) -> bytes | None:
    """A small file; None if there is none.

    Raises:
        OSError: if it cannot be read.
    """
    system, path = find_place(address)
    try:
        return bytes(system.cat_file(path))
    except FileNotFoundError:
        return None


@contextmanager
def local_copy(address: str, folder: Path) -> Iterator[Path]:
    """A file as one of this machine: itself, or a copy in ``folder`` for the length of the block.

    Raises:
        UnreadableMedia: if the file is missing or cannot be reached.
    """
    system, path = find_place(address)
    if isinstance(system, LocalFileSystem):
        yield Path(path)
        return
    copy = folder / safe_name(name_of(address), "video")
    with _reading(address):
        system.get_file(path, str(copy))
    try:
        yield copy
    finally:
        copy.unlink(missing_ok=True)


def make_folder(address: str) -> None:
    """Make a folder unless it is there.

    Raises:
        InvalidOption: if nothing can be written there.
    """
    system, path = find_place(address)
    try:
        system.makedirs(path, exist_ok=True)
    except OSError as error:
        raise InvalidOption(f"Nothing can be written to {address}: {error.strerror or error}.") from error


def put_file(file: Path, address: str) -> None:
    """Copy a file of this machine to an address, where it appears whole or not at all.

    Raises:
        OSError: if it cannot be written.
    """
    system, path = find_place(address)
    if not address.startswith(_S3):  # which has no folders
        system.makedirs(system._parent(path), exist_ok=True)
    if isinstance(system, LocalFileSystem):
        with whole_file(path) as part:
            shutil.copyfile(file, part)
        return
    with file.open("rb") as content, system.open(path, "wb") as target:
        shutil.copyfileobj(content, target, _BYTES_AT_ONCE)


def publish(files: Mapping[str, Path], out: str, *, mark: str) -> None:
    """Write the files of one result, which counts only once its mark is there.

    Args:
        files: by their places in the folder ``out``, with "/" between folders. Whatever else is in the folders of these
            files is deleted: it is of an earlier result, or of a process that died.
        out: address of the folder.
        mark: place of the file that is written last; one that is there is deleted first.

    Raises:
        OSError: if a file cannot be written. Then there is no mark.
    """
    delete(join(out, *mark.split("/")))
    for place, file in files.items():
        if place != mark:
            put_file(file, join(out, *place.split("/")))
    for folder in dict.fromkeys(place.rpartition("/")[0] for place in files):
        _keep_only({place.rpartition("/")[2] for place in files}, join(out, *folder.split("/")))
    put_file(files[mark], join(out, *mark.split("/")))


def delete(address: str) -> None:
    """Delete a file, if there is one.

    Raises:
        OSError: if it cannot be deleted.
    """
    system, path = find_place(address)
    system.invalidate_cache()
    if system.exists(path):
        system.rm_file(path)


def _keep_only(names: set[str], folder: str) -> None:
    system, path = find_place(folder)
    system.invalidate_cache()
    for each in system.ls(path, detail=False):
        if each.rpartition("/")[2] not in names:
            system.rm(each, recursive=True)


@contextmanager
def working_folder() -> Iterator[Path]:
    """A folder for what is not finished; those that dead processes left on this machine are deleted."""
    _sweep()
    prefix = f"{_own_work()}{os.getpid()}-"
    with tempfile.TemporaryDirectory(prefix=prefix, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


def _own_work() -> str:
    # Containers may share a folder for temporary files, but not their processes.
    return f"{_WORK}-{safe_name(platform.node(), 'here', 40)}-"


@cache
def _sweep() -> None:
    if os.name != "posix":
        return
    for folder in Path(tempfile.gettempdir()).glob(f"{_own_work()}*"):
        process = folder.name.removeprefix(_own_work()).partition("-")[0]
        if process.isdecimal() and not _is_alive(int(process)):
            shutil.rmtree(folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except (OSError, OverflowError):
        return True
    return True


@contextmanager
def _reading(address: str) -> Iterator[None]:
    try:
        yield
    except InvalidOption as error:
        raise UnreadableMedia(str(error)) from error
    except FileNotFoundError as error:
        raise UnreadableMedia(f"{address} cannot be opened: there is no such file.") from error
    except OSError as error:
        raise UnreadableMedia(f"{address} cannot be opened: {error.strerror or error}.") from error
