"""Worker processes as seen by the one that starts them: kept for the next job, watched, ended when they hang.

Clips are decoded there and not here, since a file may have been made to harm: it may take that process down,
but not the program that asked for it.
"""

import errno
import os
import queue
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any, NoReturn

from posecore import errors
from posecore.errors import PosecoreError, WorkerLost
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo
from posecore.media.joining import Part
from posecore.runs import messages
from posecore.runs.job import Job, Listener

_Message = tuple[str, messages.Fields, bytes]

# Messages that were said and not read yet; a worker that is further ahead waits.
_UNREAD = 64


class WorkerDied(Exception):
    """The process ended in the middle of something; the text says how."""


class Worker:
    """A process that does one job at a time."""

    def __init__(self) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "posecore.runs.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        self._said: queue.Queue[_Message | None] = queue.Queue(_UNREAD)
        self._busy = False
        threading.Thread(target=self._hear, daemon=True).start()

    @property
    def ready(self) -> bool:
        """It lives and has nothing to do."""
        return not self._busy and self._process.poll() is None

    def describe(self, path: os.PathLike[str] | str, name: str | None) -> ClipInfo:
        """What is known of a clip, once its first frame is decoded.

        Raises:
            As ``posecore.media.clips.open_clip``; WorkerLost; WorkerDied.
        """
        self._ask("describe", path=os.fspath(path), name=name)
        return messages.clip_from_fields(self._answers()["clip"])

    def run(self, job: Job, listener: Listener) -> list[str]:
        """As ``posecore.runs.single.run``, in that process.

        Where the listener ends the run, a few more frames may be done, and told of, before it ends.

        Raises:
            As that; WorkerLost; WorkerDied.
        """
        self._ask("run", **messages.job_to_fields(job))

        def tell(kind: str, fields: messages.Fields, payload: bytes) -> None:
            if kind == "opened":
                listener.opened(messages.clip_from_fields(fields["clip"]))
            elif kind == "frame":
                resume_state = fields.pop("resume_state")
                if not listener.frame(messages.poses_from_message(payload, fields), resume_state):
                    self._ask("stop")

        notes: list[str] = self._answers(tell)["notes"]
        return notes

    def join(self, films: Sequence[Part], job: Job, clip_start_s: float) -> None:
        """Join films to that of a job; see ``posecore.runs.pool.join``."""
        parts = [(str(path), start_s) for path, start_s in films]
        self._ask("join", parts=parts, start_s=clip_start_s, **messages.job_to_fields(job))
        self._answers()

    def end(self) -> None:
        """End the process, whatever it is doing."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # what was still to be written has nobody to read it
                pipe.close()  # type: ignore[union-attr]
        with suppress(queue.Empty):
            while True:
                self._said.get_nowait()

    def _ask(self, kind: str, **fields: Any) -> None:
        assert self._process.stdin is not None
        self._busy = True
        with suppress(OSError):  # it has died, as the answer will show
            messages.send(self._process.stdin, kind, **fields)

    def _hear(self) -> None:
        assert self._process.stdout is not None
        try:
            while (message := messages.receive(self._process.stdout)) is not None:
                self._said.put(message)
        except (ValueError, OSError):
            self._process.kill()  # what it says makes no sense any more
        self._said.put(None)

    def _answers(self, tell: Callable[[str, messages.Fields, bytes], None] = lambda *_: None) -> messages.Fields:
        while True:
            kind, fields, payload = self._next()
            self._busy = kind not in ("done", "failed")
            if kind == "done":
                return fields
            if kind == "failed":
                _raise(**fields)
            tell(kind, fields, payload)

    def _next(self) -> _Message:
        try:
            message = self._said.get(timeout=LIMITS.seconds_per_frame)
        except queue.Empty:
            raise WorkerLost(
                f"The clip was given up: nothing came of it for {LIMITS.seconds_per_frame} s. It may be damaged, or "
                "made to keep a decoder busy."
            ) from None
        if message is None:
            raise WorkerDied(_how_it_ended(self._process.wait()))
        return message


def _raise(error: str, text: str, number: int | None = None, file: str | None = None) -> NoReturn:
    if error == "OSError":
        raise OSError(number or errno.EIO, text, file)
    kind = getattr(errors, error, RuntimeError)
    raise kind(text) if issubclass(kind, PosecoreError) else RuntimeError(text)


def _how_it_ended(code: int) -> str:
    return f"signal {-code}" if code < 0 else f"exit code {code}"
