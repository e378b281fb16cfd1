"""Sit-ups: from lying on the back to sitting, and back."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# With bent knees, the hips flex from about 130 to 50 degrees, and the trunk from lying to nearly upright.
SIT_UP = Exercise(
    name="sit_up",
    title="Sit-up",
    signals=(Signal("hip", 90), Signal("trunk_lean", -70)),
    joints=("hip",),
    first="up",
    must=(Condition("trunk_lean", "rest", least=45, otherwise="not lying"),),
    looks=(Condition("hip", "range", least=30), Condition("trunk_lean", "range", least=25)),
)
