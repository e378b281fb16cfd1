"""Squats, also with a jump: from standing, down, and up again."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# Parallel squats flex knees and hips by 100 to 120 degrees (Schoenfeld, Journal of Strength and Conditioning Research
# 24, 2010); with thighs of 0.4 m the shoulders sink by about as much.
SQUAT = Exercise(
    name="squat",
    title="Squat",
    signals=(Signal("knee", 100), Signal("hip", 100), Signal("height", -0.45)),
    joints=("knee", "hip"),
    first="down",
    must=(
        Condition("trunk_lean", "extreme", most=75, otherwise="bending down, not squatting"),
        Condition("trunk_lean", "rest", most=60, otherwise="not standing"),
        Condition("knee", "range", least=25, otherwise="the knees hardly bend"),
    ),
    looks=(
        Condition("knee", "range", least=40),
        Condition("hip_difference", "extreme", most=35),
    ),
)
