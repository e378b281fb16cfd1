"""Recordings made on the visitor's own device: taken from the browser, and opened without estimating again."""

import secrets
import weakref
from collections.abc import Callable
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from pages.ui.live.device_runtime import VERSION
from pages.ui.serving.addresses import address, offer, withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.visits import current_visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.film_choices import USUAL_SIDE
from pages.ui.video.clip_run import RunOptions, keep_upload, new_run
from pages.ui.video.clip_source import show_upload
from posecore import ClipOptions, HandOptions, HandSequence, PoseOptions, PoseSequence
from posecore.errors import UnreadableResult
from posecore.estimation.engines import EngineUsed
from posecore.export.saved import load_sequence

_KEY = "device_recordings"
_ENGINE = EngineUsed("mediapipe", f"MediaPipe {VERSION} in the browser")
# What a WebM file begins with; browsers record that or MP4.
_WEBM = b"\x1aE\xdf\xa3"


class _TooLarge(Exception):
    """Raised if an upload is larger than those of the app may be."""


class _Given(NamedTuple):
    """A recording whose upload is complete."""

    film: Path
    folder: Folder
    people: PoseSequence
    hands: HandSequence | None


class DeviceRecordings:
    """The recordings that the visit's browser uploads, one after the other: first the film, then the people in it.

    Attributes:
        token: of the address at which they arrive.
    """

    def __init__(self) -> None:
        self._film: tuple[Path, Folder] | None = None
        self._given: _Given | None = None
        # A weak reference, so that requests from browsers do not keep the uploads of a finished visit alive.
        self.token = offer(partial(_answer, weakref.ref(self)), "POST")
        weakref.finalize(self, withdraw, self.token)

    async def take_film(self, request: Request) -> None:
        """Write a film to disk as it arrives.

        Raises:
            _TooLarge: if it is larger than an upload may be.
        """
        self._film = None
        folder = Folder("recording")
        path = folder.path / "film"
        await _write_body(request, path)
        with path.open("rb") as film:
            path = path.rename(path.with_suffix(".webm" if film.read(len(_WEBM)) == _WEBM else ".mp4"))
        self._film = path, folder

    async def take_people(self, request: Request) -> None:
        """Take the saved result that belongs to the film before it.

        Raises:
            _TooLarge: if it is larger than an upload may be.
            UnreadableResult: if it is no saved result with frames, or there was no film.
        """
        film, self._film = self._film, None
        if film is None:
            raise UnreadableResult("The film of this recording did not arrive. Upload it again.")
        path, folder = film
        result = folder.path / "recording.posecore.npz"
        await _write_body(request, result)
        saved = await run_in_threadpool(load_sequence, result)
        result.unlink()
        if not len(saved.sequence):
            raise UnreadableResult("This recording has no frame. Record again.")
        self._given = _Given(path, folder, saved.sequence, saved.hands)

    def newest(self) -> _Given | None:
        """The newest recording, only once; None if there is none."""
        given, self._given = self._given, None
        return given


def address_for_recordings() -> str | None:
    """Where the browser of this visit uploads recordings; None if this server takes none."""
    uploads = st.session_state.setdefault(_KEY, DeviceRecordings())
    return address(uploads.token)


def open_uploaded_recording(options: PoseOptions) -> bool:
    """Make a recording that was uploaded the video of the Video page; whether there was one.

    Args:
        options: of the page; the browser found the people, with MediaPipe.
    """
    uploads: DeviceRecordings | None = st.session_state.get(_KEY)
    given = None if uploads is None else uploads.newest()
    if given is None:
        return False
    visit = current_visit()
    show_upload()
    name = f"recording {datetime.now():%Y-%m-%d %H.%M.%S}{given.film.suffix}"
    clip = Clip(secrets.token_hex(8), name, given.film, given.folder)
    keep_upload(visit, clip)
    how = PoseOptions(model=options.model, engine="mediapipe", people=options.people)
    hands = None if given.hands is None else HandOptions(hands=2 * options.people, engine="mediapipe")
    run_options = RunOptions(how, ClipOptions(film_side=USUAL_SIDE), hands=hands)
    new_run(visit, clip).start_recorded(given.people, run_options, _ENGINE, given.hands)
    return True


async def _answer(uploads: Callable[[], DeviceRecordings | None], request: Request) -> Response | None:
    there = uploads()
    if there is None or request.method != "POST":
        return None
    try:
        if request.query_params.get("part") == "film":
            await there.take_film(request)
        else:
            await there.take_people(request)
    except _TooLarge:
        most = st.get_option("server.maxUploadSize")
        sentence = (
            f"This recording is larger than the {most} MB that this server takes. Save it to this device instead."
        )
        return PlainTextResponse(sentence, 413)
    except UnreadableResult as error:
        return PlainTextResponse(str(error), 400)
    return PlainTextResponse("")


async def _write_body(request: Request, path: Path) -> None:
    left = int(st.get_option("server.maxUploadSize")) * 1_000_000
    with path.open("wb") as file:
        async for part in request.stream():
            left -= len(part)
            if left < 0:
                raise _TooLarge
            await run_in_threadpool(file.write, part)
