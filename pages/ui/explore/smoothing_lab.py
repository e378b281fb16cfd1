"""The smoothing lab: choose a filter and see its effect."""

import time
from dataclasses import replace
from typing import Any

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.explore.playback import Playback
from pages.ui.serving.jobs import time_text
from posecore import InvalidOption, PoseSequence
from posecore.motion.root import lens_in_words, view_deg_of
from posecore.motion.smoothing import Smoothing, SmoothingMethod

_METHODS: dict[SmoothingMethod, str] = {
    "none": "None",
    "one-euro": "One-Euro",
    "butterworth": "Butterworth",
    "savitzky-golay": "Savitzky-Golay",
    "solid": "Solid body",
}
_EXPLAINED = {
    "none": "The landmarks exactly as the model gave them, frame by frame.",
    "one-euro": "The filter for live streams: it uses only past frames, so fast movements lag. Starts with MediaPipe's "
    "settings.",
    "butterworth": "Zero-lag low-pass filter. 6 Hz is usual for walking; raise it for faster movements.",
    "savitzky-golay": "Fits a polynomial to neighbouring frames: no lag, and peaks keep their height.",
    "solid": "One body is fitted to the whole video: bones keep their length, left and right stay apart, and the lean "
    "of the trunk is from what is up in the room. Joint angles in 3D are better. A ten-minute video takes two minutes.",
}
# A Butterworth filter needs more than two frames for each period of its cutoff.
_FRAMES_PER_PERIOD = 2.2


def usual_smoothing(sequence: PoseSequence, *, again: bool) -> Smoothing:
    """The filter that is offered first. ``again``: the result is smoothed already.

    With few frames per second a fast movement looks like jitter from frame to frame, so nothing is smoothed.
    """
    usual = Smoothing()
    return Smoothing(method="none") if again or usual.cutoff_hz > _highest_hz(sequence) else usual


def _highest_hz(sequence: PoseSequence) -> float:
    return sequence.fps / _FRAMES_PER_PERIOD


def choose_smoothing(
    sequence: PoseSequence, usual: Smoothing, *, key: str, focal_35mm: float | None = None
) -> Smoothing:
    """Offer the filters and their settings, beginning with the usual ones; the choices are kept for the visit."""
    method = st.segmented_control(
        "Smoothing",
        list(_METHODS),
        default=usual.method,
        required=True,
        format_func=lambda name: _METHODS[name],
        key=f"{key}_method",
        persist_state="session",
    )
    too_few = Smoothing().cutoff_hz > _highest_hz(sequence)
    why = f" At {sequence.fps:g} frames per second a fast movement looks like jitter." if too_few else ""
    lens = f" {lens_in_words(sequence.size, focal_35mm)}" if method == "solid" else ""
    st.caption(_EXPLAINED[method] + why + lens)
    options: dict[str, Any] = {}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if method == "butterworth":
            highest = max(1.0, round(_highest_hz(sequence), 1))
            options["cutoff_hz"] = _number("Cutoff (Hz)", 0.5, highest, usual.cutoff_hz, key)
        if method == "savitzky-golay":
            options["window_s"] = _number("Window (s)", 0.05, 2.0, usual.window_s, key)
        if method == "one-euro":
            options["min_cutoff_hz"] = _number("Cutoff at rest (Hz)", 0.01, 10.0, usual.min_cutoff_hz, key)
            options["beta"] = _number("Beta", 0.0, 500.0, usual.beta, key)
        if method == "solid":
            options["field_of_view_deg"] = _number(
                "Field of view (degrees)",
                10.0,
                150.0,
                usual.field_of_view_deg,
                key if focal_35mm is None else f"{key}_{focal_35mm:g}",  # another video has another lens
                help="Of the camera, across the longer side of the picture. 60 is usual for webcams and phones, 75 for "
                "their wide mode; a telephoto lens has 30 and less.",
            )
        options["fill_gaps_s"] = _number(
            "Fill gaps up to (s)",
            0.0,
            5.0,
            usual.fill_gaps_s,
            key,
            help="Positions in gaps are interpolated; tables show them with a presence of 0.",
        )
    return replace(usual, method=method, **options)


def _number(label: str, least: float, most: float, value: float, key: str, help: str | None = None) -> float:
    return st.number_input(
        label, least, most, min(max(value, least), most), key=f"{key}_{label}", persist_state="session", help=help
    )


def show_lab(
    playback: Playback,
    *,
    key: str,
    clip: str,
    already: str | None,
    saved_with: Smoothing | None = None,
    focal_35mm: float | None = None,
    seen: bool,
    busy: DeltaGenerator,
) -> None:
    """Offer the filters, smooth the playback, and show the effect in numbers.

    Args:
        playback: the result to smooth.
        key: of this place on the page.
        clip: identifies the result.
        already: a sentence about earlier smoothing of the result; None if there was none.
        saved_with: the smoothing to begin with; None: see ``usual_smoothing``.
        focal_35mm: focal length in 35 mm equivalent that the video states; None: it states none.
        seen: whether the visitor sees this place; otherwise the effect is not measured.
        busy: a place in sight, for the time that it takes.
    """
    if saved_with is not None:
        usual, choices = saved_with, f"{key}_{clip}"  # another result was saved with another one
    else:
        usual = usual_smoothing(playback.raw, again=already is not None)
        choices = f"{key}_again" if already else key
    if already:
        st.warning(f"{already} Smoothing chosen here is applied on top of that.", icon=":material/info:")
    if usual.method != "solid":
        usual = replace(usual, field_of_view_deg=view_deg_of(playback.raw.size, focal_35mm))
    smoothing = choose_smoothing(playback.raw, usual, key=choices, focal_35mm=focal_35mm)
    try:
        with busy:
            _use(playback, smoothing)
    except InvalidOption as error:
        st.warning(str(error), icon=":material/info:")
        playback.use(playback.smoothing or Smoothing(method="none"))
    if seen and playback.effect:
        st.dataframe(_effect(playback), hide_index=True, width="content")
        st.caption(
            "Jitter: how far a landmark is from a straight line between neighbouring frames. Lag: the delay of the "
            "smoothed movement. Choose Both under Landmarks in the player to see raw and smoothed overlaid."
        )


def _use(playback: Playback, smoothing: Smoothing) -> None:
    """Smooth the result, with the time left while a body is fitted; another choice meanwhile ends that."""
    if smoothing == playback.smoothing:
        return
    if smoothing.method != "solid":
        with st.spinner("Smoothing", show_time=True):
            playback.use(smoothing)
        return
    bar, begin = st.progress(0.0, "Fitting the body"), time.monotonic()

    def show(done: int, total: int) -> None:
        left_s = (time.monotonic() - begin) * (total - done) / max(done, 1)
        bar.progress(done / total, f"Fitting the body: {done:,} of {total:,} frames, {time_text(left_s)} left")

    try:
        playback.use(smoothing, on_progress=show)
    finally:
        bar.empty()


def _effect(playback: Playback) -> pd.DataFrame:
    names = playback.raw.names
    rows = []
    for effect in playback.effect:
        rows.append(
            {
                "Person": names.get(effect.person, f"person {effect.person}"),
                "Jitter before (mm)": effect.jitter_before,
                "Jitter after (mm)": effect.jitter_after,
                "Removed (%)": effect.jitter_removed,
                "Lag (ms)": effect.lag_ms,
            }
        )
    return pd.DataFrame(rows).round(1)
