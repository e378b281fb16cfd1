"""What to look for: parts of people, and tags of a family and size."""

from dataclasses import dataclass, replace

import streamlit as st

from pages.ui.rigid.sample import FAMILY, TAG_M
from posecore import PoseOptions
from posecore.rigid.tags import FAMILIES
from posecore.rigid_pipeline import RigidOptions, without_hands

_PARTS = {
    "Heads": ("head",),
    "Torsos": ("torso",),
    "Pelvises": ("pelvis",),
    "Feet": ("left_foot", "right_foot"),
    "Hands": ("left_hand", "right_hand"),
}
TAGS, THINGS = "Tags", "Flat things and boxes"
_FAMILIES = {
    "36h11": "AprilTag 36h11: the usual one",
    "36h10": "AprilTag 36h10",
    "25h9": "AprilTag 25h9",
    "16h5": "AprilTag 16h5",
    "aruco": "ArUco original",
    "mip36h12": "ArUco MIP 36h12",
}


@dataclass(frozen=True)
class Wanted:
    """What to look for.

    Attributes:
        bodies: parts of people, and the family of tags.
        tag_size_m: side of the tags' black squares, metres; None: no tags.
        things: whether the visitor picks the corners of flat things and boxes.
    """

    bodies: RigidOptions
    tag_size_m: float | None
    things: bool = False

    @property
    def axis_m(self) -> dict[str, float]:
        """Length of the axes of tags by family: half their size."""
        return {family: size_m / 2 for family, size_m in self.tag_sizes_m.items()}

    @property
    def tag_sizes_m(self) -> dict[str, float]:
        """Side of the tags by family."""
        family = self.bodies.family
        return {} if family is None or self.tag_size_m is None else {family: self.tag_size_m}


def choose_wanted(people: PoseOptions, *, of_sample: bool, of_photo: bool = False, without: str = "") -> Wanted | None:
    """Offer what to look for; None, with a sentence, if nothing is chosen.

    Args:
        people: how people are found.
        of_sample: whether it is the sample, which has tags and no people.
        of_photo: whether it is a photo, on which corners of things can be picked.
        without: a part that is not offered here.
    """
    offered = [part for part in _PARTS if part != without]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.pills(
            "What to find",
            [*offered, TAGS, *([THINGS] if of_photo else [])],
            selection_mode="multi",
            default=[TAGS] if of_sample else ["Heads", "Torsos"],
            wrap=True,
            key=f"rigid_wanted_{'sample' if of_sample else 'photo' if of_photo else without or 'all'}",
            persist_state="session",
            help="Parts of people, and printed tags (AprilTag or ArUco). Hands take longest: a video two to three "
            "times as long. In a photo also flat things and boxes of known size, whose corners you click.",
        )
        family, size_m = _choose_tags(of_sample) if TAGS in chosen else (None, None)
    kinds, why = _possible(tuple(kind for part in offered if part in chosen for kind in _PARTS[part]))
    if why:
        st.warning(why, icon=":material/back_hand:")
    if not kinds and family is None and THINGS not in chosen:
        st.info("Choose at least one thing to find.", icon=":material/info:")
        return None
    return Wanted(RigidOptions(kinds, people, family=family), size_m, THINGS in chosen)


def _choose_tags(of_sample: bool) -> tuple[str, float]:
    family = st.selectbox(
        "Family of the tags",
        list(FAMILIES),
        index=list(FAMILIES).index(FAMILY),
        format_func=lambda name: _FAMILIES.get(name, f"ArUco {name.replace('_', ', ')} tags"),
        key="rigid_family",
        persist_state="session",
        width=260,
        help="Which patterns were printed. Whoever made the tags knows; most AprilTags are 36h11.",
    )
    millimetres = st.number_input(
        "Side of a tag (mm)",
        min_value=1.0,
        max_value=10_000.0,
        value=1000 * TAG_M if of_sample else 50.0,
        step=1.0,
        format="%.1f",
        key=f"rigid_tag_mm_{'sample' if of_sample else 'own'}",
        persist_state="session",
        width=180,
        help="Measure the black square of the print with a ruler, from edge to edge, without the white margin (5 cm "
        "are 50 mm). If it is wrong by a tenth, all distances are.",
    )
    return str(family), float(millimetres) / 1000


def _possible(kinds: tuple[str, ...]) -> tuple[tuple[str, ...], str]:
    there, why = without_hands(kinds)
    return there, why if there != kinds else ""


def covers(done: RigidOptions, wanted: RigidOptions) -> bool:
    """Whether what was looked for has all that is wanted now, so that nothing needs to be looked for again."""
    same_people = not wanted.kinds or (bool(done.kinds) and done.people == wanted.people)
    hands = wanted.hands is None or done.hands is not None
    faces = "head" not in wanted.kinds or "head" in done.kinds
    tags = wanted.family is None or done.family == wanted.family
    return same_people and hands and faces and tags


def both(done: RigidOptions, wanted: RigidOptions) -> RigidOptions:
    """What is wanted, with the parts that were looked for before, so that nothing is lost by looking again."""
    kinds = [kind for parts in _PARTS.values() for kind in parts if kind in {*done.kinds, *wanted.kinds}]
    return replace(wanted, kinds=kinds, family=wanted.family or done.family)
