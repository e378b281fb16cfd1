"""The three ways through: a picture, a clip, a live stream. Decode, estimate, draw, write."""

import math
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self, get_args

from posecore.errors import InvalidOption, check_choice
from posecore.estimation.engines import PictureEstimator, open_picture_estimator, open_stream_estimator
from posecore.estimation.inputs import ResumeState, RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.media.clips import ClipInfo
from posecore.poses import FramePoses, PoseRecorder, PoseSequence
from posecore.runs import segments, single
from posecore.runs.annotation import ColorBy
from posecore.runs.annotation import color_by as colors_of
from posecore.runs.job import Job, Listener
from posecore.runs.replay import write_replay
from posecore.system import whole_file
from posecore.view.drawing import draw_poses
from posecore.view.mirror import mirror_picture, mirror_poses
from posecore.view.silhouettes import Background


@dataclass(frozen=True)
class Progress:
    """How far a clip is.

    Attributes:
        frames: frames done.
        total: frames in all as the file declares them, or None where it does not say.
        seconds: time taken so far.
        frame: the poses of the newest frame.
    """

    frames: int
    total: int | None
    seconds: float
    frame: FramePoses

    @property
    def frames_per_second(self) -> float:
        """Frames done for each second taken."""
        return self.frames / self.seconds if self.seconds > 0 else 0.0

    @property
    def share(self) -> float | None:
        """Part done, 0..1, or None where the total is unknown."""
        return min(1.0, self.frames / self.total) if self.total else None

    @property
    def seconds_left(self) -> float | None:
        """Time left at the pace so far, or None where it cannot be told."""
        if not self.total or not self.frames:
            return None
        return max(0, self.total - self.frames) * self.seconds / self.frames


@dataclass(frozen=True)
class Expected:
    """What a run will about cost.

    Attributes:
        frames: that are worked on, or None where the clip does not say how many it has.
        seconds: it takes on two cores of 2024; a slower machine takes longer in proportion.
        film_mb: size of the film in megabytes; 0 without one.
    """

    frames: int | None
    seconds: float | None
    film_mb: float | None


# Measured with the full model on two cores (AMD EPYC Zen 5), milliseconds: for each frame, and for each million
# pixels of a frame; and megabytes of film for each million pixels.
_MS_OF_FRAME, _MS_OF_MEGAPIXEL = 4.0, 2.0
_FILM_MS: dict[FilmQuality, float] = {"fast": 2.5, "small": 6.0}
_FILM_MB: dict[FilmQuality, float] = {"fast": 0.017, "small": 0.007}


def expect_run(clip: ClipInfo, part: ClipOptions, *, film: bool) -> Expected:
    """About how long a run will take and how large its film will be; a film of much detail is larger."""
    frames = part.frames_of(clip.frame_count, clip.fps)
    if frames is None:
        return Expected(None, None, None)
    read = part.every * math.prod(clip.size) / 1e6
    written = math.prod(part.film_size(clip.size)) / 1e6 if film else 0.0
    quality = part.film_quality
    milliseconds = frames * (_MS_OF_FRAME + _MS_OF_MEGAPIXEL * read + _FILM_MS[quality] * written)
    return Expected(frames, milliseconds / 1000, frames * _FILM_MB[quality] * written)


# Called after each frame; returning False ends the run there and keeps what was done.
OnProgress = Callable[[Progress], bool | None]


def estimate_image(rgb: RgbArray, options: PoseOptions | None = None) -> FramePoses:
    """The people in one picture.

    The loaded model is kept and used again for the next picture with the same options.

    Args:
        rgb: (H, W, 3) uint8, upright (``posecore.media.pictures.decode_picture`` gives it so).
        options: ``PoseOptions()`` where None.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        InvalidOption: where rgb is not such an array.
        EngineUnavailable, MissingSystemLibrary: where the engine asked for does not run on this machine.
    """
    return _PICTURE_ESTIMATORS.estimate(rgb, options or PoseOptions())


def release_models() -> None:
    """Free the models that ``estimate_image`` keeps; MediaPipe complains where that is left to the end of a program."""
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
    workers: int | None = None,
) -> PoseSequence:
    """The people in each frame of a clip.

    Decoding, estimating, and drawing and encoding go side by side, a few frames apart: memory grows by the
    landmarks alone, about 1 KB for each frame and person. World landmarks are centred on the hips: a
    person who walks does not move in them. Of several people each has an id, in the order in which they
    come, and keeps it through an absence of up to two seconds; whoever comes back later is a new person.

    Args:
        path: the clip.
        options: ``PoseOptions()`` where None.
        part: which frames, and how the film is made; ``ClipOptions()``, which is all of them, where None.
        annotated: where to write the film with the skeletons drawn (H.264 MP4, with the clip's sound); it
            appears whole or not at all.
        skeletons: False: they are not drawn: a film of just the frames that the sequence is of, at its times.
        background: what becomes in that film of all that is not a person: it stays, is blurred, or becomes one
            light colour. The latter two need ``segmentation`` among the options. Masks are in the film alone, not
            in the sequence.
        on_progress: called after each frame with a ``Progress``; where it returns False the run ends
            there, and the frames done so far are the result (the film too).
        on_note: called at the end with a sentence for each thing that a user should know: a clip that is
            damaged, sound that breaks off, more people than were asked for.
        workers: None: the clip is read in this process. 1: in a process of its own, so that a file made to
            harm takes only that down. Such a run does a few more frames after ``on_progress`` ended it,
            and where its process dies it begins once more, so that progress goes back. More: a long clip
            of one person is cut into stretches for so many processes, and progress comes from all of
            them; see ``posecore.runs.segments``.

    Returns:
        The sequence, with the file's own frame times. A frame in which nobody was found is NaN.

    Raises:
        UnreadableMedia, MediaTooLarge: about the clip.
        InvalidOption: where the clip ends before the part begins, ``workers`` is no such number, or ``background``
            is none of the above or needs masks that were not asked for.
        OSError: where the film cannot be written.
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: where the engine asked for does not run on this machine.
        WorkerLost: where the worker process died twice, or got stuck.
    """
    options, part = options or PoseOptions(), part or ClipOptions()
    film = None if annotated is None else Path(annotated)
    _check_background(background, options)
    job = Job(Path(path), options, part, film, skeletons, background)
    listener = _Collector(options.people, part, on_progress)
    notes = _run(job, listener, workers)
    for note in [*notes, *listener.notes()]:
        if on_note is not None:
            on_note(note)
    return listener.sequence()


def draw_video(
    path: str | os.PathLike[str],
    sequence: PoseSequence,
    annotated: str | os.PathLike[str],
    *,
    color_by: ColorBy = "side",
    part: ClipOptions | None = None,
    on_progress: OnProgress | None = None,
    workers: int | None = None,
) -> None:
    """The film of a clip again, with the people of a sequence drawn on it: named, or without some of them.

    Nothing is estimated.

    Args:
        path: the clip.
        sequence: found in this clip, with the same part.
        annotated: where to write the film; it appears whole or not at all.
        color_by: as for ``posecore.draw_poses``: "person" where there were several to begin with.
        part: as for ``estimate_video``.
        on_progress: as for ``estimate_video``; a film that is ended by it is not written.
        workers: None: in this process. 1: in a process of its own.

    Raises:
        UnreadableMedia, MediaTooLarge: about the clip.
        InvalidPoses: where the poses are those of a clip of another size.
        OSError: where the film cannot be written.
        WorkerLost: where the worker process died twice, or got stuck.
    """
    part = part or ClipOptions()
    pose = PoseOptions(people=1 if color_by == "side" else LIMITS.people)
    listener = _Reporter(part, on_progress)
    with suppress(_EndedError), whole_file(annotated) as film:
        replay = film.with_name(f"{film.name}.poses.npz")
        write_replay(sequence, replay)
        _run(Job(Path(path), pose, part, film, replay=replay), listener, workers)
        if not listener.goes_on:
            raise _EndedError


def _run(job: Job, listener: Listener, workers: int | None) -> list[str]:
    if workers is not None and not (isinstance(workers, int) and workers >= 1):
        raise InvalidOption(f"Expected 'workers' to be None or a whole number from 1, but got {workers}.")
    return single.run(job, listener) if workers is None else segments.run(job, listener, workers)


class _EndedError(Exception):
    """The caller ended a run whose film is not to be kept."""


def _check_background(background: Background, options: PoseOptions) -> None:
    check_choice("background", background, get_args(Background))
    if background != "keep" and not options.segmentation:
        raise InvalidOption(f"Expected 'segmentation' to be on for a {background} background, but it is off.")


class _Reporter:
    """Tells how far a run is.

    Attributes:
        goes_on: nobody has ended it.
    """

    def __init__(self, part: ClipOptions, on_progress: OnProgress | None) -> None:
        self.goes_on = True
        self._part = part
        self._on_progress = on_progress

    def opened(self, clip: ClipInfo) -> None:
        """Begin; also where a run begins anew."""
        self._clip = clip
        self._total = self._part.frames_of(clip.frame_count, clip.fps)
        self._start = time.monotonic()
        self._frames = 0
        self.goes_on = True

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """Count a frame."""
        self._frames += 1
        if self.goes_on and self._on_progress is not None:
            done = Progress(self._frames, self._total, time.monotonic() - self._start, poses)
            self.goes_on = self._on_progress(done) is not False
        return self.goes_on


class _Collector(_Reporter):
    """Keeps what a run tells of, too."""

    def __init__(self, people: int, part: ClipOptions, on_progress: OnProgress | None) -> None:
        super().__init__(part, on_progress)
        self._people = people

    def opened(self, clip: ClipInfo) -> None:
        """Begin; also where a run begins anew."""
        super().opened(clip)
        frames = self._total or LIMITS.clip_frames
        self._recorder = PoseRecorder(max(self._people, LIMITS.person_frames // frames))

    def frame(self, poses: FramePoses, resume_state: ResumeState) -> bool:
        """Keep a frame."""
        self._recorder.add(poses)
        return super().frame(poses, resume_state)

    def notes(self) -> list[str]:
        """What a user should know of what was kept."""
        if not self._recorder.left_out:
            return []
        return [
            f"More people came and went than are kept of a clip of this length: after {self._recorder.people} of them, "
            "new ones are in the film alone. Choose a shorter part."
        ]

    def sequence(self) -> PoseSequence:
        """All frames."""
        self._recorder.put_in_order()  # several workers tell of theirs side by side
        fps = self._clip.fps / self._part.every
        return PoseSequence(**self._recorder.arrays(), size=self._clip.size, fps=fps)


class LiveSession:
    """The people in a live stream, frame by frame.

    Each stream has a session of its own, closed at its end (it is a context manager). ``step`` may be
    called from any thread; calls wait for each other.

    Args:
        options: ``PoseOptions()`` where None.
        background: what becomes in the drawn frames of all that is not a person, as for ``estimate_video``.
        mirror: the drawn frames are as in a mirror, which is how people are used to see themselves. The landmarks are
            not: left stays the person's own left, and pixels are those of the frame that is given.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: where the engine asked for does not run on this machine.
        InvalidOption: where ``background`` needs masks that were not asked for.
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
        """The people in the next frame, and the frame with them drawn on it.

        Args:
            rgb: (H, W, 3) uint8, upright; left as it is.
            time_s: seconds since some fixed moment, later than at the call before.

        Raises:
            InvalidOption: where rgb is not such an array or time does not go forward.
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
    """Keeps the estimators used last, since loading a model takes longer than using it."""

    KEPT = 2

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: OrderedDict[PoseOptions, PictureEstimator] = OrderedDict()

    def estimate(self, rgb: RgbArray, options: PoseOptions) -> FramePoses:
        # One lock for choosing and using: an estimator serves one thread at a time and must not be closed
        # while it does, and one inference already fills the processor.
        with self._lock:
            return self._get(options).estimate(rgb)

    def close(self) -> None:
        """Free them all; another call to ``estimate`` opens anew."""
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
