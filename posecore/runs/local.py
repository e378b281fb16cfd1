"""One ordered run in this process: decoding, estimating, and drawing and encoding side by side."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import replace
from functools import partial

from posecore.errors import InvalidOption
from posecore.estimation.engines import StreamEstimator, open_stream_estimator
from posecore.estimation.hands.stream_estimator import StreamEstimator as HandEstimator
from posecore.estimation.inputs import Picture, ResumeState
from posecore.estimation.networks import usual_threads
from posecore.hands import FrameHands
from posecore.media.clips import ClipFrame, ClipInfo, ClipReader, open_clip
from posecore.media.films import FilmWriter
from posecore.media.sound import Sound
from posecore.poses import FramePoses
from posecore.rigid.tags import TagDetector
from posecore.runs.annotation import Annotator, color_by
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.overlap import BackgroundSink, prefetch
from posecore.runs.preview import Preview, draw_preview
from posecore.runs.replay import Continuation, HandContinuation, Replay, TaggedHands
from posecore.system import usable_cores

SOUND_IS_DAMAGED = "The sound of the video is damaged: the result has it up to the damaged place."

# Decoding, drawing and encoding a frame of this many pixels take a core as long as finding one person in it takes
# another: a network on both would be interrupted all the time (18.5 instead of 25 ms a frame on two busy cores).
_LARGE_FILM = 1_000_000

_Annotated = tuple[ClipFrame, FramePoses, TaggedHands | None]


def run_locally(
    job: Job,
    observer: RunObserver,
    *,
    on_packet: Callable[[], None] | None = None,
    preview: Preview | None = None,
) -> RunEnd:
    """Run a job in this process. The annotated video appears whole or not at all.

    Args:
        job: what to do.
        observer: called for each frame.
        on_packet: called, in another thread, for each packet of the video before it is decoded.
        preview: gets a picture of the newest frame when it asks for one.

    Raises:
        As ``posecore.pipeline.estimate_video``.
    """
    part = replace(job.part, start_s=max(0.0, job.part.start_s - job.lead_in_s))
    with ExitStack() as stack:
        reader = stack.enter_context(
            open_clip(job.path, for_film=job.film is not None, part=part, on_packet=on_packet, shares_cores=True)
        )
        estimator = stack.enter_context(closing(_open_estimator(job, reader.info.size)))
        hand_estimator = _open_hand_estimator(job)
        tag_detector = None if job.tags is None else TagDetector(job.tags)
        observer.on_opened(reader.info)
        frames = stack.enter_context(prefetch(reader))
        write, pass_over, sound = _open_film(stack, job, reader.info)
        last_s = None
        for frame in frames:
            if frame.begins_shot:
                estimator.begin_shot()
            poses = replace(estimator.step(frame.pixels, frame.time_s), begins_shot=frame.begins_shot)
            hands = None if hand_estimator is None else _find_hands(hand_estimator, frame, poses)
            if preview is not None and preview.is_asked():
                preview.give(draw_preview(frame, poses, hands, color_by(job.pose)))
            last_s = frame.time_s
            if last_s >= job.part.start_s:
                replayed = estimator.hands_at(last_s) if isinstance(estimator, Replay) else None
                write((frame, poses, replayed if hands is None else TaggedHands(hands, {}, {})))
            else:
                pass_over(poses)
            if not observer.on_frame(poses, hands, None if tag_detector is None else tag_detector.find(frame.rgb)):
                break
        if last_s is None:
            raise InvalidOption(f"The video has no frame from {job.part.start_s:g} s on. Choose an earlier start.")
        notes = list(_notes(reader, last_s, sound))
        resume_hands = None if hand_estimator is None else hand_estimator.resume_state
        state, most_seen = estimator.resume_state, estimator.most_seen
        return RunEnd(notes, last_s, state, most_seen, resume_hands, reader.as_stored)


def _find_hands(estimator: HandEstimator | HandContinuation, frame: ClipFrame, poses: FramePoses) -> FrameHands:
    if frame.begins_shot:
        estimator.begin_shot()
    return replace(estimator.step(frame.pixels, frame.time_s, poses), begins_shot=frame.begins_shot)


class _Nobody:
    """Stream estimator that looks for nobody, for a run that is about hands only."""

    resume_state: ResumeState = None
    most_seen = 0

    def resume(self, state: ResumeState) -> None:
        """Do nothing."""

    def begin_shot(self) -> None:
        """Do nothing."""

    def step(self, rgb: Picture, time_s: float) -> FramePoses:
        """Nobody."""
        return FramePoses.nobody((rgb.shape[1], rgb.shape[0]), time_s)

    def close(self) -> None:
        """Do nothing."""


def _open_estimator(job: Job, size: tuple[int, int]) -> StreamEstimator:
    if not job.bodies:
        return _Nobody()
    if not job.estimates:
        assert job.replay is not None
        return Replay(job.replay)
    pose = job.pose
    if pose.threads is None and job.film is not None and job.finds_one_person and size[0] * size[1] >= _LARGE_FILM:
        pose = replace(pose, threads=max(1, min(usual_threads(), usable_cores() - 1)))
    estimator = open_stream_estimator(pose, counts=True)
    estimator.resume(job.resume)
    return estimator if job.replay is None else Continuation(job.replay, estimator, one_person=job.pose.people == 1)


def _open_hand_estimator(job: Job) -> HandEstimator | HandContinuation | None:
    if job.hands is None:
        return None
    estimator = HandEstimator(job.hands)
    estimator.resume(job.resume_hands)
    return estimator if job.replay is None else HandContinuation(job.replay, estimator)


def _open_film(
    stack: ExitStack, job: Job, clip: ClipInfo
) -> tuple[Callable[[_Annotated], None], Callable[[FramePoses], None], Sound | None]:
    """Functions that take the frames of the annotated video, and the people in those before; and the video's sound."""
    if job.film is None:
        return lambda _: None, lambda _: None, None
    part = job.part
    sound = stack.enter_context(Sound(job.path, clip.start_s + part.start_s)) if job.sound else None
    film = stack.enter_context(
        FilmWriter(
            job.film,
            part.film_size(clip.size),
            fps_hint=clip.fps / part.every,
            colors=clip.colors,
            quality=part.film_quality,
            sound=sound,
        )
    )
    annotator = Annotator(film.size, color_by(job.pose) if job.skeletons else None, job.background, job.overlay)
    return stack.enter_context(BackgroundSink(partial(_write, film, annotator))).put, annotator.pass_over, sound


def _write(film: FilmWriter, annotator: Annotator, annotated: _Annotated) -> None:
    frame, poses, hands = annotated
    yuv, patches = annotator.draw(frame, poses, hands)
    film.write_yuv(yuv, frame.time_s, patches)


def _notes(clip: ClipReader, last_s: float, sound: Sound | None) -> Iterator[str]:
    yield from clip.notes
    if clip.damaged_packets or clip.broke_off:
        of_all = f" of {clip.info.duration_s:.1f}" if clip.info.duration_s else ""
        yield (
            f"The video is damaged or was cut off: the last frame that can be read is at {last_s:.1f}{of_all} s. "
            "If frames before it are missing, the times show a gap."
        )
    if sound is not None and sound.broke_off:
        yield SOUND_IS_DAMAGED
