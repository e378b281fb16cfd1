"""Addresses of one visitor's own: over a real connection, from the app's own routes."""

import pytest
from starlette.applications import Starlette
from starlette.responses import JSONResponse

from pages.ui.shared import addresses


async def tell(request):
    return JSONResponse({"asked": dict(request.query_params)})


async def be_gone(_request):
    return None


@pytest.fixture(scope="module")
def url(serving):
    with serving(Starlette(routes=addresses.routes())) as there:
        yield there


def test_a_handler_answers_whoever_has_its_address(url, fetch):
    token = addresses.offer(tell)
    status, headers, content = fetch(f"{url}/{addresses.address(token)}?since=4")
    assert (status, content) == (200, b'{"asked":{"since":"4"}}')
    assert headers["Cache-Control"] == "private, no-store"
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_tokens_cannot_be_guessed():
    tokens = {addresses.offer(tell) for _ in range(100)}
    assert len(tokens) == 100
    assert min(map(len, tokens)) >= 43  # 256 bits


@pytest.mark.parametrize("token", ["", "x", "..%2f..%2fetc%2fpasswd", "A" * 43])
def test_what_was_not_given_out_is_not_there(url, fetch, token):
    assert fetch(f"{url}/{addresses.address(token)}")[0] == 404


def test_what_is_withdrawn_or_gone_says_so(url, fetch):
    withdrawn = addresses.offer(tell)
    addresses.withdraw(withdrawn)
    addresses.withdraw(withdrawn)
    for token in (withdrawn, addresses.offer(be_gone)):
        status, headers, content = fetch(f"{url}/{addresses.address(token)}")
        assert status == 404
        assert b"no longer available" in content
        assert headers["Cache-Control"] == "private, no-store"


def test_only_who_wants_it_is_sent_something(url, fetch):
    assert fetch(f"{url}/{addresses.address(addresses.offer(tell))}", b"{}")[0] == 405
    assert fetch(f"{url}/{addresses.address(addresses.offer(tell, 'POST'))}", b"{}")[0] == 200
