"""A recording of a live picture: its frames without skeletons, as a film, and who was in them."""

import queue
import threading
import weakref
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np

from pages.ui.shared.folders import Folder
from posecore import FramePoses, PosecoreError, PoseSequence
from posecore.media.films import FilmWriter
from posecore.poses import PoseRecorder
from posecore.view.silhouettes import Background, on_background

# Frames that wait for the encoder, of a megabyte each.
_MOST_WAITING = 8


@dataclass(frozen=True)
class Take:
    """What was recorded.

    Attributes:
        film: where it lies.
        folder: what it lies in, and goes with.
        sequence: the people of just its frames.
        missed: frames that are in neither, since the machine had no time for them.
    """

    film: Path
    folder: Folder
    sequence: PoseSequence
    missed: int


class Recorder:
    """Takes frames and their people until it is told to stop or has as many seconds as it may.

    Encoding is done in a thread of its own. A frame for which there is no time is left out of the film and of the
    landmarks alike, so that these stay one. A recorder that nobody refers to any more ends, and leaves nothing.

    Args:
        longest_s: no more than so many seconds.
        background: of the film: who hides a room in the live picture does not want it in the recording.
    """

    def __init__(self, longest_s: float, background: Background = "keep") -> None:
        self.longest_s = longest_s
        self._writing = _Writing(background)
        self._first_s: float | None = None
        self._last_s = 0.0
        self._thread = threading.Thread(target=self._writing.run, name="take", daemon=True)
        self._thread.start()
        self._forget = weakref.finalize(self, self._writing.abandon)

    @property
    def seconds(self) -> float:
        """How long it is by now."""
        return 0.0 if self._first_s is None else self._last_s - self._first_s

    @property
    def full(self) -> bool:
        """It has as many seconds as it may; what comes is not taken any more."""
        return self.seconds >= self.longest_s

    @property
    def problem(self) -> str | None:
        """Why it cannot be written; None while it can."""
        return self._writing.problem

    @property
    def over(self) -> bool:
        """It takes no more."""
        return self.full or self.problem is not None

    def add(self, rgb: np.ndarray, poses: FramePoses, time_s: float) -> None:
        """Take a frame; at once, by one thread."""
        if self.over:
            return
        try:
            self._writing.waiting.put_nowait((rgb, poses, time_s))
        except queue.Full:
            self._writing.missed += 1
            return
        self._first_s = time_s if self._first_s is None else self._first_s
        self._last_s = time_s

    def finish(self) -> Take | None:
        """End it; None where there is nothing in it, or it could not be written (``problem`` says why)."""
        self._forget.detach()
        self._writing.waiting.put(None)
        self._thread.join()
        return self._writing.take()


_Frame = tuple[np.ndarray, FramePoses, float]


class _Writing:
    """The side of the thread. It knows nothing of the recorder, so that a recorder can be forgotten."""

    def __init__(self, background: Background) -> None:
        self.waiting: queue.Queue[_Frame | None] = queue.Queue(_MOST_WAITING)
        self.missed = 0
        self.problem: str | None = None
        self._background = background
        self._folder = Folder("take")
        self._film = self._folder.path / "take.mp4"
        self._people = PoseRecorder()
        self._size = (0, 0)
        self._abandoned = False

    def run(self) -> None:
        first = self.waiting.get()
        if first is not None:
            try:
                self._write(first)
            except (PosecoreError, OSError) as error:
                self.problem = f"The recording could not be written: {error}"
                while self.waiting.get() is not None:  # whoever still gives frames must not wait
                    pass
        if self._abandoned:
            self._folder.close()

    def abandon(self) -> None:
        """Nobody wants it any more."""
        self._abandoned = True
        with suppress(queue.Empty):
            while True:
                self.waiting.get_nowait()
        self.waiting.put(None)

    def take(self) -> Take | None:
        """What was written, once the thread has ended."""
        if self.problem or not len(self._people):
            self._folder.close()
            return None
        arrays = self._people.arrays()
        times = arrays["times_s"]
        fps = 1 / float(np.median(np.diff(times))) if len(times) > 1 else 30.0
        return Take(self._film, self._folder, PoseSequence(**arrays, size=self._size, fps=fps), self.missed)

    def _write(self, first: _Frame) -> None:
        self._size = first[1].size
        with FilmWriter(self._film, self._size) as film:
            taken: _Frame | None = first
            while taken is not None:
                self._write_frame(film, *taken, first[2])
                taken = self.waiting.get()

    def _write_frame(self, film: FilmWriter, rgb: np.ndarray, poses: FramePoses, at_s: float, begin_s: float) -> None:
        if self._background != "keep" and len(poses) and not poses.masks:
            self.missed += 1  # the background was switched meanwhile: what is behind the people is not to be seen
            return
        if poses.size != self._size:  # a phone was turned, or the camera has less light and fewer pixels now
            rgb = cv2.resize(rgb, self._size, interpolation=cv2.INTER_AREA)
            poses = poses.resized(self._size)
        film.write(on_background(rgb, poses, self._background), at_s - begin_s)
        self._people.add(replace(poses, time_s=at_s - begin_s, masks=()))
