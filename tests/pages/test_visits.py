"""Sessions of visitors who left are closed once they are too old to return to."""

from types import SimpleNamespace

import pytest
from streamlit import get_option, runtime

from pages.ui.serving import visits
from pages.ui.serving.visits import Visit


class _Server:
    """Streamlit's runtime, as far as it is asked."""

    def __init__(self) -> None:
        self.active: set[str] = set()
        self.closed: list[str] = []

    def is_active_session(self, session_id: str) -> bool:
        return session_id in self.active

    def close_session(self, session_id: str) -> None:
        self.closed.append(session_id)


def test_a_session_is_closed_once_nobody_can_return_to_it(monkeypatch: pytest.MonkeyPatch) -> None:
    server, now_s = _Server(), [1000.0]
    monkeypatch.setattr(runtime, "get_instance", lambda: server)
    monkeypatch.setattr(visits, "time", SimpleNamespace(monotonic=lambda: now_s[0]))
    monkeypatch.setattr(visits, "_left_s", {})
    gone, back, blip = Visit("gone"), Visit("back"), Visit("blip")
    for visit in (gone, back, blip):
        visit.leave()
    now_s[0] += visits._RETURNS_S - 1
    back.stay()
    server.active.add("blip")  # its browser connected again; its page has not run
    visits.close_left_sessions()
    assert server.closed == []
    server.active.clear()
    now_s[0] += 2
    for _ in range(2):
        visits.close_left_sessions()
    assert server.closed == ["gone"]
    now_s[0] += visits._RETURNS_S
    visits.close_left_sessions()
    assert server.closed == ["gone", "blip"]
    for visit in (gone, back, blip):
        visit.stay()  # ends their timers


def test_streamlit_keeps_sessions_longer() -> None:
    assert get_option("server.disconnectedSessionTTL") > visits._RETURNS_S + 30
