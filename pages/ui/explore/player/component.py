"""The player on the page."""

from collections.abc import Collection
from functools import lru_cache
from pathlib import Path
from typing import Any

import streamlit as st
from plotly.io.json import to_json_plotly

from pages.ui.explore.player.moments import Moments
from pages.ui.shared.assets import asset
from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.measuring import Space
from posecore.view.palette import SIDES, SIDES_ON_PAGE, css, person_color
from posecore.view.stage import bones, plot_stage

_HERE = Path(__file__).parent
_USUAL_CURVES = ("left_knee.angle_3d", "right_knee.angle_3d")
_SMALL = frozenset(BLAZEPOSE_33.parts["face"] + BLAZEPOSE_33.parts["hands"]) - {BLAZEPOSE_33.index("nose")}


def _read(*paths: Path) -> str:
    return "\n".join(path.read_text(encoding="utf-8") for path in paths)


# The scripts are parts of one module: they are joined in the order of their names.
_player = st.components.v2.component(
    "posecore_player",
    html=_read(_HERE / "player.html"),
    css=_read(_HERE / "player.css"),
    js=f'const shared = import(new URL("{asset("shared/plotly.js")}", document.baseURI).href);\n'
    + _read(_HERE.parents[1] / "shared" / "telling.js", *sorted(_HERE.glob("*.js"))),
    isolate_styles=False,
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
) -> int:
    """The player of a clip, and the frame at which it was paused last.

    Args:
        sequence: whose people they are; of it only their numbers, their names and the reach of the axes are used.
        moments: what is played.
        address: where the browser finds it.
        key: of this place on the page.
        clip: tells this clip from another: the player begins anew with another.
        film: where the browser finds the film of just these frames; None: there is none.
        shown: ids of the people who are; None: all.
    """
    first = first_seen(sequence)
    several = len(sequence.person_ids) > 1
    ids = sequence.person_ids.tolist()
    data = {
        "key": clip,
        "film": film,
        "moments": address,
        "header": moments.header,
        "layers": list(moments.header["layers"]),
        "stages": {space: _stage(clip, space, _sequence=sequence) for space in ("world", "picture")},
        "skeleton": _skeleton(),
        "people": [
            {
                "id": person,
                "name": sequence.names.get(person, f"person {person}"),
                "color": css(person_color(person)),
                "shown": shown is None or person in shown,
            }
            for person in ids
        ],
        "defaults": {
            "frame": first // moments.header["step"],
            "curves": list(_USUAL_CURVES),
            "space": "picture" if several else "world",
        },
    }
    result = _player(key=key, data=data, default={"frame": first}, on_frame_change=_nothing)
    frame = result.frame if isinstance(result.frame, int) else first
    return min(max(0, frame), len(sequence) - 1)


def first_seen(sequence: PoseSequence) -> int:
    """The first frame in which somebody is; 0 where nobody ever is."""
    return int(sequence.seen.any(axis=1).argmax())


def _nothing() -> None:
    """The page reads the frame when it runs; nothing else happens."""


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
