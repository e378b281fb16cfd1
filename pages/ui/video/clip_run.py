"""A clip being worked on: in a thread of its own, so that the page stays alive and can stop it."""

import shutil
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePath

import numpy as np

from pages.ui.explore.playback import Playback
from pages.ui.shared.folders import Folder
from pages.ui.shared.served import serve, withdraw
from pages.ui.shared.visits import Visit
from pages.ui.video.uploads import Clip
from posecore import ClipOptions, PosecoreError, PoseOptions, PoseSequence, Progress, draw_video, estimate_video
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo
from posecore.pipeline import Expected, expect_run
from posecore.runs.annotation import color_by
from posecore.runs.pool import describe
from posecore.runs.segments import usual_workers
from posecore.view.silhouettes import Background

WORKERS = max(1, usual_workers() // LIMITS.runs_at_once)
"""Processes for one clip, so that those of several visitors have cores too."""

_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


@dataclass
class RunState:
    """What the worker tells the page. Its fields are set by the worker, and read by the page."""

    progress: Progress | None = None
    waiting: bool = True
    result: PoseSequence | None = None
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    seconds: float = 0.0
    drawing: bool = False  # the film with skeletons is being made, of what was found
    cut_short: bool = False
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    worker: threading.Thread | None = None


@dataclass(frozen=True)
class RunOptions:
    """Everything a visitor may choose about a run.

    Attributes:
        pose: how people are found.
        part: which frames.
        film: one is made for the player: these frames, without skeletons.
        background: what becomes in it of all that is not a person.
    """

    pose: PoseOptions = field(default_factory=PoseOptions)
    part: ClipOptions = field(default_factory=ClipOptions)
    film: bool = True
    background: Background = "keep"

    def __post_init__(self) -> None:
        masks = self.film and self.background != "keep"
        object.__setattr__(self, "pose", replace(self.pose, segmentation=masks))


class ClipRun:
    """One clip, its options, its worker and the film.

    ``start`` begins the work. ``close`` ends the worker and removes the film; that also happens when nothing
    refers to the run any more, and when the server stops.

    Attributes:
        clip: what is worked on.
        film: where the player's film is written.
        film_token: for its address in the browser, see ``pages.ui.shared.served``.
        annotated: where the film with skeletons is written, once it is asked for.
        annotated_token: for its address.
        annotated_of: what that film shows; None while there is none.
        was_live: its people were found while the film was recorded.
    """

    def __init__(self, clip: Clip) -> None:
        self.state = RunState()
        self.options: RunOptions | None = None
        self.was_live = False
        # Before the clip, so that the worker has ended when the clip goes.
        self._folder = Folder("run")
        self.film = self._folder.path / "film.mp4"
        self.film_token = serve(self.film, self.film.name)
        self.annotated = self._folder.path / "annotated.mp4"
        self.annotated_name = f"{PurePath(clip.name).stem}.annotated.mp4"
        self.annotated_token = serve(self.annotated, self.annotated_name)
        self.annotated_of: PoseSequence | None = None
        self._folder.before_closing(_end, self.state, [self.film_token, self.annotated_token])
        self._playback: Playback | None = None
        self.close = self._folder.close
        self.clip = clip
        self.info = self._describe()

    @property
    def name(self) -> str:
        """The clip's name, as the visitor knows it."""
        return self.clip.name

    @property
    def closed(self) -> bool:
        """Its film is gone."""
        return self._folder.closed

    def _describe(self) -> ClipInfo | None:
        """What is known of the clip before it is worked on; None, with the error set, where it is none."""
        try:
            return describe(self.clip.path, self.name)
        except PosecoreError as error:
            self.state.error = str(error)
            self.state.done.set()
            return None

    def expect(self, options: RunOptions) -> Expected:
        """What a run with these options will about cost."""
        if self.info is None:
            return Expected(None, None, None)
        return expect_run(self.info, options.part, film=options.film)

    def start(self, options: RunOptions) -> None:
        """Begin the work; once for each run."""
        self.options = options
        if self.info is None:
            return
        film = self.film if options.film else None
        # The worker holds the state and the paths but not this object, so that dropping it ends the worker.
        self.state.worker = threading.Thread(
            target=_work, args=(self.state, self.clip.path, self.name, options, film), daemon=True
        )
        self.state.worker.start()

    def is_done(self, sequence: PoseSequence, options: RunOptions, *, missed: int) -> None:
        """There is nothing to do any more: these are the people of all frames of the clip, which is the film itself."""
        self.options, self.was_live = options, True
        shutil.copyfile(self.clip.path, self.film)
        if missed:
            self.state.notes.append(f"{missed} frames are not in the recording: the machine had no time for them.")
        self.state.result, self.state.waiting = sequence, False
        self.state.seconds = max(1e-3, float(sequence.times_s[-1] - sequence.times_s[0]))
        self.state.done.set()

    @property
    def playback(self) -> Playback:
        """The finished result for the player."""
        assert self.state.result is not None
        if self._playback is None:
            self._playback = Playback(self.state.result, self._folder)
        return self._playback

    def draw(self, shown: PoseSequence) -> None:
        """Make the film with skeletons: of these people, by these names; nothing is estimated."""
        assert self.options is not None
        self.state = replace(
            self.state, progress=None, waiting=True, drawing=True, stop=threading.Event(), done=threading.Event()
        )
        self.annotated_of = shown
        self._folder.before_closing(_end, self.state, [])
        # A changed background is in the player's film alone: the silhouettes are not kept.
        source = self.film if self.options.background != "keep" else self.clip.path
        self.state.worker = threading.Thread(
            target=_draw, args=(self.state, source, self.options, shown, self.annotated), daemon=True
        )
        self.state.worker.start()

    def stop(self) -> None:
        """End the run after the frame it is at, and keep what was done."""
        self.state.stop.set()

    @property
    def stopped_early(self) -> bool:
        """The visitor ended it before its last frame."""
        return self.state.cut_short


def run_of(visit: Visit, clip: Clip) -> ClipRun:
    """The run of a clip: the one there is, whether finished or not, or else a new one."""
    run = visit.get(ClipRun)
    return new_run(visit, clip) if run is None or run.closed or run.clip.key != clip.key else run


def new_run(visit: Visit, clip: Clip) -> ClipRun:
    """A run of a clip that is not started yet; the run before ends, and its files go."""
    visit.forget(ClipRun)
    run = ClipRun(clip)
    visit.keep(run)
    return run


def keep_upload(visit: Visit, clip: Clip) -> None:
    """Keep a clip in place of the one before."""
    forget_upload(visit)
    visit.keep(clip)


def forget_upload(visit: Visit) -> None:
    """Delete the visitor's clip and what was made of it."""
    run, clip = visit.get(ClipRun), visit.get(Clip)
    if run is not None and run.clip is clip:
        visit.forget(ClipRun)
    visit.forget(Clip)


def _draw(state: RunState, source: Path, options: RunOptions, shown: PoseSequence, film: Path) -> None:
    part = options.part
    if options.background != "keep":  # of the player's film, which begins at 0 and is of just these frames
        shown, part = _as_in_film(shown, part), ClipOptions(film_quality=part.film_quality)
    try:
        with _place(state) as found:
            if found:
                colors, report = color_by(options.pose), _reporter(state)
                draw_video(source, shown, film, color_by=colors, part=part, on_progress=report, workers=1)
    except PosecoreError as error:
        state.notes.append(f"The film with skeletons could not be made: {error}")
    except Exception as error:  # a thread has nobody above it to tell
        state.notes.append(f"The film with skeletons could not be made ({type(error).__name__}: {error}).")
        raise
    finally:
        state.done.set()


@contextmanager
def _place(state: RunState) -> Iterator[bool]:
    """Wait for a place among the runs that go on at once; False where the visitor ends the run before."""
    while not _PLACES.acquire(timeout=0.2):
        if state.stop.is_set():
            yield False
            return
    state.waiting = False
    try:
        yield True
    finally:
        _PLACES.release()


def _work(state: RunState, source: Path, name: str, options: RunOptions, film: Path | None) -> None:
    start = time.monotonic()
    try:
        with _place(state) as found:
            if not found:
                return
            start = time.monotonic()
            # In a process of its own: a file made to harm must not take the server down.
            state.result = estimate_video(
                source,
                options.pose,
                part=options.part,
                annotated=film,
                skeletons=False,
                background=options.background if film else "keep",
                on_progress=_reporter(state),
                on_note=state.notes.append,
                workers=WORKERS,
            )
    except PosecoreError as error:
        state.error = str(error).replace(source.name, name)
    except Exception as error:  # a thread has nobody above it to tell
        state.error = f"The clip could not be worked on ({type(error).__name__}: {error})."
        raise
    finally:
        state.seconds = time.monotonic() - start
        state.cut_short = state.stop.is_set()
        state.done.set()


def _reporter(state: RunState):
    def report(progress: Progress) -> bool:
        state.progress = progress
        return not state.stop.is_set()

    return report


def _as_in_film(sequence: PoseSequence, part: ClipOptions) -> PoseSequence:
    size = part.film_size(sequence.size)
    across, down = (np.float32(new / old) for new, old in zip(size, sequence.size, strict=True))
    return replace(
        sequence,
        xy=sequence.xy * np.array([across, down]),
        z=sequence.z * across,
        size=size,
        times_s=sequence.times_s - sequence.times_s[0],
    )


def _end(state: RunState, tokens: Sequence[str]) -> None:
    for token in tokens:
        withdraw(token)
    state.stop.set()
    worker = state.worker
    if worker is not None and worker is not threading.current_thread() and worker.is_alive():
        worker.join(timeout=30)
