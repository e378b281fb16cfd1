"""Counting the repetitions of an exercise in a sequence."""

from posecore.motion.exercises.choosing import (
    ANY,
    AUTO,
    check_exercise,
    count_angle,
    count_whatever_repeats,
    recognise,
)
from posecore.motion.exercises.declaration import Hold
from posecore.motion.exercises.following import Scene, follow
from posecore.motion.exercises.holding import count_holds
from posecore.motion.exercises.outcome import counted_of
from posecore.motion.exercises.results import Counted
from posecore.motion.exercises.table import EXERCISES
from posecore.poses import PoseSequence


def count_repetitions(sequence: PoseSequence, exercise: str = AUTO, *, person: int | None = None) -> Counted:
    """Count the repetitions of an exercise.

    A pure function of the sequence, quick enough for a live window of frames.

    Args:
        sequence: as it was estimated, or smoothed.
        exercise: one of ``EXERCISES``; ``"angle:NAME"``: one of ``posecore.motion.angles.ANGLES``, or on both sides if
            named without one, such as ``"angle:knee"``; ``"any"``: whatever repeats; ``"auto"``: whichever it is.
        person: id of the person; None: in each shot, of those who do it about most often, the one who is largest and
            longest in view.

    Returns:
        The repetitions and what was not counted, with reasons; see ``Counted``. With ``"auto"`` the exercise is None if
        it could not be told.

    Raises:
        InvalidOption: if there is no such exercise, or nobody has this id.
        InvalidPoses: if that person is seen in no frame.
    """
    check_exercise(exercise)
    scene = Scene(sequence, None if person is None else sequence.slot(person))
    if exercise == AUTO:
        return recognise(scene)
    if exercise == ANY:
        return count_whatever_repeats(scene)
    if exercise not in EXERCISES:
        return count_angle(scene, exercise)
    declared = EXERCISES[exercise]
    if isinstance(declared, Hold):
        return count_holds(scene, declared)
    return counted_of(scene, declared, *follow(scene, declared))
