"""How far a person's angles can be trusted in one clip: their usual errors there, and joints that never bend."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.motion.angles import ANGLES, BY_JOINT, measure_angles
from posecore.motion.usual_error import usual_errors
from posecore.poses import PoseSequence

BENDS_DEG = 20.0
"""A joint whose angle stays within this range (5th to 95th percentile) is untested: nobody saw the model follow it."""
TESTED_JOINTS = ("shoulder", "elbow", "hip", "knee")
"""The joints of which this is said; the others hardly bend in most movements."""

_SURE_FRAMES = 5  # what is known in fewer is not judged
_MOST_NAMED = 2


@dataclass(frozen=True)
class AngleTrust:
    """The angles of one person.

    Attributes:
        errors_deg: mean usual error of each of ``ANGLES`` over the frames in which it is known; only those known.
        untested: names of the angles of joints that hardly bend.
    """

    errors_deg: Mapping[str, float]
    untested: tuple[str, ...]


def judge_angles(
    sequence: PoseSequence, slot: int, kinds: NDArray[np.int8], *, min_visibility: float = 0.5
) -> AngleTrust:
    """Judge the angles in 3D of the person in one slot of a sequence.

    Args:
        sequence: the model's landmarks, or a solid body, whose errors are its own.
        slot: place of the person on the P axis.
        kinds: those of the sequence, see ``posecore.motion.usual_error.find_kinds``.
        min_visibility: as for ``measure_angles``.
    """
    alone = sequence.only([int(sequence.person_ids[slot])])
    angles = measure_angles(alone, min_visibility=min_visibility)[:, 0]
    errors = usual_errors(alone, kinds=kinds[:, slot, None])[:, 0]
    known = np.isfinite(angles)
    errors_deg, untested = {}, []
    for place, name in enumerate(ANGLES):
        there = known[:, place]
        if not there.any():
            continue
        errors_deg[name] = float(errors[there, place].mean())
        if name.partition("_")[2] in TESTED_JOINTS and there.sum() >= _SURE_FRAMES:
            low, high = np.percentile(angles[there, place], (5, 95))
            if high - low < BENDS_DEG:
                untested.append(name)
    return AngleTrust(errors_deg, tuple(untested))


def errors_in_words(errors_deg: Mapping[str, float]) -> str:
    """As "Angles are usually within 9° to 22°; least sure: both elbows ±32°, neck ±28°"; "" without any angle."""
    groups = _by_joint({name: round(error) for name, error in errors_deg.items()})
    groups.sort(key=lambda group: -group[1])
    worst, others = groups[:_MOST_NAMED], groups[_MOST_NAMED:]
    if not groups:
        return ""
    least_sure = f"least sure: {', '.join(f'{words} ±{error}°' for words, error in worst)}"
    if not others:
        return least_sure[0].upper() + least_sure[1:]
    low, high = others[-1][1], others[0][1]
    within = f"{high}°" if low == high else f"{low}° to {high}°"
    return f"Angles are usually within {within}; {least_sure}"


def untested_in_words(untested: Collection[str]) -> str:
    """As "Untested: both knees, left elbow (bend by less than 20° here)"; "" if all bend."""
    groups = [words for words, _ in _by_joint(dict.fromkeys(untested, 0))]
    bend = "bends" if len(untested) == 1 else "bend"
    return f"Untested: {', '.join(groups)} ({bend} by less than {BENDS_DEG:.0f}° here)" if groups else ""


def _by_joint(numbers: Mapping[str, int]) -> list[tuple[str, int]]:
    """Angles in words with a number each; left and right with the same number are one."""
    groups = []
    for joint, sides in BY_JOINT.items():
        there = [angle for angle in sides.values() if angle in numbers]
        if len(there) == 2 and numbers[there[0]] == numbers[there[1]]:
            groups.append((f"both {joint}s", numbers[there[0]]))
        else:
            groups += [(ANGLES[angle].title.lower(), numbers[angle]) for angle in there]
    return groups
