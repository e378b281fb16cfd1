"""Private addresses of a visitor: over a real connection, from the app's own routes."""

import re

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from pages.ui.serving import addresses


async def echo(request):
    return JSONResponse({"asked": dict(request.query_params)})


async def gone(_request):
    return None


@pytest.fixture(scope="module")
def url(serving):
    with serving(Starlette(routes=addresses.routes())) as there:
        yield there


def test_a_handler_answers_at_its_address(url, fetch):
    token = addresses.offer(echo)
    status, headers, content = fetch(f"{url}/{addresses.address(token)}?since=4")
    assert (status, content) == (200, b'{"asked":{"since":"4"}}')
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_tokens_cannot_be_guessed():
    tokens = {addresses.offer(echo) for _ in range(100)}
    assert len(tokens) == 100
    assert all(re.fullmatch("[0-9a-f]{64}", token) for token in tokens)  # 256 bits; "__" is not allowed in a key


@pytest.mark.parametrize("token", ["", "x", "..%2f..%2fetc%2fpasswd", "A" * 43])
def test_an_unknown_token_is_not_found(url, fetch, token):
    assert fetch(f"{url}/{addresses.address(token)}")[0] == 404


def test_a_withdrawn_or_expired_address_says_so(url, fetch):
    withdrawn = addresses.offer(echo)
    addresses.withdraw(withdrawn)
    addresses.withdraw(withdrawn)
    for token in (withdrawn, addresses.offer(gone)):
        status, headers, content = fetch(f"{url}/{addresses.address(token)}")
        assert status == 404
        assert b"no longer available" in content
        assert headers["Cache-Control"] == "private, no-store"


def test_only_post_handlers_accept_a_body(url, fetch):
    assert fetch(f"{url}/{addresses.address(addresses.offer(echo))}", b"{}")[0] == 405
    assert fetch(f"{url}/{addresses.address(addresses.offer(echo, 'POST'))}", b"{}")[0] == 200
