"""Words suggested for the letters spelled so far: those that begin with them, and those with one letter repaired.

The words, and how common each is, come with pyspellchecker: 160,000 of English, counted in subtitles. They are read at
the first use, which takes a second or two. Slurs and obscenities are among them; these are never suggested, as children
and classes spell here, too.
"""

from collections.abc import Iterator
from functools import cache
from heapq import nlargest
from importlib.resources import files
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

# Beside slurs and obscenities, the list of better-profanity has words that only strict chat rooms refuse, and a form of
# a listed word may be another word.
_HARMLESS = (
    "cocker cockers cowgirl cowgirls drunk duchy dummy enlargement erect facial fat flange gay gays god hell hemp "
    "hoar homey hump humped jerk jerked kill knob leper lesbian lesbians loin loins luster maxi menstruation monger "
    "mongers muff murder murders nappy nimrod oral orally organ ovary ovum paddy pasty pawn pollock pot potty prude "
    "racy reich revue rum rump sandbar screw screwed seaman seamen shatter shatters slave slope sniper snuff steamy "
    "stoned strip stroke stupid tampon tested tester testers testing thrust tinkle titter toots tramp ugly undies "
    "unwed urinal urine uterus vixen vodka vomit wad wedgie weed weirdo whiz willies womb woody"
)
# And what it lacks.
_MISSING = (
    "arse arsehole bitchiness bollocks boobies boong bugger bullshitter bunghole butthole chickenshit crapper cripple "
    "cum dago dammit darkie douchebag dumbass fatass gyp gypo halfbreed honkey horseshit jackoff jigaboo mong "
    "mongoloid nig nigga niggah niggard niggardly niggaz niggerhead nigra paki pansy pickaninny pikey poof poofter "
    "poontang raghead redskin sambo scumbag shat shitload skank slag sluttish slutty sodomite sodomize sodomy "
    "sonofabitch sonsofbitches spastic squaw strumpet towelhead tranny twink whoredom whoreson whorish wog"
)


def suggest_words(spelled: str, most: int = 5) -> list[str]:
    """Words that a person may be spelling, most likely first, in capital letters.

    The word as it is spelled comes first if there is such a word. The others are in order of how common they are;
    words with one letter changed, missing or too many count less than words that begin with the letters.

    Args:
        spelled: the letters so far of one word, in any case, such as ``SpellingLine.last_word``.
        most: how many are returned at most.

    Returns:
        Nothing if it is empty, or has other characters than the letters A to Z. No slur and no obscenity, even if it is
        spelled to its end.

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
    for each in _never_suggested() & likely.keys():
        del likely[each]
    return [each.upper() for each in nlargest(most, likely, key=lambda each: likely[each])]


def _is_alike(word: str, other: str) -> bool:
    """Whether the words differ in one letter that is easily taken for the other's."""
    changed = [{a.upper(), b.upper()} for a, b in zip(word, other, strict=False) if a != b]
    return len(word) == len(other) and len(changed) == 1 and any(changed[0] <= set(alike) for alike in ALIKE)


def _is_spelled(word: str) -> bool:
    return word.isascii() and word.isalpha()


@cache
def _never_suggested() -> frozenset[str]:
    """Slurs, obscenities and what is sexual, with their usual endings."""
    # Only the list is read: the package looks for words in texts, in disguise, too, which takes it long.
    listed = files("better_profanity").joinpath("profanity_wordlist.txt").read_text(encoding="utf-8").splitlines()
    harmless = frozenset(_HARMLESS.split())
    words = {*filter(_is_spelled, listed), *_MISSING.split()} - harmless
    return frozenset(form for word in words for form in _forms(word)) - harmless


def _forms(word: str) -> Iterator[str]:
    """A word, and its plural and other forms as regular English words have them."""
    yield word
    yield f"{word}es" if word.endswith(("s", "x", "z", "ch", "sh", "o")) else f"{word}s"
    if word.endswith(("s", "c", "ee")):
        return
    if word.endswith("e"):
        yield from (f"{word[:-1]}{ending}" for ending in ("ed", "er", "ers", "ing"))
    elif word.endswith("y"):
        yield from (f"{word[:-1]}i{ending}" for ending in ("es", "er", "est"))
    else:
        vowels = [letter in "aeiou" for letter in word[-3:]]
        stem = word + word[-1] if vowels == [False, True, False] and word[-1] not in "wx" else word  # "slut", "slutty"
        yield from (f"{stem}{ending}" for ending in ("ed", "er", "ers", "ing", "y", "ier", "iest"))


@cache
def _words() -> tuple[str, ...]:
    return tuple(each for each in _checker().word_frequency.dictionary if _is_spelled(each))


@cache
def _checker() -> "SpellChecker":
    # Only what suggests words loads them.
    from spellchecker import SpellChecker

    return SpellChecker(distance=1)
