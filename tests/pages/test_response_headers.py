"""The headers that hold a browser to what the pages need. That they need no more is shown in tests/e2e."""

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.ui.serving.response_headers import VARIABLE, AddSecurityHeaders, security_headers
from posecore.errors import InvalidOption


def policy_of(headers) -> dict[str, str]:
    return dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))


def test_nothing_is_run_but_the_apps_own_scripts_and_nobody_else_is_asked():
    policy = policy_of(security_headers(""))
    assert policy["default-src"] == "'none'"
    assert "'unsafe-inline'" not in policy["script-src"]
    assert "'unsafe-eval'" not in policy["script-src"]
    for directive, sources in policy.items():
        assert "http" not in sources, directive
        assert "*" not in sources, directive
    assert policy["frame-ancestors"] == "'self'"


def test_a_response_keeps_its_own_and_gets_the_others(serving, fetch, monkeypatch):
    monkeypatch.setenv(VARIABLE, "https://huggingface.co https://*.example.org:8443")
    own = {"Content-Security-Policy": "sandbox", "Referrer-Policy": "no-referrer"}
    routes = [
        Route("/usual", lambda _: PlainTextResponse("a")),
        Route("/own", lambda _: PlainTextResponse("a", headers=own)),
    ]
    with serving(Starlette(routes=routes, middleware=[Middleware(AddSecurityHeaders)])) as url:
        usual, special, missing = (fetch(f"{url}/{name}")[1] for name in ("usual", "own", "missing"))
    assert policy_of(usual)["frame-ancestors"] == "'self' https://huggingface.co https://*.example.org:8443"
    assert usual["Referrer-Policy"] == "same-origin"
    assert special["Content-Security-Policy"] == "sandbox"
    assert special["Referrer-Policy"] == "no-referrer"
    for headers in (usual, special, missing):
        assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "origin", ["huggingface.co", "https://a.example/page", "*", "https://a.example;script-src", "'none'"]
)
def test_only_origins_may_frame_the_app(origin):
    with pytest.raises(InvalidOption, match=r"Expected origins such as https://example\.org in POSECORE_FRAMED_BY"):
        security_headers(f"https://b.example {origin}")


def test_streamlit_checks_where_requests_come_from():
    assert st.get_option("server.enableXsrfProtection")
    assert st.get_option("server.enableCORS")
    assert not st.get_option("server.enableAgentApi")
    assert not st.get_option("browser.gatherUsageStats")
