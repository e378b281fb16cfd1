"""The scores in sentences."""

from collections.abc import Iterator, Sequence

import numpy as np

from posecore.evaluation.case import PCK_AT, CaseName, CaseScores, Comparison
from posecore.evaluation.evaluation import Evaluation
from posecore.export.scores_report import FEW_PEOPLE

_MOST_OTHERS = 3
_FEWEST_PHOTOS = 6  # of which Wilcoxon's test can find a difference


def in_words(name: CaseName) -> str:
    """A case as it is called in a sentence."""
    if name.engine == "mediapipe":
        return f"{name.model} with MediaPipe's engine"
    return f"{name.model} with the {name.search} search" if name.search else name.model


def counted(number: int, one: str, several: str | None = None) -> str:
    """A number with its noun, such as "1 photo" or "2,000 photos"."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def listed(words: Sequence[str]) -> str:
    """Words as a list in a sentence, such as "one, two and three"."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def best_first(evaluation: Evaluation) -> list[CaseScores]:
    """The cases by falling PCK@0.2, of equal ones those who found more people first."""
    return sorted(evaluation.cases, key=lambda case: (-np.nan_to_num(case.pck()), -case.found))


def verdict(evaluation: Evaluation) -> list[str]:
    """What the scores say, the most important sentence first."""
    if not evaluation.cases or not evaluation.cases[0].people:
        return ["Nobody is labelled with points in these photos, so there is nobody to find or to miss."]
    best, *others = best_first(evaluation)
    people, photos = counted(len(best.people), "person", "people"), counted(len(best.photos), "photo")
    sentences = [f"On your {people} in {photos}, {_result(evaluation, best)}."]
    if others:
        more = [f"{len(others) - _MOST_OTHERS:,} more in the table"] if others[_MOST_OTHERS:] else []
        shown = [_result(evaluation, case, exactly=False) for case in others[:_MOST_OTHERS]]
        text = "; ".join([*shown, *more])
        sentences.append(f"{text[0].upper()}{text[1:]}.")
    if np.isfinite(best.pck()):
        judged = int(np.isfinite(best.torsos_px).sum())
        if judged < len(best.people):
            are = counted(judged, "person", "people")
            sentences.append(f"Points are judged on the {are} whose torso is labelled (right shoulder and left hip).")
        sentences += _chances(evaluation, best, others)
    else:
        sentences.append("No torso is labelled (right shoulder and left hip), so there is no scale for exactness.")
    if len(best.people) < FEW_PEOPLE:
        are_few = counted(len(best.people), "person is", "people are")
        sentences.append(f"{are_few} few: on other photos the figures may be quite different.")
    return sentences


def _result(evaluation: Evaluation, case: CaseScores, *, exactly: bool = True) -> str:
    found = f"{in_words(case.name)} finds {f'{case.found:,}' if case.found else 'nobody'}"
    share = case.pck()
    if not np.isfinite(share):
        return found
    points = f"{found} and puts {100 * share:.0f} of 100 points"
    if not exactly:
        return points
    low, high = evaluation.figures[evaluation.cases.index(case)]["pck_interval"][f"{PCK_AT:g}"]
    interval = "" if low is None else f" ({100 * low:.0f} to {100 * high:.0f})"
    return f"{points} in the right place{interval}"


def _chances(evaluation: Evaluation, best: CaseScores, others: Sequence[CaseScores]) -> Iterator[str]:
    """Whether the best case differs from the others, and whether so few photos can tell."""
    real, maybe = list[str](), list[str]()
    for other in others:
        pair = {str(best.name), str(other.name)}
        [comparison] = [each for each in evaluation.comparisons if {each.first, each.second} == pair]
        (real if comparison.differ else maybe).append(in_words(other.name))
    if not others:
        return
    if len(others) == 1:
        yield f"The difference {'is more than' if real else 'may be'} chance."
    elif not maybe:
        yield "It is better than all others by more than chance."
    elif not real:
        yield "All differences may be chance."
    else:
        yield f"It is better than {listed(real)} by more than chance; against {listed(maybe)} it may be chance."
    if maybe and len(best.photos) < _FEWEST_PHOTOS:
        yield f"Fewer than {_FEWEST_PHOTOS} photos can never tell."


def difference_in_words(comparison: Comparison) -> str:
    """A paired comparison in a sentence."""
    first, second, value = comparison.first, comparison.second, comparison.pck.value
    if not comparison.pck.photos:
        return f"{first} and {second}: nothing to compare."
    if value == 0:
        return f"{first} and {second} are equally good."
    better, worse = (first, second) if value > 0 else (second, first)
    chance = "more than chance" if comparison.differ else "may be chance"
    return f"{better} has {abs(100 * value):.1f} of 100 points more right than {worse}: {chance}."
