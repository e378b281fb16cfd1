"""The entry points for a photo and a video: decode, estimate, draw, write."""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from posecore.errors import InvalidOption, check_choice
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.picture_estimator import PictureEstimator as HandPictureEstimator
from posecore.estimation.photos import estimate_photo
from posecore.estimation.pose_options import PoseOptions
from posecore.hands import FrameHands, HandSequence
from posecore.limits import LIMITS
from posecore.media.clip_options import ClipOptions
from posecore.media.pictures import Photo, picture_of
from posecore.motion.resampling import at_times
from posecore.poses import FramePoses, PoseSequence
from posecore.rigid.tags import FAMILIES, TagSequence
from posecore.runs.annotation import ColorBy
from posecore.runs.film_copy import run_with_film
from posecore.runs.job import Job, RunEnd, RunObserver
from posecore.runs.preview import Preview
from posecore.runs.progress import OnProgress, ProgressObserver, RecordingObserver
from posecore.runs.replay import HandNotes, write_replay
from posecore.runs.segments import run_in_workers
from posecore.runs.stopped import StoppedRun, continued, stopped_run
from posecore.system import whole_file
from posecore.view.overlays.options import OverlayOptions
from posecore.view.silhouettes import Background, check_background


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
        hands: the hands in the same frames, if they were asked for.
        tags: the tags in the same frames, if they were asked for.
    """

    most_people: int
    stopped: StoppedRun | None
    hands: HandSequence | None = None
    tags: TagSequence | None = None


def estimate_image(photo: Photo, options: PoseOptions | None = None) -> FramePoses:
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
    return estimate_photo(picture_of(photo), options or PoseOptions())


def estimate_hands_image(
    photo: Photo, options: HandOptions | None = None, *, poses: FramePoses | None = None
) -> FrameHands:
    """Find the hands in one photo.

    Args:
        photo: as for ``estimate_image``.
        options: ``HandOptions()`` if None.
        poses: the people in this photo, as from ``estimate_image``. If there are any, their hands are found even if
            they are small, with the person's id and side from the body; of others, only hands that are too large for
            these bodies. Without, each hand's
            side is by its shape, and from left to right the first left and the first right hand are person 1's, the
            second ones person 2's, and so on.

    Raises:
        UnreadableMedia, MediaTooLarge: about the file, or a Pillow image whose file is damaged.
        InvalidOption: if photo is not a photo, as for ``estimate_image``.
        InvalidHands: if the poses are those of a photo of another size.
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
    """
    return HandPictureEstimator(options or HandOptions()).estimate(picture_of(photo), poses)


def estimate_video(
    path: str | os.PathLike[str],
    options: PoseOptions | None = None,
    *,
    hands: HandOptions | None = None,
    tags: str | None = None,
    part: ClipOptions | None = None,
    annotated: str | os.PathLike[str] | None = None,
    skeletons: bool = True,
    overlay: OverlayOptions | None = None,
    background: Background = "keep",
    copies: bool = False,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] | None = None,
    on_end: Callable[[RunSummary], None] | None = None,
    after: StoppedRun | None = None,
    preview: Preview | None = None,
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
        hands: also find the hands of the people, in the same pass: ``on_end`` gets them, with the people's ids. In
            frames in which nobody is found they are numbered as by ``estimate_hands_video``.
        tags: also find the tags of this family, in the same pass: ``on_end`` gets their corners. A run with tags does
            not go on after it was stopped.
        part: which frames, and how the annotated video is made; if None, ``ClipOptions()``, which takes all frames.
        annotated: where to write the video with the skeletons drawn (H.264 MP4, with the original sound); it
            appears whole or not at all.
        skeletons: if False, they are not drawn: the video is just the frames of the sequence, at their times.
        overlay: drawn on that video too.
        background: what happens in that video to everything that is not a person: it is kept, blurred, or replaced
            by one light colour or by a picture. All but the first need ``segmentation`` among the options. Masks are
            only in that video, not in the sequence.
        copies: without skeletons, overlay and background, and with all frames, that video may be a copy of the
            original's H.264 stream, in its size and quality, if browsers can play it: nothing is encoded.
        on_progress: called after each frame with a ``Progress``; if it returns False the run ends there, or a few
            frames later if the video is copied, and the frames done so far are the result (also in the annotated
            video).
        on_note: called at the end with a sentence for each thing that a user should know: a damaged video, frames
            that change size, sound that breaks off, more people than asked for.
        on_end: called once at the end.
        after: goes on with a stopped run of this video with the same options, hands and part, and ends with the
            landmarks of a run in one go. What it has done is read again, and encoded for the annotated video, but not
            estimated.
        preview: gets a picture of the newest frame when it asks for one.
        workers: None: the video is read in this process. 1: in a process of its own, so that a malicious file can
            take down only that. Such a run does a few more frames after ``on_progress`` has ended it, and if its
            process dies it begins once more, so that progress goes back. More: a long video of one person, without
            hands, is cut into segments for that many processes, and progress comes from all of them; see
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
    check_background(background, has_silhouettes=options.segmentation)
    overlay = overlay or OverlayOptions()
    of_all = part.start_s == 0 and part.end_s is None and part.every == 1
    copies = copies and of_all and not skeletons and not overlay and background == "keep"
    job = Job(_path_of_video(path), options, part, film, skeletons, overlay, background, hands=hands, tags=tags)
    job = replace(job, copies=copies)
    observer = RecordingObserver(options.people, part, on_progress, 0 if hands is None else hands.hands)
    with continued(job, after) as job:
        end = _dispatch(job, observer, workers, preview)
    sequence, found_hands = observer.sequences()
    may_go_on = not observer.goes_on and end.resume_state is not None and background == "keep" and tags is None
    stopped = stopped_run(sequence, observer.hands_as_found(), job, end, after) if may_go_on else None
    if on_end is not None:
        seen_tags = None if tags is None else observer.tags(tags, sequence)
        on_end(RunSummary(end.most_seen, stopped, found_hands, seen_tags))
    for note in [*end.notes, *observer.notes(), *_more_people(end, options)]:
        if on_note is not None:
            on_note(note)
    return sequence


def estimate_hands_video(
    path: str | os.PathLike[str],
    options: HandOptions | None = None,
    *,
    part: ClipOptions | None = None,
    annotated: str | os.PathLike[str] | None = None,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] | None = None,
    preview: Preview | None = None,
    workers: int | None = None,
) -> HandSequence:
    """Find the hands in each frame of a video, without looking for bodies.

    Memory grows only with the landmarks, by about 0.5 KB per frame and hand. Landmarks are not smoothed over time. Each
    hand's side is by its shape, and the people are numbered by their hands in order of appearance: the second left hand
    in view is person 2's. A hand that comes back gets the first free slot of its side. After a hard cut nothing of the
    shot before is carried on, and all hands are those of new people. With bodies, see ``estimate_video``: they say
    better whose hand it is, and small hands are found.

    Args:
        path: the video.
        options: ``HandOptions()`` if None.
        part: which frames; if None, ``ClipOptions()``, which takes all frames.
        annotated: where to write the video with the hands drawn, as for ``estimate_video``.
        on_progress: called after each frame with a ``Progress`` that has its hands; if it returns False the run ends
            there, and the frames done so far are the result.
        on_note: called at the end with a sentence for each thing that a user should know.
        preview: as for ``estimate_video``.
        workers: None: the video is read in this process. 1 or more: in one of its own, so that a malicious file can
            take down only that.

    Returns:
        The sequence, with the file's own frame times. A hand that was not found in a frame is NaN there.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if ``path`` is not a path, the video ends before the part begins, or ``workers`` is not such a
            number.
        OSError: if the annotated video cannot be written.
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle that ``options.model`` names.
        EngineUnavailable, MissingSystemLibrary: if the chosen engine does not run on this machine.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    options, part = options or HandOptions(), part or ClipOptions()
    film = None if annotated is None else Path(annotated)
    observer = RecordingObserver(1, part, on_progress, options.hands)
    end = _dispatch(
        Job(_path_of_video(path), PoseOptions(), part, film, bodies=False, hands=options), observer, workers, preview
    )
    _, hands = observer.sequences()
    assert hands is not None
    for note in [*end.notes, *observer.notes()]:
        if on_note is not None:
            on_note(note)
    return hands


def find_tags_video(
    path: str | os.PathLike[str],
    family: str,
    *,
    part: ClipOptions | None = None,
    annotated: str | os.PathLike[str] | None = None,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] | None = None,
    preview: Preview | None = None,
    workers: int | None = None,
) -> TagSequence:
    """Find the tags in each frame of a video, without looking for bodies.

    Args:
        path: the video.
        family: of the tags, one of ``posecore.rigid.tags.FAMILIES``.
        part: which frames; if None, ``ClipOptions()``, which takes all frames.
        annotated: where to write the video of these frames, with nothing drawn on it, as for ``estimate_video``.
        on_progress: as for ``estimate_hands_video``.
        on_note: as there.
        preview: as there.
        workers: as there.

    Returns:
        The corners of the tags, with the file's own frame times; their poses follow from them, see
        ``posecore.rigid.seen``.

    Raises:
        InvalidOption: if there is no such family; and as ``estimate_hands_video``.
        UnreadableMedia, MediaTooLarge: about the video.
        OSError: if the annotated video cannot be written.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    part = part or ClipOptions()
    check_choice("family", family, tuple(FAMILIES))
    film = None if annotated is None else Path(annotated)
    observer = RecordingObserver(1, part, on_progress)
    job = Job(_path_of_video(path), PoseOptions(), part, film, skeletons=False, bodies=False, tags=family)
    end = _dispatch(job, observer, workers, preview)
    nobody, _ = observer.sequences()
    for note in [*end.notes, *observer.notes()]:
        if on_note is not None:
            on_note(note)
    return observer.tags(family, nobody)


def draw_video(
    path: str | os.PathLike[str],
    sequence: PoseSequence | None,
    annotated: str | os.PathLike[str],
    *,
    hands: HandSequence | None = None,
    hand_notes: HandNotes | None = None,
    color_by: ColorBy = "side",
    skeletons: bool = True,
    overlay: OverlayOptions | None = None,
    part: ClipOptions | None = None,
    on_progress: OnProgress | None = None,
    workers: int | None = None,
) -> bool:
    """Draw the people of a sequence on its video: renamed, or without some of them; and hands.

    Nothing is estimated.

    Args:
        path: the video.
        sequence: found in this video, with the same part. None: only hands.
        annotated: where to write the annotated video; it appears whole or not at all.
        hands: in the same frames, drawn on the bodies.
        hand_notes: for each frame of the hands, what else their tags say, as for ``posecore.draw_hands``.
        color_by: as for ``posecore.draw_poses``: "person" if there were several to begin with.
        skeletons: if False, skeletons and hands are not drawn.
        overlay: drawn above them.
        part: as for ``estimate_video``.
        on_progress: as for ``estimate_video``; if it ends the run, nothing is written.
        workers: None: in this process. 1: in a process of its own.

    Returns:
        Whether the annotated video was written; False if ``on_progress`` ended the run.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if ``path`` is not a path, or there is neither a sequence nor hands.
        InvalidPoses: if the poses are those of a video of another size.
        InvalidHands: if the hands are not those of the same frames, or there are notes for another number of frames.
        OSError: if the annotated video cannot be written.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    part = part or ClipOptions()
    pose = PoseOptions(people=1 if color_by == "side" else LIMITS.people)
    observer = ProgressObserver(part, on_progress)
    with suppress(_EndedError), whole_file(annotated) as film:
        replay = film.with_name(f"{film.name}.poses.npz")
        write_replay(sequence, replay, hands=hands, hand_notes=hand_notes)
        job = Job(_path_of_video(path), pose, part, film, skeletons, overlay or OverlayOptions(), replay=replay)
        _dispatch(job, observer, workers)
        if not observer.goes_on:
            raise _EndedError
        return True
    return False


def join_recorded(
    path: str | os.PathLike[str],
    recorded: PoseSequence,
    *,
    part: ClipOptions | None = None,
    film: str | os.PathLike[str] | None = None,
    on_progress: OnProgress | None = None,
    on_note: Callable[[str], None] | None = None,
    preview: Preview | None = None,
    workers: int | None = None,
) -> PoseSequence:
    """The people who were found live, in the frames of the video that was recorded meanwhile.

    Nothing is estimated.

    Args:
        path: the video.
        recorded: the people, on the video's clock: its first frame is at 0.
        part: as for ``estimate_video``.
        film: where to write the video of these frames without skeletons (H.264 MP4); it appears whole or not at all.
        on_progress: as for ``estimate_video``.
        on_note: likewise.
        preview: likewise.
        workers: likewise.

    Returns:
        The sequence in the video's size and at its frame times. A frame that the live page left out is NaN.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if ``path`` is not a path, the video ends before the part begins, ``recorded`` has no frame, or
            ``workers`` is not such a number.
        OSError: if the film cannot be written.
        WorkerLost: if the worker process died twice, or got stuck.
        WorkerUnavailable: if no worker process starts on this machine.
    """
    part, film = part or ClipOptions(), None if film is None else Path(film)
    observer = RecordingObserver(1, part, on_progress)
    copies = part.start_s == 0 and part.end_s is None and part.every == 1
    job = Job(_path_of_video(path), PoseOptions(), part, film, skeletons=False, bodies=False, copies=copies)
    end = _dispatch(job, observer, workers, preview)
    frames, _ = observer.sequences()
    for note in [*end.notes, *observer.notes()]:
        if on_note is not None:
            on_note(note)
    return at_times(recorded.resized(frames.size), frames.times_s)


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


def _dispatch(job: Job, observer: RunObserver, workers: int | None, preview: Preview | None = None) -> RunEnd:
    """Run a job in this process, or in as many others as were asked for."""
    if workers is not None and not (isinstance(workers, int) and workers >= 1):
        raise InvalidOption(f"Expected 'workers' to be None or a whole number from 1, but got {workers}.")
    if workers is None:
        return run_with_film(job, observer, preview=preview)
    return run_in_workers(job, observer, workers, preview)


class _EndedError(Exception):
    """Raised if the caller ended a run whose annotated video is not kept."""
