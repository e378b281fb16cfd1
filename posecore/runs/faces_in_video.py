"""The faces of the people in a video, found after their bodies."""

import os
from collections.abc import Callable, Mapping
from dataclasses import replace

from posecore.errors import InvalidPoses
from posecore.estimation.faces import Face, FaceNetwork
from posecore.media.clips import open_clip
from posecore.poses import PoseSequence
from posecore.runs.overlap import prefetch
from posecore.values import scale_factors

# The sides of a smaller copy are rounded.
_SHAPE_TOLERANCE = 0.02


def find_faces_in_video(
    path: str | os.PathLike[str],
    sequence: PoseSequence,
    network: FaceNetwork,
    *,
    on_frame: Callable[[int, int | None], object] | None = None,
) -> list[Mapping[int, Face]]:
    """Find the faces of people in each frame of a video.

    Args:
        path: the video, or a copy of it in another size.
        sequence: found in all of its frames.
        network: of the faces.
        on_frame: called after each frame with the number of frames done, and of all; if it returns False, no more faces
            are looked for.

    Returns:
        For each frame the faces by the person's id, see ``FaceNetwork.find``, in the pixels of the sequence.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidPoses: if the people are those of another video.
    """
    found: list[Mapping[int, Face]] = []
    with open_clip(path) as clip, prefetch(clip) as reader:
        size = _size_in(clip.info.size, sequence.size)
        scale = scale_factors(size, sequence.size)
        there = sequence if size == sequence.size else sequence.resized(size)
        seen: Mapping[int, Face] = {}
        for frame in reader:
            if len(found) == len(sequence):
                raise InvalidPoses(f"Expected the people of all frames, but got those of {len(sequence)}.")
            before = seen if found and not frame.begins_shot else None
            seen = network.find(frame.pixels, there.frame(len(found)), before)
            found.append({person: replace(face, xy=face.xy * scale) for person, face in seen.items()})
            if on_frame is not None and on_frame(len(found), len(sequence)) is False:
                break
    # A video that is damaged may give a frame less in one of two readings.
    return found + [{}] * (len(sequence) - len(found))


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
