"""The one person who is followed in a live stream, in a window of bounded length."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from posecore.motion.exercises.following import AWAY_S
from posecore.motion.exercises.measures import MEASURES, PAIRED, SIDES, Doubles
from posecore.poses import VALUES_PER_LANDMARK, FloatArray, FramePoses, PoseSequence, pack_landmarks, unpack_landmarks
from posecore.skeletons import BLAZEPOSE_33

WINDOW_S = 30.0
"""Frames are kept for so long: as long as the slowest repetition may take, and several usual ones, which show the
person's own range."""
CLOSEST_S = 1 / 35
"""Frames that follow each other faster are left out, so that a fast camera costs no more than one of 30 a second."""
IN_VIEW_S = 1.0
"""What is in view is judged over this time, as a mean, so that one bad frame says nothing."""
IN_VIEW = 0.5
"""And a landmark is in view if its mean visibility is at least this."""
MARGIN = 0.2
"""A landmark that is outside the picture by more than this share of its side is not in view either. The model guesses
well what is only a little outside, such as the hips of a person at a table."""
LARGER = 1.25
"""Another person is followed instead if they are so many times larger; else two of a size would take turns."""
NEAR_TRUNKS = 2.0
"""Somebody new within so many lengths of the trunk (about a metre) of where the person was lost is that person."""

PERSON = 1
"""Id of the followed person in the window."""

_SHAPE = (len(BLAZEPOSE_33), VALUES_PER_LANDMARK)
_ROOM = 256  # more frames, each time that there is no more room
_PLACES = {"wrist": "hand", "ankle": "foot", "foot_index": "foot"}
_PLURALS = {"foot": "feet"}
_SHOULDERS, _HIPS = ([BLAZEPOSE_33.index(f"{side}_{name}") for side in SIDES] for name in ("shoulder", "hip"))


class LiveWindow:
    """The frames of the last ``WINDOW_S`` with one person, who is followed while frames arrive.

    Args:
        measures: of ``MEASURES`` or ``PAIRED``: what has to be in view.

    Attributes:
        missing: parts of the body that these measures need and that are not in view, such as ``"feet"``, or
            ``"left foot"`` if only that one counts; None if nobody was in view for a moment.
    """

    def __init__(self, measures: Sequence[str]) -> None:
        self.missing: tuple[str, ...] | None = None
        self._parts = parts_of(measures)
        self._free = True
        self._person: int | None = None
        self._seen_s = self._last_s = self._begun_s = -np.inf
        self._last_xy = np.zeros((len(BLAZEPOSE_33), 2), np.float32)
        # All frames side by side, as each answer needs them so; those before the first are not in the window any more.
        self._times_s, self._values = np.empty(_ROOM), np.empty((_ROOM, *_SHAPE), np.float32)
        self._first = self._end = 0
        self._forget()

    @property
    def free(self) -> bool:
        """Whether anybody clearly larger is followed instead."""
        return self._free

    @free.setter
    def free(self, free: bool) -> None:
        """Set it to False when the exercise begins; what was done before that is then forgotten."""
        if free != self._free:
            self._begun_s = -np.inf if free else self._last_s
        self._free = free

    @property
    def times_s(self) -> Doubles:
        """(N,) times of the frames in the window."""
        return self._times_s[self._first : self._end]

    def take(self, frames: Iterable[FramePoses]) -> bool:
        """Take in those frames that are later than the ones before; False if none is."""
        fresh = [frame for frame in frames if self._take(frame)]
        if fresh:
            first = self._first + int(np.searchsorted(self.times_s, self._last_s - IN_VIEW_S, side="right"))
            lately = slice(first, self._end)
            self.missing = _missing(self._times_s[lately], self._values[lately], self._size, self._parts)
        return bool(fresh)

    def _forget(self) -> None:
        """Empty the window."""
        self._first = self._end
        self._size = (1, 1)

    def _take(self, frame: FramePoses) -> bool:
        """Add a frame to the window, with the followed person in its only slot."""
        if frame.time_s - self._last_s < CLOSEST_S:
            return False
        if frame.time_s - self._seen_s > AWAY_S:
            self._person = None  # the next one may be another person
        place = self._place_in(frame)
        if frame.size != self._size:
            self._forget()
            self._size = frame.size
        if place is not None:
            self._person, self._seen_s = int(frame.person_ids[place]), frame.time_s
            self._last_xy = frame.xy[place]
        if self._end == len(self._times_s):
            self._make_room()
        self._times_s[self._end] = frame.time_s
        self._values[self._end] = np.nan if place is None else pack_landmarks(frame)[place]
        self._end += 1
        while self._times_s[self._first] <= frame.time_s - WINDOW_S:
            self._first += 1
        self._last_s = frame.time_s
        return True

    def _make_room(self) -> None:
        """Move the window to the start of new arrays: what was made of the old ones stays as it is."""
        there, count = slice(self._first, self._end), self._end - self._first
        times_s, values = np.empty(count + _ROOM), np.empty((count + _ROOM, *_SHAPE), np.float32)
        times_s[:count], values[:count] = self._times_s[there], self._values[there]
        self._times_s, self._values, self._first, self._end = times_s, values, 0, count

    def _place_in(self, frame: FramePoses) -> int | None:
        """Index of the followed person. If that is another one than before, the window starts again."""
        if not len(frame):
            return None
        ids = frame.person_ids.tolist()
        sizes = [_size_of(xy) for xy in frame.xy] if len(frame) > 1 else [0.0]
        largest = int(np.argmax(sizes))
        if self._person is None:
            self._forget()
            return largest
        place = ids.index(self._person) if self._person in ids else self._found_again(frame)
        if self.free and place != largest and (place is None or sizes[largest] > LARGER * sizes[place]):
            self._forget()
            return largest
        return place

    def _found_again(self, frame: FramePoses) -> int | None:
        """Index of the person who is where the followed one was lost, and of about the same size."""
        last_hips, last_trunk = _trunk_of(self._last_xy)
        for place in range(len(frame)):
            hips, trunk = _trunk_of(frame.xy[place])
            moved = np.linalg.norm(hips - last_hips) / max(last_trunk, 1e-6)
            if moved < NEAR_TRUNKS and 0.5 < trunk / max(last_trunk, 1e-6) < 2:
                return place
        return None

    def _window(self, from_s: float = -np.inf) -> PoseSequence:
        """The frames of the window from a time on; at least one must be in it."""
        there = slice(self._first + int(np.searchsorted(self.times_s, from_s)), self._end)
        arrays: dict[str, Any] = {**unpack_landmarks(self._values[there, None]), "times_s": self._times_s[there]}
        return PoseSequence(**arrays, person_ids=np.array([PERSON]), size=self._size, fps=1 / CLOSEST_S)


def _missing(
    times_s: Doubles, values: FloatArray, size: tuple[int, int], parts: Sequence[tuple[str, list[int]]]
) -> tuple[str, ...] | None:
    """Parts that are not in view throughout a moment; of two sides, the better one decides."""
    arrays = unpack_landmarks(values)
    seen = np.isfinite(arrays["xy"][..., 0]).any(axis=-1)
    if len(times_s) < 2 or np.ptp(times_s) < 0.6 * IN_VIEW_S or seen.mean() < 0.8:
        return None
    width, height = size
    x, y = np.moveaxis(arrays["xy"][seen], -1, 0)
    inside = (np.abs(x / width - 0.5) < 0.5 + MARGIN) & (np.abs(y / height - 0.5) < 0.5 + MARGIN)
    sure = (inside * np.nan_to_num(arrays["visibility"][seen])).mean(axis=0)
    return tuple(dict.fromkeys(name for name, sides in parts if max(sure[each] for each in sides) < IN_VIEW))


def parts_of(measures: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Parts of the body that measures need, from head to foot, with the landmarks of which one is enough."""
    parts = []
    for measure in measures:
        one_sided = measure.split("_", 1)[0] in SIDES
        for landmark in MEASURES[f"left_{measure}" if measure in PAIRED else measure].landmarks:
            side, _, part = BLAZEPOSE_33.landmarks[landmark].partition("_")
            if side in SIDES:
                place = _PLACES.get(part, part)
                name = f"{side} {place}" if one_sided else _PLURALS.get(place, f"{place}s")
                both = [BLAZEPOSE_33.index(f"{each}_{part}") for each in SIDES]
                parts.append((landmark, name, [landmark] if one_sided else both))
    return [(name, landmarks) for _, name, landmarks in sorted(parts)]


def _size_of(xy: FloatArray) -> float:
    """Diagonal of a person's box, in pixels."""
    there = xy[np.isfinite(xy[:, 0])]
    return float(np.hypot(*np.ptp(there, axis=0))) if len(there) else 0.0


def _trunk_of(xy: FloatArray) -> tuple[Doubles, float]:
    """Middle of the hips and length of the trunk, in pixels."""
    shoulders, hips = (xy[both].mean(axis=0).astype(np.float64) for both in (_SHOULDERS, _HIPS))
    return hips, float(np.linalg.norm(shoulders - hips))
