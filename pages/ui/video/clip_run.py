"""The analysis of a video for the Video page, and the files that are made from it."""

import shutil
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path, PurePath
from typing import Literal, NamedTuple, get_args

from pages.ui.explore.export_files import same
from pages.ui.explore.playback import Playback
from pages.ui.serving.job_queue import QUEUE
from pages.ui.serving.jobs import Report
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.film_choices import USUAL_SIDE
from pages.ui.shared.kept_results import KeptResult, keep_result, kept_result, place_for
from pages.ui.shared.overlay_choice import DrawnOnPeople
from pages.ui.shared.sample_options import for_sample
from pages.ui.shared.video_run import VideoRun, counting_frames
from posecore import (
    ClipOptions,
    HandSequence,
    PoseOptions,
    PoseSequence,
    RunSummary,
    StoppedRun,
    draw_video,
    estimate_video,
    find_engine,
)
from posecore.estimation.engines import EngineUsed
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.networks import usual_threads
from posecore.export.overlay_file import write_overlay
from posecore.limits import LIMITS
from posecore.motion.resampling import at_times
from posecore.pipeline import join_recorded
from posecore.runs.annotation import color_by
from posecore.runs.expected import Expected, expect_run
from posecore.runs.preview import Preview
from posecore.runs.replay import HandNotes
from posecore.runs.segments import usual_workers
from posecore.system import usable_cores
from posecore.view.silhouettes import Background

WORKERS = max(1, usual_workers() // LIMITS.runs_at_once)
"""Processes for one video; leaves cores for other visitors."""


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


class Analysed(NamedTuple):
    """What an analysis found.

    Attributes:
        poses: of all frames.
        hands: in the same frames; None if they were not wanted.
        stopped: what another run goes on with; None if this one was not stopped or cannot be continued.
        most_people: in view at once; None if not known.
    """

    poses: PoseSequence
    hands: HandSequence | None = None
    stopped: StoppedRun | None = None
    most_people: int | None = None


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

    @property
    def may_copy(self) -> bool:
        """Whether that video may be the upload's own stream, if browsers can play it: unless a small one is wanted."""
        return self.part.film_quality == "fast" and not 0 < (self.part.film_side or 0) < USUAL_SIDE

    def __post_init__(self) -> None:
        masks = self.film and self.background != "keep"
        object.__setattr__(self, "pose", replace(self.pose, segmentation=masks))


class ClipRun(VideoRun[Analysed, Shown]):
    """The analysis of one video with its options, started with ``start``.

    Attributes:
        film: path of the player's video.
        film_token: of its address, see ``pages.ui.serving.addresses``.
        annotated: path of the annotated video, which is made on request.
        annotated_token: of its address.
        alone: the overlay by itself, which is made on request.
        was_live: whether the people were found live, during the recording.
        was_found: whether the people were found before, in a batch.
        found_by: the engine of the browser that found them; None: this server's.
    """

    def __init__(self, clip: Clip) -> None:
        super().__init__(clip, "run")
        self.options: RunOptions | None = None
        self.was_live = self.was_found = False
        self.found_by: EngineUsed | None = None
        self._seconds_before = 0.0
        stem = PurePath(clip.name).stem
        self.film, self.film_token = self._served("film.mp4", "film.mp4")
        self.annotated_name = f"{stem}.annotated.mp4"
        self.annotated, self.annotated_token = self._served("annotated.mp4", self.annotated_name)
        self.alone: dict[AloneKind, OnRequest] = {}
        for kind in get_args(AloneKind):
            name = f"{stem}.overlay.{kind}"
            path, token = self._served(f"overlay.{kind}", name)
            self.alone[kind] = OnRequest(path, name, token)
        self._playback: Playback | None = None

    @property
    def name(self) -> str:
        """Name of the visitor's file."""
        return self.clip.name

    @property
    def poses(self) -> PoseSequence | None:
        """The people of all frames; None while there is no result."""
        return self.state.result and self.state.result.poses

    @property
    def hands(self) -> HandSequence | None:
        """Their hands; None if they were not wanted, or there is no result."""
        return self.state.result and self.state.result.hands

    @property
    def seconds(self) -> float:
        """Time that the analysis took, with that of the run that it goes on with."""
        return self._seconds_before + self.state.seconds

    def expect(self, options: RunOptions) -> Expected:
        """Estimated cost of a run with these options."""
        if self.info is None:
            return Expected(None, None, None)
        return expect_run(self.info, options.part, film=options.film, hands=options.hands is not None)

    def start(self, options: RunOptions, *, after: "ClipRun | None" = None) -> None:
        """Start the analysis; only once for each run.

        Args:
            options: what to do.
            after: a stopped run of the same video with the same options, which this one goes on with.
        """
        self.options = options
        if self.info is None:
            return
        self._seconds_before = after.seconds if after is not None else 0.0
        stopped = after.state.result.stopped if after is not None and after.state.result is not None else None
        film = self.film if options.film else None
        estimate = partial(_estimate, self.clip.path, options, film, stopped, self._notes, self.analysis.preview)
        if not is_usual_run(self.clip, options):
            self._analyse(estimate)
        elif found := kept_result(place := place_for(self.clip.path, options.pose, options=options)):
            self._take(found)
        else:
            self._analyse(partial(_estimate_and_keep, estimate, place, self.film, self._notes))

    def _take(self, found: KeptResult) -> None:
        """Finish with the result of a sample that another visit worked out."""
        shutil.copyfile(found.film, self.film)
        self._notes.extend(found.notes)
        self.analysis.finish(Analysed(found.poses, most_people=found.most_people), seconds=found.seconds)

    def is_done(self, sequence: PoseSequence, options: RunOptions, *, missed: int, hands: HandSequence | None) -> None:
        """Finish without an analysis: the recorded video was analysed live, with this result for all its frames."""
        self.options, self.was_live = options, True
        shutil.copyfile(self.clip.path, self.film)
        if missed:
            self._notes.append(f"Frames missing from the recording because the server was too slow: {missed}.")
        seconds = max(1e-3, float(sequence.times_s[-1] - sequence.times_s[0]))
        self.analysis.finish(Analysed(sequence, hands), seconds=seconds)

    def start_recorded(
        self, people: PoseSequence, options: RunOptions, found_by: EngineUsed, hands: HandSequence | None = None
    ) -> None:
        """Start joining the video with the people whom a browser found while it recorded it; nothing is estimated.

        Args:
            people: on the video's clock.
            options: how they were found, and how the player's video is made.
            found_by: the browser's engine.
            hands: in the same frames; None if they were not looked for.
        """
        self.options, self.was_live, self.found_by = options, True, found_by
        if self.info is not None:
            source, preview = self.clip.path, self.analysis.preview
            self._analyse(partial(_join, source, people, hands, options.part, self.film, self._notes, preview))

    def start_found(self, people: PoseSequence, options: RunOptions, *, seconds: float, notes: Sequence[str]) -> None:
        """Start making the player's video of people who were found before; nothing is estimated.

        Args:
            people: in the frames of this part of the video.
            options: how they were found, and how the player's video is made.
            seconds: that it took to find them.
            notes: what was reported then.
        """
        self.options, self.was_found, self._seconds_before = options, True, seconds
        self._notes.extend(notes)
        if self.info is not None:
            source, preview = self.clip.path, self.analysis.preview
            # What would be noted of the video was noted then.
            self._analyse(partial(_join, source, people, None, options.part, self.film, [], preview))

    @property
    def used_options(self) -> RunOptions:
        """The options of a run that was started."""
        assert self.options is not None
        return self.options

    @property
    def playback(self) -> Playback:
        """The finished result for the player."""
        assert self.poses is not None
        if self._playback is None:
            self._playback = Playback(self.poses, self._folder, self.hands)
        return self._playback

    def draw(self, shown: Shown) -> None:
        """Start making the annotated video of these people; nothing is estimated."""
        options, hands = self.used_options, (self.playback.hands_beside(shown.people), self.playback.hand_notes)
        # A changed background is only in the player's video, as silhouettes are not kept.
        source = self.film if options.background != "keep" else self.clip.path
        draw = partial(_draw, source, options, shown, *hands, self.annotated)
        self._make("annotated video", self.annotated, shown, draw)

    def draw_alone(self, shown: Shown, kind: AloneKind) -> None:
        """Start making the overlay of these people by itself."""
        path = self.alone[kind].path
        self._make("overlay alone", path, shown, partial(_draw_alone, shown, path))

    @property
    def more_people(self) -> int | None:
        """The number of people to ask for so that all who were in view at once are shown; None if it was enough."""
        found = self.state.result
        number = min(found.most_people or 0, LIMITS.people) if found is not None else 0
        return number if number > self.used_options.pose.people else None

    @property
    def why_it_ends_here(self) -> str | None:
        """Why a stopped run cannot go on, in a sentence; None if it can, or was not stopped."""
        found = self.state.result
        if not self.state.cut_short or (found is not None and found.stopped is not None):
            return None
        if self.used_options.film and self.used_options.background != "keep":
            return "It cannot be continued, because the outlines of people that its background needs are not kept."
        if find_engine(self.used_options.pose).name == "mediapipe":
            return "It cannot be continued: MediaPipe's engine cannot go on in the middle of a video."
        return "It cannot be continued, because it was stopped before its first frames were done."


def usual_run(pose: PoseOptions) -> RunOptions:
    """The options of a run in a visit that changed none of the choices about a video."""
    return RunOptions(unsmoothed(pose), ClipOptions(film_side=USUAL_SIDE))


def unsmoothed(pose: PoseOptions) -> PoseOptions:
    """The options without smoothing, which the player adds; MediaPipe's engine always smooths a single person."""
    always = pose.people == 1 and find_engine(pose).name == "mediapipe"
    return replace(pose, smoothing=always)


def is_usual_run(clip: Clip, options: RunOptions) -> bool:
    """Whether this is the run of a sample in a visit that changed no settings; its result is kept for all visitors."""
    return clip.people is not None and options == usual_run(for_sample(PoseOptions(), clip.people))


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


def threads_of_one(at_work: int, cores: int) -> int | None:
    """Threads per inference of one of the analyses at work; None: the usual number.

    Together they have no more than the cores: what they do costs the same, and pages get more of a core's time.
    """
    share = max(1, cores // max(1, at_work))
    return share if share < usual_threads() else None


def _estimate(
    source: Path,
    options: RunOptions,
    film: Path | None,
    stopped: StoppedRun | None,
    notes: list[str],
    preview: Preview,
    report: Report,
) -> Analysed:
    ends: list[RunSummary] = []
    pose, hands = options.pose, options.hands
    if stopped is not None:  # which is continued only with the same options
        pose, hands = stopped.options, None if stopped.hands is None else stopped.hands.options
    elif threads := threads_of_one(QUEUE.working, usable_cores()):
        pose, hands = replace(pose, threads=threads), hands and replace(hands, threads=threads)
    # In a process of its own: a malicious file must not take the server down.
    poses = estimate_video(
        source,
        pose,
        hands=hands,
        part=options.part,
        annotated=film,
        skeletons=False,
        background=options.background if film else "keep",
        copies=options.may_copy,
        on_progress=counting_frames(report),
        on_note=notes.append,
        on_end=ends.append,
        after=stopped,
        preview=preview,
        workers=WORKERS,
    )
    [end] = ends
    return Analysed(poses, end.hands, end.stopped, end.most_people)


def _join(
    source: Path,
    people: PoseSequence,
    hands: HandSequence | None,
    part: ClipOptions,
    film: Path,
    notes: list[str],
    preview: Preview,
    report: Report,
) -> Analysed:
    joined = join_recorded(
        source,
        people,
        part=part,
        film=film,
        on_progress=counting_frames(report),
        on_note=notes.append,
        preview=preview,
        workers=1,
    )
    return Analysed(joined, hands and at_times(hands.resized(joined.size), joined.times_s))


def _estimate_and_keep(
    estimate: Callable[[Report], Analysed], place: Path, film: Path, notes: list[str], report: Report
) -> Analysed:
    """Estimate a sample, and keep its result for all visitors unless the visitor stops it."""
    is_whole, start = True, time.monotonic()

    def watch(count: int, total: int | None, task: str = "") -> bool:
        nonlocal is_whole
        is_whole = report(count, total, task) and is_whole
        return is_whole

    found = estimate(watch)
    if is_whole:
        seconds = time.monotonic() - start
        keep_result(place, KeptResult(found.poses, film, notes, seconds, found.most_people))
    return found


def _draw(
    source: Path,
    options: RunOptions,
    wanted: Shown,
    hands: HandSequence | None,
    notes: HandNotes,
    film: Path,
    report: Report,
) -> bool:
    shown, part = wanted.people, options.part
    if options.background != "keep":  # drawn on the player's video, which starts at 0 and has exactly these frames
        size, times_s = part.film_size(shown.size), shown.times_s - shown.times_s[0]
        shown = replace(shown.resized(size), times_s=times_s)
        hands = hands and replace(hands.resized(size), times_s=times_s)
        part = ClipOptions(film_quality=part.film_quality)
    return draw_video(
        source,
        shown,
        film,
        hands=hands,
        hand_notes=notes if hands else None,
        color_by=color_by(options.pose),
        skeletons=wanted.look.skeleton,
        overlay=wanted.look.overlay,
        part=part,
        on_progress=counting_frames(report),
        workers=1,
    )


def _draw_alone(wanted: Shown, path: Path, report: Report) -> bool:
    total = len(wanted.people)
    return write_overlay(wanted.people, path, wanted.look.overlay, on_frame=lambda done: report(done, total))
