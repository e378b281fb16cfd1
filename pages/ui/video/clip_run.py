"""The analysis of a video, in a thread of its own so that the page stays responsive and can stop it."""

import shutil
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Any, Literal, NamedTuple, get_args

from pages.ui.explore.export_files import same
from pages.ui.explore.playback import Playback
from pages.ui.shared.addresses import withdraw
from pages.ui.shared.folders import Folder
from pages.ui.shared.overlay_choice import DrawnOnPeople
from pages.ui.shared.served import serve
from pages.ui.shared.visits import Visit
from pages.ui.video.uploads import Clip
from posecore import (
    ClipOptions,
    HandSequence,
    PosecoreError,
    PoseOptions,
    PoseSequence,
    Progress,
    RunSummary,
    StoppedRun,
    draw_video,
    estimate_video,
    find_engine,
)
from posecore.estimation.hand_options import HandOptions
from posecore.export.overlay_file import write_overlay
from posecore.limits import LIMITS
from posecore.media.clips import ClipInfo
from posecore.runs.annotation import color_by
from posecore.runs.expected import Expected, expect_run
from posecore.runs.pool import describe
from posecore.runs.replay import HandNotes
from posecore.runs.segments import usual_workers
from posecore.view.silhouettes import Background

WORKERS = max(1, usual_workers() // LIMITS.runs_at_once)
"""Processes for one video; leaves cores for other visitors."""

_PLACES = threading.BoundedSemaphore(LIMITS.runs_at_once)


@dataclass(frozen=True, eq=False)
class Shown:
    """What the annotated video shows.

    Attributes:
        people: renamed, smoothed, or some of them.
        look: what is drawn on them.
    """

    people: PoseSequence
    look: DrawnOnPeople

    def is_same(self, other: "Shown") -> bool:
        """Whether a video of the other shows exactly this."""
        return self.look == other.look and same(self.people, other.people)


AloneKind = Literal["webm", "zip"]
"""A WebM with transparency, or a zip of transparent PNG pictures."""


class OnRequest(NamedTuple):
    """A file that is made on request: its path, its name as a download, and the token of its address."""

    path: Path
    name: str
    token: str


@dataclass
class RunState:
    """State of a run, written by the worker and read by the page."""

    progress: Progress | None = None
    waiting: bool = True
    result: PoseSequence | None = None
    hands: HandSequence | None = None  # in the same frames; None if they were not wanted
    notes: list[str] = field(default_factory=list)
    error: str | None = None
    seconds: float = 0.0
    task: str = ""  # what is being done, if there is more than one thing to do
    drawing: bool = False  # the worker makes a file on request from the result
    drawn: Shown | None = None  # what the annotated video shows; None if it is not made
    alone: dict[AloneKind, Shown] = field(default_factory=dict)  # what the overlay by itself shows, if it is made
    cut_short: bool = False
    stopped: StoppedRun | None = None  # what the run goes on with; None if it was not stopped or cannot
    most_people: int | None = None  # in view at once; None if not known
    stop: threading.Event = field(default_factory=threading.Event)
    done: threading.Event = field(default_factory=threading.Event)
    worker: threading.Thread | None = None

    def report(self, progress: Progress) -> bool:
        """Take the progress of the run; False ends it."""
        self.progress = progress
        goes_on = not self.stop.is_set()
        self.cut_short |= not goes_on and not self.drawing
        return goes_on

    def take_summary(self, summary: RunSummary) -> None:
        """Take what is known at the end of the run."""
        self.stopped, self.most_people, self.hands = summary.stopped, summary.most_people, summary.hands


@dataclass(frozen=True)
class RunOptions:
    """The options of a run.

    Attributes:
        pose: how people are found.
        part: which frames to analyse, and how to encode them.
        film: whether to make a video of these frames, without skeletons, for the player.
        background: what to do with everything behind the people in that video.
        hands: how hands are found, in the same run; None: they are not looked for.
    """

    pose: PoseOptions = field(default_factory=PoseOptions)
    part: ClipOptions = field(default_factory=ClipOptions)
    film: bool = True
    background: Background = "keep"
    hands: HandOptions | None = None

    def __post_init__(self) -> None:
        masks = self.film and self.background != "keep"
        object.__setattr__(self, "pose", replace(self.pose, segmentation=masks))


class ClipRun:
    """The analysis of one video: its options, worker and files.

    ``start`` starts the worker. ``close`` ends it and removes the files; that also happens when nothing refers to
    the run any more, and when the server stops.

    Attributes:
        clip: the video.
        film: path of the player's video.
        film_token: of its address, see ``pages.ui.shared.addresses``.
        annotated: path of the annotated video, which is made on request.
        annotated_token: of its address.
        alone: the overlay by itself, which is made on request.
        was_live: whether the people were found live, during the recording.
    """

    def __init__(self, clip: Clip) -> None:
        self.state = RunState()
        self.options: RunOptions | None = None
        self.was_live = False
        # Set before the video, so that the worker has ended when the video is removed.
        self._folder = Folder("run")
        self.film = self._folder.path / "film.mp4"
        self.film_token = serve(self.film, self.film.name)
        self.annotated = self._folder.path / "annotated.mp4"
        self.annotated_name = f"{PurePath(clip.name).stem}.annotated.mp4"
        self.annotated_token = serve(self.annotated, self.annotated_name)
        self.alone: dict[AloneKind, OnRequest] = {}
        for kind in get_args(AloneKind):
            path, shown_name = self._folder.path / f"overlay.{kind}", f"{PurePath(clip.name).stem}.overlay.{kind}"
            self.alone[kind] = OnRequest(path, shown_name, serve(path, shown_name))
        tokens = [self.film_token, self.annotated_token, *(file.token for file in self.alone.values())]
        self._folder.before_closing(end_run, self.state, tokens)
        self._playback: Playback | None = None
        self.close = self._folder.close
        self.clip = clip
        self.info = self._describe()

    @property
    def name(self) -> str:
        """Name of the visitor's file."""
        return self.clip.name

    @property
    def closed(self) -> bool:
        """Whether its files are removed."""
        return self._folder.closed

    def _describe(self) -> ClipInfo | None:
        """What is known of the video before it is analysed; None, with the error set, if it is unreadable."""
        try:
            return describe(self.clip.path, self.name)
        except PosecoreError as error:
            self.state.error = str(error)
            self.state.done.set()
            return None

    def expect(self, options: RunOptions) -> Expected:
        """Estimated cost of a run with these options."""
        if self.info is None:
            return Expected(None, None, None)
        return expect_run(self.info, options.part, film=options.film, hands=options.hands is not None)

    def start(self, options: RunOptions, *, after: RunState | None = None) -> None:
        """Start the worker; only once for each run.

        Args:
            options: what to do.
            after: of a stopped run of the same video with the same options, which this one goes on with.
        """
        self.options = options
        if self.info is None:
            return
        film = self.film if options.film else None
        # The worker holds the state and the paths but not this object, so that dropping it ends the worker.
        self.state.worker = threading.Thread(
            target=_work, args=(self.state, self.clip.path, self.name, options, film, after), daemon=True
        )
        self.state.worker.start()

    def is_done(self, sequence: PoseSequence, options: RunOptions, *, missed: int, hands: HandSequence | None) -> None:
        """Finish without a worker: the recorded video was analysed live, with this result for all its frames."""
        self.options, self.was_live = options, True
        shutil.copyfile(self.clip.path, self.film)
        if missed:
            self.state.notes.append(f"Frames missing from the recording because the server was too slow: {missed}.")
        self.state.result, self.state.hands, self.state.waiting = sequence, hands, False
        self.state.seconds = max(1e-3, float(sequence.times_s[-1] - sequence.times_s[0]))
        self.state.done.set()

    @property
    def used_options(self) -> RunOptions:
        """The options of a run that was started."""
        assert self.options is not None
        return self.options

    @property
    def playback(self) -> Playback:
        """The finished result for the player."""
        assert self.state.result is not None
        if self._playback is None:
            self._playback = Playback(self.state.result, self._folder, self.state.hands)
        return self._playback

    def draw(self, shown: Shown) -> None:
        """Start making the annotated video of these people; nothing is estimated."""
        options, hands = self.used_options, (self.playback.hands_beside(shown.people), self.playback.hand_notes)
        # A changed background is only in the player's video, as silhouettes are not kept.
        source = self.film if options.background != "keep" else self.clip.path
        self._start_drawing("annotated video", _draw, source, options, shown, *hands, self.annotated)

    def draw_alone(self, shown: Shown, kind: AloneKind) -> None:
        """Start making the overlay of these people by itself."""
        self._start_drawing("overlay alone", _draw_alone, shown, kind, self.alone[kind].path)

    def _start_drawing(self, what: str, draw: Callable[..., None], *arguments: Any) -> None:
        self.state = replace(
            self.state, progress=None, waiting=True, drawing=True, stop=threading.Event(), done=threading.Event()
        )
        self._folder.before_closing(end_run, self.state, [])
        self.state.worker = threading.Thread(
            target=_make, args=(self.state, what, partial(draw, self.state, *arguments)), daemon=True
        )
        self.state.worker.start()

    @property
    def is_drawing(self) -> bool:
        """Whether the annotated video, or the overlay by itself, is being made."""
        return self.state.drawing and not self.state.done.is_set()

    def stop(self) -> None:
        """End the run after the current frame and keep the result so far."""
        self.state.stop.set()

    @property
    def more_people(self) -> int | None:
        """The number of people to ask for so that all who were in view at once are shown; None if it was enough."""
        number = min(self.state.most_people or 0, LIMITS.people)
        return number if number > self.used_options.pose.people else None

    @property
    def why_it_ends_here(self) -> str | None:
        """Why a stopped run cannot go on, in a sentence; None if it can, or was not stopped."""
        if not self.stopped_early or self.state.stopped is not None:
            return None
        if self.used_options.film and self.used_options.background != "keep":
            return "It cannot be continued, because the outlines of people that its background needs are not kept."
        if find_engine(self.used_options.pose).name == "mediapipe":
            return "It cannot be continued: MediaPipe's engine cannot go on in the middle of a video."
        return "It cannot be continued, because it was stopped before its first frames were done."

    @property
    def stopped_early(self) -> bool:
        """Whether the visitor ended it before its last frame."""
        return self.state.cut_short


def run_of(visit: Visit, clip: Clip) -> ClipRun:
    """The run of a video: the current one, finished or not, or else a new one."""
    run = visit.get(ClipRun)
    return new_run(visit, clip) if run is None or run.closed or run.clip.key != clip.key else run


def new_run(visit: Visit, clip: Clip) -> ClipRun:
    """A new run of a video, not started yet, in place of the last run, whose files are deleted."""
    visit.forget(ClipRun)
    run = ClipRun(clip)
    visit.keep(run)
    return run


def keep_upload(visit: Visit, clip: Clip) -> None:
    """Keep a video in place of the last one."""
    forget_upload(visit)
    visit.keep(clip)


def forget_upload(visit: Visit) -> None:
    """Delete the visitor's video and everything made from it."""
    run, clip = visit.get(ClipRun), visit.get(Clip)
    if run is not None and run.clip is clip:
        visit.forget(ClipRun)
    visit.forget(Clip)


def _draw(
    state: RunState,
    source: Path,
    options: RunOptions,
    wanted: Shown,
    hands: HandSequence | None,
    notes: HandNotes,
    film: Path,
) -> None:
    shown, part = wanted.people, options.part
    if options.background != "keep":  # drawn on the player's video, which starts at 0 and has exactly these frames
        size, times_s = part.film_size(shown.size), shown.times_s - shown.times_s[0]
        shown = replace(shown.resized(size), times_s=times_s)
        hands = hands and replace(hands.resized(size), times_s=times_s)
        part = ClipOptions(film_quality=part.film_quality)
    if draw_video(
        source,
        shown,
        film,
        hands=hands,
        hand_notes=notes if hands else None,
        color_by=color_by(options.pose),
        skeletons=wanted.look.skeleton,
        overlay=wanted.look.overlay,
        part=part,
        on_progress=state.report,
        workers=1,
    ):
        state.drawn = wanted


def _draw_alone(state: RunState, wanted: Shown, kind: AloneKind, path: Path) -> None:
    people, start = wanted.people, time.monotonic()

    def report(done: int) -> bool:
        return state.report(Progress(done, len(people), time.monotonic() - start, people.frame(done - 1)))

    if write_overlay(people, path, wanted.look.overlay, on_frame=report):
        state.alone[kind] = wanted


def _make(state: RunState, what: str, make: Callable[[], None]) -> None:
    """Make a file on request, once there is a place for it."""
    try:
        with place_for(state) as found:
            if found:
                make()
    except PosecoreError as error:
        state.notes.append(f"The {what} could not be made: {error}")
    except Exception as error:  # the thread has no caller that could report it
        state.notes.append(f"The {what} could not be made ({type(error).__name__}: {error}).")
        raise
    finally:
        state.done.set()


@contextmanager
def place_for(state: RunState) -> Iterator[bool]:
    """Wait for a place among the simultaneous runs; False if the visitor stops the run before it gets one."""
    while not _PLACES.acquire(timeout=0.2):
        if state.stop.is_set():
            yield False
            return
    state.waiting = False
    try:
        yield True
    finally:
        _PLACES.release()


def _work(
    state: RunState, source: Path, name: str, options: RunOptions, film: Path | None, after: RunState | None
) -> None:
    start = time.monotonic()
    try:
        with place_for(state) as found:
            if not found:
                return
            start = time.monotonic()
            # In a process of its own: a malicious file must not take the server down.
            state.result = estimate_video(
                source,
                options.pose,
                hands=options.hands,
                part=options.part,
                annotated=film,
                skeletons=False,
                background=options.background if film else "keep",
                on_progress=state.report,
                on_note=state.notes.append,
                on_end=state.take_summary,
                after=after.stopped if after else None,
                workers=WORKERS,
            )
    except PosecoreError as error:
        state.error = str(error).replace(source.name, name)
    except Exception as error:  # the thread has no caller that could report it
        state.error = f"The video could not be processed ({type(error).__name__}: {error})."
        raise
    finally:
        state.seconds = time.monotonic() - start + (after.seconds if after else 0)
        state.done.set()


def end_run(state: RunState, tokens: Sequence[str]) -> None:
    """Withdraw the addresses of a run's files, and wait for its worker, which is told to stop."""
    for token in tokens:
        withdraw(token)
    state.stop.set()
    worker = state.worker
    if worker is not None and worker is not threading.current_thread() and worker.is_alive():
        worker.join(timeout=30)
