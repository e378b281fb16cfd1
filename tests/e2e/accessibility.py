"""Checks of a page with axe-core, for tests that have a page to look at."""

import os
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.e2e.visitor import wait_until_idle

_AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
# What is looked for in each theme: all that axe-core knows, then what colours change. Tests begin in the light theme.
_SCHEMES: dict[Literal["light", "dark"], dict[str, Any]] = {
    "dark": {},
    "light": {"runOnly": ["color-contrast", "link-in-text-block"]},
}
# The theme follows the browser's within a transition of colours, which must not be measured half way.
_SETTLED = """async (scheme) => {
    const colours = () => [...document.querySelectorAll("*")].map((element) => {
        const { color, backgroundColor } = getComputedStyle(element);
        return color + backgroundColor;
    }).join();
    const isDark = () => {
        const { backgroundColor } = getComputedStyle(document.querySelector(".stApp"));
        return Math.max(...backgroundColor.match(/\\d+/g).slice(0, 3)) < 128;
    };
    for (let [before, now, tries] = ["", colours(), 0]; tries < 40; tries++) {
        if (before === now && isDark() === (scheme === "dark")) return true;
        await new Promise((done) => setTimeout(done, 250));
        [before, now] = [now, colours()];
    }
    return false;
}"""


def check_accessibility(page: Page) -> None:
    """Fail if axe-core finds anything on the page as it is now, in the light or the dark theme."""
    if not _AXE.is_file():
        if os.environ.get("CI"):
            pytest.fail("axe-core is not installed (npm ci); in CI this check must run")
        pytest.skip("axe-core is not installed (npm ci)")
    wait_until_idle(page)
    page.evaluate(_AXE.read_text(encoding="utf-8"))
    findings = []
    for scheme, wanted in _SCHEMES.items():
        page.emulate_media(color_scheme=scheme)
        assert page.evaluate(_SETTLED, scheme), f"the {scheme} theme does not come to rest"
        options = {"resultTypes": ["violations"]} | wanted
        answer = page.evaluate("(options) => axe.run(document, options)", options)
        findings += [f"{scheme}: {_said(found)}" for found in answer["violations"]]
    assert findings == [], "\n".join(findings)


def _said(found: dict[str, Any]) -> str:
    places = [f"{node['html'][:200]} ({node['failureSummary']})" for node in found["nodes"][:5]]
    return f"{found['id']}: {found['help']}: " + "; ".join(places)
