"""Measure the most memory that the server needs while one visitor uses all of it. See README.md here."""

import argparse
import json
import sys
import tempfile
import threading
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path
from typing import NamedTuple

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from playwright.sync_api import Browser, Page, TimeoutError, expect

from benchmarks.app import CAMERA, WINDOW, chromium, server, upload
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip, sample_picture

PATIENCE_MS = 900_000
EVERY_S = 0.25
FULL_HD = (1920, 1080)
IDLE = "document.querySelector('[data-testid=stApp]')?.dataset.testScriptState === 'notRunning'"
PLAYER = "document.querySelector('.pp-overlay')?.dataset.frame !== undefined"
OF_A_MENU = ("Batch", "Rigid pose", "Scores")
_CGROUPS = Path("/sys/fs/cgroup")


class Held(NamedTuple):
    """Memory of a server and its workers, in MB.

    Attributes:
        own: that each process has alone, by process.
        files: of libraries and other files; what several of them have is counted once.
    """

    own: dict[str, float]
    files: float

    @property
    def total(self) -> float:
        """All of it."""
        return sum(self.own.values()) + self.files


def memory_of(server_pid: int) -> Held:
    """Memory in RAM of a process and all that it started (Linux).

    Not the kernel's proportional share (PSS): that is less while programs of others use the same libraries.
    """
    pids, own, files = [server_pid], Counter[str](), defaultdict[str, float](float)
    for pid in pids:
        with suppress(OSError):  # it has just ended
            for children in Path(f"/proc/{pid}/task").glob("*/children"):
                pids += [int(child) for child in children.read_text().split()]
            of_files: Counter[str] = Counter()
            for path, resident, anonymous in _mappings(Path(f"/proc/{pid}/smaps").read_text()):
                own[_name(pid, server_pid)] += anonymous
                of_files[path] += resident - anonymous
            for path, resident in of_files.items():
                files[path] = max(files[path], resident)
    return Held(dict(own), sum(files.values()))


def _mappings(smaps: str) -> Iterator[tuple[str, float, float]]:
    """The file, the MB in RAM, and those of them that are the process's own, of each mapping."""
    path, resident = "", 0.0
    for line in smaps.splitlines():
        word, *rest = line.split(maxsplit=5)
        if not word.endswith(":"):
            path = rest[4] if len(rest) == 5 else ""
        elif word == "Rss:":
            resident = int(rest[0]) / 1024
        elif word == "Anonymous:":
            yield path, resident, int(rest[0]) / 1024


def _name(pid: int, server_pid: int) -> str:
    return "server" if pid == server_pid else f"worker {pid}"


class Watch:
    """The largest memory of each step, sampled in a thread of its own."""

    def __init__(self, pid: int) -> None:
        self.most: dict[str, Held] = {}
        self.step = "start"
        self._pid = pid
        self._ended = threading.Event()

    @contextmanager
    def watching(self) -> Iterator[None]:
        """Sample until the end of the block."""
        thread = threading.Thread(target=self._sample)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            thread.join()

    def _sample(self) -> None:
        while not self._ended.wait(EVERY_S):
            held, step = memory_of(self._pid), self.step
            if step not in self.most or held.total > self.most[step].total:
                self.most[step] = held


def write_clip(path: Path, seconds: float) -> None:
    """Write a video of 1920 x 1080 pixels and 30 fps: the sample video, again and again."""
    with FilmWriter(path, FULL_HD, fps_hint=30) as film:
        for index, rgb in enumerate(islice(_sample_again_and_again(), round(30 * seconds))):
            film.write(cv2.resize(rgb, FULL_HD), index / 30)


def _sample_again_and_again() -> Iterator[np.ndarray]:
    while True:
        with open_clip(sample_clip().path) as clip:
            yield from (frame.rgb for frame in clip)


def rest(page: Page) -> None:
    """Wait until the page has run and stays at rest."""
    page.wait_for_function(IDLE)
    page.wait_for_timeout(1500)  # a live component has the page run once more
    page.wait_for_function(IDLE)


def turn_to(page: Page, name: str) -> None:
    """Go to a page by the navigation."""
    link = page.get_by_role("link", name=name, exact=True).first
    if name in OF_A_MENU:
        page.get_by_text("Advanced", exact=True).first.click()
        link = page.get_by_text(name, exact=True).last
    link.click()
    expect(page.locator("h1").first).to_contain_text("" if name == "Home" else name.partition(" ")[0])
    rest(page)


def choose_sample(page: Page) -> None:
    """Choose the sample of the page."""
    page.get_by_role("radio", name="Sample", exact=True).first.click()
    rest(page)


def photo(page: Page) -> None:
    """Upload a photo."""
    turn_to(page, "Image")
    upload(page, sample_picture().path)
    expect(page.get_by_alt_text("with the landmarks")).to_be_visible()
    rest(page)


def thorough_photo_with_hands(page: Page) -> None:
    """Ask for a thorough search, and for hands; both stay chosen for the video."""
    page.get_by_role("button", name="Settings").click()
    page.get_by_text("Hands", exact=True).first.click()
    rest(page)
    page.get_by_text("More settings").click()
    page.get_by_text("Thorough: also finds", exact=False).first.click()
    rest(page)
    page.keyboard.press("Escape")
    rest(page)


def video(page: Page, clip: Path) -> None:
    """Upload a video, and wait for its result."""
    turn_to(page, "Video")
    upload(page, clip)
    page.wait_for_function(PLAYER)
    rest(page)


def tab(page: Page, name: str) -> None:
    """Turn to a tab of the result."""
    page.get_by_test_id("stTab").filter(has_text=name).click()
    rest(page)


def video_with_overlay(page: Page) -> None:
    """Have a video with glasses and trails of the wrists made."""
    tab(page, "Overlay")
    page.get_by_role("button", name="Overlay").click()
    for name in ("Wrist trails", "Glasses"):
        page.get_by_text(name, exact=True).first.click()
        rest(page)
    page.keyboard.press("Escape")
    make = page.get_by_role("button", name="Make video with overlay")
    for _ in range(5):  # a click while the page runs may be lost
        rest(page)
        make.click()
        with suppress(TimeoutError):
            make.wait_for(state="hidden", timeout=15_000)
            break
    expect(page.get_by_role("link", name="Video with overlay (MP4)")).to_be_visible()
    rest(page)


def files(page: Page) -> None:
    """Have the usual files made and zipped."""
    tab(page, "Files")
    page.get_by_text("More formats").click()
    with page.expect_download():
        page.get_by_role("button", name="Zip").first.click()
    rest(page)


def live(page: Page) -> None:
    """Twenty seconds of live pictures, in which the server finds people."""
    turn_to(page, "Webcam")
    page.locator(".lc-bar").get_by_role("button", name="Start").click()
    page.wait_for_timeout(20_000)
    page.locator(".lc-bar").get_by_role("button", name="Stop").click()
    rest(page)


def with_sample(name: str) -> Callable[[Page], None]:
    """Turn to a page and open its sample."""

    def visit(page: Page) -> None:
        turn_to(page, name)
        choose_sample(page)
        rest(page)

    return visit


def steps(clip: Path) -> dict[str, Callable[[Page], None]]:
    """What the visitor does, in this order."""
    return {
        "Home": rest,
        "a photo": photo,
        "the photo, thorough, with hands": thorough_photo_with_hands,
        "a full HD video, thorough, with hands": lambda page: video(page, clip),
        "its video with an overlay": video_with_overlay,
        "its files in a zip": files,
        "Compare": with_sample("Compare"),
        "Rigid pose": with_sample("Rigid pose"),
        "Explore": lambda page: turn_to(page, "Explore"),
        "Webcam, live by the server": live,
        "Signs": lambda page: turn_to(page, "Signs"),
        "Progress": lambda page: turn_to(page, "Progress"),
        "Scores": lambda page: turn_to(page, "Scores"),
        "Batch": lambda page: turn_to(page, "Batch"),
    }


def visit(browser: Browser, url: str, watch: Watch, clip: Path) -> None:
    """Let one visitor do it all."""
    context = browser.new_context(base_url=url, viewport=WINDOW, bypass_csp=True)
    context.add_init_script("localStorage.setItem('posecore.live.where', 'server')")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto("/")
    for watch.step, act in steps(clip).items():
        act(page)
        held = watch.most[watch.step]
        print(f"{watch.step:<40}{held.total:>6.0f} MB: {_in_words(held)}", flush=True)
    context.close()


def _in_words(held: Held) -> str:
    return ", ".join([*(f"{name} {mb:.0f}" for name, mb in held.own.items()), f"files {held.files:.0f}"])


@contextmanager
def limited(megabytes: int) -> Iterator[Path | None]:
    """A control group of processes with so much memory and no swap; None if this user may not make one."""
    for parent, limit in ((_CGROUPS / "memory", "memory.limit_in_bytes"), (_CGROUPS, "memory.max")):
        group = parent / "posecore-memory"
        try:
            group.mkdir(exist_ok=True)
            (group / limit).write_text(str(megabytes * 2**20))
        except OSError:
            continue
        try:
            yield group
        finally:
            with suppress(OSError):
                group.rmdir()
        return
    yield None


def killed_in(group: Path) -> int:
    """How many processes of a control group were killed because it had no memory left."""
    name = "memory.events" if (group / "memory.events").exists() else "memory.oom_control"
    return next(
        int(line.split()[1]) for line in (group / name).read_text().splitlines() if line.startswith("oom_kill ")
    )


def inside(group: Path | None) -> Sequence[str]:
    """Start of a command line that runs in a control group."""
    return () if group is None else ("sh", "-c", f'echo $$ > "{group}/cgroup.procs" && exec "$@"', "sh")


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10, help="of the video (10)")
    parser.add_argument("--limit", type=int, default=1024, metavar="MB", help="memory that the server may have (1024)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> int:
    """Run the command line; 1 if the server needed more than it may have."""
    args = parse_arguments()
    expect.set_options(timeout=PATIENCE_MS)
    with tempfile.TemporaryDirectory() as folder, limited(args.limit) as group:
        clip = Path(folder, "full_hd.mp4")
        write_clip(clip, args.seconds)
        print(f"{'limited to' if group else 'not limited, as this user may not; the goal is'} {args.limit} MB")
        with server(inside=inside(group)) as (url, pid), chromium(*CAMERA) as browser:
            watch = Watch(pid)
            with watch.watching():
                visit(browser, url, watch, clip)
        killed = killed_in(group) if group else 0
    step, most = max(watch.most.items(), key=lambda item: item[1].total)
    print(f"\nmost: {most.total:.0f} MB ({step}), {_in_words(most)}")
    print(f"processes killed for memory: {killed if group else 'unknown'}")
    if args.json:
        of_steps = {step: held._asdict() for step, held in watch.most.items()}
        args.json.write_text(json.dumps({"killed": killed, "steps": of_steps}, indent=2) + "\n", encoding="utf-8")
    return int(killed > 0 if group else most.total > args.limit)


if __name__ == "__main__":
    sys.exit(main())
