"""Checks of options that the drawing and the figure have in common."""

from posecore.errors import InvalidOption, InvalidPoses
from posecore.poses import FramePoses


def check_frame(poses: object) -> None:
    """Raise InvalidPoses where something else than the poses of one frame is given, a sequence above all."""
    if not isinstance(poses, FramePoses):
        raise InvalidPoses(
            f"Expected the FramePoses of one frame, but got a {type(poses).__name__}. "
            "One frame of a sequence is sequence.frame(index)."
        )


def check_choice(name: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    """Raise InvalidOption where an option is none of its choices."""
    if value not in choices:
        expected = ", ".join(repr(choice) for choice in choices)
        raise InvalidOption(f"Expected {name!r} to be one of {expected}, but got {value!r}.")
