"""How far a figure would move with other photos of the same kind: bootstrap intervals, by photo.

Photos are drawn again with replacement, as many as there are (Efron, "Bootstrap Methods: Another Look at the
Jackknife", 1979); the interval holds the middle 95% of the figures of these samples. Whole photos are drawn, not people
or keypoints, since those in one photo are right or wrong together. With few photos the interval is wide, as it should
be.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

SAMPLES = 2000
_FEWEST_PHOTOS = 2
_BLOCK = 200  # samples at a time: memory is this times the number of photos


class Interval(NamedTuple):
    """95% of the samples; NaN for fewer than two photos, all of whose samples are the same."""

    low: float
    high: float


def _drawn(photos: int, samples: int, seed: int) -> list[NDArray[np.int64]]:
    """Blocks of (samples, photos): how often each photo is drawn."""
    random = np.random.default_rng(seed)
    sizes = [min(_BLOCK, samples - start) for start in range(0, samples, _BLOCK)]
    return [random.multinomial(photos, np.full(photos, 1 / photos), size) for size in sizes]


def _ratios(some: Doubles, of_all: Doubles, samples: int, seed: int) -> Doubles:
    """(samples,) ratio of the sums; NaN where nothing is drawn that counts."""
    blocks = _drawn(len(some), samples, seed)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.concatenate([(times @ some) / (times @ of_all) for times in blocks])


def bootstrap_share(some: Doubles, of_all: Doubles, *, samples: int = SAMPLES, seed: int = 0) -> Interval:
    """Interval of a share that is a ratio of sums over photos, such as correct keypoints of labelled ones.

    Args:
        some: (N,) of each photo.
        of_all: (N,) of each photo.
        samples: how often the photos are drawn.
        seed: of the samples: the same seed gives the same interval.
    """
    if np.count_nonzero(of_all) < _FEWEST_PHOTOS:
        return Interval(float("nan"), float("nan"))
    low, high = np.nanpercentile(_ratios(some, of_all, samples, seed), [2.5, 97.5])
    return Interval(float(low), float(high))


class Difference(NamedTuple):
    """Difference of two systems on the same photos.

    Attributes:
        value: share of the first minus that of the second.
        low, high: 95% interval of it.
        p_bootstrap: twice the share of samples on the other side of 0, at most 1; never 0, as samples are finite.
        p_wilcoxon: Wilcoxon's signed-rank test of the photos' own shares (scipy); 1 if they are all equal.
        photos: number of photos that both are scored on.
    """

    value: float
    low: float
    high: float
    p_bootstrap: float
    p_wilcoxon: float
    photos: int


def paired_difference(
    some: Doubles, of_all: Doubles, other_some: Doubles, other_of_all: Doubles, *, samples: int = SAMPLES, seed: int = 0
) -> Difference:
    """Say whether two systems differ on the same photos: both on the same samples of them.

    Args:
        some: (N,) of each photo, of the first, as for ``bootstrap_share``.
        of_all: the same.
        other_some: (N,) of the same photos, of the second.
        other_of_all: the same.
        samples: how often the photos are drawn.
        seed: of the samples.
    """
    counted = (of_all > 0) & (other_of_all > 0)
    photos = int(counted.sum())
    if not photos:
        nan = float("nan")
        return Difference(nan, nan, nan, nan, nan, 0)
    one, all_one, two, all_two = (each[counted].astype(float) for each in (some, of_all, other_some, other_of_all))
    drawn = _ratios(one, all_one, samples, seed) - _ratios(two, all_two, samples, seed)
    low, high = np.percentile(drawn, [2.5, 97.5])
    value = one.sum() / all_one.sum() - two.sum() / all_two.sum()
    # Samples at 0 are on both sides, so that equal systems do not differ.
    beyond = (min(int((drawn <= 0).sum()), int((drawn >= 0).sum())) + 1) / (len(drawn) + 1)
    return Difference(
        float(value),
        float(low),
        float(high),
        min(1.0, 2 * beyond),
        _wilcoxon(one / all_one - two / all_two),
        photos,
    )


def _wilcoxon(differences: Doubles) -> float:
    from scipy.stats import wilcoxon

    apart = differences[differences != 0]
    return float(wilcoxon(apart).pvalue) if len(apart) else 1.0
