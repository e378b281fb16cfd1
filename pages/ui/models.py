"""Getting the model ready, with its download shown."""

import streamlit as st

from posecore import PoseOptions, find_model


def load_model(options: PoseOptions) -> None:
    """Find the model that the options name; where it has to be downloaded, show how far that is.

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
