"""Measure how often the player redraws each of its views while a video plays. See README.md here."""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from playwright.sync_api import Browser, Page

from benchmarks.app import WINDOW, chromium, server, upload
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip
from posecore.system import usable_cores

VIEWS = ("overlay", "cursor", "skeleton", "rows")
GOALS = {"overlay": 25, "cursor": 25, "skeleton": 8}  # redraws per second
FRAMES = 2_000
SIZE = (852, 480)
PATIENCE_MS = 300_000
COUNTS = f"Object.fromEntries({list(VIEWS)}.map(n => [n, Number(document.querySelector('.pp-' + n).dataset.drawn)]))"


def write_long_clip(path: Path) -> None:
    """Write a close-up of the sample video's walker, repeated."""
    with open_clip(sample_clip().path) as clip:
        rgb = [cv2.resize(frame.rgb[380:994, 0:1090], SIZE, interpolation=cv2.INTER_AREA) for frame in clip]
    with FilmWriter(path, SIZE, fps_hint=30) as film:
        for index in range(FRAMES):
            film.write(rgb[90 + index % 100], index / 30)


@contextmanager
def player_page(browser: Browser, url: str, clip: Path) -> Iterator[Page]:
    """Open the Video page with the player of an uploaded video."""
    context = browser.new_context(viewport=WINDOW, bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{url}/video")
    upload(page, clip)
    start = page.get_by_role("button", name="Start", exact=True)
    start.or_(page.locator(".pp")).first.wait_for()
    if start.is_visible():
        start.click()
    for view in VIEWS:
        page.wait_for_function(f"document.querySelector('.pp-{view}')?.dataset.frame !== undefined")
    yield page
    context.close()


def measure(page: Page, seconds: float) -> dict[str, float]:
    """Redraws per second of each view while the video plays, and the share of its frames that the browser dropped."""
    page.wait_for_timeout(2000)
    page.get_by_role("button", name="Play (space)").click()
    page.wait_for_timeout(1000)
    before, begin = page.evaluate(COUNTS), time.monotonic()
    page.wait_for_timeout(1000 * seconds)
    after, took = page.evaluate(COUNTS), time.monotonic() - begin
    quality = "document.querySelector('.pp-film').getVideoPlaybackQuality()"
    dropped = page.evaluate(f"{quality}.droppedVideoFrames / {quality}.totalVideoFrames")
    return {view: (after[view] - before[view]) / took for view in VIEWS} | {"dropped": dropped}


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="that the player is watched (20)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write what was measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    with tempfile.TemporaryDirectory() as folder:
        clip = Path(folder, "long.mp4")
        write_long_clip(clip)
        with server() as (url, _pid), chromium() as browser, player_page(browser, url, clip) as page:
            measured = measure(page, args.seconds)
    print(f"{usable_cores()} cores, the browser on the same; {FRAMES:,} frames of {SIZE[0]} x {SIZE[1]}\n")
    for view in VIEWS:
        goal = f"  (at least {GOALS[view]})" if view in GOALS else ""
        print(f"{view:<10}{measured[view]:>6.1f} redraws per second{goal}")
    print(f"{measured['dropped']:.0%} of the video's frames were dropped")
    if args.json:
        args.json.write_text(json.dumps({"cores": usable_cores()} | measured, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
