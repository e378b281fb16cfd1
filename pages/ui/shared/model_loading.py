"""Getting the model and its engine ready, with the download shown; and what is said of them."""

import streamlit as st

from posecore import PoseOptions, find_engine, find_model

_TOLD_KEY = "fallback_told"


def load_model(options: PoseOptions) -> None:
    """Find the model that the options name and load it; where it has to be downloaded, show how far that is.

    Raises:
        ModelNotFound, ModelNotVerified: where it cannot be had.
    """
    bar = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        text = f"Downloading the model {options.model}: {done / 1e6:.1f} MB"
        share = min(1.0, done / total) if total else 0.0
        bar = st.progress(share, text) if bar is None else bar.progress(share, text)

    find_model(options.model, on_progress=show)
    if bar is not None:
        bar.empty()
    tell_fallback(options)


def tell_fallback(options: PoseOptions) -> None:
    """Say, once a visit, where MediaPipe stands in for the fast engine."""
    engine = find_engine(options)
    if engine.instead_because and not st.session_state.get(_TOLD_KEY):
        st.session_state[_TOLD_KEY] = True
        # A toast stays when the page runs again; a box would go with the first click.
        st.toast(
            f"{engine.library} does the work: the same numbers, about half as fast. {engine.instead_because}",
            icon=":material/speed:",
            duration="infinite",
        )


def engine_line(options: PoseOptions) -> str:
    """Which model and engine a result comes from, for a caption."""
    return f"Model {options.model} on {find_engine(options).library}"
