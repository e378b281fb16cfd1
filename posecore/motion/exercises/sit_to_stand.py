"""Standing up from a chair and sitting down again, with the scores of the chair stand tests."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

SIT_TO_STAND = Exercise(
    name="sit_to_stand",
    title="Sit to stand",
    signals=(Signal("knee", -75), Signal("hip", -75), Signal("height", 0.35)),
    joints=("knee", "hip"),
    first="up",
    seated=True,
    must=(
        Condition("trunk_lean", "extreme", most=60, otherwise="not standing up"),
        Condition("knee", "range", least=25, otherwise="the knees hardly bend"),
    ),
    looks=(Condition("knee", "range", least=35), Condition("hip_difference", "rest", most=35)),
)
