"""Lunges, with one leg or alternating, forwards or backwards."""

from posecore.motion.exercises.declaration import Check, Condition, Exercise, Signal

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
    # Both after Kritz, Cronin & Hume (Strength and Conditioning Journal 31(6), 2009) and Caulfield & Berninger
    # (Essentials of Strength Training and Conditioning, 4th ed., NSCA, 2016): the front knee over the foot, the trunk
    # upright.
    checks=(
        Check(
            name="front knee",
            measure="knee_over_toes",
            when="extreme",
            limit=0,
            fault_if="above",
            margin=15,
            cue="Your front knee passes your toes: take a longer step and sink straight down.",
            unit="% of the shin",
            views=("side",),
        ),
        # The limit is our choice: leaning on purpose trains the hips more and is no harm (Farrokhi et al., Journal of
        # Orthopaedic & Sports Physical Therapy 38, 2008).
        Check(
            name="trunk lean",
            measure="trunk_lean",
            when="extreme",
            limit=30,
            fault_if="above",
            margin=10,
            cue="Your trunk tips forward: keep it upright.",
            views=("between", "side"),
        ),
    ),
)
