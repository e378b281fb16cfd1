"""The picture a visitor works on: where it comes from, and what is kept of it for the visit."""

import hashlib
from dataclasses import asdict, dataclass
from typing import Literal

import numpy as np
import streamlit as st

from pages.ui.live.current import frame_for_snapshot
from pages.ui.shared.sources import choose_source
from posecore import FramePoses, PoseOptions, decode_picture, draw_poses, estimate_image
from posecore.media.pictures import PICTURE_SUFFIXES, fit_picture
from posecore.media.samples import sample_picture
from posecore.view.silhouettes import Background

_SCREEN_PX = 1400
_SHOWN_HEIGHT_PX = 620

UPLOAD, CAMERA, SAMPLE, SNAPSHOT = "Upload", "Camera", "Sample", "Live snapshot"
_SOURCE_KEY = "image_source"
_SNAPSHOT_KEY = "live_snapshot"
SNAPSHOT_ADDRESS = "snapshot"


@dataclass(frozen=True, eq=False)
class Picture:
    """A decoded picture; ``key`` tells it from others of the visit, ``rgb`` is (H, W, 3) uint8 upright."""

    key: str
    name: str
    caption: str
    rgb: np.ndarray


def choose_picture() -> Picture | None:
    """Offer the sources and return the picture of the chosen one, or None while there is none.

    Raises:
        UnreadableMedia, MediaTooLarge: about the picture given.
    """
    if st.query_params.pop(SNAPSHOT_ADDRESS, None):
        _keep_snapshot()
    sources = [UPLOAD, CAMERA, SAMPLE]
    if _SNAPSHOT_KEY in st.session_state:
        sources.append(SNAPSHOT)
    source = choose_source("Picture from", sources, sample=SAMPLE, address="photo", key=_SOURCE_KEY)
    if source == SAMPLE:
        return _sample()
    if source == SNAPSHOT:
        return st.session_state[_SNAPSHOT_KEY]
    return _given(_ask_for_file(source))


def estimated(picture: Picture, options: PoseOptions) -> FramePoses:
    """The people in the picture; estimated once for each picture and options.

    Raises:
        PosecoreError: as ``posecore.estimate_image``.
    """
    return _estimate(picture.key, options, picture)


@dataclass(frozen=True)
class Look:
    """How people are drawn on their picture; as for ``posecore.draw_poses``."""

    skeleton: bool
    labels: bool
    min_visibility: float
    color_by: Literal["side", "person"]
    background: Background


def drawn(picture: Picture, poses: FramePoses, look: Look) -> np.ndarray:
    """The picture with these of its people drawn on it, in full size; drawn once for each look of theirs."""
    of_whom = (picture.key, poses.xy.tobytes(), tuple(sorted(poses.names.items())))
    return _draw(of_whom, look, picture, poses)


def show(rgb: np.ndarray, caption: str, alt: str) -> None:
    """Put a picture on the page: whole on the screen, and sent no larger than a screen shows it."""
    height, width = rgb.shape[:2]
    with st.container(width=max(1, min(width, round(_SHOWN_HEIGHT_PX * width / height)))):
        st.image(fit_picture(rgb, _SCREEN_PX), width="stretch", output_format="JPEG", alt=alt)
    st.caption(caption)


def _keep_snapshot() -> None:
    """Make a frame of the live camera the picture that the page opens with."""
    rgb = frame_for_snapshot()
    if rgb is not None:
        key = hashlib.sha256(rgb.tobytes()).hexdigest()
        st.session_state[_SNAPSHOT_KEY] = Picture(key, "snapshot.png", "Snapshot of the live camera", rgb)
        st.session_state[_SOURCE_KEY] = SNAPSHOT


def _ask_for_file(source: str):
    if source == CAMERA:
        return st.camera_input("Take a picture", help="The browser asks for permission; nothing is kept.")
    return st.file_uploader(
        "A picture with one or more people",
        type=[suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES],
        help="JPEG, PNG, WebP, AVIF, TIFF, BMP, GIF or HEIC. It is not kept.",
    )


def _given(file) -> Picture | None:
    if file is None:
        return None
    return _decode(file.file_id, file.name, file)


def _sample() -> Picture:
    sample = sample_picture()
    return _decode(str(sample.path), sample.path.name, sample.path.read_bytes(), sample.credit)


# Kept for this visit only, and only the newest: the next picture takes the place of the last.
@st.cache_resource(scope="session", max_entries=1, show_spinner="Opening the picture")
def _decode(key: str, name: str, _file, caption: str = "Your picture") -> Picture:
    data = _file if isinstance(_file, bytes) else _file.getvalue()
    return Picture(key, name, caption, decode_picture(data, name=name))


@st.cache_resource(scope="session", max_entries=4, show_spinner="Finding the landmarks")
def _estimate(key: str, options: PoseOptions, _picture: Picture) -> FramePoses:
    return estimate_image(_picture.rgb, options)


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _draw(of_whom: tuple, look: Look, _picture: Picture, _poses: FramePoses) -> np.ndarray:
    return draw_poses(_picture.rgb, _poses, **asdict(look))
