"""Where the videos of a batch come from: uploads, samples, or a folder of the machine if its one user asks."""

from collections.abc import Sequence

import streamlit as st

from pages.ui.batch.batches import Batch, SampleBatch, UploadBatch, batch_of_folder, folder_and_results, running_folder
from pages.ui.progress.whose import is_one_user
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import VIDEO_TYPES
from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from pages.ui.shared.sources import choose_source
from pages.ui.shared.taken_uploads import offer_uploads
from pages.ui.video.clip_source import ready_sample_clip
from posecore import PosecoreError
from posecore.limits import LIMITS
from posecore.media.samples import CLIP_TITLES

_UPLOAD, _SAMPLES, _FOLDER = "Upload", "Samples", "Folder"
_SOURCE_KEY, _PROBLEMS_KEY, _ASKED_KEY = "batch_source", "batch_problems", "batch_folder_asked"
_NAMED = 5


def choose_batch(visit: Visit) -> Batch | None:
    """Offer the sources and return the batch of the chosen one, or None while there is none."""
    sources = [_UPLOAD, _SAMPLES, *([_FOLDER] if is_one_user() else [])]
    source = choose_source("Source", sources, sample=_SAMPLES, address="clips", key=_SOURCE_KEY)
    if source == _SAMPLES:
        return _samples(visit)
    return _folder() if source == _FOLDER else _uploads(visit)


def show_samples() -> None:
    """Choose the samples; called before the page runs."""
    st.session_state[_SOURCE_KEY] = _SAMPLES


def _samples(visit: Visit) -> Batch:
    samples = {name: ready_sample_clip(name) for name in CLIP_TITLES}
    for sample in samples.values():
        st.caption(f"{sample.title}. {sample.credit}")
    batch = visit.get(SampleBatch)
    if batch is None or batch.closed:
        batch = SampleBatch()
        batch.add_samples(samples)
        visit.keep(batch)
    return batch


def _uploads(visit: Visit) -> Batch | None:
    files = offer_uploads(
        "Videos with one or more people, several at once",
        types=VIDEO_TYPES,
        help=f"MP4, MOV, WebM, MKV, AVI or animated pictures: up to {LIMITS.batch_clips:,} videos with "
        f"{LIMITS.batch_megabytes:,} MB in all, {LIMITS.upload_megabytes:,} MB at once. More can be added at any time. "
        "They are deleted when you leave.",
        key="batch",
    )
    batch = visit.get(UploadBatch)
    if files:
        if batch is None or batch.closed:
            batch = UploadBatch()
            visit.keep(batch)
        problems = batch.add(files)
        st.session_state[_PROBLEMS_KEY] = problems
    _show_problems(st.session_state.get(_PROBLEMS_KEY, ()))
    if batch is not None and batch.closed:
        st.info(
            "Your videos and results were deleted because you were away for a while. Choose the videos again.",
            icon=":material/auto_delete:",
        )
        return None
    return batch if batch is not None and batch.queue.entries else None


def _show_problems(problems: Sequence[str]) -> None:
    for problem in problems[:_NAMED]:
        st.warning(plain(problem), icon=":material/info:")
    if len(problems) > _NAMED:
        st.warning(f"And {len(problems) - _NAMED} more were not added.", icon=":material/info:")


def _folder() -> Batch | None:
    running = running_folder()
    asked: tuple[str, str] | None = st.session_state.get(_ASKED_KEY) or running
    with st.form("batch_folder", border=False):
        folder = st.text_input(
            "Folder of videos",
            asked[0] if asked else "",
            placeholder="/home/me/videos",
            help="Path on this machine. Videos in its folders are analysed, too.",
        )
        results = st.text_input(
            "Folder for the results",
            asked[1] if asked else "",
            placeholder="posecore-results in that folder",
            help="Give the same two folders again to go on with a run that was stopped, or after this server or the "
            "machine was restarted. `python -m posecore batch` goes on with it, too.",
        )
        pressed = st.form_submit_button("Open", icon=":material/folder_open:")
    if pressed:
        try:
            asked = folder_and_results(folder, results)
        except PosecoreError as error:
            st.session_state.pop(_ASKED_KEY, None)
            show_problem(str(error))
            return None
        st.session_state[_ASKED_KEY] = asked
    if asked is None:
        return None
    try:
        return batch_of_folder(*asked)
    except PosecoreError as error:
        show_problem(str(error))
        return None
