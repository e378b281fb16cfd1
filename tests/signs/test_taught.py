"""Signs that are taught once, and told in other films of other signers."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from benchmarks import signs as benchmark
from posecore.errors import InvalidOption, SignNotSeen
from posecore.hands import HandSequence
from posecore.poses import PoseSequence
from posecore.signs import taught
from posecore.signs.movements import MOST_S, HandMovement
from posecore.signs.taught import MARGIN, SignBook, SignGuess, SignSpotter
from tests.signs.signers import SIGNS, film, mirrored, movement_of, without_hands


@pytest.fixture(scope="module")
def book():
    book = SignBook()
    for text in SIGNS:
        book.teach(text, *film([movement_of(text)]))
    return book


CHANGES = {
    "same": {},
    "slow": {"speed": 0.7},
    "fast": {"speed": 1.4},
    "small": {"width": 25.0, "centre": (500, 100), "jitter": 0.3},
    "large": {"width": 180.0, "centre": (100, 150)},
    "tilted": {"tilt_deg": 12.0},
    "noisy": {"jitter": 2.0},
    "few frames": {"fps": 12.0},
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_sign_taught_once_is_told_in_a_changed_film(book, change):
    told = {text: book.recognise(*film([movement_of(text)], **CHANGES[change])) for text in SIGNS}
    assert {text: guess.text for text, guess in told.items()} == {text: text for text in SIGNS}
    assert all(guess.score > 0.4 and guess.runner_up != text for text, guess in told.items())


def test_a_left_handed_signer_is_understood(book):
    for text in SIGNS:
        assert book.recognise(*mirrored(*film([movement_of(text)]))).text == text


def test_hands_that_are_found_in_half_of_the_frames_are_enough(book):
    for text in SIGNS:
        poses, hands = film([movement_of(text)])
        assert book.recognise(poses, without_hands(hands, 0.5)).text == text


def test_a_sign_that_was_not_taught_is_unknown(book):
    for text in SIGNS:
        others = SignBook()
        for sign in book.signs:
            if sign.text != text:
                others.add(sign.text, sign.examples[0])
        guess = others.recognise(*film([movement_of(text)], tilt_deg=5))
        assert guess.text == ""
        assert guess.nearest


def between(one, other, share):
    """A movement that is a mixture of two."""
    mixed = (getattr(one, name) * (1 - share) + getattr(other, name) * share for name in ("places", "shapes"))
    return HandMovement(*mixed)


def test_what_differs_from_a_sign_as_much_as_another_known_sign_is_unknown():
    tea, sun = movement_of("tea"), movement_of("sun")
    like_tea, given = between(tea, sun, 0.35), between(tea, movement_of("house"), 0.2)
    book = SignBook()
    book.add("tea", tea)
    assert book.guess(given).text == "tea"
    book.add("like tea", like_tea)
    guess = book.guess(given)
    assert guess.runner_up_score < 1 - (1 - guess.score) / MARGIN, "clearly nearer to tea"
    assert (guess.text, guess.nearest) == ("", "tea")
    assert book.guess(between(tea, movement_of("house"), 0.05)).text == "tea"


def test_shapes_tell_signs_of_the_same_path_apart():
    fist, flat = movement_of("tea"), movement_of("tea")
    flat.shapes[:] = movement_of("sun").shapes[0]
    book = SignBook()
    book.add("fist", fist)
    book.add("flat", flat)
    assert book.guess(fist).text == "fist"
    assert book.guess(flat).text == "flat"
    # Without its hand found, it may be both.
    neither = HandMovement(fist.places, np.full_like(fist.shapes, np.nan))
    assert book.guess(neither).text == ""


def test_a_film_without_a_raised_hand_teaches_nothing(book):
    with pytest.raises(SignNotSeen, match="raised above the waist"):
        SignBook().teach("none", *film([None]))
    assert book.recognise(*film([None])) == SignGuess("", 0.0, "", "", 0.0)
    nobody = PoseSequence.from_frames([], size=(640, 480), fps=30)
    assert book.recognise(nobody, HandSequence.from_frames([], size=(640, 480), fps=30)).text == ""
    assert SignBook().recognise(*film([movement_of("tea")])).nearest == ""


def test_arms_without_a_hand_teach_nothing():
    poses, hands = film([movement_of("tea")])
    with pytest.raises(SignNotSeen, match="No hand was found"):
        SignBook().teach("tea", poses, without_hands(hands, 1.0))


def test_examples_are_added_removed_and_renamed():
    book = SignBook()
    tea, sun = movement_of("tea"), movement_of("sun")
    book.add(" Tee ", tea)
    book.add("Tee", sun)
    book.add("Haus", movement_of("house"))
    assert [(sign.text, len(sign.examples)) for sign in book.signs] == [("Tee", 2), ("Haus", 1)]
    assert book.guess(sun).text == book.guess(tea).text == "Tee"
    book.remove("Tee", 1)
    assert book.guess(sun).text == ""
    book.rename("Tee", "tea, 茶")
    assert [sign.text for sign in book.signs] == ["tea, 茶", "Haus"]
    book.rename("Haus", "tea, 茶")
    assert [(sign.text, len(sign.examples)) for sign in book.signs] == [("tea, 茶", 2)]
    book.remove("tea, 茶", 0)
    book.remove("tea, 茶", 0)
    assert len(book) == 0
    with pytest.raises(InvalidOption, match="none"):
        book.remove("Tee")


@pytest.mark.parametrize("text", ["👋🏽", "👨\u200d👩\u200d👧", "क्\u200cष", "x" * 100])
def test_texts_may_have_emoji_and_joined_letters(text):
    book = SignBook()
    book.add(text, movement_of("tea"))
    assert book.guess(movement_of("tea")).text == text


@pytest.mark.parametrize("text", ["", "  ", "x" * 101, "two\nlines", "\x00", "\u200d", "\u202etxet"])
def test_texts_that_cannot_be(text):
    with pytest.raises(InvalidOption, match="one line"):
        SignBook().add(text, movement_of("tea"))


def test_a_book_takes_no_more_examples_than_the_limit(monkeypatch):
    monkeypatch.setattr(taught, "LIMITS", taught.LIMITS.from_environment({"POSECORE_LIMIT_SIGN_EXAMPLES": "1"}))
    book = SignBook()
    book.add("tea", movement_of("tea"))
    with pytest.raises(InvalidOption, match="at most 1"):
        book.add("sun", movement_of("sun"))


def test_signs_are_spotted_between_rests(book):
    texts = ["tea", "house", "sun", "drive", "tea"]
    poses, hands = film([movement_of(text) for text in texts])
    spotted = book.spot(poses, hands)
    assert [each.text for each in spotted] == texts
    # Each lasts 1.5 s, and hands are below the waist for a part of it; they rest for 0.6 s before.
    for number, each in enumerate(spotted):
        begin_s = 0.6 + number * 2.15
        assert begin_s <= each.start_s < each.end_s <= begin_s + 1.55


def test_signs_without_a_rest_between_them_are_spotted(book):
    texts = ["house", "tea", "drive"]
    cut = [movement_of(text) for text in texts]
    joined = HandMovement(
        *(np.concatenate([getattr(each, name)[5:-5] for each in cut]) for name in ("places", "shapes"))
    )
    spotted = book.spot(*film([joined]))
    assert [each.text for each in spotted] == texts
    assert all(one.end_s <= other.start_s + 0.25 for one, other in pairwise(spotted))


def test_frames_fed_live_give_the_same_signs_once(book):
    poses, hands = film([movement_of("tea"), movement_of("sun"), None, movement_of("give")])
    spotter, live, waiting = SignSpotter(book), [], []
    for index in range(len(poses)):
        for each in spotter.feed(poses.frame(index), hands.frame(index)):
            live.append(each)
            waiting.append(poses.times_s[index] - each.end_s)
        assert spotter.feed(poses.frame(index), hands.frame(index)) == []  # the same frame again
    assert live == book.spot(poses, hands)
    assert [each.text for each in live] == ["tea", "sun", "give"]
    assert max(waiting) < 0.3
    assert spotter.finish() == []


def test_an_unknown_movement_comes_live_without_a_text():
    poses, hands = film([movement_of("tea")])
    book = SignBook()
    book.add("house", movement_of("house"))
    spotter = SignSpotter(book)
    live = [each for index in range(len(poses)) for each in spotter.feed(poses.frame(index), hands.frame(index))]
    assert [each.text for each in live] == [""]
    assert book.spot(poses, hands) == []


def test_a_sign_that_is_held_ends_while_the_hands_stay_up(book):
    held = movement_of("house")
    middle = [*range(len(held.places) - 8), *[len(held.places) - 9] * 60]
    poses, hands = film([HandMovement(held.places[middle], held.shapes[middle])], rest_s=0.0)
    spotter = SignSpotter(book)
    live = [each for index in range(len(poses)) for each in spotter.feed(poses.frame(index), hands.frame(index))]
    assert [each.text for each in live] == ["house"]
    assert live[0].end_s < poses.times_s[-1] - 1
    assert not spotter.is_moving


def test_a_cut_ends_a_sign(book):
    poses, hands = film([movement_of("tea")])
    middle = len(poses) // 2
    frames = [poses.frame(index) for index in range(len(poses))]
    cut = PoseSequence.from_frames(
        [*frames[:middle], type(frames[0])(**{**vars(frames[middle]), "begins_shot": True}), *frames[middle + 1 :]],
        size=poses.size, fps=30,
    )  # fmt: skip
    cut_s = poses.times_s[middle]
    assert len(book.spot(poses, hands)) == 1
    assert all(each.end_s < cut_s or each.start_s >= cut_s for each in book.spot(cut, hands))


def test_memory_stays_bounded_while_hands_never_rest(book):
    waving = movement_of("drive", seconds=4)
    up = slice(20, 60)
    again = HandMovement(np.tile(waving.places[up], (16, 1, 1)), np.tile(waving.shapes[up], (16, 1, 1, 1)))
    poses, hands = film([again], fps=10)
    assert poses.times_s[-1] > 3 * MOST_S
    spotter = SignSpotter(SignBook())
    sizes = []
    tracemalloc.start()
    for index in range(len(poses)):
        spotter.feed(poses.frame(index), hands.frame(index))
        if index % 30 == 29:
            sizes.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert max(sizes[3:]) < 1.5 * max(sizes[:3])


def test_bodies_and_hands_must_be_of_the_same_frames_and_people(book):
    poses, hands = film([movement_of("tea")])
    with pytest.raises(InvalidOption, match="same frames"):
        book.recognise(poses, hands.at(slice(1, None)))
    with pytest.raises(InvalidOption, match="people"):
        book.recognise(poses, hands, person=3)
    assert book.recognise(poses, hands, person=7).text == "tea"


def test_thank_you_is_not_taken_for_eat_by_a_book_without_it(shared_data):
    def landmarks(word):
        frames, fps = benchmark.read(shared_data / "asl_words" / f"{word}.mkv")
        return benchmark.landmarks_of(frames[::2], fps / 2)

    book = benchmark.taught({word: landmarks(word) for word in ("eat", "milk")})
    thanks = landmarks("thanks")
    guess = book.recognise(*thanks)
    assert (guess.text, guess.nearest) == ("", "eat")
    assert book.spot(*thanks) == []
    book.teach("thank you", *thanks)
    assert book.recognise(*thanks).text == "thank you"
