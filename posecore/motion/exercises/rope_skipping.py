"""Rope skipping, and other small jumps in place."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# A jump over a rope lifts the body by 0.05 to 0.2 m, one to four times a second; with one in between, half as often.
ROPE_SKIPPING = Exercise(
    name="rope_skipping",
    title="Rope skipping",
    signals=(Signal("whole_height", 0.1),),
    joints=("knee", "ankle"),
    first="up",
    shortest_s=0.2,
    longest_s=1.5,
    must=(Condition("trunk_lean", "rest", most=30, otherwise="not upright"),),
    looks=(
        Condition("whole_height", "range", least=0.06),  # walking is 0.05
        Condition("knee", "range", most=60),
        Condition("shoulder", "range", most=60),
    ),
)
