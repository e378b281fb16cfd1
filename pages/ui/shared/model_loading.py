"""Load the model and its engine, and say which they are."""

import streamlit as st

from posecore import PoseOptions, find_engine, find_model
from posecore.estimation.engines import EngineUsed

_TOLD_KEY = "fallback_told"


def load_model(options: PoseOptions) -> None:
    """Load the model that the options name, showing the progress of a download.

    Raises:
        ModelNotFound, ModelNotVerified: if it cannot be loaded.
    """
    bar = None

    def show(done: int, total: int) -> None:
        nonlocal bar
        text = f"Downloading the {options.model} model: {done / 1e6:.1f} MB"
        share = min(1.0, done / total) if total else 0.0
        bar = st.progress(share, text) if bar is None else bar.progress(share, text)

    find_model(options.model, on_progress=show)
    if bar is not None:
        bar.empty()
    show_fallback(options)


def show_fallback(options: PoseOptions) -> None:
    """Say once a visit that MediaPipe replaces the fast engine, if it does."""
    engine = find_engine(options)
    if engine.instead_because and not st.session_state.get(_TOLD_KEY):
        st.session_state[_TOLD_KEY] = True
        # A toast stays when the page runs again; a box would disappear with the first click.
        st.toast(
            f"Using {engine.library}: the same results at about half the speed. {engine.instead_because}",
            icon=":material/speed:",
            duration="infinite",
        )


def engine_line(options: PoseOptions, engine: EngineUsed | None = None) -> str:
    """The model and engine of a result, for a caption; None: the engine that these options use here."""
    return f"{str(options.model).capitalize()} model on {(engine or find_engine(options)).library}"
