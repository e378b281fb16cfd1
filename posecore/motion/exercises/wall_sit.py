"""The wall sit: thighs level, the trunk upright against a wall."""

from posecore.motion.exercises.declaration import Condition, Hold

WALL_SIT = Hold(
    name="wall_sit",
    title="Wall sit",
    within=(
        Condition("trunk_lean", "extreme", most=35),
        Condition("hip", "extreme", least=50, most=120),
        Condition("knee", "extreme", least=50, most=120),
    ),
)
