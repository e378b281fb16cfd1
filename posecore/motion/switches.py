"""Frames at which an id seems to go on with another person.

Ids of several people are put right once clothes show that they were exchanged, as after a hug; a moment before, two
people had each other's id. It shows in the track: two people change places from one frame to the next, one begins where
another ends, or a person comes back at another size.
"""

import numpy as np
from numpy.typing import NDArray

from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

CHANGED_PLACES = 0.5
"""Two people change places if their paths are this share as long with their ids exchanged ..."""
PLACES_TRUNKS = 0.5
"""... and each moves more than this many trunk lengths in one frame."""
TAKEN_OVER_TRUNKS = 0.5
"""A person is taken over if another one begins within this many trunk lengths of where they end, in the next frame."""
OTHER_SIZE = 1.5
"""Another person goes on under an id if the body is this many times as large in the picture, or as small ..."""
OTHER_SIZE_S = 1.0
"""... after an absence or jump of at most this many seconds, in which nobody comes or goes as far."""

_STEADY = 5  # frames before and after, over which a size is taken
_SHOULDERS, _HIPS = (
    [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")
)


def find_switches(sequence: PoseSequence) -> tuple[NDArray[np.intp], ...]:
    """The frames at which each person's id seems to go on with another person, in the order of ``person_ids``.

    Nothing continues across a cut, so that nobody is switched there.
    """
    people = len(sequence.person_ids)
    if not people or len(sequence) < 2:
        return tuple(np.empty(0, np.intp) for _ in range(people))
    hips = sequence.xy[:, :, _HIPS].mean(axis=2)
    trunks = np.linalg.norm(sequence.xy[:, :, _SHOULDERS].mean(axis=2) - hips, axis=-1)
    # In trunk lengths of the frame before; of those who are new, of the frame itself.
    moved = np.linalg.norm(np.diff(hips, axis=0), axis=-1) / np.maximum(trunks[:-1], 1e-6)
    found: list[set[int]] = [set() for _ in range(people)]
    for frame in np.flatnonzero((moved > PLACES_TRUNKS).sum(axis=1) >= 2).tolist():
        _note_exchanges(found, frame + 1, hips, np.flatnonzero(moved[frame] > PLACES_TRUNKS).tolist())
    _note_takeovers(found, sequence.seen, hips, trunks)
    for slot in range(people):
        _note_other_sizes(found[slot], sequence, slot, moved[:, slot])
    cuts = set(sequence.cuts.tolist())
    return tuple(np.array(sorted(frames - cuts), np.intp) for frames in found)


def _note_exchanges(found: list[set[int]], frame: int, hips: FloatArray, movers: list[int]) -> None:
    """Add the frame to those of any two people who change places in it."""
    before, after = hips[frame - 1, movers], hips[frame, movers]
    paths = np.linalg.norm(after[:, None] - before, axis=-1)  # of each one to where each one was
    straight = paths.diagonal()[:, None] + paths.diagonal()
    for one, other in np.argwhere(np.triu(paths + paths.T < CHANGED_PLACES * straight, 1)).tolist():
        found[movers[one]].add(frame)
        found[movers[other]].add(frame)


def _note_takeovers(found: list[set[int]], seen: NDArray[np.bool_], hips: FloatArray, trunks: FloatArray) -> None:
    """Add the frame to those of two people if one begins in it where the other was in the frame before."""
    for new in np.flatnonzero(seen.any(axis=0) & ~seen[0]).tolist():
        frame = int(seen[:, new].argmax())
        for gone in np.flatnonzero(seen[frame - 1] & ~seen[frame]).tolist():
            away = np.linalg.norm(hips[frame, new] - hips[frame - 1, gone])
            if away <= TAKEN_OVER_TRUNKS * trunks[frame, new]:
                found[new].add(frame)
                found[gone].add(frame)


def _note_other_sizes(found: set[int], sequence: PoseSequence, slot: int, moved: FloatArray) -> None:
    """Add the frames in which a person is back, or has jumped, at another size."""
    there = np.flatnonzero(sequence.seen[:, slot])
    if len(there) < 2:
        return
    spreads = [array[there, slot].std(axis=1)[:, :2].mean(axis=-1) for array in (sequence.xy, sequence.world)]
    sizes = spreads[0] / np.maximum(spreads[1], 1e-6)
    shot_of = sequence.shot_numbers[there]
    jumped = (np.diff(there) > 1) | (moved[there[1:] - 1] > PLACES_TRUNKS)
    for place in np.flatnonzero(jumped & (np.diff(sequence.times_s[there]) <= OTHER_SIZE_S)).tolist():
        same_shot = shot_of == shot_of[place]
        before, after = (
            sizes[part][same_shot[part]]
            for part in (slice(max(0, place + 1 - _STEADY), place + 1), slice(place + 1, place + 1 + _STEADY))
        )
        if len(after) and abs(np.log(np.median(after) / np.median(before))) > np.log(OTHER_SIZE):
            found.add(int(there[place + 1]))
