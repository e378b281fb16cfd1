"""Labelling photos: the tab around the tool, with its photos, downloads and the way to the scores."""

import itertools

import streamlit as st

from pages.ui.scores.labeller import show_labeller
from pages.ui.scores.labeller.desk import LabelDesk
from pages.ui.scores.photo_set import PhotoSet, choose_photos
from pages.ui.scores.tabs import FIRST_KEY, turn_to
from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import plain
from posecore.media.clips import open_clip
from posecore.media.pictures import encode_jpeg
from posecore.media.samples import sample_clip, sample_picture

_SAMPLE_FRAMES = (20, 60, 100, 140, 180)  # of the sample video


def show_labelling(visit: Visit) -> None:
    """Show the tab."""
    there = visit.get(PhotoSet)
    with st.expander("Photos", icon=":material/photo_library:", expanded=there is None or there.closed):
        photo_set = choose_photos(visit)
        if photo_set is None:
            _offer_sample(visit)
    if photo_set is None:
        st.info(
            "Choose photos of people. The model suggests where their joints are; you drag those that are wrong and "
            "confirm, photo by photo. The labels are a file that posecore and other programs can score with.",
            icon=":material/edit_location_alt:",
        )
        return
    desk = visit.get(LabelDesk)
    if desk is None or not desk.is_of(photo_set):
        desk = LabelDesk(photo_set)
        visit.keep(desk)
    desk.ask_for(st.session_state.pop(FIRST_KEY, ()))
    _show_problems(desk)
    show_labeller(desk)
    _offer_files(desk)


def _show_problems(desk: LabelDesk) -> None:
    problems = desk.labels.problems
    if problems:
        with st.expander(f"{len(problems)} entries of the labels file cannot be shown here", icon=":material/warning:"):
            st.caption("They stay in the file as they are.")
            for problem in problems[:100]:
                st.markdown(f"- {plain(str(problem))}")


def _offer_files(desk: LabelDesk) -> None:
    with st.container(horizontal=True):
        if desk.address is not None:
            st.link_button("Labels (JSON)", f"{desk.address}?labels", icon=":material/download:")
            st.link_button(
                "Photos and labels (zip)",
                f"{desk.address}?zip",
                icon=":material/download:",
                help="To go on later, or to score elsewhere: this tab and the others read it.",
            )
        st.button("Score these labels", icon=":material/speed:", type="primary", on_click=turn_to, args=("photos",))
    st.caption(
        "Only photos that you confirmed are in the file. Labels, not photos, are also kept in this browser. They are "
        "offered again if you give the same photos another day."
    )


def _offer_sample(visit: Visit) -> None:
    if st.button("Try it with sample photos", icon=":material/person:"):
        photo_set = PhotoSet()
        for name, data in _sample_photos():
            photo_set.add_photo(name, data)
        visit.keep(photo_set)
        st.rerun()


@st.cache_data(show_spinner="Preparing the sample photos")
def _sample_photos() -> list[tuple[str, bytes]]:
    portrait, clip = sample_picture(), sample_clip()
    photos = [(portrait.path.name, portrait.path.read_bytes())]
    with open_clip(clip.path) as frames:
        for index, frame in enumerate(itertools.islice(frames, _SAMPLE_FRAMES[-1] + 1)):
            if index in _SAMPLE_FRAMES:
                photos.append((f"{clip.path.stem}_{index:03d}.jpg", encode_jpeg(frame.rgb)))
    return photos
