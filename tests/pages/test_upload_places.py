"""Uploads that wait for room, over real sockets into a server that keeps them as Streamlit does."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPResponse
from types import SimpleNamespace

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.uploaded_file_manager import UploadedFileRec

from pages.ui.serving import uploads
from pages.ui.serving.uploads import LimitUploads, UploadPlaces, take_refusal

KB = 1000
PATIENT = {"most_bytes": 250 * KB, "most_waiting": 4, "patience_s": 60, "longest_s": 600, "silent_s": 60}


class Streamlit:
    """What the middleware asks Streamlit for, with its own keeper of files; two visits are here."""

    def __init__(self) -> None:
        self.uploaded_file_mgr = MemoryUploadedFileManager("")
        self.places: UploadPlaces | None = None

    def is_active_session(self, session_id: str) -> bool:
        return session_id in ("ann", "bob")

    async def keep(self, request: Request) -> Response:
        session, file = request.path_params["session"], request.path_params["file"]
        self.uploaded_file_mgr.add_file(session, UploadedFileRec(file, file, "", await request.body()))
        return Response(status_code=204)

    def waits(self, *files: str) -> bool:
        assert self.places is not None
        return [each.file_id for each in self.places._waiting] == [*files]

    def is_read(self, file: str) -> bool:
        assert self.places is not None
        return any(each.file_id == file for each in self.places._here)

    def has(self, session: str, file: str) -> bool:
        return bool(self.uploaded_file_mgr.get_files(session, [file]))


@pytest.fixture
def streamlit(monkeypatch) -> Streamlit:
    known = Streamlit()
    monkeypatch.setattr(uploads, "runtime", SimpleNamespace(exists=lambda: True, get_instance=lambda: known))
    return known


@pytest.fixture
def limited(serving, streamlit) -> Callable:
    """Serve with limits other than the patient ones."""

    @contextmanager
    def serve(**limits: float) -> Iterator[str]:
        routes = [Route("/_stcore/upload_file/{session}/{file}", streamlit.keep, methods=["PUT"])]
        streamlit.places = places = UploadPlaces(**(PATIENT | limits))
        with serving(Starlette(routes=routes, middleware=[Middleware(LimitUploads, places=places)])) as url:
            yield url

    return serve


class Sender:
    """A browser that sends a file."""

    def __init__(self, url: str, session: str, file: str, size: int) -> None:
        host, port = url.removeprefix("http://").split(":")
        self.socket = socket.create_connection((host, int(port)), timeout=60)
        head = f"PUT /_stcore/upload_file/{session}/{file} HTTP/1.1\r\nHost: {host}\r\nContent-Length: {size}\r\n\r\n"
        self.socket.sendall(head.encode())
        self.left = size

    def send(self, size: int | None = None) -> "Sender":
        size = self.left if size is None else size
        self.socket.sendall(b"x" * size)
        self.left -= size
        return self

    def answer(self) -> str:
        """The status, and the text if there is one."""
        response = HTTPResponse(self.socket)
        response.begin()
        return f"{response.status} {response.read().decode()}".strip()

    def __enter__(self) -> "Sender":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_an_upload_waits_until_a_page_has_taken_another(limited, streamlit):
    with limited() as url, Sender(url, "ann", "1", 200 * KB) as first, ExitStack() as ends:
        assert first.send().answer() == "204"
        second = ends.enter_context(Sender(url, "bob", "2", 100 * KB)).send()
        until(lambda: streamlit.waits("2"))
        third = ends.enter_context(Sender(url, "bob", "3", 20 * KB)).send()
        until(lambda: streamlit.waits("2", "3"))
        time.sleep(3 * uploads._LOOKS_EVERY_S)
        assert streamlit.waits("2", "3")  # the third is small, but came later
        streamlit.uploaded_file_mgr.remove_file("ann", "1")
        assert second.answer() == third.answer() == "204"
    assert take_refusal("bob") is None


def test_a_sender_that_leaves_gives_its_room_back(limited, streamlit):
    with limited() as url:
        with Sender(url, "ann", "1", 200 * KB) as first:
            first.send(100 * KB)
            until(lambda: streamlit.is_read("1"))
        with Sender(url, "bob", "2", 200 * KB) as second:
            assert second.send().answer() == "204"


@pytest.mark.parametrize(
    ("limits", "why"), [({"silent_s": 0.2}, uploads._SILENT), ({"longest_s": 0.2}, uploads._TOO_SLOW)]
)
def test_a_silent_or_slow_sender_loses_its_room(limited, streamlit, limits, why):
    with limited(**limits) as url, Sender(url, "ann", "1", 200 * KB) as first:
        first.send(KB)
        until(lambda: streamlit.is_read("1") or streamlit.places._here == [])
        with Sender(url, "bob", "2", 100 * KB) as second:
            second.send()
            while "longest_s" in limits and not streamlit.has("bob", "2"):
                time.sleep(0.05)
                first.send(KB)
            assert second.answer() == "204"
        assert first.answer() == f"200 {why}"
    assert not streamlit.has("ann", "1")
    assert take_refusal("ann") == why
    assert take_refusal("ann") is None


def test_one_that_finds_no_place_is_answered_with_a_sentence_and_its_connection_goes_on(limited, streamlit):
    with limited(most_waiting=2) as url, ExitStack() as ends:
        ends.enter_context(Sender(url, "ann", "1", 200 * KB)).send(KB)
        until(lambda: streamlit.is_read("1"))
        ends.enter_context(Sender(url, "bob", "2", 100 * KB))
        until(lambda: streamlit.waits("2"))
        refused = ends.enter_context(Sender(url, "bob", "3", 5_000 * KB))  # bob has half of the places
        assert refused.answer() == f"200 {uploads._TOO_MANY}"
        refused.send()  # what a browser still sends is dropped
        refused.socket.sendall(b"PUT /_stcore/upload_file/eve/4 HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\nx")
        assert refused.answer() == "204"  # of no visit: Streamlit itself refuses it, before it reads it
    assert take_refusal("bob") == uploads._TOO_MANY


def test_nobody_waits_for_ever(limited, streamlit):
    with limited(patience_s=0.1) as url, Sender(url, "ann", "1", 200 * KB) as first:
        first.send(KB)
        until(lambda: streamlit.is_read("1"))
        with Sender(url, "bob", "2", 100 * KB) as second:
            assert second.answer() == f"200 {uploads._TOO_LONG}"


def test_the_files_of_one_visit_are_not_waited_for_by_itself(limited, streamlit):
    with limited() as url, Sender(url, "ann", "1", 200 * KB) as first:
        assert first.send().answer() == "204"
        with Sender(url, "ann", "2", 100 * KB) as second:
            assert second.send().answer() == "200 " + uploads._TOO_LARGE.format(megabytes=0)


def test_one_that_is_larger_than_the_room_goes_alone(limited, streamlit):
    with limited() as url, Sender(url, "ann", "1", 10 * KB) as first:
        assert first.send().answer() == "204"
        with Sender(url, "bob", "2", 900 * KB) as large:
            assert large.send().answer() == "204"
