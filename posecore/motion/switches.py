"""Frames at which an id seems to go on with another person.

Ids of several people are put right once clothes show that they were exchanged, as after a hug; a moment before, two
people had each other's id. It shows in the track: two people change places from one frame to the next, or one begins
where another ends.
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

_SHOULDERS, _HIPS = (
    [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")] for joint in ("shoulder", "hip")
)


def find_switches(sequence: PoseSequence) -> tuple[NDArray[np.intp], ...]:
    """The frames at which each person's id seems to go on with another person, in the order of ``person_ids``.

    Nothing continues across a cut, so that nobody is switched there.
    """
    people = len(sequence.person_ids)
    if people < 2 or len(sequence) < 2:
        return tuple(np.empty(0, np.intp) for _ in range(people))
    hips = sequence.xy[:, :, _HIPS].mean(axis=2)
    trunks = np.linalg.norm(sequence.xy[:, :, _SHOULDERS].mean(axis=2) - hips, axis=-1)
    # In trunk lengths of the frame before; of those who are new, of the frame itself.
    moved = np.linalg.norm(np.diff(hips, axis=0), axis=-1) / np.maximum(trunks[:-1], 1e-6)
    found: list[set[int]] = [set() for _ in range(people)]
    for frame in np.flatnonzero((moved > PLACES_TRUNKS).sum(axis=1) >= 2).tolist():
        _note_exchanges(found, frame + 1, hips, np.flatnonzero(moved[frame] > PLACES_TRUNKS).tolist())
    _note_takeovers(found, sequence.seen, hips, trunks)
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
