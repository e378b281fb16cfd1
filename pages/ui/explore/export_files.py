"""Downloads of a result: single files, or several in one zip."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages.ui.explore.playback import Playback
from pages.ui.serving.addresses import address
from pages.ui.shared.started_download import download_link
from posecore import HandSequence, PoseSequence
from posecore.errors import PosecoreError
from posecore.export.bundle import OnFile, write_bundle
from posecore.export.formats import FORMATS, formats_for, plan_files

_USUAL = ["csv", "html", "result", "manifest"]
_FILM = "film"
_FILM_TITLE = "Video with skeletons (MP4)"
_FILM_HELP = "The video with the skeletons drawn on it, for any player."
_AT_ONCE = {"xlsx": ":material/table:", "html": ":material/article:"}
_START_KEY = "files_start"  # the newest file, whose download starts by itself


@dataclass(frozen=True)
class Film:
    """The video with skeletons, which takes long to make, so a worker makes it on request.

    Attributes:
        path: its path once it is made.
        address: where it is served from then; None: nowhere, as ``address`` of pages.ui.serving.addresses.
        name: of the downloaded file.
        ready: whether it is made and shows exactly the current people, names and smoothing.
        is_drawing: whether it is being made.
        start: starts the worker; the page must run again then, and once more when the worker has finished.
    """

    path: Path
    address: str | None
    name: str
    ready: bool
    is_drawing: bool
    start: Callable[[], None]


@dataclass(frozen=True)
class _Result:
    """The result to make files of, and the place on the page for progress and notes."""

    shown: PoseSequence
    playback: Playback
    facts: Callable[[], Mapping[str, Any]]
    raw: PoseSequence | None
    hands: HandSequence | None
    page: str
    stem: str
    key: str
    film: Film | None
    below: DeltaGenerator


@dataclass(frozen=True)
class _Made:
    """A file that was made, and the result and formats it was made from."""

    of: PoseSequence
    wanted: tuple[str, ...]
    name: str
    token: str
    bytes: int
    notes: tuple[str, ...]


def offer_files(
    shown: PoseSequence,
    playback: Playback,
    facts: Callable[[], Mapping[str, Any]],
    *,
    raw: PoseSequence | None,
    page: str,
    stem: str,
    key: str,
    film: Film | None = None,
) -> None:
    """Let the visitor choose files, make them, and offer them for download.

    Args:
        shown: the result as it is shown, which the files are made from.
        playback: its folder holds the files, and its hands are in them, too.
        facts: makes the manifest.
        raw: the result before it was smoothed, for the saved result and the verdicts; None if it is not known.
        page: name of the current page; each keeps its own choices.
        stem: start of the file names.
        key: identifies the result.
        film: the video with skeletons; None if the result has no video.
    """
    hands = playback.hands_beside(shown)
    offered = formats_for(shown, hands)
    if raw is not None:
        raw = raw.only(shown.person_ids.tolist())
    with st.container(border=True):
        st.markdown("**Files** of the people shown, with their names and the chosen smoothing")
        result = _Result(shown, playback, facts, raw, hands, page, stem, key, film, below=st.container())
        with st.container(horizontal=True):
            for name in [name for name in _AT_ONCE if name in offered]:
                _offer_at_once(result, name)
            if film is not None:
                _offer_film(result, film)
    with st.expander("More formats", icon=":material/folder_zip:"):
        chosen = st.pills(
            "Choose files",
            [*([_FILM] if film else []), *offered],
            selection_mode="multi",
            default=_USUAL,
            format_func=_title,
            key=f"files_{page}",
            persist_state="session",
        )
        several = st.container(horizontal=True)
        one = st.container(horizontal=True, vertical_alignment="bottom")
        result = replace(result, below=st.container())
        with several:
            _explain(chosen, offered)
            _offer_zip(result, tuple(chosen))
        with one:
            _offer_one(result, offered)


def _title(name: str) -> str:
    return _FILM_TITLE if name == _FILM else FORMATS[name].title


def _explain(chosen: Sequence[str], offered: Sequence[str]) -> None:
    with st.popover("About these files", icon=":material/help:"):
        if _FILM in chosen:
            st.markdown(f"**{_FILM_TITLE}.** {_FILM_HELP}")
        for name in [name for name in chosen if name != _FILM] or offered:
            st.markdown(f"**{FORMATS[name].title}.** {FORMATS[name].help}")


def _offer_zip(result: _Result, chosen: tuple[str, ...]) -> None:
    if not chosen:
        st.caption("Choose at least one file.")
        return
    film = result.film if _FILM in chosen else None
    formats = [name for name in chosen if name != _FILM]
    waiting = f"files_waiting_{result.page}"  # for the video with skeletons, which goes into the zip
    if film is not None and film.is_drawing and st.session_state.get(waiting) == chosen:
        st.caption("The zip is prepared as soon as the video with skeletons is done.")
        return
    go_on = st.session_state.pop(waiting, None) == chosen and film is not None and film.ready
    if _is_offered(result, "zip", chosen):
        return
    if not go_on and not st.button(
        "Prepare zip", type="primary", icon=":material/folder_zip:", key=f"make_zip_{result.key}"
    ):
        return
    if film is not None and not film.ready:
        st.session_state[waiting] = chosen
        if not film.is_drawing:
            film.start()
        st.rerun()
    _make(result, "zip", chosen, f"{result.stem}.zip", _zip_of(result, formats, film))


def _offer_at_once(result: _Result, name: str) -> None:
    """Offer a file that is downloaded as soon as it is made."""
    form = FORMATS[name]
    if _is_offered(result, name, (name,)):
        return
    if st.button(form.title, icon=_AT_ONCE[name], help=form.help, key=f"make_{name}_{result.key}"):
        _make_one(result, name, name)


def _offer_film(result: _Result, film: Film) -> None:
    """Offer the video with skeletons; one that has to be made first is downloaded as soon as it is."""
    if film.ready:
        newest = st.session_state.get(_START_KEY) == film.address
        download_link(film.name, film.address, film.path.stat().st_size, start=newest)
    elif film.is_drawing:
        st.caption("The video with skeletons is being made.")
    elif st.button("Video (MP4)", icon=":material/movie:", help=_FILM_HELP, key=f"make_film_{result.key}"):
        st.session_state[_START_KEY] = film.address
        film.start()
        st.rerun()


def _offer_one(result: _Result, offered: Sequence[str]) -> None:
    name = st.selectbox(
        "Single file",
        offered,
        format_func=_title,
        key=f"one_file_{result.page}",
        persist_state="session",
        width=320,
        help="A format that needs several files, such as one per person, is downloaded as a zip.",
    )
    if _is_offered(result, "one", (name,)):
        return
    if not st.button("Prepare file", icon=":material/draft:", key=f"make_one_{result.key}"):
        return
    _make_one(result, "one", name)


def _make_one(result: _Result, kind: str, name: str) -> None:
    """Make the file of a format, or a zip if it has several."""
    planned = plan_files(
        result.shown, [name], stem=result.stem, facts=result.facts(), raw=result.raw, hands=result.hands
    )
    if len(planned) > 1:
        _make(result, kind, (name,), f"{result.stem}.{name}.zip", _zip_of(result, [name]))
        return

    def make(path: Path, report: OnFile) -> list[str]:
        report(0, 1, planned[0].title)
        try:
            planned[0].make(path)
        except PosecoreError as error:
            return [f"{planned[0].title}: {error}"]
        return []

    _make(result, kind, (name,), planned[0].file_name, make)


def _zip_of(result: _Result, names: Sequence[str], film: Film | None = None) -> Callable[[Path, OnFile], list[str]]:
    def make(path: Path, report: OnFile) -> list[str]:
        extra = {film.name: film.path} if film else {}
        return write_bundle(
            result.shown,
            path,
            names,
            stem=result.stem,
            facts=result.facts(),
            raw=result.raw,
            hands=result.hands,
            extra=extra,
            on_progress=report,
        )

    return make


def _make(
    result: _Result, kind: str, wanted: tuple[str, ...], name: str, make: Callable[[Path, OnFile], Iterable[str]]
) -> None:
    """Make a file, with progress and a stop button, then run the page again, which offers it."""
    result.below.button("Stop", icon=":material/stop_circle:", key=f"stop_{kind}_{result.key}")
    progress = result.below.progress(0.0, "Preparing files")

    def report(done: int, total: int, title: str) -> None:
        # The stop button ends the run of the page here.
        progress.progress(done / max(1, total), f"{done} of {total} · {title}")

    path, token = result.playback.offer(name)
    notes = tuple(make(path, report))
    size = path.stat().st_size if path.exists() else 0
    st.session_state[_kept(result, kind)] = _Made(result.shown, wanted, name, token, size, notes)
    st.session_state[_START_KEY] = token
    st.rerun()


def _kept(result: _Result, kind: str) -> str:
    return f"files_{kind}_{result.page}"


def _is_offered(result: _Result, kind: str, wanted: tuple[str, ...]) -> bool:
    """Offer the file that was made from exactly this; False if there is none."""
    made: _Made | None = st.session_state.get(_kept(result, kind))
    if made is None or made.wanted != wanted:
        return False
    if not (result.playback.serves(made.token) and same(made.of, result.shown)):
        return False
    for note in made.notes:
        result.below.warning(note, icon=":material/info:")
    if made.bytes:
        newest = st.session_state.get(_START_KEY) == made.token
        download_link(made.name, address(made.token), made.bytes, start=newest, primary=kind == "zip")
    return True


def same(one: PoseSequence, other: PoseSequence) -> bool:
    """Whether both show the same people with the same names at the same positions."""
    if one is other:
        return True
    alike = one.person_ids.tolist() == other.person_ids.tolist() and dict(one.names) == dict(other.names)
    return (
        alike
        and one.xy.shape == other.xy.shape
        and np.array_equal(one.xy, other.xy, equal_nan=True)
        and np.array_equal(one.world, other.world, equal_nan=True)
    )
