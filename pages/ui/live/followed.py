"""What on the server follows the people before a live camera, whichever way they come to the server."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from pages.ui.live.coach import Coach
from pages.ui.live.gesture_buttons import GestureButtons
from posecore import FrameHands, FramePoses

_LOG = logging.getLogger(__name__)
REMEMBERED_S = 30.0
"""How far back a stream remembers its landmarks."""


@dataclass(frozen=True, eq=False)
class Moment:
    """The people of one frame.

    Attributes:
        number: of the frame among the processed ones, from 0.
        time_s: seconds since the first of them.
        poses: its people.
        hands: its hands; None if they are not looked for.
        late: whether it comes long after it was taken: it counts, but presses no button and is not sent on.
    """

    number: int
    time_s: float
    poses: FramePoses
    hands: FrameHands | None = None
    late: bool = False


class Followed:
    """A live camera whose people are followed by a coach, by gesture buttons and by other programs, if wanted.

    Attributes:
        ended: whether the camera's stream is over.
        coach: counts what the person does; None if the visitor wants no coach.
        gestures: press buttons of the page; None if the visitor wants none.
        send_on: called with the people of each frame, its number and its hands, by the thread that ``send`` is called
            in; None if they are sent to no other program.
    """

    def __init__(self) -> None:
        self.ended = False
        self.coach: Coach | None = None
        self.gestures: GestureButtons | None = None
        self.send_on: Callable[[FramePoses, int, FrameHands | None], None] | None = None
        self._unsent_because: str | None = None
        self._at_end: list[Callable[[], None]] = []

    @property
    def problem(self) -> str | None:
        """Why frames are not sent to other programs; None if all is well."""
        return self._unsent_because

    @property
    def goes_on_unseen(self) -> bool:
        """Whether its frames are needed even if the page is hidden."""
        return self.send_on is not None

    def follow(self, moments: Sequence[Moment], now_s: float, wish: str = "") -> dict[str, Any]:
        """What the page shows of coach and gestures, as plain values for JSON.

        Args:
            moments: the newest; known ones are left out. Their poses have times of one clock from one stream of the
                camera to the next.
            now_s: now, on that clock.
            wish: as for ``Coach.report``.
        """
        coach, gestures = self.coach, self.gestures
        return {
            "goes_on_unseen": self.goes_on_unseen,
            "coach": coach and coach.report((moment.poses for moment in moments), now_s, wish),
            "gestures": gestures and gestures.report((each.poses, each.hands) for each in moments if not each.late),
        }

    def send(self, moment: Moment) -> None:
        """Send a frame to other programs, if any; if that fails, ``problem`` says why."""
        send_on, problem = self.send_on, None
        try:
            if send_on is not None:
                send_on(replace(moment.poses, time_s=moment.time_s), moment.number, moment.hands)
        except Exception as error:  # noqa: BLE001 - the page shows the problem
            _LOG.exception("A live frame could not be sent to other programs")
            problem = f"A frame could not be sent to other programs ({type(error).__name__})."
        self._unsent_because = problem

    def when_ended(self, action: Callable[[], None]) -> None:
        """Call a function when the stream ends."""
        self._at_end.append(action)

    def end(self) -> None:
        """Stop; from any thread. Calling it again does nothing."""
        self.ended = True
        while self._at_end:
            self._at_end.pop()()
