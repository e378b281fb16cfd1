"""Limits on simultaneous live streams and their duration, as each needs a processor."""

import threading
import weakref
from typing import Any

from posecore.limits import LIMITS

FULL = "full"
TIME = "time"


def why_over(reason: str) -> str:
    """Explain ``FULL`` or ``TIME`` to the visitor."""
    if reason == FULL:
        sessions = "one live session" if LIMITS.live_viewers == 1 else f"{LIMITS.live_viewers} live sessions"
        return f"All places are taken: this server can run {sessions} at a time."
    minutes = LIMITS.live_seconds / 60
    return f"The live session ended after {minutes:.3g} minutes so that others get a turn. Press Start to continue."


_lock = threading.Lock()
_holders: "weakref.WeakSet[Any]" = weakref.WeakSet()


def take_place(holder: object) -> bool:
    """Take a place until ``leave_place``, or until nothing refers to the holder; False if none is left."""
    with _lock:
        if holder not in _holders and len(_holders) >= LIMITS.live_viewers:
            return False
        _holders.add(holder)
        return True


def leave_place(holder: object) -> None:
    """Free the holder's place, if it has one."""
    with _lock:
        _holders.discard(holder)


def has_place(holder: object) -> bool:
    """Whether the holder has a place."""
    with _lock:
        return holder in _holders


def taken() -> int:
    """Number of places in use."""
    with _lock:
        return len(_holders)


def is_full() -> bool:
    """Whether no place is left."""
    return taken() >= LIMITS.live_viewers
