"""A dialog that shares the moment of the player, as a file or at an address."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from pages.ui.explore.playback import Playback
from pages.ui.explore.player.component import player_data
from pages.ui.explore.share.links import LinksFull, MadeLink, make_link, withdraw_link
from pages.ui.explore.share.making import SharedMoment
from pages.ui.explore.share.packed import pack
from pages.ui.explore.share.share_page import SharedResult, day_in_words
from pages.ui.serving.addresses import address
from pages.ui.serving.visits import Visit, current_visit
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.problems import show_problem
from pages.ui.shared.started_download import download_link
from posecore import PoseSequence
from posecore.export.facts import facts_in_words
from posecore.limits import LIMITS

_LONGEST_LINK = 1_000
_MADE = "share_links"


def offer_share(
    playback: Playback,
    shown: PoseSequence,
    asked: str | None,
    *,
    key: str,
    clip: str,
    stem: str,
    title: str,
    film: Path | None,
    facts: Callable[[PoseSequence], Mapping[str, Any]],
) -> None:
    """Offer the moment that the visitor asked to share, until they close it or show something else.

    Args:
        playback: the result.
        shown: as it is shown; nobody else is in the page.
        asked: what a link to the moment would ask for; None: nothing was asked for in this run.
        key: identifies this place on the page.
        clip: identifies the result.
        stem: start of the file's name.
        title: of the page.
        film: its video, of exactly the frames of the result; None if there is none.
        facts: what is known of the result.
    """
    visit = current_visit()
    of = (
        key,
        clip,
        tuple(shown.person_ids.tolist()),
        tuple(sorted(shown.names.items())),
        playback.smoothing,
        playback.heights,
    )
    with st.container():  # even if empty: Streamlit restarts what is below when it moves
        if asked is not None:
            moment = SharedMoment(of, stem)
            visit.keep(moment)
            _start(moment, playback, shown, asked[:_LONGEST_LINK], clip, title, stem, film, facts(shown))
        there = visit.get(SharedMoment)
        if there is not None and not there.closed and there.key == of:
            _show(visit, there)


def _start(
    moment: SharedMoment,
    playback: Playback,
    shown: PoseSequence,
    link: str,
    clip: str,
    title: str,
    stem: str,
    film: Path | None,
    facts: Mapping[str, Any],
) -> None:
    part, link = part_of(shown, link)
    people = set(shown.person_ids.tolist())
    several = len(playback.raw.person_ids) > 1
    hands = playback.hands_beside(shown)
    hands = None if hands is None else hands.at(part)
    frames = shown.at(part)
    layer = next(iter(playback.moments.header["layers"]))
    numbers = pack(frames, layer, hands=hands, hand_notes=playback.hand_notes[part] if hands else ())
    heights = [each for each in playback.heights if each.person in people]
    known_by = f"{clip} {sorted(people)} {dict(shown.names)} {part}"
    shared = SharedResult(
        title=title,
        stem=stem,
        data=player_data(frames, numbers.header, hands=hands, clip=known_by, heights=heights),
        numbers=numbers,
        link=link,
        verdicts=[
            f"{shown.names.get(trust.person, f'Person {trust.person}')}: {trust.verdict}" if several else trust.verdict
            for trust in playback.trust
            if trust.person in people
        ],
        facts=list(facts_in_words(shown, facts, hands)),
        part=None if len(frames) == len(shown) else _in_words(frames, shown),
    )
    moment.start(shared, frames, film, float(frames.times_s[0] - shown.times_s[0]))


def part_of(shown: PoseSequence, link: str) -> tuple[slice, str]:
    """The frames to share, around the moment if there are too many, and the link to it among them."""
    times_s = shown.times_s
    fields = dict(field.partition("=")[::2] for field in link.removeprefix("?").split("&"))
    asked = fields.get("frame", "0")
    frame = min(int(asked), len(shown) - 1) if asked.isdecimal() and len(asked) < 10 else 0
    if times_s[-1] - times_s[0] <= LIMITS.share_seconds:
        return slice(0, len(shown)), link
    first_s = float(np.clip(times_s[frame] - LIMITS.share_seconds / 2, times_s[0], times_s[-1] - LIMITS.share_seconds))
    first = int(np.searchsorted(times_s, first_s))
    end = int(np.searchsorted(times_s, first_s + LIMITS.share_seconds, side="right"))
    fields["frame"] = str(frame - first)
    return slice(first, end), "&".join(f"{name}={value}" for name, value in fields.items())


def _in_words(frames: PoseSequence, shown: PoseSequence) -> str:
    first_s, last_s, end_s = frames.times_s[0], frames.times_s[-1], shown.times_s[-1]
    return f"A part of the video: from {first_s:.1f} s to {last_s:.1f} s of {end_s:.1f} s."


def _show(visit: Visit, moment: SharedMoment) -> None:
    def forget() -> None:
        visit.forget(SharedMoment)

    st.dialog("Share this moment", width="medium", on_dismiss=forget)(_contents)(moment)


def _contents(moment: SharedMoment) -> None:
    if moment.making.is_running:
        show_progress(moment.making)
    elif moment.making.state.error:
        show_problem(moment.making.state.error)
    elif moment.size is None:
        st.info("Stopped. Press Share again to make the page.")
    else:
        st.markdown(
            "One page with a small video without sound, skeleton, curves and 3D view. It opens at this moment in any "
            "browser, also offline."
        )
        st.caption("Landmarks of hidden people are left out, but the video shows everybody.")
        with st.container(horizontal=True):
            download_link(moment.name, address(moment.token), moment.size, start=False, primary=True)
            _offer_link(moment)
        _show_links()


def _offer_link(moment: SharedMoment) -> None:
    if not LIMITS.share_days:
        return
    if st.button(
        f"Make a link for {_days(LIMITS.share_days)}",
        icon=":material/link:",
        key="share_link",
        help="Keeps the page on this server, at an address that nobody can guess. Whoever has the address can see it.",
    ):
        try:
            made = make_link(moment.path.read_bytes(), moment.name)
        except LinksFull as error:
            show_problem(str(error))
            return
        st.session_state[_MADE] = [*st.session_state.get(_MADE, []), made]


def _days(days: int) -> str:
    return "1 day" if days == 1 else f"{days} days"


def _show_links() -> None:
    """The links that were made in this visit, each with a button that withdraws it."""
    made: list[MadeLink] = st.session_state.get(_MADE, [])
    for link in reversed(made):
        st.code(link.address(str(st.context.url or "")), language=None)
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(f"{link.name} · works until {day_in_words(link.until)}, {link.until:%H:%M} UTC", width="content")
            st.button(
                "Withdraw",
                icon=":material/link_off:",
                type="tertiary",
                key=f"share_withdraw_{link.token}",
                on_click=_withdraw,
                args=(link,),
            )


def _withdraw(link: MadeLink) -> None:
    withdraw_link(link.token)
    st.session_state[_MADE] = [each for each in st.session_state[_MADE] if each != link]
