"""What counting returns."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Verdict = Literal["good", "fault", "not judged"]


@dataclass(frozen=True)
class FormNote:
    """What one check of form says of a repetition, a hold or a pose. It is not medical advice.

    Attributes:
        check: its name in plain words, such as ``"knees over toes"``.
        verdict: ``"good"``, ``"fault"`` or ``"not judged"``.
        view: from where the person is seen: ``"front"`` (or from behind), ``"side"``, or ``"between"``.
        unit: of value and threshold, such as ``"°"``.
        threshold: where the fault begins.
        value: what was measured; None if it was not judged, as are the next three.
        time_s: time of the frame that shows it, in the sequence.
        points: a line to draw in that frame, from point to point, each the middle of the landmarks named: of three, the
            angle is at the second.
        sureness: 0..1: visibility of the landmark that is seen least, times 0.5 at the threshold, rising to 1 where the
            value is as far from it as landmarks usually err. It is no probability.
        cue: what to do, in a coach's words; of a fault only.
        reason: why it was not judged; else None.
    """

    check: str
    verdict: Verdict
    view: str
    unit: str
    threshold: float
    value: float | None = None
    time_s: float | None = None
    points: tuple[tuple[str, ...], ...] = ()
    sureness: float | None = None
    cue: str | None = None
    reason: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to milliseconds, tenths of the unit and hundredths of sureness."""
        return {
            "check": self.check,
            "verdict": self.verdict,
            "view": self.view,
            "value": None if self.value is None else round(self.value, 1),
            "threshold": self.threshold,
            "unit": self.unit,
            "time_s": None if self.time_s is None else round(self.time_s, 3),
            "points": [list(point) for point in self.points],
            "sureness": None if self.sureness is None else round(self.sureness, 2),
            "cue": self.cue,
            "reason": self.reason,
        }


@dataclass(frozen=True)
class Repetition:
    """One counted repetition. Times are those of the sequence, in seconds.

    Attributes:
        start_s, end_s: rest is left, and reached again: within 10% of the movement's size.
        extreme_s: the turning point, such as the lowest point of a squat.
        side: ``"left"`` or ``"right"`` if that arm, or that leg in front, does it; else ``"both"``.
        range_deg: by angle, such as ``"left_knee"``: its largest minus its smallest value within the repetition,
            degrees. BlazePose compresses angles: these are ranges to compare, not those of a goniometer.
        tempo_s: seconds ``"down"``, ``"hold"`` (within 10% of the extreme) and ``"up"``.
        left_right_deg: range of the exercise's first joint on the left minus that on the right, degrees; None if both
            sides do different things or one of them is not seen well.
        form: what each check of the exercise says; empty if it has none.
        person: id of the person who does it.
    """

    start_s: float
    extreme_s: float
    end_s: float
    side: str
    range_deg: Mapping[str, float]
    tempo_s: Mapping[str, float]
    left_right_deg: float | None
    person: int
    form: tuple[FormNote, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to milliseconds and tenths of a degree."""
        return {
            "start_s": round(self.start_s, 3),
            "extreme_s": round(self.extreme_s, 3),
            "end_s": round(self.end_s, 3),
            "side": self.side,
            "range_deg": {name: round(value, 1) for name, value in self.range_deg.items()},
            "tempo_s": {name: round(value, 3) for name, value in self.tempo_s.items()},
            "left_right_deg": None if self.left_right_deg is None else round(self.left_right_deg, 1),
            "form": [each.as_dict() for each in self.form],
        }


@dataclass(frozen=True)
class NotCounted:
    """A part of the video that was not counted.

    Attributes:
        start_s, end_s: of the part, in seconds.
        reason: why, in plain words.
        partial: whether it was the right movement, but too small.
    """

    start_s: float
    end_s: float
    reason: str
    partial: bool = False

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to milliseconds."""
        return {"start_s": round(self.start_s, 3), "end_s": round(self.end_s, 3), "reason": self.reason}


@dataclass(frozen=True)
class Steadiness:
    """How much a body moves while it holds a position; less is steadier. See ``holding.steadiness_of``.

    Attributes:
        sway_cm: root mean square distance of shoulders and hips from their mean place in the picture, in centimetres by
            the body's size; None if they are not seen well.
        sway_percent: the same in percent of the length of the trunk.
        tremor_deg: root mean square of elbows, shoulders, hips and knees around their smoothed angle, degrees, of those
            that are seen well; None if none is. It includes the jitter of the landmarks.
    """

    sway_cm: float | None
    sway_percent: float | None
    tremor_deg: float | None

    def as_dict(self) -> dict[str, float | None]:
        """As plain values for JSON, rounded to hundredths."""
        return {name: None if value is None else round(value, 2) for name, value in vars(self).items()}


@dataclass(frozen=True)
class Held:
    """One time for which a position was held.

    Attributes:
        start_s, end_s: in seconds.
        form: what each check of form says of it.
        steadiness: how steady it was.
        person: id of the person who holds it; 0 if it means nothing, as in a live stream.
    """

    start_s: float
    end_s: float
    form: tuple[FormNote, ...] = ()
    steadiness: Steadiness = Steadiness(None, None, None)
    person: int = 0

    @property
    def held_s(self) -> float:
        """How long."""
        return self.end_s - self.start_s

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, times rounded to milliseconds."""
        times_s = {name: round(getattr(self, name), 3) for name in ("start_s", "end_s", "held_s")}
        return {**times_s, "steadiness": self.steadiness.as_dict(), "form": [each.as_dict() for each in self.form]}


@dataclass(frozen=True)
class Curve:
    """The movement of the person who is counted, in a stretch of the video in which they are seen without a long gap.

    Attributes:
        person: id of the person.
        side: ``"left"`` or ``"right"`` if each arm or only that one moves; else ``"both"``.
        times_s: (N,) even times, in seconds of the sequence.
        progress: (N,) 0 at rest, and about 1 at the extreme of the person's usual movement in this shot.
    """

    person: int
    side: str
    times_s: NDArray[np.float64]
    progress: NDArray[np.float64]


@dataclass(frozen=True)
class Counted:
    """The repetitions of one exercise in a sequence.

    Attributes:
        exercise: its name; None if ``"auto"`` could not tell which it is.
        repetitions: in order of time.
        not_counted: in order of time.
        held: of an exercise that is held, such as a plank: each time; else empty.
        scores: of the chair stand tests, see ``outcome.chair_stand_scores``; else empty.
        curves: the movement over time, which repetitions are found in; empty for holds and if nobody moves enough.
    """

    exercise: str | None
    repetitions: tuple[Repetition, ...] = ()
    not_counted: tuple[NotCounted, ...] = ()
    held: tuple[Held, ...] = ()
    scores: Mapping[str, float | None] = field(default_factory=dict)
    curves: tuple[Curve, ...] = ()

    @property
    def form(self) -> tuple[FormNote, ...]:
        """All notes on form, in order of time."""
        form = [*(each.form for each in self.repetitions), *(each.form for each in self.held)]
        return tuple(note for notes in form for note in notes)

    @property
    def count(self) -> int:
        """Number of repetitions, or of times that a position was held."""
        return len(self.repetitions) or len(self.held)

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON; ``"held"`` and ``"scores"`` only if the exercise has them."""
        values: dict[str, Any] = {
            "exercise": self.exercise,
            "count": self.count,
            "repetitions": [each.as_dict() for each in self.repetitions],
            "not_counted": [each.as_dict() for each in self.not_counted],
        }
        if self.held:
            values["held"] = [each.as_dict() for each in self.held]
        if self.scores:
            values["scores"] = {name: None if value is None else round(value, 3) for name, value in self.scores.items()}
        return values

    def as_table(self) -> pd.DataFrame:
        """One row for each repetition, or for each time that a position was held; numbers as in ``as_dict``.

        Columns of what one repetition lacks, such as a range of the arm that rests, are NaN there. Form is left out.
        """
        if self.held:
            held = [
                {"number": place, **each.as_dict(), **each.steadiness.as_dict()}
                for place, each in enumerate(self.held, start=1)
            ]
            return pd.DataFrame(held).drop(columns=["form", "steadiness"])
        rows = []
        for place, each in enumerate(self.repetitions, start=1):
            values = each.as_dict()
            tempo, ranges = values.pop("tempo_s"), values.pop("range_deg")
            left_right = values.pop("left_right_deg")
            del values["form"]
            rows.append(
                {
                    "number": place,
                    "person": each.person,
                    **values,
                    **{f"{phase}_s": seconds for phase, seconds in tempo.items()},
                    **{f"{name}_range_deg": degrees for name, degrees in ranges.items()},
                    "left_right_deg": left_right,
                }
            )
        return pd.DataFrame(rows)
