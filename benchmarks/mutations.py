"""Run hundreds of damaged videos: each must give a result or a one-sentence error. See README.md here."""

import argparse
import json
import os
import random
import re
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

# Makes the script runnable from any folder, testing the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

from benchmarks.hostile import binary
from posecore.errors import PosecoreError
from posecore.pipeline import estimate_video
from posecore.runs import pool

_WAYS = {"flip": binary.flip, "cut": binary.cut, "splice": binary.splice, "blank": binary.blank}
NAMES = ("hevc.mp4", "vp9.webm", "mpeg4.avi")
RESULT, SENTENCE = "result", "sentence"


def mutations(sources: list[Path], count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """Damaged copies of the files, in turn: a name that describes the damage, and the bytes."""
    chance = random.Random(seed)
    for index in range(count):
        source = sources[index % len(sources)]
        how = chance.choice(list(_WAYS))
        yield f"{index:03}-{how}{source.suffix}", _WAYS[how](chance, source.read_bytes())


def outcome_of(clip: Path, film: Path) -> tuple[str, str]:
    """Process a video in a worker process; return one of the two allowed outcomes or a description, and the message."""
    try:
        sequence = estimate_video(clip, annotated=film, workers=1)
    except PosecoreError as error:
        text = str(error)
        return (SENTENCE if "\n" not in text and "Traceback" not in text else "more than a sentence"), text
    except Exception as error:  # noqa: BLE001 - finding these is the purpose
        return type(error).__name__, str(error)
    return (RESULT if film.stat().st_size and len(sequence) else "an empty result"), ""


def workers_alive() -> int:
    """Number of this process's workers that are still running (Linux; elsewhere 0)."""
    return sum(map(_is_own_worker, Path("/proc").glob("[0-9]*")))


def _is_own_worker(process: Path) -> bool:
    try:
        parent = int((process / "stat").read_text().rpartition(")")[2].split()[1])
        return parent == os.getpid() and b"posecore.runs.worker" in (process / "cmdline").read_bytes()
    except OSError:  # it has just ended
        return False


def try_all(sources: list[Path], count: int, seed: int) -> dict[str, object]:
    """Process all damaged videos and count the outcomes."""
    outcomes: Counter[str] = Counter()
    sentences: Counter[str] = Counter()
    unexpected, slowest_s = [], 0.0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for clip_name, data in tqdm(mutations(sources, count, seed), total=count, unit=" video", leave=False):
            clip = folder / clip_name
            clip.write_bytes(data)
            start = time.monotonic()
            outcome, text = outcome_of(clip, folder / "film.mp4")
            slowest_s = max(slowest_s, time.monotonic() - start)
            outcomes[outcome] += 1
            if outcome == SENTENCE:
                sentences[re.sub(r"[\d.,]+", "#", text.replace(clip_name, "CLIP"))] += 1
            elif outcome != RESULT:
                unexpected.append(f"{clip_name}: {outcome}: {text}")
            for path in (clip, folder / "film.mp4"):
                path.unlink(missing_ok=True)
        left = sorted(path.name for path in folder.iterdir())
    alive = workers_alive()
    pool.end_idle_workers()
    return {
        "outcomes": dict(outcomes),
        "sentences": dict(sentences.most_common()),
        "unexpected": unexpected,
        "files_left": left,
        "workers_at_the_end": alive,
        "workers_lost": workers_alive(),
        "slowest_s": round(slowest_s, 1),
    }


def main() -> int:
    """Run the command line; 0 if every video gave a result or a sentence and nothing was left behind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, metavar="DIR", help=f"where {', '.join(NAMES)} are")
    parser.add_argument("--count", type=int, default=200, metavar="N", help="default: %(default)s")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="default: %(default)s")
    args = parser.parse_args()
    found = try_all([args.folder / name for name in NAMES], args.count, args.seed)
    print(json.dumps(found, indent=2, ensure_ascii=False))
    return 1 if found["unexpected"] or found["files_left"] or found["workers_lost"] else 0


if __name__ == "__main__":
    sys.exit(main())
