"""Recordings of a live stream: its frames as a video without skeletons, and the people in them with their hands."""

import queue
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pages.ui.serving.folders import Folder
from posecore import FrameHands, FramePoses, HandSequence, PosecoreError, PoseSequence
from posecore.hands import HandRecorder
from posecore.media.films import FilmWriter
from posecore.poses import PoseRecorder
from posecore.view.silhouettes import Background, on_background

# Frames that may wait for the encoder, of a megabyte each.
_MOST_WAITING = 8


@dataclass(frozen=True)
class Recording:
    """A finished recording.

    Attributes:
        film: path of the video.
        folder: holds the video, and is removed with it.
        sequence: the people in exactly its frames.
        missed: number of frames that were left out because the server was too slow.
        hands: in the same frames; None if they were not wanted.
    """

    film: Path
    folder: Folder
    sequence: PoseSequence
    missed: int
    hands: HandSequence | None


class Recorder:
    """Records frames and their people until it is finished or has reached its length.

    Encoding runs in a thread of its own. A frame that there is no time for is left out of both the video and the
    landmarks, so that they match. A recorder that nothing refers to any more ends and deletes its files.

    Args:
        longest_s: longest recording, in seconds.
        background: of the video, as a room that is hidden live must not appear in the recording.
        with_hands: whether hands are kept; frames in which they are not looked for have none.
    """

    def __init__(self, longest_s: float, background: Background = "keep", *, with_hands: bool = False) -> None:
        self.longest_s = longest_s
        self._writing = _Writing(background, with_hands)
        self._first_s: float | None = None
        self._last_s = 0.0
        self._thread = threading.Thread(target=self._writing.run, name="recorder", daemon=True)
        self._thread.start()
        self._forget = weakref.finalize(self, self._writing.abandon)

    @property
    def seconds(self) -> float:
        """Length so far, in seconds."""
        return 0.0 if self._first_s is None else self._last_s - self._first_s

    @property
    def full(self) -> bool:
        """Whether it has reached its length and takes no more frames."""
        return self.seconds >= self.longest_s

    @property
    def problem(self) -> str | None:
        """Why it cannot be written; None if all is well."""
        return self._writing.problem

    @property
    def over(self) -> bool:
        """Whether it takes no more frames."""
        return self.full or self.problem is not None

    def add(self, rgb: np.ndarray, poses: FramePoses, time_s: float, hands: FrameHands | None = None) -> None:
        """Add a frame without waiting; always from the same thread."""
        if self.over:
            return
        try:
            self._writing.waiting.put_nowait((rgb, poses, time_s, hands))
        except queue.Full:
            self._writing.missed += 1
            return
        self._first_s = time_s if self._first_s is None else self._first_s
        self._last_s = time_s

    def finish(self) -> Recording | None:
        """End the recording; None if it is empty or could not be written (``problem`` says why)."""
        self._forget.detach()
        self._writing.waiting.put(None)
        self._thread.join()
        return self._writing.result()


_Frame = tuple[np.ndarray, FramePoses, float, FrameHands | None]


class _Writing:
    """The thread's side. It has no reference to the recorder, so that an unused recorder can be collected."""

    def __init__(self, background: Background, with_hands: bool) -> None:
        self.waiting: queue.Queue[_Frame | None] = queue.Queue(_MOST_WAITING)
        self.missed = 0
        self.problem: str | None = None
        self._background = background
        self._folder = Folder("recording")
        self._film = self._folder.path / "recording.mp4"
        self._people = PoseRecorder()
        self._hands = HandRecorder() if with_hands else None
        self._size = (0, 0)
        self._abandoned = False

    def run(self) -> None:
        first = self.waiting.get()
        if first is not None:
            try:
                self._write(first)
            except (PosecoreError, OSError) as error:
                self.problem = f"The recording could not be saved: {error}"
                while self.waiting.get() is not None:  # keep the queue empty: adding frames must not wait
                    pass
        if self._abandoned:
            self._folder.close()

    def abandon(self) -> None:
        """End the thread and delete the files."""
        self._abandoned = True
        with suppress(queue.Empty):
            while True:
                self.waiting.get_nowait()
        self.waiting.put(None)

    def result(self) -> Recording | None:
        """The finished recording, once the thread has ended."""
        if self.problem or not len(self._people):
            self._folder.close()
            return None
        arrays = self._people.arrays()
        times = arrays["times_s"]
        fps = 1 / float(np.median(np.diff(times))) if len(times) > 1 else 30.0
        sequence = PoseSequence(**arrays, size=self._size, fps=fps)
        hands = None if self._hands is None else HandSequence(**self._hands.arrays(), size=self._size, fps=fps)
        return Recording(self._film, self._folder, sequence, self.missed, hands)

    def _write(self, first: _Frame) -> None:
        self._size = first[1].size
        with FilmWriter(self._film, self._size) as film:
            frame: _Frame | None = first
            while frame is not None:
                self._write_frame(film, frame, begin_s=first[2])
                frame = self.waiting.get()

    def _write_frame(self, film: FilmWriter, frame: _Frame, begin_s: float) -> None:
        rgb, poses, at_s, hands = frame
        if self._background != "keep" and len(poses) and not poses.masks:
            self.missed += 1  # the background was switched on meanwhile, and this frame has no silhouettes to hide it
            return
        if poses.size != self._size:  # a phone was turned, or the camera changed its resolution
            rgb = cv2.resize(rgb, self._size, interpolation=cv2.INTER_AREA)
            poses = poses.resized(self._size)
        film.write(on_background(rgb, poses, self._background), at_s - begin_s)
        self._people.add(replace(poses, time_s=at_s - begin_s, masks=()))
        if self._hands is not None:
            hands = FrameHands.nobody(self._size) if hands is None else hands.resized(self._size)
            self._hands.add(replace(hands, time_s=at_s - begin_s))
