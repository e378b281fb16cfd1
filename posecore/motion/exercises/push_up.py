"""Push-ups, on the floor, on the knees or with the hands on something higher."""

from posecore.motion.exercises.declaration import Check, Condition, Exercise, Signal
from posecore.motion.exercises.plank import HIPS

# The elbow bends to 90 degrees (ACSM's Guidelines for Exercise Testing and Prescription, push-up test). In the picture
# it tells up from down far better than in 3D, but not on an arm that points at the camera; the shoulders always sink.
PUSH_UP = Exercise(
    name="push_up",
    title="Push-up",
    signals=(Signal("elbow_in_picture", 70), Signal("height", -0.2, weight=2)),
    joints=("elbow", "shoulder"),
    first="down",
    must=(
        Condition("trunk_lean", "rest", least=20, otherwise="upright"),
        Condition("trunk_lean", "range", most=45, otherwise="the trunk turns"),
        Condition("hands_over_shoulders", "rest", most=0, otherwise="the hands are not below the shoulders"),
        Condition("shoulder", "range", most=100, otherwise="the arms rise"),
        Condition("hip", "range", most=60, otherwise="the hips bend"),
    ),
    looks=(Condition("elbow_in_picture", "range", least=15), Condition("shoulder", "rest", least=30, most=120)),
    checks=(
        *HIPS,
        # Down until the upper arms are level, the elbows at 90 degrees (FitnessGram, The Cooper Institute, 90°
        # push-up): the shoulders are then a forearm above the hands, about half of the arm. Elbows of arms that point
        # at the camera read anything, heights do not.
        Check(
            name="depth",
            measure="shoulder_over_hand",
            when="share",
            limit=65,
            fault_if="above",
            margin=15,
            cue="Go lower, until your upper arms are level.",
            unit="% of the height with straight arms",
        ),
    ),
)
