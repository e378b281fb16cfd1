"""Pure functions of hand landmarks: what a hand shows.

The names below are loaded when they are first used. No module here is called as one of them: importing it would put
the module in the place of the function.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posecore.signs.recognition import gestures

_HOMES: dict[str, tuple[str, ...]] = {
    "posecore.signs.recognition": ("gestures",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "gestures",
]


def __getattr__(name: str) -> object:
    """Load a public name at its first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'posecore.signs' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
