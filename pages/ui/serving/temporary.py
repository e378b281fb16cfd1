"""The server's temporary folder, in which all others are, so that what a killed server leaves can be found.

A server that stops deletes its files itself. One that is killed cannot, so the next one does it. Each server holds a
lock on its folder, which ends with its process, however that ends; several servers can run side by side. Nothing heavy
is imported here: the server imports this before any page.
"""

import os
import shutil
import tempfile
import time
import weakref
from contextlib import suppress
from pathlib import Path

from posecore.downloads import DownloadFailed, cache_dir

_PREFIX = "posecore-server-"
# A file that is being written, see ``posecore.system.whole_file``, is finished sooner.
_OLD_S = 3600


class _Own:
    """The folder of this process. It has no references to it but the one below, so it is deleted last of all."""

    def __init__(self, path: Path) -> None:
        self.path = path
        weakref.finalize(self, shutil.rmtree, path, ignore_errors=True)


_own: _Own | None = None


def begin_own_folder() -> None:
    """Put all temporary files of this process, and of those that it starts, into a folder of its own.

    On systems without such locks (Windows), nothing is changed.
    """
    global _own
    if _own is None and os.name == "posix":
        folder = _new_folder()
        tempfile.tempdir = os.environ["TMPDIR"] = str(folder)
        _own = _Own(folder)


def delete_what_was_left() -> None:
    """Delete the temporary folders of servers that were killed, and the parts of files that these were writing."""
    if _own is not None:
        for folder in _own.path.parent.glob(f"{_PREFIX}*"):
            _delete_if_left(folder)
    for folder in _kept_folders():
        for part in folder.rglob(".part-*"):
            with suppress(OSError):
                if time.time() - part.lstat().st_mtime > _OLD_S:
                    shutil.rmtree(part, ignore_errors=True)


def _kept_folders() -> list[Path]:
    """The folders in which the app keeps files for longer than a visit."""
    folders = []
    with suppress(RuntimeError):  # the user has no home folder
        folders.append(Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share", "posecore"))
    with suppress(DownloadFailed):
        folders.append(cache_dir())
    return folders


def _new_folder() -> Path:
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        # Another server that starts may have looked at it before it was locked.
        if _lock(folder) is not None and folder.exists():
            return folder


def _delete_if_left(folder: Path) -> None:
    """Delete a folder unless it is locked, or not this user's."""
    with suppress(OSError):
        if folder.is_symlink() or folder.stat().st_uid != os.getuid():
            return
        lock = _lock(folder)
        if lock is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(lock)


def _lock(folder: Path) -> int | None:
    """Lock a folder for as long as the descriptor is open; None if another process holds the lock."""
    import fcntl  # not on Windows

    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor
