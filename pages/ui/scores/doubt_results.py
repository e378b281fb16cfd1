"""The photos by doubt: a gallery with the looks drawn on each other, a table, and files."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.scores.doubt_run import DoubtRuns, Doubts
from pages.ui.scores.square import on_square
from pages.ui.scores.tabs import FIRST_KEY, turn_to
from pages.ui.shared.explain import plain
from pages.ui.shared.results import offer_download, written
from posecore.evaluation.doubt_reasons import ALL_AGREE, notes, reasons
from posecore.evaluation.keypoints import COCO_17
from posecore.evaluation.second_opinion import JOINTS, PhotoDoubt, plain_joint
from posecore.export.doubts_file import doubts_csv, write_doubts_json
from posecore.export.doubts_report import legend, write_doubts_report

_ON_A_PAGE = 8
_SIDE_PX, _LARGE_PX = 320, 720
_REASONS = 3
_ALL, _NOBODY, _MORE = "All photos", "Nobody found", "More people in other looks"


def show_results(runs: DoubtRuns, doubts: Doubts) -> None:
    """Show the photos, the most doubtful first."""
    opinion = doubts.opinion
    _show_summary(doubts)
    if not opinion.photos:
        return
    _show_gallery(runs, doubts)
    with st.expander("All photos in a table", icon=":material/table:"):
        _show_table(doubts)
    with st.container(horizontal=True):
        offer_download("doubts.csv", lambda: doubts_csv(opinion), "doubts.csv", "text/csv")
        offer_download(
            "doubts.json",
            lambda: written(lambda path: write_doubts_json(opinion, path)),
            "doubts.json",
            "application/json",
        )
        offer_download(
            "doubts.html", lambda: written(lambda path: write_doubts_report(opinion, path)), "doubts.html", "text/html"
        )
    st.caption("CSV: a row for each person. JSON: everything. HTML: one page with the most doubtful photos in it.")


def _show_summary(doubts: Doubts) -> None:
    opinion = doubts.opinion
    if not opinion.complete:
        st.warning(
            f"Stopped: {len(opinion.photos):,} of {doubts.photos:,} photos are ranked. Press **Find doubtful photos** "
            "to go on from there.",
            icon=":material/stop_circle:",
        )
    if opinion.problems:
        with st.expander(f"{len(opinion.problems):,} photos could not be used", icon=":material/broken_image:"):
            for problem in opinion.problems[:100]:
                st.text(f"{problem.entry}: {problem.what}")
    if opinion.photos:
        nobody = sum(not photo.found for photo in opinion.photos)
        agree = int((doubts.table["reasons"] == ALL_AGREE).sum())
        with st.container(horizontal=True):
            st.metric("Photos ranked", f"{len(opinion.photos):,}", width="content")
            st.metric(
                "Nobody found",
                f"{nobody:,}",
                width="content",
                help="By the first look. These photos come first: either nobody is there, or everyone was missed.",
            )
            st.metric(
                "All looks agree",
                f"{agree:,}",
                width="content",
                help="Photos in which each look finds the same people, and no joint differs by more than 0.2 of the "
                "torso.",
            )


@st.fragment
def _show_gallery(runs: DoubtRuns, doubts: Doubts) -> None:
    """Show the photos a page at a time. Only those shown are decoded."""
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="bottom"):
        st.header("Most doubtful first", anchor=False, width="content")
        label_here = st.container(width="content")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        photos = _choose_photos(doubts.opinion.photos)
        first = _choose_page(photos)
    if label_here.button(
        "Label these first",
        icon=":material/edit:",
        key="label_these_first",
        disabled=not photos,
        on_click=_label_first,
        args=(photos,),
        help="Opens the tab that labels photos, with these photos in this order.",
    ):
        st.rerun()  # the whole page, not only this part of it
    _show_legend(doubts)
    if not photos:
        st.info("No photo here. Choose another joint, or all photos.", icon=":material/filter_alt_off:")
        return
    with st.container(horizontal=True, gap="medium"):
        for place, photo in enumerate(photos[first : first + _ON_A_PAGE], start=first):
            _show_photo(runs, doubts, photo, place)


def _label_first(photos: Sequence[PhotoDoubt]) -> None:
    st.session_state[FIRST_KEY] = [photo.photo.file_name for photo in photos]
    turn_to("label")


def _choose_photos(photos: Sequence[PhotoDoubt]) -> list[PhotoDoubt]:
    """Offer the filters; the photos left, in the same order."""
    which = st.selectbox("Show", [_ALL, _NOBODY, _MORE], key="doubt_which", width=240)
    joint = st.selectbox(
        "Doubtful joint",
        [None, *(COCO_17[place] for place in JOINTS)],
        format_func=lambda name: "Any" if name is None else plain_joint(name),
        key="doubt_joint",
        width=180,
        help="Only photos in which this joint differs by more than 0.2 of the torso between the looks.",
    )
    return [
        photo
        for photo in photos
        if (which == _ALL or (which == _NOBODY and not photo.found) or (which == _MORE and photo.only_others))
        and (joint is None or joint in photo.doubtful_joints)
    ]


def _choose_page(photos: Sequence[PhotoDoubt]) -> int:
    """Offer the pages, if there are several; the place of the first photo shown."""
    pages = -(-len(photos) // _ON_A_PAGE)
    if pages < 2:
        return 0
    st.session_state["doubt_page"] = min(st.session_state.get("doubt_page", 1), pages)
    label = f"Page of {pages:,} ({len(photos):,} photos)"
    return (int(st.number_input(label, 1, pages, key="doubt_page", width=180)) - 1) * _ON_A_PAGE


def _show_legend(doubts: Doubts) -> None:
    """Say which look has which colour. All of it is text of ours."""
    # Streamlit takes away SVG.
    bar = "display:inline-block;width:1.6rem;height:.65rem;border:2px solid #12141a;border-radius:.2rem"
    looks = "".join(
        f'<span style="white-space:nowrap"><span style="{bar};background:{color}"></span> {words}</span>'
        for words, color in legend(doubts.opinion)
    )
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:.25rem 1.25rem;font-size:.9rem">{looks}</div>')


def _show_photo(runs: DoubtRuns, doubts: Doubts, photo: PhotoDoubt, place: int) -> None:
    with st.container(border=True, width=252):
        picture = runs.picture(doubts, photo, _SIDE_PX)
        if picture is None:
            st.warning("This photo can no longer be read.", icon=":material/broken_image:")
        else:
            st.image(on_square(picture), width="stretch", alt=f"{photo.photo.file_name} with the looks at it")
        said = reasons(photo)
        more = f" And {len(said) - _REASONS} more." if len(said) > _REASONS else ""
        st.markdown(f"**{plain(photo.photo.file_name)}**  \nDoubt {photo.doubt:.2f}. {' '.join(said[:_REASONS])}{more}")
        if st.button("Enlarge", icon=":material/zoom_in:", type="tertiary", key=f"doubt_enlarge_{place}"):
            _show_large(runs, doubts, photo)


@st.dialog("Looks at one photo", width="large")
def _show_large(runs: DoubtRuns, doubts: Doubts, photo: PhotoDoubt) -> None:
    left, right = st.columns(2)
    picture = runs.picture(doubts, photo, _LARGE_PX)
    if picture is not None:
        left.image(picture, width="content", alt=f"{photo.photo.file_name} with the looks at it")
    with right:
        st.markdown(f"**{plain(photo.photo.file_name)}**, doubt {photo.doubt:.2f}")
        _show_legend(doubts)
        st.markdown("\n".join(f"- {sentence}" for sentence in reasons(photo)))
        if said := notes(photo):
            st.caption(f"The first estimate also says: {' '.join(said)}")


def _show_table(doubts: Doubts) -> None:
    st.dataframe(
        doubts.table,
        hide_index=True,
        column_config={
            "doubt": st.column_config.NumberColumn(
                format="%.2f",
                help="Mean distance of the joints between the first estimate and the other looks, in lengths of the "
                "torso, of the most doubtful person; 1: nobody was found.",
            )
        },
    )
