"""Which detected person is which labelled person."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from posecore.estimation.oks import oks_matrix
from posecore.evaluation.found import Doubles
from posecore.evaluation.labels import LabelledPerson

FOUND_FROM = 0.5
"""OKS from which a labelled person counts as found, as in COCO's loosest threshold."""


class Pair(NamedTuple):
    """A detected and a labelled person, by their indices, and how alike they are."""

    found: int
    person: int
    oks: float


def match_people(points: Doubles, people: Sequence[LabelledPerson]) -> list[Pair]:
    """Match detected and labelled people one to one, greedily, the most similar pair first.

    pycocotools goes through the detections by falling score instead, which its AP needs. What one joint is compared
    with should not depend on scores, which every system defines in its own way, so here the OKS decides.

    Args:
        points: (P, 17, 2) pixels; NaN: not found.
        people: labelled in this photo; those without keypoints, and crowds, match nobody.

    Returns:
        Pairs with an OKS above 0, by falling OKS.
    """
    if not len(points) or not people:
        return []
    likeness = oks_matrix(
        points,
        np.array([person.points for person in people]),
        np.array([person.area for person in people]),
        np.array([person.labelled & person.counts for person in people]),
    )
    pairs = []
    order = np.argsort(-likeness, axis=None, kind="stable")
    taken_found, taken_people = set(), set()
    for place in order[likeness.ravel()[order] > 0].tolist():
        found, person = divmod(place, len(people))
        if found not in taken_found and person not in taken_people:
            taken_found.add(found)
            taken_people.add(person)
            pairs.append(Pair(found, person, float(likeness[found, person])))
    return pairs


def is_inside(points: Doubles, person: LabelledPerson) -> bool:
    """Whether a detected person, (17, 2), is mostly in the box of one labelled without keypoints."""
    x, y, width, height = person.box
    inside = (points >= (x, y)) & (points <= (x + width, y + height))
    return bool(inside.all(axis=1).mean() > FOUND_FROM)
