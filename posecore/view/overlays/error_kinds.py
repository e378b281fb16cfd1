"""How people are turned to the camera while a film is drawn, for the usual errors of their angles."""

from collections import deque
from collections.abc import Iterable

import numpy as np

from posecore.motion.facing import STEADY_S, turns_of
from posecore.motion.usual_error import kind_of_body
from posecore.view.overlays.person import Person

_MOST_TURNS = 64  # within the time that counts, at any usual rate


class ErrorKinds:
    """Which of ``posecore.motion.usual_error.KINDS`` each person is, by how they were turned in the last moments."""

    def __init__(self) -> None:
        self._turns: dict[int, deque[tuple[float, float]]] = {}

    def of(self, people: Iterable[Person], time_s: float) -> dict[int, int]:
        """By number of the person.

        Args:
            people: of the next frame.
            time_s: its time, later than that before.
        """
        kinds = {}
        for person in people:
            turns = self._turns.setdefault(person.number, deque(maxlen=_MOST_TURNS))
            while turns and not time_s - STEADY_S < turns[0][0] < time_s:
                turns.popleft()
            turn_deg = float(turns_of(person.world))
            if np.isfinite(turn_deg):
                turns.append((time_s, turn_deg))
            steady = float(np.median([turn for _, turn in turns])) if turns else np.nan
            kinds[person.number] = kind_of_body(person.world, steady)
        return kinds
