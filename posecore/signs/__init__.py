"""Pure functions of hand landmarks: what a hand shows.

The names below are loaded when they are first used. No module here is called as one of them: importing it would put
the module in the place of the function.
"""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from posecore.signs.confirming import Confirmation, HoldToConfirm
    from posecore.signs.drawn_letters import MovedLetter, moved_letters, moved_letters_of
    from posecore.signs.fingerspelling import letters, letters_of
    from posecore.signs.gesture_table import GESTURES, Gesture
    from posecore.signs.live_motions import LiveMotions
    from posecore.signs.motions import MOTIONS, Motion, find_motions
    from posecore.signs.movements import HandMovement
    from posecore.signs.practice import LetterPractice
    from posecore.signs.recognition import gestures, gestures_of
    from posecore.signs.sign_file import load_signs, save_signs
    from posecore.signs.spelling import SpellingLine, spell
    from posecore.signs.taught import SignBook, SignSpotter
    from posecore.signs.words import suggest_words

_HOMES: dict[str, tuple[str, ...]] = {
    "posecore.signs.confirming": ("Confirmation", "HoldToConfirm"),
    "posecore.signs.fingerspelling": ("letters", "letters_of"),
    "posecore.signs.gesture_table": ("GESTURES", "Gesture"),
    "posecore.signs.live_motions": ("LiveMotions",),
    "posecore.signs.motions": ("MOTIONS", "Motion", "find_motions"),
    "posecore.signs.drawn_letters": ("MovedLetter", "moved_letters", "moved_letters_of"),
    "posecore.signs.movements": ("HandMovement",),
    "posecore.signs.practice": ("LetterPractice",),
    "posecore.signs.recognition": ("gestures", "gestures_of"),
    "posecore.signs.sign_file": ("load_signs", "save_signs"),
    "posecore.signs.spelling": ("SpellingLine", "spell"),
    "posecore.signs.taught": ("SignBook", "SignSpotter"),
    "posecore.signs.words": ("suggest_words",),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = [
    "GESTURES",
    "MOTIONS",
    "Confirmation",
    "Gesture",
    "HandMovement",
    "HoldToConfirm",
    "LetterPractice",
    "LiveMotions",
    "Motion",
    "MovedLetter",
    "SignBook",
    "SignSpotter",
    "SpellingLine",
    "find_motions",
    "gestures",
    "gestures_of",
    "letters",
    "letters_of",
    "load_signs",
    "moved_letters",
    "moved_letters_of",
    "save_signs",
    "spell",
    "suggest_words",
]


def __getattr__(name: str) -> object:
    """Load a public name at its first use (PEP 562)."""
    if name not in _HOME_OF:
        raise AttributeError(f"module 'posecore.signs' has no attribute {name!r}")
    value = getattr(import_module(_HOME_OF[name]), name)
    globals()[name] = value
    return value
