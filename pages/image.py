"""Image: a photo in; the annotated photo, table, 3D skeleton and downloads out."""

from dataclasses import replace
from pathlib import PurePath

import streamlit as st

from pages.ui.image.photo import Look, Photo, choose_photo, drawn, estimated, show
from pages.ui.shared.explain import NOBODY, explain_numbers, more_people
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.people_choice import choose_background, choose_people
from pages.ui.shared.problems import problems_shown
from pages.ui.shared.results import offer_download, show_skeleton, show_table
from pages.ui.shared.settings import page_head
from posecore import FramePoses, PoseOptions
from posecore.export.json_file import to_json
from posecore.export.table_file import to_csv
from posecore.media.pictures import encode_png
from posecore.view.silhouettes import cut_out


def choose_look(several: bool) -> Look:
    """Show the controls of the overlay."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        skeleton = st.toggle("Skeleton", True, key="image_skeleton", persist_state="session")
        labels = st.toggle("Names", False, key="image_labels", persist_state="session")
        least = st.slider(
            "Hide points below visibility",
            0.0,
            1.0,
            0.5,
            0.05,
            key="image_draw",
            persist_state="session",
            width=240,
            help="Points below this value are probably hidden or out of view, and are not drawn.",
        )
        background = choose_background("image_background")
    return Look(skeleton, labels, least, "person" if several else "side", background)


def show_photo(photo: Photo, options: PoseOptions, poses: FramePoses, look: Look) -> None:
    """Show the annotated photo and its downloads."""
    rgb = drawn(photo, poses, look)
    width, height = poses.size
    by_side = look.color_by == "side"
    colors = "orange: the person's left, blue: their right" if by_side else "one colour per person"
    caption = f"{photo.caption} · {width} × {height} px · {colors} · {engine_line(options)}"
    show(rgb, caption, alt=f"{photo.name} with the landmarks")
    stem = PurePath(photo.name).stem
    with st.container(horizontal=True):
        offer_download("Annotated photo (PNG)", lambda: encode_png(rgb), f"{stem}.annotated.png", "image/png")
        if poses.masks:
            offer_download("Cut-out (PNG)", lambda: cut_out_png(photo, poses), f"{stem}.cutout.png", "image/png")
        offer_download("Table (CSV)", lambda: to_csv(poses), f"{stem}.landmarks.csv", "text/csv")
        offer_download("Landmarks (JSON)", lambda: to_json(poses), f"{stem}.landmarks.json", "application/json")


def cut_out_png(photo: Photo, poses: FramePoses) -> bytes:
    """Only the people, on a transparent background."""
    return encode_png(cut_out(photo.rgb, poses))


def show_result(photo: Photo, options: PoseOptions, poses: FramePoses) -> None:
    """Show the photo beside its 3D skeleton, and the table below."""
    several = len(poses) > 1
    if poses.left_out:
        st.info(more_people(poses.left_out), icon=":material/groups:")
    poses = choose_people(poses, page="image", key=f"{photo.key}_{len(poses)}")
    left, right = st.columns([1, 1], gap="medium")
    with left:
        look = choose_look(several)
        if look.background != "keep":
            masked = estimated(photo, replace(options, segmentation=True))
            poses = masked.only(poses.person_ids.tolist()).named(poses.names)
        show_photo(photo, options, poses, look)
    with right:
        show_skeleton(poses, key="image", several=several)
    st.subheader("Landmarks", anchor=False)
    show_table(poses, key="image_table", several=several)
    explain_numbers()


def show_page() -> None:
    """Show the page, from the choice of a photo to its result."""
    options = page_head("Image")
    photo = choose_photo()
    if photo is None:
        st.info("Upload a photo, take one, or try the sample. The result appears here.", icon=":material/image:")
        return
    for note in photo.notes:
        st.info(note, icon=":material/info:")
    poses = estimated(photo, options)
    if len(poses) == 0:
        st.warning(NOBODY, icon=":material/person_off:")
        show(photo.rgb, photo.caption, alt=photo.name)
    else:
        show_result(photo, options, poses)


with problems_shown():
    show_page()
