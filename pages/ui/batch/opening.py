"""One video of a batch opened on another page, without a second analysis."""

import os
import secrets
import shutil
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import streamlit as st

from pages.ui.batch.batches import Batch
from pages.ui.explore.opened import open_saved
from pages.ui.serving.folders import Folder
from pages.ui.serving.visits import current_visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.film_choices import USUAL_SIDE
from pages.ui.shared.navigation import EXPLORE, VIDEO
from pages.ui.shared.problems import show_problem
from pages.ui.video.clip_run import RunOptions, keep_upload, new_run
from pages.ui.video.clip_source import show_upload
from posecore import PosecoreError
from posecore.export.saved import Saved, load_sequence


def open_on_video(batch: Batch, clip: str) -> None:
    """Make a video of a batch, with the people found in it, that of the Video page, and turn to it."""
    entry = next((each for each in batch.queue.entries if each.source.clip == clip), None)
    analysis, saved = batch.queue.analysis, _saved(batch, clip)
    if entry is None or analysis is None or saved is None:
        return
    video = Path(entry.source.address)
    folder = None
    if not batch.is_of_machine:
        # Of its own: the batch may be removed while it is shown.
        folder = Folder("clip")
        video = _linked(video, folder.path)
    visit = current_visit()
    given = Clip(secrets.token_hex(8), clip, video, folder)
    keep_upload(visit, given)
    notes, seconds = saved.facts.get("notes"), saved.facts.get("seconds_taken")
    new_run(visit, given).start_found(
        saved.sequence,
        RunOptions(analysis.pose, replace(analysis.part, film_side=USUAL_SIDE)),
        seconds=float(seconds) if isinstance(seconds, int | float) else 0.0,
        notes=[str(note) for note in notes] if isinstance(notes, list) else [],
    )
    show_upload()
    st.switch_page(VIDEO)


def open_on_explore(batch: Batch, clip: str) -> None:
    """Open the saved result of a video on Explore, and turn to it."""
    saved = _saved(batch, clip)
    if saved is not None:
        current_visit().keep(open_saved(saved, secrets.token_hex(8), batch.saved_result(clip).name))
        st.switch_page(EXPLORE)


def _saved(batch: Batch, clip: str) -> Saved | None:
    try:
        return load_sequence(batch.saved_result(clip))
    except PosecoreError as error:
        show_problem(f"{error}")
        return None


def _linked(video: Path, folder: Path) -> Path:
    """The same file in another folder, which takes no space unless that is on another disk."""
    target = folder / f"clip{video.suffix}"
    with suppress(OSError):
        os.link(video, target)
        return target
    shutil.copyfile(video, target)
    return target
