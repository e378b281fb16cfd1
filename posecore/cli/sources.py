"""What commands that measure are given: videos, and results that were saved."""

from pathlib import Path
from typing import TYPE_CHECKING

from posecore.cli.console import complain, progress_bar

if TYPE_CHECKING:
    from posecore.estimation.pose_options import PoseOptions
    from posecore.poses import PoseSequence

_SAVED = (".npz", ".zip")


def is_saved(file: Path) -> bool:
    """Whether a file is a saved result, or the app's zip with one, by its name."""
    return file.suffix.lower() in _SAVED


def poses_of(file: Path, wanted: "PoseOptions") -> "PoseSequence":
    """The poses of a saved result as they were estimated if it has those, or of a video, with progress.

    Raises:
        UnreadableResult: if it is a saved result that cannot be opened.
        UnreadableMedia, WorkerLost: if it is a video that cannot be processed.
    """
    if is_saved(file):
        from posecore.export.saved import load_sequence

        saved = load_sequence(file)
        return saved.estimated or saved.sequence
    from posecore.pipeline import estimate_video

    with progress_bar(unit="frame") as show:
        return estimate_video(
            file,
            wanted,
            workers=1,  # in a process of its own, as a video may be from anywhere
            on_progress=lambda progress: show(progress.frames, progress.total),
            on_note=complain,
        )
