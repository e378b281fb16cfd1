"""Choose what is drawn on people: their skeletons, pieces of an overlay, a picture of one's own."""

import hashlib
from dataclasses import dataclass, field

import streamlit as st

from pages.ui.shared.problems import show_problem
from posecore import OverlayOptions, OwnPicture, PosecoreError
from posecore.media.pictures import decode_transparent
from posecore.view.overlays.mannequin import thumbnail
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.own_picture import ANCHORS
from posecore.view.overlays.table import PIECES

_THUMBNAIL_PX = 96
_ALONE = [piece.title.lower() for piece in PIECES.values() if piece.alone]
_PARTS = {name: name.replace("_", " ").capitalize() for name in ANCHORS}


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
        with st.container(horizontal=True, gap="small"):
            skeleton = _is_chosen(key, None, "Skeleton")
            pieces = [
                name
                for name, piece in PIECES.items()
                if (moves or not piece.moves) and _is_chosen(key, name, piece.title)
            ]
        picture = _choose_own_picture(key)
    return DrawnOnPeople(skeleton, OverlayOptions(pieces, picture))


def _is_chosen(key: str, name: PieceName | None, title: str) -> bool:
    with st.container(width=_THUMBNAIL_PX + 24, gap=None):
        # Twice as large as it is shown, for sharp screens.
        st.image(_thumbnail(name, 2 * _THUMBNAIL_PX), width=_THUMBNAIL_PX, alt=f"{title} on a figure")
        return st.checkbox(title, name is None, key=f"{key}_{name or 'skeleton'}", persist_state="session")


def _choose_own_picture(key: str) -> OwnPicture | None:
    """Offer a picture of the visitor's own and its place."""
    file = st.file_uploader(
        "Your own picture",
        type=["png", "webp", "jpg", "jpeg"],
        key=f"{key}_own",
        help="A logo or sticker, best as a PNG with a transparent background. It is not stored.",
    )
    if file is None:
        return None
    part = st.selectbox(
        "On which part of the body",
        list(_PARTS),
        format_func=lambda name: _PARTS[name],
        key=f"{key}_own_part",
        persist_state="session",
    )
    size = _slider("Size", 0.2, 4.0, 1.0, 0.1, f"{key}_own_size", "Height as a multiple of the length of that part.")
    turn = _slider("Turn (degrees)", -180.0, 180.0, 0.0, 5.0, f"{key}_own_turn", "Clockwise.")
    right = _slider("Shift to the right", -2.0, 2.0, 0.0, 0.1, f"{key}_own_right", "In lengths of that part.")
    up = _slider("Shift up", -2.0, 2.0, 0.0, 0.1, f"{key}_own_up", "In lengths of that part.")
    data = file.getvalue()
    try:
        return _own_picture(hashlib.sha256(data).hexdigest(), part, size, turn, (right, up), data, file.name)
    except PosecoreError as error:
        show_problem(str(error))
        return None


def _slider(label: str, low: float, high: float, usual: float, step: float, key: str, meaning: str) -> float:
    return st.slider(label, low, high, usual, step, key=key, persist_state="session", help=meaning)


# The newest only: the same object for the same choices, so that nothing is drawn again without need.
@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _own_picture(
    key: str, part: str, size: float, turn_deg: float, offset: tuple[float, float], _data: bytes, _name: str
) -> OwnPicture:
    return OwnPicture(decode_transparent(_data, name=_name), part, size, turn_deg, offset)


_thumbnail = st.cache_data(show_spinner=False)(thumbnail)
