"""The files of a result: one alone, or several in one zip."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st

from pages.ui.playback import Playback
from pages.ui.served import address
from posecore import PoseSequence
from posecore.export.bundle import write_bundle
from posecore.export.formats import FORMATS

_USUAL = ["csv", "html", "result", "manifest"]


@dataclass(frozen=True)
class _Made:
    """Files that were made, and what of."""

    of: PoseSequence
    names: tuple[str, ...]
    token: str
    megabytes: float
    notes: tuple[str, ...]


def offer_files(
    shown: PoseSequence,
    playback: Playback,
    facts: Callable[[], Mapping[str, Any]],
    *,
    page: st.Page,
    stem: str,
    key: str,
    extra: Mapping[str, Path] | None = None,
) -> None:
    """Let the visitor choose files, make them, and offer them for download.

    Args:
        shown: what they are of.
        playback: whose folder they lie in.
        facts: makes the manifest.
        page: that this is on.
        stem: what their names begin with.
        key: of this result.
        extra: files that are there already, by the names they get.
    """
    with st.expander("Files", icon=":material/folder_zip:", expanded=True):
        chosen = st.pills(
            "What goes into the zip",
            list(FORMATS),
            selection_mode="multi",
            default=_USUAL,
            format_func=lambda name: FORMATS[name].title,
            key=f"files_{page.url_path}",
            persist_state="session",
            help="They are of the people who are shown, by their names, smoothed as chosen.",
        )
        _explain(chosen)
        _offer_zip(shown, playback, facts, tuple(chosen), page, stem, key, extra or {})


def _explain(chosen: Sequence[str]) -> None:
    with st.popover("What these files are", icon=":material/help:"):
        for name in chosen or FORMATS:
            st.markdown(f"**{FORMATS[name].title}.** {FORMATS[name].help}")


def _offer_zip(
    shown: PoseSequence,
    playback: Playback,
    facts: Callable[[], Mapping[str, Any]],
    chosen: tuple[str, ...],
    page: st.Page,
    stem: str,
    key: str,
    extra: Mapping[str, Path],
) -> None:
    kept = f"files_made_{page.url_path}"
    made: _Made | None = st.session_state.get(kept)
    wanted = (*chosen, *extra)
    if not wanted:
        st.caption("Choose at least one.")
        return
    current = made is not None and made.names == wanted and playback.serves(made.token) and same(made.of, shown)
    if current:
        _offer_made(made, page, stem)
        return
    if not st.button("Make the zip", type="primary", icon=":material/folder_zip:", key=f"make_{key}"):
        return
    st.button("Stop", icon=":material/stop_circle:", key=f"stop_{key}")
    progress = st.progress(0.0, "Making the files")

    def report(done: int, total: int, title: str) -> None:
        progress.progress(done / max(1, total), f"{done} of {total} · {title}")  # a stop ends the run of the page here

    path, token = playback.offer(f"{stem}.zip")
    notes = write_bundle(shown, path, chosen, stem=stem, facts=facts(), extra=extra, on_progress=report)
    st.session_state[kept] = _Made(shown, wanted, token, path.stat().st_size / 1e6, tuple(notes))
    st.rerun()


def _offer_made(made: _Made, page: st.Page, stem: str) -> None:
    for note in made.notes:
        st.warning(note, icon=":material/info:")
    st.link_button(
        f"{stem}.zip ({made.megabytes:.1f} MB)",
        f"{address(made.token, page)}?download",
        icon=":material/download:",
        type="primary",
    )


def same(one: PoseSequence, other: PoseSequence) -> bool:
    """Both show the same people by the same names in the same places."""
    if one is other:
        return True
    alike = one.person_ids.tolist() == other.person_ids.tolist() and dict(one.names) == dict(other.names)
    return alike and one.xy.shape == other.xy.shape and np.array_equal(one.xy, other.xy, equal_nan=True)
