"""What hands do: wave, swipe, beckon and clap, found in a video or in a live stream.

Movements are measured in lengths of the palm, about 9 cm, so neither the distance to the camera matters nor a person
who comes nearer; and in seconds, so the frame rate does not either. Short gaps are bridged; nothing goes on across a
cut.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from posecore.hands import HandSequence, HandSlot
from posecore.motion.exercises.turning_points import NEAR, find_turns
from posecore.signs.measures import FINGERS, Doubles, length, palm_length, rise

MOTIONS = ("wave", "swipe_left", "swipe_right", "beckon", "clap")
"""The names of all motions."""

SETTLED_S = 0.25
"""A stroke that comes back within this time is no swipe, so a swipe is known only so long after its end."""

_GRID_S = 1 / 30
_SHORTEST_S = 0.05  # of the middle of a stroke: what is quicker, above 6 Hz to and fro, is jitter
_LONGEST_GAP_S = 0.3
_FASTEST = 50.0  # palm lengths per second, 4.5 m/s: what is faster is another hand
_SMALLEST_PX = (
    14.0  # of a palm, in a hand of about 30: smaller ones the network reads so roughly that they seem to jump
)
_HIDDEN_S = 0.5  # hands that touch often hide each other
_STEADY = 15  # frames of the grid; of a quick hand single palms are too short
_WRIST = 0
_TIPS = [first + 3 for first in FINGERS.values()]
_PALM = [_WRIST, *FINGERS.values()]


@dataclass(frozen=True)
class Motion:
    """One motion of a hand.

    Attributes:
        name: of ``MOTIONS``.
        start_s, end_s: seconds, as in the sequence.
        slot: whose hand; for a clap the person's left one.
        score: from 0.5 to 1: how clear it is.
    """

    name: str
    start_s: float
    end_s: float
    slot: HandSlot
    score: float


def find_motions(sequence: HandSequence) -> list[Motion]:
    """All motions of all hands, in order of their ends.

    - ``wave``: an open hand with the fingers up goes to and fro across the picture, three strokes or more.
    - ``swipe_left``, ``swipe_right``: one hand goes across in one quick stroke of at least 18 cm and does not come
      straight back; the stroke that brings it back later does not count. Left is the person's own left, who faces the
      camera: to the right in the picture. A mirrored view does not matter, because landmarks are those of the picture
      behind it. In a video that was recorded mirrored, left and right are exchanged.
    - ``beckon``: the fingers, or the index finger alone, bend and stretch at least twice while the hand stays in place.
    - ``clap``: the hands of a person come together quickly and part. Several in a row are one motion.
    """
    found: list[Motion] = []
    for shot in sequence.shots:
        claps = _claps(sequence, shot)
        found += claps
        for hand, slot in enumerate(sequence.slots):
            clapping = [clap for clap in claps if clap.slot.person == slot.person]
            for track in _tracks(sequence, shot, hand):
                waves = _without(_waves(track, slot), clapping)
                swipes = _without(_swipes(track, slot), [*clapping, *waves])
                found += [*waves, *_beckons(track, slot), *(each for each in swipes if not _both_hands(sequence, each))]
    return sorted(found, key=lambda motion: (motion.end_s, motion.start_s))


@dataclass(frozen=True)
class _Track:
    """One hand while it is seen, at T even times. Positions are in palm lengths, from the first one.

    Attributes:
        times_s: (T,).
        seen_s: the times of the frames in which the hand was seen.
        palm, tips: (T, 2) middle of the palm, and of the four fingertips.
        up: (T,) how far the fingertips are above the palm.
        reaches: (2, T) distance from the wrist in 3D of the four fingertips, and of the index finger's: about 2 for
            straight fingers, below 1 in a fist.
    """

    times_s: Doubles
    seen_s: Doubles
    palm: Doubles
    tips: Doubles
    up: Doubles
    reaches: Doubles


@dataclass(frozen=True)
class _Stroke:
    """A change of a curve between two turns, as indices; ``first`` to ``final`` is its middle, from 10 to 90%."""

    start: int
    first: int
    final: int
    end: int
    size: float


def _points(sequence: HandSequence, shot: slice) -> Doubles:
    """(T, H, 21, 3) landmarks of a shot, pixels."""
    return np.concatenate([sequence.xy[shot], sequence.z[shot, ..., None]], axis=-1, dtype=np.float64)


def _tracks(sequence: HandSequence, shot: slice, hand: int) -> Iterator[_Track]:
    points = _points(sequence, shot)[:, hand]
    for seen in _stretches(sequence, shot, [hand], _LONGEST_GAP_S):
        yield _track(sequence.times_s[shot][seen], points[seen])


def _stretches(sequence: HandSequence, shot: slice, hands: list[int], longest_s: float) -> Iterator[NDArray[np.intp]]:
    """The frames in which these hands are seen, without longer gaps and mix-ups of hands between them."""
    points = _points(sequence, shot)
    middles, times = points[:, :, _PALM, :2].mean(axis=2), sequence.times_s[shot]
    seen = np.flatnonzero(np.isfinite(middles[:, hands]).all(axis=(1, 2)))
    broken = np.diff(times[seen]) > longest_s
    before = _last_seen(middles)
    for hand in hands:
        size = palm_length(points[seen, hand])[1:]
        moved = length(np.diff(middles[seen, hand], axis=0))
        # Where a hand is now, the other one was: they were mixed up. What is too fast is another one too.
        to_others = length(middles[seen[1:], hand][:, None] - before[seen[1:] - 1])
        to_others[:, hand] = np.inf
        mixed_up = (moved > 0.7 * size) & (np.nan_to_num(to_others, nan=np.inf).min(axis=1) < 0.5 * moved)
        broken |= mixed_up | (moved > _FASTEST * size * np.diff(times[seen]))
    for stretch in np.split(seen, np.flatnonzero(broken) + 1):
        if len(stretch) >= 3 and np.median(palm_length(points[stretch][:, hands])) >= _SMALLEST_PX:
            yield stretch


def _last_seen(places: Doubles) -> Doubles:
    """(T, H, 2): in each frame the place of each hand there, or where it was last seen."""
    frames = np.where(np.isfinite(places[..., 0]), np.arange(len(places))[:, None], 0)
    latest = np.maximum.accumulate(frames, axis=0)
    return places[latest, np.arange(places.shape[1])]


def _track(times_s: Doubles, points: Doubles) -> _Track:
    grid = _even_times(times_s)

    def even(values: Doubles) -> Doubles:
        columns = values.reshape(len(values), -1).T
        return np.stack([np.interp(grid, times_s, column) for column in columns], axis=-1)

    size = _steady(even(palm_length(points))[:, 0])
    palm, tips = even(points[:, _PALM, :2].mean(axis=1)), even(points[:, _TIPS, :2].mean(axis=1))
    reach = even(length(points[:, _TIPS] - points[:, [_WRIST]])) / size[:, None]
    return _Track(
        times_s=grid,
        seen_s=times_s,
        palm=_travelled(palm, size),
        tips=_travelled(tips, size),
        up=(palm - tips)[:, 1] / size,
        reaches=np.stack([reach.mean(axis=1), reach[:, 0]]),
    )


def _even_times(times_s: Doubles) -> Doubles:
    return np.arange(times_s[0], times_s[-1] + _GRID_S / 2, _GRID_S)


def _steady(size: Doubles) -> Doubles:
    """Running median."""
    return np.asarray(np.median(sliding_window_view(np.pad(size, _STEADY // 2, mode="edge"), _STEADY), axis=-1))


def _travelled(places: Doubles, size: Doubles) -> Doubles:
    """Positions in lengths that may change on the way."""
    steps = np.diff(places, axis=0) / size[1:, None]
    return np.concatenate([np.zeros((1, 2)), np.cumsum(steps, axis=0)])


def _waves(track: _Track, slot: HandSlot) -> Iterator[Motion]:
    across, level = track.tips.T
    for strokes in _to_and_fro(track.times_s, across, least=0.5, longest_s=0.6, times=3):
        during = slice(strokes[0].first, strokes[-1].final + 1)
        sideways = all(abs(level[each.final] - level[each.first]) < 0.8 * each.size for each in strokes)
        if sideways and track.reaches[0, during].mean() > 1.5 and track.up[during].mean() > 0.4:
            yield _motion("wave", track, strokes, slot, rise(np.mean([each.size for each in strokes]), 0.4, 1.2))


def _beckons(track: _Track, slot: HandSlot) -> list[Motion]:
    found: list[Motion] = []
    for reach in track.reaches:
        for strokes in _to_and_fro(track.times_s, reach, least=0.35, longest_s=0.8, times=4):
            during = slice(strokes[0].first, strokes[-1].final + 1)
            if np.ptp(track.palm[during], axis=0).max() < 1.0:
                clear = rise(np.mean([each.size for each in strokes]), 0.3, 0.8)
                found += _without([_motion("beckon", track, strokes, slot, clear)], found)
    return found


def _swipes(track: _Track, slot: HandSlot) -> Iterator[Motion]:
    across, level = track.palm.T
    last: Motion | None = None
    for stroke in _strokes(across, least=0.5):
        during = slice(stroke.first, stroke.final + 1)
        taken_s = track.times_s[stroke.final] - track.times_s[stroke.first]
        # 18 cm and more with 45 cm/s and more, but not further than an arm reaches.
        quick = 2 <= stroke.size <= 10 and taken_s < 0.5 and 0.8 * stroke.size > 5 * taken_s
        sideways = abs(level[stroke.final] - level[stroke.first]) < 0.5 * stroke.size
        raised = track.up[during].mean() > -0.3  # hands that hang swing while their owner walks
        stretched = track.reaches[:, during].mean(axis=1).max() > 1.4  # all fingers, or the index finger
        if not (quick and sideways and raised and stretched and _followed(track, stroke)):
            continue
        name = "swipe_left" if across[stroke.end] > across[stroke.start] else "swipe_right"
        clear = min(rise(stroke.size, 1.5, 3), rise(stroke.size / max(taken_s, _GRID_S), 5, 10))
        swipe = _motion(name, track, [stroke], slot, clear)
        brought_back = last is not None and last.name != name and swipe.start_s - last.end_s < 0.8
        last = None if brought_back else swipe
        after = across[stroke.final : stroke.final + 1 + round(SETTLED_S / _GRID_S)]
        if not brought_back and np.abs(after - across[stroke.end]).max() < 0.5 * stroke.size:
            yield swipe


def _followed(track: _Track, stroke: _Stroke) -> bool:
    """If the hand was seen on the way: no frame makes up most of it, and no frames without the hand half of it."""
    ways = np.abs(np.diff(np.interp(track.seen_s, track.times_s, track.palm[:, 0]))) / stroke.size
    steps_s = np.diff(track.seen_s)
    during = (track.seen_s[1:] > track.times_s[stroke.start]) & (track.seen_s[:-1] < track.times_s[stroke.end])
    missed = steps_s > 1.6 * np.median(steps_s)
    return not (during & (ways > np.where(missed, 0.55, 0.8))).any()


def _both_hands(sequence: HandSequence, swipe: Motion) -> bool:
    """If the person's other hand moves across at the same time, as in many exercises."""
    during = (sequence.times_s >= swipe.start_s) & (sequence.times_s <= swipe.end_s)
    moved = {}
    for hand, slot in enumerate(sequence.slots):
        places = sequence.xy[during, hand][:, _PALM, 0].mean(axis=1)
        places = places[np.isfinite(places)]
        if slot.person == swipe.slot.person and len(places) > 1:
            moved[slot] = float(np.ptp(places))
    own = moved.pop(swipe.slot, np.inf)
    return any(other > 0.5 * own for other in moved.values())


def _claps(sequence: HandSequence, shot: slice) -> list[Motion]:
    found: list[Motion] = []
    hands = {slot: hand for hand, slot in enumerate(sequence.slots)}
    for slot, left in hands.items():
        right = hands.get(HandSlot(slot.person, "right"))
        if slot.side == "left" and right is not None:
            for start_s, end_s, clear in _single_claps(sequence, shot, left, right):
                motion = Motion("clap", start_s, end_s, slot, 0.5 + 0.5 * clear)
                if found and found[-1].slot == slot and start_s - found[-1].end_s < 0.7:
                    before = found.pop()
                    motion = Motion("clap", before.start_s, end_s, slot, max(before.score, motion.score))
                found.append(motion)
    return found


def _single_claps(sequence: HandSequence, shot: slice, left: int, right: int) -> Iterator[tuple[float, float, float]]:
    """Start, end and clearness of each time that two hands come together and part."""
    points, times = _points(sequence, shot)[:, [left, right]], sequence.times_s[shot]
    sizes = palm_length(points).mean(axis=1)
    middles = points[:, :, _PALM, :2].mean(axis=2)
    between = middles[:, 1] - middles[:, 0]
    for both in _stretches(sequence, shot, [left, right], _HIDDEN_S):
        seen_s = times[both]
        grid = _even_times(seen_s)
        size = _steady(np.interp(grid, seen_s, sizes[both]))
        way = np.stack([np.interp(grid, seen_s, column) for column in between[both].T], axis=-1) / size[:, None]
        apart = np.interp(grid, seen_s, length(between[both])) / size
        turns = find_turns(apart, 0.5)
        for before, together, after in zip(turns, turns[1:], turns[2:], strict=False):
            # 6 cm in a quarter of a second, and 4 cm within 0.4 s.
            closing = np.flatnonzero(apart[before:together] - apart[together] > 0.7)
            opening = np.flatnonzero(apart[together:after] - apart[together] > 0.5)
            if not (len(closing) and len(opening)):
                continue
            first, final = before + int(closing[-1]), together + int(opening[0])
            quick = grid[together] - grid[first] < 0.25 and grid[final] - grid[together] < 0.4
            same_sides = (way[first] * way[final]).sum() > 0  # else the hands went past each other
            # Hands that touch hide each other: then the moment itself was not seen.
            steps = np.diff(seen_s)[max(0, np.searchsorted(seen_s, grid[together]) - 2) :][:3]
            touch = 1.8 if steps.max() > 2.5 * np.median(np.diff(seen_s)) else 1.0
            if quick and same_sides and apart[together] < touch:
                yield float(grid[first]), float(grid[final]), float(rise(apart[together], touch, 0.3 * touch))


def _strokes(values: Doubles, least: float) -> list[_Stroke]:
    """All changes of at least this size, in order."""
    strokes = []
    for start, end in pairwise(find_turns(values, least)):
        share = (values[start : end + 1] - values[start]) / (values[end] - values[start])
        first, final = start + int(np.argmax(share > NEAR)), start + int(np.argmax(share >= 1 - NEAR))
        strokes.append(_Stroke(start, first, final, end, float(abs(values[end] - values[start]))))
    return strokes


def _to_and_fro(
    times_s: Doubles, values: Doubles, *, least: float, longest_s: float, times: int
) -> Iterator[list[_Stroke]]:
    """Strokes that follow each other, at least so many, each of at least this size and at most this long."""
    run: list[_Stroke] = []
    for stroke in _strokes(values, least):
        if run and times_s[stroke.first] - times_s[run[-1].final] > longest_s:
            yield from [run] if len(run) >= times else []
            run = []
        if _SHORTEST_S <= times_s[stroke.final] - times_s[stroke.first] <= longest_s:
            run.append(stroke)
        else:
            yield from [run] if len(run) >= times else []
            run = []
    yield from [run] if len(run) >= times else []


def _motion(name: str, track: _Track, strokes: list[_Stroke], slot: HandSlot, clear: float | Doubles) -> Motion:
    start_s, end_s = track.times_s[strokes[0].first], track.times_s[strokes[-1].final]
    return Motion(name, float(start_s), float(end_s), slot, 0.5 + 0.5 * float(clear))


def _without(motions: Iterable[Motion], others: Iterable[Motion]) -> list[Motion]:
    """The motions that do not overlap with any of the others."""
    others = list(others)
    return [
        motion
        for motion in motions
        if not any(motion.start_s < other.end_s and other.start_s < motion.end_s for other in others)
    ]
