"""Pages without a browser."""

import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from email.message import Message
from functools import cache
from pathlib import Path

import pytest
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.testing.v1 import AppTest, app_test, local_script_runner

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True, scope="session")
def _components_looked_for_once() -> Iterator[None]:
    """Each AppTest reads the metadata of every installed package, as a server does once, when it starts: 0.2 s."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(manifest_scanner.scan_component_manifests))
        yield


@pytest.fixture(autouse=True, scope="session")
def _scripts_compiled_once() -> Iterator[None]:
    """AppTest compiles the app and its page anew for each run, which takes 2 to 16 ms; a server does it once."""
    compiled = ScriptCache()
    with pytest.MonkeyPatch.context() as patch:
        for module in (app_test, local_script_runner):  # the one compiles pages, the other the app
            patch.setattr(module, "ScriptCache", lambda: compiled)
        yield


@pytest.fixture(autouse=True, scope="session")
def _runs_waited_for_without_looking() -> Iterator[None]:
    """AppTest looks through all messages of a run each millisecond for its end: a tenth of its time."""
    look = local_script_runner.require_widgets_deltas

    def wait(runner: local_script_runner.LocalScriptRunner, timeout: float = 3) -> None:
        runner._script_thread.join(timeout)
        if not runner.script_stopped():
            look(runner, 0)  # says so

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(local_script_runner, "require_widgets_deltas", wait)
        yield


@pytest.fixture
def visitor() -> AppTest:
    """Somebody who has not opened the app yet."""
    return AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=120)


@pytest.fixture
def app(visitor: AppTest) -> AppTest:
    """The app on its home page."""
    return visitor.run()


@pytest.fixture
def open_page(visitor: AppTest) -> Callable[..., AppTest]:
    """Go to a page by its address; as a visitor who comes from the home page, in tests that ask for ``app`` too."""

    def go(name: str, **query: str) -> AppTest:
        for key, value in query.items():
            visitor.query_params[key] = value
        visitor.switch_page(f"pages/{name}.py").run()
        assert not visitor.exception
        return visitor

    return go


@pytest.fixture(scope="session")
def fetch() -> Callable[..., tuple[int, Message, bytes]]:
    """Request a URL; return status, headers and content of the response."""

    def ask(url: str, body: bytes | None = None, **headers: str) -> tuple[int, Message, bytes]:
        request = urllib.request.Request(url, body, {name.replace("_", "-"): value for name, value in headers.items()})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.headers, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read()

    return ask
