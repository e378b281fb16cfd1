"""Send landmarks to one server as the browsers of many viewers do, and see what it costs. See README.md here."""

import argparse
import asyncio
import json
import os
import re
import statistics
import struct
import sys
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it; pages.py here is not the app's folder.
sys.path.remove(str(Path(__file__).resolve().parent))
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from streamlit.proto.BackMsg_pb2 import BackMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from benchmarks.app import server
from pages.ui.live.coach import Coach
from pages.ui.live.device_frames import frame_bytes
from pages.ui.live.device_link import PROTOCOL
from pages.ui.live.sets import Target
from posecore import PoseOptions, PoseSequence, estimate_video, load_sequence
from posecore.motion.gaps import usual_step_s

PAGE = Path(__file__).resolve().parent / "load_live_page.py"
AT_ONCE = 6  # frames in a message, as link.js sends them
WARM_UP_S = 3.0
PATIENCE_S = 120.0
_NUMBER, _TIME = struct.Struct("<I"), struct.Struct("<d")


@dataclass(frozen=True)
class Load:
    """What one load of the server came to.

    Attributes:
        viewers, coached: how many send landmarks, and how many of these have a coach.
        seconds: how long they did.
        sent_per_s: frames that arrived, a second.
        late_ms: how late messages were sent, 95th percentile: how busy this program itself was.
        answer_ms, answer_95_ms: from a message to the next answer of a coach; median and 95th percentile.
        caught_up_s: from the last message to the last coach's answer to it.
        cores: processor time of the server by the time that passed.
        percent_per_viewer: the same for each viewer, percent of a core; the server's own is taken off.
        megabytes: what the server's memory grew by, for each viewer.
        dropped: connections that ended, and why.
        counts: how many of the counts are those of the same landmarks without a server, and how many there are.
    """

    viewers: int
    coached: int
    seconds: float
    sent_per_s: float
    late_ms: float
    answer_ms: float | None
    answer_95_ms: float | None
    caught_up_s: float
    cores: float
    percent_per_viewer: float
    megabytes: float
    dropped: dict[str, int]
    counts: tuple[int, int]


def prepared(sequence: PoseSequence, seconds: float) -> tuple[list[bytearray], list[list[int]], float]:
    """Messages of a clip that is played again and again, where the frames in each begin, and seconds between frames."""
    step_s = max(1 / 30, usual_step_s(sequence.times_s))
    frames = [frame_bytes(sequence.frame(index), 0, 0) for index in range(len(sequence))]
    messages, starts = [], []
    for first in range(0, int(seconds / step_s), AT_ONCE):
        parts = [frames[(first + place) % len(frames)] for place in range(AT_ONCE)]
        message, begins = bytearray(), []
        for place, part in enumerate(parts):
            begins.append(len(message))
            message += part
            _NUMBER.pack_into(message, begins[-1] + 8, first + place)
            _TIME.pack_into(message, begins[-1] + 16, (first + place) * step_s)
        messages.append(message)
        starts.append(begins)
    return messages, starts, step_s


def counted_directly(sequence: PoseSequence, exercise: str, messages: int, step_s: float) -> int:
    """What a coach counts of the same frames without a server."""
    coach = Coach(exercise, Target(amount=1000, sets=1, rest_s=0))
    coach.report([], -1, "begin")
    answer: dict[str, Any] = {}
    for first in range(0, messages * AT_ONCE, AT_ONCE):
        numbers = range(first, first + AT_ONCE)
        frames = [replace(sequence.frame(at % len(sequence)), time_s=at * step_s) for at in numbers]
        answer = coach.report(frames, frames[-1].time_s)
    return int(answer["count"])


async def open_visit(stack: AsyncExitStack, url: str, query: str) -> str:
    """Open the page as a browser does, and return the address of its connection."""
    page = await stack.enter_async_context(
        connect(f"{url}/_stcore/stream", subprotocols=["streamlit"], max_size=None, ping_interval=None, open_timeout=60)
    )
    wish = BackMsg()
    wish.rerun_script.query_string = query
    await page.send(wish.SerializeToString())
    while True:
        message = await asyncio.wait_for(page.recv(decode=False), 120)
        if found := re.search(rb"socket/[0-9a-f]{64}", message):
            return f"{url}/{found[0].decode()}"


def open_link(address: str) -> connect:
    """Connect as link.js does."""
    origin = address.partition("/socket/")[0].replace("ws", "http", 1)
    return connect(
        address, subprotocols=[PROTOCOL], origin=origin, compression=None, ping_interval=None, open_timeout=60
    )


class Viewer:
    """One browser."""

    def __init__(self, link: ClientConnection, coached: bool) -> None:
        self.link = link
        self.coached = coached
        self.sent_at = 0.0
        self.late_s: list[float] = []
        self.answers_s: list[float] = []
        self.count = 0
        self.told = asyncio.Event()
        self.ended: str | None = None

    async def send(self, messages: Sequence[bytearray], step_s: float, start: float) -> None:
        """Send each message when its last frame would be there."""
        try:
            for number, message in enumerate(messages):
                due = start + (number + 1) * AT_ONCE * step_s
                await asyncio.sleep(max(0.0, due - time.monotonic()))
                self.sent_at = time.monotonic()
                self.late_s.append(self.sent_at - due)
                await self.link.send(message)
        except ConnectionClosed as error:
            self.ended = str(error)

    async def hear(self) -> None:
        """Take in the answers until the connection ends."""
        async for text in self.link:
            answer = json.loads(text)
            if self.sent_at:
                self.answers_s.append(time.monotonic() - self.sent_at)
            if answer["coach"]:
                self.count = answer["coach"]["count"]
            if answer["told"] == "result":
                self.told.set()

    async def ask(self) -> None:
        """Have all that was sent answered."""
        with suppress(ConnectionClosed, TimeoutError):
            await self.link.send('{"coach": "result"}')
            await asyncio.wait_for(self.told.wait(), PATIENCE_S)


async def load(
    url: str, process: int, sequence: PoseSequence, exercise: str, viewers: int, coached: int, seconds: float
) -> Load:
    """Let viewers send at once, and measure the server meanwhile."""
    messages, _, step_s = prepared(sequence, seconds)
    async with AsyncExitStack() as stack:
        await open_visit(stack, url, f"coach={exercise}")  # so that all is loaded
        before_mb = memory_mb(process)
        queries = [f"coach={exercise}" if number < coached else "" for number in range(viewers)]
        addresses = [await open_visit(stack, url, query) for query in queries]
        # Only now, as a connection on which nothing comes for long is ended.
        sockets = await asyncio.gather(*(stack.enter_async_context(open_link(address)) for address in addresses))
        crowd = [Viewer(socket, number < coached) for number, socket in enumerate(sockets)]
        hearing = [asyncio.create_task(viewer.hear()) for viewer in crowd]
        for viewer in crowd[:coached]:
            await viewer.link.send('{"coach": "begin"}')
        await asyncio.sleep(WARM_UP_S)
        idle_s = processor_s(process)
        await asyncio.sleep(WARM_UP_S)
        idle = (processor_s(process) - idle_s) / WARM_UP_S
        begin_s, start = processor_s(process), time.monotonic()
        every_s = AT_ONCE * step_s / max(1, viewers)  # not all at the same moment
        await asyncio.gather(
            *(viewer.send(messages, step_s, start + place * every_s) for place, viewer in enumerate(crowd))
        )
        passed_s = time.monotonic() - start
        cores = (processor_s(process) - begin_s) / passed_s
        grown_mb = memory_mb(process) - before_mb
        await asyncio.gather(*(viewer.ask() for viewer in crowd[:coached]))
        caught_up_s = time.monotonic() - start - passed_s
        for task in hearing:
            task.cancel()
    expected = counted_directly(sequence, exercise, len(messages), step_s) if coached else 0
    answers = sorted(each for viewer in crowd if viewer.coached for each in viewer.answers_s)
    late = sorted(each for viewer in crowd for each in viewer.late_s)
    return Load(
        viewers=viewers,
        coached=coached,
        seconds=round(passed_s, 1),
        sent_per_s=round(viewers * len(messages) * AT_ONCE / passed_s, 1),
        late_ms=round(1000 * late[int(0.95 * len(late))], 1),
        answer_ms=round(1000 * statistics.median(answers), 1) if answers else None,
        answer_95_ms=round(1000 * answers[int(0.95 * len(answers))], 1) if answers else None,
        caught_up_s=round(caught_up_s, 1),
        cores=round(cores, 3),
        percent_per_viewer=round(100 * (cores - idle) / viewers, 3),
        megabytes=round(grown_mb / viewers, 2),
        dropped=dict(Counter(viewer.ended for viewer in crowd if viewer.ended)),
        counts=(sum(viewer.count == expected for viewer in crowd[:coached]), coached),
    )


def processor_s(process: int) -> float:
    """Processor time of a process so far, user's and system's (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> float:
    """Resident memory of a process (Linux)."""
    found = re.search(r"^VmRSS:\s+(\d+)", Path(f"/proc/{process}/status").read_text(), re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def main() -> int:
    """Run the command line; 0 if no connection was lost and all counts are right."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, help="video of one person who exercises, or its saved result (.npz)")
    parser.add_argument("--exercise", default="squat", help="default: %(default)s")
    parser.add_argument("--viewers", type=int, default=200, metavar="N", help="default: %(default)s")
    parser.add_argument("--coached", type=int, nargs="+", default=[0, 20, 50], metavar="N", help="of them, in turn")
    parser.add_argument("--seconds", type=float, default=40, metavar="S", help="of each load; default: %(default)s")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to a file")
    args = parser.parse_args()
    is_saved = args.clip.suffix == ".npz"
    sequence = load_sequence(args.clip).sequence if is_saved else estimate_video(args.clip, PoseOptions())
    loads = []
    for coached in args.coached:
        with server(PAGE) as (url, process):  # a new one each time, whose memory begins anew
            way = load(url.replace("http", "ws"), process, sequence, args.exercise, args.viewers, coached, args.seconds)
            loads.append(asyncio.run(way))
        print(json.dumps(asdict(loads[-1])), flush=True)
    if args.json:
        args.json.write_text(json.dumps([asdict(each) for each in loads], indent=2) + "\n", encoding="utf-8")
    return 0 if all(not each.dropped and each.counts[0] == each.counts[1] for each in loads) else 1


if __name__ == "__main__":
    sys.exit(main())
