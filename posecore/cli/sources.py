"""What commands that measure are given: videos, results that were saved, and photos."""

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


def is_photo(file: Path) -> bool:
    """Whether a file is a photo, by its name, and neither a video nor an animation by its content.

    Raises:
        UnreadableMedia: if the file cannot be read.
    """
    from posecore.media.animations import is_animation
    from posecore.media.files import looks_like_clip, read_head
    from posecore.media.pictures import PICTURE_SUFFIXES

    if file.suffix.lower() not in PICTURE_SUFFIXES:
        return False
    return not looks_like_clip(read_head(file, file.name)) and not is_animation(file)


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
