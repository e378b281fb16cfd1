"""Raises of straight arms to the side or to the front, with one arm, both or alternating."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

ARM_RAISE = Exercise(
    name="arm_raise",
    title="Arm raise",
    signals=(Signal("shoulder", 90),),
    joints=("shoulder",),
    first="up",
    sides="each",
    must=(Condition("trunk_lean", "rest", most=75, otherwise="lying"),),
    looks=(
        Condition("shoulder", "range", least=40),
        Condition("shoulder", "rest", most=60),
        Condition("elbow", "rest", most=60),
        Condition("elbow", "extreme", most=60),
        Condition("whole_height", "range", most=0.15),
        Condition("feet_apart", "range", most=25),
    ),
)
