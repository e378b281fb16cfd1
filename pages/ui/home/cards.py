"""The cards of the Home page: each is one link to a page, often with a sample or an exercise chosen."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import streamlit as st

from pages.ui.home.drawings import drawing


@dataclass(frozen=True)
class Card:
    """One card.

    Attributes:
        key: unique on the page.
        page: to which it leads.
        title: its link.
        text: one sentence.
        icon: Streamlit's name of an icon before the title; empty: none.
        picture: name of a drawing beside it; empty: none.
        query: of the page's address.
        sample: title and query of a second link, to the page with a sample; None: none.
    """

    key: str
    page: str
    title: str
    text: str
    icon: str = ""
    picture: str = ""
    query: Mapping[str, str] = field(default_factory=dict)
    sample: tuple[str, Mapping[str, str]] | None = None


def show_cards(key: str, cards: Sequence[Card]) -> None:
    """Show cards in a grid."""
    with st.container(key=f"home_cards_{key}"):
        for card in cards:
            with st.container(key=f"home_card_{card.key}", border=True):
                if card.picture:
                    st.html(drawing(card.picture))
                with st.container(gap=None):
                    st.page_link(card.page, label=card.title, icon=card.icon or None, query_params=dict(card.query))
                    st.caption(card.text)
                    if card.sample:
                        title, query = card.sample
                        with st.container(key=f"home_sample_{card.key}"):
                            st.page_link(
                                card.page, label=title, icon=":material/play_circle:", query_params=dict(query)
                            )
