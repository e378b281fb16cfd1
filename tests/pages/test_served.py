"""Files that a browser fetches from disk: over a real connection, from the app's own routes."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.applications import Starlette

from pages.ui.serving import addresses, served

BODY = bytes(range(256)) * 4096  # 1 MB


@pytest.fixture(scope="module")
def url(serving) -> Iterator[str]:
    """The address of a server with only these routes, up to the token."""
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
def test_a_seeking_player_gets_the_range_it_requests(url, fetch, film, asked, status, told, content):
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
def test_a_download_keeps_its_name(url, fetch, film, name, told):
    status, headers, content = fetch(url + served.serve(film, name) + "?download")
    assert (status, content) == (200, BODY)
    assert headers["Content-Disposition"] == told
    assert headers["Content-Type"] == "video/mp4", "the name does not change the type"
    assert "Set-Cookie" not in headers


def test_a_withdrawn_file_is_gone_and_says_so(url, fetch, film):
    token = served.serve(film, "a.mp4")
    assert fetch(url + token)[0] == 200
    addresses.withdraw(token)
    status, _, content = fetch(url + token)
    assert status == 404
    assert b"no longer available" in content


def test_a_file_that_does_not_exist_yet_is_not_found(url, fetch, tmp_path):
    assert fetch(url + served.serve(tmp_path / "later.mp4", "a.mp4"))[0] == 404
