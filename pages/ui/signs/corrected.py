"""Corrected text with the times of the words that were spelled."""

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher

from posecore.signs.spelling import SpelledWord


def retime(spelled: Sequence[SpelledWord], text: str) -> list[SpelledWord]:
    """The words of a text that a person corrected, with times.

    A word that is as it was spelled keeps its times. Words in the place of others share their time, each as much as it
    has letters. Added words are shown with the word before them, or else with the next one.

    Args:
        spelled: the words before the correction, in order of time.
        text: the corrected text; of the words in it, upper and lower case do not matter.

    Returns:
        Nothing if nothing was spelled, as there are no times then.
    """
    return list(_timed(spelled, text.split())) if spelled else []


def _timed(spelled: Sequence[SpelledWord], words: Sequence[str]) -> Iterator[SpelledWord]:
    before = [word.text.upper() for word in spelled]
    alike = SequenceMatcher(None, before, [word.upper() for word in words], autojunk=False)
    for kind, start, end, first, after in alike.get_opcodes():
        if kind == "equal":
            for word, text in zip(spelled[start:end], words[first:after], strict=True):
                yield word._replace(text=text)
        elif kind == "replace":
            yield from _share(spelled[start].start_s, spelled[end - 1].end_s, words[first:after])
        elif kind == "insert":
            beside = spelled[start - 1] if start else spelled[0]
            yield beside._replace(text=" ".join(words[first:after]))


def _share(start_s: float, end_s: float, words: Sequence[str]) -> Iterator[SpelledWord]:
    letters = sum(map(len, words))
    for word in words:
        until_s = start_s + (end_s - start_s) * len(word) / letters
        yield SpelledWord(word, start_s, until_s)
        start_s, letters = until_s, letters - len(word)
