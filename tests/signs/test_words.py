"""Words suggested for spelled letters."""

import pytest

from posecore.errors import InvalidOption
from posecore.signs.words import suggest_words


@pytest.mark.parametrize(
    ("spelled", "word"),
    [
        ("HEL", "HELP"),
        ("th", "THE"),
        ("SCHO", "SCHOOL"),
        ("SCHOAL", "SCHOOL"),  # one letter wrong
        ("HELO", "HELLO"),  # one missing
        ("AGAAIN", "AGAIN"),  # one too many
        ("FREIND", "FRIEND"),  # two exchanged
        ("NILK", "MILK"),  # N for M: hand shapes alike
    ],
)
def test_suggestions(spelled, word):
    assert word in suggest_words(spelled)


def test_the_word_itself_comes_first_and_no_more_come_than_asked_for():
    assert suggest_words("HELL", 3)[0] == "HELL"
    assert len(suggest_words("A", 3)) == 3
    assert suggest_words("NILK", 1) == ["MILK"]


@pytest.mark.parametrize("spelled", ["", "QQQQZ", "3", "A B", "é", "A" * 10_000])
def test_no_suggestions(spelled):
    assert suggest_words(spelled) == []


def test_at_least_one_is_asked_for():
    with pytest.raises(InvalidOption, match="1 or more"):
        suggest_words("A", 0)


# A few of each kind: plain, with an ending, plural in -es, with a doubled consonant; by the list, and beside it.
@pytest.mark.parametrize(
    "word", ["fuck", "fucking", "bitches", "bitchy", "slutty", "negroes", "rapists", "faggots", "spics", "tranny"]
)
def test_slurs_and_obscenities_are_never_suggested(word):
    for length in range(1, len(word) + 1):
        assert word.upper() not in suggest_words(word[:length], 200)
    assert word.upper() not in suggest_words("X" + word[1:], 200), "one letter repaired"


def test_words_that_are_like_them_are():
    for word in (
        "SPICE",
        "SPICY",
        "PEER",
        "TESTED",
        "COCKTAIL",
        "ANALYSIS",
        "SHATTER",
        "TITLE",
        "ASSESS",
        "GAY",
        "GOD",
    ):
        assert suggest_words(word, 1) == [word]
