"""The faces of the people in a video, found after their bodies."""

import os
from collections.abc import Callable, Mapping

from posecore.errors import InvalidPoses
from posecore.estimation.faces import Face, FaceNetwork
from posecore.media.clips import open_clip
from posecore.poses import PoseSequence
from posecore.runs.overlap import prefetch


def find_faces_in_video(
    path: str | os.PathLike[str],
    sequence: PoseSequence,
    network: FaceNetwork,
    *,
    on_frame: Callable[[int, int | None], object] | None = None,
) -> list[Mapping[int, Face]]:
    """Find the faces of people in each frame of a video.

    Args:
        path: the video.
        sequence: found in all of its frames.
        network: of the faces.
        on_frame: called after each frame with the number of frames done, and of all.

    Returns:
        For each frame the faces by the person's id, see ``FaceNetwork.find``.

    Raises:
        UnreadableMedia, MediaTooLarge: about the video.
        InvalidPoses: if the people are those of another video.
    """
    found: list[Mapping[int, Face]] = []
    with open_clip(path) as clip, prefetch(clip) as reader:
        if clip.info.size != sequence.size:
            raise InvalidPoses(f"Expected the people of a video of {clip.info.size} pixels, but got {sequence.size}.")
        for frame in reader:
            if len(found) == len(sequence):
                raise InvalidPoses(f"Expected the people of all frames, but got those of {len(sequence)}.")
            before = found[-1] if found and not frame.begins_shot else None
            found.append(network.find(frame.pixels, sequence.frame(len(found)), before))
            if on_frame is not None:
                on_frame(len(found), len(sequence))
    # A video that is damaged may give a frame less in one of two readings.
    return found + [{}] * (len(sequence) - len(found))
