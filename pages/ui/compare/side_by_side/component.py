"""The player of two movements as a component of the page."""

from pathlib import Path

import streamlit as st

from pages.ui.compare.side_by_side.pair import Pair, make_pair
from pages.ui.compare.sides import Side
from pages.ui.serving.addresses import address
from pages.ui.serving.visits import Visit
from pages.ui.shared.module_component import module_component
from posecore import Alignment
from posecore.view.palette import GREY, LIKENESS, css
from posecore.view.stage import bones

_HERE = Path(__file__).parent
_PLAYER = _HERE.parents[1] / "explore" / "player" / "player.css"

_side_by_side = module_component(
    "posecore_side_by_side",
    html=(_HERE / "side_by_side.html").read_text(encoding="utf-8"),
    css="\n".join(path.read_text(encoding="utf-8") for path in (_PLAYER, _HERE / "side_by_side.css")),
    module="compare/side_by_side.js",
)


def show_side_by_side(visit: Visit, first: Side, second: Side, alignment: Alignment | None, *, rules: object) -> None:
    """Show both movements beside each other under one cursor, the second in time with the first.

    Args:
        visit: keeps the file that the player fetches.
        first: the reference.
        second: follows it.
        alignment: of both; None: they could not be aligned.
        rules: how they were compared.
    """
    key = (first.id, second.id, rules)
    pair = visit.get(Pair)
    if pair is None or pair.key != key or pair.folder.closed:
        pair = make_pair(key, (first.performer, second.performer), alignment, same_video=first.key == second.key)
        visit.keep(pair)
    played = address(pair.token)
    if played is None:
        st.info("The player needs the app's own server. Start it with: streamlit run streamlit_app.py")
        return
    data = {
        "pair": played,
        "header": pair.header,
        "films": [None if side.film is None else address(side.film) for side in (first, second)],
        "names": [first.name, second.name],
        "bones": bones(),
        "colors": {"scale": [css(color) for color in LIKENESS], "unknown": css(GREY)},
    }
    _side_by_side(key="compare_side_by_side", data=data)
