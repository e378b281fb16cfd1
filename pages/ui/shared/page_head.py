"""The head of a page with a result: once there is one, a single line, with the choice of its source folded away."""

import streamlit as st

# The source stays on the page while it is folded: Streamlit would end an upload that is on its way if it moved.
_COMPACT = """
<style>
.st-key-head_line h1 { font-size: 1.1rem; }
%s
</style>
"""
_FOLDED = '[data-testid="stLayoutWrapper"]:has(> .st-key-head_source) { display: none; }'


class PageHead:
    """The title with the settings beside it and the source below, as places to fill.

    Attributes:
        facts: what is shown, in one line.
        trim: for the choices about it.
        settings: for those of the analysis.
        source: for its choice, such as an upload.
    """

    def __init__(self, title: str, *, key: str) -> None:
        """Place the head of a page.

        Args:
            title: of the page.
            key: identifies the page in the session.
        """
        self._kept = f"{key}_source_open"
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", key="head_line", wrap=False):
            st.title(title, anchor=False, width="content")
            self.facts = st.container(key="head_facts")
            self._change, self.trim, self.settings = (st.container(width="content") for _ in range(3))
        self._style = st.container(key="head_style")
        self.source = st.container(key="head_source")

    def fold(self, result: str, label: str) -> None:
        """Fold the source away while a result is shown, until the visitor wants it.

        Args:
            result: identifies it; another one is folded again.
            label: of the button that shows the source.
        """
        is_open = st.session_state.get(self._kept) == result
        with self._style:
            st.html(_COMPACT % ("" if is_open else _FOLDED))
        self._change.button(
            "Done" if is_open else label,
            icon=":material/expand_less:" if is_open else ":material/swap_horiz:",
            key=f"{self._kept}_button",
            on_click=st.session_state.__setitem__,
            args=(self._kept, None if is_open else result),
        )
