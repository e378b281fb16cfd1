"""The result of the sample video, as if the visitor had saved it before."""

from pathlib import PurePath

import streamlit as st

from pages.ui.explore.opened import open_saved
from pages.ui.serving.visits import Visit
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.problems import show_problem
from pages.ui.shared.sample_options import for_sample
from pages.ui.video.clip_run import ClipRun, usual_run
from pages.ui.video.clip_source import as_clip, ready_sample_clip
from pages.ui.video.run_facts import manifest
from posecore import PoseOptions
from posecore.export.saved import Saved


class SampleRun(ClipRun):
    """Works the result out, unless another visitor has had it worked out before."""


def offer_sample(visit: Visit) -> None:
    """Offer to open the sample's result, and show how far it is while it is worked out."""
    run = visit.get(SampleRun)
    if run is None or run.closed:
        st.button("Try the sample", icon=":material/play_circle:", key="explore_sample", on_click=_begin, args=(visit,))
    elif run.state.error:
        show_problem(run.state.error)
    elif run.poses is None:
        show_progress(run.analysis)
    else:
        facts = manifest(run, run.poses)
        visit.keep(
            open_saved(Saved(run.poses, facts, run.poses), run.film_token, f"{PurePath(run.name).stem}.posecore.npz")
        )
        visit.forget(SampleRun)
        st.rerun()


def _begin(visit: Visit) -> None:
    clip = as_clip(ready_sample_clip())
    run = SampleRun(clip)
    visit.keep(run)
    run.start(usual_run(for_sample(PoseOptions(), clip.people)))
