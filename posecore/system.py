"""System helpers: usable cores, memory, forks, atomic file writing, and clear errors for missing system libraries."""

import ctypes
import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from posecore.errors import MissingSystemLibrary

VERSION = "0.1.0"
"""Version of posecore."""

# Shared libraries that the opencv-python and mediapipe wheels need but do not contain -> Debian package.
DEBIAN_PACKAGES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libxcb.so.1": "libxcb1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}

_MOST_HEAPS = -8  # M_ARENA_MAX
_LOADER_MESSAGE = re.compile(r"(?P<library>lib[\w.+-]+\.so[\w.]*): cannot open shared object file")


@contextmanager
def naming_missing_library() -> Iterator[None]:
    """Convert the loader's error inside the block into one that says what to install.

    Raises:
        MissingSystemLibrary: if the block failed because a shared library is missing.
        Any other error of the block passes through unchanged.
    """
    try:
        yield
    except (ImportError, OSError) as error:
        found = _LOADER_MESSAGE.search(str(error))
        if found is None:
            raise
        raise MissingSystemLibrary(_explain(found["library"])) from error


def _explain(library: str) -> str:
    package = DEBIAN_PACKAGES.get(library)
    if package is None:
        return f"The system library {library} is missing. Install the package of your system that carries it."
    return (
        f"The system library {library} is missing. On Debian or Ubuntu, install it with: sudo apt-get install {package}"
    )


@cache
def usable_cores() -> int:
    """Number of processor cores this process may use, limited by its CPU affinity and its container's quota.

    A container with a quota of 2 on a machine with 64 cores sees all 64, but 64 threads would take turns on 2 cores and
    be slower than 2 threads.
    """
    bound = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    share = _container_share(Path("/sys/fs/cgroup"))
    return max(1, min(bound, share)) if share else bound


def _container_share(cgroup: Path) -> int | None:
    """The container's CPU quota in whole cores (Linux control groups, version 2 or 1), or None if there is none."""
    try:
        quota, period = (cgroup / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota, period = ((cgroup / "cpu" / f"cpu.cfs_{name}_us").read_text() for name in ("quota", "period"))
        except OSError:
            return None
    try:
        return round(int(quota) / int(period)) or 1 if int(quota) > 0 else None
    except ValueError:  # "max": no quota
        return None


@cache
def usable_memory() -> int | None:
    """Bytes of memory that this process may use: the machine's, limited by its control groups; None if not known."""
    limits = [*_memory_limits(Path("/proc/self/cgroup"), Path("/sys/fs/cgroup"))]
    with suppress(ValueError, OSError, AttributeError):  # not on Windows
        limits.append(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES"))
    return min(limits, default=None)


def _memory_limits(own_groups: Path, cgroup: Path) -> Iterator[int]:
    """The limits of the process's control groups and of those around them (Linux, version 2 or 1)."""
    try:
        lines = own_groups.read_text().splitlines()
    except OSError:
        return
    for _, controllers, group in (line.split(":", 2) for line in lines):
        if controllers in ("", "memory"):
            top = cgroup / controllers
            # In a container, its own group is often the top, whatever its name outside.
            for folder in [top / group.lstrip("/"), *(top / group.lstrip("/")).parents]:
                if folder.is_relative_to(top):
                    for name in ("memory.max", "memory.limit_in_bytes"):
                        with suppress(OSError, ValueError):  # "max": no limit
                            yield int((folder / name).read_text())


def share_heaps() -> None:
    """Let threads share a few heaps, before they have their own: of each, freed memory that is in pieces stays.

    With glibc's usual 8 heaps for each core, a server that had given back its memory still held 26 MB more.
    """
    with suppress(OSError, AttributeError):  # only glibc has this
        ctypes.CDLL("libc.so.6").mallopt(_MOST_HEAPS, max(2, usable_cores()))


def return_freed_memory() -> None:
    """Return the memory that was freed to the system; by itself, glibc keeps most of it."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def replace_after_fork(replace: Callable[[], object]) -> None:
    """Call ``replace`` in every process forked from this one, before anything else is done there.

    A fork copies locks and the memory of native libraries, but no threads: a lock that is held is never released, and
    a library waits for its threads forever, even to free its memory. So ``replace`` puts something new in place of what
    was inherited and returns the latter, which is never freed.
    """
    if hasattr(os, "register_at_fork"):  # not on Windows, which does not fork
        os.register_at_fork(after_in_child=lambda: ctypes.pythonapi.Py_IncRef(ctypes.py_object(replace())))


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Write a file atomically: yields a temporary path whose file is moved to ``path`` if the block succeeds.

    After an error nothing is left of it, and an existing file at ``path`` is unchanged. Until then the file is in a
    folder of its own: whatever else the block leaves there is deleted with it, even if a process died.

    Raises:
        OSError: if the folder is missing or cannot be written to.
    """
    target = Path(path)
    with _part_folder(target.absolute().parent) as folder:
        part = folder / target.name
        yield part
        os.replace(part, target)


@contextmanager
def whole_files(folder: str | os.PathLike[str]) -> Iterator[Path]:
    """Write several files atomically: yields a temporary folder whose files are moved to ``folder`` on success.

    After an error nothing is left of them, and existing files in ``folder`` are unchanged.

    Raises:
        OSError: if the folder is missing or cannot be written to.
    """
    target = Path(folder)
    with _part_folder(target.absolute()) as parts:
        yield parts
        for part in sorted(parts.iterdir()):
            os.replace(part, target / part.name)


@contextmanager
def _part_folder(beside: Path) -> Iterator[Path]:
    # Beside the target, because a move on one disk is atomic.
    with tempfile.TemporaryDirectory(prefix=".part-", dir=beside, ignore_cleanup_errors=True) as folder:
        yield Path(folder)
