"""Measure how long a visitor waits for results and pages, what a first visit fetches, and what memory the server keeps.

See README.md here.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from statistics import median, quantiles
from typing import Any
from unittest.mock import patch
from urllib.parse import urlsplit

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from playwright.sync_api import Browser, Page, expect

from benchmarks import loads
from benchmarks.app import CAMERA, WINDOW, chromium, server, upload
from posecore import estimate_video
from posecore.export.saved import save_sequence
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip
from posecore.system import usable_cores

GOALS = {
    "sample photo to result": 1.0,
    "sample clip to player": 1.0,
    "65-frame upload to player": 1.5,
    "page turn, 95%": 0.5,
    "first load": 2.6,
    "memory left alone": 350.0,
}
TURNS = ("Image", "Video", "Webcam", "Explore", "Compare", "Progress", "Signs", "Rigid pose", "Scores", "Home")
OF_A_MENU = ("Rigid pose", "Scores")
FRAMES = 65
PATIENCE_MS = 180_000
IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
PLAYER = "document.querySelector('.pp-overlay')?.dataset.frame !== undefined"
# The title is the page's own, so it changes once the page runs.
TURNED = f"([before, path]) => document.title !== before && location.pathname === path && {IDLE}"


def write_clip(path: Path) -> None:
    """Write 65 frames of the sample video at half size, as H.264."""
    with open_clip(sample_clip().path) as clip, FilmWriter(path, (884, 496), fps_hint=30) as film:
        for index, frame in enumerate(islice(clip, 100, 100 + FRAMES)):
            film.write(cv2.resize(frame.rgb, film.size, interpolation=cv2.INTER_AREA), index / 30)


@contextmanager
def fresh_page(browser: Browser, url: str, path: str) -> Iterator[Page]:
    """A page of the app in a browser that was never there, at rest."""
    context = browser.new_context(base_url=url, viewport=WINDOW, bypass_csp=True)
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(path)
    page.wait_for_function(f"document.querySelector('h1') && {IDLE}")
    page.wait_for_timeout(1000)  # the scripts that it fetches while nobody waits
    yield page
    context.close()


def seconds(act: Callable[[], object], wait: Callable[[], object]) -> float:
    """Time from an act of the visitor to what they wait for."""
    start = time.monotonic()
    act()
    wait()
    return time.monotonic() - start


def sample_photo(page: Page) -> float:
    """Time from choosing the sample on the Image page to the photo with its skeleton."""
    shown = page.get_by_test_id("stImage").locator("img").first
    return seconds(page.get_by_role("radio", name="Sample", exact=True).click, shown.wait_for)


def sample_video(page: Page) -> float:
    """Time from choosing the sample on the Video page to the player with a skeleton."""
    choose = page.get_by_role("radio", name="Sample", exact=True).click
    return seconds(choose, lambda: page.wait_for_function(PLAYER))


def uploaded_video(page: Page, clip: Path) -> float:
    """Time from choosing a file on the Video page to the player with a skeleton."""
    return seconds(lambda: upload(page, clip), lambda: page.wait_for_function(PLAYER))


def turns(page: Page) -> dict[str, float]:
    """Time of a turn to each page, all of which were seen before."""
    took: dict[str, float] = {}
    for name in TURNS:
        link = page.get_by_role("link", name=name, exact=True).first
        if name in OF_A_MENU:
            page.get_by_text("Advanced", exact=True).first.click()
            link = page.get_by_text(name, exact=True).last
        link.wait_for()
        path = "/" if name == "Home" else f"/{name.partition(' ')[0].lower()}"
        before = page.title()
        took[name] = seconds(link.click, lambda: page.wait_for_function(TURNED, arg=[before, path]))  # noqa: B023
        # A live component has the page run again once it has loaded, which undoes a click before.
        page.wait_for_timeout(2000)
        page.wait_for_function(IDLE)
    return took


def first_loads(browser: Browser, url: str, result: Path) -> dict[str, float]:
    """Megabytes that a browser fetches on its first visit to each page, without photos and videos."""
    counter = loads.WebSocketCounter(urlsplit(url).port or 80)
    fetched = {}
    with counter.listening() as address:
        for name in loads.PAGES:
            context = browser.new_context(base_url=address, viewport=WINDOW, bypass_csp=True)
            _page, watch = loads.visit(context, counter, name, result)
            fetched[name] = watch.settle()["bytes"] / 1e6
            context.close()
            print(f"first load of {name}: {fetched[name]:.2f} MB", flush=True)
    return fetched


def memory_mb(pid: int) -> dict[str, float]:
    """Memory of a process and all that it started: in RAM, and the part that is theirs alone (Linux)."""
    processes, found = [pid], {"resident": 0.0, "private": 0.0}
    for process in processes:
        for children in Path(f"/proc/{process}/task").glob("*/children"):
            processes += [int(child) for child in children.read_text().split()]
        for line in Path(f"/proc/{process}/smaps_rollup").read_text().splitlines():
            kind, _, rest = line.partition(":")
            if kind in ("Rss", "Anonymous"):
                found["resident" if kind == "Rss" else "private"] += int(rest.split()[0]) / 1024
    return found


def measure(browser: Browser, url: str, rounds: int, clip: Path) -> dict[str, list[float]]:
    """All times of all rounds, after one that warms the server up."""
    times: dict[str, list[float]] = {name: [] for name in list(GOALS)[:4]}
    for number in range(rounds + 1):
        with fresh_page(browser, url, "/image") as page:
            photo = sample_photo(page)
        with fresh_page(browser, url, "/video") as page:
            video = sample_video(page)
        with fresh_page(browser, url, "/video") as page:
            uploaded = uploaded_video(page, clip)
        with fresh_page(browser, url, "/") as page:
            turns(page)  # so that each page was seen before
            turned = turns(page)
        print(
            f"round {number}: {photo:.2f}, {video:.2f}, {uploaded:.2f} s; turns {median(turned.values()):.2f} s",
            flush=True,
        )
        if number:
            for name, value in zip(list(GOALS)[:3], (photo, video, uploaded), strict=True):
                times[name].append(value)
            times["page turn, 95%"] += turned.values()
    return times


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3, help="of all times (3)")
    parser.add_argument("--clip", type=Path, help="upload this video (65 frames of the sample, as H.264)")
    parser.add_argument("--idle", type=float, default=5, metavar="MINUTES", help="that the server is left alone (5)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    expect.set_options(timeout=PATIENCE_MS)
    # Left alone for a shorter time, the server must give up its memory earlier.
    own = {} if args.idle >= 5 else {"POSECORE_LIMIT_SECONDS_IDLE": str(max(1, round(48 * args.idle)))}
    with tempfile.TemporaryDirectory() as folder, patch.dict(os.environ, own | {"XDG_DATA_HOME": folder}):
        clip, result = args.clip or Path(folder, "clip.mp4"), Path(folder, "walk.posecore.npz")
        if args.clip is None:
            write_clip(clip)
        save_sequence(estimate_video(clip), result)
        loads.save_sessions(50)
        with server() as (url, pid):
            with chromium(*CAMERA) as browser:
                times = measure(browser, url, args.rounds, clip)
                fetched = first_loads(browser, url, result)
            busy = memory_mb(pid)
            time.sleep(60 * args.idle)
            left = memory_mb(pid)
    shown = {name: median(values) for name, values in list(times.items())[:3]}
    shown["page turn, 95%"] = quantiles(times["page turn, 95%"], n=20)[-1]
    shown |= {"first load": max(fetched.values()), "memory left alone": left["resident"]}
    _print(shown, busy, left)
    if args.json:
        everything: dict[str, Any] = {"cores": usable_cores(), "times": times, "fetched": fetched}
        args.json.write_text(json.dumps(everything | {"busy": busy, "left": left}, indent=2) + "\n", encoding="utf-8")


def _print(shown: dict[str, float], busy: dict[str, float], left: dict[str, float]) -> None:
    units = {"first load": "MB", "memory left alone": "MB"}
    print(f"{usable_cores()} cores, the browser on the same\n")
    for name, value in shown.items():
        unit = units.get(name, "s")
        digits = 0 if value >= 100 else 2
        print(f"{name:<28}{value:>7.{digits}f} {unit:<3}(goal {GOALS[name]:g} {unit})")
    for when, memory in (("in use", busy), ("left alone", left)):
        print(f"memory {when}: {memory['resident']:.0f} MB in RAM, {memory['private']:.0f} of them private")


if __name__ == "__main__":
    main()
