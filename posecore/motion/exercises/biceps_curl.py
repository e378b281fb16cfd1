"""Biceps curls and other bends of the elbow, with one arm, both or alternating."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# The elbow flexes by up to 140 degrees; BlazePose shows a bent elbow up to 28 degrees too straight.
BICEPS_CURL = Exercise(
    name="biceps_curl",
    title="Biceps curl",
    signals=(Signal("elbow", 90),),
    joints=("elbow",),
    first="up",
    sides="each",
    must=(
        Condition("trunk_lean", "extreme", most=60, otherwise="bending down or lying"),
        Condition("shoulder", "range", most=60, otherwise="the whole arm moves"),
    ),
    looks=(
        Condition("elbow", "range", least=40),
        Condition("shoulder", "range", most=45),
        Condition("whole_height", "range", most=0.15),
        Condition("hip", "range", most=50),
    ),
)
