"""Counting repetitions while they are done: frame by frame, in a window of bounded length."""

from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from posecore.errors import InvalidOption
from posecore.motion.exercises.body import Body
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.following import AWAY_S, CUT, END, START, Scene, follow
from posecore.motion.exercises.measures import MEASURES, PAIRED, SIDES, Doubles
from posecore.motion.exercises.movements import HIDDEN, LEAST, LONGEST_GAP_S, WALKING, progress
from posecore.motion.exercises.outcome import NOBODY, NOT_SEEN, counted_of
from posecore.motion.exercises.results import NotCounted, Repetition
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import VALUES_PER_LANDMARK, FloatArray, FramePoses, PoseSequence, pack_landmarks, unpack_landmarks
from posecore.skeletons import BLAZEPOSE_33

WINDOW_S = 30.0
"""Frames are kept for so long: as long as the slowest repetition may take, and several usual ones, which show the
person's own range."""
CLOSEST_S = 1 / 35
"""Frames that follow each other faster are left out, so that a fast camera costs no more than one of 30 a second."""
SETTLED_S = 0.3
"""A repetition counts once the person has been back at rest for so long: what is counted is never taken back."""
IN_VIEW_S = 1.0
"""What is in view is judged over this time, as a mean, so that one bad frame says nothing."""
IN_VIEW = 0.5
"""And a landmark is in view if its mean visibility is at least this."""
MARGIN = 0.2
"""A landmark that is outside the picture by more than this share of its side is not in view either. The model guesses
well what is only a little outside, such as the hips of somebody who sits at a table."""
LARGER = 1.25
"""Another person is followed instead if they are so many times larger; else two of a size would take turns."""
NEAR_TRUNKS = 2.0
"""Somebody new within so many lengths of the trunk (about a metre) of where the person was lost is that person."""

_UNSEEN = np.full((len(BLAZEPOSE_33), VALUES_PER_LANDMARK), np.nan, np.float32)
_PLACES = {"wrist": "hands", "ankle": "feet", "foot_index": "feet"}
_SILENT = (WALKING, NOBODY, NOT_SEEN, START, END, CUT, HIDDEN)
_SHOULDERS, _HIPS = ([BLAZEPOSE_33.index(f"{side}_{name}") for side in SIDES] for name in ("shoulder", "hip"))


class LiveCount:
    """Counts the repetitions of one person as frames arrive.

    The same frames give the same count as ``count_repetitions`` does for the whole clip, except that a repetition once
    counted stays counted, even if much larger ones after it make it look like half of one.

    Args:
        exercise: one of ``EXERCISES`` whose repetitions are counted, so no hold.

    Attributes:
        exercise: its declaration.
        repetitions: all that were counted, in order of time.
        not_counted: the newest movement that was not counted, unless a repetition was counted after it.
        progress: how far the person is between rest, 0, and the extreme of their own repetitions, 1; None if unknown.
        missing: parts of the body that the exercise needs and that are not in view, such as ``"feet"``; None if nobody
            was in view for a moment.
        free: whether anybody clearly larger is followed instead. Set it to False when the exercise begins.

    Raises:
        InvalidOption: if there is no such exercise.
    """

    def __init__(self, exercise: str) -> None:
        declared = EXERCISES.get(exercise)
        if not isinstance(declared, Exercise):
            counted = ", ".join(name for name, each in EXERCISES.items() if isinstance(each, Exercise))
            raise InvalidOption(
                f"Expected an exercise whose repetitions are counted ({counted}), but got {exercise!r}."
            )
        self.exercise: Exercise = declared
        self.repetitions: list[Repetition] = []
        self.not_counted: NotCounted | None = None
        self.progress: float | None = None
        self.missing: tuple[str, ...] | None = None
        self.free = True
        self._person: int | None = None
        self._seen_s = self._last_s = self._after_s = -np.inf
        self._last_hips, self._last_trunk = np.zeros(2), 1.0
        self._forget()

    def add(self, frames: Iterable[FramePoses], *, last: bool = False) -> None:
        """Count on.

        Args:
            frames: those since the last call, in order of time; their ``time_s`` must be on one clock throughout. Any
                that are not later than those before are left out.
            last: whether none will follow, so that a repetition that has just ended counts too.
        """
        fresh = [frame for frame in frames if self._take(frame)]
        if not (fresh or last) or not self._frames:
            return
        window = self._window()
        scene = Scene(window, None)
        counted = counted_of(scene, self.exercise, *follow(scene, self.exercise))
        now_s = float(window.times_s[-1])
        for each in counted.repetitions:
            # What is counted already began before its own turning point, wherever that is seen now.
            if each.start_s > self._after_s and (last or each.end_s <= now_s - SETTLED_S):
                self.repetitions.append(each)
                self._after_s = each.extreme_s
        self.not_counted = next((each for each in reversed(counted.not_counted) if self._is_news(each, now_s)), None)
        bodies = scene.bodies(0, 0, self.exercise.shortest_s)
        here = bool(bodies) and now_s - bodies[-1].times_s[-1] < LONGEST_GAP_S
        self.progress = self._progress(bodies[-1], counted.repetitions) if here else None
        self.missing = _missing(window.at(window.times_s > now_s - IN_VIEW_S), self.exercise)

    def _is_news(self, each: NotCounted, now_s: float) -> bool:
        ended_s = self.repetitions[-1].end_s if self.repetitions else -np.inf
        return each.reason not in _SILENT and ended_s <= each.start_s and each.end_s <= now_s - SETTLED_S

    # ---- the frames of the one person

    def _forget(self) -> None:
        """Empty the window."""
        self._frames: deque[tuple[float, FloatArray]] = deque()  # time, and the values of the landmarks
        self._size = (1, 1)

    def _take(self, frame: FramePoses) -> bool:
        """Add a frame to the window, with the followed person in its only slot."""
        if frame.time_s - self._last_s < CLOSEST_S:
            return False
        if frame.time_s - self._seen_s > AWAY_S:
            self._person = None  # the next one may be somebody else
        place = self._place_in(frame)
        if frame.size != self._size:
            self._forget()
            self._size = frame.size
        if place is not None:
            self._person, self._seen_s = int(frame.person_ids[place]), frame.time_s
            self._last_hips, self._last_trunk = _trunk_of(frame, place)
        self._frames.append((frame.time_s, _UNSEEN if place is None else pack_landmarks(frame)[place]))
        while self._frames[0][0] <= frame.time_s - WINDOW_S:
            self._frames.popleft()
        self._last_s = frame.time_s
        return True

    def _place_in(self, frame: FramePoses) -> int | None:
        """Index of the followed person. If that is another one than before, the window starts again."""
        if not len(frame):
            return None
        ids = frame.person_ids.tolist()
        sizes = [_size_of(xy) for xy in frame.xy]
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
        """Index of somebody who is where the person was lost, and of about the same size."""
        for place in range(len(frame)):
            hips, trunk = _trunk_of(frame, place)
            moved = np.linalg.norm(hips - self._last_hips) / max(self._last_trunk, 1e-6)
            if moved < NEAR_TRUNKS and 0.5 < trunk / max(self._last_trunk, 1e-6) < 2:
                return place
        return None

    def _window(self) -> PoseSequence:
        times_s, values = zip(*self._frames, strict=True)
        arrays: dict[str, Any] = {**unpack_landmarks(np.stack(values)[:, None]), "times_s": np.array(times_s)}
        return PoseSequence(**arrays, person_ids=np.array([1]), size=self._size, fps=1 / CLOSEST_S)

    def _progress(self, body: Body, repetitions: Sequence[Repetition]) -> float:
        """Of the side that is farther on."""
        sides = SIDES if self.exercise.sides == "each" else ("both",)
        return max(_share(body, progress(body, self.exercise, side), side, repetitions) for side in sides)


def _share(body: Body, curve: Doubles, side: str, repetitions: Sequence[Repetition]) -> float:
    """Where a curve ends between the levels of this side's own repetitions, or of what is usual before the first."""
    own = [each for each in repetitions if {side, each.side} != set(SIDES) and each.start_s >= body.times_s[0]]
    if own:
        rest, extreme = (
            float(np.median(np.interp([getattr(each, at) for each in own], body.times_s, curve)))
            for at in ("start_s", "extreme_s")
        )
    else:
        rest, extreme = float(curve.min()), float(curve.max())
    size = max(extreme - rest, LEAST if own else 2 * LEAST)
    return float(np.clip((curve[-1] - rest) / size, 0, 1))


def _missing(moment: PoseSequence, exercise: Exercise) -> tuple[str, ...] | None:
    """Parts that are not in view throughout a moment; of two sides, the better one decides."""
    seen = moment.seen[:, 0]
    if len(moment) < 2 or np.ptp(moment.times_s) < 0.6 * IN_VIEW_S or seen.mean() < 0.8:
        return None
    width, height = moment.size
    x, y = np.moveaxis(moment.xy[seen, 0], -1, 0)
    inside = (np.abs(x / width - 0.5) < 0.5 + MARGIN) & (np.abs(y / height - 0.5) < 0.5 + MARGIN)
    sure = (inside * np.nan_to_num(moment.visibility[seen, 0])).mean(axis=0)
    missing = []
    for part in _parts_of(exercise):
        sides = [BLAZEPOSE_33.index(f"{side}_{part}") for side in SIDES]
        if max(sure[each] for each in sides) < IN_VIEW:
            missing.append(_PLACES.get(part, f"{part}s"))
    return tuple(dict.fromkeys(missing))


def _parts_of(exercise: Exercise) -> list[str]:
    """Paired parts of the body that an exercise is measured by, from head to foot, such as ``"knee"``."""
    names = [f"left_{each.measure}" if each.measure in PAIRED else each.measure for each in exercise.signals]
    landmarks = sorted({landmark for name in names for landmark in MEASURES[name].landmarks})
    parts = [BLAZEPOSE_33.landmarks[landmark].split("_", 1) for landmark in landmarks]
    return list(dict.fromkeys(part[1] for part in parts if part[0] in SIDES))


def _size_of(xy: FloatArray) -> float:
    """Diagonal of a person's box, in pixels."""
    there = xy[np.isfinite(xy[:, 0])]
    return float(np.hypot(*np.ptp(there, axis=0))) if len(there) else 0.0


def _trunk_of(frame: FramePoses, place: int) -> tuple[Doubles, float]:
    """Middle of the hips and length of the trunk, in pixels."""
    shoulders, hips = (frame.xy[place, both].mean(axis=0).astype(np.float64) for both in (_SHOULDERS, _HIPS))
    return hips, float(np.linalg.norm(shoulders - hips))
