"""The source of a page's photo or video, kept for the visit and shown in the address."""

from collections.abc import Sequence

import streamlit as st


def choose_source(label: str, sources: Sequence[str], *, sample: str, address: str, key: str) -> str:
    """Offer the sources; ``?sample=...`` in the address opens the page with the sample chosen.

    Args:
        label: above the choice.
        sources: names of the sources, the default first.
        sample: the source that is the sample.
        address: value of ``?sample=`` while the sample is shown.
        key: under which the choice is kept.
    """
    asked = st.query_params.get("sample")
    if st.session_state.get(key) not in sources:  # browsers lose the choice if a page is left before it is complete
        st.session_state[key] = sample if asked == address else sources[0]
    if asked not in (None, address):
        st.warning(f"There is no sample called {asked!r}. Choose **{sample}** to see the one there is.")
    chosen = st.segmented_control(label, sources, required=True, key=key, persist_state="session")
    if chosen == sample:
        st.query_params["sample"] = address
    else:
        st.query_params.pop("sample", None)
    return str(chosen)
