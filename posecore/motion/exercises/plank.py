"""The plank: straight from shoulders to feet, held near the ground on hands or forearms."""

from posecore.motion.exercises.declaration import Check, Condition, Hold

# One line from head to heels (Kritz, Cronin & Hume, Strength and Conditioning Journal 32, 2010, of push-ups). No source
# gives a limit: these lie between right, high and low hips in 710 labelled rows, see docs/exercises.md. Right ones read
# 5 to 12, because the model puts the hips high.
HIPS = (
    Check(
        name="hips sagging",
        measure="hips_off_line",
        when="throughout",
        limit=-1,
        fault_if="below",
        margin=3,
        cue="Your hips sag: tighten belly and buttocks.",
        unit="% of shoulder to knee",
        views=("side",),
    ),
    Check(
        name="hips high",
        measure="hips_off_line",
        when="throughout",
        limit=22,
        fault_if="above",
        margin=8,
        cue="Your hips are high: lower them into one line with shoulders and knees.",
        unit="% of shoulder to knee",
        views=("side",),
    ),
)

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
    checks=HIPS,
)
