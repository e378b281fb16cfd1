"""One visitor's live picture: its people are found in the newest frame, and that frame goes back with them on it."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace

import av
import cv2
import numpy as np
from aiortc import MediaStreamTrack

from pages.ui.live.pace import Pace
from pages.ui.live.places import FULL, TIME, leave_place, take_place
from pages.ui.live.take import Recorder
from pages.ui.live.tracks import Incoming, Outgoing
from posecore import FramePoses, LiveSession, PosecoreError, PoseOptions
from posecore.limits import LIMITS
from posecore.view.mirror import mirror_picture
from posecore.view.silhouettes import Background

_LOG = logging.getLogger(__name__)

# The skeleton needs no more, and encoding costs by the pixel.
_LONGEST_PX = 960
# Whoever sees the picture asks for its numbers several times a second: a tab that does not is hidden, or asleep.
_UNSEEN_AFTER_S = 10.0
REMEMBERED_S = 30.0
"""How far back a stream remembers who was where."""
_MOST_MOMENTS = 2_000


@dataclass(frozen=True)
class LiveOptions:
    """What a visitor chooses about a live picture.

    Attributes:
        pose: how people are found.
        background: what becomes of all that is not a person.
        mirror: the picture comes back as in a mirror.
    """

    pose: PoseOptions
    background: Background = "keep"
    mirror: bool = False

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
    """A frame as it came, and its people, with their silhouettes where those are asked for."""

    rgb: np.ndarray
    poses: FramePoses
    number: int
    time_s: float


class LiveStream:
    """A live picture from its start to its end; each has a new one.

    The frames arrive and leave on the event loop; all work on them is done in one thread of the stream's own, always
    on the newest frame. A frame that cannot be worked on goes back as it came, and ``problem`` says why. So do all
    frames while the model is loaded.

    Attributes:
        incoming, outgoing: its ends, for streamlit-webrtc.
        pace: how fast it goes.
        latest: the newest frame that was worked on.
        held: the frame at which the visitor holds the numbers; None while they go on.
        problem: why frames go back without people on them; None while all is well.
        loading: the model is being loaded.
        ended: it is over.
        over: why the server ended it, ``FULL`` or ``TIME``; None where it did not.
        asked_at: when its numbers were last asked for, of ``time.monotonic``; None: never.
        send_on: is given the people of each frame and its number, by the thread that works on them.
    """

    def __init__(self, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> None:
        self.options = options
        self.incoming = Incoming(self._take, self.end, open_track)
        self.outgoing = Outgoing()
        self.pace = Pace()
        self.latest: LiveFrame | None = None
        self.held: LiveFrame | None = None
        self.problem: str | None = None
        self.loading = True
        self.ended = False
        self.over: str | None = None
        self.asked_at: float | None = None
        self.send_on: Callable[[FramePoses, int], None] | None = None
        self._waiting: tuple[av.VideoFrame, float] | None = None
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._moments: deque[Moment] = deque(maxlen=_MOST_MOMENTS)
        self._began = 0.0
        self._at_end: list[Callable[[], None]] = []
        self._recording: tuple[Recorder, float] | None = None
        self._time: threading.Timer | None = None
        self._time_over_s: float | None = None

    @property
    def seconds_left(self) -> float:
        """Until its time is over."""
        return math.inf if self._time_over_s is None else max(0.0, self._time_over_s - time.monotonic())

    @property
    def goes_on_unseen(self) -> bool:
        """Somebody needs its frames who does not look at the page."""
        return self._recording is not None or self.send_on is not None

    @property
    def recording(self) -> tuple[Recorder, float] | None:
        """What is recorded to, and how many seconds there are until it begins; None where nothing is."""
        recording = self._recording
        return None if recording is None else (recording[0], max(0.0, recording[1] - time.monotonic()))

    @property
    def resting(self) -> bool:
        """Frames are not worked on, since the page is hidden."""
        unseen = self.asked_at is not None and time.monotonic() - self.asked_at > _UNSEEN_AFTER_S
        return unseen and not self.goes_on_unseen

    def hold(self, on: bool) -> None:
        """Keep the newest frame at hand, or no longer; from any thread."""
        self.held = self.latest if on else None

    def moments(self) -> list[Moment]:
        """The frames of the last half minute, from the oldest to the newest; from any thread."""
        with self._changed:
            moments = list(self._moments)
        return [moment for moment in moments if moment.time_s >= moments[-1].time_s - REMEMBERED_S]

    def when_ended(self, action: Callable[[], None]) -> None:
        """Do this at the end, too."""
        self._at_end.append(action)

    def record(self, recorder: Recorder | None, begin_s: float) -> None:
        """Give it each frame that is worked on from a moment of ``time.monotonic`` on; None: no more."""
        self._recording = None if recorder is None else (recorder, begin_s)

    def end(self) -> None:
        """Stop, and free the model; from any thread, as often as you like."""
        with self._changed:
            self.ended = True
            self._recording = None
            self._changed.notify()
        if self._time is not None:
            self._time.cancel()
        leave_place(self)
        self.outgoing.end()
        while self._at_end:
            self._at_end.pop()()

    def _take(self, frame: av.VideoFrame) -> None:
        if self.ended or (self._worker is None and not self._begin()):
            return
        self.pace.came_in()
        if self.resting:
            return
        if self.loading:
            self.outgoing.give(self._as_it_came(frame))
        with self._changed:
            self._waiting = (frame, time.monotonic())  # in place of one that nobody has had time for
            self._changed.notify()

    def _begin(self) -> bool:
        """Whether there is room for it."""
        if not take_place(self):
            self._end_since(FULL)
            return False
        self._time = threading.Timer(LIMITS.live_seconds, self._end_since, [TIME])
        self._time.daemon = True
        self._time_over_s = time.monotonic() + LIMITS.live_seconds
        self._time.start()
        self._worker = threading.Thread(target=self._work, name="live", daemon=True)
        self._worker.start()
        return True

    def _end_since(self, reason: str) -> None:
        self.over = reason
        self.end()

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
                return self._as_it_came(frame)
            self.pace.worked(time.monotonic() - start)
            drawn = _to_frame(done[1], frame)
            self._remember(rgb, done[0], arrived)
        except PosecoreError as error:
            self.problem = str(error)
            return self._as_it_came(frame)
        except Exception as error:  # noqa: BLE001 - the page says what happened
            _LOG.exception("A live frame could not be worked on")
            self.problem = f"A frame could not be worked on ({type(error).__name__})."
            return self._as_it_came(frame)
        return drawn

    def _as_it_came(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Without people, and on the side that the visitor is used to."""
        if not self.options.mirror:
            return frame
        return _to_frame(mirror_picture(frame.to_ndarray(format="rgb24")), frame)

    def _remember(self, rgb: np.ndarray, poses: FramePoses, arrived: float) -> None:
        recording = self._recording
        if recording is not None and arrived >= recording[1]:
            recording[0].add(rgb, poses, arrived)
        with self._changed:
            number = self._moments[-1].number + 1 if self._moments else 0
            self._began = self._began or arrived
            # Without the silhouettes, which are many times as large.
            moment = Moment(number, arrived - self._began, replace(poses, masks=()))
            self._moments.append(moment)
            self.latest, self.problem = LiveFrame(rgb, poses, number, moment.time_s), None
        if self.send_on is not None:
            self.send_on(replace(moment.poses, time_s=moment.time_s), number)


class _Session:
    """The model of one stream, opened again where the visitor chooses otherwise. Of the worker's thread alone."""

    def __init__(self) -> None:
        self.options: LiveOptions | None = None
        self._open: LiveSession | None = None

    def open(self, options: LiveOptions) -> None:
        self.close()
        self.options = options  # also where it fails: the visitor is told, and asked to choose otherwise
        self._open = LiveSession(options.pose, background=options.background, mirror=options.mirror)

    def step(self, rgb: np.ndarray, time_s: float) -> tuple[FramePoses, np.ndarray] | None:
        """None where the model could not be opened."""
        return None if self._open is None else self._open.step(rgb, time_s)

    def close(self) -> None:
        if self._open is not None:
            self._open.close()
            self._open = None


def _to_frame(rgb: np.ndarray, of: av.VideoFrame) -> av.VideoFrame:
    """A picture as the encoder wants it, at the time of the frame that it is of."""
    if rgb.shape[0] % 2 or rgb.shape[1] % 2:
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    else:  # in a tenth of the time that FFmpeg takes for it
        frame = av.VideoFrame.from_ndarray(cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420), format="yuv420p")
    frame.pts, frame.time_base = of.pts, of.time_base
    return frame


def _small(frame: av.VideoFrame) -> av.VideoFrame:
    scale = _LONGEST_PX / max(frame.width, frame.height)
    if scale >= 1:
        return frame
    # H.264 and VP8 want even sides.
    return frame.reformat(width=round(frame.width * scale / 2) * 2, height=round(frame.height * scale / 2) * 2)
