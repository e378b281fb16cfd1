"""One note on form, opened: its frame with what was measured drawn on it, and what it says in words."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import streamlit as st

from pages.ui.shared.film_frame import film_frame
from posecore import Counted, PoseSequence
from posecore.media.pictures import fit_picture
from posecore.motion.exercises.results import FormNote, Held, Repetition
from posecore.view.form_pictures import crop_around, draw_note

_SCREEN_PX, _SHOWN_HEIGHT_PX, _WORDS_PX = 1280, 440, 340
# Words for a sureness of at least so much. Faults are said live from the second on.
_SURE = ((0.8, "sure"), (0.6, "fairly sure"), (0.0, "not sure"))

_VIEWS = {"front": "from the front or from behind", "side": "from the side", "between": "between front and side"}


class Judged(NamedTuple):
    """A note with the time of its frame, the number of the repetition or hold that it is about, and the person's id."""

    number: int
    person: int
    time_s: float
    note: FormNote


def judged_in(counted: Counted) -> list[Judged]:
    """All notes with a verdict: faults first, each in order of time."""
    done: Sequence[Repetition | Held] = counted.held or counted.repetitions
    judged = [
        Judged(number, one.person, note.time_s, note)
        for number, one in enumerate(done, start=1)
        for note in one.form
        if note.time_s is not None
    ]
    return sorted(judged, key=lambda each: each.note.verdict != "fault")


def show_note(counted: Counted, raw: PoseSequence, film: Path | None, *, key: str, clip: str) -> None:
    """Offer every judged note, and show the chosen one in its frame.

    Args:
        counted: what was counted in ``raw``.
        raw: the landmarks as they were estimated.
        film: a video of exactly these frames; None: the skeleton is shown alone.
        key: identifies this place on the page, and what was counted.
        clip: identifies the result.
    """
    judged = judged_in(counted)
    if not judged:
        return
    what = "Hold" if counted.held else "Repetition"
    chosen = st.selectbox(
        "See a note in its frame",
        range(len(judged)),
        index=None,
        placeholder="Choose a note",
        format_func=lambda place: _title(judged[place], what),
        key=f"{key}_note",
        width=480,
    )
    if chosen is None:
        return
    each = judged[chosen]
    picture = _picture(clip, each, _raw=raw, _film=film)
    height, width = picture.shape[:2]
    row = st.container(horizontal=True, vertical_alignment="center")
    with row.container(width=max(1, min(width, round(_SHOWN_HEIGHT_PX * width / height)))):
        alt = f"{_title(each, what)}, at {each.time_s:.2f} s: {_measured(each.note)}, drawn on the skeleton"
        st.image(picture, width="stretch", output_format="JPEG", alt=alt)
    with row.container(width=_WORDS_PX):
        st.markdown("\n".join(_said(each, what)))


# A few pictures of a visit; reading a frame seeks in the film and decodes at most the two seconds before it.
@st.cache_data(scope="session", max_entries=6, show_spinner="Reading the frame")
def _picture(clip: str, each: Judged, _raw: PoseSequence, _film: Path | None) -> np.ndarray:
    seen = np.flatnonzero(_raw.seen[:, _raw.slot(each.person)])
    index = int(seen[np.abs(_raw.times_s[seen] - each.time_s).argmin()])
    poses = _raw.frame(index).only([each.person])
    rgb = film_frame(_film, _raw, index)
    if rgb is not None:
        poses = poses.resized((rgb.shape[1], rgb.shape[0]))
    rgb, poses = crop_around(rgb, poses)
    scale = min(1.0, _SCREEN_PX / max(poses.size))
    width, height = (max(1, round(side * scale)) for side in poses.size)
    return draw_note(None if rgb is None else fit_picture(rgb, _SCREEN_PX), poses.resized((width, height)), each.note)


def _title(each: Judged, what: str) -> str:
    return f"{what} {each.number}: {each.note.check} ({each.note.verdict})"


def _measured(note: FormNote) -> str:
    return f"{note.value:.0f}{note.unit}"


def _said(each: Judged, what: str) -> Sequence[str]:
    """The note in words, as lines of Markdown."""
    note, sureness = each.note, each.note.sureness or 0.0
    words = next(words for least, words in _SURE if sureness >= least)
    return [
        f"**{_title(each, what)}**",
        "",
        f"- Measured: {_measured(note)}. A fault begins at {note.threshold:g}{note.unit}.",
        *([f"- What to do: {note.cue}"] if note.cue else []),
        f"- How sure: {words} ({sureness:.1f} of 1), seen {_VIEWS[note.view]}.",
        f"- At {each.time_s:.2f} s.",
    ]
