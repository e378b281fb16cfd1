"""Flat things and boxes of known size, whose corners the visitor picks on a photo."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from pages.ui.rigid.corner_picker import picked_corners, show_picker, sketch_of
from pages.ui.serving.visits import current_visit
from pages.ui.shared.explain import plain
from posecore.rigid.camera import Camera
from posecore.rigid.corners import CornerFit, Thing, edges_px, fit_corners
from posecore.rigid.kinds import KINDS
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.tags import FAMILIES
from posecore.view.palette import PEOPLE, SKY_BLUE, css

_OTHER, _BOX = "Another flat thing", "A box"
# Width and height, centimetres. ISO 216, ANSI and ISO/IEC 7810; the goal by FIFA's Law 1, between the posts.
PRESETS: Mapping[str, tuple[float, ...]] = {
    "A4 sheet": (21.0, 29.7),
    "Letter sheet": (21.59, 27.94),
    "Bank card": (8.56, 5.398),
    "Football goal": (732.0, 244.0),
    _OTHER: (30.0, 20.0),
    _BOX: (30.0, 20.0, 10.0),
}
_SIDES = ("Width", "Height", "Depth")
_MOST_THINGS = 20
_STATE_KEY = "picked_things"
# A landmark, and a click, counts from the corner of the first pixel; OpenCV from its middle.
_HALF_PX = 0.5


@dataclass
class _Named:
    """A thing with its name, and its corners in each photo: (N, 2) pixels from the photo's corner; NaN: not picked."""

    id: str
    slot: RigidSlot
    thing: Thing
    corners: dict[str, NDArray[np.float64]] = field(default_factory=dict)

    def corners_in(self, photo: str) -> NDArray[np.float64]:
        return self.corners.get(photo, np.full((len(self.thing.corners_m), 2), np.nan))


@dataclass
class _Things:
    """Those of the visit."""

    named: list[_Named] = field(default_factory=list)
    added: int = 0

    def add(self, name: str, thing: Thing) -> str:
        """Add a thing, and return its id."""
        self.added += 1
        same = [each.slot.id for each in self.named if each.slot.kind == name]
        self.named.append(_Named(f"thing{self.added}", RigidSlot(name, max(same, default=0) + 1), thing))
        return self.named[-1].id

    def remove(self, id: str) -> None:
        """Remove a thing."""
        self.named = [each for each in self.named if each.id != id]


@dataclass(frozen=True, eq=False)
class Picked:
    """The things whose corners fit.

    Attributes:
        poses: by slot, whose kind is the thing's name.
        axis_m: length of the axes that are drawn on them, metres, by name.
        outlines_m: their edges, as for ``posecore.view.rigid_plots.plot_rigid_3d``.
    """

    poses: Mapping[RigidSlot, RigidPose]
    axis_m: dict[str, float]
    outlines_m: Mapping[RigidSlot, NDArray[np.float64]]


NOTHING_PICKED = Picked({}, {}, {})


def pick_things(photo: str, rgb: np.ndarray, camera: Camera) -> Picked:
    """Let the visitor pick the corners of things on a photo, and return those whose corners fit.

    Args:
        photo: identifies it; corners are kept for each photo of the visit.
        rgb: the photo, (H, W, 3) uint8.
        camera: that took it, for images of its size.
    """
    things = st.session_state.setdefault(_STATE_KEY, _Things())
    _offer_to_add(things)
    if not things.named:
        st.info("Add a thing whose size you know; then click its corners on the photo.", icon=":material/crop_free:")
        return NOTHING_PICKED
    chosen = _choose(things)
    fits = {each.id: fit_corners(each.thing, each.corners_in(photo) - _HALF_PX, camera) for each in things.named}
    show_picker(
        current_visit(),
        photo,
        rgb,
        [_shown(each, photo, fits[each.id], camera, number) for number, each in enumerate(things.named)],
        chosen=chosen,
        on_picked=partial(_take_corners, things, photo, camera.size),
    )
    for each in things.named:
        _tell(each, fits[each.id])
    return Picked(
        {
            each.slot: pose
            for each in things.named
            if (pose := fits[each.id].pose) is not None and fits[each.id].problem is None
        },
        {each.slot.kind: min(each.thing.size_m[:2]) / 2 for each in things.named},
        {each.slot: each.thing.outline_m for each in things.named},
    )


def _offer_to_add(things: _Things) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = st.selectbox("Thing", list(PRESETS), key="thing_what", persist_state="session", width=180)
        named = {_OTHER: "Flat thing", _BOX: "Box"}.get(what, what)
        name = st.text_input(
            "Name", named, max_chars=30, key=f"thing_name_{what}", persist_state="session", width=160
        ).strip()
        sides = [
            st.number_input(
                f"{side} (cm)",
                0.1,
                10000.0,
                given,
                key=f"thing_{side}_{what}",
                persist_state="session",
                width=130,
                help={
                    "Width": "From corner 1 to corner 2.",
                    "Height": "From corner 2 to corner 3.",
                    "Depth": "From front to back.",
                }[side],
            )
            for side, given in zip(_SIDES, PRESETS[what], strict=False)
        ]
        reserved = name in KINDS or name in FAMILIES
        st.button(
            "Add",
            icon=":material/add:",
            key="thing_add",
            disabled=not name or reserved or len(things.named) >= _MOST_THINGS,
            on_click=_add,
            args=(things, name, tuple(side / 100 for side in sides)),
        )
    if reserved:
        st.warning(f"{plain(name)} is the name of a part of people or of a family of tags. Choose another.")
    elif what == _BOX:
        st.caption("Pick only the corners that you see, at least four. More make the pose surer.")
    else:
        st.caption("Enter width and height as the thing is in the photo: lying, an A4 sheet is 29.7 cm wide.")


def _add(things: _Things, name: str, size_m: tuple[float, ...]) -> None:
    st.session_state["thing_chosen"] = things.add(name, Thing(size_m))


def _choose(things: _Things) -> str:
    titles = {each.id: str(each.slot) for each in things.named}
    if st.session_state.get("thing_chosen") not in titles:
        st.session_state["thing_chosen"] = things.named[-1].id
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = str(
            st.segmented_control(
                "Pick the corners of",
                list(titles),
                required=True,
                format_func=lambda id: titles[id],
                key="thing_chosen",
                wrap=True,
            )
        )
        st.button(
            f"Remove {plain(titles[chosen])}",
            icon=":material/delete:",
            type="tertiary",
            key="thing_remove",
            on_click=things.remove,
            args=(chosen,),
        )
    return chosen


def _take_corners(things: _Things, photo: str, size: tuple[int, int]) -> None:
    picked = picked_corners(photo, {each.id: len(each.thing.corners_m) for each in things.named}, size)
    for each in things.named:
        if each.id in picked:
            each.corners[photo] = picked[each.id]


def _shown(each: _Named, photo: str, fit: CornerFit, camera: Camera, number: int) -> dict[str, object]:
    lines = [] if fit.pose is None else edges_px(each.thing, fit.pose, camera)
    reach = 4 * max(camera.size)
    return {
        "id": each.id,
        "name": str(each.slot),
        "color": css((SKY_BLUE, *PEOPLE)[number % (1 + len(PEOPLE))]),
        "names": list(each.thing.corner_names),
        "at": [place if np.isfinite(place).all() else None for place in each.corners_in(photo).tolist()],
        "lines": [
            (line + _HALF_PX).round(1).tolist()
            for line in lines
            if np.isfinite(line).all() and np.abs(line).max() < reach
        ],
        "sketch": sketch_of(each.thing),
    }


def _tell(each: _Named, fit: CornerFit) -> None:
    name = f"**{plain(str(each.slot))}**"
    if fit.problem is not None:
        if fit.pose is None:
            st.markdown(f":material/pending: {name}: {plain(fit.problem)}")
        else:
            st.markdown(f":material/warning: {name}: {plain(fit.problem)} It is left out of the results until then.")
        return
    assert fit.pose is not None
    yaw, pitch, roll = fit.pose.euler_deg
    doubt = ""
    if fit.pose.uncertain:
        doubt = (
            "  \n:material/help: Uncertain: tilted the other way it would look about the same. A photo from nearer or "
            "further aside tells them apart."
        )
    st.markdown(
        f":material/check: {name}: {fit.pose.distance_m:.2f} m away, yaw {yaw:.1f}°, pitch {pitch:.1f}°, roll "
        f"{roll:.1f}°; its edges fit within {fit.pose.error_px:.1f} px.{doubt}"
    )
