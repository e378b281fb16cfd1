"""The player on the page."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io.json import to_json_plotly

from pages.ui.explore.player.moments import Moments
from pages.ui.shared.component import module_component
from pages.ui.shared.script_parts import LANDMARK_TABLE, STYLES
from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.measuring import Space
from posecore.view.palette import SIDES, SIDES_ON_PAGE, css, person_color
from posecore.view.stage import bones, plot_stage

_HERE = Path(__file__).parent
_USUAL_CURVES = ("left_knee.angle_3d", "right_knee.angle_3d")
_SMALL = frozenset(BLAZEPOSE_33.parts["face"] + BLAZEPOSE_33.parts["hands"]) - {BLAZEPOSE_33.index("nose")}


_player = module_component(
    "posecore_player",
    html=(_HERE / "player.html").read_text(encoding="utf-8"),
    css=STYLES + (_HERE / "player.css").read_text(encoding="utf-8"),
    module="player/player.js",
)


def show_player(
    sequence: PoseSequence,
    moments: Moments,
    address: str,
    *,
    key: str,
    clip: str,
    film: str | None = None,
    shown: Collection[int] | None = None,
) -> None:
    """The player of a clip.

    Args:
        sequence: whose people they are; of it only their numbers, their names and the reach of the axes are used.
        moments: what is played.
        address: where the browser finds it.
        key: of this place on the page.
        clip: tells this clip from another: the player starts over with another.
        film: where the browser finds the film of just these frames; None: there is none.
        shown: ids of the people who are shown; None: all.
    """
    several = len(sequence.person_ids) > 1
    ids = sequence.person_ids.tolist()
    data = {
        "key": clip,
        "film": film,
        "moments": address,
        "header": moments.header,
        "stages": {space: _stage(clip, space, _sequence=sequence) for space in ("world", "picture")},
        "skeleton": _skeleton(),
        "people": [
            {
                "id": person,
                "name": sequence.names.get(person, f"person {person}"),
                "named": person in sequence.names,
                "color": css(person_color(person)),
                "shown": shown is None or person in shown,
            }
            for person in ids
        ],
        "table": LANDMARK_TABLE,
        "defaults": {
            "index": _first_seen(sequence) // moments.header["step"],
            "curves": list(_USUAL_CURVES),
            "space": "picture" if several else "world",
        },
    }
    _player(key=key, data=data)


def _first_seen(sequence: PoseSequence) -> int:
    """The first frame with a person; 0 if there is none."""
    return int(sequence.seen.any(axis=1).argmax())


@st.cache_data(scope="session", max_entries=4, show_spinner=False)
def _stage(clip: str, space: Space, _sequence: PoseSequence) -> str:
    figure = plot_stage(_sequence, coordinates=space).to_dict()
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
        "bones": [bone | {"color": css(SIDES[bone["side"]])} for bone in bones()],
    }
