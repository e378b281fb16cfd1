"""Image: one picture in; the annotated picture, the table, the 3D skeleton and their files out."""

from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from pages.ui.image.photo import Look, Picture, choose_picture, drawn, estimated, show
from pages.ui.shared.explain import MORE_PEOPLE, NOBODY, explain_numbers
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.people_choice import choose_background, choose_people
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.results import offer_download, show_skeleton, show_table
from pages.ui.shared.settings import page_head
from posecore import FramePoses, PoseOptions
from posecore.export.csv_file import to_csv
from posecore.export.json_file import to_json
from posecore.media.pictures import encode_png
from posecore.view.silhouettes import cut_out


def choose_look(several: bool) -> Look:
    """The controls of the overlay."""
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
        background = choose_background("image_background")
    return Look(skeleton, labels, least, "person" if several else "side", background)


def show_picture(picture: Picture, options: PoseOptions, poses: FramePoses, look: Look) -> None:
    """The annotated picture and its downloads."""
    rgb = drawn(picture, poses, look)
    width, height = poses.size
    by_side = look.color_by == "side"
    colors = "orange is the person's left, blue the right" if by_side else "one colour for each person"
    caption = f"{picture.caption} · {width} × {height} px · {colors} · {engine_line(options)}"
    show(rgb, caption, alt=f"{picture.name} with the landmarks")
    stem = PurePath(picture.name).stem
    with st.container(horizontal=True):
        offer_download("Picture (PNG)", lambda: encode_png(rgb), f"{stem}.annotated.png", "image/png")
        if poses.masks:
            offer_download("Cut-out (PNG)", lambda: cut_out_png(picture, poses), f"{stem}.cutout.png", "image/png")
        offer_download("Table (CSV)", lambda: to_csv(poses), f"{stem}.landmarks.csv", "text/csv")
        offer_download("Landmarks (JSON)", lambda: to_json(poses), f"{stem}.landmarks.json", "application/json")


def cut_out_png(picture: Picture, poses: FramePoses) -> bytes:
    """The people alone, on nothing."""
    return encode_png(cut_out(picture.rgb, poses))


def show_result(picture: Picture, options: PoseOptions, poses: FramePoses) -> None:
    """The picture beside its 3D skeleton, and the table below."""
    several = len(poses) > 1
    if poses.left_out:
        st.info(MORE_PEOPLE.format(count=poses.left_out), icon=":material/groups:")
    poses = choose_people(poses, page="image", key=f"{picture.key}_{len(poses)}")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        look = choose_look(several)
        if look.background != "keep":
            masked = estimated(picture, replace(options, segmentation=True))
            poses = masked.only(poses.person_ids.tolist()).named(poses.names)
        show_picture(picture, options, poses, look)
    with right:
        show_skeleton(poses, key="image", several=several)
    st.subheader("Landmarks", anchor=False)
    show_table(poses, key="image_table", several=several)
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
