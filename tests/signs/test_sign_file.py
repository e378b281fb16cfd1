"""Files of taught signs, and those of strangers."""

import io
import json

import numpy as np
import pytest

from posecore.errors import InvalidOption, UnreadableSigns
from posecore.signs import sign_file
from posecore.signs.movements import HandMovement
from posecore.signs.sign_file import load_signs, save_signs, to_json
from posecore.signs.taught import SignBook
from tests.signs.signers import SIGNS, movement_of


@pytest.fixture(scope="module")
def book():
    book = SignBook()
    for text in SIGNS:
        book.add(text, movement_of(text))
    unseen = movement_of("sun")
    book.add("Grüße, 世界", HandMovement(unseen.places, np.where([[[[1]], [[np.nan]]]], unseen.shapes, np.nan)))
    book.add("tea", movement_of("tea", seconds=2))
    return book


def test_a_saved_book_knows_the_same_signs(book, tmp_path):
    path = tmp_path / "mine.signs.json"
    save_signs(book, path)
    loaded = load_signs(path)
    assert [(sign.text, len(sign.examples)) for sign in loaded.signs] == [
        (sign.text, len(sign.examples)) for sign in book.signs
    ]
    for sign, other in zip(book.signs, loaded.signs, strict=True):
        for one, two in zip(sign.examples, other.examples, strict=True):
            np.testing.assert_allclose(two.places, one.places, atol=6e-4)
            np.testing.assert_allclose(two.shapes, one.shapes, atol=6e-4)
    assert loaded.guess(movement_of("drive")).text == "drive"
    assert to_json(loaded) == path.read_bytes() == to_json(load_signs(io.BytesIO(path.read_bytes())))
    assert to_json(load_signs(io.BytesIO(to_json(SignBook())))) == to_json(SignBook())


def changed(book, change):
    about = json.loads(to_json(book))
    change(about)
    return json.dumps(about).encode()


def first(about):
    return about["signs"][0]["examples"][0]


HOSTILE = {
    "other kind": lambda about: about.update(format="other"),
    "no version": lambda about: about.pop("version"),
    "true for a version": lambda about: about.update(version=True),
    "other rate": lambda about: about.update(rate_hz=1e9),
    "signs of another type": lambda about: about.update(signs={"a": 1}),
    "a sign of another type": lambda about: about.update(signs=["a"]),
    "no text": lambda about: about["signs"][0].pop("text"),
    "a text of lines": lambda about: about["signs"][0].update(text="a\nb"),
    "a long text": lambda about: about["signs"][0].update(text="a" * 10_000),
    "the same text twice": lambda about: about["signs"][1].update(text=about["signs"][0]["text"]),
    "no examples": lambda about: about["signs"][0].update(examples=[]),
    "an example of another type": lambda about: about["signs"][0].update(examples=[3]),
    "one moment": lambda about: first(about).update(places=[[0, 0, 0, 0]], left=None, right=None),
    "too many moments": lambda about: first(about).update(places=[[0, 0, 0, 0]] * 1000, left=None, right=None),
    "moments that do not agree": lambda about: first(about).update(left=first(about)["left"][:-1]),
    "a place short": lambda about: first(about)["places"][0].pop(),
    "null for a number": lambda about: first(about)["places"][0].__setitem__(0, None),
    "true for a number": lambda about: first(about)["places"][0].__setitem__(0, True),
    "a text for a number": lambda about: first(about)["places"][0].__setitem__(0, "1"),
    "not a number": lambda about: first(about)["places"][0].__setitem__(0, float("nan")),
    "infinite": lambda about: first(about)["right"][0].__setitem__(0, float("inf")),
    "far too large": lambda about: first(about)["right"][0].__setitem__(0, 10**400),
    "too large": lambda about: first(about)["right"][0].__setitem__(0, 11),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_a_file_that_is_not_as_it_should_be_is_refused(book, case):
    with pytest.raises(UnreadableSigns, match="The file"):
        load_signs(io.BytesIO(changed(book, HOSTILE[case])))


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"\xff\xfe", b"[" * 100_000, b"null", b"3", b"PK\x03\x04", b'{"format": ' + b"1" * 10_000 + b"}"],
)
def test_what_is_no_json_is_refused(content):
    with pytest.raises(UnreadableSigns):
        load_signs(io.BytesIO(content))


def test_a_newer_version_says_so(book):
    with pytest.raises(UnreadableSigns, match="Update posecore"):
        load_signs(io.BytesIO(changed(book, lambda about: about.update(version=2))))


def test_no_such_file(tmp_path):
    with pytest.raises(UnreadableSigns, match=r"none\.signs\.json cannot be opened"):
        load_signs(tmp_path / "none.signs.json")


def test_limits_hold_for_reading_and_writing(book, monkeypatch):
    content = to_json(book)
    long = HandMovement(np.zeros((160, 2, 2)), np.full((160, 2, 21, 3), 0.123))
    large = SignBook()
    for _ in range(12):
        large.add("long", long)
    monkeypatch.setattr(sign_file, "LIMITS", sign_file.LIMITS.from_environment({"POSECORE_LIMIT_SIGNS_MEGABYTES": "1"}))
    with pytest.raises(InvalidOption, match="at most 1 MB"):
        to_json(large)
    with pytest.raises(UnreadableSigns, match="more than 1 MB"):
        load_signs(io.BytesIO(content + b" " * 1_000_000))
