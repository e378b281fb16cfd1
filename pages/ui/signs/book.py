"""The visit's taught signs, with steps back, and the examples that wait to be learnt."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip
from pages.ui.signs.sign_run import SignRun
from posecore import HandSequence, PosecoreError, PoseSequence
from posecore.signs.taught import SignBook

_MOST_STEPS = 20
_ALIKE = 0.5  # from this likeness on, two signs are taken for each other now and then


@dataclass
class TaughtSigns:
    """The signs of one visit.

    Attributes:
        book: the signs.
        version: grows with each change.
        waiting: examples to learn: the text of the sign, and its video.
        run: of the first of them.
        told: what came of the last ones, in sentences; True: it went well.
    """

    book: SignBook = field(default_factory=SignBook)
    version: int = 0
    waiting: deque[tuple[str, Clip]] = field(default_factory=deque)
    run: SignRun | None = None
    told: list[tuple[bool, str]] = field(default_factory=list)
    _before: list[SignBook] = field(default_factory=list)

    def close(self) -> None:
        """Delete the videos of the examples that wait."""
        if self.run is not None:
            self.run.close()
        for _text, clip in self.waiting:
            clip.close()
        self.waiting.clear()

    @property
    def can_undo(self) -> bool:
        """Whether there was a change."""
        return bool(self._before)

    def change(self, do: Callable[[SignBook], object]) -> None:
        """Change the signs, so that it can be undone.

        Raises:
            PosecoreError: if it cannot be done; the signs stay as they were.
        """
        changed = SignBook()
        _add_all(changed, self.book)
        do(changed)
        self._before = [*self._before, self.book][-_MOST_STEPS:]
        self.book, self.version = changed, self.version + 1

    def undo(self) -> None:
        """Take the last change back."""
        if self._before:
            self.book, self.version = self._before.pop(), self.version + 1

    def join(self, other: SignBook) -> None:
        """Add the signs of another book."""
        self.change(lambda book: _add_all(book, other))

    def learn(self, text: str, poses: PoseSequence, hands: HandSequence, *, of: str) -> None:
        """Learn an example, or note why not.

        Args:
            text: of the sign.
            poses: bodies of the example.
            hands: of the same frames.
            of: where it is from, such as the name of a file.
        """
        guess = self.book.recognise(poses, hands)
        try:
            self.change(lambda book: book.teach(text, poses, hands))
        except PosecoreError as error:
            self.told.append((False, f"{of}: {error}"))
            return
        alike = guess.text if guess.text not in ("", text.strip()) and guess.score >= _ALIKE else ""
        also = f" It looks like “{alike}”, so the two may be taken for each other." if alike else ""
        self.told.append((not alike, f"{of}: learnt as an example of “{text.strip()}”.{also}"))


def signs_of(visit: Visit) -> TaughtSigns:
    """The signs that were taught in this visit."""
    there = visit.get(TaughtSigns)
    if there is None:
        there = TaughtSigns()
        visit.keep(there)
    return there


def _add_all(book: SignBook, other: SignBook) -> None:
    for sign in other.signs:
        for example in sign.examples:
            book.add(sign.text, example)
