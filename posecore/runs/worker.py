"""The worker's side: a process that does jobs until the one that started it closes its input.

Started by ``posecore.runs.process``; it says what it has to say on its standard output.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from posecore.errors import MediaTooLarge, PosecoreError
from posecore.estimation.engines import find_engine
from posecore.estimation.inputs import ResumeState
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo, open_clip
from posecore.media.joining import join_films
from posecore.media.sound import Sound
from posecore.poses import FramePoses
from posecore.runs import messages
from posecore.runs.single import run

# How often it says that it is still decoding, where no frame is wanted.
_SIGN_OF_LIFE_S = 1.0
# What OpenVINO and OpenCV say in errors of their own.
_LACK_OF_MEMORY = ("std::bad_alloc", "Insufficient memory")


class _Mouth:
    """Where the worker's messages go; several threads may speak."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last_s = time.monotonic()

    def say(self, kind: str, payload: bytes = b"", **fields: Any) -> None:
        """Say something, as ``messages.send`` does."""
        with self._lock:
            self._last_s = time.monotonic()
            messages.send(self._stream, kind, payload, **fields)

    def say_alive(self) -> None:
        """Now and then."""
        if time.monotonic() - self._last_s > _SIGN_OF_LIFE_S:
            self.say("alive")


class _Teller:
    """Tells the other process of a run, and ends the run where that asks for it."""

    def __init__(self, mouth: _Mouth, stop: threading.Event) -> None:
        self._mouth = mouth
        self._stop = stop

    def opened(self, clip: ClipInfo) -> None:
        """Say what is known of the clip."""
        self._mouth.say("opened", clip=messages.clip_to_fields(clip))

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """Say what was found in a frame; False where the run shall end."""
        payload, fields = messages.poses_to_message(poses)
        self._mouth.say("frame", payload, **fields, resume_state=resume_state)
        return not self._stop.is_set()


def main() -> None:
    """Do jobs until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the process that started this one
    mouth = _Mouth(_own_output())
    jobs, stop = _listen(sys.stdin.buffer)
    while True:
        kind, fields = jobs()
        try:
            mouth.say("done", **_ACTIONS[kind](fields, mouth, stop))
        except Exception as error:  # noqa: BLE001 - told where the job came from
            mouth.say("failed", **_failure(error))


def _failure(error: Exception) -> messages.Fields:
    if isinstance(error, PosecoreError):
        return {"error": type(error).__name__, "text": str(error)}
    if isinstance(error, MemoryError) or any(words in str(error) for words in _LACK_OF_MEMORY):
        text = f"The clip needs more memory than the {LIMITS.clip_megabytes:,} MB that one may take. Scale it down."
        return {"error": MediaTooLarge.__name__, "text": text}
    if isinstance(error, OSError):
        file = None if error.filename is None else os.fspath(error.filename)
        return {"error": "OSError", "number": error.errno, "text": error.strerror or str(error), "file": file}
    return {"error": "RuntimeError", "text": f"{type(error).__name__}: {error}"}


def _describe(fields: messages.Fields, mouth: _Mouth, stop: threading.Event) -> messages.Fields:
    path, name = fields["path"], fields["name"]
    with _memory_limited(), open_clip(path, name=name, on_packet=mouth.say_alive) as clip:
        return {"clip": messages.clip_to_fields(clip.info)}


def _run(fields: messages.Fields, mouth: _Mouth, stop: threading.Event) -> messages.Fields:
    job = messages.job_from_fields(fields)
    if job.replay is None:
        find_engine(job.pose)  # loaded before memory is limited
    with _memory_limited():
        return {"notes": run(job, _Teller(mouth, stop), on_packet=mouth.say_alive)}


def _join(fields: messages.Fields, mouth: _Mouth, stop: threading.Event) -> messages.Fields:
    parts = [(Path(path), start_s) for path, start_s in fields.pop("parts")]
    start_s = fields.pop("start_s") + parts[0][1]
    job = messages.job_from_fields(fields)
    assert job.film is not None
    with _memory_limited(), Sound(job.path, start_s) as sound:
        join_films(parts, job.film, sound if job.sound else None)
    return {}


_ACTIONS: dict[str, Callable[[messages.Fields, _Mouth, threading.Event], messages.Fields]] = {
    "describe": _describe,
    "run": _run,
    "join": _join,
}


def _listen(stream: IO[bytes]) -> tuple[Callable[[], tuple[str, messages.Fields]], threading.Event]:
    """Where jobs come from, and what is set while the job at hand should end."""
    jobs: queue.SimpleQueue[tuple[str, messages.Fields]] = queue.SimpleQueue()
    stop = threading.Event()

    def listen() -> None:
        while (message := messages.receive(stream)) is not None:
            kind, fields, _ = message
            if kind == "stop":
                stop.set()
            else:
                stop.clear()
                jobs.put((kind, fields))
        os._exit(0)  # whoever asked is gone: nobody waits for what is being done, least of all a hanging decoder

    threading.Thread(target=listen, daemon=True).start()
    return jobs.get, stop


def _own_output() -> IO[bytes]:
    """Standard output, for messages alone: what native libraries print there goes nowhere."""
    own = os.fdopen(os.dup(1), "wb")
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)
    return own


@contextmanager
def _memory_limited() -> Iterator[None]:
    """Let the process take so much memory and no more: an allocation beyond it fails (Linux)."""
    if sys.platform != "linux":
        yield
        return
    import resource

    before = resource.getrlimit(resource.RLIMIT_DATA)
    most = _data_bytes() + LIMITS.clip_megabytes * 1_000_000
    resource.setrlimit(resource.RLIMIT_DATA, (most, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)


def _data_bytes() -> int:
    """What the process holds of what RLIMIT_DATA counts."""
    status = Path("/proc/self/status").read_text()
    [line] = [line for line in status.splitlines() if line.startswith("VmData:")]
    return int(line.split()[1]) * 1024


if __name__ == "__main__":
    main()
