"""Upload in many sessions at once, then come and leave many times, and check the server. See README.md here."""

import argparse
import asyncio
import itertools
import json
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import httpx
import numpy as np
import psutil

from benchmarks.app import server
from benchmarks.marks import CLOSE_PX, Maker, Marked, center_of_drawing, decoded, first_frame, read_mark
from benchmarks.tab import Tab, TabError, open_tab

PAGES = ("", "image", "video", "webcam", "explore", "compare", "progress", "signs", "rigid", "scores", "batch")
TURN_S = 2.0
SOON = {
    "POSECORE_LIMIT_SECONDS_AFTER_LEAVING": "10",
    "POSECORE_LIMIT_SECONDS_IDLE": "30",
    "STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL": "10",
}
"""So that it need not be waited for long whether files, workers and sessions go."""

_QUEUED = re.compile(r"Place \d+ in the queue")
_FULL = re.compile(r"server is full")
_AGAIN = "Try again"
_EVERY_S = 2.0
_PATIENCE_S = 300.0
_GONE_S = 150.0
_SETTLED_S = 14.0  # after which nothing of a visitor who left is kept
_LANDMARKS = 33


class Sample(NamedTuple):
    """What the server holds at a moment.

    Attributes:
        at_s: when, monotonic.
        server_mb: memory of its process, proportional set size.
        workers_mb: that of its worker processes.
        workers: their number.
        files: its open file descriptors.
        threads: its threads.
    """

    at_s: float
    server_mb: float
    workers_mb: float
    workers: int
    files: int
    threads: int


@dataclass
class Tally:
    """What the visitors met.

    Attributes:
        requests: runs of pages and fragments, uploads and files fetched.
        turns_s: page turns: which page, and seconds until it was complete.
        results_s: uploads whose result was shown and is the right one: kind, and seconds from the upload.
        queued: videos that the page said to be waiting.
        full: videos that could not even wait at first, as the server was full.
        errors: everything else that went wrong, by kind.
    """

    requests: int = 0
    turns_s: list[tuple[str, float]] = field(default_factory=list)
    results_s: list[tuple[str, float]] = field(default_factory=list)
    queued: int = 0
    full: int = 0
    errors: Counter[str] = field(default_factory=Counter)

    @property
    def wrong(self) -> int:
        """Results that were not those of the upload."""
        return sum(count for kind, count in self.errors.items() if kind.startswith("wrong result"))

    def take_leave(self, tab: Tab) -> None:
        """Count what a tab ran, and the errors that its pages showed."""
        self.requests += tab.runs
        self.errors.update(f"page: {text[:90]}" for text in tab.errors)


def sample(process: psutil.Process) -> Sample:
    """What a server holds now (Linux)."""
    workers = process.children(recursive=True)
    sizes = []
    for worker in workers:
        with suppress(psutil.Error):
            sizes.append(worker.memory_full_info().pss / 1e6)
    own = process.memory_full_info().pss / 1e6
    return Sample(time.monotonic(), own, sum(sizes), len(sizes), process.num_fds(), process.num_threads())


async def watch(process: psutil.Process, samples: list[Sample]) -> None:
    """Take samples until cancelled."""
    while True:
        samples.append(await asyncio.to_thread(sample, process))
        await asyncio.sleep(_EVERY_S)


# One visitor


async def turn(tab: Tab, address: str, tally: Tally) -> None:
    """Turn to a page, and note how long it took."""
    tally.turns_s.append((address, await tab.turn(address)))


def said(tab: Tab) -> str:
    """All that the page says, without the marks of Markdown."""
    return " ".join(tab.texts).replace("\\", "")


async def give_photo(tab: Tab, photo: Marked, tally: Tally) -> None:
    """Upload a photo, and check the result."""
    await turn(tab, "image", tally)
    start = time.monotonic()
    await tab.upload(photo.name, photo.content)
    alt = f"{photo.name} with the landmarks"
    addresses = [each.url for images in tab.elements("imgs") for each in images.imgs if each.alt == alt]
    if len(addresses) != 1 or photo.name not in said(tab):
        tally.errors[f"wrong result: the photo shown is not the one that was given: {said(tab)[:90]}"] += 1
        return
    passed_s = time.monotonic() - start
    shown = decoded(await tab.fetch(addresses[0]))
    tally.requests += 2
    check(shown, center_of_drawing(shown, photo.picture), photo, tally)
    tally.results_s.append(("photo", passed_s))


async def give_clip(tab: Tab, clip: Marked, tally: Tally, dice: random.Random, end_s: float) -> None:
    """Upload a video, look at other pages meanwhile, and check the result."""
    await turn(tab, "video", tally)
    start = time.monotonic()
    await tab.upload(clip.name, clip.content)
    tally.requests += 1
    tally.queued += bool(_QUEUED.search(said(tab)))
    tally.full += bool(_FULL.search(said(tab)))
    while not is_over(tab) and time.monotonic() < end_s:
        await asyncio.sleep(dice.uniform(1, 3))
        if dice.random() < 0.5:
            await turn(tab, dice.choice(PAGES), tally)
            await asyncio.sleep(dice.uniform(1, 3))
            await turn(tab, "video", tally)
        if tab.has_button(_AGAIN):
            await tab.press(_AGAIN)
    while not is_over(tab):
        await tab.until(lambda: is_over(tab) or tab.has_button(_AGAIN), "the result of a video", _PATIENCE_S)
        if tab.has_button(_AGAIN):
            await asyncio.sleep(1)
            await tab.press(_AGAIN)
    passed_s = time.monotonic() - start
    if clip.name not in said(tab):
        tally.errors[f"wrong result: the video shown is not the one that was given: {said(tab)[:90]}"] += 1
        return
    [player] = [each for each in tab.components if "moments" in each and "film" in each]
    film, moments = await tab.fetch(player["film"]), await tab.fetch(player["moments"])
    tally.requests += 2
    check(first_frame(film), center_of_person(moments, player["header"]), clip, tally)
    tally.results_s.append(("video", passed_s))


def is_over(tab: Tab) -> bool:
    """Whether the Video page shows a result or an error."""
    return tab.is_complete and ("processed in" in said(tab) or bool(tab.errors))


def center_of_person(moments: bytes, header: dict[str, Any]) -> float | None:
    """Where the largest person is in the first frame, in pixels from the left; None if nobody is."""
    number = len(header["people"]) * header["landmarks"]
    at = next(iter(header["layers"].values()))["landmarks_at"]
    piece = min(header["frames"], header["piece_frames"])
    points = np.frombuffer(moments, "<f4", piece * number * 3, at).reshape(piece, -1, header["landmarks"], 3)[0]
    heights = np.nan_to_num(np.ptp(points[..., 1], axis=-1), nan=-1.0)
    center = points[heights.argmax(), :, 0].mean()
    return None if np.isnan(center) else float(center)


def check(shown: np.ndarray, center_x: float | None, given: Marked, tally: Tally) -> None:
    """Count a result that is not that of what was given: its pixels or its landmarks are those of another upload."""
    if read_mark(shown) != given.number:
        tally.errors["wrong result: pixels of another upload"] += 1
    elif center_x is None:
        tally.errors["wrong result: nobody is shown"] += 1
    elif abs(center_x - given.center_x) > CLOSE_PX:
        tally.errors["wrong result: landmarks of another upload"] += 1


class Visitor:
    """One of those who come at once.

    Args:
        number: of the visitor.
        maker: of what they upload.
    """

    def __init__(self, number: int, maker: Maker) -> None:
        self._dice = random.Random(number)
        self._photos = [maker.photo(100 * number + place, f"v{number}p{place}.jpg") for place in range(2)]
        self._clips = [maker.clip(100 * number + 50 + place, f"v{number}c{place}.mp4") for place in range(2)]

    async def stay(self, url: str, end_s: float, tally: Tally) -> None:
        """Upload and look at pages until it is time to go; after an error, in a new tab."""
        while time.monotonic() < end_s:
            try:
                async with open_tab(url) as tab:
                    try:
                        await self._look_around(tab, end_s, tally)
                    finally:
                        tally.take_leave(tab)
            except (TabError, httpx.HTTPError, OSError) as error:
                tally.errors[f"{type(error).__name__}: {str(error)[:90]}"] += 1
                await asyncio.sleep(1)

    async def _look_around(self, tab: Tab, end_s: float, tally: Tally) -> None:
        for place in itertools.count():
            await give_clip(tab, self._clips[place % 2], tally, self._dice, end_s)
            await asyncio.sleep(self._dice.uniform(0.5, 2))
            await give_photo(tab, self._photos[place % 2], tally)
            await asyncio.sleep(self._dice.uniform(0.5, 2))
            if time.monotonic() >= end_s:
                return


async def warm_up(url: str, maker: Maker) -> Tally:
    """Load all that the first visitors load: modules, networks, a worker."""
    tally = Tally()
    async with open_tab(url) as tab:
        for page in PAGES:
            await turn(tab, page, tally)
        await give_photo(tab, maker.photo(1, "first.jpg"), tally)
        await give_clip(tab, maker.clip(2, "first.mp4"), tally, random.Random(0), 0)
        tally.take_leave(tab)
    return tally


async def at_once(url: str, visitors: Sequence[Visitor], seconds: float) -> Tally:
    """Let visitors upload at once for some time."""
    tally, end_s = Tally(), time.monotonic() + seconds
    await asyncio.gather(*(visitor.stay(url, end_s, tally) for visitor in visitors))
    return tally


async def one_by_one(
    url: str, process: psutil.Process, number: int, maker: Maker, every: int, *, settled_s: float = _SETTLED_S
) -> tuple[Tally, dict[int, Sample]]:
    """Let visitors come and leave one after another.

    Args:
        url: of the app.
        process: of its server.
        number: of visitors.
        maker: of what they upload.
        every: after so many, it is noted what the server holds.
        settled_s: this long before, nobody comes.
    """
    tally, held = Tally(), dict[int, Sample]()
    photos = [maker.photo(60_000 + place, f"one{place}.jpg") for place in range(7)]
    clip = maker.clip(61_000, "one.mp4")
    for place in range(1, number + 1):
        try:
            async with open_tab(url, PAGES[place % len(PAGES)]) as tab:
                if place % 25 == 0:
                    await give_clip(tab, clip, tally, random.Random(0), 0)
                elif place % 2:
                    await give_photo(tab, photos[place % len(photos)], tally)
                else:
                    await turn(tab, PAGES[place // 2 % len(PAGES)], tally)
                tally.take_leave(tab)
        except (TabError, httpx.HTTPError, OSError) as error:
            tally.errors[f"{type(error).__name__}: {str(error)[:90]}"] += 1
        if place % every == 0 or place == number:
            await asyncio.sleep(settled_s)
            held[place] = await asyncio.to_thread(sample, process)
    return tally, held


async def everybody_gone(process: psutil.Process, temporary: Path) -> float:
    """Wait until no file and no worker is left, but not for ever; seconds."""
    start = time.monotonic()
    while time.monotonic() - start < _GONE_S:
        if not process.children(recursive=True) and not left_in(temporary):
            break
        await asyncio.sleep(1)
    return time.monotonic() - start


def left_in(temporary: Path) -> list[str]:
    """The names of what is in a folder for temporary files, and in the server's own folder in it."""
    inside = {folder: list(folder.iterdir()) for folder in temporary.glob("posecore-server-*")}
    beside = [each for each in temporary.iterdir() if each not in inside]
    return sorted(each.name for each in (*beside, *itertools.chain.from_iterable(inside.values())))


# The report


@dataclass
class Report:
    """All that was measured.

    Attributes:
        first: of the first visitor.
        crowd: of those who came at once; ``samples`` meanwhile, a second apart or more.
        alone: of those who came one after another; ``held`` is what the server held after so many.
        last: what it held at the end, ``gone_s`` after the last one left.
        left: names of temporary files that are left then.
        tracebacks: in the server's log.
        own_cores: processor time of this program by the time that passed, while the crowd was there.
    """

    first: Tally
    crowd: Tally
    samples: list[Sample]
    alone: Tally
    held: dict[int, Sample]
    last: Sample
    gone_s: float
    left: list[str]
    tracebacks: int
    own_cores: float

    @property
    def turns_s(self) -> list[float]:
        """Seconds of the page turns while clips ran, in order."""
        return sorted(seconds for _, seconds in self.crowd.turns_s)

    @property
    def growth_mb(self) -> float:
        """What the memory of server and workers grew by from the second to the last quarter of the crowd's time."""
        sizes = [each.server_mb + each.workers_mb for each in self.samples]
        quarter = len(sizes) // 4
        return statistics.median(sizes[-quarter:]) - statistics.median(sizes[quarter : 2 * quarter]) if quarter else 0.0

    def slopes(self) -> tuple[float, float]:
        """MB and open files that the server grew by each 100 visits, without the first two fifths of them.

        All caches are filled by then. Of fewer than 100 visits nothing can be said: 0.
        """
        places = [place for place in self.held if place >= 0.4 * max(self.held)]
        if max(self.held, default=0) < 100:
            return 0.0, 0.0
        of_memory, of_files = (
            np.polyfit(places, [each(self.held[place]) for place in places], 1)[0] * 100
            for each in (lambda one: one.server_mb, lambda one: one.files)
        )
        return float(of_memory), float(of_files)

    def promises(self) -> dict[str, bool]:
        """What a host relies on, and whether it was so."""
        memory, files = self.slopes()
        errors = sum((each.errors for each in (self.first, self.crowd, self.alone)), Counter())
        turns = self.turns_s
        return {
            "no error but a place in the queue or a full server": not errors and not self.tracebacks,
            "no result of another upload": not self.first.wrong + self.crowd.wrong + self.alone.wrong,
            "every kind of upload had a result": {kind for kind, _ in self.crowd.results_s} == {"photo", "video"},
            f"95% of page turns within {TURN_S:.0f} s": bool(turns) and percentile(turns, 95) < TURN_S,
            "memory bounded while all are there": self.growth_mb < 100,
            "memory flat over visits (5 MB each 100)": memory < 5,
            "open files flat over visits (2 each 100)": files < 2,
            "no temporary file left": not self.left,
            "workers leave when idle": not self.last.workers,
        }


def percentile(values: Sequence[float], percent: float) -> float:
    """A percentile; NaN of nothing."""
    return float(np.percentile(values, percent)) if len(values) else float("nan")


def rows(report: Report) -> Iterator[tuple[str, str]]:
    """The table."""
    turns, crowd = report.turns_s, report.crowd
    yield "first turn to each page, slowest", f"{max(seconds for _, seconds in report.first.turns_s):.1f} s"
    yield "requests", f"{crowd.requests:,}"
    yield "page turns", f"{len(turns)}"
    yield "  median, 95%, slowest", " / ".join(f"{percentile(turns, percent):.2f} s" for percent in (50, 95, 100))
    for page in PAGES:
        of_page = [seconds for which, seconds in crowd.turns_s if which == page]
        if of_page:
            yield f"  {page or 'home'}: median, 95%", f"{percentile(of_page, 50):.2f} / {percentile(of_page, 95):.2f} s"
    for kind in ("photo", "video"):
        took = [seconds for which, seconds in crowd.results_s if which == kind]
        yield f"{kind}s with a right result", f"{len(took)}"
        yield "  seconds to it: median, 95%", f"{percentile(took, 50):.1f} / {percentile(took, 95):.1f}"
    yield "videos that waited in the queue", f"{crowd.queued}"
    yield "videos that met a full server first", f"{crowd.full}"
    server_mb = max((each.server_mb for each in report.samples), default=float("nan"))
    workers_mb = max((each.workers_mb for each in report.samples), default=float("nan"))
    both_mb = max((each.server_mb + each.workers_mb for each in report.samples), default=float("nan"))
    yield "peak PSS: server, workers, both", f"{server_mb:.0f} / {workers_mb:.0f} / {both_mb:.0f} MB"
    yield (
        "most workers, threads, open files",
        " / ".join(
            str(max((each for each in which), default=0))
            for which in zip(*((one.workers, one.threads, one.files) for one in report.samples), strict=True)
        ),
    )
    yield "growth from the second to the last quarter", f"{report.growth_mb:.0f} MB"
    yield "this program's own load", f"{report.own_cores:.2f} cores"
    for place, held in report.held.items():
        yield f"after visit {place}", f"{held.server_mb:.0f} MB, {held.files} open files, {held.threads} threads"
    memory, files = report.slopes()
    yield "slope, each 100 visits", f"{memory:+.1f} MB, {files:+.1f} open files"
    turns_alone = [seconds for _, seconds in report.alone.turns_s]
    yield "page turns of these: median, 95%", f"{percentile(turns_alone, 50):.2f} / {percentile(turns_alone, 95):.2f} s"
    last = report.last
    yield f"{report.gone_s:.0f} s later", f"{last.server_mb:.0f} MB, {last.files} open files, {last.threads} threads"
    yield "workers and temporary files left", f"{last.workers} / {len(report.left)} {' '.join(report.left[:3])}"
    yield "tracebacks in the server's log", f"{report.tracebacks}"
    for part, tally in (("first", report.first), ("at once", crowd), ("one by one", report.alone)):
        for kind, count in tally.errors.most_common():
            yield f"ERROR ({part})", f"{count} x {kind}"


async def measure(url: str, pid: int, temporary: Path, args: argparse.Namespace) -> Report:
    """Measure a running server."""
    process, maker = psutil.Process(pid), Maker(args.frames)
    visitors = [Visitor(number, maker) for number in range(1, args.sessions + 1)]
    first = await warm_up(url, maker)
    samples: list[Sample] = []
    watching = asyncio.create_task(watch(process, samples))
    start, own_s = time.monotonic(), time.process_time()
    crowd = await at_once(url, visitors, 60 * args.minutes)
    own_cores = (time.process_time() - own_s) / (time.monotonic() - start)
    watching.cancel()
    alone, held = await one_by_one(url, process, args.visits, maker, max(1, args.visits // 5))
    gone_s = await everybody_gone(process, temporary)
    return Report(first, crowd, samples, alone, held, sample(process), gone_s, left_in(temporary), 0, own_cores)


@contextmanager
def own_folders() -> Iterator[tuple[Path, Path]]:
    """A folder for the server's temporary files, and one for its log and database."""
    with tempfile.TemporaryDirectory() as temporary, tempfile.TemporaryDirectory() as data:
        yield Path(temporary), Path(data)


def run(args: argparse.Namespace) -> Report:
    """Start a server, measure it, and end it."""
    with own_folders() as (temporary, data):
        log = data / "log.txt"
        environment = {"TMPDIR": str(temporary), "XDG_DATA_HOME": str(data), **SOON}
        with server(log=log, **environment) as (url, pid):
            report = asyncio.run(measure(url, pid, temporary, args))
        text = log.read_text(errors="replace")
        report.tracebacks = text.count("Traceback (most recent call last)")
        if args.log:
            args.log.write_text(text, encoding="utf-8")
    return report


def parse_arguments(arguments: Sequence[str] | None = None) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sessions", type=int, default=20, metavar="N", help="at once; default: %(default)s")
    parser.add_argument("--minutes", type=float, default=5, metavar="M", help="for so long; default: %(default)s")
    parser.add_argument("--visits", type=int, default=500, metavar="N", help="one by one; default: %(default)s")
    parser.add_argument("--frames", type=int, default=60, metavar="N", help="of each video; default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    parser.add_argument("--log", type=Path, metavar="FILE", help="also keep the server's log")
    return parser.parse_args(arguments)


def main() -> int:
    """Run the command line; 0 if all promises are kept."""
    args = parse_arguments()
    report = run(args)
    for title, value in rows(report):
        print(f"{title:<44}{value}")
    promises = report.promises()
    for promise, is_kept in promises.items():
        print(f"{'kept  ' if is_kept else 'BROKEN'}  {promise}")
    if args.json:
        figures = {"rows": list(rows(report)), "promises": promises, "turns_s": report.crowd.turns_s}
        args.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    return 0 if all(promises.values()) else 1


if __name__ == "__main__":
    sys.exit(main())
