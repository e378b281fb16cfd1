"""What a batch costs beside the analysis: a plain loop, the local pool, and a Dask scheduler with two workers.

Each way is run twice, with few and with many clips, so that its start and each further clip can be told apart:

    python benchmarks/batch.py
    python benchmarks/batch.py --clips 16 --frames 150 --json batch.json

Processor time is that of all processes that take part, also those of the cluster. Wall time says something only on a
machine that does nothing else.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from distributed import Client

from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip
from posecore.system import VERSION

ROOT = Path(__file__).resolve().parent.parent
FEW = 4  # at least two for each worker, so that the start of both is in it
AT_ONCE = 2
# What docs/batch.md sets: Dask otherwise looks 100 times a second at what its workers do, for its dashboard.
CALM = {"DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False", "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s"}
_LOOP = """
import sys
from pathlib import Path
from posecore import PoseOptions, estimate_video
from posecore.export.saved import save_sequence
out = Path(sys.argv[1])
for clip in sorted(Path(sys.argv[2]).iterdir()):
    save_sequence(estimate_video(clip, PoseOptions(threads=1), workers=1), out / f"{clip.name}.posecore.npz")
"""


class Cost(NamedTuple):
    """Seconds: of all processors together, and by the clock."""

    processor_s: float
    wall_s: float


def main() -> None:
    """Run the benchmark and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--clips", type=int, default=10, help="number of clips (default: 10)")
    parser.add_argument("--frames", type=int, default=60, help="frames of each (default: 60)")
    parser.add_argument("--json", type=Path, help="also write the figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        few, many = (_write_clips(Path(folder, str(count)), count, options.frames) for count in (FEW, options.clips))
        found = {
            name: {"few": _cost_of(run, few)._asdict(), "many": _cost_of(run, many)._asdict()}
            for name, run in WAYS.items()
        }
    print(f"posecore {VERSION}: {FEW} and {options.clips} clips of {options.frames} frames, {AT_ONCE} at once\n")
    print(f"{'':24}{'start':>8}{'a clip':>9}  processor seconds{'a clip':>12}  seconds by the clock")
    more = options.clips - FEW
    for name, costs in found.items():
        each, each_wall = ((costs["many"][key] - costs["few"][key]) / more for key in Cost._fields)
        costs["each"] = {"processor_s": each, "wall_s": each_wall}
        print(f"{name:24}{costs['few']['processor_s'] - FEW * each:8.2f}{each:9.3f}{each_wall:31.3f}")
    pool, dask, loop = (found[name]["each"]["processor_s"] for name in ("pool", "dask", "loop"))
    print(f"\nA clip: pool / loop {pool / loop:.3f}, Dask / pool {dask / pool:.3f} of the processor time")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1))


def _write_clips(folder: Path, count: int, frames: int) -> Path:
    """Clips that differ, of 884 x 496 px, in which a person walks."""
    folder.mkdir(parents=True)
    with open_clip(sample_clip().path) as clip:
        pictures = [cv2.resize(frame.rgb, (884, 496), interpolation=cv2.INTER_AREA) for frame in islice(clip, 160)]
    for number in range(count):
        with FilmWriter(folder / f"{number:03}.mp4", (884, 496), fps_hint=30) as film:
            for index, rgb in enumerate(islice(cycle(pictures[number:]), frames)):
                film.write(rgb, index / 30)
    return folder


def _cost_of(run: Callable[[Path, Path], None], clips: Path) -> Cost:
    with tempfile.TemporaryDirectory() as out:
        before, begun = os.times(), time.monotonic()
        run(clips, Path(out))
        after = os.times()
        assert len(list(Path(out).rglob("*.posecore.npz"))) == len(list(clips.iterdir()))
    spent = after.children_user + after.children_system - before.children_user - before.children_system
    return Cost(spent, time.monotonic() - begun)


def _loop(clips: Path, out: Path) -> None:
    subprocess.run([sys.executable, "-c", _LOOP, out, clips], check=True, cwd=ROOT)


def _pool(clips: Path, out: Path) -> None:
    _batch(clips, out, "--workers", str(AT_ONCE))


def _dask(clips: Path, out: Path) -> None:
    with _cluster() as address:
        _batch(clips, out, "--dask", address)


def _batch(clips: Path, out: Path, *more: str) -> None:
    command = [sys.executable, "-m", "posecore", "batch", clips, "--out", out, "--threads", "1", *more]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)


@contextmanager
def _cluster() -> Iterator[str]:
    """A scheduler and its workers on this machine, by the lines of docs/batch.md; yields its address."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "scheduler.json")
        dask = [sys.executable, "-m", "dask"]
        at = ["--scheduler-file", str(file), "--host", "127.0.0.1", "--no-dashboard"]
        commands = [[*dask, "scheduler", *at, "--port", "0"]]
        commands += [[*dask, "worker", *at, "--nthreads", "1", "--no-nanny", "--local-directory", folder]] * AT_ONCE
        calm = os.environ | CALM
        started = [subprocess.Popen(command, cwd=ROOT, env=calm, stderr=subprocess.DEVNULL) for command in commands]
        try:
            while not file.exists():
                time.sleep(0.05)
            address = json.loads(file.read_text())["address"]
            with Client(address) as client:
                client.wait_for_workers(AT_ONCE, timeout=120)
            yield address
        finally:
            for process in reversed(started):
                process.terminate()
                process.wait()


WAYS = {"loop": _loop, "pool": _pool, "dask": _dask}

if __name__ == "__main__":
    main()
