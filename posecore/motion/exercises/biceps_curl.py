"""Biceps curls and other bends of the elbow, with one arm, both or alternating."""

from posecore.motion.exercises.declaration import Check, Condition, Exercise, Signal

# The elbow flexes by up to 140 degrees; BlazePose shows a bent elbow up to 28 degrees too straight.
BICEPS_CURL = Exercise(
    name="biceps_curl",
    title="Biceps curl",
    signals=(Signal("elbow", 90),),
    joints=("elbow",),
    first="up",
    sides="each",
    must=(
        Condition("trunk_lean", "extreme", most=60, otherwise="bending down or lying"),
        Condition("shoulder", "range", most=60, otherwise="the whole arm moves"),
    ),
    looks=(
        Condition("elbow", "range", least=40),
        Condition("shoulder", "range", most=45),
        Condition("whole_height", "range", most=0.15),
        Condition("hip", "range", most=50),
    ),
    # Trunk erect, upper arms still (Caulfield & Berninger in Essentials of Strength Training and Conditioning, 4th ed.,
    # NSCA, 2016).
    checks=(
        # No source gives a limit: this one lies between right ones and leaning back in 604 labelled rows, see
        # docs/exercises.md.
        Check(
            name="leaning back",
            measure="leaning_back",
            when="throughout",
            limit=10,
            fault_if="above",
            margin=6,
            cue="You lean back: stand tall, and take less weight if you must.",
            views=("side",),
        ),
        # The limit is our choice: elbows come forward by 10 to 20 degrees in any curl.
        Check(
            name="elbow drifting",
            measure="shoulder_in_picture",
            when="range",
            limit=40,
            fault_if="above",
            margin=15,
            cue="Your elbow wanders: keep the upper arm still beside your trunk.",
            views=("side",),
        ),
    ),
)
