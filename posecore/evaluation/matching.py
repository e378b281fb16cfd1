"""Which detected person is which labelled person."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

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
    return [Pair(*pair) for pair in most_similar_first(likeness)]


def most_similar_first(likeness: NDArray[np.floating]) -> list[tuple[int, int, float]]:
    """Match rows and columns one to one, greedily, the most similar pair first.

    Args:
        likeness: (P, L), 0 or more.

    Returns:
        Row, column and likeness of each pair that has some, by falling likeness.
    """
    pairs = []
    order = np.argsort(-likeness, axis=None, kind="stable")
    taken_rows, taken_columns = set(), set()
    for place in order[likeness.ravel()[order] > 0].tolist():
        row, column = divmod(place, likeness.shape[1])
        if row not in taken_rows and column not in taken_columns:
            taken_rows.add(row)
            taken_columns.add(column)
            pairs.append((row, column, float(likeness[row, column])))
    return pairs


def is_inside(points: Doubles, person: LabelledPerson) -> bool:
    """Whether a detected person, (17, 2), is mostly in the box of one labelled without keypoints."""
    x, y, width, height = person.box
    inside = (points >= (x, y)) & (points <= (x + width, y + height))
    return bool(inside.all(axis=1).mean() > FOUND_FROM)
