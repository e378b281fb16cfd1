"""Shoulder presses: from hands at the shoulders to arms straight overhead, with one arm, both or alternating."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

SHOULDER_PRESS = Exercise(
    name="shoulder_press",
    title="Shoulder press",
    signals=(Signal("elbow", -80), Signal("shoulder", 90)),
    joints=("elbow", "shoulder"),
    first="up",
    sides="each",
    must=(
        Condition("shoulder", "extreme", least=90, otherwise="the arms are not overhead"),
        Condition("trunk_lean", "rest", most=60, otherwise="bending down or lying"),
    ),
    looks=(
        Condition("elbow", "range", least=40),
        Condition("elbow", "rest", least=70),
        Condition("shoulder", "range", least=35),
        Condition("whole_height", "range", most=0.15),
        Condition("hip", "range", most=50),
    ),
)
