"""Compare the delay of live video on one's own device, through the app's server, and of plain streamlit-webrtc.

See README.md here.
"""

import argparse
import itertools
import json
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from playwright.sync_api import Browser, Page

from benchmarks.app import CAMERA, ROOT, WINDOW, chromium, server
from posecore.media.clips import open_clip
from posecore.media.samples import sample_clip
from posecore.system import usable_cores

HERE = Path(__file__).resolve().parent
WATCH = (HERE / "live_watch.js").read_text(encoding="utf-8")
APP = ROOT / "streamlit_app.py"
# What each way shows, and what a visitor chooses in the settings there.
WAYS = {
    "untouched": (HERE / "live_untouched.py", "/", None),
    "server": (APP, "/webcam", None),
    "device": (APP, "/webcam", None),
    "device, lite": (APP, "/webcam", "Lite"),
    "device, hands": (APP, "/webcam", "Hands"),
}
USUAL = ["untouched", "server", "device", "device, hands"]
# The visitor's choice, which the Webcam page remembers in the browser.
WHERE = "localStorage.setItem('posecore.live.where', '{}')"

WIDTH, HEIGHT, FPS = 640, 480, 30
CELLS = 16
STRIP_PX = 32
FRAMES = 240  # of the camera's video, which is played in a loop
# A frame shown later than this must have been sent in an earlier loop.
_LATEST_S = FRAMES / FPS / 2
WARM_UP_S = 6.0

HEAD = f"{'':<14}{'delay (ms)':>12}{'95%':>8}{'shown/s':>10}{'sent/s':>9}{'frames':>9}"
LINE = "{way:<14}{delay_ms:>12.0f}{delay_95_ms:>8.0f}{shown_per_s:>10.1f}{sent_per_s:>9.1f}{frames:>9}"


@dataclass(frozen=True)
class Stretch:
    """Measurements of one way over one period.

    Attributes:
        way: of ``WAYS``.
        delay_ms, delay_95_ms: time from a frame's leaving the camera to its appearing on screen; median and 95th
            percentile.
        shown_per_s: different frames on screen per second.
        sent_per_s: frames per second that left the camera.
        frames: number of frames the delay was measured on.
        unread: frames whose number could not be read.
    """

    way: str
    delay_ms: float
    delay_95_ms: float
    shown_per_s: float
    sent_per_s: float
    frames: int
    unread: int


def write_camera_film(path: Path) -> None:
    """Write a close-up of the sample video's walker, with each frame's number in a strip along the top."""
    with open_clip(sample_clip().path) as clip:
        pictures = [
            cv2.resize(frame.rgb[:600, 250:1050], (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
            for frame in itertools.islice(clip, 40, 100)
        ]
    pictures += pictures[::-1]  # forwards and backwards, so that nobody jumps when the video loops
    with path.open("wb") as film:
        film.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{FPS}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            rgb = pictures[number % len(pictures)].copy()
            draw_number(rgb, number)
            film.write(b"FRAME\n" + cv2.cvtColor(rgb, cv2.COLOR_RGB2YUV_I420).tobytes())


def draw_number(rgb: np.ndarray, number: int) -> None:
    """Draw a number as live_watch.js reads it: white, black, 12 bits, their parity, black."""
    bits = [bool(number >> place & 1) for place in reversed(range(12))]
    cells = [True, False, *bits, sum(bits) % 2 == 1, False]
    row = np.repeat(np.array(cells, np.uint8) * 255, WIDTH // CELLS)
    rgb[:STRIP_PX] = row[None, :, None]


@contextmanager
def live_page(browser: Browser, url: str, way: str) -> Iterator[Page]:
    """Open the page, start its camera, and yield once frames are shown."""
    _, path, chosen = WAYS[way]
    context = browser.new_context(viewport=WINDOW)
    context.add_init_script(WATCH)
    context.add_init_script(WHERE.format(way.partition(",")[0]))
    page = context.new_page()
    page.goto(url + path)
    if chosen:
        page.get_by_role("button", name="Settings").click(timeout=60_000)
        page.locator("label").filter(has_text=re.compile(f"^{chosen}")).click()
        page.keyboard.press("Escape")
    place = page.frame_locator("iframe[title*='webrtc']") if way == "untouched" else page
    place.get_by_role("button", name="Start", exact=True).click(timeout=60_000)
    until = time.monotonic() + 60
    while not notes(page)["shown"]:
        if time.monotonic() > until:
            raise RuntimeError(f"no video was shown at {url}")
        time.sleep(0.5)
    yield page
    context.close()


def notes(page: Page) -> dict[str, Any]:
    """Take the frames noted since the last call."""
    taken = """() => {
        const { sent, shown, unread } = window.liveNotes ?? { sent: [], shown: [], unread: 0 };
        if (window.liveNotes) Object.assign(window.liveNotes, { unread: 0 });
        return { sent: sent.splice(0), shown: shown.splice(0), unread };
    }"""
    frames = [frame.evaluate(taken) for frame in page.frames if not frame.is_detached()]
    return {
        "sent": [note for frame in frames for note in frame["sent"]],
        "shown": [note for frame in frames for note in frame["shown"]],
        "unread": sum(frame["unread"] for frame in frames),
    }


def measure(page: Page, way: str, seconds: float) -> Stretch:
    """Watch a page whose camera is already on."""
    earlier = notes(page)["sent"]
    time.sleep(seconds)
    seen = notes(page)
    delays = list(delays_of([*earlier, *seen["sent"]], seen["shown"]))
    if not delays:
        raise RuntimeError(f"no number came back through {way}")
    return Stretch(
        way,
        1000 * statistics.median(delays),
        1000 * float(np.quantile(delays, 0.95)),
        len(delays) / seconds,
        len(seen["sent"]) / seconds,
        len(delays),
        seen["unread"],
    )


def delays_of(sent: list[tuple[int, float]], shown: list[tuple[int, float]]) -> Iterator[float]:
    """Seconds from each frame's leaving the camera to its first appearance on screen."""
    events = sorted([(at, 0, number) for number, at in sent] + [(at, 1, number) for number, at in shown])
    left: dict[int, float] = {}
    for at, is_shown, number in events:
        if not is_shown:
            left[number] = at
        elif number in left:
            delay = (at - left.pop(number)) / 1000
            if delay < _LATEST_S:
                yield delay


def memory_mb(pid: int) -> float:
    """Resident memory of a process (Linux)."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")) / 1024


def compare(browser: Browser, ways: list[str], rounds: int, seconds: float) -> list[Stretch]:
    """Measure each way in turn, with a new server and visit in each round."""
    stretches = []
    for _ in range(rounds):
        for way in ways:
            with server(WAYS[way][0]) as (url, _pid), live_page(browser, url, way) as page:
                time.sleep(WARM_UP_S)
                stretches.append(measure(page, way, seconds))
                print(LINE.format(**asdict(stretches[-1])), flush=True)
    return stretches


def endure(browser: Browser, minutes: float) -> list[dict[str, float]]:
    """Run the app for a long time and measure delay and memory in each minute."""
    way = "server"
    rows = []
    with server(APP) as (url, pid), live_page(browser, url, way) as page:
        time.sleep(WARM_UP_S)
        for minute in range(1, round(minutes) + 1):
            stretch = measure(page, way, 60)
            rows.append({"minute": minute, "memory_mb": memory_mb(pid), **asdict(stretch)})
            print(
                f"minute {minute:>3}: {stretch.delay_ms:.0f} ms, {stretch.shown_per_s:.1f} shown/s, "
                f"{rows[-1]['memory_mb']:.0f} MB",
                flush=True,
            )
    return rows


def summary(stretches: list[Stretch]) -> dict[str, dict[str, float]]:
    """Medians over the rounds, and ratios: of the server to the untouched one, and of the device to the server."""
    fields = ("delay_ms", "delay_95_ms", "shown_per_s")
    table = {
        way: {name: statistics.median(getattr(one, name) for one in stretches if one.way == way) for name in fields}
        for way in dict.fromkeys(one.way for one in stretches)
    }
    for way in list(table):
        other = "untouched" if way == "server" else "server"
        if way != "untouched" and other in table:
            table[f"{way} / {other}"] = {name: table[way][name] / table[other][name] for name in fields}
    return table


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ways", nargs="+", choices=WAYS, default=USUAL, help=f"what to compare ({', '.join(USUAL)})")
    parser.add_argument("--rounds", type=int, default=3, help="of these, in turn (3)")
    parser.add_argument("--seconds", type=float, default=20, help="that each is watched (20)")
    parser.add_argument("--minutes", type=float, default=0, help="watch the server's way for so long afterwards (0)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    result: dict[str, Any] = {"cores": usable_cores()}
    with tempfile.TemporaryDirectory() as folder:
        film = Path(folder, "camera.y4m")
        write_camera_film(film)
        with chromium(*CAMERA, f"--use-file-for-fake-video-capture={film}") as browser:
            print(f"{usable_cores()} cores, the browser on the same; {WIDTH} x {HEIGHT}\n\n{HEAD}")
            stretches = compare(browser, args.ways, args.rounds, args.seconds)
            table = summary(stretches)
            print()
            for name, ratio in table.items():
                if "/" not in name:
                    continue
                print(f"{name}: delay {ratio['delay_ms']:.2f} times, shown {ratio['shown_per_s']:.2f} times")
            result |= {"rounds": [asdict(one) for one in stretches], "medians": table}
            if args.minutes:
                result["minutes"] = endure(browser, args.minutes)
    if args.json:
        args.json.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
