"""Where the parts of a result are on its page: a line of words, the player, and tabs for the rest."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

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


class ResultPlaces:
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
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="result_line", wrap=False):
            self.line = st.container(horizontal=True, vertical_alignment="center", key="result_words", wrap=False)
            self.details = st.popover("Details", icon=":material/info:", type="tertiary")
        self.above = st.container(key="result_above")
        self.player = st.container()
        has_bodies = bool(sequence.seen.any())
        left_out = set() if has_bodies else set(_OF_BODIES)
        left_out |= set() if has_film else {"overlay"}
        names = [name for name in _TABS if name not in left_out]
        tabs = st.tabs([_TABS[name] for name in names], key=f"{key}_tabs", on_change="rerun")
        self._tabs = dict(zip(names, tabs, strict=True))

    def tab(self, name: str) -> DeltaGenerator:
        """The tab of this name: repetitions, files, overlay, people, smoothing, reliability, compare or help."""
        return self._tabs[name]

    def is_open(self, name: str) -> bool:
        """Whether the visitor sees this tab: what takes time is done only then."""
        tab = self._tabs.get(name)
        return tab is not None and bool(tab.open)
