"""The result of a video in which somebody spells: the video with the hand, the letters over time, and their text."""

from collections.abc import Iterable, Sequence
from pathlib import PurePath

import numpy as np
import streamlit as st

from pages.ui.serving.addresses import address
from pages.ui.serving.visits import Visit
from pages.ui.shared.figure import show_figure
from pages.ui.shared.job_progress import show_progress
from pages.ui.signs.corrected import retime
from pages.ui.signs.film import hand_places, show_film
from pages.ui.signs.sign_run import SignRun
from pages.ui.signs.text_line import show_text_line
from posecore.hands import HandSequence, HandSlot
from posecore.signs.spelling import SpelledWord
from posecore.view.letter_chart import plot_letters

_OFTEN = 0.2  # in fewer frames, one hand was taken for another person's

_NO_HAND = (
    "No hand was found in this video. Hands are found if they are near, in good light and without gloves; a fist or a "
    "hand in front of a face is harder to find."
)
_NO_LETTERS = (
    "A hand was found, but no letter was held for half a second. Hold each letter still until the next one. Letters "
    "are those of the American one-handed alphabet, with the palm towards the camera."
)


def show_spelled(visit: Visit, run: SignRun, *, about: str = "") -> None:
    """Show a finished run.

    Args:
        visit: of the visitor.
        run: of the video.
        about: what the video is, in place of how it was processed.
    """
    _say_what_was_read(run)
    left, right = st.columns([1, 1], gap="medium")
    with left:
        read = [(each.letter, each.start_s, each.end_s) for each in run.letters]
        show_clip(run, run.words, read, [each.slot for each in run.shown], about=about, key="spell_film")
    with right:
        show_line_of(visit, run, run.words, key="spell")
    if run.letters:
        figure = plot_letters(run.letters, run.words, until_s=float(run.hands.times_s[-1]))
        rows = len({each.letter for each in run.letters})
        height = 130 + 26 * (rows + 1)
        show_figure(figure, height=height, label="Letters over time", key="spell_letters", seeks=True)
        st.caption("Each bar is a letter that was seen: the stronger, the surer. Click one to go there in the video.")


def show_clip(
    run: SignRun,
    words: Iterable[SpelledWord],
    read: Iterable[tuple[str, float, float]],
    chosen: Sequence[HandSlot | None] | None = None,
    *,
    about: str = "",
    key: str,
) -> None:
    """Show the video with the hands drawn, and how it was made.

    Args:
        run: a finished one.
        words: its captions.
        read: letters or signs, each shown beside the hand while it is read.
        chosen: this hand in each frame, as for ``hand_places``.
        about: what the video is, in place of how it was processed.
        key: identifies this place on the page.
    """
    film = address(run.film_token)
    width, height = run.hands.size
    if film is not None:
        places = hand_places(run.hands, chosen)
        show_film(film, words, size=(width, height), read=read, places=places, key=key)
    frames = len(run.hands)
    speed = frames / max(run.state.seconds, 1e-3)
    st.caption(
        about
        or f"{frames} frames, {width} × {height} px · processed in {run.state.seconds:.1f} s ({speed:.0f} fps) · "
        "colours tell the fingers apart"
    )


def show_line_of(visit: Visit, run: SignRun, words: list[SpelledWord], *, key: str) -> None:
    """Show the line with the text of a video, and make the video with subtitles if it is asked for."""
    stem = PurePath(run.clip.name).stem
    text = show_text_line(visit, key=f"{key} {run.film_token}", stem=stem, words=words)
    if text is not None and not run.is_making:
        run.burn(retime(words, text))
    if run.is_making:
        show_progress(run.making)
    elif run.captioned in run.made:
        film = address(run.captioned_token)
        said = " ".join(word.text for word in run.made[run.captioned])
        st.link_button("Video with subtitles (MP4)", f"{film}?download", icon=":material/download:", help=said)


def _say_what_was_read(run: SignRun) -> None:
    if not run.hands.seen.any():
        st.warning(_NO_HAND, icon=":material/back_hand:")
        return
    if not run.words:
        st.warning(_NO_LETTERS, icon=":material/back_hand:")
    if run.advice:
        st.info(run.advice, icon=":material/info:")
    elif share_of_several(run.hands) > _OFTEN:
        st.info(
            "Several people's hands are in this video. In each frame, the larger hand that spells is read.",
            icon=":material/groups:",
        )


def share_of_several(hands: HandSequence) -> float:
    """Share of the frames that show hands of several people."""
    people = np.array([slot.person for slot in hands.slots])
    seen = np.array([hands.seen[:, people == person].any(axis=1) for person in np.unique(people)])
    return float((seen.sum(axis=0) > 1).mean())
