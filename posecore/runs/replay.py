"""Poses that were found before, in place of an estimator: for a film that is drawn again."""

import json
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from posecore.errors import InvalidPoses
from posecore.estimation.blazepose.regions import Region
from posecore.estimation.checks import Picture
from posecore.poses import FramePoses, PoseSequence

_ARRAYS = ("xy", "z", "world", "visibility", "presence", "person_ids", "times_s")


def write_replay(sequence: PoseSequence, path: Path) -> None:
    """Write a sequence for ``Replay``, which may be in another process."""
    facts = {"size": sequence.size, "fps": sequence.fps, "names": list(sequence.names.items())}
    np.savez(path, facts=np.array(json.dumps(facts)), **{name: getattr(sequence, name) for name in _ARRAYS})


class Replay:
    """The poses of each frame as they were found; it stands where an estimator of a stream would.

    Args:
        path: what ``write_replay`` wrote.
    """

    followed: tuple[Region, ...] = ()
    saw_more = False

    def __init__(self, path: Path) -> None:
        with np.load(path, allow_pickle=False) as stored:
            facts = json.loads(str(stored["facts"]))
            self._sequence = PoseSequence(
                **{name: stored[name] for name in _ARRAYS},
                size=tuple(facts["size"]),
                fps=facts["fps"],
                names=dict(facts["names"]),
            )
        self._at = {time_s: index for index, time_s in enumerate(self._sequence.times_s.tolist())}

    def follow(self, regions: Iterable[Region]) -> None:
        """Without effect: nobody is looked for."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Who was found in the frame at that time; nobody where it was not looked at.

        Raises:
            InvalidPoses: where the frames have another size than those the poses are of.
        """
        size = (rgb.shape[1], rgb.shape[0])
        if size != self._sequence.size:
            raise InvalidPoses(f"Expected a clip whose frames are {self._sequence.size}, but got {size}.")
        index = self._at.get(time_s)
        return FramePoses.nobody(size, time_s) if index is None else self._sequence.frame(index)

    def close(self) -> None:
        """Nothing is held that needs freeing."""
