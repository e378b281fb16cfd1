"""Files that a browser fetches from disk: over a real connection, from the app's own routes."""

import socket
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from starlette.applications import Starlette

from pages.ui.shared import served

BODY = bytes(range(256)) * 4096  # 1 MB


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """Where a server with nothing but these routes answers."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=served.routes()), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/files/"
    server.should_exit = True
    thread.join(30)


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(BODY)
    return path


def fetch(url: str, **headers: str):
    """Status, headers and content of an answer."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30) as answer:
            return answer.status, answer.headers, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.headers, error.read()


def test_a_file_is_served_whole(url, film):
    status, headers, content = fetch(url + served.serve(film, "a.mp4"))
    assert (status, content) == (200, BODY)
    assert headers["Content-Type"] == "video/mp4"
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Content-Disposition"].startswith("inline")


@pytest.mark.parametrize(
    ("asked", "status", "told", "content"),
    [
        ("bytes=100-199", 206, "bytes 100-199/1048576", BODY[100:200]),
        ("bytes=1048570-", 206, "bytes 1048570-1048575/1048576", BODY[-6:]),
        ("bytes=-6", 206, "bytes 1048570-1048575/1048576", BODY[-6:]),
        ("bytes=2000000-", 416, "bytes */1048576", None),
    ],
)
def test_a_part_is_served_as_a_player_that_seeks_asks_for_it(url, film, asked, status, told, content):
    got, headers, received = fetch(url + served.serve(film, "a.mp4"), Range=asked)
    assert got == status
    assert headers["Content-Range"] == told
    assert content is None or received == content


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("jump.annotated.mp4", 'attachment; filename="jump.annotated.mp4"'),
        ("Größe 1.mp4", "attachment; filename*=utf-8''Gr%C3%B6%C3%9Fe%201.mp4"),
        ('a"\r\nSet-Cookie: b.html', "attachment; filename*=utf-8''a%22%0D%0ASet-Cookie%3A%20b.html"),
    ],
)
def test_a_download_has_its_name_whatever_that_is(url, film, name, told):
    status, headers, content = fetch(url + served.serve(film, name) + "?download")
    assert (status, content) == (200, BODY)
    assert headers["Content-Disposition"] == told
    assert headers["Content-Type"] == "video/mp4", "a visitor's name does not make it something else"
    assert "Set-Cookie" not in headers


def test_tokens_cannot_be_guessed(film):
    tokens = {served.serve(film, "a.mp4") for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43  # 256 bits


@pytest.mark.parametrize("token", ["", "x", "..%2f..%2fetc%2fpasswd", "A" * 43])
def test_what_was_not_given_out_is_not_there(url, token):
    assert fetch(url + token)[0] == 404


def test_what_is_withdrawn_is_not_there_any_more_and_says_so(url, film):
    token = served.serve(film, "a.mp4")
    assert fetch(url + token)[0] == 200
    served.withdraw(token)
    served.withdraw(token)
    status, _, content = fetch(url + token)
    assert status == 404
    assert b"not here any more" in content


def test_a_film_that_is_not_made_yet_is_not_there(url, tmp_path):
    assert fetch(url + served.serve(tmp_path / "later.mp4", "a.mp4"))[0] == 404


@pytest.mark.parametrize(
    ("here", "there"),
    [
        ("https://pose.example/video", "https://pose.example/files/T"),
        ("https://pose.example/video/", "https://pose.example/files/T"),
        ("http://localhost:8501/app/video", "http://localhost:8501/app/files/T"),
        ("https://pose.example/~/+/video", "https://pose.example/~/+/files/T"),
        ("https://pose.example/~/+/", "https://pose.example/~/+/files/T"),
    ],
)
def test_the_address_is_beside_the_page(url, monkeypatch, here, there):
    monkeypatch.setattr("pages.ui.shared.served.st.context", type("Context", (), {"url": here}))
    assert served.address("T", type("Page", (), {"url_path": "video"})) == there


def test_without_a_browser_there_is_no_address(url, monkeypatch):
    monkeypatch.setattr("pages.ui.shared.served.st.context", type("Context", (), {"url": None}))
    assert served.address("T", type("Page", (), {"url_path": "video"})) is None
