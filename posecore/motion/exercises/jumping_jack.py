"""Jumping jacks: feet apart and arms overhead, and back."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

JUMPING_JACK = Exercise(
    name="jumping_jack",
    title="Jumping jack",
    signals=(Signal("shoulder", 130), Signal("feet_apart", 35)),
    joints=("shoulder",),
    first="up",
    shortest_s=0.4,
    must=(Condition("shoulder", "range", least=40, otherwise="the arms hardly rise"),),
    looks=(
        Condition("shoulder", "range", least=60),
        Condition("feet_apart", "range", least=25),
        Condition("knee", "range", most=70),
    ),
)
