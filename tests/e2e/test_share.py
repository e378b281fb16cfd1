"""A moment shared as a file: it opens offline, at the moment, and asks for nothing."""

import re
from pathlib import Path

from playwright.sync_api import Browser, Page, expect


def test_a_shared_moment_opens_offline_and_plays(player: Page, browser: Browser, tmp_path: Path):
    player.get_by_role("slider", name="Frame").fill("40")
    player.locator(".pp").get_by_role("button", name="Share", exact=True).click()
    with player.expect_download() as started:
        player.get_by_role("link", name=re.compile(r"^Download .*\.html")).click()
    started.value.save_as(tmp_path / "moment.html")
    player.get_by_role("button", name="Close").click()
    expect(player.get_by_role("dialog")).to_have_count(0)

    with browser.new_context(offline=True, viewport={"width": 390, "height": 844}) as context:
        page = context.new_page()
        asked: list[str] = []
        wrong: list[str] = []
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: wrong.append(message.text))
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.goto((tmp_path / "moment.html").as_uri())
        # Not with wait_for_function: the page's rules forbid scripts from elsewhere.
        views = [page.locator(f".pp-{view}") for view in ("overlay", "skeleton", "cursor")]
        for view in views:
            expect(view).to_have_attribute("data-frame", "40")
        clock = page.locator(".pp-clock")
        expect(clock).to_have_text(re.compile("^Frame 40 of 89"))
        page.locator(".pp").press("ArrowRight")
        expect(views[0]).to_have_attribute("data-frame", "41")
        page.locator(".pp").press("Space")
        expect(clock).to_have_text(re.compile("^Frame [5-8][0-9] of 89"))
        page.locator(".pp").press("Space")
        expect(page.locator(".pp")).to_have_attribute("data-playing", "false")
        for view in views:
            expect(view).to_have_attribute("data-frame", clock.inner_text().split()[1])
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert [url for url in asked if not url.startswith(("file:", "blob:"))] == []
        assert wrong == []
