"""Which labelled people were found worst, and what is wrong with them, in words."""

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from posecore.evaluation.case import PCK_AT, PersonScore
from posecore.evaluation.found import Doubles
from posecore.evaluation.keypoints import COCO_17


def worst_first(people: Iterable[PersonScore], joint: str | None = None) -> list[PersonScore]:
    """People in order: those with the smallest share of correct keypoints first, of equal shares the least OKS.

    Without a labelled torso there is no such share; their OKS takes its place.

    Args:
        people: scores of one case.
        joint: one of COCO's names: the largest error of this keypoint first, without those in whom it is not labelled;
            None: all keypoints.
    """
    if joint is None:
        return sorted(people, key=lambda each: (each.oks if np.isnan(each.pck) else each.pck, each.oks))
    place = COCO_17.index(joint)
    labelled = [each for each in people if each.person.labelled[place]]
    return sorted(labelled, key=lambda each: (-_scaled_errors(each)[0][place], each.oks))


def wrong_keypoints(score: PersonScore, threshold: float = PCK_AT) -> NDArray[np.bool_]:
    """(17,) which keypoints are labelled, but further off or missing; without a labelled torso only those missing."""
    limit = threshold * score.person.torso_px
    return np.asarray(score.errors_px > (limit if np.isfinite(limit) else np.finfo(float).max))


def what_is_wrong(score: PersonScore, threshold: float = PCK_AT, most: int = 3) -> str:
    """What is wrong with a person in a few words, such as "left knee 0.8 of the torso off, nose 0.3".

    Args:
        score: of the person.
        threshold: share of the torso within which a keypoint is correct.
        most: how many keypoints are named, the worst first.
    """
    if not score.found:
        return "not found" if np.isnan(score.points).all() else "not found: the nearest estimate is too far off"
    errors, unit = _scaled_errors(score)
    wrong = wrong_keypoints(score, threshold) if unit != "px" else errors > 0
    places = [place for place in np.argsort(-np.nan_to_num(errors, nan=-1)).tolist() if wrong[place]]
    if not places:
        return f"all points within {threshold:g} of the torso"
    words: list[str] = []
    for place in places[:most]:
        name = COCO_17[place].replace("_", " ")
        size = f"{errors[place]:.0f}" if unit == "px" else f"{errors[place]:.1f}"
        stated = "" if any("off" in word for word in words) else f" {unit} off"  # the unit is stated once
        words.append(f"{name} {size}{stated}" if np.isfinite(errors[place]) else f"{name} missing")
    more = len(places) - most if unit != "px" else 0
    return ", ".join(words) + (f" and {more} more" if more > 0 else "")


def _scaled_errors(score: PersonScore) -> tuple[Doubles, str]:
    """(17,) errors and their unit: shares of the torso, or pixels if it is not labelled."""
    torso = score.person.torso_px
    return (score.errors_px / torso, "of the torso") if np.isfinite(torso) else (score.errors_px, "px")
