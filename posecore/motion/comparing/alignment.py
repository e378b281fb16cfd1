"""Two movements aligned in time, such as two people who dance the same: how alike, limb by limb and moment by moment.

Dynamic time warping finds, for each moment of one movement, that of the other which is most like it, in order of time.
It compares the directions of the limbs, each body turned to face the camera. Likeness is then that of
``posecore.motion.comparing.likeness``, moment by moment: a landmark that is not in sight is used to find the time, with
little weight, but never judged.

Frames with nobody are gaps: the time goes on evenly through them, and nothing is judged there. Nothing is interpolated
across a cut.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from posecore.errors import InvalidOption, NotComparable, check_choice
from posecore.motion.comparing.limbs import (
    LIMBS,
    Doubles,
    Figure,
    Mirror,
    Turn,
    degrees_apart,
    facing_the_camera,
    landmarks_of,
    mean_over_limbs,
    performer_of,
    scores_of,
)
from posecore.motion.measuring import check_visibility
from posecore.motion.resampling import to_even_times
from posecore.poses import PoseSequence

RATE_HZ = 15.0
"""Moments per second that are compared: a moment errs by at most 33 ms, and dance moves slower than that."""
WINDOW_S = 10.0
"""One movement may be so far ahead or behind the other, beyond what their lengths differ by."""
OPEN_S = 5.0
"""Either movement may begin, or end, so much earlier than the other, by at most a quarter of its length."""
STAY_DEG = 10.0
"""Waiting for the other movement costs as much as limbs that are all so far apart; else jitter would be followed."""
MOST_CELLS = 25_000_000
"""Pairs of moments that may be looked at, 8 bytes each: enough for an hour against an hour."""


@dataclass(frozen=True, eq=False)
class Alignment:
    """Two movements moment by moment.

    Attributes:
        times_s: (N, 2) the same moment in the first and in the second sequence, seconds; neither ever decreases.
        degrees: (N, L) angle between the limbs of both, in the order of ``limbs.LIMBS``; NaN if not judged: unseen in
            one of them, or in a gap.
        mirrored: whether the second was mirrored: left for right.
    """

    times_s: Doubles
    degrees: Doubles
    mirrored: bool

    @cached_property
    def limb_scores(self) -> Doubles:
        """(N, L) 0..100: 100 at 0 degrees, falling evenly to 0 at 60; NaN if not judged."""
        return scores_of(self.degrees)

    @cached_property
    def scores(self) -> Doubles:
        """(N,) 0..100 at each moment, the mean of the limbs; NaN if fewer than half of them are judged."""
        return mean_over_limbs(self.limb_scores)

    @property
    def score(self) -> float:
        """0..100, the mean of all moments; NaN if none is judged."""
        return _mean(self.scores)

    @property
    def score_by_limb(self) -> dict[str, float]:
        """0..100 by limb, the mean of all moments; NaN if the limb is never judged."""
        return {name: _mean(scores) for name, scores in zip(LIMBS, self.limb_scores.T, strict=True)}

    @property
    def delay_s(self) -> float:
        """How much later the second sequence usually does the same: the median, in seconds of the two time axes."""
        return float(np.median(self.times_s[:, 1] - self.times_s[:, 0]))

    @property
    def behind_s(self) -> Doubles:
        """(N,) seconds by which the second is behind the first at each moment, beyond ``delay_s``; negative: ahead."""
        return np.asarray(self.times_s[:, 1] - self.times_s[:, 0] - self.delay_s)

    @property
    def tempo(self) -> float:
        """Seconds that the second takes for a second of the first, over the whole: 2 is half as fast."""
        first_s, second_s = np.ptp(self.times_s, axis=0)
        return float(second_s / first_s) if first_s else float("nan")

    def in_second(self, times_s: ArrayLike) -> Doubles:
        """Times of the second sequence at which it does what the first does at these times; NaN outside."""
        return _looked_up(np.asarray(times_s, np.float64), self.times_s[:, 0], self.times_s[:, 1])

    def in_first(self, times_s: ArrayLike) -> Doubles:
        """Times of the first sequence at which it does what the second does at these times; NaN outside."""
        return _looked_up(np.asarray(times_s, np.float64), self.times_s[:, 1], self.times_s[:, 0])

    def as_dict(self) -> dict[str, Any]:
        """As plain values for JSON, rounded to milliseconds and tenths of a score; what is not judged is None."""
        return {
            "score": _rounded(self.score, 1),
            "limbs": {name: _rounded(score, 1) for name, score in self.score_by_limb.items()},
            "delay_s": round(self.delay_s, 3),
            "tempo": _rounded(self.tempo, 3),
            "mirrored": self.mirrored,
            "moments": [
                {
                    "first_s": round(first_s, 3),
                    "second_s": round(second_s, 3),
                    "behind_s": round(behind_s, 3),
                    "score": _rounded(score, 1),
                }
                for (first_s, second_s), behind_s, score in zip(
                    self.times_s.tolist(), self.behind_s.tolist(), self.scores, strict=True
                )
            ],
        }

    def as_table(self) -> pd.DataFrame:
        """One row per moment: ``first_s``, ``second_s``, ``behind_s``, ``score``, and limbs', as ``head_score``."""
        limbs = {f"{name}_score": scores for name, scores in zip(LIMBS, self.limb_scores.T, strict=True)}
        first_s, second_s = self.times_s.T
        columns = {"first_s": first_s, "second_s": second_s, "behind_s": self.behind_s, "score": self.scores}
        return pd.DataFrame({**columns, **limbs})


def align_sequences(
    first: PoseSequence,
    second: PoseSequence,
    *,
    first_person: int | None = None,
    second_person: int | None = None,
    turn: Turn = "vertical",
    mirror: Mirror = "no",
    window_s: float = WINDOW_S,
    open_s: float = OPEN_S,
    min_visibility: float = 0.5,
) -> Alignment:
    """Align two movements in time and compare them.

    A minute against a minute takes about 0.1 s.

    Args:
        first: as it was estimated, or smoothed. It is looked at 15 times a second.
        second: the same.
        first_person: id; None: in each shot the one who is largest and longest in view.
        second_person: the same.
        turn: as for ``compare_poses``; the time is found whichever way the bodies face.
        mirror: ``"yes"``: with the second's mirror image; ``"either"``: with the one that is more alike.
        window_s: how far one may be ahead or behind, beyond the difference of their lengths.
        open_s: how much earlier either may begin or end, by at most a quarter of its length; 0: both begin and end
            with the same moment.
        min_visibility: 0..1, required of each landmark of a limb to be judged.

    Raises:
        InvalidOption: if an option is outside its range, or nobody has this id.
        InvalidPoses: if that person is seen in no frame.
        NotComparable: if nobody is seen in one of them, one is shorter than two moments, or they are too long.
    """
    check_choice("turn", turn, get_args(Turn))
    check_choice("mirror", mirror, get_args(Mirror))
    check_visibility(min_visibility)
    for name, seconds in (("window_s", window_s), ("open_s", open_s)):
        if not 0 <= seconds < np.inf:
            raise InvalidOption(f"Expected {name!r} to be 0 or more seconds, but got {seconds}.")
    one = _movement(first, first_person, "first")
    other = _movement(second, second_person, "second")
    found = []
    for is_mirrored in {"no": (False,), "yes": (True,), "either": (False, True)}[mirror]:
        moved = other._replace(figure=other.figure.mirrored) if is_mirrored else other
        path = _path(one, moved, window_s, open_s)
        limbs = [
            each.figure.directions(min_visibility)[places] for each, places in zip((one, moved), path.T, strict=True)
        ]
        times_s = np.stack([each.times_s[places] for each, places in zip((one, moved), path.T, strict=True)], axis=1)
        found.append(Alignment(times_s, degrees_apart(limbs[0], limbs[1], turn)[0], is_mirrored))
    return max(found, key=lambda each: np.nan_to_num(each.score, nan=-1.0))


class _Movement(NamedTuple):
    """One person at even times, from the first to the last moment in which they are seen."""

    figure: Figure
    times_s: Doubles

    def features(self) -> Doubles:
        """(T, L, 3) directions of all limbs, however well they are seen, facing the camera; gaps are bridged evenly."""
        limbs = facing_the_camera(self.figure.directions(0.0))
        for coordinate in limbs.reshape(len(limbs), -1).T:
            known = np.isfinite(coordinate)
            if not known.all():
                bridged = np.interp(self.times_s, self.times_s[known], coordinate[known]) if known.any() else 0
                coordinate[:] = bridged
        return limbs

    def weights(self) -> Doubles:
        """(L,) 0..1, how well each limb is seen: mean visibility of its landmarks."""
        seen = np.isfinite(self.figure.visibility).any(axis=1)
        visibility = np.nan_to_num(self.figure.visibility[seen]).mean(axis=0)
        return np.array([visibility[list(landmarks_of(name))].mean() for name in LIMBS])


def _movement(sequence: PoseSequence, person: int | None, which: str) -> _Movement:
    even = to_even_times(performer_of(sequence, person, what=f"the {which} video"), RATE_HZ)
    seen = np.flatnonzero(even.seen[:, 0])
    if len(seen) < 2:
        raise NotComparable(
            f"Expected a movement of at least {2 / RATE_HZ:.1f} s in the {which} video, but the person is seen for "
            f"{len(seen) / RATE_HZ:.1f} s. Compare poses instead."
        )
    even = even.at(slice(int(seen[0]), int(seen[-1]) + 1))
    return _Movement(
        Figure(even.world[:, 0].astype(np.float64), even.visibility[:, 0].astype(np.float64)), even.times_s
    )


def _path(one: _Movement, other: _Movement, window_s: float, open_s: float) -> NDArray[np.intp]:
    """(N, 2) places of the same moment in both."""
    lengths = len(one.times_s), len(other.times_s)
    window = 1 + round(window_s * RATE_HZ)
    width = min(lengths[1], abs(lengths[0] - lengths[1]) + 2 * window) + 1
    if (lengths[0] + 1) * width > MOST_CELLS:
        minutes = " and ".join(f"{length / RATE_HZ / 60:.0f}" for length in lengths)
        raise NotComparable(
            f"Expected two movements of at most {MOST_CELLS:,} pairs of moments within {window_s:g} s of each other, "
            f"but {minutes} minutes have {(lengths[0] + 1) * width:,}. Compare shorter parts, or parts of the same "
            "length."
        )
    weights = np.sqrt(one.weights() * other.weights())
    # Squared distances are added up, so a weight is the square of a factor. They are chords: of 10 degrees, 0.17.
    series = [(each.features() * np.sqrt(weights)[:, None]).reshape(len(each.times_s), -1) for each in (one, other)]
    staying = 2 * np.sin(np.radians(STAY_DEG) / 2) * np.sqrt(weights.sum())
    free = [min(round(open_s * RATE_HZ), length // 4) for length in lengths]
    # With open ends and a window, dtaidistance 2.5.1 loses the path; with open beginnings it does not. So the end is
    # the beginning of the reversed series.
    from_end = _open_path([each[::-1] for each in series], window, staying, free)[0]
    ends = [length - int(place) for length, place in zip(lengths, from_end, strict=True)]
    return _open_path([each[:end] for each, end in zip(series, ends, strict=True)], window, staying, free)


def _open_path(series: Sequence[Doubles], window: int, staying: float, free: Sequence[int]) -> NDArray[np.intp]:
    """(N, 2) places of the same moment, to the last ones of both.

    Either may begin up to ``free`` places late, if what is skipped is less alike than the rest: skipping a place costs
    as much as waiting through one that is as alike as usual. If it cost nothing, the worse part of a beginning would
    always be skipped.
    """
    # Only what aligns loads the C library.
    from dtaidistance.dtw import warping_path_fast

    arrays = [np.ascontiguousarray(each) for each in series]
    found = []
    for psi in ((0, 0, 0, 0), (free[0], 0, free[1], 0)):
        pairs, distance = warping_path_fast(*arrays, window=window, penalty=staying, psi=psi, include_distance=True)
        path = np.array(pairs, np.intp)
        apart = ((arrays[0][path[:, 0]] - arrays[1][path[:, 1]]) ** 2).sum(axis=1)
        found.append((distance**2 + path[0].sum() * (np.median(apart) + staying**2), path))
    return min(found, key=lambda each: each[0])[1]


def _looked_up(wanted_s: Doubles, from_s: Doubles, to_s: Doubles) -> Doubles:
    """Linear between moments; of several at one time, their mean."""
    times_s, place = np.unique(from_s, return_inverse=True)
    means = np.bincount(place, to_s) / np.bincount(place)
    return np.interp(wanted_s, times_s, means, left=np.nan, right=np.nan)


def _mean(values: Doubles) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if len(known) else float("nan")


def _rounded(value: float, digits: int) -> float | None:
    return round(float(value), digits) if np.isfinite(value) else None
