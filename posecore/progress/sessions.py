"""The value of this room: one exercise session, as it is stored, exported and summarised."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from statistics import median
from uuid import UUID, uuid4

from posecore.errors import InvalidSession
from posecore.motion.exercises.results import Counted, FormNote, Held, Repetition, Steadiness
from posecore.motion.exercises.table import EXERCISES
from posecore.progress.checks import (
    MOST_TITLE,
    TEMPO,
    check_amount,
    check_head,
    check_hold,
    check_repetition,
    check_thumbnail,
)


@dataclass(frozen=True)
class ExerciseSession:
    """One exercise done at one time: in a video, or in sets in front of the camera.

    Times of repetitions and holds are seconds of the video, or since the first repetition before the camera. Numbers
    are rounded as in ``Counted.as_dict``. ``person`` of a repetition is 0 and ``points`` of a note are empty: they mean
    nothing without the video.

    Attributes:
        started_at: when it began; kept in UTC, in whole seconds.
        exercise: a name of the exercises' table, ``"any"`` or ``"angle:NAME"``.
        source: where it is from: ``"video"``, ``"camera"`` or ``"import"``, or another word.
        title: name of the file, or free words; at most 200 characters.
        sets: the repetitions, set by set; a video is one set. No set is empty.
        held: of an exercise that is held, such as a plank: each time.
        thumbnail: a small JPEG picture. Sessions are equal whatever their thumbnails.
        id: identifies it; the same session saved twice is there once.

    Raises:
        InvalidSession: if one of them is not as described; the message says what was expected and what was given.
    """

    started_at: datetime
    exercise: str
    source: str
    title: str = ""
    sets: tuple[tuple[Repetition, ...], ...] = ()
    held: tuple[Held, ...] = ()
    thumbnail: bytes | None = field(default=None, compare=False, repr=False)
    id: UUID = field(default_factory=uuid4)

    def __post_init__(self) -> None:
        check_head(self.started_at, self.exercise, self.source, self.title)
        object.__setattr__(self, "started_at", self.started_at.astimezone(UTC).replace(microsecond=0))
        if self.thumbnail is not None:
            check_thumbnail(self.thumbnail)
        check_amount(self.sets, self.held)
        for repetition in self.repetitions:
            check_repetition(repetition)
        for held in self.held:
            check_hold(held)

    @classmethod
    def of_clip(
        cls,
        counted: Counted,
        *,
        started_at: datetime,
        source: str = "video",
        title: str = "",
        thumbnail: bytes | None = None,
        id: UUID | None = None,
    ) -> "ExerciseSession":
        """The session in a video, of what was counted in it. The title is shortened and cleaned if need be.

        Raises:
            InvalidSession: if nothing was counted, or ``thumbnail`` is not a small JPEG picture.
        """
        if counted.exercise is None or not counted.count:
            raise InvalidSession("Nothing was counted, so there is no session to save. Choose another exercise.")
        return cls(
            started_at=started_at,
            exercise=counted.exercise,
            source=source,
            title=_tidied(title),
            sets=(tuple(_rounded(each, 0.0) for each in counted.repetitions),) if counted.repetitions else (),
            held=tuple(_rounded_hold(each, 0.0) for each in counted.held),
            thumbnail=thumbnail,
            id=id or uuid4(),
        )

    @classmethod
    def of_sets(
        cls,
        exercise: str,
        sets: Sequence[Sequence[Repetition]],
        *,
        started_at: datetime,
        held: Sequence[Held] = (),
        source: str = "camera",
        title: str = "",
        thumbnail: bytes | None = None,
        id: UUID | None = None,
    ) -> "ExerciseSession":
        """The session in front of a camera, of its sets or its holds; empty sets are left out.

        Times count from the first repetition or hold: those of the server's clock mean nothing later.

        Raises:
            InvalidSession: if nothing was counted, or ``thumbnail`` is not a small JPEG picture.
        """
        starts_s = [*(each.start_s for one in sets for each in one), *(each.start_s for each in held)]
        if not starts_s:
            raise InvalidSession("Nothing was counted, so there is no session to save.")
        first_s = min(starts_s)
        return cls(
            started_at=started_at,
            exercise=exercise,
            source=source,
            title=_tidied(title),
            sets=tuple(tuple(_rounded(each, first_s) for each in one) for one in sets if one),
            held=tuple(_rounded_hold(each, first_s) for each in held),
            thumbnail=thumbnail,
            id=id or uuid4(),
        )

    @property
    def repetitions(self) -> tuple[Repetition, ...]:
        """Those of all sets, in order."""
        return tuple(repetition for one in self.sets for repetition in one)

    @property
    def count(self) -> int:
        """Number of repetitions; 0 of an exercise that is held."""
        return len(self.repetitions)

    @property
    def held_s(self) -> float:
        """Seconds held, of all holds together."""
        return sum(each.held_s for each in self.held)

    @property
    def most_in_a_set(self) -> int:
        """Repetitions of the largest set."""
        return max(map(len, self.sets), default=0)

    @property
    def longest_held_s(self) -> float:
        """Seconds of the longest hold."""
        return max((each.held_s for each in self.held), default=0.0)

    @property
    def joint(self) -> str | None:
        """The joint whose range stands for the session, without its side: the exercise's first, or that of the angle.

        Of an exercise without a name, it is the joint that moves most. None if no repetition has a range.
        """
        ranges: dict[str, list[float]] = {}
        for repetition in self.repetitions:
            for name, degrees in repetition.range_deg.items():
                ranges.setdefault(_sideless(name), []).append(degrees)
        declared = getattr(EXERCISES.get(self.exercise), "joints", (self.exercise.removeprefix("angle:"),))
        first = _sideless(declared[0])
        return first if first in ranges else max(ranges, key=lambda name: median(ranges[name]), default=None)

    @property
    def ranges_deg(self) -> tuple[float, ...]:
        """Range of ``joint`` in each repetition that has one, degrees; the mean of both sides if both are measured."""
        joint, found = self.joint, []
        for each in self.repetitions:
            found.append([degrees for name, degrees in each.range_deg.items() if _sideless(name) == joint])
        return tuple(sum(sides) / len(sides) for sides in found if sides)

    @property
    def range_deg(self) -> float | None:
        """Median of ``ranges_deg``; None if there is none."""
        return median(self.ranges_deg) if self.ranges_deg else None

    @property
    def tempo_s(self) -> dict[str, float]:
        """Median seconds down, held and up; empty of an exercise that is held."""
        return {phase: median(each.tempo_s[phase] for each in self.repetitions) for phase in TEMPO if self.count}

    @property
    def form(self) -> tuple[FormNote, ...]:
        """All notes on form, in order."""
        of_each = [*(each.form for each in self.repetitions), *(each.form for each in self.held)]
        return tuple(note for notes in of_each for note in notes)

    @property
    def faults(self) -> dict[str, int]:
        """How often each check found a fault; checks without one are left out."""
        found = [note.check for note in self.form if note.verdict == "fault"]
        return {check: found.count(check) for check in dict.fromkeys(found)}


def _sideless(joint: str) -> str:
    return joint.removeprefix("left_").removeprefix("right_")


def _tidied(title: str) -> str:
    kept = "".join(letter if letter.isprintable() else " " for letter in title)
    return " ".join(kept.split())[:MOST_TITLE].strip()


def _round(number: float | None, digits: int) -> float | None:
    return round(float(number), digits) if number is not None and math.isfinite(number) else None


def _rounded(each: Repetition, first_s: float) -> Repetition:
    """Without what means nothing later, its times counted from another start."""
    return Repetition(
        start_s=round(float(each.start_s) - first_s, 3),
        extreme_s=round(float(each.extreme_s) - first_s, 3),
        end_s=round(float(each.end_s) - first_s, 3),
        side=each.side,
        range_deg={
            name: round(float(degrees), 1) for name, degrees in each.range_deg.items() if math.isfinite(degrees)
        },
        tempo_s={phase: round(float(seconds), 3) for phase, seconds in each.tempo_s.items()},
        left_right_deg=_round(each.left_right_deg, 1),
        person=0,
        form=_plain(each.form, first_s),
    )


def _rounded_hold(each: Held, first_s: float) -> Held:
    start_s, end_s = (round(float(time_s) - first_s, 3) for time_s in (each.start_s, each.end_s))
    steadiness = Steadiness(*(_round(value, 2) for value in vars(each.steadiness).values()))
    return Held(start_s, end_s, _plain(each.form, first_s), steadiness)


def _plain(form: Sequence[FormNote], first_s: float) -> tuple[FormNote, ...]:
    return tuple(
        replace(
            note,
            points=(),
            threshold=float(note.threshold),
            value=_round(note.value, 1),
            time_s=None if note.time_s is None else _round(note.time_s - first_s, 3),
            sureness=_round(note.sureness, 2),
        )
        for note in form
    )
