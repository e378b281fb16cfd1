"""Rigid pose: a photo or video in; where heads, bodies and tags are, and how they are turned, out."""

import streamlit as st

from pages.ui.image.photo import Photo
from pages.ui.rigid.given import Film, choose_given
from pages.ui.rigid.photo_result import show_photo_result
from pages.ui.rigid.sheets_offer import offer_tag_sheets
from pages.ui.rigid.video_result import show_video_result
from pages.ui.rigid.wanted import choose_wanted
from pages.ui.rigid.words import EMPTY, explain
from pages.ui.serving.visits import current_visit
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.settings import page_head


def without_hands_of(given: Photo | Film) -> str:
    """The part that cannot be found: the Video page's result may have no hands."""
    of = given.of if isinstance(given, Film) else None
    return "Hands" if of is not None and of.hands is None else ""


def show_help() -> None:
    """Show what helps before and after: tags to print, and what the numbers mean; folded away at first."""
    with st.expander("Print tags", icon=":material/print:"):
        offer_tag_sheets()
    explain()


def show_page() -> None:
    """Show the page, from the choice of a photo or video to its result."""
    people = page_head("Rigid pose")
    visit = current_visit()
    given = choose_given(visit)
    if given is None:
        st.info(EMPTY, icon=":material/3d_rotation:")
        show_help()
        return
    of_sample = isinstance(given, Film) and given.is_sample
    of_photo = isinstance(given, Photo)
    wanted = choose_wanted(people, of_sample=of_sample, of_photo=of_photo, without=without_hands_of(given))
    if wanted is None:
        return
    if isinstance(given, Photo):
        show_photo_result(given, wanted)
    else:
        show_video_result(visit, given, wanted)
    show_help()


with problems_shown():
    show_page()
