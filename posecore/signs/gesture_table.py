"""All gestures: one row each."""

from collections.abc import Mapping
from dataclasses import dataclass

from posecore.signs.measures import FINGERS


@dataclass(frozen=True)
class Gesture:
    """How a hand is held in one gesture.

    Attributes:
        name: what it is called; two rows may have one name.
        straight: the fingers that are straight, of ``FINGERS``; the others are bent.
        thumb: ``out``, ``across`` the palm, or ``not out``, ``not across``.
        also: measures of ``measure_hands`` that must hold too.
        free: fingers that may be straight or bent.
    """

    name: str
    straight: tuple[str, ...]
    thumb: str | None = None
    also: tuple[str, ...] = ()
    free: tuple[str, ...] = ()

    @property
    def conditions(self) -> tuple[str, ...]:
        """All measures that must hold; ``not`` before one is its opposite."""
        fingers = [
            f"{finger} {'straight' if finger in self.straight else 'bent'}"
            for finger in FINGERS
            if finger not in self.free
        ]
        negated, _, state = (self.thumb or "").rpartition(" ")
        thumb = [f"{negated} thumb {state}".strip()] if state else []
        return (*fingers, *thumb, *self.also)


_ALL = tuple(FINGERS)

_ROWS = (
    Gesture("open_palm", _ALL, thumb="not across"),
    Gesture("fist", (), thumb="not out"),
    Gesture("pointing", ("index",), thumb="not out"),
    Gesture("victory", ("index", "middle"), thumb="not out", also=("fingers apart",)),
    Gesture("thumb_up", (), thumb="out", also=("thumb up",)),
    Gesture("thumb_down", (), thumb="out", also=("thumb down",)),
    Gesture("ok", ("middle", "ring", "pinky"), also=("tips touch",), free=("index",)),
    # The ring finger follows a straight little finger, and is hidden at the ear, where the network guesses it straight.
    Gesture("call_me", ("pinky",), thumb="out", free=("ring",)),
    Gesture("rock", ("index", "pinky"), thumb="not out"),
    Gesture("four", _ALL, thumb="across"),
    Gesture("three", ("index", "middle"), thumb="out"),
    Gesture("three", ("index", "middle", "ring"), thumb="not out"),
    Gesture("i_love_you", ("index", "pinky"), thumb="out"),
)

GESTURES: Mapping[str, tuple[Gesture, ...]] = {
    name: tuple(row for row in _ROWS if row.name == name) for name in dict.fromkeys(row.name for row in _ROWS)
}
"""The ways to make each gesture, by its name."""
