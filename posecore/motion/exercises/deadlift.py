"""Deadlifts: bent at the hips, up to standing, and down again."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# Hips flex more than knees, and the trunk leans far forward; the arms hang.
DEADLIFT = Exercise(
    name="deadlift",
    title="Deadlift",
    signals=(Signal("hip", 90), Signal("trunk_lean", 60), Signal("height", -0.4)),
    joints=("hip", "knee"),
    first="down",
    from_extreme=True,
    must=(
        Condition("trunk_lean", "range", least=20, otherwise="the trunk stays upright"),
        Condition("trunk_lean", "rest", most=50, otherwise="not standing"),
        Condition("hip", "extreme", least=45, otherwise="the hips hardly bend"),
    ),
    looks=(
        Condition("trunk_lean", "extreme", least=40),
        Condition("knee", "range", most=75),
        Condition("hands_over_shoulders", "extreme", most=-0.25),
    ),
)
