"""Names of files out of names that people gave: safe on every system, in every zip, and told apart."""

import unicodedata
from collections import Counter

from posecore.poses import PoseSequence

_FORBIDDEN = '<>:"/\\|?*'
# Windows takes these for devices, with any ending.
_DEVICES = {"con", "prn", "aux", "nul", *(f"{port}{digit}" for port in ("com", "lpt") for digit in "0123456789¹²³")}
# A file name has at most 255 bytes, and stem, person and suffix are in one.
_MOST_BYTES_OF_STEM = 140
_MOST_BYTES_OF_PERSON = 60


def safe_name(text: str, otherwise: str, most_bytes: int = _MOST_BYTES_OF_STEM) -> str:
    """The same text as far as a file may be called so; ``otherwise`` where nothing of it is left.

    Letters of any script and blanks stay. What Windows forbids or nobody sees becomes "_"; dots, blanks and "_" at
    either end go, so that no name is a path, hidden, or another on Windows; ``most_bytes`` of UTF-8 are kept.
    """
    kept = "".join("_" if letter in _FORBIDDEN or not letter.isprintable() else letter for letter in text)
    short = unicodedata.normalize("NFC", kept).strip("._ ").encode()[:most_bytes].decode(errors="ignore").rstrip("._ ")
    if short.partition(".")[0].rstrip().casefold() in _DEVICES:
        short = f"{short}_" if "." not in short else short.replace(".", "_", 1)
    return short or otherwise


def person_labels(sequence: PoseSequence) -> dict[int, str]:
    """What each person is called in the name of a file, by id, no two alike: the given name, else ``person_1``."""
    plain = {person: f"person_{person}" for person in sequence.person_ids.tolist()}
    labels = {person: _label(sequence.names.get(person, ""), label) for person, label in plain.items()}
    times = Counter(label.casefold() for label in labels.values())
    unlike = {person: f"{label}_{person}" if times[label.casefold()] > 1 else label for person, label in labels.items()}
    # To Windows and macOS "Ann" and "ann" are one file.
    return unlike if len({label.casefold() for label in unlike.values()}) == len(unlike) else plain


def _label(name: str, otherwise: str) -> str:
    return safe_name("_".join(name.split()).replace(".", "_"), otherwise, _MOST_BYTES_OF_PERSON)
