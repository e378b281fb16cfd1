"""Pull-ups and chin-ups: from hanging, up to the bar, and down."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

PULL_UP = Exercise(
    name="pull_up",
    title="Pull-up",
    signals=(Signal("elbow", 80), Signal("shoulder", -80), Signal("height", 0.4)),
    joints=("elbow", "shoulder"),
    first="up",
    must=(Condition("hands_over_shoulders", "rest", least=0.1, otherwise="not hanging"),),
    looks=(
        Condition("elbow", "range", least=35),
        Condition("hands_over_shoulders", "extreme", least=0),
        Condition("whole_height", "range", least=0.15),
    ),
)
