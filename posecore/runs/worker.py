"""The worker process: runs jobs until its parent closes its input.

Started by ``posecore.runs.worker_process``; it writes its messages to its standard output.
"""

import os
import queue
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

from posecore.errors import MediaTooLarge, PosecoreError
from posecore.estimation.engines import find_engine
from posecore.estimation.faces import FaceNetwork
from posecore.estimation.hands.engines import open_networks as open_hand_networks
from posecore.export.saved import load_sequence
from posecore.hands import FrameHands
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo, open_clip, read_frame
from posecore.media.joining import join_films
from posecore.media.sound import Sound
from posecore.poses import FramePoses
from posecore.rigid.tags import SeenTag
from posecore.runs import messages
from posecore.runs.faces_in_video import faces_by_frame
from posecore.runs.film_copy import run_with_film
from posecore.runs.job import NEEDS_LESS_MEMORY
from posecore.runs.preview import Preview, PreviewPicture
from posecore.system import return_freed_memory, share_heaps

# How often the worker reports that it is still decoding while no frame is wanted.
_SIGN_OF_LIFE_S = 1.0
# Part of the out-of-memory errors of OpenVINO and OpenCV.
_LACK_OF_MEMORY = ("std::bad_alloc", "Insufficient memory")


class _MessageWriter:
    """Thread-safe message writer."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._lock = threading.Lock()
        self._last_s = time.monotonic()

    def write(self, kind: str, payload: bytes = b"", **fields: Any) -> None:
        """Write a message, see ``messages.send``."""
        with self._lock:
            self._last_s = time.monotonic()
            messages.send(self._stream, kind, payload, **fields)

    def write_alive(self) -> None:
        """Write a heartbeat if there was no message for a while."""
        if time.monotonic() - self._last_s > _SIGN_OF_LIFE_S:
            self.write("alive")


@dataclass(frozen=True)
class _Asked:
    """What the parent asks of the current job.

    Attributes:
        stop: set when the job is to end.
        look: set when a picture of its newest frame is wanted.
    """

    stop: threading.Event = field(default_factory=threading.Event)
    look: threading.Event = field(default_factory=threading.Event)


class _RemotePreview(Preview):
    """Passes pictures on to the preview in the parent process."""

    def __init__(self, writer: _MessageWriter, look: threading.Event) -> None:
        super().__init__()
        self._writer = writer
        self._asked = look

    def give(self, picture: PreviewPicture) -> None:
        """Pass on a picture."""
        fields = picture._asdict()
        self._writer.write("picture", fields.pop("jpeg"), **fields)


class _RemoteObserver:
    """Passes a run on to the observer in the parent process, and ends the run if the parent asks for it."""

    def __init__(self, writer: _MessageWriter, stop: threading.Event) -> None:
        self._writer = writer
        self._stop = stop

    def on_opened(self, clip: ClipInfo) -> None:
        """Pass on the properties of the video."""
        self._writer.write("opened", clip=messages.clip_to_fields(clip))

    def on_frame(
        self, poses: FramePoses, hands: FrameHands | None = None, tags: Sequence[SeenTag] | None = None
    ) -> bool:
        """Pass on a frame; False if the run is to end."""
        payload, fields = messages.frame_to_message(poses, hands, tags)
        self._writer.write("frame", payload, **fields)
        return not self._stop.is_set()


def main() -> None:
    """Say that the process has started, and run jobs until the input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent process
    writer = _MessageWriter(os.fdopen(os.dup(1), "wb"))
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 1)  # what native libraries print is discarded: standard output is for messages only
    share_heaps()
    writer.write("ready")
    next_job, asked = _read_jobs(sys.stdin.buffer)
    while True:
        kind, fields = next_job()
        try:
            writer.write("done", **_ACTIONS[kind](fields, writer, asked))
        except Exception as error:  # noqa: BLE001 - raised in the parent process
            writer.write("failed", **_failure(error))
        return_freed_memory()  # a server may have little, and nobody waits for it now


def _failure(error: Exception) -> messages.Fields:
    if isinstance(error, PosecoreError):
        return {"error": type(error).__name__, "text": str(error)}
    # A decoder that cannot start its threads, as there is no memory for them, raises BlockingIOError (EAGAIN).
    lacks_memory = isinstance(error, MemoryError | BlockingIOError)
    if lacks_memory or any(words in str(error) for words in _LACK_OF_MEMORY):
        text = (
            f"The video needs more memory than the {LIMITS.clip_megabytes:,} MB that it may use. {NEEDS_LESS_MEMORY} "
            "POSECORE_LIMIT_CLIP_MEGABYTES allows more."
        )
        return {"error": MediaTooLarge.__name__, "text": text}
    if isinstance(error, OSError):
        file = None if error.filename is None else os.fspath(error.filename)
        return {"error": "OSError", "number": error.errno, "text": error.strerror or str(error), "file": file}
    return {"error": "RuntimeError", "text": f"{type(error).__name__}: {error}"}


def _describe(fields: messages.Fields, writer: _MessageWriter, asked: _Asked) -> messages.Fields:
    path, name = fields["path"], fields["name"]
    with _memory_limited(), open_clip(path, name=name, on_packet=writer.write_alive) as clip:
        return {"clip": messages.clip_to_fields(clip.info)}


def _read_pixels(fields: messages.Fields, writer: _MessageWriter, asked: _Asked) -> messages.Fields:
    with _memory_limited():
        rgb = read_frame(Path(fields["path"]), fields["from_s"])
    writer.write("pixels", rgb.tobytes(), shape=rgb.shape)
    return {}


def _run_job(fields: messages.Fields, writer: _MessageWriter, asked: _Asked) -> messages.Fields:
    job = messages.job_from_fields(fields)
    if job.estimates:
        find_engine(job.pose)  # loaded before memory is limited
    if job.hands is not None:
        open_hand_networks(job.hands)
    with _memory_limited():
        observer, preview = _RemoteObserver(writer, asked.stop), _RemotePreview(writer, asked.look)
        return asdict(run_with_film(job, observer, on_packet=writer.write_alive, preview=preview))


def _find_faces(fields: messages.Fields, writer: _MessageWriter, asked: _Asked) -> messages.Fields:
    sequence = load_sequence(Path(fields["poses"])).sequence
    network = FaceNetwork(fields["model"], fields["threads"])  # loaded before memory is limited
    part = ClipOptions(**fields["part"])
    frames = faces_by_frame(Path(fields["path"]), sequence, network, part, on_packet=writer.write_alive)
    with _memory_limited(), closing(frames):
        for faces in frames:
            payload, people = messages.faces_to_message(faces)
            writer.write("faces", payload, **people)
            if asked.stop.is_set():
                break
    return {}


def _join_segments(fields: messages.Fields, writer: _MessageWriter, asked: _Asked) -> messages.Fields:
    films = [(Path(path), start_s) for path, start_s in fields.pop("films")]
    start_s = fields.pop("start_s") + films[0][1]
    job = messages.job_from_fields(fields)
    assert job.film is not None
    with _memory_limited(), Sound(job.path, start_s) as sound:
        join_films(films, job.film, sound if job.sound else None)
    return {}


_ACTIONS: dict[str, Callable[[messages.Fields, _MessageWriter, _Asked], messages.Fields]] = {
    "describe": _describe,
    "pixels": _read_pixels,
    "run": _run_job,
    "faces": _find_faces,
    "join": _join_segments,
}


def _read_jobs(stream: IO[bytes]) -> tuple[Callable[[], tuple[str, messages.Fields]], _Asked]:
    """Function that waits for the next job, and what is asked of the current one meanwhile."""
    jobs: queue.SimpleQueue[tuple[str, messages.Fields]] = queue.SimpleQueue()
    asked = _Asked()

    def read() -> None:
        while (message := messages.receive(stream)) is not None:
            kind, fields, _ = message
            if kind == "stop":
                asked.stop.set()
            elif kind == "look":
                asked.look.set()
            else:
                asked.stop.clear()
                asked.look.clear()
                jobs.put((kind, fields))
        os._exit(0)  # the parent is gone: nobody waits for the current job, not even if a decoder hangs

    threading.Thread(target=read, daemon=True).start()
    return jobs.get, asked


@contextmanager
def _memory_limited() -> Iterator[None]:
    """Limit the memory that the process may allocate on top of what it has; further allocations fail (Linux)."""
    if sys.platform != "linux":
        yield
        return
    import resource

    # The memory that the process already holds, as RLIMIT_DATA counts it.
    status = Path("/proc/self/status").read_text()
    [kilobytes] = [line.split()[1] for line in status.splitlines() if line.startswith("VmData:")]
    limit = int(kilobytes) * 1024 + LIMITS.clip_megabytes * 1_000_000
    before = resource.getrlimit(resource.RLIMIT_DATA)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, before)
