"""The parent's side of a worker process: reused for the next job, monitored, and ended if it hangs.

Videos are decoded there, since a malicious file may crash that process, but not the program that uses it.
"""

import errno
import os
import queue
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import numpy as np

from posecore import errors
from posecore.errors import PosecoreError, WorkerLost, WorkerUnavailable
from posecore.estimation.faces import Face, FaceNetwork
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo
from posecore.media.joining import Part
from posecore.media.upright import Rgb
from posecore.runs import messages
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.preview import Preview, PreviewPicture

OnFaces = Callable[[Mapping[int, Face]], bool]
"""Called with the faces of each frame; False ends the search."""

_Message = tuple[str, messages.Fields, bytes]

# The modules of this process, given one by one: a folder whose name has a colon fits into no PYTHONPATH.
_START = "import sys; sys.path[:] = sys.argv[1:]; from posecore.runs.worker import main; main()"

# Received messages that are not handled yet; a worker that is further ahead waits.
_UNHANDLED = 64


class WorkerDied(Exception):
    """Raised if the process ended during a job; the message says how."""


class WorkerProcess:
    """A process that does one job at a time, see ``posecore.runs.worker``.

    Raises:
        WorkerUnavailable: if the system starts no process.
    """

    def __init__(self) -> None:
        if not sys.executable:
            raise _unavailable("Python does not say which program it is (sys.executable is empty)")
        folders = [os.path.abspath(path) for path in (*sys.path, str(Path(__file__).parents[2]))]
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _START, *folders],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        except OSError as error:
            raise _unavailable(str(error)) from error
        self._received: queue.Queue[_Message | None] = queue.Queue(_UNHANDLED)
        self._last_words: deque[str] = deque(maxlen=20)
        self._started = self._busy = False
        threading.Thread(target=self._receive, daemon=True).start()
        self._listener = threading.Thread(target=self._listen, args=[_own_errors()], daemon=True)
        self._listener.start()

    @property
    def ready(self) -> bool:
        """Whether it is alive and idle."""
        return not self._busy and self._process.poll() is None

    def describe(self, path: os.PathLike[str] | str, name: str | None) -> ClipInfo:
        """Properties of a video once its first frame is decoded.

        Raises:
            As ``posecore.media.clips.open_clip``; WorkerLost; WorkerUnavailable; WorkerDied.
        """
        self._send("describe", path=path, name=name)
        return messages.clip_from_fields(self._wait()["clip"])

    def run(self, job: Job, observer: RunObserver, preview: Preview | None = None) -> RunEnd:
        """``posecore.runs.film_copy.run_with_film`` in that process.

        If the observer ends the run, a few more frames may be processed and reported before it ends.

        Raises:
            As ``run_with_film``; WorkerLost; WorkerUnavailable; WorkerDied.
        """

        def handle(kind: str, fields: messages.Fields, payload: bytes) -> None:
            if kind == "opened":
                observer.on_opened(messages.clip_from_fields(fields["clip"]))
            elif kind == "picture" and preview is not None:
                preview.give(PreviewPicture(payload, tuple(fields["size"]), fields["time_s"], fields["people"]))
            elif kind == "frame":
                if not observer.on_frame(*messages.frame_from_message(payload, fields)):
                    self._send("stop")
                elif preview is not None and preview.is_asked():
                    self._send("look")

        self._send("run", **messages.job_to_fields(job))
        return RunEnd(**self._wait(handle))

    def read_frame(self, path: Path, from_s: float) -> Rgb:
        """``posecore.media.clips.read_frame`` in that process.

        Raises:
            As there; WorkerLost; WorkerUnavailable; WorkerDied.
        """
        pixels: list[Rgb] = []

        def handle(kind: str, fields: messages.Fields, payload: bytes) -> None:
            if kind == "pixels":
                pixels.append(np.frombuffer(payload, np.uint8).reshape(fields["shape"]).copy())

        self._send("pixels", path=path, from_s=from_s)
        self._wait(handle)
        return pixels[0]

    def find_faces(self, path: Path, poses: Path, network: FaceNetwork, part: ClipOptions, on_faces: OnFaces) -> None:
        """Find the faces of people, see ``posecore.runs.pool.find_faces``.

        Raises:
            As there; WorkerLost; WorkerUnavailable; WorkerDied.
        """

        def handle(kind: str, fields: messages.Fields, payload: bytes) -> None:
            if kind == "faces" and not on_faces(messages.faces_from_message(payload, fields, network)):
                self._send("stop")

        self._send("faces", path=path, poses=poses, model=network.model, threads=network.threads, part=asdict(part))
        self._wait(handle)

    def join_segments(self, films: Sequence[Part], job: Job, clip_start_s: float) -> None:
        """Join the videos of segments, see ``posecore.runs.pool.join_segments``."""
        self._send("join", films=films, start_s=clip_start_s, **messages.job_to_fields(job))
        self._wait()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # nobody is left to read the rest
                pipe.close()  # type: ignore[union-attr]
        with suppress(queue.Empty):
            while True:
                self._received.get_nowait()

    def _send(self, kind: str, **fields: Any) -> None:
        assert self._process.stdin is not None
        self._busy = True
        with suppress(OSError):  # it has died, which waiting for its answer will show
            messages.send(self._process.stdin, kind, **fields)

    def _receive(self) -> None:
        assert self._process.stdout is not None
        try:
            while (message := messages.receive(self._process.stdout)) is not None:
                self._received.put(message)
        except (ValueError, OSError):
            self._process.kill()  # its messages no longer make sense
        self._received.put(None)

    def _listen(self, errors_to: int) -> None:
        """Pass on what the process prints as errors, and remember the end of it."""
        assert self._process.stderr is not None
        with self._process.stderr as stream:
            for line in stream:
                self._last_words.append(line.decode(errors="replace").strip())
                with suppress(OSError):
                    os.write(errors_to, line)
        os.close(errors_to)

    def _wait(self, handle: Callable[[str, messages.Fields, bytes], None] = lambda *_: None) -> messages.Fields:
        """Handle messages until the job is done, and return the fields of the last one."""
        while True:
            kind, fields, payload = self._next()
            if kind == "ready":
                self._started = True
                continue
            self._busy = kind not in ("done", "failed")
            if kind == "done":
                return fields
            if kind == "failed":
                _raise(**fields)
            handle(kind, fields, payload)

    def _next(self) -> _Message:
        try:
            message = self._received.get(timeout=LIMITS.seconds_per_frame)
        except queue.Empty:
            if not self._started:
                raise _unavailable(f"it has not started within {LIMITS.seconds_per_frame} s") from None
            raise WorkerLost(
                f"The video was given up: there was no progress for {LIMITS.seconds_per_frame} s. It may be damaged, "
                "or made to keep a decoder busy."
            ) from None
        if message is None:
            code = self._process.wait()
            end = f"signal {-code}" if code < 0 else f"exit code {code}"
            if not self._started:
                self._listener.join(timeout=1)
                raise _unavailable(_reason_among(self._last_words) or end)
            raise WorkerDied(end)
        return message


def _own_errors() -> int:
    """A descriptor for this process's own errors, of which there are none if it has closed them."""
    try:
        return os.dup(2)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _reason_among(lines: Sequence[str]) -> str | None:
    """The error at the end of a traceback, or that of an interpreter which does not even start."""
    said = [line for line in lines if line]
    fatal = [line for line in said if line.startswith("Fatal Python error")]
    return next(reversed(fatal or said), None)


def _unavailable(reason: str) -> WorkerUnavailable:
    return WorkerUnavailable(
        f"The worker process that reads videos does not start: {reason.rstrip('.')}. The video is not the cause: check "
        f"the Python installation ({sys.executable}) and the settings of the environment."
    )


def _raise(error: str, text: str, number: int | None = None, file: str | None = None) -> NoReturn:
    if error == "OSError":
        raise OSError(number or errno.EIO, text, file)
    kind = getattr(errors, error, RuntimeError)
    raise kind(text) if issubclass(kind, PosecoreError) else RuntimeError(text)
