"""Words suggested for the letters spelled so far: those that begin with them, and those with one letter repaired.

The words, and how common each is, come with pyspellchecker: 160,000 of English, counted in subtitles. They are read at
the first use, which takes a second or two.
"""

from functools import cache
from heapq import nlargest
from typing import TYPE_CHECKING

from posecore.errors import InvalidOption

if TYPE_CHECKING:
    from spellchecker import SpellChecker

LONGEST = 40
"""Letters of what is looked up: nothing longer is a word."""
REPAIRED = 0.02
"""A word with one letter repaired counts as this much as common: most letters are right."""
TAKEN_FOR_ANOTHER = 10
"""A word is so many times as likely if the repaired letter is one whose hand shape is alike."""
ALIKE = ("AEMNST", "HKRUV", "GHPQ", "DXZ", "IJY", "CO")
"""Letters whose hand shapes are alike."""


def suggest_words(spelled: str, most: int = 5) -> list[str]:
    """Words that a person may be spelling, most likely first, in capital letters.

    The word as it is spelled comes first if there is such a word. The others are in order of how common they are;
    words with one letter changed, missing or too many count less than words that begin with the letters.

    Args:
        spelled: the letters so far of one word, in any case, such as ``SpellingLine.last_word``.
        most: how many are returned at most.

    Returns:
        Nothing if it is empty, or has other characters than the letters A to Z.

    Raises:
        InvalidOption: if ``most`` is below 1.
    """
    if most < 1:
        raise InvalidOption(f"Expected 'most' to be 1 or more, but got {most}.")
    word = spelled.lower()
    if not _is_spelled(word) or len(word) > LONGEST:
        return []
    checker = _checker()
    how_common = checker.word_frequency.dictionary
    likely: dict[str, float] = {each: how_common[each] for each in _words() if each.startswith(word)}
    for each in checker.known(checker.edit_distance_1(word)):
        if _is_spelled(each) and each not in likely:
            likely[each] = how_common[each] * REPAIRED * (TAKEN_FOR_ANOTHER if _is_alike(word, each) else 1)
    if word in likely:
        likely[word] = float("inf")
    return [each.upper() for each in nlargest(most, likely, key=lambda each: likely[each])]


def _is_alike(word: str, other: str) -> bool:
    """Whether the words differ in one letter that is easily taken for the other's."""
    changed = [{a.upper(), b.upper()} for a, b in zip(word, other, strict=False) if a != b]
    return len(word) == len(other) and len(changed) == 1 and any(changed[0] <= set(alike) for alike in ALIKE)


def _is_spelled(word: str) -> bool:
    return word.isascii() and word.isalpha()


@cache
def _words() -> tuple[str, ...]:
    return tuple(each for each in _checker().word_frequency.dictionary if _is_spelled(each))


@cache
def _checker() -> "SpellChecker":
    # Only what suggests words loads them.
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
