"""A download from a real server on loopback: it succeeds, or says why not and leaves nothing behind."""

import hashlib
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

import pytest
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter

from posecore import downloads
from posecore.downloads import DownloadFailed, DownloadNotVerified, cache_dir, download

BODY = bytes(range(256)) * 4_000  # 1,024,000 bytes: several chunks
SHA256 = hashlib.sha256(BODY).hexdigest()
WRONG_BODY = b"\xff" + BODY[1:]

Answer = Callable[[BaseHTTPRequestHandler], None]


@pytest.fixture(autouse=True)
def _no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models" / "some.task"


def fetch(url: str, target: Path, on_progress: downloads.OnBytes | None = None) -> None:
    download(url, target, size=len(BODY), sha256=SHA256, on_progress=on_progress)


def files_beside(target: Path) -> list[str]:
    """Every file in the folder of a target, including hidden ones."""
    return sorted(path.name for path in target.parent.iterdir()) if target.parent.exists() else []


@contextmanager
def serving(answer: Answer) -> Iterator[str]:
    """Run a server on loopback; return its address."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer(self)
            except (BrokenPipeError, ConnectionResetError):
                self.close_connection = True  # the client hung up, as in several tests

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/some.task"
        finally:
            server.shutdown()
            thread.join()


def sending(body: bytes, length: int | None = None) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)

    return answer


def sending_without_length(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    request.wfile.write(BODY)


def sending_in_small_chunks(request: BaseHTTPRequestHandler) -> None:
    request.protocol_version = "HTTP/1.1"
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    for start in range(0, len(BODY), 64_000):
        request.wfile.write(b"fa00\r\n" + BODY[start : start + 64_000] + b"\r\n")
    request.wfile.write(b"0\r\n\r\n")


def redirecting(location: str) -> Answer:
    def answer(request: BaseHTTPRequestHandler) -> None:
        request.send_response(302)
        request.send_header("Location", location)
        request.send_header("Content-Length", "0")
        request.end_headers()

    return answer


def broken_chunks(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.send_header("Transfer-Encoding", "chunked")
    request.end_headers()
    request.wfile.write(b"ffff\r\n" + BODY[:100])


def no_answer(request: BaseHTTPRequestHandler) -> None:
    request.rfile.read(1)  # returns when the client hangs up


def stalling(request: BaseHTTPRequestHandler) -> None:
    sending(BODY[:1000], length=len(BODY))(request)
    request.rfile.read(1)


def endless(request: BaseHTTPRequestHandler) -> None:
    request.send_response(200)
    request.end_headers()
    while True:
        request.wfile.write(BODY)


@pytest.mark.parametrize("answer", [sending(BODY), sending_without_length, sending_in_small_chunks])
def test_a_download_is_complete_and_reports_progress(answer: Answer, target: Path) -> None:
    calls: list[tuple[int, int]] = []
    with serving(answer) as url, serving(redirecting(url)) as first:
        fetch(first, target, lambda done, total: calls.append((done, total)))
    assert target.read_bytes() == BODY
    assert files_beside(target) == [target.name]
    done = [call[0] for call in calls]
    assert len(done) > 1
    assert done == sorted(set(done))
    assert done[-1] == len(BODY)
    assert {call[1] for call in calls} == {len(BODY)}


@pytest.mark.skipif(os.name == "nt", reason="POSIX permissions")
def test_a_downloaded_file_is_readable_by_other_users(target: Path) -> None:
    with serving(sending(BODY)) as url:
        fetch(url, target)
    assert target.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (lambda request: request.send_error(404), "the server answered 404 Not Found"),
        (sending(BODY[:1000], length=len(BODY)), "the connection broke off"),
        (broken_chunks, "the connection broke off"),
        (lambda request: None, "the connection broke off"),
        (redirecting("/again"), "Exceeded 30 redirects."),
    ],
    ids=["404", "truncated", "broken chunks", "closed", "redirect loop"],
)
def test_a_failed_download_says_why_and_leaves_no_file(answer: Answer, said: str, target: Path) -> None:
    with serving(answer) as url, pytest.raises(DownloadFailed) as raised:
        fetch(url, target)
    assert str(raised.value) == said
    assert files_beside(target) == []


@pytest.mark.parametrize("answer", [no_answer, stalling], ids=["hanging", "stalling"])
def test_a_download_does_not_wait_for_ever(answer: Answer, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Only here: a busy machine may take this long to send an ordinary answer.
    monkeypatch.setattr(downloads, "STALL_TIMEOUT_S", 0.3)
    with serving(answer) as url, pytest.raises(DownloadFailed) as raised:
        fetch(url, target)
    assert str(raised.value) == "the server did not answer within 0.3 s"
    assert files_beside(target) == []


def test_a_refused_connection_is_reported(target: Path) -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound but not listening: refused, and no other process can take the port
        with pytest.raises(DownloadFailed, match="could not be reached"):
            fetch(f"http://127.0.0.1:{unused.getsockname()[1]}/some.task", target)
    assert files_beside(target) == []


@pytest.mark.parametrize(
    ("answer", "got"),
    [
        (sending(WRONG_BODY), f"sha256 {hashlib.sha256(WRONG_BODY).hexdigest()} (1,024,000 bytes)"),
        (sending(b"<html>log in</html>"), f"{hashlib.sha256(b'<html>log in</html>').hexdigest()} (19 bytes)"),
        (sending(b""), "(0 bytes)"),
        (sending(BODY + b"x"), "more bytes than that"),
        (endless, "more bytes than that"),
    ],
    ids=["wrong", "short", "empty", "one byte more", "endless"],
)
def test_a_wrong_file_is_not_kept(answer: Answer, got: str, target: Path) -> None:
    calls: list[int] = []
    with serving(answer) as url, pytest.raises(DownloadNotVerified) as raised:
        fetch(url, target, lambda done, total: calls.append(done))
    text = str(raised.value)
    assert text.startswith(f"What {url} sent is not the expected file, so it was not kept. ")
    assert f"Expected sha256 {SHA256} (1,024,000 bytes), but got " in text
    assert text.endswith(f"{got}.")
    assert files_beside(target) == []
    assert max(calls, default=0) <= len(BODY)


def test_a_wrong_file_does_not_replace_an_older_one(target: Path) -> None:
    target.parent.mkdir(parents=True)
    target.write_bytes(b"older")
    with serving(sending(WRONG_BODY)) as url, pytest.raises(DownloadNotVerified):
        fetch(url, target)
    assert target.read_bytes() == b"older"


def test_a_redirect_away_from_https_is_not_followed(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def redirect(self: HTTPAdapter, request: PreparedRequest, **_: object) -> Response:
        asked.append(request.url)
        response = Response()
        response.status_code, response.url, response.request = 302, str(request.url), request
        response.headers["Location"] = "http://127.0.0.1/some.task"
        response.raw = BytesIO()
        return response

    monkeypatch.setattr(HTTPAdapter, "send", redirect)  # avoids the need for a trusted certificate
    with pytest.raises(DownloadFailed, match="redirects to an address that is not https"):
        fetch("https://127.0.0.1/some.task", target)
    assert asked == ["https://127.0.0.1/some.task"]


def test_an_unwritable_folder_is_reported(target: Path) -> None:
    target.parent.parent.mkdir()
    target.parent.write_text("a file where the folder should be")
    with serving(sending(BODY)) as url, pytest.raises(DownloadFailed, match="could not be kept in") as raised:
        fetch(url, target)
    assert str(target.parent) in str(raised.value)


@pytest.mark.parametrize("error", [KeyboardInterrupt, ValueError])
def test_an_error_in_the_caller_ends_the_download(error: type[BaseException], target: Path) -> None:
    def stop(done: int, total: int) -> None:
        assert len(files_beside(target)) == 1, "the download is in progress"
        raise error

    with serving(sending(BODY)) as url, pytest.raises(error):
        fetch(url, target, stop)
    assert files_beside(target) == []


def test_two_processes_can_download_at_the_same_time(target: Path) -> None:
    both_in_progress = threading.Barrier(2, timeout=30)

    def answer(request: BaseHTTPRequestHandler) -> None:
        sending(BODY[:1000], length=len(BODY))(request)
        both_in_progress.wait()
        request.wfile.write(BODY[1000:])

    environment = {**os.environ, "PYTHONPATH": str(Path(downloads.__file__).parents[1])}
    with serving(answer) as url:
        code = (
            "from pathlib import Path; from posecore.downloads import download;"
            f"download({url!r}, Path({str(target)!r}), size={len(BODY)}, sha256={SHA256!r})"
        )
        processes = [
            subprocess.Popen([sys.executable, "-c", code], env=environment, stderr=subprocess.PIPE, text=True)
            for _ in range(2)
        ]
        for process in processes:
            assert process.communicate(timeout=60)[1] == ""
            assert process.returncode == 0
    assert not both_in_progress.broken
    assert target.read_bytes() == BODY
    assert files_beside(target) == [target.name]


@pytest.mark.skipif(sys.platform != "linux", reason="each system has its own cache folder")
def test_the_cache_folder_follows_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "given"))
    assert cache_dir() == tmp_path / "given" / "posecore"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert cache_dir() == tmp_path / ".cache" / "posecore"
