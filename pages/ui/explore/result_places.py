"""Where the parts of a result are on its page: a line of words, the player, and tabs for the rest."""

import streamlit as st

from pages.ui.shared.result_head import ResultTabs, place_line
from posecore import PoseSequence

_TABS = {
    "repetitions": ":material/fitness_center: Repetitions",
    "files": ":material/download: Files",
    "overlay": ":material/movie_edit: Overlay",
    "people": ":material/groups: People",
    "smoothing": ":material/waves: Smoothing",
    "reliability": ":material/verified_user: Reliability",
    "compare": ":material/compare: Compare",
    "help": ":material/help: Help",
}
_OF_BODIES = ("repetitions", "people", "smoothing", "reliability", "compare")


class ResultPlaces(ResultTabs):
    """Places of a page that shows a result, from top to bottom.

    Attributes:
        line: one line: what to do next, and how reliable the result is.
        details: behind a button in it.
        above: for what has to be read before the player.
        player: the player.
    """

    def __init__(self, sequence: PoseSequence, *, key: str, has_film: bool) -> None:
        """Place the parts.

        Args:
            sequence: the result.
            key: identifies this page.
            has_film: whether a video can be made of it.
        """
        self.line, self.details = place_line()
        self.above = st.container(key="result_above")
        self.player = st.container()
        has_bodies = bool(sequence.seen.any())
        left_out = set() if has_bodies else set(_OF_BODIES)
        left_out |= set() if has_film else {"overlay"}
        super().__init__({name: _TABS[name] for name in _TABS if name not in left_out}, key=f"{key}_tabs")
