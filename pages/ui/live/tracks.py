"""Both ends of a live stream for aiortc and streamlit-webrtc. They run on the server's event loop."""

import asyncio
from collections.abc import Callable

import av
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError


class Incoming:
    """Hands over each frame as it arrives. A ``MediaSink`` of streamlit-webrtc, which starts and stops it.

    Args:
        on_frame: called with each frame, on the event loop: it must not take long.
        on_end: called once after the last frame.
        open_track: opens the source of frames if no track is added, as for a video in place of a camera.
    """

    def __init__(
        self,
        on_frame: Callable[[av.VideoFrame], None],
        on_end: Callable[[], None],
        open_track: Callable[[], MediaStreamTrack] | None = None,
    ) -> None:
        self._on_frame = on_frame
        self._on_end = on_end
        self._open_track = open_track
        self._track: MediaStreamTrack | None = None
        self._task: asyncio.Task[None] | None = None
        self._ended = False

    def addTrack(self, track: MediaStreamTrack) -> None:  # noqa: N802 - the name that streamlit-webrtc calls
        """Take the visitor's camera."""
        self._track = track

    def hasTrack(self) -> bool:  # noqa: N802 - the name that streamlit-webrtc calls
        """Whether there is anything to start."""
        return self._track is not None or self._open_track is not None

    def start(self) -> None:
        """Start reading; on the event loop."""
        if self._track is None and self._open_track is not None:
            self._track = self._open_track()
        self._task = asyncio.get_running_loop().create_task(self._read())

    def stop(self) -> None:
        """Stop reading; from any thread."""
        if self._task is not None:
            self._task.get_loop().call_soon_threadsafe(self._task.cancel)
        self._end()

    async def _read(self) -> None:
        assert self._track is not None
        try:
            while True:
                frame = await self._track.recv()
                assert isinstance(frame, av.VideoFrame)  # it is the track of a camera or a video
                self._on_frame(frame)
        except MediaStreamError:
            pass
        finally:
            self._track.stop()
            self._end()

    def _end(self) -> None:
        if not self._ended:
            self._ended = True
            self._on_end()


class Outgoing(MediaStreamTrack):
    """The frames that go back to the visitor: always the newest, as soon as it is given.

    aiortc asks for a frame when its encoder is free, so none waits in line.
    """

    kind = "video"

    def __init__(self) -> None:
        super().__init__()
        self._of_loop: asyncio.AbstractEventLoop | None = None
        self._newest: av.VideoFrame | None = None
        self._there = asyncio.Event()

    def give(self, frame: av.VideoFrame) -> None:
        """Send this frame next; from any thread. It is dropped if the connection is not open yet."""
        if self._of_loop is not None and not self._of_loop.is_closed():
            self._of_loop.call_soon_threadsafe(self._put, frame)

    async def recv(self) -> av.VideoFrame:
        """The next frame, as soon as there is one.

        Raises:
            MediaStreamError: if the stream has ended.
        """
        self._of_loop = asyncio.get_running_loop()
        await self._there.wait()
        self._there.clear()
        frame, self._newest = self._newest, None
        if self.readyState != "live" or frame is None:
            raise MediaStreamError
        return frame

    def end(self) -> None:
        """Send no more frames; from any thread."""
        if self._of_loop is not None and not self._of_loop.is_closed():
            self._of_loop.call_soon_threadsafe(self._finish)

    def _finish(self) -> None:
        self.stop()
        self._newest = None
        self._there.set()

    def _put(self, frame: av.VideoFrame) -> None:
        self._newest = frame
        self._there.set()
