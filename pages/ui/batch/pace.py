"""How far a run through many videos is, and how long it will take."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pages.ui.serving.jobs import Job
from posecore.batch.task import Outcome
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import ClipInfo

# Before this, the pace says more about loading the model.
_SETTLED_S = 2.0


@dataclass(frozen=True)
class Progress:
    """Progress of a run through many videos.

    Attributes:
        counts: number of videos by their state.
        share: done, 0..1, by frames as far as they are known.
        seconds_left: None if not known.
    """

    counts: dict[str, int]
    share: float
    seconds_left: float | None


@dataclass
class Pace:
    """Frames done in a run, and since when."""

    _done: int = 0
    _since: tuple[float, float] | None = None  # frames and time when they were first asked for

    def add(self, outcome: Outcome) -> None:
        """Count the frames of a video that was analysed."""
        if outcome.status == "done":
            self._done += int(outcome.row.get("frames") or 0)

    def progress(
        self, videos: Iterable[tuple[str, ClipInfo | None, Job[Any] | None]], part: ClipOptions | None
    ) -> Progress:
        """How far the run is.

        Args:
            videos: state of each video, what is known of it, and its job.
            part: which of its frames are analysed; None: all.
        """
        videos = list(videos)
        counts: dict[str, int] = {}
        for state, _, _ in videos:
            counts[state] = counts.get(state, 0) + 1
        lengths = [_frames(info, part) for _, info, _ in videos]
        known = [each for each in lengths if each is not None]
        usual = sum(known) / len(known) if known else 1.0
        done = begun = total = 0.0
        for (state, _, job), length in zip(videos, lengths, strict=True):
            frames = usual if length is None else length
            total += frames
            count = job.state.progress.count if job is not None and job.state.progress is not None else 0
            begun += min(frames, count)
            done += frames if state in ("done", "skipped", "failed") else min(frames, count)
        left_s = self._seconds_left(self._done + begun, total - done)
        return Progress(counts, min(1.0, done / total) if total else 0.0, left_s)

    def _seconds_left(self, frames: float, left: float) -> float | None:
        """At the pace since the first frame."""
        if not frames:
            return None
        now = time.monotonic()
        if self._since is None:
            self._since = frames, now
        since, seconds = frames - self._since[0], now - self._since[1]
        return left * seconds / since if seconds >= _SETTLED_S and since > 0 else None


def _frames(info: ClipInfo | None, part: ClipOptions | None) -> int | None:
    return None if info is None else (part or ClipOptions()).frames_of(info.frame_count, info.fps)
