"""Photos without labels, the most doubtful first."""

import streamlit as st

from pages.ui.scores.doubt_results import show_results
from pages.ui.scores.doubt_run import WORKERS, DoubtRuns, Wanted
from pages.ui.scores.photo_set import PhotoSet, choose_photos, runs_of
from pages.ui.serving.jobs import time_text
from pages.ui.serving.visits import Visit
from pages.ui.shared.job_progress import show_progress, why_stopped
from pages.ui.shared.model_loading import load_model
from pages.ui.shared.problems import show_problem
from posecore import PosecoreError, PoseOptions
from posecore.estimation.models import BUNDLES, is_on_machine
from posecore.estimation.pose_options import SearchChoice
from posecore.evaluation.second_opinion import LOOKS, USUAL_LOOKS, LookName, further_looks
from posecore.limits import LIMITS

_LOOKS: dict[LookName, str] = {"mirrored": "Mirrored", "turned": "Turned by 15°", "heavy": "Heavy model"}
_SEARCHES: dict[SearchChoice, str] = {"fast": "Fast", "thorough": "Thorough"}
_PEOPLE = min(20, LIMITS.people)
# Milliseconds of a look on one core (AMD EPYC Zen 5), and how many times that heavy takes.
_MS: dict[SearchChoice, float] = {"fast": 24.0, "thorough": 700.0}
_HEAVY_TIMES = 2.2


def show_doubts(visit: Visit) -> None:
    """Show the tab, from the photos to their ranking."""
    st.markdown(
        "Which photos should you check or label first? No labels are needed: each photo is analysed **again**, "
        "mirrored. Where the two results disagree, they are often wrong."
    )
    photo_set = choose_photos(visit)
    if photo_set is None:
        visit.forget(DoubtRuns)
        _explain()
        return
    runs = runs_of(visit, DoubtRuns, photo_set)
    wanted = _choose(runs, photo_set)
    runs.take_result()
    if wanted is not None:
        runs.start(wanted)
        st.rerun()
    _show_runs(runs, photo_set)


def _choose(runs: DoubtRuns, photo_set: PhotoSet) -> Wanted | None:
    """Offer the looks and the button; what is to be done if it was pressed."""
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="top", gap="medium"):
            looks = st.pills(
                "Second opinions",
                LOOKS,
                selection_mode="multi",
                default=USUAL_LOOKS,
                format_func=_look_title,
                key="doubt_looks",
                persist_state="session",
                help="The mirrored photo is enough: more looks ranked 200 photos of athletes no better. They may find "
                "people who were missed. Heavy is a larger model.",
            )
            search = st.segmented_control(
                "Person search",
                list(_SEARCHES),
                default="fast",
                required=True,
                format_func=lambda way: _SEARCHES[way],
                key="doubt_search",
                persist_state="session",
                help="Thorough also finds small or distant people, and takes much longer.",
            )
            people = st.number_input(
                "Maximum people",
                1,
                LIMITS.people,
                _PEOPLE,
                key="doubt_people",
                persist_state="session",
                width=150,
                help="In one photo.",
            )
        options = PoseOptions(people=int(people), search=search)
        with st.container(horizontal=True, vertical_alignment="center"):
            pressed = st.button(
                "Find doubtful photos",
                type="primary",
                icon=":material/troubleshoot:",
                disabled=runs.is_running or not looks,
                key="doubts_start",
            )
            st.caption(_cost(len(photo_set.photos), options, looks) if looks else "Choose at least one second opinion.")
    if not pressed:
        return None
    try:
        load_model(options)
        if "heavy" in looks:
            load_model(PoseOptions(model="heavy"))
    except PosecoreError as error:
        show_problem(str(error))
        return None
    return runs.wanted(photo_set, options, further_looks(looks, options))


def _look_title(look: LookName) -> str:
    away = look == "heavy" and not is_on_machine("heavy")
    return f"{_LOOKS[look]} (download, {BUNDLES['heavy'].size / 1e6:.0f} MB)" if away else _LOOKS[look]


def _cost(photos: int, options: PoseOptions, looks: list[LookName]) -> str:
    """What a run would do and take, such as "4 photos, each analysed 3 times: about 3 s."."""
    times = 1 + sum(_HEAVY_TIMES if look == "heavy" else 1 for look in looks)
    seconds = max(1.0, photos * times * _MS[options.search] / 1000 / WORKERS)
    return f"{photos:,} photo{'s' * (photos != 1)}, each analysed {1 + len(looks)} times: about {time_text(seconds)}."


def _show_runs(runs: DoubtRuns, photo_set: PhotoSet) -> None:
    """Show the run while it goes on, why it failed, and the last result."""
    job = runs.job
    if job is not None and runs.is_running:
        show_progress(job)
        return
    if job is not None and job.state.error is not None:
        show_problem(job.state.error)
    elif job is not None and job.state.is_out_of_time:
        st.warning(f"Stopped{why_stopped(job.state)}. Press **Find doubtful photos** to go on.", icon=":material/info:")
    if runs.doubts is None:
        return
    if runs.doubts.wanted.version != photo_set.version:
        st.warning(
            "Photos have been added since. Press **Find doubtful photos** to rank them too; the others are not "
            "analysed again.",
            icon=":material/update:",
        )
    show_results(runs, runs.doubts)


def _explain() -> None:
    """Say what the tab gives."""
    with st.container(border=True):
        st.markdown(
            """
**What you need**: photos of people, as a zip or the files themselves. Labels are not used.

**What you get**: the photos ranked by doubt, with all results drawn on each other and the reasons in words, such as
"the mirrored photo gives another left knee". Then label or check the first ones.

**What it cannot say**: results that agree may all be wrong in the same way. A small doubt is no proof.
"""
        )
