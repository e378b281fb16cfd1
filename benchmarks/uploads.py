"""Give each door of the app thousands of harmful files: each must give a result or one sentence. See README.md here."""

import argparse
import json
import multiprocessing
import os
import random
import re
import sys
import tempfile
import time
import traceback
from collections import Counter
from multiprocessing.connection import Connection
from pathlib import Path
from typing import NamedTuple

# Makes the script runnable from any folder, testing the code next to it; pages.py here is not the pages.
sys.path.pop(0)
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

from benchmarks.hostile.doors import DOORS, damaged
from benchmarks.hostile.values import MARKER, name
from posecore.errors import PosecoreError

RESULT, SENTENCE = "result", "sentence"
MOST_S = 20
"""Of a processor, for one upload."""
MOST_MB = 1_500
"""Of memory, beyond what the process has before."""
_LONGEST_SENTENCE = 1_000
_LONGEST_NAME_BYTES = 200  # of a file on the disk
_TICKS = os.sysconf("SC_CLK_TCK")


class Outcome(NamedTuple):
    """What became of one upload."""

    kind: str
    how: str
    what: str
    text: str
    cpu_s: float


def _attend(pipe: Connection) -> None:
    """Read uploads in a process of its own, until none comes."""
    import resource

    with open("/proc/self/statm") as file:
        before = int(file.read().split()[5]) * os.sysconf("SC_PAGE_SIZE")
    resource.setrlimit(resource.RLIMIT_DATA, (before + MOST_MB * 1_000_000,) * 2)
    while (given := pipe.recv()) is not None:
        pipe.send(_outcome(*given))


def _outcome(kind: str, how: str, path: Path) -> Outcome:
    began = time.process_time()
    try:
        DOORS[kind].read(path)
        what, text = RESULT, ""
    except PosecoreError as error:
        text = str(error)
        what = _of_sentence(text)
    except BaseException as error:  # noqa: BLE001 - finding these is the purpose
        what, text = type(error).__name__, traceback.format_exc(limit=-6)
    return Outcome(kind, how, what, text, time.process_time() - began)


def _of_sentence(text: str) -> str:
    if "Traceback" in text:
        return "a traceback"
    if any(ord(letter) < 32 for letter in text):
        return "control characters"
    return "a long text" if len(text) > _LONGEST_SENTENCE else SENTENCE


class _Reader:
    """The process that reads, and is replaced if it hangs or crashes."""

    def __init__(self) -> None:
        context = multiprocessing.get_context("spawn")
        self._pipe, other = context.Pipe()
        self._process = context.Process(target=_attend, args=(other,), daemon=True)
        self._process.start()
        other.close()

    def try_one(self, kind: str, how: str, path: Path) -> Outcome:
        """Let it read a file; afterwards ``is_there`` says whether it can read another."""
        began = self._cpu_s()
        self._pipe.send((kind, how, path))
        while not self._pipe.poll(1):
            if self._cpu_s() - began > MOST_S:
                self.end()
                return Outcome(kind, how, "hang", "", MOST_S)
        try:
            return self._pipe.recv()
        except EOFError:
            self._process.join()
            return Outcome(kind, how, f"crash {self._process.exitcode}", "", 0)

    @property
    def is_there(self) -> bool:
        """Whether it runs."""
        return self._process.is_alive()

    def end(self) -> None:
        """End it."""
        self._process.kill()
        self._process.join()

    def peak_mb(self) -> int:
        """Most memory that it had."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(re.search(r"VmHWM:\s+(\d+)", status)[1]) // 1000  # type: ignore[index]

    def _cpu_s(self) -> float:
        try:
            fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            return 0.0
        return sum(map(int, fields[11:15])) / _TICKS


def try_all(numbers: range, seed: int, kinds: list[str], keep: Path | None = None) -> dict[str, object]:
    """Let files be read, of each kind its share, and count what becomes of them."""
    shares = [DOORS[kind].share for kind in kinds]
    outcomes: dict[str, Counter[str]] = {kind: Counter() for kind in kinds}
    unexpected, slowest, peak_mb = [], ("", 0.0), 0
    reader = _Reader()
    with tempfile.TemporaryDirectory() as folder:
        for number in tqdm(numbers, unit=" files", leave=False):
            chance = random.Random(f"{seed} {number}")
            kind = kinds[number] if number < len(kinds) else chance.choices(kinds, shares)[0]
            how, data = damaged(kind, chance)
            path = Path(folder, _file_name(chance, kind))
            path.write_bytes(data)
            if not reader.is_there:
                reader = _Reader()
            outcome = reader.try_one(kind, how, path)
            outcomes[kind][outcome.what] += 1
            if outcome.cpu_s > slowest[1]:
                slowest = f"{number} {kind} {how}", outcome.cpu_s
            if outcome.what not in (RESULT, SENTENCE):
                unexpected.append(f"{number} {kind} {how}: {outcome.what}: {outcome.text[-900:]}")
                tqdm.write(unexpected[-1], file=sys.stderr)
                if keep is not None:
                    Path(keep, f"{number}-{how}-{kind}").write_bytes(data)
            path.unlink()
        left = [path.name for path in Path(folder).iterdir()]
    if reader.is_there:
        peak_mb = reader.peak_mb()
        reader.end()
    return {
        "outcomes": {kind: dict(counted) for kind, counted in outcomes.items()},
        "unexpected": unexpected,
        "files_left": left,
        "obeyed": MARKER.exists(),
        "slowest": slowest,
        "peak_mb": peak_mb,
    }


def _file_name(chance: random.Random, kind: str) -> str:
    """A name as a visitor may choose it, as far as a disk can have it; uploads of the app need not."""
    suffix = kind[kind.index(".") :]
    stem = name(chance, "").replace("/", "_").replace("\0", "_").replace("\n", "_").encode(errors="ignore")
    stem = stem[:_LONGEST_NAME_BYTES].decode(errors="ignore")
    return f"{stem}{suffix}"


def main() -> int:
    """Run the command line; 0 if every file gave a result or a sentence and nothing was left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, metavar="N", help="default: %(default)s")
    parser.add_argument("--first", type=int, default=0, metavar="N", help="begin at this one, to try them in parts")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    parser.add_argument("--kinds", nargs="+", choices=list(DOORS), default=list(DOORS), metavar="KIND")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the files that gave neither there")
    args = parser.parse_args()
    found = try_all(range(args.first, args.first + args.count), args.seed, args.kinds, args.keep)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 1 if found["unexpected"] or found["files_left"] or found["obeyed"] else 0


if __name__ == "__main__":
    sys.exit(main())
