"""Image: a photo in; the annotated photo, table, 3D skeleton and downloads out."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from pages.ui.image.angles import choose_angles, show_angles
from pages.ui.image.files import offer_files
from pages.ui.image.measured_photo import show_measured_photo
from pages.ui.image.photo import (
    Look,
    Photo,
    choose_photo,
    drawn,
    estimated,
    estimated_hands,
    keep_for_other_pages,
    show,
)
from pages.ui.shared.explain import A_HAND_AS_BODY, NO_HANDS, NOBODY, explain_numbers, more_people
from pages.ui.shared.hand_results import choose_body_or_hands, hands_in_words, show_hands_3d, show_hands_table
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.overlay_choice import choose_overlay
from pages.ui.shared.people_choice import (
    choose_background,
    choose_people,
    chosen_heights,
    say_what_metres_are,
)
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.results import show_skeleton, show_table
from pages.ui.shared.sample_options import for_sample
from pages.ui.shared.settings import page_head_with_hands
from pages.ui.shared.visits import current_visit
from posecore import FrameHands, FramePoses, PosecoreError, PoseOptions
from posecore.estimation.hand_options import HandOptions
from posecore.motion.hand_as_body import people_within_hands
from posecore.motion.height import GivenHeight, fit_heights, scaled

_MEASURE_KEY = "image_measure"


def choose_look(several: bool) -> Look:
    """Show the controls of what is drawn."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = choose_overlay("image_overlay", moves=False)
        overlay = choose_angles(chosen.overlay)
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
        st.toggle(
            "Measure",
            False,
            key=_MEASURE_KEY,
            persist_state="session",
            help="Draw lines and angles on the photo, and read their pixels, metres and degrees.",
        )
    return Look(chosen.skeleton, labels, least, "person" if several else "side", background, overlay)


def show_photo(
    photo: Photo,
    options: PoseOptions,
    poses: FramePoses,
    look: Look,
    hands: FrameHands | None,
    given: Sequence[GivenHeight] = (),
) -> None:
    """Show the annotated photo and its downloads."""
    rgb = drawn(photo, poses, look, hands)
    width, height = poses.size
    facts = [photo.caption, f"{width} × {height} px", *colors_of(poses, look, hands), engine_line(options)]
    if len(poses) and st.session_state.get(_MEASURE_KEY):
        show_measured_photo(
            current_visit(),
            rgb,
            poses,
            key=photo.key,
            name=photo.name,
            given=given,
            min_visibility=look.min_visibility,
        )
        st.caption(" · ".join(facts))
    else:
        show(rgb, " · ".join(facts), alt=f"{photo.name} with the landmarks")
    if hands:
        st.caption(f":material/back_hand: {hands_in_words(hands, poses.names)}")
    offer_files(photo, rgb, options, poses, look, hands, given)


def colors_of(poses: FramePoses, look: Look, hands: FrameHands | None) -> list[str]:
    """What the colours of the drawing mean."""
    by_side = "orange: the person's left, blue: their right" if look.color_by == "side" else "one colour per person"
    said = [by_side] if len(poses) and (look.skeleton or not look.overlay) else []
    return [*said, "fingers in their own colours"] if hands else said


def show_result(photo: Photo, options: PoseOptions, poses: FramePoses, hands: FrameHands | None) -> None:
    """Show the photo beside its 3D skeleton, and the table below."""
    several = len(poses) > 1
    if poses.left_out:
        st.info(more_people(poses.left_out), icon=":material/groups:")
    poses = choose_people(poses, page="image", key=f"{photo.key}_{len(poses)}")
    heights = chosen_heights("image")
    given = fit_heights(poses, heights)
    poses = scaled(poses, given)
    say_what_metres_are(given, heights, poses)
    if hands is not None:
        hands = hands.only(poses.person_ids.tolist())
    left, right = st.columns([1, 1], gap="medium")
    with left:
        look = choose_look(several)
        if look.background != "keep" or look.overlay.is_behind:
            masked = estimated(photo, replace(options, segmentation=True))
            poses = scaled(masked.only(poses.person_ids.tolist()).named(poses.names), given)
        show_photo(photo, options, poses, look, hands, given)
    with right:
        of = choose_body_or_hands("3D of", key="image_3d_of", both=True) if hands else "body"
        if hands and of != "body":
            show_hands_3d(hands, poses if of == "both" else None, key="image")
        else:
            show_skeleton(poses, key="image", several=several)
    show_angles(poses, several=several)
    st.header("Landmarks", anchor=False)
    if hands and choose_body_or_hands("Table of", key="image_table_of") == "hands":
        show_hands_table(hands, key="image_table", names=poses.names)
    else:
        show_table(poses, key="image_table", several=several)
    explain_numbers(hands=bool(hands))


def show_hands_only(photo: Photo, options: PoseOptions, nobody: FramePoses, hands: FrameHands) -> None:
    """Show hands of people whose bodies were not found: the photo, 3D, and the table below."""
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_photo(photo, options, nobody, Look(), hands)
    with right:
        show_hands_3d(hands, None, key="image")
    st.header("Landmarks", anchor=False)
    show_hands_table(hands, key="image_table", names={})
    explain_numbers(hands=True)


def show_nobody(photo: Photo, options: PoseOptions, nobody: FramePoses) -> None:
    """Show a photo without people, with what can be drawn on it all the same: a picture on a marker."""
    overlay = choose_overlay("image_overlay", moves=False).overlay
    if overlay.needs_frames:
        show_photo(photo, options, nobody, Look(overlay=overlay), None)
    else:
        show(photo.rgb, photo.caption, alt=photo.name)


def find_hands(photo: Photo, options: PoseOptions, wanted: HandOptions | None) -> FrameHands | None:
    """The hands in the photo; None if they are not wanted or cannot be looked for, which is said then."""
    if wanted is None:
        return None
    try:
        hands = estimated_hands(photo, options, wanted)
    except PosecoreError as error:  # the bodies are shown all the same
        show_problem(str(error))
        return None
    if not hands:
        st.info(NO_HANDS, icon=":material/back_hand:")
    return hands


def show_page() -> None:
    """Show the page, from the choice of a photo to its result."""
    options, wanted = page_head_with_hands("Image")
    photo = choose_photo()
    if photo is None:
        st.info("Upload a photo, take one, or try the sample. The result appears here.", icon=":material/image:")
        return
    options = for_sample(options, photo.people)
    for note in photo.notes:
        st.info(note, icon=":material/info:")
    poses = estimated(photo, options)
    keep_for_other_pages(photo)
    hands = find_hands(photo, options, wanted)
    are_hands = people_within_hands(poses, hands) if hands else []
    if are_hands:
        st.warning(A_HAND_AS_BODY, icon=":material/back_hand:")
        poses = poses.only({*poses.person_ids.tolist()} - {*are_hands})
    elif hands and not len(poses):
        st.info(
            "No body was found, so hands were looked for in the whole image. Small ones may be missing.",
            icon=":material/info:",
        )
    if len(poses):
        show_result(photo, options, poses, hands)
    elif hands:
        show_hands_only(photo, options, poses, hands)
    else:
        st.warning(NOBODY, icon=":material/person_off:")
        show_nobody(photo, options, poses)


with problems_shown():
    show_page()
