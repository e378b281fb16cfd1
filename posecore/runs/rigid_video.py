"""Drawing the rigid bodies of a video on it."""

import os
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import replace

import numpy as np

from posecore.errors import InvalidOption
from posecore.media.clips import ClipFrame, open_clip
from posecore.media.films import FilmWriter
from posecore.media.sound import Sound
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidSequence
from posecore.runs.overlap import prefetch
from posecore.view.rigid_drawing import RigidOverlay


class _EndedError(Exception):
    """Raised if the caller ended it, as half a video is not kept."""


def draw_rigid_video(
    path: str | os.PathLike[str],
    sequence: RigidSequence,
    camera: Camera,
    annotated: str | os.PathLike[str],
    *,
    axis_m: Mapping[str, float] | None = None,
    on_frame: Callable[[int, int | None], object] | None = None,
) -> bool:
    """Draw the axes of rigid bodies on their video; it appears whole or not at all.

    Args:
        path: the video, or a copy of it in another size.
        sequence: found in all frames of this video.
        camera: that took it.
        annotated: where to write the annotated video, with the sound of the original.
        axis_m: as for ``posecore.view.rigid_drawing.draw_rigid``.
        on_frame: called after each frame with the number of frames done, and of all; if it returns False, nothing is
            written.

    Returns:
        Whether it was written.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidOption: if the sequence is that of another video.
        InvalidCamera: if the video has another shape than the camera's images.
        OSError: if the annotated video cannot be written.
    """
    try:
        _draw(path, sequence, camera, annotated, axis_m, on_frame)
    except _EndedError:
        return False
    return True


def _draw(
    path: str | os.PathLike[str],
    sequence: RigidSequence,
    camera: Camera,
    annotated: str | os.PathLike[str],
    axis_m: Mapping[str, float] | None,
    on_frame: Callable[[int, int | None], object] | None,
) -> None:
    with ExitStack() as stack:
        clip = stack.enter_context(open_clip(path, for_film=True))
        info = clip.info
        camera = camera_of_copy(camera.scaled(sequence.size), info.size)
        sound = stack.enter_context(Sound(path, info.start_s))
        film = stack.enter_context(FilmWriter(annotated, info.size, fps_hint=info.fps, colors=info.colors, sound=sound))
        canvas = np.empty((info.size[1], info.size[0], 3), np.uint8)
        for index, frame in enumerate(stack.enter_context(prefetch(clip))):
            if index == len(sequence):
                raise InvalidOption(f"Expected the bodies of all frames, but got those of {len(sequence)}.")
            found = replace(sequence.frame(index), size=info.size)
            _write(film, frame, RigidOverlay(found, camera, axis_m=axis_m), canvas)
            if on_frame is not None and on_frame(index + 1, len(sequence)) is False:
                raise _EndedError


def camera_of_copy(camera: Camera, size: tuple[int, int]) -> Camera:
    """The camera for a copy of its video in another size, or as posecore writes it.

    Raises:
        InvalidCamera: if the copy has another shape.
    """
    if all(0 <= one - other <= 1 for one, other in zip(size, camera.size, strict=True)):
        return replace(camera, size=size)  # a video that posecore wrote has a line more where a side was odd
    return camera.scaled(size)


def _write(film: FilmWriter, frame: ClipFrame, overlay: RigidOverlay, canvas: np.ndarray) -> None:
    assert frame.yuv is not None  # the video was opened for encoding
    for place in overlay.places:
        canvas[place] = frame.pixels.area(*place)
    overlay.draw_on(canvas)
    film.write_yuv(frame.yuv, frame.time_s, [(*place, canvas[place]) for place in overlay.places])
