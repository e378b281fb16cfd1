"""Video: a video in; the annotated video, 3D skeleton, table by frame and downloads out."""

from pathlib import PurePath
from typing import Any

import streamlit as st

from pages.ui.compare.sides import VIDEO, offer_comparison
from pages.ui.explore.explorer import explore
from pages.ui.explore.export_files import Film, offer_files
from pages.ui.explore.found import show_counts, show_what_is_missing
from pages.ui.shared.addresses import address
from pages.ui.shared.explain import SEVERAL_PEOPLE, explain_numbers, show_notes
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.link_needs import say_what_a_link_needs
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.sample_options import for_sample
from pages.ui.shared.settings import page_head_with_hands, set_people
from pages.ui.shared.visits import current_visit
from pages.ui.video.annotated import has_annotated, offer_annotated
from pages.ui.video.clip_run import WORKERS, ClipRun, RunOptions, new_run, run_of
from pages.ui.video.clip_source import choose_clip
from pages.ui.video.run_choices import choose_run
from pages.ui.video.run_progress import may_start
from posecore import PoseSequence
from posecore.media.files import file_sha256
from posecore.runs.manifest import make_manifest


def show_facts(run: ClipRun, sequence: PoseSequence) -> None:
    """Show what was analysed, and how."""
    width, height = sequence.size
    processed = f"processed in {run.seconds:.1f} s ({len(sequence) / run.seconds:.0f} fps)"
    facts = [
        run.name,
        f"{width} × {height} px, {sequence.fps:.4g} fps",
        "analysed live" if run.was_live else processed,
        engine_line(run.used_options.pose),
    ]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        show_counts(run.playback)
        st.caption(" · ".join(facts), width="stretch")


def notes_of(run: ClipRun, sequence: PoseSequence) -> list[str]:
    """What a visitor should know about a run, now and in the saved result."""
    notes = run.notes
    if run.state.cut_short:
        total = run.expect(run.used_options).frames
        of_all = f"{len(sequence)} of {total}" if total else f"{len(sequence)}"
        notes.insert(0, f"Stopped after {of_all} frames. This is a partial result.")
    return notes


def manifest(run: ClipRun, sequence: PoseSequence) -> dict[str, Any]:
    """The facts needed to reproduce the result."""
    options, found = run.used_options, run.state.result
    of_hands = {} if options.hands is None else {"hand_options": options.hands.as_dict()}
    facts = make_manifest(
        sequence,
        options.pose,
        source=run.name,
        seconds=run.seconds,
        part=options.part,
        notes=notes_of(run, sequence),
        workers=WORKERS,
        background=options.background,
        smoothing=run.playback.smoothing,
        source_sha256=file_sha256(run.clip.path),
        most_people=found.most_people if found is not None else None,
        heights=run.playback.heights,
    )
    return {**facts, **of_hands}


def asks_for_everybody(run: ClipRun) -> bool:
    """Offer a run for all the people who were in view at once, if more were than asked for; True once it was chosen."""
    with st.container():  # even if empty, as in ``asks_for_another``
        if run.more_people is None:
            return False
        return st.button(
            f"Show all {run.more_people} people",
            icon=":material/groups:",
            key="show_everybody",
            help=f"Analyses the video again for {run.more_people} people, and sets Maximum people in Settings.",
            on_click=set_people,
            args=(run.more_people,),
        )


def asks_to_continue(run: ClipRun, chosen: RunOptions) -> bool:
    """Offer to go on with a stopped run, or say why it cannot; True once it was chosen."""
    with st.container():  # even if empty, as in ``asks_for_another``
        found = run.state.result
        if not run.state.cut_short or found is None:
            return False
        if run.why_it_ends_here is not None:
            st.caption(f"This run was stopped. {run.why_it_ends_here}")
            return False
        if run.options != chosen:
            st.caption("This run was stopped. To continue it, choose the settings that it was made with again.")
            return False
        assert found.stopped is not None
        done = len(found.stopped.sequence)
        return st.button(
            "Continue",
            icon=":material/resume:",
            help=f"Analyses the rest of the video. The first {done} frames are not analysed again.",
        )


def show_result(run: ClipRun, sequence: PoseSequence) -> None:
    """Show everything about a finished run."""
    show_notes(notes_of(run, sequence))
    show_what_is_missing(run.playback)
    options = run.used_options
    if options.pose.people > 1:
        st.caption(f":material/groups: {SEVERAL_PEOPLE}")
    show_facts(run, sequence)
    smoothed = "These landmarks were already smoothed during analysis (One-Euro)."
    already = smoothed if options.pose.smoothing else None
    film = address(run.film_token) if options.film else None
    file = run.name if run.clip.folder is not None else None
    stem = PurePath(run.name).stem
    shown = explore(
        run.playback,
        key="video",
        clip=run.film_token,
        stem=stem,
        already=already,
        film=film,
        file=file,
        film_file=run.film if options.film else None,
        recorded_s=run.info.recorded_s if run.info is not None and not run.was_live else None,
        facts=lambda people: manifest(run, people),
    )
    if sequence.seen.any():
        offer_comparison(VIDEO)
    wanted = offer_annotated(run, shown)
    offer_files(
        shown,
        run.playback,
        lambda: manifest(run, shown),
        raw=run.playback.raw,
        page="video",
        stem=stem,
        key=run.film_token,
        film=Film(
            run.annotated,
            address(run.annotated_token),
            run.annotated_name,
            has_annotated(run, wanted),
            run.is_making,
            lambda: run.draw(wanted),
        ),
    )
    explain_numbers(hands=run.playback.hands is not None)


def asks_for_another(run: ClipRun, chosen: RunOptions) -> bool:
    """Offer a run with other options than this one's; True once it was chosen."""
    with st.container():  # even if empty: Streamlit restarts what is below when it moves
        if run.options == chosen:
            return False
        if run.was_live:
            return st.button(
                "Re-analyse",
                icon=":material/refresh:",
                help="Analyses every frame with the settings of this page. The live result is replaced.",
            )
        return st.button("Run again with the new settings", type="primary", icon=":material/refresh:")


def show_page() -> None:
    """Show the page, from the choice of a video to its result."""
    options, hands = page_head_with_hands("Video")
    visit = current_visit()
    clip = choose_clip(visit)
    if clip is None:
        st.info("Upload a video or try the sample. The result appears here.", icon=":material/movie:")
        say_what_a_link_needs()
        return
    run = run_of(visit, clip)
    chosen = choose_run(run, for_sample(options, clip.people), hands)
    if run.options is None:
        if not may_start(run, run.expect(chosen), less="For less, see **Trim and video options**."):
            return
        run.start(chosen)
    elif asks_for_everybody(run) or asks_for_another(run, chosen):
        new_run(visit, clip).start(chosen)
        st.rerun()  # without the button
    elif asks_to_continue(run, chosen):
        new_run(visit, clip).start(chosen, after=run)
        st.rerun()
    if run.analysis.is_running:
        show_progress(run.analysis)
    elif run.state.error:
        show_problem(run.state.error)
    elif run.poses is None:
        st.info("Stopped before the first frame. Change a setting or choose the video again to start over.")
    else:
        show_result(run, run.playback.raw)


with problems_shown():
    show_page()
