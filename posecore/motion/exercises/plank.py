"""The plank: straight from shoulders to feet, held near the ground on hands or forearms."""

from posecore.motion.exercises.declaration import Condition, Hold

PLANK = Hold(
    name="plank",
    title="Plank",
    within=(
        Condition("trunk_lean", "extreme", least=45),
        Condition("legs_lean", "extreme", least=35),
        Condition("hip", "extreme", most=120),
        Condition("knee", "extreme", most=70),
        Condition("shoulder", "extreme", least=30, most=160),
        Condition("hands_over_shoulders", "extreme", most=0),
    ),
)
