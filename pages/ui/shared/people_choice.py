"""Choose which people of a result are shown, their names, and their heights."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import pandas as pd
import streamlit as st

from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from posecore import FramePoses, PosecoreError, PoseSequence, decode_picture
from posecore.media.pictures import PICTURE_SUFFIXES
from posecore.motion.height import GivenHeight, height_bounds_m, metres_in_words, unused_in_words
from posecore.view.palette import css, person_color
from posecore.view.silhouettes import Background, BackgroundName, BackgroundPicture

Poses = TypeVar("Poses", FramePoses, PoseSequence)

_LONGEST_NAME = 24
_WIDTH_PX = 640
_UPLOADER_PX = 320
_HEIGHT_PX = 240
_ROWS_WITHOUT_SCROLLING = 8
_HEIGHT_HELP = (
    "With a height, metres are in true scale in every view and file. Without one they are the model's guess, which "
    "takes everyone for about as tall: 1.55 to 1.7 m."
)
_PICTURE = "picture"
_BACKGROUNDS = {"keep": "Original", "blur": "Blurred", "plain": "Plain", _PICTURE: "Picture"}


def choose_person(sequence: PoseSequence, *, key: str) -> int | None:
    """Offer the people of a result if there are several; None: the largest, in each shot."""
    people: list[int] = sequence.person_ids[sequence.seen.any(axis=0)].tolist()
    if len(people) < 2:
        return None
    if st.session_state.get(key) not in people:
        st.session_state[key] = None
    names: dict[int | None, str] = {None: "The largest"}
    names |= {person: plain(sequence.names.get(person, f"person {person}")) for person in people}
    return st.selectbox(
        "Person",
        list(names),
        format_func=names.__getitem__,
        key=key,
        persist_state="session",
        help="The largest and longest in view, in each shot, unless you choose another.",
    )


@dataclass(frozen=True)
class _Choice:
    """The choices about the people of one result. The editor must be given the same initial table in each run."""

    key: str
    begun_with: pd.DataFrame
    edited: pd.DataFrame | None = None

    @property
    def table(self) -> pd.DataFrame:
        """The table with its edits."""
        return self.begun_with if self.edited is None else self.edited


def choose_background(key: str, *, disabled: bool = False) -> Background:
    """Offer what to do with everything behind the people; it is plain until a picture is there."""
    chosen = st.segmented_control(
        "Background",
        list(_BACKGROUNDS),
        default="keep",
        required=True,
        format_func=lambda name: _BACKGROUNDS[name],
        key=key,
        persist_state="session",
        disabled=disabled,
        help="Keep what is behind the people, blur it, or replace it with one light colour or a picture of yours.",
    )
    return _choose_picture(key, disabled) if chosen == _PICTURE else cast(BackgroundName, chosen)


def _choose_picture(key: str, disabled: bool) -> Background:
    file = st.file_uploader(
        "Picture behind the people",
        type=[suffix.removeprefix(".") for suffix in PICTURE_SUFFIXES],
        key=f"{key}_picture",
        disabled=disabled,
        width=_UPLOADER_PX,
        help="Its middle fills the frame. Until it is there, the background is plain. It is not stored.",
    )
    if file is None:
        return "plain"
    try:
        data = file.getvalue()
        return _decoded(hashlib.sha256(data).hexdigest(), data, file.name)
    except PosecoreError as error:
        show_problem(str(error))
        return "plain"


# Of this visit; each page has its own.
@st.cache_resource(scope="session", max_entries=3, show_spinner=False)
def _decoded(key: str, _data: bytes, _name: str) -> BackgroundPicture:
    return BackgroundPicture(decode_picture(_data, name=_name))


def choose_people(
    poses: Poses, *, page: str, key: str, heights: Mapping[int, float] | None = None, seen: bool = True
) -> Poses:
    """Let the visitor hide and name people, if there are several, and return the others with their names.

    Heights can be given, too: see ``chosen_heights``.

    Args:
        poses: of a photo or a video.
        page: name of the page; its choices are kept while the visitor is on another.
        key: identifies the result; a new one starts with everyone shown.
        heights: of people in metres, by id, to begin with.
        seen: whether the visitor sees the choice; what was chosen among several people holds without it.
    """
    ids = poses.person_ids.tolist()
    if len(ids) < 2:
        st.session_state[_heights_key(page)] = _choose_height(ids[0], key, heights or {}) if ids else {}
        return poses
    kept, widget = f"people_of_{page}", f"people_{key}"
    chosen = st.session_state.get(kept)
    if chosen is None or chosen.key != key:
        chosen = _Choice(key, _people(poses, heights or {}))
    elif widget not in st.session_state:  # it was not shown for a while and lost its edits
        chosen = _Choice(key, chosen.table)
    if seen:
        with st.container(width=_WIDTH_PX):  # or less, if there is less room
            table: pd.DataFrame = st.data_editor(
                chosen.begun_with,
                key=widget,
                hide_index=True,
                disabled=["color", "person", "seen"],
                column_config=_columns(isinstance(poses, PoseSequence)),
                width="stretch",
                height="content" if len(ids) <= _ROWS_WITHOUT_SCROLLING else 320,
            )
        st.caption(f"Hide or rename people; every view and file updates. {_HEIGHT_HELP}")
        chosen = _Choice(key, chosen.begun_with, table)
    st.session_state[kept] = chosen
    table = chosen.table
    shown = tuple(table["person"][table["show"]].tolist())
    given = table.dropna(subset="height")
    st.session_state[_heights_key(page)] = dict(zip(given["person"].tolist(), given["height"].tolist(), strict=True))
    names = {
        person: name.strip()[:_LONGEST_NAME]
        for person, name in zip(table["person"], table["name"].fillna(""), strict=True)
        if name.strip()
    }
    named = poses.named(names)
    return named if len(shown) == len(ids) else named.only(shown)


def chosen_heights(page: str) -> dict[int, float]:
    """The heights that were given where ``choose_people`` was shown on a page, metres by id of the person."""
    heights: dict[int, float] = st.session_state.get(_heights_key(page), {})
    return heights


def say_what_metres_are(
    given: Sequence[GivenHeight], heights: Mapping[int, float], poses: FramePoses | PoseSequence
) -> None:
    """Show that metres are scaled, if a height was given, or why they cannot be."""
    unused = unused_in_words(given, heights, poses)
    if unused is not None:
        st.info(plain(unused), icon=":material/straighten:")
    people = poses.person_ids.tolist()
    if any(each.person in people for each in given):
        names = {person: plain(name) for person, name in poses.names.items()}
        st.caption(f":material/straighten: {metres_in_words(given, names, people)}")


def _heights_key(page: str) -> str:
    return f"heights_of_{page}"


def _choose_height(person: int, key: str, heights: Mapping[int, float]) -> dict[int, float]:
    """Offer the height of the only person."""
    least, most = height_bounds_m()
    widget = f"height_{key}"
    if person in heights and widget not in st.session_state:
        st.session_state[widget] = heights[person]  # a default could not be cleared
    with st.popover("Height", icon=":material/height:"):
        height_m = st.number_input(
            "Height of this person, m",
            least,
            most,
            None,
            0.01,
            format="%.2f",
            placeholder="not known",
            key=widget,
            persist_state="session",
            width=_HEIGHT_PX,
            help=_HEIGHT_HELP,
        )
    return {} if height_m is None else {person: height_m}


def _people(poses: FramePoses | PoseSequence, heights: Mapping[int, float]) -> pd.DataFrame:
    ids = poses.person_ids.tolist()
    table = pd.DataFrame({"show": True, "color": [_dot(person) for person in ids], "person": ids})
    table["name"] = [poses.names.get(person, "")[:_LONGEST_NAME] for person in ids]
    table["height"] = pd.array([heights.get(person) for person in ids], "Float64")
    if isinstance(poses, PoseSequence):
        table["seen"] = [_when(poses, slot) for slot in range(len(ids))]
    return table


def _when(sequence: PoseSequence, slot: int) -> str:
    """When a person was seen first and last, and in what share of the frames between."""
    frames = sequence.seen[:, slot].nonzero()[0]
    if not len(frames):
        return "never"
    first, last = sequence.times_s[frames[[0, -1]]]
    share = len(frames) / (frames[-1] - frames[0] + 1)
    return f"{first:.1f} to {last:.1f} s, in {share:.0%} of frames"


def _columns(of_video: bool) -> dict[str, Any]:
    column = st.column_config
    columns: dict[str, Any] = {
        "show": column.CheckboxColumn("Show", width="small"),
        "color": column.ImageColumn("Colour", width="small"),
        "person": column.NumberColumn("Number", width="small", help="In order of appearance."),
        "name": column.TextColumn("Name", max_chars=_LONGEST_NAME, help="Click to enter a name."),
    }
    least, most = height_bounds_m()
    columns["height"] = column.NumberColumn(
        "Height, m", width="small", min_value=least, max_value=most, step=0.01, format="%.2f", help=_HEIGHT_HELP
    )
    if of_video:
        columns["seen"] = column.TextColumn("Seen")
    return columns


def _dot(person: int) -> str:
    """A dot in the person's colour, as an image for the table."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16">'
        f'<circle cx="8" cy="8" r="6" fill="{css(person_color(person))}"/></svg>'
    )
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"
