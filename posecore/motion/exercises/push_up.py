"""Push-ups, on the floor, on the knees or with the hands on something higher."""

from posecore.motion.exercises.declaration import Condition, Exercise, Signal

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
)
