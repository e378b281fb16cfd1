"""Giving memory back while nobody uses the app.

Nothing heavy is imported here before it is needed: the server imports this before any page.
"""

import asyncio
import ctypes
import gc
import sys
import time
from contextlib import suppress
from pathlib import Path

from pages.ui.serving.visits import close_left_sessions
from posecore.limits import HAS_SMALL_MEMORY, LIMITS
from posecore.system import return_freed_memory

_MAPS, _PAGE_OUT = Path("/proc/self/maps"), 21  # MADV_PAGEOUT

_last_used_s = time.monotonic()


def note_use() -> None:
    """Take note that somebody uses the app now."""
    global _last_used_s
    _last_used_s = time.monotonic()


async def free_memory_when_idle(seconds: float = LIMITS.seconds_idle) -> None:
    """Free memory each time that nobody has used the app for so long; runs until it is cancelled.

    Meanwhile the sessions of visitors who left are closed, and what is freed is returned to the system.
    """
    freed_at_s = returned_at_s = None
    while True:
        await asyncio.sleep(seconds / 20)
        close_left_sessions()
        used_s = _last_used_s
        if used_s != returned_at_s:
            await asyncio.to_thread(return_freed_memory)
            returned_at_s = used_s
        if time.monotonic() - used_s >= seconds and used_s != freed_at_s:
            await asyncio.to_thread(free_memory)
            freed_at_s = used_s


def free_memory() -> None:
    """End idle workers, drop loaded networks, and return free memory to the system.

    Networks in use stay until their user is done. The next visitor waits half a second longer for a first result.
    """
    end_idle_workers()
    free_networks()
    gc.collect()
    if "pyarrow" in sys.modules:
        sys.modules["pyarrow"].default_memory_pool().release_unused()
    return_freed_memory()
    with suppress(OSError, AttributeError):  # only glibc has this
        _return_mapped_files(ctypes.CDLL("libc.so.6"))


def make_room() -> None:
    """Free idle workers and networks where there is little memory; called as a job or a live session begins."""
    if HAS_SMALL_MEMORY:
        end_idle_workers()
        free_networks()
        return_freed_memory()


def end_idle_workers() -> None:
    """End the workers that have nothing to do; one that has had a large video keeps 200 MB."""
    if "posecore.runs.pool" in sys.modules:
        sys.modules["posecore.runs.pool"].end_idle_workers()


def free_networks() -> None:
    """Drop the networks that this process has loaded; those in use stay until their user is done."""
    if "posecore.estimation.photos" in sys.modules:
        sys.modules["posecore.estimation.photos"].release_models()
    if "posecore.estimation.networks" in sys.modules:
        sys.modules["posecore.estimation.networks"].release_networks()


def _return_mapped_files(libc: ctypes.CDLL) -> None:
    """Return what was read from libraries to the system, which reads it again where it is needed (Linux 5.4)."""
    for line in _MAPS.read_text().splitlines():
        span, access, _, _, inode, *_ = line.split()
        if inode != "0" and access[1] == "-":  # never what may have been changed
            start, end = (int(address, 16) for address in span.split("-"))
            libc.madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), _PAGE_OUT)
