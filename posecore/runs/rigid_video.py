"""Rigid bodies in a video: finding tags frame by frame, and drawing what was found."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack

import numpy as np

from posecore.errors import InvalidOption
from posecore.media.clips import ClipFrame, open_clip
from posecore.media.films import FilmWriter
from posecore.media.sound import Sound
from posecore.rigid.camera import Camera
from posecore.rigid.pose import FrameRigid, RigidSequence
from posecore.rigid.tags import TagFinder
from posecore.rigid.tracking import RigidTracker
from posecore.runs.overlap import prefetch
from posecore.view.rigid_drawing import RigidOverlay

OnFrame = Callable[[int, int | None], object]
"""Called with the number of frames done, and of all if it is known."""


def find_tags_in_video(
    path: str | os.PathLike[str],
    finder: TagFinder,
    camera_of: Callable[[tuple[int, int]], Camera],
    *,
    smoothing: bool = True,
    on_frame: OnFrame | None = None,
    on_note: Callable[[str], None] | None = None,
) -> RigidSequence:
    """The tags in each frame of a video, each followed over time; see ``posecore.rigid.tracking``.

    Args:
        path: the video.
        finder: of the tags.
        camera_of: the camera for frames of a (width, height).
        smoothing: whether poses are smoothed lightly.
        on_frame: called after each frame.
        on_note: called at the end with a sentence for each thing that a user should know.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidCamera: if the camera is for images of another shape.
    """
    tracker, frames = RigidTracker(smoothing=smoothing), []
    with open_clip(path) as clip, prefetch(clip) as reader:
        info, camera = clip.info, camera_of(clip.info.size)
        for frame in reader:
            before = tracker.before(frame.time_s, begins_shot=frame.begins_shot)
            found = tracker.step(finder.find(frame.rgb, camera, before), frame.time_s)
            frames.append(FrameRigid(found, frame.time_s, info.size, frame.begins_shot))
            if on_frame is not None:
                on_frame(len(frames), info.frame_count)
        if on_note is not None:
            for note in clip.notes:
                on_note(note)
    return RigidSequence.from_frames(frames, size=info.size, fps=info.fps)


def draw_rigid_video(
    path: str | os.PathLike[str],
    sequence: RigidSequence,
    camera: Camera,
    annotated: str | os.PathLike[str],
    *,
    axis_m: Mapping[str, float] | None = None,
    on_frame: OnFrame | None = None,
) -> None:
    """Draw the axes of rigid bodies on their video; it appears whole or not at all.

    Args:
        path: the video.
        sequence: found in all frames of this video.
        camera: that took it.
        annotated: where to write the annotated video, with the sound of the original.
        axis_m: as for ``posecore.view.rigid_drawing.draw_rigid``.
        on_frame: called after each frame.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if the sequence is that of another video.
        OSError: if the annotated video cannot be written.
    """
    with ExitStack() as stack:
        clip = stack.enter_context(open_clip(path, for_film=True))
        info = clip.info
        if info.size != sequence.size:
            raise InvalidOption(f"Expected the bodies of a video of {info.size} pixels, but got {sequence.size}.")
        sound = stack.enter_context(Sound(path, info.start_s))
        film = stack.enter_context(FilmWriter(annotated, info.size, fps_hint=info.fps, colors=info.colors, sound=sound))
        canvas = np.empty((info.size[1], info.size[0], 3), np.uint8)
        for index, frame in enumerate(stack.enter_context(prefetch(clip))):
            if index == len(sequence):
                raise InvalidOption(f"Expected the bodies of all frames, but got those of {len(sequence)}.")
            _write(film, frame, RigidOverlay(sequence.frame(index), camera, axis_m=axis_m), canvas)
            if on_frame is not None:
                on_frame(index + 1, len(sequence))


def _write(film: FilmWriter, frame: ClipFrame, overlay: RigidOverlay, canvas: np.ndarray) -> None:
    assert frame.yuv is not None  # the video was opened for encoding
    for place in overlay.places:
        canvas[place] = frame.pixels.area(*place)
    overlay.draw_on(canvas)
    film.write_yuv(frame.yuv, frame.time_s, [(*place, canvas[place]) for place in overlay.places])
