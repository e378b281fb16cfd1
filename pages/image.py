"""Image: one picture in; the annotated picture, the table, the 3D skeleton and their files out."""

from pathlib import PurePath

import streamlit as st

from pages.ui.explain import MORE_PEOPLE, NOBODY, explain_numbers
from pages.ui.models import engine_line
from pages.ui.pictures import Picture, choose_picture, drawn, estimated, show
from pages.ui.problems import problems_shown
from pages.ui.results import choose_coordinates, offer_download, show_skeleton, show_table
from pages.ui.settings import page_head
from posecore import FramePoses, PoseOptions
from posecore.export.csv_file import to_csv
from posecore.export.json_file import to_json
from posecore.media.pictures import encode_png


def show_picture(picture: Picture, options: PoseOptions, poses: FramePoses) -> None:
    """The annotated picture with the controls of its overlay, and its downloads."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        skeleton = st.toggle("Skeleton", True, key="image_skeleton", persist_state="session")
        labels = st.toggle("Names", False, key="image_labels", persist_state="session")
        least = st.slider(
            "Draw from visibility",
            0.0,
            1.0,
            0.5,
            0.05,
            key="image_draw",
            persist_state="session",
            width=240,
            help="Landmarks that the model thinks hidden or out of view, below this value, are not drawn.",
        )
    rgb = drawn(picture, options, skeleton=skeleton, labels=labels, min_visibility=least)
    width, height = poses.size
    colors = "orange is the person's left, blue the right" if len(poses) == 1 else "one colour for each person"
    caption = f"{picture.caption} · {width} × {height} px · {colors} · {engine_line(options)}"
    show(rgb, caption, alt=f"{picture.name} with the landmarks")
    stem = PurePath(picture.name).stem
    with st.container(horizontal=True):
        offer_download("Picture (PNG)", lambda: encode_png(rgb), f"{stem}.annotated.png", "image/png")
        offer_download("Table (CSV)", lambda: to_csv(poses), f"{stem}.landmarks.csv", "text/csv")
        offer_download("Landmarks (JSON)", lambda: to_json(poses), f"{stem}.landmarks.json", "application/json")


def show_result(picture: Picture, options: PoseOptions, poses: FramePoses) -> None:
    """The picture beside its 3D skeleton, and the table below."""
    if poses.left_out:
        st.info(MORE_PEOPLE.format(count=poses.left_out), icon=":material/groups:")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_picture(picture, options, poses)
    with right:
        show_skeleton(poses, choose_coordinates("image_coordinates"), key="image_3d")
    st.subheader("Landmarks", anchor=False)
    show_table(poses, key="image_table")
    explain_numbers()


def show_page() -> None:
    """From the choice of a picture to everything about it."""
    options = page_head("Image")
    picture = choose_picture()
    if picture is None:
        st.info("Upload a picture, take one, or try the sample: the result appears here.", icon=":material/image:")
        return
    poses = estimated(picture, options)
    if len(poses) == 0:
        st.warning(NOBODY, icon=":material/person_off:")
        show(picture.rgb, picture.caption, alt=picture.name)
    else:
        show_result(picture, options, poses)


with problems_shown():
    show_page()
