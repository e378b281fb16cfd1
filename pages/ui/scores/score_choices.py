"""What is scored: our models and searches, and results of other systems."""

from collections.abc import Iterable

import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.scores.score_run import WORKERS, OtherSystem, Scored, ScoreRuns
from pages.ui.scores.score_words import counted
from pages.ui.shared.explain import plain
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import free_memory
from posecore import PoseOptions
from posecore.errors import UnreadableLabels
from posecore.estimation.models import BUNDLES, is_on_machine
from posecore.evaluation.case import CaseName
from posecore.limits import LIMITS

_MODELS = {"lite": "Lite", "full": "Full", "heavy": "Heavy"}
_WAYS = {"fast": "Fast search", "thorough": "Thorough search", "mediapipe": "MediaPipe"}
_ROUND_KEY, _PROBLEM_KEY = "score_others_round", "score_others_problem"
_PEOPLE = min(20, LIMITS.people)
# Milliseconds of a photo on one core (AMD EPYC Zen 5), and how many times those of full the other models take.
_MS = {"fast": 20.0, "thorough": 700.0, "mediapipe": 35.0}
_TIMES = {"lite": 0.7, "full": 1.0, "heavy": 2.0}


def choose_cases() -> tuple[PoseOptions, ...]:
    """Offer models, searches and the largest number of people; the options of each case that was chosen."""
    with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
        models = st.pills(
            "Models",
            list(_MODELS),
            selection_mode="multi",
            default=["full"],
            format_func=_model_title,
            key="score_models",
            persist_state="session",
            help="Larger models are more accurate and take longer. A model that is not on this server yet is "
            "downloaded first.",
        )
        ways = st.pills(
            "Ways to find people",
            list(_WAYS),
            selection_mode="multi",
            default=["fast", "thorough"],
            format_func=lambda way: _WAYS[way],
            key="score_ways",
            persist_state="session",
            help="Fast: one pass over the whole photo. Thorough: also finds small or distant people, and takes much "
            "longer. MediaPipe: the reference engine, with the fast search only.",
        )
        people = st.number_input(
            "Maximum people",
            1,
            LIMITS.people,
            _PEOPLE,
            key="score_people",
            persist_state="session",
            width=150,
            help="In one photo. Choose at least as many as are labelled in any of them.",
        )
    return tuple(
        PoseOptions(model=model, people=int(people))
        if way == "fast"
        else PoseOptions(model=model, people=int(people), search="thorough")
        if way == "thorough"
        else PoseOptions(model=model, people=int(people), engine="mediapipe")
        for model in models
        for way in ways
    )


def _model_title(name: str) -> str:
    size = "" if is_on_machine(name) else f" (download, {BUNDLES[name].size / 1e6:.0f} MB)"
    return f"{_MODELS[name]}{size}"


def choose_others(runs: ScoreRuns) -> None:
    """Take results of other systems, and list those there are with their names and a button that removes each."""
    with st.expander(f"Results of other systems ({len(runs.others)})", icon=":material/compare_arrows:"):
        round_number = st.session_state.setdefault(_ROUND_KEY, 0)
        files = st.file_uploader(
            "Results on the same photos",
            type=["json", "zip"],
            accept_multiple_files=True,
            help="COCO keypoint results (posecore's export, MMPose, ultralytics), or a zip with one JSON file for each "
            "photo, named after it (MMPose, ultralytics, OpenPose).",
            key=f"score_others_{round_number}",
            max_upload_size=LIMITS.labels_megabytes,
        )
        if files:
            st.session_state[_PROBLEM_KEY] = _take(runs, files)
            st.session_state[_ROUND_KEY] += 1  # an empty uploader
            st.rerun()
        if problem := st.session_state.get(_PROBLEM_KEY):
            show_problem(problem)
        for other in runs.others:
            _show_other(runs, other)
        st.caption(
            "Scored on the same photos, beside ours. Photos without a result count as photos in which nobody was found."
        )


def _take(runs: ScoreRuns, files: Iterable[UploadedFile]) -> str | None:
    """Keep uploaded results; return why the last one that could not be kept was not."""
    problem = None
    for file in files:
        try:
            runs.add_other(file.name, file.getvalue())
        except UnreadableLabels as error:
            problem = str(error)
        free_memory(file)
    return problem


def _show_other(runs: ScoreRuns, other: OtherSystem) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name", other.name, max_chars=60, key=f"other_name_{other.path.stem}", width=280)
        if name != other.name:
            runs.rename_other(other.path, name)
        st.button(
            "Remove",
            icon=":material/delete:",
            type="tertiary",
            key=f"other_remove_{other.path.stem}",
            on_click=runs.remove_other,
            args=(other.path,),
            help=f"Remove {plain(other.name)}",
        )


def expected_seconds(options: Iterable[PoseOptions], photos: int, last: Scored | None) -> float:
    """About how long a run will take, without what the last one estimated, at the times that it measured."""
    return sum(_new_photos(each, photos, last) * _milliseconds(each, last) / 1000 / WORKERS for each in options)


def _new_photos(options: PoseOptions, photos: int, last: Scored | None) -> int:
    known = {} if last is None or options not in last.wanted.options else last.found.get(_case_of(options), {})
    return max(0, photos - len(known))


def _milliseconds(options: PoseOptions, last: Scored | None) -> float:
    cases = () if last is None or last.evaluation is None else last.evaluation.cases
    measured = [case.milliseconds for case in cases if case.name == _case_of(options) and case.milliseconds > 0]
    way = "mediapipe" if options.engine == "mediapipe" else options.search
    return measured[0] if measured else _MS[way] * _TIMES[str(options.model)]


def _case_of(options: PoseOptions) -> CaseName:
    """The name of its case, if the fast engine runs here."""
    return CaseName(str(options.model), options.search, "mediapipe" if options.engine == "mediapipe" else "fast")


def cost(photos: int, cases: int, others: int, seconds: float) -> str:
    """What a run would do and take, such as "4 photos in 2 ways: about 3 s."."""
    if not cases:
        return f"{counted(photos, 'photo')}: only {counted(others, 'other system')}, nothing to estimate."
    if not seconds:
        return f"{counted(photos, 'photo')} in {counted(cases, 'way')}: all estimated already."
    time = f"{max(1, round(seconds))} s" if seconds < 90 else f"{round(seconds / 60)} minutes"
    return f"{counted(photos, 'photo')} in {counted(cases, 'way')}: about {time}."
