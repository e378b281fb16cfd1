"""The entry points for a photo, a video and a live stream: decode, estimate, draw, write."""

import math
import os
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

import numpy as np
from PIL import Image, ImageOps

from posecore.errors import InvalidOption, UnreadableMedia, check_choice
from posecore.estimation.engines import PictureEstimator, open_picture_estimator, open_stream_estimator
from posecore.estimation.inputs import ResumeState, RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.media.clips import ClipInfo
from posecore.media.pictures import decode_picture
from posecore.motion.resampling import measured_rate
from posecore.poses import FramePoses, PoseRecorder, PoseSequence
from posecore.runs.annotation import ColorBy
from posecore.runs.annotation import color_by as colors_of
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.local import run_locally
from posecore.runs.replay import write_replay
from posecore.runs.segments import run_in_workers
from posecore.system import replace_after_fork, whole_file
from posecore.view.drawing import draw_poses
from posecore.view.mirror import mirror_picture, mirror_poses
from posecore.view.silhouettes import Background


@dataclass(frozen=True)
class Progress:
    """Progress through a video.

    Attributes:
        frames: frames done.
        total: number of frames by what the file states, or None if it states none that can be believed.
        seconds: time taken so far.
        frame: the poses of the newest frame.
    """

    frames: int
    total: int | None
    seconds: float
    frame: FramePoses

    @property
    def frames_per_second(self) -> float:
        """Frames done per second."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0

    @property
    def share(self) -> float | None:
        """Share done, 0..1, or None if the total is unknown."""
        return min(1.0, self.frames / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far, or None if it is unknown."""
        if not self.total or not self.frames:
            return None
        return max(0, self.total - self.frames) * self.seconds / self.frames


@dataclass(frozen=True, eq=False)
class StoppedRun:
    """A run that was ended before its last frame, in a form to go on with.

    Attributes:
        sequence: its frames up to where it goes on: all of them, or, after a run in segments, those of the first.
        options: how people were found.
        part: which frames were asked for.
        resume_state: of the estimator after the last of the frames.
    """

    sequence: PoseSequence
    options: PoseOptions
    part: ClipOptions
    resume_state: ResumeState = field(repr=False)


@dataclass(frozen=True, eq=False)
class RunSummary:
    """What is known at the end of a run, beside its landmarks.

    Attributes:
        most_people: the largest number of people found in view at once, whatever number was asked for; 0 if nobody was
            found. Others than those who are followed are looked for every half to two seconds in the whole picture (by
            the thorough search only once in a shot, if one person was asked for), and counted if a second detection
            confirms them. MediaPipe's engine finds no more than were asked for.
        stopped: if ``on_progress`` ended the run, what ``after`` takes to go on with it. None for MediaPipe's engine,
            which does not give away its state, and with a changed background, as masks are not kept.
    """

    most_people: int
    stopped: StoppedRun | None


@dataclass(frozen=True)
class Expected:
    """Estimated cost of a run.

    Attributes:
        frames: number of frames to process, or None if the video does not declare how many it has.
        seconds: time on two cores of 2024; a slower machine takes proportionally longer.
        film_mb: size of the annotated video in megabytes; 0 without one.
    """

    frames: int | None
    seconds: float | None
    film_mb: float | None


# Measured with the full model on two cores (AMD EPYC Zen 5): milliseconds per frame and per million pixels of a frame,
# and megabytes of video per million pixels.
_MS_OF_FRAME, _MS_OF_MEGAPIXEL = 4.0, 2.0
_FILM_MS: dict[FilmQuality, float] = {"fast": 2.5, "small": 6.0}
_FILM_MB: dict[FilmQuality, float] = {"fast": 0.017, "small": 0.007}


def expect_run(clip: ClipInfo, part: ClipOptions, *, film: bool) -> Expected:
    """Estimate how long a run will take, and the size of its annotated video; one with much detail is larger."""
    frames = part.frames_of(clip.frame_count, clip.fps)
    if frames is None:
        return Expected(None, None, None)
    read = part.every * math.prod(clip.size) / 1e6
    written = math.prod(part.film_size(clip.size)) / 1e6 if film else 0.0
    quality = part.film_quality
    milliseconds = frames * (_MS_OF_FRAME + _MS_OF_MEGAPIXEL * read + _FILM_MS[quality] * written)
    return Expected(frames, milliseconds / 1000, frames * _FILM_MB[quality] * written)


OnProgress = Callable[[Progress], bool | None]
"""Called after each frame; returning False ends the run there and keeps the result so far."""


def estimate_image(
    photo: RgbArray | str | os.PathLike[str] | Image.Image, options: PoseOptions | None = None
) -> FramePoses:
    """Find the people in one photo.

    The loaded model is kept for the next photo with the same options.

    Args:
        photo: (H, W, 3) uint8, upright (as from ``posecore.media.pictures.decode_picture``); or the path of a file,
            which is decoded so; or a Pillow image, which is turned upright as its EXIF orientation says, and blended
            with white where it is transparent.
        options: ``PoseOptions()`` if None.

    Raises:
        UnreadableMedia, MediaTooLarge: about the file, or a Pillow image whose file is damaged.
        InvalidOption: if photo is none of these, or a Pillow image with more than 8 bits per sample.
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
    """
    return _PICTURE_ESTIMATORS.estimate(_rgb_of(photo), options or PoseOptions())


def _rgb_of(photo: RgbArray | str | os.PathLike[str] | Image.Image) -> RgbArray:
    if isinstance(photo, (str, os.PathLike)):
        return decode_picture(photo)
    if isinstance(photo, Image.Image):
        return _rgb_of_pillow(photo)
    if not isinstance(photo, np.ndarray):
        raise InvalidOption(
            "Expected a photo as an array of shape (H, W, 3) and uint8, a path or a Pillow image, but got "
            f"{type(photo).__name__}."
        )
    return photo


def _rgb_of_pillow(image: Image.Image) -> RgbArray:
    if image.mode in ("I", "F") or image.mode.startswith("I;"):
        raise InvalidOption(
            f"Expected a Pillow image with 8 bits per sample, but got mode {image.mode!r}. Give the path of its file."
        )
    try:
        image = ImageOps.exif_transpose(image)
    except (OSError, SyntaxError, ValueError) as error:
        raise UnreadableMedia(f"The Pillow image cannot be decoded: {error}.") from error
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return np.array(image.convert("RGB"))


def release_models() -> None:
    """Free the models that ``estimate_image`` keeps; MediaPipe complains if that is left to the end of a program."""
    _PICTURE_ESTIMATORS.close()


def estimate_video(
    path: str | os.PathLike[str],
    options: PoseOptions | None = None,
    *,
    part: ClipOptions | None = None,
    annotated: str | os.PathLike[str] | None = None,
    skeletons: bool = True,
    background: Background = "keep",
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] | None = None,
    on_end: Callable[[RunSummary], None] | None = None,
    after: StoppedRun | None = None,
    workers: int | None = None,
) -> PoseSequence:
    """Find the people in each frame of a video.

    Decoding, estimating, and drawing and encoding run side by side, a few frames apart: memory grows only with the
    landmarks, by about 1 KB per frame and person. World landmarks are centred on the hips: a person who walks does
    not move in them. With several people, each has an id in order of appearance and keeps it through an absence of
    up to two seconds; anyone who comes back later is a new person. After a hard cut (see ``posecore.media.cuts``)
    nothing of the shot before is carried on, and everyone is a new person.

    Args:
        path: the video.
        options: ``PoseOptions()`` if None.
        part: which frames, and how the annotated video is made; if None, ``ClipOptions()``, which takes all frames.
        annotated: where to write the video with the skeletons drawn (H.264 MP4, with the original sound); it
            appears whole or not at all.
        skeletons: if False, they are not drawn: the video is just the frames of the sequence, at their times.
        background: what happens in that video to everything that is not a person: it is kept, blurred, or replaced
            by one light colour. The latter two need ``segmentation`` among the options. Masks are only in that
            video, not in the sequence.
        on_progress: called after each frame with a ``Progress``; if it returns False the run ends there, and the
            frames done so far are the result (also in the annotated video).
        on_note: called at the end with a sentence for each thing that a user should know: a damaged video, frames
            that change size, sound that breaks off, more people than asked for.
        on_end: called once at the end.
        after: goes on with a stopped run of this video with the same options and part, and ends with the landmarks of a
            run in one go. What it has done is read again, and encoded for the annotated video, but not estimated.
        workers: None: the video is read in this process. 1: in a process of its own, so that a malicious file can
            take down only that. Such a run does a few more frames after ``on_progress`` has ended it, and if its
            process dies it begins once more, so that progress goes back. More: a long video of one person is cut
            into segments for that many processes, and progress comes from all of them; see
            ``posecore.runs.segments``.

    Returns:
        The sequence, with the file's own frame times. A frame in which nobody was found is NaN. ``fps`` is the rate of
        those times, see ``posecore.motion.resampling.measured_rate``.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if ``path`` is not a path, the video ends before the part begins, ``workers`` is not such a
            number, ``background`` is none of the above or needs masks that were not asked for, or ``after`` is of a
            run with other options.
        InvalidPoses: if ``after`` is of another video.
        OSError: if the annotated video cannot be written.
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    options, part = options or PoseOptions(), part or ClipOptions()
    film = None if annotated is None else Path(annotated)
    _check_background(background, options)
    job = Job(_path_of_video(path), options, part, film, skeletons, background)
    observer = _RecordingObserver(options.people, part, on_progress)
    with _continued(job, after) as job:
        end = _dispatch(job, observer, workers)
    sequence = observer.sequence()
    may_go_on = not observer.goes_on and end.resume_state is not None and background == "keep"
    stopped = _stopped(sequence, job, end, after) if may_go_on else None
    if on_end is not None:
        on_end(RunSummary(end.most_seen, stopped))
    for note in [*end.notes, *observer.notes(), *_more_people(end, options)]:
        if on_note is not None:
            on_note(note)
    return sequence


def draw_video(
    path: str | os.PathLike[str],
    sequence: PoseSequence,
    annotated: str | os.PathLike[str],
    *,
    color_by: ColorBy = "side",
    part: ClipOptions | None = None,
    on_progress: OnProgress | None = None,
    workers: int | None = None,
) -> bool:
    """Draw the people of a sequence on its video: renamed, or without some of them.

    Nothing is estimated.

    Args:
        path: the video.
        sequence: found in this video, with the same part.
        annotated: where to write the annotated video; it appears whole or not at all.
        color_by: as for ``posecore.draw_poses``: "person" if there were several to begin with.
        part: as for ``estimate_video``.
        on_progress: as for ``estimate_video``; if it ends the run, nothing is written.
        workers: None: in this process. 1: in a process of its own.

    Returns:
        Whether the annotated video was written; False if ``on_progress`` ended the run.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if ``path`` is not a path.
        InvalidPoses: if the poses are those of a video of another size.
        OSError: if the annotated video cannot be written.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    part = part or ClipOptions()
    pose = PoseOptions(people=1 if color_by == "side" else LIMITS.people)
    observer = _ProgressObserver(part, on_progress)
    with suppress(_EndedError), whole_file(annotated) as film:
        replay = film.with_name(f"{film.name}.poses.npz")
        write_replay(sequence, replay)
        _dispatch(Job(_path_of_video(path), pose, part, film, replay=replay), observer, workers)
        if not observer.goes_on:
            raise _EndedError
        return True
    return False


@contextmanager
def _continued(job: Job, after: StoppedRun | None) -> Iterator[Job]:
    """The job from where a stopped run ended."""
    if after is None:
        yield job
        return
    frames = [(part.start_s, part.end_s, part.every) for part in (after.part, job.part)]
    if after.options != job.pose or frames[0] != frames[1] or job.background != "keep":
        raise InvalidOption(
            "Expected the options and the part of the stopped run, with the background kept, but got others. Run the "
            "video from its beginning."
        )
    with tempfile.TemporaryDirectory(prefix="posecore-") as folder:
        replay = Path(folder) / "poses.npz"
        write_replay(after.sequence, replay)
        yield replace(job, replay=replay, resume=after.resume_state)


def _stopped(sequence: PoseSequence, job: Job, end: RunEnd, after: StoppedRun | None) -> StoppedRun:
    if after is not None and end.last_s <= after.sequence.times_s[-1]:
        return after  # stopped again before it went on
    done = int(np.searchsorted(sequence.times_s, end.last_s, side="right"))
    return StoppedRun(sequence.at(slice(done)), job.pose, job.part, end.resume_state)


def _more_people(end: RunEnd, options: PoseOptions) -> list[str]:
    if end.most_seen <= options.people:
        return []
    asked = "the one that was" if options.people == 1 else f"the {options.people} that were"
    return [
        f"There are more people in view than {asked} asked for: up to {end.most_seen} at once. Raise the maximum "
        "number of people to see them."
    ]


def _path_of_video(path: str | os.PathLike[str]) -> Path:
    if not isinstance(path, (str, os.PathLike)):
        raise InvalidOption(f"Expected the path of a video, but got {type(path).__name__}.")
    return Path(path)


def _dispatch(job: Job, observer: RunObserver, workers: int | None) -> RunEnd:
    """Run a job in this process, or in as many others as were asked for."""
    if workers is not None and not (isinstance(workers, int) and workers >= 1):
        raise InvalidOption(f"Expected 'workers' to be None or a whole number from 1, but got {workers}.")
    return run_locally(job, observer) if workers is None else run_in_workers(job, observer, workers)


class _EndedError(Exception):
    """Raised if the caller ended a run whose annotated video is not kept."""


def _check_background(background: Background, options: PoseOptions) -> None:
    check_choice("background", background, get_args(Background))
    if background != "keep" and not options.segmentation:
        raise InvalidOption(f"Expected 'segmentation' to be on for a {background} background, but it is off.")


class _ProgressObserver:
    """Reports the progress of a run.

    Attributes:
        goes_on: whether the caller has not ended it.
    """

    def __init__(self, part: ClipOptions, on_progress: OnProgress | None) -> None:
        self.goes_on = True
        self._part = part
        self._on_progress = on_progress

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again if the run starts over."""
        self._clip = clip
        self._total = self._part.frames_of(clip.frame_count, clip.fps)
        self._start = time.monotonic()
        self._frames = 0
        self.goes_on = True

    def on_frame(self, poses: FramePoses) -> bool:
        """Count a frame."""
        self._frames += 1
        if self.goes_on and self._on_progress is not None:
            done = Progress(self._frames, self._total, time.monotonic() - self._start, poses)
            self.goes_on = self._on_progress(done) is not False
        return self.goes_on


class _RecordingObserver(_ProgressObserver):
    """Also records the poses."""

    def __init__(self, people: int, part: ClipOptions, on_progress: OnProgress | None) -> None:
        super().__init__(part, on_progress)
        self._people = people

    def on_opened(self, clip: ClipInfo) -> None:
        """Begin, or begin again if the run starts over."""
        super().on_opened(clip)
        frames = self._total or LIMITS.clip_frames
        self._recorder = PoseRecorder(max(self._people, LIMITS.person_frames // frames))

    def on_frame(self, poses: FramePoses) -> bool:
        """Record a frame."""
        self._recorder.add(poses)
        return super().on_frame(poses)

    def notes(self) -> list[str]:
        """Notes for the user about the recorded poses."""
        if not self._recorder.left_out:
            return []
        return [
            "More people came and went than can be kept for a video of this length: after the first "
            f"{self._recorder.people} of them, new ones are only in the annotated video. Choose a shorter part."
        ]

    def sequence(self) -> PoseSequence:
        """All frames."""
        self._recorder.put_in_order()  # several workers report theirs side by side
        self._recorder.end_people_at_cuts()  # an estimator of one person gives only one id
        arrays = self._recorder.arrays()
        fps = measured_rate(arrays["times_s"], stated=self._clip.fps / self._part.every)
        return PoseSequence(**arrays, size=self._clip.size, fps=fps)


class LiveSession:
    """Finds the people in a live stream, frame by frame.

    Each stream has a session of its own, closed at its end (it is a context manager). ``step`` may be called from any
    thread; calls wait for each other.

    Args:
        options: ``PoseOptions()`` if None.
        background: what happens in the drawn frames to everything that is not a person, as for ``estimate_video``.
        mirror: mirror the drawn frames, which is how people are used to seeing themselves. The landmarks are not
            mirrored: left stays the person's own left, and pixels are those of the given frame.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
        InvalidOption: if ``background`` needs masks that were not asked for.
    """

    def __init__(
        self, options: PoseOptions | None = None, *, background: Background = "keep", mirror: bool = False
    ) -> None:
        options = options or PoseOptions()
        _check_background(background, options)
        self._estimator = open_stream_estimator(options)
        self._draw = partial(draw_poses, color_by=colors_of(options), background=background)
        self._mirror = mirror
        self._lock = threading.Lock()

    def step(self, rgb: RgbArray, time_s: float) -> tuple[FramePoses, RgbArray]:
        """Find the people in the next frame, and draw them on a copy of it.

        Args:
            rgb: (H, W, 3) uint8, upright; it is not changed.
            time_s: seconds since some fixed moment, later than in the call before.

        Raises:
            InvalidOption: if rgb is not such an array or ``time_s`` is not later than before.
        """
        with self._lock:
            poses = self._estimator.step(rgb, time_s)
        if self._mirror:
            return poses, self._draw(mirror_picture(rgb), mirror_poses(poses))
        return poses, self._draw(rgb, poses)

    def close(self) -> None:
        """Free the model. Calling it again does nothing."""
        with self._lock:
            self._estimator.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


class _PictureEstimators:
    """Cache of recently used estimators, as loading a model takes longer than using it."""

    KEPT = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[PoseOptions, PictureEstimator] = OrderedDict()

    def estimate(self, rgb: RgbArray, options: PoseOptions) -> FramePoses:
        # One lock for choosing and using: an estimator serves one thread at a time and must not be closed meanwhile,
        # and one inference already fills the processor.
        with self._lock:
            return self._get(options).estimate(rgb)

    def close(self) -> None:
        """Free them all; the next call to ``estimate`` loads them again."""
        with self._lock:
            while self._kept:
                self._kept.popitem()[1].close()

    def _get(self, options: PoseOptions) -> PictureEstimator:
        if options not in self._kept:
            self._kept[options] = open_picture_estimator(options)
        self._kept.move_to_end(options)
        while len(self._kept) > self.KEPT:
            _, oldest = self._kept.popitem(last=False)
            oldest.close()
        return self._kept[options]


_PICTURE_ESTIMATORS = _PictureEstimators()


def _load_anew() -> object:
    global _PICTURE_ESTIMATORS
    inherited, _PICTURE_ESTIMATORS = _PICTURE_ESTIMATORS, _PictureEstimators()
    return inherited


replace_after_fork(_load_anew)
