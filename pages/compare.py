"""Compare: two results, photos or videos, as poses, as movements in time, or by their repetitions."""

import streamlit as st

from pages.ui.compare.attempts import repeats, show_attempts
from pages.ui.compare.given import given_in
from pages.ui.compare.movement import show_alignment
from pages.ui.compare.pose import Rules, show_likeness
from pages.ui.compare.sides import TWO_PEOPLE, Side, choose_sides, swap, try_sample
from pages.ui.serving.visits import Visit, current_visit
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.settings import page_head
from posecore.motion.comparing.limbs import Mirror, Turn

_POSE, _MOVEMENT, _REPETITIONS = "A pose", "The movement", "Repetitions"
_MIRRORS: dict[Mirror, str] = {"either": "Whichever fits", "no": "As seen", "yes": "Mirrored"}
_TURNS: dict[Turn, str] = {"vertical": "Turn the body", "any": "Tilt it too", "none": "As seen"}


def choose_kind(first: Side, second: Side) -> str:
    """Offer the comparisons that are possible, the most fitting one chosen at first."""
    if first.is_photo or second.is_photo:
        return _POSE
    key = f"compare_kind_{first.id}_{second.id}"
    side_by_side = st.session_state.pop(TWO_PEOPLE, False)
    if side_by_side or key not in st.session_state:
        st.session_state[key] = _REPETITIONS if not side_by_side and repeats(first, second) else _MOVEMENT
    kind = st.segmented_control(
        "Compare",
        [_POSE, _MOVEMENT, _REPETITIONS],
        required=True,
        key=key,
        help="A pose: one moment of the first with every moment of the second. The movement: both aligned in time, "
        "as for a dance. Repetitions: mean and spread of an exercise's repetitions.",
    )
    return str(kind)


def choose_rules() -> Rules:
    """Offer how poses may be turned and mirrored."""
    mirror = st.segmented_control(
        "Left and right",
        list(_MIRRORS),
        default="either",
        required=True,
        format_func=lambda name: _MIRRORS[name],
        key="compare_mirror",
        persist_state="session",
        help="Mirrored: your left is compared with the right of the first, as if you followed a teacher who faces you.",
    )
    turn = st.segmented_control(
        "View",
        list(_TURNS),
        default="vertical",
        required=True,
        format_func=lambda name: _TURNS[name],
        key="compare_turn",
        persist_state="session",
        help="Turn the body: it does not matter from which side it is seen, as long as the camera is level. Tilt it "
        "too: for cameras that look up or down; lying is then like standing. As seen: both from the same side.",
    )
    return Rules(mirror, turn)


def show_comparison(visit: Visit, first: Side, second: Side) -> None:
    """Show the comparison that was chosen."""
    with st.container(horizontal=True):
        kind = choose_kind(first, second)
        rules = Rules("no", "vertical") if kind == _REPETITIONS else choose_rules()
    if kind == _POSE:
        show_likeness(first, second, rules)
    elif kind == _MOVEMENT:
        show_alignment(visit, first, second, rules)
    else:
        show_attempts(first, second)


def show_page() -> None:
    """Show the page, from the choice of both sides to their comparison."""
    options = page_head("Compare")
    visit = current_visit()
    sides = choose_sides(visit, options)
    st.button("Swap sides", icon=":material/swap_horiz:", type="tertiary", on_click=swap, args=(given_in(visit),))
    if sides is None:
        st.info(
            "Choose what to compare: a video, a photo or a saved result on each side. A photo or a moment of a video "
            "is compared as a pose, two videos as movements or by their repetitions.",
            icon=":material/compare:",
        )
        st.button("Try the sample", icon=":material/play_circle:", key="compare_sample", on_click=try_sample)
        return
    show_comparison(visit, *sides)


with problems_shown():
    show_page()
