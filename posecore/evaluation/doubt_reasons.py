"""Why a photo is doubtful, in words: how the looks disagree, and what the first estimate says of itself.

What the estimate says of itself (hidden, outside the photo, small) is stated but does not count: with it photos are
ranked no better, see docs/scores.md.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence

import numpy as np

from posecore.evaluation.found import Doubles
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.second_opinion import (
    DOUBTFUL_FROM,
    JOINTS,
    LookName,
    PersonDoubt,
    PhotoDoubt,
    plain_joint,
    torso_px,
)
from posecore.motion.trust import SMALL_TRUNK_PX, SWAP_GAIN, SWAP_TRUNKS

LOOK_WORDS: Mapping[LookName, str] = {
    "mirrored": "the mirrored photo",
    "turned": "the turned photo",
    "heavy": "the heavy model",
}
"""The looks as they are called in a sentence."""

ALL_AGREE = "All looks agree."

_HIDDEN_BELOW = 0.5
_LIMBS = {
    name: [[COCO_17.index(f"{side}_{joint}") for joint in joints] for side in ("left", "right")]
    for name, joints in {"arms": ("elbow", "wrist"), "legs": ("knee", "ankle")}.items()
}


def reasons(photo: PhotoDoubt) -> list[str]:
    """How the looks disagree, in sentences, the most doubtful person first; one if they agree."""
    return [*_about_finding(photo), *_about_each(photo, _disagreements)] or [ALL_AGREE]


def notes(photo: PhotoDoubt) -> list[str]:
    """What the first estimate says of itself, in sentences; perhaps nothing."""
    return list(_about_each(photo, lambda person: _limits(person, photo.photo.size)))


def _about_each(photo: PhotoDoubt, about: Callable[[PersonDoubt], Iterator[str]]) -> Iterator[str]:
    """Sentences about each person, with their number if there are several."""
    for person in sorted(photo.found, key=lambda person: -person.doubt):
        for sentence in about(person):
            yield f"Person {person.number}: {sentence}." if len(photo.people) > 1 else f"{_capital(sentence)}."


def _about_finding(photo: PhotoDoubt) -> Iterator[str]:
    """People whom only some looks find."""
    more = {
        look: count
        for look in LOOK_WORDS
        if (count := sum(look in person.by_look and look not in person.not_found_in for person in photo.only_others))
    }
    if not photo.found:
        yield "Nobody was found, and no other look finds anyone." if not more else "Nobody was found."
    for look, count in more.items():
        people = "person" if count == 1 else "people"
        yield f"{_capital(LOOK_WORDS[look])} finds {count} {'more ' if photo.found else ''}{people}."


def _disagreements(person: PersonDoubt) -> Iterator[str]:
    """How the looks disagree about one person."""
    if person.not_found_in:
        yield f"not found by {_joined([LOOK_WORDS[look] for look in person.not_found_in])}"
    for look, apart in person.apart.items():
        worst = sorted((place for place in JOINTS if apart[place] > DOUBTFUL_FROM), key=lambda place: -apart[place])
        if not worst:
            continue
        if swapped := [limb for limb in _LIMBS if _is_swapped(person, look, limb)]:
            yield f"{LOOK_WORDS[look]} exchanges the left and right {_joined(swapped)}"
            continue
        others = len(worst) - 1
        also = f", and {others} more joint{'s' * (others != 1)} differ{'s' * (others == 1)}" if others else ""
        joint, distance = plain_joint(COCO_17[worst[0]]), apart[worst[0]]
        yield f"{LOOK_WORDS[look]} gives another {joint}, {_torsos(distance)} away{also}"


def _is_swapped(person: PersonDoubt, look: LookName, limb: str) -> bool:
    """Whether the limb is on the other side of the body in a look, judged as between two frames of a video."""
    left, right = _LIMBS[limb]
    first, other = person.points, person.by_look[look]
    straight = _path(first[left], other[left]) + _path(first[right], other[right])
    crossed = _path(first[left], other[right]) + _path(first[right], other[left])
    return crossed < SWAP_GAIN * straight and straight - crossed > SWAP_TRUNKS * torso_px(first)


def _path(some: Doubles, others: Doubles) -> float:
    return float(np.linalg.norm(some - others, axis=-1).mean())


def _limits(person: PersonDoubt, size: tuple[int, int] | None) -> Iterator[str]:
    """What the first estimate says of itself."""
    if (torso := torso_px(person.points)) < SMALL_TRUNK_PX:
        yield f"the torso is only {torso:.0f} pixels long"
    joints = list(JOINTS)
    points = person.points[joints]
    outside = ~((points >= 0) & (points < (size or np.inf))).all(axis=-1)
    hidden = (person.visibility[joints] < _HIDDEN_BELOW) & ~outside
    for which, what in ((outside, "outside the photo"), (hidden, "probably hidden")):
        if names := [plain_joint(COCO_17[joints[place]]) for place in np.flatnonzero(which)]:
            yield f"{_some_of(names)} {'are' if len(names) > 1 else 'is'} {what}"


def _some_of(names: Sequence[str], most: int = 2) -> str:
    """The first names, and how many more there are."""
    if len(names) <= most + 1:
        return _joined(names)
    return f"{', '.join(names[:most])} and {len(names) - most} more joints"


def _torsos(distance: float) -> str:
    return f"{distance:.1f} of the torso" if distance < 1 else f"{distance:.1f} torsos"


def _joined(words: Sequence[str]) -> str:
    """Words with commas and "and"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def _capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]
