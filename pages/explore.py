"""Explore: a saved result, without its video."""

import streamlit as st

from pages.ui.compare.sides import EXPLORE, offer_comparison
from pages.ui.explore.explorer import explore
from pages.ui.explore.export_files import offer_files
from pages.ui.explore.found import show_counts, show_what_is_missing
from pages.ui.explore.opened import Opened, open_result
from pages.ui.shared.explain import explain_numbers, plain, show_notes
from pages.ui.shared.link_needs import say_what_a_link_needs
from pages.ui.shared.navigation import VIDEO, require_route
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.taken_uploads import free_memory, offer_upload
from pages.ui.shared.visits import Visit, current_visit
from posecore.errors import UnreadableResult


def take_upload(visit: Visit) -> None:
    """Show the uploader, and open a new file at once."""
    file = offer_upload(
        "A saved result",
        types=["npz", "zip"],
        help="A .posecore.npz file from Files on the Video page, the zip it came in, or from python -m posecore video.",
        key="result",
    )
    if file is None:
        return
    try:
        visit.keep(open_result(file))
    except UnreadableResult as error:
        show_problem(str(error))
        return
    free_memory(file)


def show_result(opened: Opened) -> None:
    """Show everything about an opened result."""
    sequence = opened.playback.raw
    show_notes(opened.notes)
    width, height = sequence.size
    facts = [f"{width} × {height} px, {sequence.fps:.4g} fps"]
    if opened.source is not None:
        facts.append(f"from {plain(opened.source)}")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        show_counts(opened.playback)
        st.caption(" · ".join(facts), width="stretch")
    show_what_is_missing(opened.playback)
    shown = explore(
        opened.playback,
        key="explore",
        clip=opened.key,
        stem=opened.stem,
        already=opened.already,
        film=None,
        file=opened.name,
        saved_with=opened.saved_with,
        heights=opened.heights,
        facts=opened.facts,
    )
    if sequence.seen.any():
        offer_comparison(EXPLORE)
    offer_files(
        shown,
        opened.playback,
        lambda: opened.facts(shown),
        raw=opened.raw,
        page="explore",
        stem=opened.stem,
        key=opened.key,
    )
    explain_numbers(hands=opened.hands is not None)


def show_page() -> None:
    """Show the page, from the choice of a file to its result."""
    require_route()
    st.title("Explore", anchor=False)
    visit = current_visit()
    take_upload(visit)
    opened = visit.get(Opened)
    if opened is None:
        st.info(
            "Open a saved result to see its skeleton, curves and table, without the video and without analysing "
            "anything again.",
            icon=":material/timeline:",
        )
        say_what_a_link_needs()
        st.page_link(VIDEO, label="Create one on the Video page", icon=":material/movie:")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(opened.name, width="content")
        st.button("Remove", icon=":material/delete:", type="tertiary", on_click=visit.forget, args=(Opened,))
    show_result(opened)


with problems_shown():
    show_page()
