"""Exercise sessions in a real browser: they outlast the server, and only their owner sees them."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from playwright.sync_api import Page, expect

from posecore import save_sequence
from tests.e2e.conftest import Server
from tests.e2e.identity_provider import running_provider
from tests.e2e.visitor import no_errors, upload
from tests.motion.exercises.figure import squats


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved result with three squats."""
    path = tmp_path_factory.mktemp("result") / "garden.posecore.npz"
    save_sequence(squats([1, 1, 1]), path)
    return path


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where servers keep what they keep."""
    return tmp_path_factory.mktemp("data")


class Host(NamedTuple):
    """A server, and where it looks for the secrets of its host, who has not written any yet."""

    server: Server
    secrets: Path


@pytest.fixture(scope="module")
def host(start_server, data: Path) -> Iterator[Host]:
    secrets = data / "secrets.toml"
    with start_server(XDG_DATA_HOME=str(data), STREAMLIT_SECRETS_FILES=str(secrets)) as server:
        yield Host(server, secrets)


@pytest.fixture
def before_a_restart(start_server, data: Path, visit, result: Path) -> None:
    """A session that a visitor of an earlier server saved."""
    with start_server(XDG_DATA_HOME=str(data)) as server:
        page = visit(server)
        page.goto("/explore")
        save(page, result)
        expect(page.get_by_test_id("stMetric").filter(has_text="Repetitions this week")).to_contain_text("3")
        no_errors(page)
        page.context.close()


def save(page: Page, result: Path) -> None:
    """Open a saved result on the Explore page, save its session, and go to it."""
    upload(page, result)
    page.get_by_role("button", name="Save to progress").click()
    expect(page.get_by_text("Saved to your progress")).to_be_visible()
    page.get_by_role("link", name="See progress").click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()


def choose_first(page: Page) -> None:
    """Choose the first session in the list."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 15, box["y"] + 55)


def test_a_session_is_there_after_a_restart_and_for_nobody_else(before_a_restart, host, visit, shot):
    page = visit(host.server, timezone_id="Asia/Tokyo")
    page.goto("/progress")
    expect(page.get_by_test_id("stMetric").filter(has_text="Repetitions").first).to_contain_text("3")
    expect(page.get_by_label("Squat: range of the knee, in degrees, in 1 sessions")).to_be_visible()
    expect(page.locator(".js-plotly-plot .main-svg").nth(3)).to_be_attached()  # two in each of two charts
    choose_first(page)
    expect(page.get_by_test_id("stText")).to_have_text("garden")
    shot(page, "progress")
    page.get_by_role("button", name="Change").click()
    page.get_by_label("Title", exact=True).fill("Morning")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_test_id("stText")).to_have_text("Morning")
    page.get_by_role("button", name="Delete", exact=True).click()
    expect(page.get_by_text("No sessions yet")).to_be_visible()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    no_errors(page)
    through_a_proxy = visit(host.server, extra_http_headers={"X-Forwarded-For": "203.0.113.5"})
    through_a_proxy.goto("/progress")
    expect(through_a_proxy.get_by_text("No sessions yet")).to_be_visible()
    expect(through_a_proxy.get_by_text("kept only until you reload or close")).to_be_visible()


def log_in(page: Page, name: str) -> None:
    """Log in on the Progress page, and come back to it."""
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="See how people move")).to_be_visible()  # Streamlit leads to the first page
    page.get_by_test_id("stTopNav").get_by_role("link", name="Progress", exact=True).click()
    expect(page.get_by_text(f"Logged in as {name}@example.org")).to_be_visible()


def log_out(page: Page) -> None:
    """Log out, and come back to the Progress page."""
    page.get_by_role("button", name="Log out").click()
    expect(page.get_by_role("heading", name="See how people move")).to_be_visible()
    page.get_by_test_id("stTopNav").get_by_role("link", name="Progress", exact=True).click()
    expect(page.get_by_text("kept only until you reload or close")).to_be_visible()


def test_everybody_who_logs_in_has_their_own_sessions(visit, host, result):
    with running_provider() as provider:
        host.secrets.write_text(provider.secrets_of(host.server.url))
        page = visit(host.server)
        page.goto("/progress")
        provider.subject = "ann"
        log_in(page, "ann")
        page.get_by_role("link", name="Explore", exact=True).click()
        save(page, result)
        log_out(page)
        expect(page.get_by_text("No sessions yet")).to_be_visible()
        provider.subject = "ben"
        log_in(page, "ben")
        expect(page.get_by_text("No sessions yet")).to_be_visible()
        log_out(page)
        provider.subject = "ann"
        log_in(page, "ann")
        expect(page.get_by_test_id("stMetric").first).to_be_visible()
        no_errors(page)
