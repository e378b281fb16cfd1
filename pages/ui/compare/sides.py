"""The two sides that are compared, and where each comes from."""

from dataclasses import dataclass, replace

import numpy as np
import streamlit as st

from pages.ui.compare.given import PLACES, SUFFIXES, Given, Photo, Place, Thing, given_in, take
from pages.ui.compare.imitation import TITLE, imitate
from pages.ui.explore.opened import Opened
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.explain import NOBODY, plain, show_notes
from pages.ui.shared.job_progress import partial_text, show_progress
from pages.ui.shared.navigation import COMPARE
from pages.ui.shared.people_choice import choose_person
from pages.ui.shared.problems import show_problem
from pages.ui.shared.taken_uploads import offer_upload
from pages.ui.video.clip_run import ClipRun, RunOptions, unsmoothed
from pages.ui.video.clip_source import ready_sample_clip
from pages.ui.video.run_progress import may_start
from posecore import PosecoreError, PoseOptions, PoseSequence
from posecore.motion.comparing.limbs import performer_of

UPLOAD, SAMPLE, VIDEO, EXPLORE = "Upload", "Sample", "Video page", "Explore page"
SAMPLE_ADDRESS = "clip"

_TITLES: dict[Place, str] = {"first": "First: the reference", "second": "Second: compared with it"}
_SOURCE, _PERSON = "compare_source", "compare_person"
TWO_PEOPLE = "compare_two_people"
"""Key of the session: two people of one result were asked for, so the page shows them side by side at first."""


@dataclass(frozen=True, eq=False)
class Side:
    """One of the two results that are compared.

    Attributes:
        place: which of them.
        key: identifies the result in the visit.
        name: of the visitor's file or of the sample.
        sequence: as it was estimated; a photo is one frame.
        film: token of the address of a video of exactly these frames; None if there is none.
        person: id of the person who is compared; None: the largest.
    """

    place: Place
    key: str
    name: str
    sequence: PoseSequence
    film: str | None = None
    person: int | None = None

    @property
    def performer(self) -> PoseSequence:
        """Only the person who is compared."""
        return _performer(self.id, self.place, _sequence=self.sequence)

    @property
    def is_photo(self) -> bool:
        """Whether it is a single pose."""
        return len(self.sequence) == 1

    @property
    def id(self) -> tuple[str, int | None]:
        """Identifies what is compared, for caches."""
        return self.key, self.person


def offer_comparison(source: str, shown: PoseSequence) -> None:
    """Offer to compare the result on this page with another one, or two of the people shown with each other."""
    people = shown.person_ids[np.argsort(-shown.seen.sum(axis=0), kind="stable")].tolist()
    several = shown.seen.sum(axis=1).max(initial=0) > 1  # at once: each cut makes another person of the same one
    with st.container(horizontal=True):
        if st.button(
            "Compare with another",
            icon=":material/compare:",
            key=f"compare_{source}",
            help="Opens the Compare page with this result as the first one.",
        ):
            st.session_state[_key(_SOURCE, "first")] = source
            st.switch_page(COMPARE)
        if several and st.button(
            "Two people side by side",
            icon=":material/group:",
            key=f"compare_two_{source}",
            help="Opens the Compare page with the two who are in view the longest; others can be chosen there.",
        ):
            for place, person in zip(PLACES, people, strict=False):
                st.session_state[_key(_SOURCE, place)] = source
                st.session_state[_key(_PERSON, place)] = person
            st.session_state[TWO_PEOPLE] = True
            st.switch_page(COMPARE)


def try_sample() -> None:
    """Choose the sample on both sides; called before the page runs."""
    for place in PLACES:
        st.session_state[_key(_SOURCE, place)] = SAMPLE


def swap(given: Given) -> None:
    """Let the sides change places, with all that was chosen about them; called before the page runs."""
    given.swap()
    first, second = PLACES
    for choice in (_SOURCE, _PERSON):
        keys = _key(choice, first), _key(choice, second)
        values = [st.session_state.get(key) for key in keys]
        for key, value in zip(keys, reversed(values), strict=True):
            st.session_state[key] = value


def choose_sides(visit: Visit, options: PoseOptions) -> tuple[Side, Side] | None:
    """Offer the sources of both sides; None while one of them is missing."""
    given = given_in(visit)
    asked = st.query_params.get("sample")
    if asked not in (None, SAMPLE_ADDRESS):
        st.warning(f"There is no sample called '{plain(asked)}'. Choose **{SAMPLE}** to see the one there is.")
    chosen = []
    for column, place in zip(st.columns(2), PLACES, strict=True):
        with column.container(border=True, height="stretch"):
            st.header(_TITLES[place], anchor=False)
            source = _choose_source(visit, place)
            try:
                chosen.append((source, _side(visit, given, place, source, options)))
            except PosecoreError as error:
                show_problem(str(error))
                chosen.append((source, None))
    if all(source == SAMPLE for source, _side in chosen):
        st.query_params["sample"] = SAMPLE_ADDRESS
    else:
        st.query_params.pop("sample", None)
    first, second = (side for _source, side in chosen)
    return (first, second) if first and second else None


def _key(choice: str, place: Place) -> str:
    return f"{choice}_{place}"


def _choose_source(visit: Visit, place: Place) -> str:
    sources = [UPLOAD, SAMPLE]
    sources += [VIDEO] if _video_result(visit) else []
    sources += [EXPLORE] if _opened(visit) else []
    key = _key(_SOURCE, place)
    if st.session_state.get(key) not in sources:
        asked = st.query_params.get("sample") == SAMPLE_ADDRESS
        st.session_state[key] = SAMPLE if asked else UPLOAD
    help = "A result that is open on the Video or Explore page can be chosen here too."
    return str(st.segmented_control("Source", sources, required=True, key=key, persist_state="session", help=help))


def _side(visit: Visit, given: Given, place: Place, source: str, options: PoseOptions) -> Side | None:
    """The side as chosen; None while there is none."""
    thing: Thing | None
    if source == UPLOAD:
        thing = _uploaded(given, place)
    elif source == SAMPLE:
        thing = _sample(given)
        if place == "first":
            sample = ready_sample_clip()
            st.caption(f"{sample.title}. {sample.credit}")
    else:
        thing = _video_result(visit) if source == VIDEO else _opened(visit)
        if thing is not None:
            st.text(thing.name)
    side = None if thing is None else _result(visit, thing, options, place)
    if side is None:
        return None
    if source == SAMPLE and place == "second":
        st.caption(f"{TITLE}.")
        side = Side(place, f"{side.key} imitated", "Imitation", _imitated(side.key, _sequence=side.sequence))
    if not side.sequence.seen.any():
        st.warning(NOBODY, icon=":material/person_off:")
        return None
    return replace(side, person=choose_person(side.sequence, key=_key(_PERSON, place)))


def _uploaded(given: Given, place: Place) -> Thing | None:
    file = offer_upload(
        "A video, a photo or a saved result",
        types=[suffix.removeprefix(".") for suffix in SUFFIXES],
        help="Videos are analysed here with the settings above. A saved result (.posecore.npz, or the zip it came in) "
        "needs no analysis. All of it is deleted when you leave or choose another.",
        key=f"compare_{place}",
    )
    if file is not None:
        given.put(place, take(file))
    thing = given.things.get(place)
    if thing is not None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(thing.name, width="content")
            st.button(
                "Remove",
                icon=":material/delete:",
                type="tertiary",
                key=f"compare_remove_{place}",
                on_click=given.remove,
                args=(place,),
            )
    return thing


def _sample(given: Given) -> ClipRun:
    """The run of the sample, one for both sides."""
    if given.sample is None or given.sample.closed:
        sample = ready_sample_clip()
        given.sample = ClipRun(Clip(str(sample.path), sample.path.name, sample.path))
    return given.sample


def _video_result(visit: Visit) -> ClipRun | None:
    run = visit.get(ClipRun)
    return run if run is not None and not run.closed and run.poses is not None else None


def _opened(visit: Visit) -> Opened | None:
    opened = visit.get(Opened)
    return opened if opened is not None and not opened.folder.closed else None


def _result(visit: Visit, thing: Thing, options: PoseOptions, place: Place) -> Side | None:
    """The poses in what was given; None while they are being estimated, or if they cannot be."""
    if isinstance(thing, Photo):
        show_notes(thing.notes)
        return Side(place, thing.key, thing.name, thing.poses(options))
    if isinstance(thing, Opened):
        return Side(place, thing.key, thing.name, thing.playback.raw)
    if thing.options is None and not _start(thing, options):
        return None
    if thing.state.error:
        show_problem(thing.state.error)
        return None
    if thing.poses is None:
        if thing.state.done.is_set():
            st.info("Stopped before the first frame. Remove the video and choose it again to start over.")
        elif place == "second" and all(st.session_state[_key(_SOURCE, each)] == SAMPLE for each in PLACES):
            st.caption("Made from the sample, once it is analysed.")
        else:
            show_progress(thing.analysis)
        return None
    if thing is not _video_result(visit):
        _offer_another_run(given_in(visit), thing, options, place)
    if thing.state.cut_short:
        st.caption(partial_text(thing.state, len(thing.poses)))
    film = thing.film_token if thing.used_options.film else None
    return Side(place, thing.film_token, thing.name, thing.poses, film)


def _start(run: ClipRun, options: PoseOptions) -> bool:
    """Start the run of a video, a long one once the visitor agrees; False while it is not started."""
    chosen = RunOptions(unsmoothed(options))
    less = "For less, trim it on the Video page first."
    if not run.analysis.has_started and not may_start(run, run.expect(chosen), less=less):
        return False
    run.start(chosen)
    return True


def _offer_another_run(given: Given, run: ClipRun, options: PoseOptions, place: Place) -> None:
    """Offer to analyse the video again if the settings have changed since."""
    if run.options != RunOptions(unsmoothed(options)):
        st.button(
            "Run again with the new settings",
            icon=":material/refresh:",
            key=f"compare_again_{place}",
            on_click=given.run_again,
            args=(run,),
        )


# They are read-only, so nothing needs to be copied.
@st.cache_resource(scope="session", max_entries=4, show_spinner=False)
def _performer(id: tuple[str, int | None], place: Place, _sequence: PoseSequence) -> PoseSequence:
    return performer_of(_sequence, id[1], what=f"the {place} one")


@st.cache_resource(scope="session", max_entries=1, show_spinner=False)
def _imitated(key: str, _sequence: PoseSequence) -> PoseSequence:
    return imitate(_sequence)
