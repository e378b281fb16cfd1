"""Files that a browser fetches from disk: over a real connection, from the app's own routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from pages.ui.shared import addresses, served

BODY = bytes(range(256)) * 4096  # 1 MB


@pytest.fixture(scope="module")
def url(serving) -> Iterator[str]:
    """Where a server with nothing but these routes answers, up to a token."""
    with serving(Starlette(routes=addresses.routes())) as there:
        yield f"{there}/{addresses.address('')}"


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(BODY)
    return path


def test_a_file_is_served_whole(url, fetch, film):
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
def test_a_part_is_served_as_a_player_that_seeks_asks_for_it(url, fetch, film, asked, status, told, content):
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
def test_a_download_has_its_name_whatever_that_is(url, fetch, film, name, told):
    status, headers, content = fetch(url + served.serve(film, name) + "?download")
    assert (status, content) == (200, BODY)
    assert headers["Content-Disposition"] == told
    assert headers["Content-Type"] == "video/mp4", "a visitor's name does not make it something else"
    assert "Set-Cookie" not in headers


def test_what_is_withdrawn_is_not_there_any_more_and_says_so(url, fetch, film):
    token = served.serve(film, "a.mp4")
    assert fetch(url + token)[0] == 200
    addresses.withdraw(token)
    status, _, content = fetch(url + token)
    assert status == 404
    assert b"no longer available" in content


def test_a_film_that_is_not_made_yet_is_not_there(url, fetch, tmp_path):
    assert fetch(url + served.serve(tmp_path / "later.mp4", "a.mp4"))[0] == 404
