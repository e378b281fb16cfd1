"""One visitor's live picture: its people are found in the newest frame, and that frame goes back with them on it."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import av
import numpy as np
from aiortc import MediaStreamTrack

from pages.ui.live.pace import Pace
from pages.ui.live.tracks import Incoming, Outgoing
from posecore import FramePoses, LiveSession, PosecoreError, PoseOptions
from posecore.view.silhouettes import Background

_LOG = logging.getLogger(__name__)

# The skeleton needs no more, and encoding costs by the pixel.
_LONGEST_PX = 960
REMEMBERED_S = 30.0
"""How far back a stream remembers who was where."""
_MOST_MOMENTS = 2_000


@dataclass(frozen=True)
class LiveOptions:
    """What a visitor chooses about a live picture.

    Attributes:
        pose: how people are found.
        background: what becomes of all that is not a person.
    """

    pose: PoseOptions
    background: Background = "keep"

    def __post_init__(self) -> None:
        object.__setattr__(self, "pose", replace(self.pose, segmentation=self.background != "keep"))


@dataclass(frozen=True, eq=False)
class Moment:
    """The people of one frame.

    Attributes:
        number: of the frame among those that were worked on.
        time_s: since the first of them.
        poses: its people.
    """

    number: int
    time_s: float
    poses: FramePoses


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """The newest frame: as it came, and its people."""

    rgb: np.ndarray
    poses: FramePoses


class LiveStream:
    """A live picture from its start to its end; each has a new one.

    The frames arrive and leave on the event loop; all work on them is done in one thread of the stream's own, always
    on the newest frame. A frame that cannot be worked on goes back as it came, and ``problem`` says why. So do all
    frames while the model is loaded.

    Attributes:
        incoming, outgoing: its ends, for streamlit-webrtc.
        pace: how fast it goes.
        latest: the newest frame that was worked on.
        problem: why frames go back without people on them; None while all is well.
        loading: the model is being loaded.
        ended: it is over.
    """

    def __init__(self, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> None:
        self.options = options
        self.incoming = Incoming(self._take, self.end, open_track)
        self.outgoing = Outgoing()
        self.pace = Pace()
        self.latest: LiveFrame | None = None
        self.problem: str | None = None
        self.loading = True
        self.ended = False
        self._waiting: tuple[av.VideoFrame, float] | None = None
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._moments: deque[Moment] = deque(maxlen=_MOST_MOMENTS)
        self._began = 0.0
        self._at_end: list[Callable[[], None]] = []

    def moments(self) -> list[Moment]:
        """The frames of the last half minute, from the oldest to the newest; from any thread."""
        with self._changed:
            moments = list(self._moments)
        return [moment for moment in moments if moment.time_s >= moments[-1].time_s - REMEMBERED_S]

    def when_ended(self, action: Callable[[], None]) -> None:
        """Do this at the end, too."""
        self._at_end.append(action)

    def end(self) -> None:
        """Stop, and free the model; from any thread, as often as you like."""
        with self._changed:
            self.ended = True
            self._changed.notify()
        self.outgoing.end()
        while self._at_end:
            self._at_end.pop()()

    def _take(self, frame: av.VideoFrame) -> None:
        self.pace.came_in()
        if self.loading:
            self.outgoing.give(frame)
        with self._changed:
            self._waiting = (frame, time.monotonic())  # in place of one that nobody has had time for
            self._changed.notify()
        if self._worker is None:
            self._worker = threading.Thread(target=self._work, name="live", daemon=True)
            self._worker.start()

    def _work(self) -> None:
        session = _Session()
        try:
            while (taken := self._next()) is not None:
                if session.options != self.options:
                    self._load(session)
                    continue  # this frame, and those that came meanwhile, were shown as they came
                frame, arrived = taken
                self.outgoing.give(self._drawn(session, frame, arrived))
                self.pace.went_out(time.monotonic() - arrived)
        finally:
            session.close()

    def _load(self, session: "_Session") -> None:
        self.loading = True
        try:
            session.open(self.options)
        except PosecoreError as error:
            self.problem = str(error)
        except Exception as error:  # noqa: BLE001 - the picture must go on; the page says what happened
            _LOG.exception("The model of a live picture could not be opened")
            self.problem = f"The model could not be opened ({type(error).__name__})."
        with self._changed:
            self.loading, self._waiting = False, None

    def _next(self) -> tuple[av.VideoFrame, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._waiting is not None)
            taken, self._waiting = self._waiting, None
            return None if self.ended else taken

    def _drawn(self, session: "_Session", frame: av.VideoFrame, arrived: float) -> av.VideoFrame:
        """The frame with its people; the frame as it came where that fails: the picture must go on."""
        try:
            rgb = _small(frame).to_ndarray(format="rgb24")
            start = time.monotonic()
            done = session.step(rgb, arrived)
            if done is None:
                return frame
            self.pace.worked(time.monotonic() - start)
            drawn = av.VideoFrame.from_ndarray(done[1], format="rgb24")
        except PosecoreError as error:
            self.problem = str(error)
            return frame
        except Exception as error:  # noqa: BLE001 - the page says what happened
            _LOG.exception("A live frame could not be worked on")
            self.problem = f"A frame could not be worked on ({type(error).__name__})."
            return frame
        self._remember(rgb, done[0], arrived)
        drawn.pts, drawn.time_base = frame.pts, frame.time_base
        return drawn

    def _remember(self, rgb: np.ndarray, poses: FramePoses, arrived: float) -> None:
        self.latest, self.problem = LiveFrame(rgb, poses), None
        with self._changed:
            number = self._moments[-1].number + 1 if self._moments else 0
            self._began = self._began or arrived
            # Without the silhouettes, which are many times as large.
            self._moments.append(Moment(number, arrived - self._began, replace(poses, masks=())))


class _Session:
    """The model of one stream, opened again where the visitor chooses otherwise. Of the worker's thread alone."""

    def __init__(self) -> None:
        self.options: LiveOptions | None = None
        self._open: LiveSession | None = None

    def open(self, options: LiveOptions) -> None:
        self.close()
        self.options = options  # also where it fails: the visitor is told, and asked to choose otherwise
        self._open = LiveSession(options.pose, background=options.background)

    def step(self, rgb: np.ndarray, time_s: float) -> tuple[FramePoses, np.ndarray] | None:
        """None where the model could not be opened."""
        return None if self._open is None else self._open.step(rgb, time_s)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _small(frame: av.VideoFrame) -> av.VideoFrame:
    scale = _LONGEST_PX / max(frame.width, frame.height)
    if scale >= 1:
        return frame
    # H.264 and VP8 want even sides.
    return frame.reformat(width=round(frame.width * scale / 2) * 2, height=round(frame.height * scale / 2) * 2)
