"""What an exercise declares about itself. Each is one file of this folder and one row in ``table``."""

from dataclasses import dataclass
from typing import Literal

When = Literal["rest", "extreme", "range"]
Phase = Literal["down", "up"]
View = Literal["front", "between", "side"]
Moment = Literal["extreme", "throughout", "change", "range", "share"]


@dataclass(frozen=True)
class Signal:
    """One measure that follows the movement.

    Attributes:
        measure: a name of ``measures.MEASURES``.
        full: its change from rest to the extreme in a usual whole repetition, in its own unit; negative if it falls.
            BlazePose compresses angles, so this is what it shows, up to a quarter less than a goniometer. It only
            weighs the signals against each other: counting goes by the person's own range.
        weight: how much it counts beside the others, besides how well it is seen.
    """

    measure: str
    full: float
    weight: float = 1


@dataclass(frozen=True)
class Condition:
    """What a measure must be in a repetition.

    Attributes:
        measure: a name of ``measures.MEASURES``.
        when: ``"rest"``: at the start and the end, on average; ``"extreme"``: at the turning point; ``"range"``: the
            highest minus the lowest value within the repetition.
        least, most: bounds, in the measure's own unit.
        otherwise: what it is instead, in plain words; the reason of a repetition that is not counted.
    """

    measure: str
    when: When
    least: float = float("-inf")
    most: float = float("inf")
    otherwise: str = "another movement"


@dataclass(frozen=True)
class Check:
    """One check of form. BlazePose compresses angles, so a limit lies beyond what its source asks for.

    Attributes:
        name: in plain words, such as ``"knees over toes"``.
        measure: a name of ``measures.MEASURES``, or of both sides, as in ``measures.PAIRED``.
        when: ``"extreme"``: at the turning point; ``"throughout"``: its worst moment; ``"change"``: at the turning
            point, minus that at rest; ``"range"``: the highest minus the lowest value; ``"share"``: that at the turning
            point in percent of that at rest.
        limit: in ``unit``.
        fault_if: on which side of the limit the fault is.
        margin: from so far beyond the limit on, the verdict is sure; about what landmarks err by.
        cue: what to do, as a coach says it.
        unit: of the value.
        views: those from which it can be judged.
    """

    name: str
    measure: str
    when: Moment
    limit: float
    fault_if: Literal["above", "below"]
    margin: float
    cue: str
    unit: str = "°"
    views: tuple[View, ...] = ("front", "between", "side")


@dataclass(frozen=True)
class Exercise:
    """One exercise whose repetitions are counted.

    A repetition goes from rest to the extreme and back. The signals, each divided by its ``full``, are averaged into
    one curve, the progress: about 0 at rest and 1 at the extreme.

    Attributes:
        name: such as ``"push_up"``.
        title: such as ``"Push-up"``.
        signals: what the progress is made of.
        joints: angles whose range is reported, without their side; the first is the one compared left to right.
        first: the direction of the first phase, from rest to the extreme.
        sides: ``"together"``: both sides do the same, and a measure is that of both. ``"each"``: each side may do its
            own repetitions; they count once if both sides do them at the same time. ``"front"``: one leg is in front.
        must: a repetition that does not fulfil all of these is not counted.
        looks: what has to hold too for the exercise to be recognised; of the medians of all repetitions.
        shortest_s, longest_s: no whole repetition is faster, or slower.
        in_place: the person stays where they are.
        from_extreme: a movement from the extreme to rest at the very start is a repetition, as of a bar from the floor.
        seated: rest is sitting, and the scores of the chair stand tests are given.
        checks: of form.
    """

    name: str
    title: str
    signals: tuple[Signal, ...]
    joints: tuple[str, ...]
    first: Phase
    sides: Literal["together", "each", "front"] = "together"
    must: tuple[Condition, ...] = ()
    looks: tuple[Condition, ...] = ()
    shortest_s: float = 0.5
    longest_s: float = 30.0
    in_place: bool = True
    from_extreme: bool = False
    seated: bool = False
    checks: tuple[Check, ...] = ()


@dataclass(frozen=True)
class Hold:
    """One position that is held; its time is measured.

    Attributes:
        name: such as ``"plank"``.
        title: such as ``"Plank"``.
        within: bounds of measures while the position is held; ``when`` is not used.
        checks: of form, ``"throughout"``.
    """

    name: str
    title: str
    within: tuple[Condition, ...]
    checks: tuple[Check, ...] = ()
