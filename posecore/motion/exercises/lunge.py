"""Lunges, with one leg or alternating, forwards or backwards."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

# Both knees bend to about 90 degrees, the front hip too, and the trunk sinks between them.
LUNGE = Exercise(
    name="lunge",
    title="Lunge",
    signals=(Signal("knee", 80), Signal("height", -0.35)),
    joints=("knee", "hip"),
    first="down",
    sides="front",
    in_place=False,
    must=(
        Condition("trunk_lean", "extreme", most=65, otherwise="bending down"),
        Condition("knee", "range", least=25, otherwise="the knees hardly bend"),
        Condition("height", "range", least=0.1, otherwise="the body hardly sinks"),
    ),
    looks=(Condition("hip_difference", "extreme", least=35), Condition("knee", "range", least=35)),
)
