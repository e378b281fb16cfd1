"""Video: a video in; the annotated video, 3D skeleton, table by frame and downloads out."""

from pathlib import PurePath

import streamlit as st

from pages.ui.compare.sides import VIDEO, offer_comparison
from pages.ui.explore.explorer import explore
from pages.ui.explore.export_files import Film, offer_files
from pages.ui.explore.found import counts_in_words, show_counts
from pages.ui.explore.result_places import ResultPlaces
from pages.ui.serving.addresses import address
from pages.ui.serving.visits import current_visit
from pages.ui.shared.explain import SEVERAL_PEOPLE, numbers_explained, plain, show_notes
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.link_needs import say_what_a_link_needs
from pages.ui.shared.model_loading import engine_line
from pages.ui.shared.module_component import fetch_ahead
from pages.ui.shared.navigation import require_route
from pages.ui.shared.page_head import PageHead
from pages.ui.shared.problems import problems_shown, show_problem
from pages.ui.shared.sample_options import for_sample
from pages.ui.shared.settings import set_people, settings_with_hands
from pages.ui.video.annotated import has_annotated, offer_annotated
from pages.ui.video.clip_run import ClipRun, RunOptions, new_run, run_of
from pages.ui.video.clip_source import choose_clip
from pages.ui.video.run_choices import choose_run
from pages.ui.video.run_facts import manifest, notes_of
from pages.ui.video.run_progress import may_start
from posecore import PoseSequence


def facts_of(run: ClipRun, sequence: PoseSequence) -> list[str]:
    """What was analysed, and how."""
    width, height = sequence.size
    processed = f"processed in {run.seconds:.1f} s ({len(sequence) / run.seconds:.0f} fps)"
    return [
        f"{width} × {height} px, {sequence.fps:.4g} fps",
        "analysed live" if run.was_live else processed,
        engine_line(run.used_options.pose, run.found_by),
    ]


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


def show_result(run: ClipRun, sequence: PoseSequence, head: PageHead, places: ResultPlaces) -> None:
    """Show everything about a finished run."""
    options = run.used_options
    facts = facts_of(run, sequence)
    head.facts.caption(" · ".join([f"**{plain(run.name)}**", counts_in_words(run.playback), *facts]))
    notes = notes_of(run, sequence)
    for note in notes[:1]:
        places.line.markdown(f":material/info: {plain(note)}")
    with places.details:
        show_counts(run.playback)
        st.caption(" · ".join([plain(run.name), *facts]))
        if options.pose.people > 1:
            st.caption(f":material/groups: {SEVERAL_PEOPLE}")
        show_notes(notes)
    smoothed = "These landmarks were already smoothed during analysis (One-Euro)."
    stem = PurePath(run.name).stem
    shown = explore(
        run.playback,
        places,
        key="video",
        clip=run.film_token,
        stem=stem,
        already=smoothed if options.pose.smoothing else None,
        film=address(run.film_token) if options.film else None,
        file=run.name if run.clip.folder is not None else None,
        film_file=run.film if options.film else None,
        recorded_s=run.info.recorded_s if run.info is not None and not run.was_live else None,
        focal_35mm=run.info.focal_35mm if run.info is not None else None,
        facts=lambda people: manifest(run, people),
    )
    if sequence.seen.any():
        with places.tab("compare"):
            offer_comparison(VIDEO, shown)
    with places.tab("overlay"):
        wanted = offer_annotated(run, shown)
    with places.tab("files"):
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
    places.tab("help").markdown(numbers_explained(hands=run.playback.hands is not None))


def asks_for_another(run: ClipRun, chosen: RunOptions) -> bool:
    """Offer a run with other options than this one's; True once it was chosen."""
    with st.container():  # even if empty: Streamlit restarts what is below when it moves
        if run.options == chosen:
            return False
        if run.was_live or run.was_found:
            replaced = "The live result is replaced." if run.was_live else "The result on Batch stays."
            return st.button(
                "Re-analyse",
                icon=":material/refresh:",
                help=f"Analyses every frame with the settings of this page. {replaced}",
            )
        return st.button("Run again with the new settings", type="primary", icon=":material/refresh:")


def show_page() -> None:
    """Show the page, from the choice of a video to its result."""
    require_route()
    head = PageHead("Video", key="video")
    options, hands = settings_with_hands(head.settings)
    visit = current_visit()
    with head.source:
        clip = choose_clip(visit)
    if clip is None:
        st.info("Upload a video or try the sample. The result appears here.", icon=":material/movie:")
        say_what_a_link_needs()
        fetch_ahead("player/player.js")
        return
    run = run_of(visit, clip)
    with head.trim:
        chosen = choose_run(run, for_sample(options, clip.people), hands)
    if run.options is None:
        if not may_start(run, run.expect(chosen), less="For less, see **Trim**."):
            return
        run.start(chosen)
    if not run.state.error:
        head.fold(clip.key, "Change video")
    show_run(run, chosen, head)


def show_run(run: ClipRun, chosen: RunOptions, head: PageHead) -> None:
    """Show a run and what comes of it, with an offer of another one where that makes sense."""
    is_done = not run.analysis.is_running and not run.state.error and run.poses is not None
    doing = st.empty()  # the progress is gone as soon as the result is there, which then appears in its place
    places = ResultPlaces(run.playback.raw, key="video", has_film=True) if is_done else None
    with places.line if places else st.container():
        if asks_for_everybody(run) or asks_for_another(run, chosen):
            new_run(current_visit(), run.clip).start(chosen)
            st.rerun()  # without the button
        elif asks_to_continue(run, chosen):
            new_run(current_visit(), run.clip).start(chosen, after=run)
            st.rerun()
    if places is not None:
        show_result(run, run.playback.raw, head, places)
        return
    head.facts.caption(f"**{plain(run.name)}**")
    if run.analysis.is_running:
        with doing.container():
            show_progress(run.analysis)
    elif run.state.error:
        show_problem(run.state.error)
    else:
        st.info("Stopped before the first frame.")
        if run.options == chosen and st.button("Start again", type="primary", icon=":material/refresh:"):
            new_run(current_visit(), run.clip).start(chosen)
            st.rerun()


with problems_shown():
    show_page()
