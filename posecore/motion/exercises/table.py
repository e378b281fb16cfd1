"""All exercises: one row each."""

from collections.abc import Mapping
from types import MappingProxyType

from posecore.motion.exercises.arm_raise import ARM_RAISE
from posecore.motion.exercises.biceps_curl import BICEPS_CURL
from posecore.motion.exercises.deadlift import DEADLIFT
from posecore.motion.exercises.declaration import Exercise, Hold
from posecore.motion.exercises.jumping_jack import JUMPING_JACK
from posecore.motion.exercises.lunge import LUNGE
from posecore.motion.exercises.plank import PLANK
from posecore.motion.exercises.pull_up import PULL_UP
from posecore.motion.exercises.push_up import PUSH_UP
from posecore.motion.exercises.rope_skipping import ROPE_SKIPPING
from posecore.motion.exercises.shoulder_press import SHOULDER_PRESS
from posecore.motion.exercises.sit_to_stand import SIT_TO_STAND
from posecore.motion.exercises.sit_up import SIT_UP
from posecore.motion.exercises.squat import SQUAT
from posecore.motion.exercises.wall_sit import WALL_SIT

_ROWS = (
    SQUAT,
    PUSH_UP,
    SIT_UP,
    LUNGE,
    JUMPING_JACK,
    BICEPS_CURL,
    SHOULDER_PRESS,
    ARM_RAISE,
    DEADLIFT,
    PULL_UP,
    ROPE_SKIPPING,
    SIT_TO_STAND,
    PLANK,
    WALL_SIT,
)

EXERCISES: Mapping[str, Exercise | Hold] = MappingProxyType({each.name: each for each in _ROWS})
"""All exercises by name."""
