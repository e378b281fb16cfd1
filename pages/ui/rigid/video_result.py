"""A video: the search in it, its frames with axes, curves over time, and the video with axes."""

from dataclasses import replace

import streamlit as st

from pages.ui.rigid.camera import Known, choose_camera, known_camera
from pages.ui.rigid.downloads import offer_downloads
from pages.ui.rigid.given import Film
from pages.ui.rigid.missing import show_what_is_missing
from pages.ui.rigid.rigid_run import RigidRun
from pages.ui.rigid.sample import FOV_DEG
from pages.ui.rigid.shown import show_bodies
from pages.ui.rigid.wanted import Wanted, both, covers
from pages.ui.rigid.words import name_of
from pages.ui.serving.addresses import address
from pages.ui.serving.visits import Visit
from pages.ui.shared.explain import show_notes
from pages.ui.shared.figure import show_figure
from pages.ui.shared.film_frame import film_frame
from pages.ui.shared.job_progress import partial_text, show_progress
from pages.ui.shared.problems import show_problem
from pages.ui.video.run_progress import is_over
from posecore import Camera, RigidSequence
from posecore.rigid.people import placed_people
from posecore.rigid.seen import SeenInVideo
from posecore.runs.rigid_video import camera_of_copy
from posecore.view.rigid_plots import plot_rigid_over_time


def show_video_result(visit: Visit, film: Film, wanted: Wanted) -> None:
    """Show a video with its bodies, from the search in it to the downloads."""
    run = _run_of(visit, film, wanted)
    if run.state.error:
        show_problem(run.state.error)
        return
    if film.about:
        st.caption(film.about)
    if not _is_searched(visit, run, film, wanted) or run.state.result is None:
        return
    seen = run.state.result
    camera = choose_camera(_known(seen, film), key=run.clip.key)
    if camera is None:
        return
    show_notes(dict.fromkeys(run.notes))
    if run.state.cut_short:
        st.warning(partial_text(run.state, len(seen)), icon=":material/info:")
    kinds = wanted.bodies.kinds
    size_m = wanted.tag_size_m if wanted.bodies.family else None
    look = (run.drawn_token, id(seen), kinds, size_m, camera.matrix.tobytes(), camera.distortion.tobytes())
    found = _posed(look, seen, camera, wanted)
    show_what_is_missing(seen.notes(found, kinds), wanted, found.slots)
    _show_moment(run, seen, found, camera, wanted)
    if found.slots:
        _show_curves(found)
        _offer_drawn(run, found, camera, wanted, look)


def _known(seen: SeenInVideo, film: Film) -> Known:
    if film.is_sample:
        return Known(Camera.from_fov(seen.size, FOV_DEG), "That of the camera it was drawn for.")
    return known_camera(seen.size, None)


def _run_of(visit: Visit, film: Film, wanted: Wanted) -> RigidRun:
    run = visit.get(RigidRun)
    if run is not None and not run.closed and run.clip.key == film.clip.key and run.of is film.of:
        return run
    return _new_run(visit, film, wanted)


def _new_run(visit: Visit, film: Film, wanted: Wanted) -> RigidRun:
    visit.forget(RigidRun)
    run = RigidRun(film.clip, wanted.bodies, film.of)
    visit.keep(run)
    return run


def _is_searched(visit: Visit, run: RigidRun, film: Film, wanted: Wanted) -> bool:
    """Whether the search is over; until then its progress is shown, or what it would take."""
    if not is_over(run, run.expected, run.start):
        return False
    if run.state.result is None:
        if not run.state.error:
            st.info("Stopped before the first frame. Choose the video again to start over.")
        return False
    with st.container():  # even if empty: Streamlit restarts what is below when it moves
        if not covers(run.bodies, wanted.bodies):
            if st.button("Look for these, too", type="primary", icon=":material/refresh:"):
                bodies = both(run.bodies, wanted.bodies)
                _new_run(visit, film, Wanted(bodies, wanted.tag_size_m)).start()
                st.rerun()  # without the button
            st.caption("Not all of what you chose was looked for in this video yet.")
    return True


@st.cache_resource(scope="session", max_entries=1, show_spinner="Computing the poses")
def _posed(look: object, _seen: SeenInVideo, _camera: Camera, _wanted: Wanted) -> RigidSequence:
    tags = _seen.tags
    size_m = _wanted.tag_size_m if tags is not None and tags.family == _wanted.bodies.family else None
    return _seen.pose(_camera, kinds=_wanted.bodies.kinds, tag_size_m=size_m)


@st.fragment
def _show_moment(run: RigidRun, seen: SeenInVideo, found: RigidSequence, camera: Camera, wanted: Wanted) -> None:
    """Show one frame, which the visitor chooses; it begins with the first that has the most bodies."""
    index = 0
    if len(found) > 1:
        first = int(found.seen.sum(axis=1).argmax()) if found.slots else 0
        index = st.slider("Frame", 0, len(found) - 1, first, key=f"rigid_frame_{run.drawn_token}")
    rgb = film_frame(run.film, found, index) if run.film.is_file() else None
    frame = found.frame(index)
    people = {} if seen.poses is None or not wanted.bodies.kinds else placed_people(seen.poses.frame(index), camera)
    caption = f"Frame {index} of {len(found)} · {found.times_s[index]:.2f} s · {found.size[0]} × {found.size[1]} px"
    shown_camera = camera
    if rgb is not None:  # it may be smaller than the video
        size = rgb.shape[1], rgb.shape[0]
        frame, shown_camera = replace(frame, size=size), camera_of_copy(camera, size)
    drawn = show_bodies(rgb, frame, shown_camera, wanted, people, caption=caption)
    offer_downloads(found, camera, run.clip.name, drawn)


def _show_curves(found: RigidSequence) -> None:
    body = st.selectbox("Curves of", found.slots, format_func=name_of, key="rigid_curves", width=260)
    turn, place = st.columns([1, 1], gap="medium")
    with turn:
        show_figure(plot_rigid_over_time(found, body, "turn"), height=320, label="Turn over time", key="rigid_turn")
    with place:
        show_figure(plot_rigid_over_time(found, body, "place"), height=320, label="Place over time", key="rigid_place")
    seconds = found.seen[:, found.slots.index(body)].mean()
    st.caption(f"{name_of(body)} is seen in {100 * seconds:.0f}% of the frames. Grey: uncertain. Gaps: not seen.")


def _offer_drawn(run: RigidRun, found: RigidSequence, camera: Camera, wanted: Wanted, look: object) -> None:
    if not run.film.is_file():
        return
    if run.is_making:
        show_progress(run.making)
        return
    if run.made.get(run.drawn) == look:
        film = address(run.drawn_token)
        st.html(
            f'<video controls preload="metadata" src="{film}" style="max-width:100%;max-height:520px" '
            'aria-label="The video with axes"></video>'
        )
        st.link_button("Video with axes (MP4)", f"{film}?download", icon=":material/download:")
        return
    if st.button(
        "Make video with axes",
        icon=":material/movie_edit:",
        help="Draws the axes as shown here on every frame. Nothing is looked for again.",
    ):
        run.draw(found, camera, wanted.axis_m, look)
        st.rerun()
