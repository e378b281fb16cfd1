"""Pages without a browser."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).resolve().parents[2]


class StoppedStream:
    """What the Webcam page sees of a stream that is not playing."""

    state = type("State", (), {"playing": False})


@pytest.fixture
def app(monkeypatch) -> AppTest:
    """The app on its first page.

    streamlit-webrtc needs Streamlit's running server, which is not there in these tests; the browser
    tests use the real one.
    """
    monkeypatch.setattr("streamlit_webrtc.webrtc_streamer", lambda *arguments, **options: StoppedStream())
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120).run()


@pytest.fixture
def open_page(app):
    """Go to a page, as a visitor who was on the first one."""

    def go(name: str, **query: str) -> AppTest:
        for key, value in query.items():
            app.query_params[key] = value
        app.switch_page(f"pages/{name}.py").run()
        assert not app.exception
        return app

    return go
