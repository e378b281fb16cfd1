"""One visitor's live stream: people are found in the newest frame, which is sent back with skeletons drawn on it."""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

import av
import cv2
import numpy as np
from aiortc import MediaStreamTrack

from pages.ui.live.followed import REMEMBERED_S, Followed, Moment
from pages.ui.live.pace import Pace
from pages.ui.live.places import FULL, TIME, leave_place, take_place
from pages.ui.live.recorder import Recorder
from pages.ui.live.tracks import Incoming, Outgoing
from pages.ui.serving.idle import make_room
from posecore import (
    FrameHands,
    FramePoses,
    HandOptions,
    LiveHands,
    LiveSession,
    OverlayOptions,
    PosecoreError,
    PoseOptions,
    draw_hands,
)
from posecore.limits import LIMITS
from posecore.motion.hand_as_body import people_within_hands
from posecore.motion.mirror import mirror_hands, mirror_picture
from posecore.view.silhouettes import Background

_LOG = logging.getLogger(__name__)

# Enough for the skeleton; encoding costs time for each pixel.
_LONGEST_PX = 960
# A visible page asks for the numbers several times per second; one that does not is hidden or asleep.
_UNSEEN_AFTER_S = 10.0
_MOST_MOMENTS = 2_000


@dataclass(frozen=True)
class LiveOptions:
    """The options of a live stream.

    Attributes:
        pose: how people are found.
        background: what to do with everything behind the people.
        mirror: whether the frames are sent back mirrored.
        hands: how hands are found and drawn; None: they are not.
        bodies: whether people are found; without, hands are found by themselves.
        skeletons: whether those of people, and hands, are drawn.
        overlay: drawn above them.
    """

    pose: PoseOptions
    background: Background = "keep"
    mirror: bool = False
    hands: HandOptions | None = None
    bodies: bool = True
    skeletons: bool = True
    overlay: OverlayOptions = field(default_factory=OverlayOptions)

    def __post_init__(self) -> None:
        object.__setattr__(self, "pose", replace(self.pose, segmentation=self.background != "keep"))


@dataclass(frozen=True, eq=False)
class LiveFrame:
    """A processed frame.

    Attributes:
        rgb: as it arrived.
        poses: its people, with silhouettes if the background is changed.
        drawn: as it was sent back.
        number, time_s: as of its ``Moment``.
        hands: its hands; None if they are not looked for.
    """

    rgb: np.ndarray
    poses: FramePoses
    drawn: np.ndarray
    number: int
    time_s: float
    hands: FrameHands | None = None


class LiveStream(Followed):
    """A live stream from its start to its end; after that, a new one is needed.

    Frames arrive and leave on the event loop. They are processed in one thread of the stream's own, always the newest
    first. A frame that cannot be processed is sent back as it arrived, and ``problem`` says why. So are all frames
    while the model is loading.

    Attributes:
        incoming, outgoing: its ends, for a connection.
        turn: which of its visit's streams it is, from 0.
        pace: its rates and times.
        latest: the newest processed frame.
        held: the frame at which the visitor froze picture and numbers; None while they continue.
        loading: whether the model is loading.
        connected: whether a browser was ever connected to it.
        over: why the server ended it, ``FULL`` or ``TIME``; None if it did not.
        asked_at: ``time.monotonic`` of the last request for its numbers; None if there was none.
    """

    def __init__(self, options: LiveOptions, open_track: Callable[[], MediaStreamTrack] | None = None) -> None:
        super().__init__()
        self.options = options
        self.turn = 0
        self._open_track = open_track
        self.incoming = Incoming(self._take, self.end, open_track)
        self.outgoing = Outgoing()
        self.pace = Pace()
        self.latest: LiveFrame | None = None
        self.held: LiveFrame | None = None
        self._undrawn_because: str | None = None
        self.loading = True
        self.connected = False
        self.over: str | None = None
        self.asked_at: float | None = None
        self._waiting: tuple[av.VideoFrame, float] | None = None
        self._changed = threading.Condition()
        self._worker: threading.Thread | None = None
        self._unsent: Moment | None = None
        self._moments: deque[Moment] = deque(maxlen=_MOST_MOMENTS)
        self._began = 0.0
        self._recording: tuple[Recorder, float] | None = None
        self._time: threading.Timer | None = None
        self._time_over_s: float | None = None

    @property
    def problem(self) -> str | None:
        """Why frames are sent back without skeletons, or not sent to other programs; None if all is well."""
        return self._undrawn_because or super().problem

    @property
    def seconds_left(self) -> float:
        """Seconds until its time is over."""
        return math.inf if self._time_over_s is None else max(0.0, self._time_over_s - time.monotonic())

    @property
    def goes_on_unseen(self) -> bool:
        """Whether its frames are needed even if the page is hidden."""
        return self._recording is not None or super().goes_on_unseen

    @property
    def recording(self) -> tuple[Recorder, float] | None:
        """The current recorder and the seconds until it begins; None if nothing is recorded."""
        recording = self._recording
        return None if recording is None else (recording[0], max(0.0, recording[1] - time.monotonic()))

    @property
    def resting(self) -> bool:
        """Whether frames are not processed because the page is hidden."""
        unseen = self.asked_at is not None and time.monotonic() - self.asked_at > _UNSEEN_AFTER_S
        return unseen and not self.goes_on_unseen

    def successor(self) -> "LiveStream":
        """A new stream from the same source, with the same choices of the visitor."""
        stream = LiveStream(self.options, self._open_track)
        stream.turn = self.turn + 1
        stream.coach, stream.gestures = self.coach, self.gestures
        return stream

    def hold(self, on: bool) -> None:
        """Freeze picture and numbers at the newest frame, or resume; from any thread.

        Frames are processed meanwhile, for the coach, recordings and other programs.
        """
        self.held = self.latest if on else None

    def moments(self) -> list[Moment]:
        """The moments of the last half minute, oldest first; from any thread."""
        with self._changed:
            moments = list(self._moments)
        return [moment for moment in moments if moment.time_s >= moments[-1].time_s - REMEMBERED_S]

    def record(self, recorder: Recorder | None, begin_s: float) -> None:
        """Record every processed frame from a ``time.monotonic`` on; None stops recording."""
        self._recording = None if recorder is None else (recorder, begin_s)

    def end(self) -> None:
        """Stop and free the model; from any thread. Calling it again does nothing."""
        with self._changed:
            self.ended = True
            self._recording = None
            self._changed.notify()
        if self._time is not None:
            self._time.cancel()
        leave_place(self)
        self.outgoing.end()
        super().end()

    def _take(self, frame: av.VideoFrame) -> None:
        if self.ended or (self._worker is None and not self._begin()):
            return
        self.pace.came_in()
        if self.resting:
            return
        if self.loading:
            self.outgoing.give(self._as_it_came(frame))
        with self._changed:
            self._waiting = (frame, time.monotonic())  # replaces a frame that there was no time for
            self._changed.notify()

    def _begin(self) -> bool:
        """Start the thread; False if the server has no place left."""
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
        make_room()
        session = _Session()
        try:
            while (taken := self._next()) is not None:
                if session.options != self.options and not session.draw_as(self.options):
                    self._load(session)
                    continue  # the frames that arrived meanwhile were sent back as they were
                frame, arrived = taken
                drawn = self._drawn(session, frame, arrived)
                held = self.held
                self.outgoing.give(drawn if held is None else _to_frame(session.draw_again(held), frame))
                self.pace.went_out(time.monotonic() - arrived)
                self._send_newest()
        finally:
            session.close()

    def _load(self, session: "_Session") -> None:
        self.loading = True
        try:
            session.open(self.options)
        except PosecoreError as error:
            self._undrawn_because = str(error)
        except Exception as error:  # noqa: BLE001 - the stream must continue; the page shows the problem
            _LOG.exception("The model of a live stream could not be loaded")
            self._undrawn_because = f"The model could not be loaded ({type(error).__name__})."
        with self._changed:
            self.loading, self._waiting = False, None

    def _next(self) -> tuple[av.VideoFrame, float] | None:
        with self._changed:
            self._changed.wait_for(lambda: self.ended or self._waiting is not None)
            taken, self._waiting = self._waiting, None
            return None if self.ended else taken

    def _drawn(self, session: "_Session", frame: av.VideoFrame, arrived: float) -> av.VideoFrame:
        """The frame with its people drawn on it, or as it arrived if that fails: the stream must continue."""
        try:
            rgb = _small(frame).to_ndarray(format="rgb24")
            start = time.monotonic()
            done = session.step(rgb, arrived)
            if done is None:
                return self._as_it_came(frame)
            self.pace.worked(time.monotonic() - start)
            drawn = _to_frame(done.drawn, frame)
            self._remember(rgb, done, arrived)
        except PosecoreError as error:
            self._undrawn_because = str(error)
            return self._as_it_came(frame)
        except Exception as error:  # noqa: BLE001 - the page shows the problem
            _LOG.exception("A live frame could not be processed")
            self._undrawn_because = f"A frame could not be processed ({type(error).__name__})."
            return self._as_it_came(frame)
        return drawn

    def _as_it_came(self, frame: av.VideoFrame) -> av.VideoFrame:
        """The frame without skeletons, mirrored if the visitor chose that."""
        if not self.options.mirror:
            return frame
        rgb: np.ndarray = frame.to_ndarray(format="rgb24")
        return _to_frame(mirror_picture(rgb), frame)

    def _remember(self, rgb: np.ndarray, done: "_Done", arrived: float) -> None:
        poses, hands = done.poses, done.hands
        recording = self._recording
        if recording is not None and arrived >= recording[1]:
            recording[0].add(rgb, poses, arrived, hands)
        with self._changed:
            number = self._moments[-1].number + 1 if self._moments else 0
            self._began = self._began or arrived
            # Without silhouettes, which take far more memory.
            moment = Moment(number, arrived - self._began, replace(poses, masks=()), hands)
            self._moments.append(moment)
            self.latest, self._undrawn_because = LiveFrame(rgb, poses, done.drawn, number, moment.time_s, hands), None
        self._unsent = moment

    def _send_newest(self) -> None:
        """Send the frame that was just processed to other programs, if any; not before it is on its way to the page."""
        moment, self._unsent = self._unsent, None
        if moment is not None:
            self.send(moment)


class _Done(NamedTuple):
    """A processed frame."""

    poses: FramePoses
    hands: FrameHands | None
    drawn: np.ndarray


class _Session:
    """The models of one stream, opened again when they need other ones. Only for the worker's thread."""

    def __init__(self) -> None:
        self.options: LiveOptions | None = None
        self._bodies: LiveSession | None = None
        self._hands: LiveHands | None = None
        self._again: tuple[LiveFrame, LiveOptions, np.ndarray] | None = None

    def open(self, options: LiveOptions) -> None:
        self.close()
        self.options = options  # even if it fails, so that it is not tried again until the options change
        hands = None if options.hands is None else LiveHands(options.hands)
        if options.bodies:
            self._bodies = LiveSession(
                options.pose,
                skeletons=options.skeletons,
                overlay=options.overlay,
                background=options.background,
                mirror=options.mirror,
            )
        self._hands = hands

    def draw_as(self, options: LiveOptions) -> bool:
        """Take over options that are only about drawing; False if it needs other models for them."""
        before = self.options
        if before is None or self._bodies is None:
            return False
        skeletons, overlay, mirror = options.skeletons, options.overlay, options.mirror
        if replace(before, skeletons=skeletons, overlay=overlay, mirror=mirror) != options:
            return False
        self.options = options
        self._bodies.show(skeletons=skeletons, overlay=overlay, mirror=mirror)
        return True

    def step(self, rgb: np.ndarray, time_s: float) -> _Done | None:
        """The people, their hands and the drawn frame; None if the models could not be opened."""
        if self._bodies is not None:
            poses = self._bodies.estimate(rgb, time_s)
            found = None if self._hands is None else self._hands.step(rgb, time_s, poses)
            are_hands = np.isin(poses.person_ids, [] if found is None else people_within_hands(poses, found))
            if not are_hands.any():
                return _Done(poses, found, self._bodies.draw(rgb, poses, found))
            # Not drawn, but before the background: what was taken for a person is the hand.
            unseen = replace(poses, visibility=np.where(are_hands[:, None], np.nan, poses.visibility))
            return _Done(poses.take(np.flatnonzero(~are_hands).tolist()), found, self._bodies.draw(rgb, unseen, found))
        if self._hands is None:
            return None
        hands = self._hands.step(rgb, time_s)
        poses = FramePoses.nobody(hands.size, time_s)
        if self.options is not None and self.options.mirror:
            return _Done(poses, hands, draw_hands(mirror_picture(rgb), mirror_hands(hands)))
        return _Done(poses, hands, draw_hands(rgb, hands))

    def draw_again(self, frame: LiveFrame) -> np.ndarray:
        """A frame that was processed before, as these options draw it."""
        known = self._again
        if known is None or known[0] is not frame:
            known = None if self.options is None else (frame, self.options, frame.drawn)
        if known is not None and self.options is not None and known[1] != self.options and self._bodies is not None:
            known = (frame, self.options, self._bodies.draw(frame.rgb, frame.poses, frame.hands))
        self._again = known
        return frame.drawn if known is None else known[2]

    def close(self) -> None:
        for model in (self._bodies, self._hands):
            if model is not None:
                model.close()
        self._bodies = self._hands = None


def _to_frame(rgb: np.ndarray, of: av.VideoFrame) -> av.VideoFrame:
    """An image as a frame for the encoder, with the time of the original frame."""
    if rgb.shape[0] % 2 or rgb.shape[1] % 2:
        frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    else:  # ten times as fast as FFmpeg
        yuv: np.ndarray = cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420)
        frame = av.VideoFrame.from_ndarray(yuv, format="yuv420p")
    frame.pts, frame.time_base = of.pts, of.time_base
    return frame


def _small(frame: av.VideoFrame) -> av.VideoFrame:
    scale = _LONGEST_PX / max(frame.width, frame.height)
    if scale >= 1:
        return frame
    # H.264 and VP8 need even sides.
    return frame.reformat(width=round(frame.width * scale / 2) * 2, height=round(frame.height * scale / 2) * 2)
