"""The people who were found worst, with label and estimate drawn on each other."""

from collections.abc import Iterable, Sequence

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.ui.scores.score_words import best_first, counted
from pages.ui.scores.square import on_square
from pages.ui.scores.tabs import correct_label
from pages.ui.shared.explain import plain
from posecore import PosecoreError
from posecore.evaluation.case import CaseScores, PersonScore
from posecore.evaluation.evaluation import Evaluation
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.photo_source import PhotoSource
from posecore.evaluation.worst import what_is_wrong, worst_first, wrong_keypoints
from posecore.media.pictures import decode_picture
from posecore.view.scored_drawing import draw_scored

_ON_A_PAGE = 8
_SIDE_PX, _LARGE_PX = 320, 560
_ANY = ""
_LEGEND = (
    "White lines with round points: the label. Orange-red lines with square points: the estimate. A yellow line joins "
    "the two if the estimate is further off than 0.2 of the torso."
)


@st.fragment
def show_worst(evaluation: Evaluation) -> None:
    """Show the people of one case, the worst first, a page at a time. Only the photos shown are decoded."""
    st.header("Worst first", anchor=False)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        case, people = _choose_people(evaluation)
        first = _choose_page(people)
    st.caption(_LEGEND)
    if not people:
        st.info("Nobody here. Choose another joint, domain or case.", icon=":material/person_off:")
        return
    source = evaluation.labelled.source
    with st.container(horizontal=True, gap="medium"):
        for place, score in enumerate(people[first : first + _ON_A_PAGE]):
            _show_person(source, score, case, key=f"{first + place}")


def _choose_people(evaluation: Evaluation) -> tuple[CaseScores, list[PersonScore]]:
    """Offer the case and the filters; the people left, the worst first."""
    place = st.selectbox(
        "Case",
        range(len(evaluation.cases)),
        evaluation.cases.index(best_first(evaluation)[0]),
        format_func=lambda place: str(evaluation.cases[place].name),
        key="worst_case",
        width=240,
    )
    case = evaluation.cases[place]
    labelled = [name for name, there in zip(COCO_17, evaluation.labelled.scored, strict=True) if there]
    joint = st.selectbox(
        "Joint",
        [_ANY, *labelled],
        format_func=lambda name: name.replace("_", " ") or "All joints",
        key="worst_joint",
        width=180,
        help="Puts those first in whom this joint is furthest off.",
    )
    people: Iterable[PersonScore] = case.people
    if case.domains:
        domain = st.selectbox(
            "Domain",
            [None, *case.domains],
            format_func=lambda name: "All domains" if name is None else name or "not stated",
            key="worst_domain",
            width=180,
        )
        people = [each for each in people if domain in (None, each.photo.domain)]
    if st.toggle("Only those not found", key="worst_missed"):
        people = [each for each in people if not each.found]
    return case, worst_first(people, joint or None)


def _choose_page(people: Sequence[PersonScore]) -> int:
    """Offer the pages, if there are several; the place of the first person shown."""
    pages = -(-len(people) // _ON_A_PAGE)
    if pages < 2:
        return 0
    st.session_state["worst_page"] = min(st.session_state.get("worst_page", 1), pages)
    label = f"Page of {pages:,} ({counted(len(people), 'person', 'people')})"
    return (int(st.number_input(label, 1, pages, key="worst_page", width=180)) - 1) * _ON_A_PAGE


def _show_person(source: PhotoSource, score: PersonScore, case: CaseScores, *, key: str) -> None:
    with st.container(border=True, width=252):
        picture = _draw(source, score, _SIDE_PX)
        if picture is None:
            st.warning("This photo can no longer be read.", icon=":material/broken_image:")
        else:
            st.image(on_square(picture), width="stretch", alt=_alt(score))
        share = f"{100 * score.pck:.0f}% right: " if score.found and np.isfinite(score.pck) else ""
        st.markdown(f"**{plain(score.photo.file_name)}**  \n{share}{plain(what_is_wrong(score))}")
        with st.container(horizontal=True, gap="small"):
            if st.button("Enlarge", icon=":material/zoom_in:", type="tertiary", key=f"enlarge_{key}"):
                _show_large(source, score, case)
            if st.button(
                "Correct the label",
                icon=":material/edit:",
                type="tertiary",
                key=f"correct_{key}",
                on_click=correct_label,
                args=(score.photo.file_name,),
            ):
                st.rerun()


def _alt(score: PersonScore) -> str:
    return f"A person in {score.photo.file_name}, with the label and what was found"


def _draw(source: PhotoSource, score: PersonScore, side: int) -> NDArray[np.uint8] | None:
    """The person cut out of the photo; None if it cannot be read any more."""
    try:
        rgb = decode_picture(source.read(score.photo.file_name), name="photo")
    except PosecoreError:
        return None
    return draw_scored(rgb, score.person.points, score.points, wrong=wrong_keypoints(score), side=side)


@st.dialog("Label and estimate", width="large")
def _show_large(source: PhotoSource, score: PersonScore, case: CaseScores) -> None:
    st.markdown(
        f"**{plain(score.photo.file_name)}**, {plain(str(case.name))}: OKS {score.oks:.2f}, "
        f"{plain(what_is_wrong(score, most=len(COCO_17)))}."
    )
    picture = _draw(source, score, _LARGE_PX)
    if picture is not None:
        st.image(picture, width="content", alt=_alt(score))
    st.caption(_LEGEND)
