"""Video: one clip in; the annotated film, the 3D skeleton and table by frame, and their files out."""

import json
from pathlib import PurePath

import streamlit as st

from pages.ui.clips import choose_clip
from pages.ui.explain import NOBODY, SEVERAL_PEOPLE, explain_numbers
from pages.ui.models import engine_line
from pages.ui.navigation import VIDEO
from pages.ui.part import choose_run, cost
from pages.ui.people import choose_people
from pages.ui.problems import problems_shown, show_problem
from pages.ui.results import offer_download, show_skeleton, show_table
from pages.ui.runs import WORKERS, ClipRun, RunOptions
from pages.ui.served import address
from pages.ui.settings import page_head
from pages.ui.visits import current_visit
from posecore import PoseSequence, Progress
from posecore.export.csv_file import to_csv
from posecore.export.json_file import to_json
from posecore.export.manifest import make_manifest

_FILM_HEIGHT_PX = 460
# A clip that takes no longer than this is worked on without a question.
_AT_ONCE_S = 20.0


@st.fragment(run_every=0.5)
def show_progress(run: ClipRun) -> None:
    """Frames done, frames a second, time left, and the stop button; ends by itself."""
    if run.state.done.is_set():
        st.rerun()
    progress = run.state.progress
    if run.state.waiting:
        st.progress(0.0, "Waiting: other visitors' clips are being worked on")
    elif progress is None:
        st.progress(0.0, "Loading the model and opening the clip")
    else:
        st.progress(progress.share or 0.0, progress_text(progress))
    label = "Stop and keep the film as it was" if run.state.drawing else "Stop and keep what is done"
    if st.button(label, icon=":material/stop_circle:", disabled=run.state.stop.is_set()):
        run.stop()


def progress_text(progress: Progress) -> str:
    """One line: 120 of 230 frames, 38 a second, 3 s left."""
    of_all = f" of {progress.total}" if progress.total else ""
    rest = "" if progress.seconds_left is None else f" · {progress.seconds_left:.0f} s left"
    return f"{progress.frames}{of_all} frames · {progress.frames_per_second:.0f} frames a second{rest}"


def show_film(run: ClipRun, sequence: PoseSequence) -> None:
    """The annotated film, and beside it what was done and the downloads."""
    width, height = sequence.size
    left, facts = st.columns([2, 1], gap="medium")
    with left:
        play_film(run, width=round(_FILM_HEIGHT_PX * width / height))
    with facts:
        seen = int(sequence.seen.any(axis=1).sum())
        st.metric("Frames with a person", f"{seen} of {len(sequence)}")
        st.caption(f"{run.name} · {width} × {height} px · {sequence.fps:.4g} frames a second")
        st.caption(f"Took {run.state.seconds:.1f} s: {len(sequence) / run.state.seconds:.0f} frames a second")
        st.caption(engine_line(run.options.pose))
        offer_files(run, sequence)
        offer_other_film(run, sequence)


def offer_other_film(run: ClipRun, shown: PoseSequence) -> None:
    """Where people were named or hidden: the film of them. With a changed background it cannot be made again."""
    in_film = run.state.film_of or run.state.result
    if not run.options.film or _who(shown) == _who(in_film):
        return
    if run.options.background != "keep":
        st.caption("The film shows everybody by number: with another background it is not made again.")
    elif st.button(
        "Make the film again",
        icon=":material/movie_edit:",
        help="With these people and these names. They are not looked for again.",
    ):
        run.draw_again(shown)
        st.rerun()


def _who(sequence: PoseSequence) -> tuple[list[int], dict[int, str]]:
    return sequence.person_ids.tolist(), dict(sequence.names)


def play_film(run: ClipRun, width: int) -> None:
    """The film in a player, as wide as this many pixels."""
    if run.options.film:
        served = address(run.film_token, VIDEO)
        # Another address for another film: the player keeps what it has of the one before.
        source = str(run.film) if served is None else f"{served}?film={run.films}"
        st.video(source, width=width, alt=f"{run.name} with the landmarks")
    else:
        st.info("No film was made. Choose it under Part and film, and run again.", icon=":material/movie:")


def offer_files(run: ClipRun, sequence: PoseSequence) -> None:
    """The downloads of a finished clip."""
    stem = PurePath(run.name).stem
    with st.container(horizontal=True):
        if run.options.film:
            offer_film(run)
        offer_download("Table (CSV)", lambda: to_csv(sequence), f"{stem}.landmarks.csv", "text/csv")
        offer_download("Landmarks (JSON)", lambda: to_json(sequence), f"{stem}.landmarks.json", "application/json")
        offer_download("Manifest (JSON)", lambda: manifest(run, sequence), f"{stem}.manifest.json", "application/json")


def offer_film(run: ClipRun) -> None:
    """The film's download; where the server serves no files it goes through its memory."""
    film = address(run.film_token, VIDEO)
    if film is None:
        offer_download("Film (MP4)", run.film.read_bytes, run.film_name, "video/mp4")
    else:
        st.link_button("Film (MP4)", f"{film}?download", icon=":material/download:")


def manifest(run: ClipRun, sequence: PoseSequence) -> str:
    """The manifest as text."""
    options, state = run.options, run.state
    facts = make_manifest(
        sequence,
        options.pose,
        source=run.name,
        seconds=state.seconds,
        part=options.part,
        notes=state.notes,
        workers=WORKERS,
        background=options.background,
    )
    return json.dumps(facts, indent=2, ensure_ascii=False)


@st.fragment
def show_frames(sequence: PoseSequence, several: bool) -> None:
    """One frame slider for the 3D skeleton and the table; moving it estimates nothing."""
    frame = sequence.frame(choose_frame(sequence))
    left, right = st.columns([1, 1], gap="medium")
    with left:
        show_skeleton(frame, key="video", several=several)
    with right:
        show_table(frame, key="video_table", several=several)


def choose_frame(sequence: PoseSequence) -> int:
    """A slider over the frames; it begins at the first in which somebody is seen."""
    last = len(sequence) - 1
    first_seen = int(sequence.seen.any(axis=1).argmax())
    index = st.slider("Frame", 0, last, first_seen, key="video_frame") if last else 0
    st.caption(f"Frame {index} of {last}, at {sequence.times_s[index]:.3f} s")
    return index


def show_result(run: ClipRun, sequence: PoseSequence) -> None:
    """Everything about a finished clip."""
    if run.stopped_early:
        st.info(f"Stopped after {len(sequence)} frames; this is what was done.", icon=":material/stop_circle:")
    for note in run.state.notes:
        st.warning(note, icon=":material/info:")
    if not sequence.seen.any():
        st.warning(NOBODY, icon=":material/person_off:")
    if run.options.pose.people > 1:
        st.caption(f":material/groups: {SEVERAL_PEOPLE}")
    several = len(sequence.person_ids) > 1
    sequence = choose_people(sequence, page="video", key=run.film_token)
    show_film(run, sequence)
    show_frames(sequence, several)
    explain_numbers()


def may_start(run: ClipRun, chosen: RunOptions) -> bool:
    """A short clip is worked on at once; for a long one the visitor is told what it takes, and asked."""
    expected = run.expect(chosen)
    if expected.seconds is None or expected.seconds <= _AT_ONCE_S:
        return True
    st.info(f"{run.name}: {cost(expected)} Less under Part and film.", icon=":material/timer:")
    return st.button("Start", type="primary", icon=":material/play_arrow:")


def show_page() -> None:
    """From the choice of a clip to everything about it."""
    options = page_head("Video")
    visit = current_visit()
    clip = choose_clip(visit)
    if clip is None:
        st.info("Upload a clip or try the sample: the result appears here.", icon=":material/movie:")
        return
    run = visit.run_of(clip)
    chosen = choose_run(run, options)
    if run.options is None:
        if not may_start(run, chosen):
            return
        run.start(chosen)
    elif run.options != chosen and st.button(
        "Run again with the new settings", type="primary", icon=":material/refresh:"
    ):
        run = visit.new_run(clip)
        run.start(chosen)
    if not run.state.done.is_set():
        show_progress(run)
    elif run.state.error:
        show_problem(run.state.error)
    elif run.state.result is None:
        st.info("Stopped before the first frame. Change a setting or choose the clip again to start anew.")
    else:
        show_result(run, run.state.result)


with problems_shown():
    show_page()
