"""A photo: what is seen in it, found once, and the poses for the chosen camera."""

from dataclasses import replace

import streamlit as st

from pages.ui.image.photo import Photo, estimated, estimated_hands
from pages.ui.rigid.camera import choose_camera, known_camera
from pages.ui.rigid.downloads import offer_downloads
from pages.ui.rigid.missing import show_what_is_missing
from pages.ui.rigid.shown import show_bodies
from pages.ui.rigid.things import NOTHING_PICKED, pick_things
from pages.ui.rigid.wanted import Wanted
from posecore.rigid.people import placed_people
from posecore.rigid.seen import SeenInPhoto
from posecore.rigid_pipeline import RigidOptions, open_faces, see_in_photo


def show_photo_result(photo: Photo, wanted: Wanted) -> None:
    """Show a photo with its bodies, from the choice of the camera to the downloads.

    Raises:
        PosecoreError: as ``posecore.rigid_pipeline.see_in_photo``.
    """
    for note in photo.notes:
        st.info(note, icon=":material/info:")
    height, width = photo.rgb.shape[:2]
    camera = choose_camera(known_camera((width, height), photo.focal_mm), key=photo.key)
    if camera is None:
        return
    kinds = wanted.bodies.kinds
    seen, why_no_faces = _see(photo.key, _search_of(wanted.bodies), photo)
    if why_no_faces:
        st.info(why_no_faces, icon=":material/info:")
    found = seen.pose(camera, kinds=kinds, tag_size_m=wanted.tag_size_m)
    show_what_is_missing(seen.notes(found, kinds), wanted, found.poses)
    picked = pick_things(photo.key, photo.rgb, camera) if wanted.things else NOTHING_PICKED
    found = replace(found, poses={**found.poses, **picked.poses})
    people = {} if seen.poses is None else placed_people(seen.poses, camera)
    caption = f"{photo.caption} · {width} × {height} px"
    drawn = show_bodies(photo.rgb, found, camera, wanted, people, caption=caption, picked=picked)
    offer_downloads(found, camera, photo.name, drawn)


def _search_of(bodies: RigidOptions) -> RigidOptions:
    """Options that are the same for all kinds for which the same is looked for."""
    stand_ins = ("head", "torso", "left_hand")
    needed = bool(bodies.kinds), "head" in bodies.kinds, bodies.hands is not None
    kinds = [kind for kind, is_needed in zip(stand_ins, (needed[1], needed[0], needed[2]), strict=True) if is_needed]
    return replace(bodies, kinds=kinds)


@st.cache_resource(scope="session", max_entries=2, show_spinner="Looking for bodies and tags")
def _see(key: str, bodies: RigidOptions, _photo: Photo) -> tuple[SeenInPhoto, str]:
    if not bodies.kinds:
        return see_in_photo(_photo.rgb, bodies), ""
    poses = estimated(_photo, bodies.people)
    hands = None if bodies.hands is None else estimated_hands(_photo, bodies.people, bodies.hands)
    faces = open_faces() if "head" in bodies.kinds else None
    why = faces if isinstance(faces, str) else ""
    network = None if isinstance(faces, str) else faces
    return see_in_photo(_photo.rgb, bodies, network, poses=poses, hands=hands), why
