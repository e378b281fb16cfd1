"""The faces of the people in a video, found after their bodies."""

import os
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace

from posecore.errors import InvalidPoses
from posecore.estimation.faces import Face, FaceNetwork
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import open_clip
from posecore.poses import PoseSequence
from posecore.runs.overlap import prefetch
from posecore.values import scale_factors

# The sides of a smaller copy are rounded.
_SHAPE_TOLERANCE = 0.02


def faces_by_frame(
    path: str | os.PathLike[str],
    sequence: PoseSequence,
    network: FaceNetwork,
    part: ClipOptions | None = None,
    *,
    on_packet: Callable[[], None] | None = None,
) -> Generator[Mapping[int, Face], None, None]:
    """Find the faces of people in the frames of a video, one after the other.

    Args:
        path: the video, or a copy of it in another size.
        sequence: found in its frames, from the first on.
        network: of the faces.
        part: which frames the sequence has; None: all.
        on_packet: as for ``posecore.media.clips.open_clip``.

    Yields:
        For each frame of the sequence the faces by the person's id, see ``FaceNetwork.find``, in the pixels of the
        sequence. A video that is damaged may give a frame less in one of two readings.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidPoses: if the people are those of a video of another shape.
    """
    with open_clip(path, part=part, on_packet=on_packet) as clip, prefetch(clip) as reader:
        size = _size_in(clip.info.size, sequence.size)
        scale = scale_factors(size, sequence.size)
        there = sequence if size == sequence.size else sequence.resized(size)
        seen: Mapping[int, Face] | None = None
        for index, frame in zip(range(len(sequence)), reader, strict=False):
            seen = network.find(frame.pixels, there.frame(index), None if frame.begins_shot else seen)
            yield {person: replace(face, xy=face.xy * scale) for person, face in seen.items()}


def _size_in(video: tuple[int, int], of_people: tuple[int, int]) -> tuple[int, int]:
    """The size in which people of one size are in a video of another.

    Raises:
        InvalidPoses: if they have different shapes.
    """
    if all(0 <= one - other <= 1 for one, other in zip(video, of_people, strict=True)):
        return of_people  # a video that posecore wrote has a line more where a side was odd
    across, down = (one / other for one, other in zip(video, of_people, strict=True))
    if abs(across / down - 1) > _SHAPE_TOLERANCE:
        raise InvalidPoses(f"Expected the people of a video of {video} pixels, but got {of_people}.")
    return video
