"""Squats, also with a jump: from standing, down, and up again."""

from posecore.motion.exercises.declaration import Check, Condition, Exercise, Signal

# Parallel squats flex knees and hips by 100 to 120 degrees (Schoenfeld, Journal of Strength and Conditioning Research
# 24, 2010); with thighs of 0.4 m the shoulders sink by about as much.
SQUAT = Exercise(
    name="squat",
    title="Squat",
    signals=(Signal("knee", 100), Signal("hip", 100), Signal("height", -0.45)),
    joints=("knee", "hip"),
    first="down",
    must=(
        Condition("trunk_lean", "extreme", most=75, otherwise="bending down, not squatting"),
        Condition("trunk_lean", "rest", most=60, otherwise="not standing"),
        Condition("knee", "range", least=25, otherwise="the knees hardly bend"),
    ),
    looks=(
        Condition("knee", "range", least=40),
        Condition("hip_difference", "extreme", most=35),
    ),
    checks=(
        # Thighs level (Caulfield & Berninger in Essentials of Strength Training and Conditioning, 4th ed., NSCA, 2016).
        # 20 degrees are allowed, because compressed angles show squats too high.
        Check(
            name="depth",
            measure="thigh",
            when="extreme",
            limit=20,
            fault_if="above",
            margin=10,
            cue="Go lower, until your thighs are level.",
        ),
        # Not far beyond the toes (Kritz, Cronin & Hume, Strength and Conditioning Journal 31(1), 2009); holding them
        # back altogether loads the hips (Fry, Smith & Schilling, Journal of Strength and Conditioning Research 17,
        # 2003). What is far is our choice: a quarter of the shin, about 10 cm.
        Check(
            name="knees over toes",
            measure="knee_over_toes",
            when="extreme",
            limit=25,
            fault_if="above",
            margin=15,
            cue="Your knees go far past your toes: sit back more.",
            unit="% of the shin",
            views=("side",),
        ),
        # Knees over the feet: a knee inside the foot is the sign that raters agree on (Ageberg et al., BMC
        # Musculoskeletal Disorders 11, 2010). The limit is our choice: about 4 cm on each side.
        Check(
            name="knees falling in",
            measure="knees_in",
            when="extreme",
            limit=6,
            fault_if="above",
            margin=4,
            cue="Your knees fall inwards: push them out over your toes.",
            views=("front",),
        ),
        # Trunk parallel to the shins (Myer et al., Strength and Conditioning Journal 36(6), 2014). The limit is our
        # choice: good squats with the arms held out read up to 25.
        Check(
            name="trunk lean",
            measure="trunk_over_shin",
            when="extreme",
            limit=30,
            fault_if="above",
            margin=10,
            cue="You lean far forward: keep your chest up.",
            views=("between", "side"),
        ),
        # The whole foot stays on the floor (Myer et al., 2014). The limit is our choice: 15 degrees lift the heel by
        # about 5 cm, and those of feet that stand jitter by 10.
        Check(
            name="heels",
            measure="heel",
            when="change",
            limit=15,
            fault_if="above",
            margin=10,
            cue="Your heels lift: keep your weight on the whole foot.",
            views=("side",),
        ),
    ),
)
