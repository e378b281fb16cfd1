"""Exercise sessions in a real browser: they outlast the server, and only their owner sees them."""

from playwright.sync_api import Page, expect

from posecore import save_sequence
from tests.e2e.identity_provider import running_provider
from tests.e2e.visitor import no_errors, upload
from tests.motion.exercises.figure import squats


def choose_first(page: Page) -> None:
    """Choose the first session in the list."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    page.mouse.click(box["x"] + 15, box["y"] + 55)


def test_a_session_is_there_after_a_restart_and_for_nobody_else(visit, start_server, tmp_path, shot):
    result = tmp_path / "garden.posecore.npz"
    save_sequence(squats([1, 1, 1]), result)
    with start_server(XDG_DATA_HOME=str(tmp_path)) as server:
        page = visit(server)
        page.goto("/explore")
        upload(page, result)
        page.get_by_role("button", name="Save to progress").click()
        expect(page.get_by_text("Saved to your progress")).to_be_visible()
        page.get_by_role("link", name="See progress").click()
        expect(page.get_by_test_id("stMetric").filter(has_text="Repetitions this week")).to_contain_text("3")
        no_errors(page)
    with start_server(XDG_DATA_HOME=str(tmp_path)) as server:
        page = visit(server, timezone_id="Asia/Tokyo")
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
        through_a_proxy = visit(server, extra_http_headers={"X-Forwarded-For": "203.0.113.5"})
        through_a_proxy.goto("/progress")
        expect(through_a_proxy.get_by_text("No sessions yet")).to_be_visible()
        expect(through_a_proxy.get_by_text("kept only until you reload or close")).to_be_visible()


def log_in(page: Page, name: str) -> None:
    """Log in, and come back to the Progress page."""
    page.goto("/progress")
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="See how people move")).to_be_visible()  # Streamlit leads to the first page
    page.get_by_test_id("stTopNav").get_by_role("link", name="Progress", exact=True).click()
    expect(page.get_by_text(f"Logged in as {name}@example.org")).to_be_visible()


def test_everybody_who_logs_in_has_their_own_sessions(visit, start_server, tmp_path):
    result = tmp_path / "garden.posecore.npz"
    save_sequence(squats([1, 1, 1]), result)
    secrets = tmp_path / "secrets.toml"
    with (
        running_provider() as provider,
        start_server(XDG_DATA_HOME=str(tmp_path), STREAMLIT_SECRETS_FILES=str(secrets)) as server,
    ):
        secrets.write_text(provider.secrets_of(server.url))
        page = visit(server)
        provider.subject = "ann"
        log_in(page, "ann")
        page.get_by_role("link", name="Explore", exact=True).click()
        upload(page, result)
        page.get_by_role("button", name="Save to progress").click()
        expect(page.get_by_text("Saved to your progress")).to_be_visible()
        page.get_by_role("link", name="See progress").click()
        expect(page.get_by_test_id("stMetric").first).to_be_visible()
        page.get_by_role("button", name="Log out").click()
        expect(page.get_by_role("heading", name="See how people move")).to_be_visible()
        page.goto("/progress")
        expect(page.get_by_text("kept only until you reload or close")).to_be_visible()
        expect(page.get_by_text("No sessions yet")).to_be_visible()
        provider.subject = "ben"
        log_in(page, "ben")
        expect(page.get_by_text("No sessions yet")).to_be_visible()
        another = visit(server)
        provider.subject = "ann"
        log_in(another, "ann")
        expect(another.get_by_test_id("stMetric").first).to_be_visible()
        no_errors(another)
