"""The tab in which signs are taught: examples from videos, the list of signs, and the file that keeps them."""

from collections.abc import Callable

import streamlit as st

from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import VIDEO_TYPES, Clip
from pages.ui.shared.explain import plain
from pages.ui.shared.job_progress import show_progress
from pages.ui.shared.problems import show_problem
from pages.ui.shared.results import offer_download
from pages.ui.shared.taken_uploads import free_memory, offer_upload, to_disk
from pages.ui.signs.book import TaughtSigns, signs_of
from pages.ui.signs.live_tabs import record_examples
from pages.ui.signs.sign_run import SignRun
from posecore import PosecoreError
from posecore.limits import LIMITS
from posecore.signs.sign_file import SUFFIX, load_signs, to_json
from posecore.signs.taught import LONGEST_TEXT, Sign, SignBook

CAMERA, VIDEO = "Camera", "Videos"

_ROUND_KEY, _TEXT_KEY = "teach_round", "teach_text"


def show_teaching(visit: Visit) -> None:
    """Show the tab."""
    signs = signs_of(visit)
    left, right = st.columns([1, 1], gap="medium")
    with right:
        st.header("Your signs", anchor=False)
        listed = st.container()  # filled last, with what was learnt or opened in this run
        _take_file(signs)
    with left:
        st.header("Teach a sign", anchor=False)
        st.caption(
            "Three to five examples of each sign are good: the upper body in view, hands down before and after, the "
            "sign once in each. Hands, their way and their place at the body are learnt; face and mouth are not."
        )
        _take_examples(signs)
        _learn_next(signs)
        for went_well, text in reversed(signs.told[-5:]):
            (st.success if went_well else st.warning)(plain(text))
    with listed:
        _list_signs(signs)


def _take_examples(signs: TaughtSigns) -> None:
    """Offer the text of a sign and the upload of its examples."""
    round_number = st.session_state.setdefault(_ROUND_KEY, 0)
    text = st.text_input(
        "What it means",
        max_chars=LONGEST_TEXT,
        key=_TEXT_KEY,
        placeholder="Such as: thank you",
        persist_state="session",
    )
    source = st.segmented_control(
        "Examples from", [CAMERA, VIDEO], default=CAMERA, required=True, key="teach_source", persist_state="session"
    )
    if source == CAMERA:
        record_examples(signs, text)
        return
    files = st.file_uploader(
        "Examples: one or more videos",
        type=VIDEO_TYPES,
        accept_multiple_files=True,
        key=f"teach_files_{round_number}",
        help="The sign once in each. They are deleted once learnt; only positions of hands and shoulders stay.",
    )
    if st.button(
        "Learn these examples" if len(files) != 1 else "Learn this example",
        type="primary",
        icon=":material/school:",
        disabled=not (text.strip() and files),
        help=None if text.strip() else "Write what the sign means first.",
    ):
        signs.told.clear()
        signs.waiting.extend((text, to_disk(file, Clip)) for file in files)
        st.session_state[_ROUND_KEY] += 1
        st.rerun()


def _learn_next(signs: TaughtSigns) -> None:
    """Learn the examples that wait, one after the other."""
    while signs.waiting:
        text, clip = signs.waiting[0]
        if signs.run is None:
            signs.run = SignRun(clip, of_bodies=True)
            if signs.run.info is not None:
                signs.run.start()
        run = signs.run
        if not run.state.done.is_set():
            more = f", {len(signs.waiting) - 1} more to come" if len(signs.waiting) > 1 else ""
            st.caption(f"Learning “{plain(text)}” from {plain(clip.name)}{more}")
            show_progress(run.analysis)
            return
        if run.state.error:
            signs.told.append((False, run.state.error))
        elif run.state.result is not None:
            signs.learn(text, *run.bodies_and_hands, of=clip.name)
        signs.waiting.popleft()
        signs.run = None
        run.close()
        clip.close()


def _list_signs(signs: TaughtSigns) -> None:
    if not len(signs.book):
        st.info("No signs yet. Teach one, or open a file with signs below.", icon=":material/sign_language:")
    for number, sign in enumerate(signs.book.signs):
        with st.container(horizontal=True, vertical_alignment="center", border=True):
            count = len(sign.examples)
            st.markdown(f"**{plain(sign.text)}**  \n{count} example{'s' if count != 1 else ''}", width="stretch")
            _offer_changes(signs, sign, number)
    if signs.can_undo:
        st.button("Undo", icon=":material/undo:", key="signs_undo", on_click=signs.undo)
    if len(signs.book):
        book = signs.book
        offer_download("Signs as a file", lambda: to_json(book), f"my{SUFFIX}", "application/json")
        st.caption("Signs are kept for this visit. Keep the file to use them again, or give it to others.")


def _offer_changes(signs: TaughtSigns, sign: Sign, number: int) -> None:
    # Its own key for each state of the list: a popover must not stay open on another sign.
    key = f"{signs.version}_{number}"
    with st.popover("Rename", icon=":material/edit:"):
        new = st.text_input("New text", sign.text, max_chars=LONGEST_TEXT, key=f"rename_{key}")
        if st.button("Rename", key=f"renames_{key}", disabled=not new.strip() or new == sign.text):
            _change(signs, lambda book: book.rename(sign.text, new))
        st.caption("With the text of another sign, the examples of both are joined.")
    if len(sign.examples) > 1 and st.button(
        "Remove last example", icon=":material/backspace:", key=f"shorten_{key}", type="tertiary"
    ):
        _change(signs, lambda book: book.remove(sign.text, len(sign.examples) - 1))
    if st.button("Remove", icon=":material/delete:", key=f"remove_{key}", type="tertiary"):
        _change(signs, lambda book: book.remove(sign.text))


def _change(signs: TaughtSigns, do: Callable[[SignBook], object]) -> None:
    try:
        signs.change(do)
    except PosecoreError as error:
        show_problem(str(error))
        return
    st.rerun()


def _take_file(signs: TaughtSigns) -> None:
    """Offer to open a file with signs, and add them."""
    file = offer_upload(
        "Open a file with signs",
        types=["json"],
        help="A file that this page wrote. Its signs are added to those above.",
        key="sign_book",
        megabytes=LIMITS.signs_megabytes,
    )
    if file is None:
        return
    signs.told.clear()
    try:
        signs.join(load_signs(file))
    except PosecoreError as error:
        signs.told.append((False, str(error)))
    else:
        signs.told.append((True, f"{file.name}: its signs are in the list."))
    free_memory(file)
