"""What exercises and angles are called on the pages."""

from posecore.motion.angles import ANGLES
from posecore.motion.exercises.choosing import ANGLE
from posecore.motion.exercises.measures import JOINTS
from posecore.motion.exercises.table import EXERCISES

ANGLE_TITLES = {
    **{joint: f"{joint.capitalize()}, left and right" for joint in JOINTS},
    **{name: angle.title for name, angle in ANGLES.items()},
}
"""By the NAME of ``"angle:NAME"``."""


def title_of(exercise: str) -> str:
    """Title of one of ``EXERCISES``, or of ``"angle:NAME"``."""
    return ANGLE_TITLES[exercise.removeprefix(ANGLE)] if exercise.startswith(ANGLE) else EXERCISES[exercise].title
