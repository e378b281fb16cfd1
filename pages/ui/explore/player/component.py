"""The player as a component of the page."""

from collections.abc import Collection, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from plotly.io.json import to_json_plotly

from pages.ui.explore.player.moments import Moments
from pages.ui.shared.module_component import module_component
from pages.ui.shared.script_parts import HAND_LOOK, LANDMARK_TABLE, STYLES
from posecore import BLAZEPOSE_33, HandSequence, PoseSequence
from posecore.motion.curves import measure_curve_confidence
from posecore.motion.height import GivenHeight
from posecore.motion.measuring import Space
from posecore.motion.prominence import most_prominent_first
from posecore.view.palette import SIDES, SIDES_ON_PAGE, css, person_color
from posecore.view.stage import bones, plot_stage

_HERE = Path(__file__).parent
# The curves that are shown first are the angles of the first of these joints that is visible most of the time.
_USUAL_JOINTS = ("knee", "elbow")
_SURE = 0.5
_SMALL = frozenset(BLAZEPOSE_33.parts["face"] + BLAZEPOSE_33.parts["hands"]) - {BLAZEPOSE_33.index("nose")}
PLAYER_HTML = (_HERE / "player.html").read_text(encoding="utf-8")
"""The player before its script runs."""
PLAYER_CSS = "\n".join((_HERE / name).read_text(encoding="utf-8") for name in ("player.css", "player_layout.css"))
"""Its rules, without those of ``pages.ui.shared.script_parts.STYLES``, which it needs too."""


_player = module_component("posecore_player", html=PLAYER_HTML, css=STYLES + PLAYER_CSS, module="player/player.js")


def show_player(
    sequence: PoseSequence,
    moments: Moments,
    address: str,
    *,
    hands: HandSequence | None,
    key: str,
    clip: str,
    film: str | None = None,
    file: str | None = None,
    stem: str | None = None,
    shown: Collection[int] | None = None,
    heights: Collection[GivenHeight] = (),
) -> str | None:
    """Show the player of a result, and return what a link to the moment asks for that the visitor just shared.

    Args:
        sequence: as for ``player_data``.
        moments: the file to play.
        address: where the browser fetches that file.
        hands: in the same frames; None if they were not looked for.
        key: identifies this place on the page.
        clip: identifies the result; the player starts over with a new one.
        film: address of a video of exactly these frames; None if there is none.
        file: name of the visitor's file that a link to a moment needs; None if it needs none.
        stem: start of the names of saved frames; None: a usual one.
        shown: ids of the people to show; None: all.
        heights: that were given, to which the result is scaled.
    """
    data = player_data(sequence, moments.header, hands=hands, clip=clip, shown=shown, heights=heights)
    addresses = {"film": film, "file": file, "stem": stem, "moments": address, "link": None}
    return _player(key=key, data=data | addresses, on_share_change=_nothing).share


def _nothing() -> None:
    """Make Streamlit run the page with what the player asks for."""


def player_data(
    sequence: PoseSequence,
    header: Mapping[str, Any],
    *,
    hands: HandSequence | None,
    clip: str,
    shown: Collection[int] | None = None,
    heights: Collection[GivenHeight] = (),
) -> dict[str, Any]:
    """What the player is given of a result, except addresses; to be called in the run of a page, as parts are kept.

    Args:
        sequence: the result, used only for the ids and names of the people, the extent of the axes and the first frame.
        header: of the numbers to play.
        hands: in the same frames; None if they were not looked for.
        clip: identifies the result.
        shown: ids of the people to show; None: all.
        heights: that were given, to which the result is scaled.
    """
    several = sequence.seen.sum(axis=1).max(initial=0) > 1  # at once: each cut makes another person of the same one
    ids = sequence.person_ids.tolist()
    scaled = f"{clip} {heights}"
    heights_m = {each.person: each.height_m for each in heights}
    ranked = most_prominent_first(sequence)
    return {
        "key": clip,
        "header": header,
        "stages": {space: _stage(scaled, space, _sequence=sequence, _hands=hands) for space in ("world", "picture")},
        "skeleton": _skeleton(),
        "people": [
            {
                "id": person,
                "name": sequence.names.get(person, f"person {person}"),
                "named": person in sequence.names,
                "color": css(person_color(person)),
                "shown": shown is None or person in shown,
                "height": heights_m.get(person),
                "rank": ranked.index(person),
            }
            for person in ids
        ],
        "table": LANDMARK_TABLE,
        "hands": HAND_LOOK if hands is not None and hands.slots else None,
        "defaults": {
            "index": _first_seen(sequence, hands) // header["step"],
            "curves": _usual_curves(clip, _sequence=sequence),
            "space": "picture" if several or not ids else "world",
        },
    }


def _first_seen(sequence: PoseSequence, hands: HandSequence | None) -> int:
    """The first frame with a person or, if there is nobody, with a hand; 0 if there is none."""
    seen = sequence.seen.any(axis=1)
    return int((seen if hands is None or seen.any() else hands.seen.any(axis=1)).argmax())


@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _usual_curves(clip: str, _sequence: PoseSequence) -> list[str]:
    pairs = [[f"{side}_{joint}.angle_3d" for side in ("left", "right")] for joint in _USUAL_JOINTS]
    for pair in pairs:
        confidence = np.stack([measure_curve_confidence(_sequence, name) for name in pair])  # (2, frames, people)
        visible = (confidence >= _SURE).any(axis=0)  # one side hides the other in a view from the side
        if visible.sum() > _sequence.seen.sum() / 2:
            return pair
    return pairs[0]


@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _stage(clip: str, space: Space, _sequence: PoseSequence, _hands: HandSequence | None) -> str:
    figure = plot_stage(_sequence, coordinates=space, hands=_hands).to_dict()
    figure["layout"].pop("template", None)
    return to_json_plotly(figure)


@lru_cache(maxsize=1)
def _skeleton() -> dict[str, Any]:
    return {
        "landmarks": [
            {
                "name": name.replace("_", " "),
                "color": css(SIDES[side]),
                "page": css(SIDES_ON_PAGE[side]),
                "small": index in _SMALL,
            }
            for index, (name, side) in enumerate(zip(BLAZEPOSE_33.landmarks, BLAZEPOSE_33.sides, strict=True))
        ],
        "bones": [
            bone | {"color": css(SIDES[bone["side"]]), "page": css(SIDES_ON_PAGE[bone["side"]])} for bone in bones()
        ],
    }
