"""COCO's own scores of keypoints, AP and AR over OKS, by pycocotools.

The measure is that of https://cocodataset.org/#keypoints-eval: the mean over the OKS thresholds 0.50, 0.55, ... 0.95.
Sets with other keypoints are scored on those that COCO has too, with COCO's own sigmas.
"""

from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np

from posecore.evaluation.found import Doubles, FoundPeople
from posecore.evaluation.labels import LabelledPerson, LabelledPhoto

_FEWEST_PHOTOS = 2  # of one, all samples are the same
_RECALLS = np.linspace(0, 1, 101)


@dataclass(frozen=True)
class CocoScores:
    """What pycocotools reports for people of all sizes, 0..1; NaN without a labelled person.

    Attributes:
        mean_ap, ap_50, ap_75: AP over all thresholds, at OKS 0.5 and at 0.75.
        mean_ar: AR over all thresholds.
        mean_ap_interval: within which ``mean_ap`` is for 95% of the samples of the photos, see
            ``posecore.evaluation.bootstrap``.
    """

    mean_ap: float
    ap_50: float
    ap_75: float
    mean_ar: float
    mean_ap_interval: tuple[float, float] = (float("nan"), float("nan"))


def coco_scores(
    photos: Sequence[LabelledPhoto], found: Mapping[int | str, FoundPeople], *, samples: int = 0, seed: int = 0
) -> CocoScores:
    """Score the people found in these photos.

    Args:
        photos: with their labels.
        found: by the photo's id; a photo that is missing has nobody.
        samples: of the photos, for the interval; 0: none is made.
        seed: of the samples.
    """
    from pycocotools.coco import COCO
    from pycocotools.cocoeval import COCOeval

    labels = [
        _annotation(number, place, person)
        for number, (place, person) in enumerate(
            ((place, person) for place, photo in enumerate(photos) for person in photo.people), start=1
        )
    ]
    results = [result for place, photo in enumerate(photos) for result in _results(place, found.get(photo.photo_id))]
    if not any(label["num_keypoints"] and not label["iscrowd"] for label in labels):
        nan = float("nan")
        return CocoScores(nan, nan, nan, nan)
    if not results:
        return CocoScores(0.0, 0.0, 0.0, 0.0, (0.0, 0.0))
    with redirect_stdout(StringIO()):  # it prints what it does
        truth = COCO()
        truth.dataset = {
            "info": {},
            "images": [{"id": place} for place in range(len(photos))],
            "annotations": labels,
            "categories": [{"id": 1, "name": "person"}],
        }
        truth.createIndex()
        judge = COCOeval(truth, truth.loadRes(results), "keypoints")
        judge.evaluate()
        judge.accumulate()
        judge.summarize()
    stats = judge.stats
    interval = _interval(judge, len(photos), samples, seed) if samples else (float("nan"), float("nan"))
    return CocoScores(float(stats[0]), float(stats[1]), float(stats[2]), float(stats[5]), interval)


def _annotation(number: int, place: int, person: LabelledPerson) -> dict[str, Any]:
    flags = np.where(person.labelled, 2, 0)[:, None]
    return {
        "id": number,
        "image_id": place,
        "category_id": 1,
        "keypoints": np.hstack([np.nan_to_num(person.points), flags]).ravel().tolist(),
        "num_keypoints": int(person.labelled.sum()),
        "area": person.area,
        "bbox": list(person.box),
        "iscrowd": int(person.is_crowd),
    }


def _results(place: int, found: FoundPeople | None) -> list[dict[str, Any]]:
    if found is None:
        return []
    return [
        {
            "image_id": place,
            "category_id": 1,
            "keypoints": np.hstack([np.nan_to_num(points), np.ones((len(points), 1))]).ravel().tolist(),
            "score": float(score),
        }
        for points, score in zip(found.points, found.scores, strict=True)
    ]


def _interval(judge: Any, photos: int, samples: int, seed: int) -> tuple[float, float]:
    """95% of the mean AP over samples of the photos, from pycocotools' matches, each as often as its photo is drawn."""
    # Those of the first range of areas, which is all areas, are the first of the list, photo by photo.
    matched = [each for each in judge.evalImgs[:photos] if each is not None]
    places = np.concatenate([np.full(len(each["dtScores"]), each["image_id"]) for each in matched])
    scores = np.concatenate([each["dtScores"] for each in matched])
    order = np.argsort(-scores, kind="mergesort")
    hits = np.hstack([each["dtMatches"] for each in matched])[:, order] > 0
    counted = ~np.hstack([each["dtIgnore"] for each in matched]).astype(bool)[:, order]
    people = np.zeros(photos)
    for each in matched:
        people[each["image_id"]] = np.sum(np.asarray(each["gtIgnore"]) == 0)
    if np.count_nonzero(people) < _FEWEST_PHOTOS:
        return float("nan"), float("nan")
    random = np.random.default_rng(seed)
    means = []
    for _ in range(samples):
        times = np.bincount(random.integers(0, photos, photos), minlength=photos)
        if (times @ people) > 0:
            drawn = times[places][order]
            means.append(mean_average_precision(hits & counted, ~hits & counted, drawn, float(times @ people)))
    low, high = np.percentile(means, [2.5, 97.5])
    return float(low), float(high)


def mean_average_precision(hits: Any, misses: Any, times: Doubles, people: float) -> float:
    """Mean over T thresholds of the precision at 101 recalls, as pycocotools' ``accumulate`` has it.

    Args:
        hits: (T, D) bool, detections by falling score that match a labelled person.
        misses: (T, D) bool, those that match nobody.
        times: (D,) how often each detection counts.
        people: number of labelled people.
    """
    means = []
    for hit, miss in zip(hits, misses, strict=True):
        right, wrong = np.cumsum(hit * times), np.cumsum(miss * times)
        precision = right / np.maximum(right + wrong, np.spacing(1))
        best_after = np.maximum.accumulate(precision[::-1])[::-1]
        places = np.searchsorted(right / people, _RECALLS, side="left")
        reached = places < len(best_after)
        means.append(best_after[places[reached]].sum() / len(_RECALLS))
    return float(np.mean(means))
