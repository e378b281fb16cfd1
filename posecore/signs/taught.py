"""Signs that a person teaches by showing them: kept as movements of the hands, and told apart by the most alike one.

Two movements are compared by dynamic time warping, each stretched to the same length before: where the hands are, how
they move, where one is from the other, and their shapes. The mirror image counts as well, for left-handed signers.
A sign is recognised only if it is alike enough, and clearly more than the next one; else it is unknown.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from posecore.errors import InvalidOption, SignNotSeen
from posecore.hands import FrameHands, HandSequence
from posecore.limits import LIMITS
from posecore.poses import FramePoses, PoseSequence
from posecore.signs.likeness import Compared, pieces_like
from posecore.signs.movements import RATE_HZ, FoundMovement, HandMovement, MovementFinder, upper_body, widest

UNLIKE = 1.0
"""Movements that far apart are as unlike as two different signs usually are: ten signs of different signers, on which
the weights were chosen, are between 0.7 and 1.6 apart. Copies of one, seen from elsewhere or faster, are up to 0.7."""
UNLIKE_PIECE = 0.7
"""The same for a piece of a longer movement: of so many pieces some are somewhat like a sign."""
MARGIN = 0.82
"""A sign is recognised if its distance is below this share of that of the next sign, of ``UNLIKE``, and of how far the
sign itself is from the nearest other one of the book: what differs as much as two known signs do is another sign."""
OVERLAP = 4
"""Moments, of 50 ms, that two signs without a rest between them may have in common."""
LONGEST_TEXT = 100
"""Characters of the text of a sign."""


class SignGuess(NamedTuple):
    """What a movement was taken for.

    Attributes:
        text: of the sign; "" if it is unknown.
        score: 0..1: how alike the nearest sign is; 1 is the same, 0 as unlike as two different signs usually are.
        nearest: text of that sign, even if it is not alike enough; "" if there is none.
        runner_up: text of the next one; "" if there is none.
        runner_up_score: how alike that is.
    """

    text: str
    score: float
    nearest: str
    runner_up: str
    runner_up_score: float


class SpottedSign(NamedTuple):
    """A sign in a video or a stream, from when the first hand was raised until the last was down; seconds.

    ``text`` is "" if it is unknown; ``score`` is that of ``SignGuess``.
    """

    text: str
    start_s: float
    end_s: float
    score: float


@dataclass(frozen=True)
class Sign:
    """A text, and the movements that mean it."""

    text: str
    examples: tuple[HandMovement, ...]


class SignBook:
    """Signs that were taught."""

    def __init__(self) -> None:
        self._examples: dict[str, list[Compared]] = {}

    @property
    def signs(self) -> tuple[Sign, ...]:
        """All signs, in the order in which they were taught."""
        return tuple(Sign(text, tuple(each.movement for each in examples)) for text, examples in self._examples.items())

    def __len__(self) -> int:
        """Number of signs."""
        return len(self._examples)

    def teach(
        self,
        text: str,
        poses: PoseSequence,
        hands: HandSequence,
        person: int | None = None,
    ) -> HandMovement:
        """Add an example of a sign from a video; a new text is a new sign.

        Args:
            text: what it means, of 1 to ``LONGEST_TEXT`` characters in one line.
            poses: bodies of the video, in which the sign is shown once. Of several movements the longest is taken.
            hands: of the same frames.
            person: id; None: in each shot the one who is largest and longest in view.

        Raises:
            SignNotSeen: if no movement of raised hands is found, or no hand in any frame of it.
            InvalidOption: if the text cannot be one, nobody has this id, bodies and hands are of other frames, or
                there are as many examples as the limits allow.
        """
        found = _longest(poses, hands, person)
        if found is None:
            raise SignNotSeen(
                "No sign was found in this example: in no part of it a hand is raised above the waist, moves, and is "
                "down again or still within 8 seconds. Show the whole upper body, and the sign once."
            )
        if np.isnan(found.movement.shapes).all():
            raise SignNotSeen(
                "No hand was found in this example; where the arms are was guessed. Show the whole upper body with the "
                "hands, near enough, in good light and without gloves."
            )
        self.add(text, found.movement)
        return found.movement

    def add(self, text: str, movement: HandMovement) -> None:
        """Add an example of a sign; a new text is a new sign.

        Raises:
            InvalidOption: if the text cannot be one, or there are as many examples as the limits allow.
        """
        text = _checked(text)
        if sum(map(len, self._examples.values())) >= LIMITS.sign_examples:
            raise InvalidOption(
                f"Expected at most {LIMITS.sign_examples:,} examples of signs, but got one more. Remove some."
            )
        self._examples.setdefault(text, []).append(Compared(movement))

    def remove(self, text: str, example: int | None = None) -> None:
        """Remove a sign, or one of its examples; without examples a sign is removed too.

        Raises:
            InvalidOption: if there is no such sign or example.
        """
        examples = self._of(text)
        if example is not None:
            if not 0 <= example < len(examples):
                raise InvalidOption(f"Expected one of the {len(examples)} examples of {text!r}, but got {example}.")
            del examples[example]
        if example is None or not examples:
            del self._examples[text]

    def rename(self, text: str, new: str) -> None:
        """Give a sign another text, in its place in the order; to that of another sign, the examples are joined.

        Raises:
            InvalidOption: if there is no such sign, or the text cannot be one.
        """
        self._of(text)
        new = _checked(new)
        renamed: dict[str, list[Compared]] = {}
        for each, examples in self._examples.items():
            renamed.setdefault(new if each == text else each, []).extend(examples)
        self._examples = renamed

    def guess(self, movement: HandMovement) -> SignGuess:
        """What a movement is taken for; a book without signs knows none."""
        given = Compared(movement)
        distances = {text: [each.distance(given) for each in of] for text, of in self._examples.items()}
        guess = _guess({text: min(of) for text, of in distances.items()})
        if not guess.text:
            return guess
        own = distances[guess.text]
        example = self._examples[guess.text][own.index(min(own))]
        others = (each for text, of in self._examples.items() if text != guess.text for each in of)
        apart = min((each.distance(example) for each in others), default=np.inf)
        return guess if min(own) < MARGIN * apart else guess._replace(text="")

    def recognise(self, poses: PoseSequence, hands: HandSequence, person: int | None = None) -> SignGuess:
        """What the sign of a video is taken for, which is shown once; of several movements the longest is taken.

        If there is no movement, the sign is unknown and the score is 0.

        Args:
            poses: bodies of the video.
            hands: of the same frames.
            person: id; None: in each shot the one who is largest and longest in view.

        Raises:
            InvalidOption: if nobody has this id, or bodies and hands are of other frames.
        """
        found = _longest(poses, hands, person)
        return SignGuess("", 0.0, "", "", 0.0) if found is None else self.guess(found.movement)

    def spot(self, poses: PoseSequence, hands: HandSequence, person: int | None = None) -> list[SpottedSign]:
        """The signs of a video, in order of time; unknown ones are left out.

        The same frames fed to a ``SignSpotter`` give the same signs.

        Args:
            poses: bodies of the video.
            hands: of the same frames.
            person: id; None: in each shot the one who is largest and longest in view.

        Raises:
            InvalidOption: if nobody has this id, or bodies and hands are of other frames.
        """
        spotter = SignSpotter(self)
        return [each for found in _movements(poses, hands, person) for each in spotter.signs_in(found) if each.text]

    def guess_pieces(self, movement: HandMovement) -> list[tuple[SignGuess, int, int]]:
        """The signs within a movement that is not one sign, in order of time: several without a rest between them.

        Each with its first moment and that after its last. Example and piece are compared without their ends, in which
        the hands are raised and lowered.
        """
        examples = [(text, each) for text, of_text in self._examples.items() for each in of_text]
        if not examples:
            return []
        given, found = Compared(movement), list[tuple[SignGuess, int, int]]()
        texts = np.array([text for text, _ in examples])
        for piece in pieces_like(movement, [each for _, each in examples], MARGIN * UNLIKE_PIECE):
            overlaps = any(min(piece.end, end) - max(piece.start, start) > OVERLAP for _, start, end in found)
            by_text = {str(text): float(piece.distances[texts == text].min()) for text in self._examples}
            first = _guess(by_text, UNLIKE_PIECE).text
            if first and not overlaps:
                itself = given.piece(piece.start, piece.end)
                warped = {text: min(each.core.distance(itself) for each in of) for text, of in self._examples.items()}
                guess = _guess(warped, UNLIKE_PIECE)
                if guess.text == first:
                    found.append((guess, piece.start, piece.end))
        return sorted(found, key=lambda each: each[1])

    def _of(self, text: str) -> "list[Compared]":
        if text not in self._examples:
            known = ", ".join(map(repr, self._examples)) or "none"
            raise InvalidOption(f"Expected one of the signs that were taught ({known}), but got {text!r}.")
        return self._examples[text]


class SignSpotter:
    """Spots the signs of one person in a stream of frames. It keeps no more than the frames of one movement.

    Args:
        book: the signs; those taught later are spotted too.
        person: id; None: the largest, for as long as they are there.
    """

    def __init__(self, book: SignBook, person: int | None = None) -> None:
        self._book, self._person = book, person
        self._followed = person
        self._ended_s = float("-inf")  # the last of several signs without a rest
        self._finder = MovementFinder()

    @property
    def is_moving(self) -> bool:
        """Whether a movement has begun and not ended yet."""
        return self._finder.is_moving

    def feed(self, poses: FramePoses, hands: FrameHands) -> list[SpottedSign]:
        """Take in one frame, and return the signs that ended with it, each once; usually none.

        Signs without a rest between them come together when the hands rest, or after 8 seconds. A movement that is no
        sign that was taught comes as one whose text is "".

        Args:
            poses: bodies of the frame. One that is not later than that before is left out.
            hands: of the same frame.

        Raises:
            InvalidOption: if bodies and hands are of other times.
        """
        ids = poses.person_ids.tolist()
        begins_shot = poses.begins_shot
        if self._person is None and ids and self._followed not in ids:
            self._followed = ids[widest(poses.xy[None])]
            begins_shot = True
        if self._followed not in ids:
            poses = FramePoses.nobody(poses.size, poses.time_s)
        body = upper_body(poses, hands, self._followed if len(poses) else None)
        return self.signs_in(self._finder.feed(body, begins_shot=begins_shot))

    def finish(self) -> list[SpottedSign]:
        """End the stream, and return the signs that ended with it."""
        return self.signs_in(self._finder.finish())

    def signs_in(self, found: FoundMovement | None) -> list[SpottedSign]:
        """The signs of the next movement that was found in the stream, without those that ended before."""
        if found is None:
            return []
        guess = self._book.guess(found.movement) if found.is_whole else _guess({})
        if guess.text:
            return [SpottedSign(guess.text, found.start_s, found.end_s, guess.score)]
        spotted = [
            SpottedSign(each.text, found.start_s + start / RATE_HZ, found.start_s + (end - 1) / RATE_HZ, each.score)
            for each, start, end in self._book.guess_pieces(found.movement)
        ]
        new = [each for each in spotted if each.start_s >= self._ended_s - OVERLAP / RATE_HZ]
        self._ended_s = max([self._ended_s, *(each.end_s for each in new)])
        is_unknown = not spotted and found.is_whole
        return [SpottedSign("", found.start_s, found.end_s, guess.score)] if is_unknown else new


def _movements(poses: PoseSequence, hands: HandSequence, person: int | None) -> Iterator[FoundMovement]:
    body = upper_body(poses, hands, person)
    finder = MovementFinder()
    cuts = set(poses.cuts.tolist())
    for index in range(len(poses)):
        found = finder.feed(body.frames(index, index + 1), begins_shot=index in cuts)
        if found is not None:
            yield found
    last = finder.finish()
    if last is not None:
        yield last


def _longest(poses: PoseSequence, hands: HandSequence, person: int | None) -> FoundMovement | None:
    whole = (each for each in _movements(poses, hands, person) if each.is_whole)
    return max(whole, key=lambda each: each.end_s - each.start_s, default=None)


def _guess(distances: Mapping[str, float], unlike: float = UNLIKE) -> SignGuess:
    """What something is taken for that is so far from each sign."""
    order = sorted((distance, text) for text, distance in distances.items())
    (nearest, text), (second, runner_up) = [*order, (np.inf, ""), (np.inf, "")][:2]
    is_told = nearest < MARGIN * min(second, unlike)
    return SignGuess(text if is_told else "", _score(nearest), text, runner_up, _score(second))


def _score(distance: float) -> float:
    return max(0.0, 1 - distance / UNLIKE)


def _checked(text: str) -> str:
    plain = text.strip()
    # Joiners are no letters, but emoji and scripts such as Persian and Hindi need them.
    letters = plain.replace("\N{ZERO WIDTH JOINER}", "").replace("\N{ZERO WIDTH NON-JOINER}", "")
    if not letters or len(plain) > LONGEST_TEXT or not letters.isprintable():
        raise InvalidOption(
            f"Expected the text of a sign to be one line of 1 to {LONGEST_TEXT} characters, but got {text[:200]!r}."
        )
    return plain
