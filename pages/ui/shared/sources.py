"""The source of a page's photo or video, kept for the visit and shown in the address."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.ui.shared.explain import plain
from pages.ui.shared.navigation import has_just_turned_here

_ADDRESS = "sample"


def choose_source(label: str, sources: Sequence[str], *, sample: str, address: str | Sequence[str], key: str) -> str:
    """Offer the sources; ``?sample=...`` in the address opens the page with the sample chosen.

    Args:
        label: above the choice.
        sources: names of the sources, the default first.
        sample: the source that is the sample.
        address: value of ``?sample=`` while the sample is shown; several if there are several samples, which
            ``choose_sample`` then offers.
        key: under which the choice is kept.
    """
    addresses = [address] if isinstance(address, str) else [*address]
    asked = st.query_params.get(_ADDRESS)
    if asked in addresses and has_just_turned_here():  # by a link, which comes after what was chosen here before
        st.session_state[key] = sample
    if st.session_state.get(key) not in sources:  # browsers lose the choice if a page is left before it is complete
        st.session_state[key] = sample if asked in addresses else sources[0]
    if asked is not None and asked not in addresses:
        st.warning(f"There is no sample called '{plain(asked)}'. Choose **{sample}** to see the one there is.")
    chosen = st.segmented_control(label, sources, required=True, key=key, persist_state="session")
    if chosen != sample:
        st.query_params.pop(_ADDRESS, None)
    elif len(addresses) == 1:
        st.query_params[_ADDRESS] = addresses[0]
    return str(chosen)


def choose_sample(titles: Mapping[str, str], *, key: str) -> str:
    """Offer several samples, and return the value of ``?sample=`` of the chosen one.

    Args:
        titles: of the samples, by their value; the default first.
        key: under which the choice is kept.
    """
    asked = st.query_params.get(_ADDRESS)
    if asked in titles and (has_just_turned_here() or st.session_state.get(key) not in titles):
        st.session_state[key] = asked
    chosen = st.segmented_control(
        "Sample",
        list(titles),
        default=next(iter(titles)) if key not in st.session_state else None,
        required=True,
        format_func=titles.__getitem__,
        key=key,
        persist_state="session",
    )
    st.query_params[_ADDRESS] = str(chosen)
    return str(chosen)
