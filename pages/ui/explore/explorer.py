"""Explore a result: player, verdicts, repetitions, smoothing, and choice of people."""

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

import streamlit as st

from pages.ui.explore.found import show_what_is_missing
from pages.ui.explore.playback import Playback
from pages.ui.explore.player.component import show_player
from pages.ui.explore.repetitions import show_repetitions
from pages.ui.explore.result_places import ResultPlaces
from pages.ui.explore.share.panel import offer_share
from pages.ui.explore.smoothing_lab import show_lab
from pages.ui.explore.verdicts import show_trust, show_verdicts
from pages.ui.serving.addresses import address
from pages.ui.shared.people_choice import choose_people, chosen_heights, say_what_metres_are
from posecore import PoseSequence
from posecore.motion.smoothing import Smoothing


def explore(
    playback: Playback,
    places: ResultPlaces,
    *,
    key: str,
    clip: str,
    stem: str,
    already: str | None,
    film: str | None,
    file: str | None,
    saved_with: Smoothing | None = None,
    film_file: Path | None = None,
    recorded_s: float | None = None,
    focal_35mm: float | None = None,
    heights: Mapping[int, float] | None = None,
    facts: Callable[[PoseSequence], Mapping[str, Any]] = lambda _shown: {},
) -> PoseSequence:
    """Show a result; the choices about it are kept for the visit. Without bodies there is only the player.

    Args:
        playback: the result.
        places: of the page.
        key: identifies this place on the page.
        clip: identifies the result.
        stem: start of the names of downloaded files.
        already: a sentence about earlier smoothing; None if there was none.
        film: address of its video; None if there is none.
        file: name of the visitor's file that it comes from; None if it is the sample.
        saved_with: the smoothing that was chosen when the result was saved, with which it is shown first; None: a
            usual one, or what the visitor chose for another result.
        film_file: its video, of exactly the frames of the result; None if there is none.
        recorded_s: when it was recorded, in seconds since 1970; None if that is not known.
        focal_35mm: focal length in 35 mm equivalent that its video states; None: it states none.
        heights: of people in metres, by id, to begin with.
        facts: what is known of the result as it is shown.

    Returns:
        The result as it is shown: smoothed, scaled, named, and without hidden people.
    """
    shared = partial(
        offer_share, playback, key=key, clip=clip, stem=stem, title=file or stem, film=film_file, facts=facts
    )
    has_bodies = bool(playback.raw.seen.any())
    with places.details if has_bodies else places.above:
        show_what_is_missing(playback)
    if not has_bodies:
        playback.use(Smoothing(method="none"))
        with places.player:
            shared(playback.sequence, _play(playback, playback.sequence, key, clip, film, file, stem))
        return playback.sequence
    with places.tab("smoothing"):
        show_lab(
            playback,
            key=f"{key}_smoothing",
            clip=clip,
            already=already,
            saved_with=saved_with,
            focal_35mm=focal_35mm,
            seen=places.is_open("smoothing"),
            busy=places.line,
        )
    with places.tab("people"):
        seen = places.is_open("people")
        shown = choose_people(playback.sequence, page=key, key=clip, heights=heights, seen=seen)
        given = chosen_heights(key)
        if playback.give_heights(given):
            shown = playback.sequence.only(shown.person_ids.tolist()).named(shown.names)
        say_what_metres_are(playback.heights, given, shown)
    show_verdicts(playback, shown, line=places.line, details=places.details)
    with places.player:
        shared(shown, _play(playback, shown, key, clip, film, file, stem))
    if places.is_open("reliability"):
        with places.tab("reliability"):
            show_trust(playback, shown, key=f"{key}_trust")
    if places.is_open("repetitions"):
        with places.tab("repetitions"):
            show_repetitions(
                playback,
                shown,
                key=f"{key}_repetitions",
                clip=clip,
                stem=stem,
                film_file=film_file,
                recorded_s=recorded_s,
            )
    return shown


def _play(
    playback: Playback, shown: PoseSequence, key: str, clip: str, film: str | None, file: str | None, stem: str
) -> str | None:
    """Show the player; what a link to the moment asks for that the visitor just shared."""
    played = address(playback.token)
    if played is None:
        st.info("The player needs the app's own server. Start it with: streamlit run streamlit_app.py")
        return None
    everybody = playback.sequence.named(shown.names)
    people = shown.person_ids.tolist()
    return show_player(
        everybody,
        playback.moments,
        played,
        hands=playback.hands,
        key=f"{key}_player",
        clip=clip,
        film=film,
        file=file,
        stem=stem,
        shown=people,
        heights=playback.heights,
    )
