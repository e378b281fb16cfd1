"""A gesture as a button: it acts once it has been held long enough, and again only after it was let go."""

from dataclasses import dataclass

import numpy as np

from posecore.errors import InvalidOption
from posecore.signs.recognition import NO_GESTURE

HOLD_S = 0.8
"""A gesture confirms after this time: longer than hands take to pass through a shape, short enough not to tire."""
_DRAIN = 2.0  # a frame without the gesture takes back two with it, so it must be in more than two thirds of them
_LONGEST_STEP_S = 0.25  # what happened in a longer pause of the stream is unknown


@dataclass(frozen=True)
class Confirmation:
    """Where the button stands after a frame.

    Attributes:
        gesture: the gesture that is held; None if there is none.
        progress: 0..1, how much of the time it has been held for.
        confirmed: True in the one frame in which it acts.
    """

    gesture: str | None
    progress: float
    confirmed: bool


class HoldToConfirm:
    """Follows which gesture is held, frame by frame, and says when it acts.

    Progress grows while the gesture is shown and falls twice as fast while it is not, so single missed frames do not
    matter. When it has fallen to 0 the gesture is let go, also after it acted: only then can it act again, or another.

    Args:
        hold_s: how long a gesture must be held.

    Raises:
        InvalidOption: if this is not above 0.
    """

    def __init__(self, *, hold_s: float = HOLD_S) -> None:
        if not 0 < hold_s < np.inf:
            raise InvalidOption(f"Expected 'hold_s' to be above 0 seconds, but got {hold_s}.")
        self._hold_s = hold_s
        self._gesture: str | None = None
        self._held_s = 0.0
        self._acted = False
        self._time_s = np.nan

    def feed(self, time_s: float, gesture: str | None) -> Confirmation:
        """Take in one frame.

        Args:
            time_s: of the frame. One that is not later than that before changes nothing.
            gesture: what the hand shows; ``none`` or None if it shows no gesture or is not seen.

        Raises:
            InvalidOption: if the time is not a number.
        """
        if not np.isfinite(time_s):
            raise InvalidOption(f"Expected 'time_s' to be a number of seconds, but got {time_s}.")
        if time_s <= self._time_s:
            return self._state(confirmed=False)
        step_s = min(time_s - self._time_s, _LONGEST_STEP_S) if np.isfinite(self._time_s) else 0.0
        self._time_s = time_s
        shown = None if gesture == NO_GESTURE else gesture
        if shown is not None and shown == self._gesture:
            self._held_s = min(self._held_s + step_s, self._hold_s)
        else:
            self._held_s -= _DRAIN * step_s
            if self._held_s <= 1e-9:
                self._gesture, self._held_s, self._acted = shown, 0.0, False
        confirmed = self._gesture is not None and not self._acted and self._held_s >= self._hold_s - 1e-9
        self._acted = self._acted or confirmed
        return self._state(confirmed)

    def _state(self, confirmed: bool) -> Confirmation:
        return Confirmation(self._gesture, min(self._held_s / self._hold_s, 1.0), confirmed)
