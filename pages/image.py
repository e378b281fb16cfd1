"""Image: a photo in; the annotated photo, table, 3D skeleton and downloads out."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
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
    show_in_place,
)
from pages.ui.image.photo_places import PhotoPlaces
from pages.ui.serving.visits import current_visit
from pages.ui.shared.explain import A_HAND_AS_BODY, NO_HANDS, NOBODY, more_people, numbers_explained, plain
from pages.ui.shared.hand_results import choose_body_or_hands, hands_in_words, show_hands_3d, show_hands_table
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.navigation import require_route
from pages.ui.shared.overlay_choice import choose_overlay
from pages.ui.shared.page_head import PageHead
from pages.ui.shared.people_choice import (
    choose_background,
    choose_people,
    chosen_heights,
    say_what_metres_are,
)
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.results import show_skeleton, show_table
from pages.ui.shared.sample_options import for_sample
from pages.ui.shared.settings import set_people, settings_with_hands
from posecore import FrameHands, FramePoses, PosecoreError, PoseOptions
from posecore.estimation.hand_options import HandOptions
from posecore.motion.hand_as_body import people_within_hands
from posecore.motion.height import GivenHeight, fit_heights, scaled
from posecore.motion.root import in_camera_axes
from posecore.rigid.camera import Camera

HOW_TO_MEASURE = (
    "Choose **Line** or **Angle** below the photo, then click its points on the photo. An end near a landmark follows "
    "it. Metres need a person's height, or a length that you know."
)


def choose_look(several: bool) -> Look:
    """Show the controls of what is drawn."""
    with st.container(horizontal=True, vertical_alignment="center"):
        chosen = choose_overlay("image_overlay", moves=False)
        labels = st.toggle("Names", False, key="image_labels", persist_state="session")
    overlay = choose_angles(chosen.overlay)
    least = st.slider(
        "Hide points below visibility",
        0.0,
        1.0,
        0.5,
        0.05,
        key="image_draw",
        persist_state="session",
        width=280,
        help="Points below this value are probably hidden or out of view, and are not drawn.",
    )
    background = choose_background("image_background")
    return Look(chosen.skeleton, labels, least, "person" if several else "side", background, overlay)


def choose_axes(photo: Photo) -> float | None:
    """Field of view in degrees of the camera in whose axes metres are to be; None: they stay as the model gives them.

    It is offered if the photo states its lens.
    """
    if photo.focal_mm is None:
        return None
    in_camera = st.toggle(
        "Metres in the camera's axes",
        False,
        key="image_camera_axes",
        persist_state="session",
        help=f"Turns each person by the angle from which the camera saw them, with the lens that the photo states "
        f"({photo.focal_mm:.0f} mm). Off: as the model gives them.",
    )
    height, width = photo.rgb.shape[:2]
    return Camera.from_focal_35mm((width, height), photo.focal_mm).fov_deg if in_camera else None


def show_photo(
    photo: Photo,
    rgb: np.ndarray,
    poses: FramePoses,
    look: Look,
    hands: FrameHands | None,
    given: Sequence[GivenHeight],
    *,
    measures: bool,
) -> None:
    """Show the annotated photo, or the tool that measures in it."""
    if measures:
        show_measured_photo(
            current_visit(),
            rgb,
            poses,
            key=photo.key,
            name=photo.name,
            given=given,
            min_visibility=look.min_visibility,
        )
    else:
        show_in_place(rgb, alt=f"{photo.name} with the landmarks")
    if colors := colors_of(poses, look, hands):
        st.caption(" · ".join(colors).capitalize())


def colors_of(poses: FramePoses, look: Look, hands: FrameHands | None) -> list[str]:
    """What the colours of the drawing mean."""
    by_side = "orange: the person's left, blue: their right" if look.color_by == "side" else "one colour per person"
    said = [by_side] if len(poses) and (look.skeleton or not look.overlay) else []
    return [*said, "fingers in their own colours"] if hands else said


def show_facts(photo: Photo, options: PoseOptions, poses: FramePoses, head: PageHead, places: PhotoPlaces) -> None:
    """Show what the photo is, and what was found in it."""
    width, height = poses.size
    found = "1 person" if len(poses) == 1 else f"{len(poses)} people"
    facts = [f"{width} × {height} px", engine_line(options)]
    head.facts.caption(" · ".join([f"**{plain(photo.name)}**", *([found] if len(poses) else []), *facts]))
    places.details.caption(" · ".join([plain(photo.caption), *facts]))


def show_result(
    photo: Photo, options: PoseOptions, poses: FramePoses, hands: FrameHands | None, head: PageHead
) -> None:
    """Show the photo beside its 3D skeleton, which shares its place with tables, choices and files."""
    several = len(poses) > 1
    places = PhotoPlaces(poses.size, leave_out=set() if several else {"people"})
    show_facts(photo, options, poses, head, places)
    if poses.left_out:
        say(places, more_people(poses.left_out), ":material/groups:")
        everybody = len(poses) + poses.left_out
        places.line.button(
            f"Show all {everybody} people",
            key="image_everybody",
            help="Sets Maximum people in Settings.",
            on_click=set_people,
            args=(everybody,),
        )
    with places.tab("people" if several else "measure"):
        poses = choose_people(
            poses, page="image", key=f"{photo.key}_{len(poses)}", seen=not several or places.is_open("people")
        )
        heights = chosen_heights("image")
        given = fit_heights(poses, heights)
        poses = scaled(poses, given)
        say_what_metres_are(given, heights, poses)
    if hands is not None:
        hands = hands.only(poses.person_ids.tolist())
        if hands:
            say(places, hands_in_words(hands, poses.names), ":material/back_hand:")
    with places.tab("display"):
        look = choose_look(several)
        seen_by_deg = choose_axes(photo)
    if look.background != "keep" or look.overlay.is_behind:
        masked = estimated(photo, replace(options, segmentation=True))
        poses = scaled(masked.only(poses.person_ids.tolist()).named(poses.names), given)
    if seen_by_deg is not None:
        poses = in_camera_axes(poses, field_of_view_deg=seen_by_deg)
    with places.photo:
        rgb = drawn(photo, poses, look, hands)
        show_photo(photo, rgb, poses, look, hands, given, measures=len(poses) > 0 and places.is_open("measure"))
    with places.tab("solid"):
        of = choose_body_or_hands("3D of", key="image_3d_of", both=True) if hands else "body"
        if hands and of != "body":
            show_hands_3d(hands, poses if of == "both" else None, key="image")
        else:
            show_skeleton(poses, key="image", several=several, min_visibility=look.min_visibility)
    if places.is_open("angles"):
        with places.tab("angles"):
            show_angles(poses, several=several)
    if places.is_open("landmarks"):
        with places.tab("landmarks"):
            if hands and choose_body_or_hands("Table of", key="image_table_of") == "hands":
                show_hands_table(hands, key="image_table", names=poses.names)
            else:
                show_table(poses, key="image_table", several=several)
    places.tab("measure").caption(HOW_TO_MEASURE)
    with places.tab("files"):
        offer_files(photo, rgb, options, poses, look, hands, given, seen_by_deg)
    places.tab("help").markdown(numbers_explained(hands=bool(hands)))


def show_hands_only(photo: Photo, options: PoseOptions, nobody: FramePoses, hands: FrameHands, head: PageHead) -> None:
    """Show hands of people whose bodies were not found: the photo, and 3D, table and files beside it."""
    places = PhotoPlaces(nobody.size, leave_out={"people", "angles", "display", "measure"})
    show_facts(photo, options, nobody, head, places)
    say(places, hands_in_words(hands, {}), ":material/back_hand:")
    with places.photo:
        rgb = drawn(photo, nobody, Look(), hands)
        show_photo(photo, rgb, nobody, Look(), hands, (), measures=False)
    with places.tab("solid"):
        show_hands_3d(hands, None, key="image")
    if places.is_open("landmarks"):
        with places.tab("landmarks"):
            show_hands_table(hands, key="image_table", names={})
    with places.tab("files"):
        offer_files(photo, rgb, options, nobody, Look(), hands)
    places.tab("help").markdown(numbers_explained(hands=True))


def show_nobody(photo: Photo, options: PoseOptions, nobody: FramePoses, head: PageHead) -> None:
    """Show a photo without people, with what can be drawn on it all the same: a picture on a marker."""
    places = PhotoPlaces(nobody.size, leave_out={"solid", "angles", "landmarks", "people", "measure", "help"})
    show_facts(photo, options, nobody, head, places)
    with places.tab("display"):
        overlay = choose_overlay("image_overlay", moves=False).overlay
    look = Look(overlay=overlay)
    with places.photo:
        rgb = drawn(photo, nobody, look) if overlay.needs_frames else photo.rgb
        show_in_place(rgb, alt=f"{photo.name} with the landmarks" if overlay.needs_frames else photo.name)
    with places.tab("files"):
        if overlay.needs_frames:
            offer_files(photo, rgb, options, nobody, look, None)
        else:
            st.caption("There is nothing to download: nobody was found, and nothing is drawn.")


def say(places: PhotoPlaces, words: str, icon: str) -> None:
    """Show a sentence in the line above the photo, and in full in the details."""
    for place in (places.line, places.details):
        place.markdown(f"{icon} {words}")


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
    require_route()
    head = PageHead("Image", key="image")
    options, wanted = settings_with_hands(head.settings)
    with head.source:
        photo = choose_photo(current_visit())
    if photo is None:
        st.info("Upload a photo, take one, or try the sample. The result appears here.", icon=":material/image:")
        return
    options = for_sample(options, photo.people)
    for note in photo.notes:
        st.info(note, icon=":material/info:")
    poses = estimated(photo, options)
    keep_for_other_pages(photo)
    head.fold(photo.key, "Change photo")
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
        show_result(photo, options, poses, hands, head)
    elif hands:
        show_hands_only(photo, options, poses, hands, head)
    else:
        st.warning(NOBODY, icon=":material/person_off:")
        show_nobody(photo, options, poses, head)


with problems_shown():
    show_page()
