"""Explore: a saved result, without its video."""

import streamlit as st

from pages.ui.compare.sides import EXPLORE, offer_comparison
from pages.ui.explore.explorer import explore
from pages.ui.explore.export_files import offer_files
from pages.ui.explore.found import counts_in_words, show_counts
from pages.ui.explore.opened import Opened, open_result
from pages.ui.explore.result_places import ResultPlaces
from pages.ui.serving.visits import Visit, current_visit
from pages.ui.shared.explain import numbers_explained, plain, show_notes
from pages.ui.shared.link_needs import say_what_a_link_needs
from pages.ui.shared.navigation import VIDEO, require_route
from pages.ui.shared.page_head import PageHead
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.taken_uploads import free_memory, offer_upload
from pages.ui.video.sample_result import offer_sample
from posecore.errors import UnreadableResult
from posecore.export.facts import stated_focal_35mm


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


def show_result(opened: Opened, head: PageHead) -> None:
    """Show everything about an opened result."""
    sequence = opened.playback.raw
    width, height = sequence.size
    facts = [f"{width} × {height} px, {sequence.fps:.4g} fps"]
    if opened.source is not None:
        facts.append(f"from {plain(opened.source)}")
    head.facts.caption(" · ".join([f"**{plain(opened.name)}**", counts_in_words(opened.playback), *facts]))
    places = ResultPlaces(sequence, key="explore", has_film=False)
    for note in opened.notes[:1]:
        places.line.markdown(f":material/info: {plain(note)}")
    with places.details:
        show_counts(opened.playback)
        st.caption(" · ".join(facts))
        show_notes(opened.notes)
    shown = explore(
        opened.playback,
        places,
        key="explore",
        clip=opened.key,
        stem=opened.stem,
        already=opened.already,
        film=None,
        file=opened.name,
        saved_with=opened.saved_with,
        focal_35mm=stated_focal_35mm(opened.given),
        heights=opened.heights,
        facts=opened.facts,
    )
    if sequence.seen.any():
        with places.tab("compare"):
            offer_comparison(EXPLORE, shown)
    with places.tab("files"):
        offer_files(
            shown,
            opened.playback,
            lambda: opened.facts(shown),
            raw=opened.raw,
            page="explore",
            stem=opened.stem,
            key=opened.key,
        )
    places.tab("help").markdown(numbers_explained(hands=opened.hands is not None))


def show_page() -> None:
    """Show the page, from the choice of a file to its result."""
    require_route()
    head = PageHead("Explore", key="explore")
    visit = current_visit()
    with head.source:
        take_upload(visit)
    opened = visit.get(Opened)
    if opened is None:
        st.info(
            "Open a saved result to see its skeleton, curves and table, without the video and without analysing "
            "anything again.",
            icon=":material/timeline:",
        )
        say_what_a_link_needs()
        offer_sample(visit)
        st.page_link(VIDEO, label="Create one on the Video page", icon=":material/movie:")
        return
    head.fold(opened.key, "Change result")
    with head.source, st.container(horizontal=True, vertical_alignment="center"):
        st.text(opened.name, width="content")
        st.button("Remove", icon=":material/delete:", type="tertiary", on_click=visit.forget, args=(Opened,))
    show_result(opened, head)


with problems_shown():
    show_page()
