"""How many live pictures the server has room for at once, and how long one may take: each wants a processor."""

import threading
import weakref
from typing import Any

from posecore.limits import LIMITS

FULL = "full"
TIME = "time"


def why_over(reason: str) -> str:
    """``FULL`` or ``TIME`` in words for the visitor."""
    if reason == FULL:
        room = "one live picture" if LIMITS.live_viewers == 1 else f"{LIMITS.live_viewers} live pictures"
        return f"All places are taken: this server has room for {room} at a time."
    minutes = LIMITS.live_seconds / 60
    return f"The live picture ended after {minutes:.3g} minutes, so that others get a turn. Press Start to go on."


_lock = threading.Lock()
_holders: "weakref.WeakSet[Any]" = weakref.WeakSet()


def take_place(holder: object) -> bool:
    """Give it a place, which it has until ``leave_place`` or until nobody refers to it; False: there is none left."""
    with _lock:
        if holder not in _holders and len(_holders) >= LIMITS.live_viewers:
            return False
        _holders.add(holder)
        return True


def leave_place(holder: object) -> None:
    """Free its place, if it has one."""
    with _lock:
        _holders.discard(holder)


def has_place(holder: object) -> bool:
    """Whether it has one."""
    with _lock:
        return holder in _holders


def taken() -> int:
    """How many there are that have one."""
    with _lock:
        return len(_holders)


def is_full() -> bool:
    """Whether nobody else gets a place."""
    return taken() >= LIMITS.live_viewers
