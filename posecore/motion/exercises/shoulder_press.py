"""Shoulder presses: from hands at the shoulders to arms straight overhead, with one arm, both or alternating."""

from posecore.motion.exercises.declaration import Check, Condition, Exercise, Signal

SHOULDER_PRESS = Exercise(
    name="shoulder_press",
    title="Shoulder press",
    signals=(Signal("elbow", -80), Signal("shoulder", 90)),
    joints=("elbow", "shoulder"),
    first="up",
    sides="each",
    must=(
        Condition("shoulder", "extreme", least=90, otherwise="the arms are not overhead"),
        Condition("trunk_lean", "rest", most=60, otherwise="bending down or lying"),
    ),
    looks=(
        Condition("elbow", "range", least=40),
        Condition("elbow", "rest", least=70),
        Condition("shoulder", "range", least=35),
        Condition("whole_height", "range", most=0.15),
        Condition("hip", "range", most=50),
    ),
    # Elbows fully extended overhead, no lean backwards (Caulfield & Berninger in Essentials of Strength Training and
    # Conditioning, 4th ed., NSCA, 2016).
    checks=(
        # Straight raised arms read as bent by up to 49 degrees.
        Check(
            name="lock-out",
            measure="elbow",
            when="extreme",
            limit=50,
            fault_if="above",
            margin=15,
            cue="Straighten your arms fully at the top.",
        ),
        # The limit is our choice, wider than that of curls: some lean lets the bar pass the head.
        Check(
            name="back arch",
            measure="leaning_back",
            when="throughout",
            limit=15,
            fault_if="above",
            margin=6,
            cue="You lean back: tighten your belly and keep your ribs down.",
            views=("side",),
        ),
    ),
)
