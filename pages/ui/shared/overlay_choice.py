"""Choose what is drawn on people: their skeletons, pieces of an overlay, a picture of one's own."""

from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import cast

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from streamlit.typing import UploadedFile

from pages.ui.serving.public_files import publish_content
from pages.ui.shared.problems import show_problem
from pages.ui.shared.results import offer_download, written
from posecore import OverlayOptions, OwnPicture, PosecoreError, decode_picture, estimate_image
from posecore.limits import LIMITS
from posecore.media.pictures import PICTURE_SUFFIXES, decode_transparent, encode_jpeg
from posecore.rigid.sheets import write_tag_sheet
from posecore.view.overlays.ghost import Ghost
from posecore.view.overlays.mannequin import ghost_thumbnail, thumbnail
from posecore.view.overlays.names import USUAL_FAMILY, PieceName, ReferenceName
from posecore.view.overlays.own_picture import ANCHORS, MARKER
from posecore.view.overlays.puppet_svg import TEMPLATE, Puppet
from posecore.view.overlays.reference_poses import REFERENCE_POSES
from posecore.view.overlays.table import PIECES

_THUMBNAIL_PX = 96
_MOST_MB = 20  # of a picture of one's own, which is drawn at 1024 pixels
_ALONE = [piece.title.lower() for piece in PIECES.values() if piece.alone]
_PARTS = {name: name.replace("_", " ").capitalize() for name in (*ANCHORS, MARKER)}
_FAMILIES = {
    USUAL_FAMILY: "ArUco 4x4 (0 to 49)",
    "36h11": "AprilTag 36h11",
    **{name: f"AprilTag {name}" for name in ("25h9", "16h5")},
    **{name: f"ArUco {name.replace('_', ' of ')}" for name in ("5x5_100", "6x6_250")},
    "aruco": "ArUco original",
}
_PHOTO = "photo"
_POSES = {
    None: "None",
    "t_pose": "T pose",
    "arms_up": "Arms up",
    "warrior_2": "Warrior II",
    "tree": "Tree",
    "squat": "Squat",
    _PHOTO: "From a photo",
}
_PRINTED, _PRINTED_M = range(6), 0.08  # as many as fit on a page


@dataclass(frozen=True)
class DrawnOnPeople:
    """What is drawn on people.

    Attributes:
        skeleton: their bones and joints.
        overlay: everything else.
    """

    skeleton: bool = True
    overlay: OverlayOptions = field(default_factory=OverlayOptions)


def choose_overlay(key: str, *, moves: bool = True) -> DrawnOnPeople:
    """Offer the pieces in a popover, each with a picture of it.

    Args:
        key: of the page; its choices are kept while the visitor is on another.
        moves: whether people move; if not, pieces that show movement are not offered.
    """
    with st.popover("Overlay", icon=":material/face_retouching_natural:", help="What is drawn on people."):
        st.caption(f"Choose any number of them. {' and '.join(_ALONE).capitalize()} replace the picture.")
        offered = [name for name, piece in PIECES.items() if moves or not piece.moves]
        st.html(_pictures(key, (None, *offered)))
        with st.container(horizontal=True, gap="small"):
            skeleton = _is_chosen(key, None, "Skeleton")
            pieces = [name for name in offered if _is_chosen(key, name, PIECES[name].title)]
        puppet = _choose_puppet(key) if "puppet" in pieces else None
        ghost = _choose_ghost(key)
        picture = _choose_own_picture(key)
    return DrawnOnPeople(skeleton, OverlayOptions(pieces, picture, ghost, puppet))


def _is_chosen(key: str, name: PieceName | None, title: str) -> bool:
    return st.checkbox(title, name is None, key=_key_of(key, name), persist_state="session", width=_THUMBNAIL_PX + 24)


def _key_of(key: str, name: PieceName | None) -> str:
    return f"{key}_{name or 'skeleton'}"


# In one element: an image for each piece took half of the processor time of the Webcam page.
@lru_cache(maxsize=8)
def _pictures(key: str, names: tuple[PieceName | None, ...]) -> str:
    """Styles that show each piece on a figure, as part of the label of its box."""
    labels = {name: f".st-key-{_key_of(key, name)} label" for name in names}
    side = f"{_THUMBNAIL_PX}px"
    common = f"min-width: {side}; padding-top: {_THUMBNAIL_PX + 4}px; background: no-repeat 0 0 / {side}"
    rules = [f"{', '.join(labels.values())} {{ {common} }}"]
    rules += [f'{label} {{ background-image: url("{_picture(name)}") }}' for name, label in labels.items()]
    return "\n".join(["<style>", *rules, "</style>"])


@cache
def _picture(name: PieceName | None) -> str:
    """The address of a picture of a piece, twice as large as it is shown, for sharp screens."""
    return publish_content(encode_jpeg(thumbnail(name, 2 * _THUMBNAIL_PX)), ".jpg")


def _choose_ghost(key: str) -> Ghost | None:
    """Offer poses to fill."""
    chosen = st.selectbox(
        "Pose to fill",
        [None, *REFERENCE_POSES, _PHOTO],
        format_func=lambda name: _POSES[name],
        key=f"{key}_ghost",
        persist_state="session",
        help="Its outline stands where the person stands, and fills up as their pose becomes like it. The number is "
        "the likeness of the Compare page: 100 if all limbs point the same way, 0 if they are 60° apart.",
    )
    if chosen is None:
        return None
    try:
        ghost = _ghost_of_photo(key) if chosen == _PHOTO else Ghost.named(cast(ReferenceName, chosen))
    except PosecoreError as error:
        show_problem(str(error))
        return None
    if ghost is not None:
        st.image(_ghost_thumbnail(ghost, 2 * _THUMBNAIL_PX), width=_THUMBNAIL_PX, alt="The pose to fill")
    return ghost


def _ghost_of_photo(key: str) -> Ghost | None:
    file = st.file_uploader(
        "Photo of the pose",
        type=[suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES],
        key=f"{key}_ghost_photo",
        help="Of one person, the whole body in view. It is not stored.",
    )
    return None if file is None else _estimated(file.file_id, file)


@st.cache_resource(scope="session", max_entries=3, show_spinner="Finding the pose")
def _estimated(file_id: str, _file: UploadedFile) -> Ghost:
    return Ghost.of(estimate_image(decode_picture(_file.getvalue(), name=_file.name)))


def _choose_puppet(key: str) -> Puppet | None:
    """Offer to draw a puppet of the visitor's own in place of the built-in one."""
    file = st.file_uploader(
        "Own puppet (SVG)",
        type=["svg"],
        key=f"{key}_puppet_own",
        help="Drawn in a drawing program, from the template: the built-in puppet, with notes on what to keep in it. It "
        "is not stored.",
        max_upload_size=max(1, LIMITS.puppet_kilobytes // 1000),
    )
    offer_download("Download the template", TEMPLATE.read_bytes(), "puppet.svg", "image/svg+xml")
    try:
        return None if file is None else _read_puppet(file.file_id, file)
    except PosecoreError as error:
        show_problem(str(error))
        return None


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _read_puppet(file_id: str, _file: UploadedFile) -> Puppet:
    return Puppet.read(_file.getvalue(), name=_file.name)


def _choose_own_picture(key: str) -> OwnPicture | None:
    """Offer a picture of the visitor's own and its place."""
    file = st.file_uploader(
        "Your own picture",
        type=["png", "webp", "jpg", "jpeg"],
        key=f"{key}_own",
        help="A logo or sticker, best as a PNG with a transparent background. It is not stored.",
        max_upload_size=_MOST_MB,
    )
    if file is None:
        return None
    try:
        rgba = _decoded(file.file_id, file)
    except PosecoreError as error:
        show_problem(str(error))
        return None
    part = st.selectbox(
        "Held to",
        list(_PARTS),
        format_func=lambda name: _PARTS[name],
        key=f"{key}_own_part",
        persist_state="session",
    )
    family = _choose_family(key) if part == MARKER else USUAL_FAMILY
    lengths = "Its height, in lengths of that part; of a marker, in sides of its black square."
    size = _slider("Size", (0.2, 4.0), 1.0, 0.1, "%.1f", f"{key}_own_size", lengths)
    turn = _slider("Turn", (-180.0, 180.0), 0.0, 5.0, "%d°", f"{key}_own_turn", "Clockwise.")
    right = _slider("Shift to the right", (-2.0, 2.0), 0.0, 0.1, "%.1f", f"{key}_own_right", "In the same lengths.")
    up = _slider("Shift up", (-2.0, 2.0), 0.0, 0.1, "%.1f", f"{key}_own_up", "In the same lengths.")
    return _own_picture(file.file_id, rgba, part, size, turn, (right, up), family)


def _choose_family(key: str) -> str:
    """Offer the families of markers, and a sheet of some to print."""
    family = st.selectbox(
        "Family of the marker",
        list(_FAMILIES),
        format_func=lambda name: _FAMILIES[name],
        key=f"{key}_own_family",
        persist_state="session",
    )
    st.caption("The picture lies on each printed marker of this family that the camera sees, with or without a person.")
    offer_download(
        "Markers to print (PDF)",
        lambda: written(lambda path: write_tag_sheet(path, family, _PRINTED, _PRINTED_M)),
        f"markers_{family}.pdf",
        "application/pdf",
    )
    return family


def _slider(
    label: str, ends: tuple[float, float], usual: float, step: float, form: str, key: str, meaning: str
) -> float:
    return st.slider(label, *ends, usual, step, form, key=key, persist_state="session", help=meaning)


# The newest only. A large picture takes a second to decode.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _decoded(file_id: str, _file: UploadedFile) -> NDArray[np.uint8]:
    return OwnPicture(decode_transparent(_file.getvalue(), name=_file.name)).rgba  # as small as it is drawn


# The same object for the same choices, so that nothing is drawn again without need.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_picture(
    file_id: str,
    _rgba: NDArray[np.uint8],
    part: str,
    size: float,
    turn_deg: float,
    offset: tuple[float, float],
    family: str,
) -> OwnPicture:
    return OwnPicture(_rgba, part, size, turn_deg, offset, family)


_ghost_thumbnail = st.cache_data(show_spinner=False, max_entries=50)(ghost_thumbnail)
