"""The visitor's photo: its sources, and its results kept for the visit."""

import hashlib
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.shared.sample_options import is_usual
from pages.ui.shared.sources import choose_sample, choose_source
from pages.ui.shared.taken_uploads import TakenFile, kept_file, to_disk, uploaded_file
from posecore import (
    FrameHands,
    FramePoses,
    OverlayArtist,
    OverlayOptions,
    PoseOptions,
    decode_picture,
    draw_hands,
    draw_poses,
    estimate_hands_image,
    estimate_image,
)
from posecore.estimation.hand_options import HandOptions
from posecore.media.optics import focal_length_35mm
from posecore.media.pictures import PICTURE_SUFFIXES, fit_picture
from posecore.media.samples import PICTURE_TITLES, sample_picture
from posecore.signs.shown import read_signs, sign_notes
from posecore.view.hand_drawing import without_coarse_hands
from posecore.view.silhouettes import Background, on_background

_SCREEN_PX = 1400
_SHOWN_HEIGHT_PX = 620

UPLOAD, CAMERA, SAMPLE, SNAPSHOT = "Upload", "Camera", "Sample", "Live snapshot"
_SOURCE_KEY, _SAMPLE_KEY = "image_source", "image_sample"
_SNAPSHOT_KEY = "live_snapshot"


@dataclass(frozen=True, eq=False)
class Photo:
    """A decoded photo.

    Attributes:
        key: unique in the visit.
        name: the file's name.
        caption: what is written below it.
        rgb: (H, W, 3) uint8, upright.
        notes: what the visitor should know about how it was decoded.
        focal_mm: focal length in 35 mm equivalent by its EXIF data; None: they say none.
        people: number of people in a sample; None for other photos.
    """

    key: str
    name: str
    caption: str
    rgb: np.ndarray
    notes: tuple[str, ...] = ()
    focal_mm: float | None = None
    people: int | None = None


class _Uploaded(TakenFile):
    pass


class _Taken(TakenFile):
    """By the browser's camera."""


def choose_photo(visit: Visit) -> Photo | None:
    """Offer the sources and return the photo of the chosen one, or None while there is none.

    Raises:
        UnreadableMedia, MediaTooLarge: if the photo cannot be used.
    """
    sources = [UPLOAD, CAMERA, SAMPLE]
    if _SNAPSHOT_KEY in st.session_state:
        sources.append(SNAPSHOT)
    with st.container(horizontal=True):
        source = choose_source("Source", sources, sample=SAMPLE, address=[*PICTURE_TITLES], key=_SOURCE_KEY)
        name = choose_sample(PICTURE_TITLES, key=_SAMPLE_KEY) if source == SAMPLE else None
    if name is not None:
        return open_sample(name)
    if source == SNAPSHOT:
        return st.session_state[_SNAPSHOT_KEY]
    if source == CAMERA:
        return _photo_of_camera(visit)
    return uploaded_photo(visit, _Uploaded, "A photo with one or more people", key="photo")


def keep_for_other_pages(photo: Photo) -> None:
    """Let other pages offer this photo; what was found in it is kept beside it, see ``estimated``."""
    _shown()[:] = [photo]


def shown_photo() -> Photo | None:
    """The photo that the Image page showed last in this visit."""
    return next(iter(_shown()), None)


# Not in the session state, which Streamlit keeps for two minutes after a visitor left: a photo may take 190 MB.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _shown() -> list[Photo]:
    return []


def open_snapshot(number: int) -> None:
    """Make a snapshot of the live camera the photo that the page opens with."""
    from pages.ui.live.current import snapshot_of  # 40 MB, where there is a camera

    rgb = snapshot_of(number)
    if rgb is not None:
        key = hashlib.sha256(rgb.tobytes()).hexdigest()
        st.session_state[_SNAPSHOT_KEY] = Photo(key, "snapshot.png", "Snapshot of the live camera", rgb)
        st.session_state[_SOURCE_KEY] = SNAPSHOT


def estimated(photo: Photo, options: PoseOptions) -> FramePoses:
    """The people in the photo; estimated once for each photo and options.

    Raises:
        PosecoreError: as ``posecore.estimate_image``.
    """
    if is_usual(options, photo.people):
        return _estimate_sample(photo.key, options, photo)
    return _estimate(photo.key, options, photo)


def estimated_hands(photo: Photo, options: PoseOptions, wanted: HandOptions) -> FrameHands:
    """The hands of the people that these options find in the photo, or all hands if they find nobody; estimated once.

    Raises:
        PosecoreError: as ``posecore.estimate_hands_image``.
    """
    poses = estimated(photo, options)
    return _estimate_hands(photo.key, options, wanted, photo, poses)


@dataclass(frozen=True)
class Look:
    """How people are drawn on the photo: as for ``posecore.draw_poses``, and an overlay above that."""

    skeleton: bool = True
    labels: bool = False
    min_visibility: float = 0.5
    color_by: Literal["side", "person"] = "side"
    background: Background = "keep"
    overlay: OverlayOptions = field(default_factory=OverlayOptions)


def drawn(photo: Photo, poses: FramePoses, look: Look, hands: FrameHands | None = None) -> np.ndarray:
    """The photo with these people and hands drawn on it, in full size; drawn once for each look."""
    people = (photo.key, poses.xy.tobytes(), tuple(sorted(poses.names.items())))
    of_hands = None if hands is None else (hands.xy.tobytes(), hands.slots)
    return _draw((*people, of_hands), look, photo, poses, hands)


def show(rgb: np.ndarray, caption: str, alt: str) -> None:
    """Show a photo so that all of it fits on the screen."""
    height, width = rgb.shape[:2]
    with st.container(width=max(1, min(width, round(_SHOWN_HEIGHT_PX * width / height)))):
        show_in_place(rgb, alt)
    st.caption(caption)


def show_in_place(rgb: np.ndarray, alt: str) -> None:
    """Show a photo as wide as its place, sent no larger than the screen needs."""
    st.image(fit_picture(rgb, _SCREEN_PX), width="stretch", output_format="JPEG", alt=alt)


def uploaded_photo(visit: Visit, kind: type[TakenFile], label: str, *, key: str) -> Photo | None:
    """Offer the upload of a photo, and return the one that the visit keeps, as ``uploaded_file`` does.

    Raises:
        UnreadableMedia, MediaTooLarge: if it cannot be used.
    """
    file = uploaded_file(
        visit,
        kind,
        label,
        types=[suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES],
        help="JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF, HEIC or a camera's raw file. It is deleted when you leave or "
        "choose another.",
        key=key,
        forget=lambda visit: visit.forget(kind),
    )
    return None if file is None else _open(file.key, file)


def _photo_of_camera(visit: Visit) -> Photo | None:
    """Offer the browser's camera, and return its newest photo, unless that was cleared."""
    photo = st.camera_input(
        "Take a photo",
        help="Your browser asks for permission. The photo is deleted when you leave or take another.",
        key="camera_photo",
        on_change=visit.forget,
        args=(_Taken,),
    )
    if photo is not None:
        visit.keep(to_disk(photo, _Taken))
    taken = kept_file(visit, _Taken)
    return None if taken is None else _open(taken.key, taken)


# Kept for this visit only, and only the newest: the next photo replaces the last.
@st.cache_resource(scope="session", max_entries=1, show_spinner="Opening the photo")
def _open(key: str, _file: TakenFile) -> Photo:
    notes: list[str] = []
    rgb = decode_picture(_file.path, name=_file.name, on_note=notes.append)
    return Photo(key, _file.name, "Your photo", rgb, tuple(notes), focal_length_35mm(_file.path))


# The samples, and what is found in them unless settings are changed, are the same for all visitors.
@st.cache_resource(max_entries=len(PICTURE_TITLES), show_spinner="Opening the sample photo")
def open_sample(name: str) -> Photo:
    """A sample photo, by its name as in ``posecore.media.samples.sample_picture``.

    Raises:
        UnreadableMedia: if it is not available.
    """
    sample = sample_picture(name)
    caption = f"{sample.title}. {sample.credit}"
    return Photo(str(sample.path), sample.path.name, caption, decode_picture(sample.path), people=sample.people)


@st.cache_resource(max_entries=len(PICTURE_TITLES), show_spinner="Finding the landmarks")
def _estimate_sample(key: str, options: PoseOptions, _photo: Photo) -> FramePoses:
    return estimate_image(_photo.rgb, options)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Finding the landmarks")
def _estimate(key: str, options: PoseOptions, _photo: Photo) -> FramePoses:
    return estimate_image(_photo.rgb, options)


@st.cache_resource(scope="session", max_entries=4, show_spinner="Finding the hands")
def _estimate_hands(
    key: str, options: PoseOptions, wanted: HandOptions, _photo: Photo, _poses: FramePoses
) -> FrameHands:
    return estimate_hands_image(_photo.rgb, wanted, poses=_poses)


def _draw_people(rgb: np.ndarray, poses: FramePoses, look: Look) -> np.ndarray:
    # Markers are found in the photo itself: its background may be hidden afterwards.
    above = OverlayArtist(look.overlay).prepare(poses, rgb) if look.overlay else None
    if look.overlay and not (look.skeleton or look.labels):
        rgb = on_background(rgb, poses, look.background)
    else:
        rgb = draw_poses(
            rgb,
            poses,
            skeleton=look.skeleton,
            labels=look.labels,
            min_visibility=look.min_visibility,
            color_by=look.color_by,
            background=look.background,
        )
    if above is not None:
        above.draw_on(rgb)
    return rgb


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _draw(
    people: tuple[object, ...], look: Look, _photo: Photo, _poses: FramePoses, _hands: FrameHands | None
) -> np.ndarray:
    rgb = _draw_people(_photo.rgb, _poses if _hands is None else without_coarse_hands(_poses, _hands), look)
    if _hands is None:
        return rgb
    named = None if not _poses.names else {slot.person: _poses.names.get(slot.person, "") for slot in _hands.slots}
    return draw_hands(rgb, _hands, notes=sign_notes(_hands.slots, read_signs(_hands)), people=named)
