"""What all results have on their pages: a line of words above them, and tabs for the rest."""

from collections.abc import Mapping

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def place_line() -> tuple[DeltaGenerator, DeltaGenerator]:
    """Place one line of words, and what is behind a button at its end."""
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="result_line", wrap=False):
        line = st.container(horizontal=True, vertical_alignment="center", key="result_words", wrap=False)
        return line, st.popover("Details", icon=":material/info:", type="tertiary")


class ResultTabs:
    """Tabs of a result.

    Args:
        titles: what they say, by name.
        key: identifies them.
    """

    def __init__(self, titles: Mapping[str, str], *, key: str) -> None:
        tabs = st.tabs(list(titles.values()), key=key, on_change="rerun")
        self._tabs = dict(zip(titles, tabs, strict=True))

    def tab(self, name: str) -> DeltaGenerator:
        """The tab of this name."""
        return self._tabs[name]

    def is_open(self, name: str) -> bool:
        """Whether the visitor sees this tab: what takes time or bytes is shown only then."""
        tab = self._tabs.get(name)
        return tab is not None and bool(tab.open)
