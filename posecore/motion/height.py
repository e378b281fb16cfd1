"""Metres in true scale, from the height of a person that is given.

The model cannot see how large somebody is: it takes everyone for about as tall as the people that it learned from, a
child too. Here the model's own idea of a person's standing height is found, and that person's world landmarks are
scaled by one factor for the whole video, so that they are as tall as they were said to be.

The standing height is the length of shank, thigh and trunk together, divided by their share of the stature of adults:
0.246 + 0.245 + 0.288 = 0.779 (Drillis & Contini, Body Segment Parameters, Technical Report 1166.03, New York University
1966; as in Winter, Biomechanics and Motor Control of Human Movement, figure 4.1: shoulders at 0.818, hips at 0.530,
knees at 0.285 and ankles at 0.039 of the stature). The head is left out, since the model places eyes and ears badly in
3D, and the crown has no landmark. docs/numbers.md says how exact this is.
"""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.limits import LIMITS
from posecore.poses import FloatArray, FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Poses = TypeVar("Poses", FramePoses, PoseSequence)

SHARE_OF_STATURE = 0.246 + 0.245 + 0.288
"""Of shank, thigh and trunk together."""

_SURE = 0.5
# As many frames show a body's size; a video may have a million.
_SIZED = 5_000
_JOINTS = [
    [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")]
    for joint in ("shoulder", "hip", "knee", "ankle")
]
# A file may come from anywhere.
_MOST_FACTOR = 10.0


@dataclass(frozen=True)
class GivenHeight:
    """The height of a person that was given, and what it did.

    Attributes:
        person: id.
        height_m: as it was given.
        factor: by which the person's world landmarks were multiplied.
    """

    person: int
    height_m: float
    factor: float

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def check_height(height_m: float) -> None:
    """Raise InvalidOption unless this can be the height of a person."""
    least, most = height_bounds_m()
    if not least <= height_m <= most:
        raise InvalidOption(f"Expected a height from {least:g} to {most:g} m, but got {height_m:g} m.")


def height_bounds_m() -> tuple[float, float]:
    """The least and the largest height that can be given, metres."""
    return LIMITS.least_height_cm / 100, LIMITS.most_height_cm / 100


def standing_heights_m(poses: FramePoses | PoseSequence) -> NDArray[np.float64]:
    """(P,) standing height of each person as the world landmarks have it; NaN if it cannot be known.

    In a video it is the median of the frames in which shoulder, hip, knee and ankle of a side are visible. Without any
    it is not known: legs below the edge of the picture are invented, and too short. It depends neither on the pose nor
    on the distance.
    """
    world, visibility = poses.world, poses.visibility
    if isinstance(poses, FramePoses):
        world, visibility = world[None], visibility[None]
    some = slice(None, None, 1 + len(world) // _SIZED)
    joints = world[some][:, :, _JOINTS].astype(np.float64)  # (frames, people, 4 joints, 2 sides, 3)
    sure = np.asarray((visibility[some][:, :, _JOINTS] >= _SURE).all(axis=2).any(axis=-1))
    shoulders, hips = joints[:, :, 0].mean(axis=2), joints[:, :, 1].mean(axis=2)
    legs = np.linalg.norm(np.diff(joints[:, :, 1:], axis=2), axis=-1).mean(axis=-1).sum(axis=-1)
    lengths = legs + np.linalg.norm(shoulders - hips, axis=-1)
    known = [of_person[sees] for of_person, sees in zip(lengths.T, sure.T, strict=True)]
    return np.array([np.median(each) if len(each) else math.nan for each in known]) / SHARE_OF_STATURE


def fit_heights(poses: FramePoses | PoseSequence, heights: Mapping[int, float]) -> tuple[GivenHeight, ...]:
    """The factor for each person whose height is given and whose standing height is known, see above.

    Args:
        poses: a photo, or a video in which each person keeps one factor.
        heights: metres by id of the person; ids that nobody has are ignored.

    Raises:
        InvalidOption: if a height is outside the limits.
    """
    for height_m in heights.values():
        check_height(height_m)
    if not heights:
        return ()
    standing = zip(poses.person_ids.tolist(), standing_heights_m(poses).tolist(), strict=True)
    return tuple(
        GivenHeight(person, float(heights[person]), heights[person] / there)
        for person, there in standing
        if person in heights and there > 0
    )


def scale_by(
    heights: Mapping[int, float], poses: Poses, on_note: Callable[[str], object]
) -> tuple[Poses, tuple[GivenHeight, ...]]:
    """The same people in the scale of these heights, and the factors.

    Args:
        heights: as for ``fit_heights``.
        poses: likewise.
        on_note: called with a sentence if a height cannot be used.

    Raises:
        InvalidOption: as ``fit_heights``.
    """
    given = fit_heights(poses, heights)
    if unused := unused_in_words(given, heights, poses):
        on_note(unused)
    return scaled(poses, given), given


def scaled(poses: Poses, given: Collection[GivenHeight]) -> Poses:
    """The same people with world landmarks in the scale of the given heights; the same object without any."""
    return _times(poses, {each.person: each.factor for each in given})


def unscaled(poses: Poses, given: Collection[GivenHeight]) -> Poses:
    """The people as they were before ``scaled``, to the last digit or two."""
    return _times(poses, {each.person: 1 / each.factor for each in given})


def scaled_to_height(poses: Poses, heights: Mapping[int, float]) -> Poses:
    """The same people with world landmarks in true scale.

    Args:
        poses: a photo or a video.
        heights: standing height in metres by id of the person; the others stay as they are.

    Raises:
        InvalidOption: if a height is outside the limits.
    """
    return scaled(poses, fit_heights(poses, heights))


def _times(poses: Poses, factors: Mapping[int, float]) -> Poses:
    by_slot = np.array([factors.get(person, 1.0) for person in poses.person_ids.tolist()], np.float32)
    if (by_slot == 1).all():
        return poses
    world: FloatArray = poses.world * by_slot[:, None, None]
    return replace(poses, world=world)


def height_facts(given: Sequence[GivenHeight], poses: FramePoses | PoseSequence) -> dict[str, Any]:
    """What the metres are, for the facts of a result: ``heights`` and a sentence on them as ``metres``."""
    people = poses.person_ids.tolist()
    return {
        "metres": metres_in_words(given, poses.names, people),
        "heights": [each.as_dict() for each in given if each.person in people],
    }


def heights_of(facts: Mapping[str, Any]) -> tuple[GivenHeight, ...]:
    """The given heights in the facts of a result, which may come from any file; what cannot be is left out."""
    rows = facts.get("heights")
    return tuple(filter(None, map(_height_of, rows if isinstance(rows, list | tuple) else ())))


def _height_of(row: object) -> GivenHeight | None:
    match row:
        case {"person": int(person), "height_m": int() | float() as height_m, "factor": int() | float() as factor}:
            least, most = height_bounds_m()
            if least <= height_m <= most and 1 / _MOST_FACTOR <= factor <= _MOST_FACTOR:
                return GivenHeight(person, float(height_m), float(factor))
    return None


def metres_in_words(given: Sequence[GivenHeight], names: Mapping[int, str], people: Collection[int]) -> str:
    """A sentence on what the metres of a result are.

    Args:
        given: the heights that were given.
        names: of people who have one, by id.
        people: ids of everybody in the result.
    """
    shown = [each for each in given if each.person in people]
    if not shown:
        return "Metres are the model's guess."
    rest = " Those of the others are the model's guess." if len(shown) < len(people) else ""
    different = {each.height_m for each in shown}
    if len(shown) == len(people) and len(different) == 1:
        return f"Metres are scaled to the given height of {_m(shown[0])}."
    each_of = ", ".join(f"{names.get(each.person, f'person {each.person}')}: {_m(each)}" for each in shown)
    return f"Metres are scaled to the given heights ({each_of}).{rest}"


def unused_in_words(
    given: Sequence[GivenHeight], heights: Mapping[int, float], poses: FramePoses | PoseSequence
) -> str | None:
    """A sentence on heights that could not be used; None if all were."""
    used = {each.person for each in given}
    unused = [person for person in poses.person_ids.tolist() if person in heights and person not in used]
    if not unused:
        return None
    whose = ", ".join(poses.names.get(person, f"person {person}") for person in unused)
    return (
        f"The height of {whose} cannot be used: shoulder, hip, knee and ankle of one side must be in view together, in "
        "one frame at least. Metres are the model's guess."
    )


def _m(given: GivenHeight) -> str:
    return f"{given.height_m:.2f} m"
