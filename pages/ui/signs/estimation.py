"""Hands of a video, with bodies or without them, and a video with them drawn."""

from pathlib import Path

from posecore import (
    ClipOptions,
    HandOptions,
    HandSequence,
    PoseSequence,
    RunSummary,
    estimate_hands_video,
    estimate_video,
)
from posecore.runs.preview import Preview
from posecore.runs.progress import OnProgress


def estimate_signs(
    path: Path,
    part: ClipOptions,
    film: Path,
    *,
    of_bodies: bool,
    on_progress: OnProgress,
    notes: list[str],
    preview: Preview | None = None,
) -> tuple[PoseSequence | None, HandSequence]:
    """Find hands, and write a video with them drawn.

    Args:
        path: the video, which is read in a process of its own.
        part: which frames, and the size of the video that is written.
        film: where to write it.
        of_bodies: whether bodies are found too, and the hands are theirs, even small ones, as taught signs need it. For
            spelling, which often shows no more than a hand, each hand is found by itself.
        on_progress: called after each frame; if it returns False the run ends there, and the frames done so far are
            the result.
        notes: gets a sentence for each thing that the visitor should know.
        preview: as for ``posecore.estimate_video``.

    Raises:
        As ``posecore.estimate_video``.
    """
    if not of_bodies:
        hands = estimate_hands_video(
            path,
            part=part,
            annotated=film,
            on_progress=on_progress,
            on_note=notes.append,
            preview=preview,
            workers=1,
        )
        return None, hands
    ends: list[RunSummary] = []
    own: list[str] = []
    poses = estimate_video(
        path,
        hands=HandOptions(),
        part=part,
        annotated=film,
        on_progress=on_progress,
        on_note=own.append,
        on_end=ends.append,
        preview=preview,
        workers=1,
    )
    if ends[0].most_people > 1:
        own.pop()  # that more people can be asked for, which this page does not offer
        notes.append("Several people are in this video. Only the signs of one of them are read.")
    notes += own
    assert ends[0].hands is not None  # they were asked for
    return poses, ends[0].hands
