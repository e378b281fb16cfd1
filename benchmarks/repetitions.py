"""Count repetitions in videos whose counts are known, beside counting with fixed thresholds. See README.md here."""

import argparse
import csv
import json
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from posecore import (
    ClipOptions,
    PoseOptions,
    PoseSequence,
    count_repetitions,
    estimate_video,
    load_sequence,
    save_sequence,
)
from posecore.motion.angles import measure_angle
from posecore.motion.exercises.declaration import Exercise
from posecore.motion.exercises.table import EXERCISES
from posecore.skeletons import BLAZEPOSE_33

TIMED_FRAMES, TIMED_FPS, TIMED_CALLS = 1800, 30.0, 30
OURS = "ours"


@dataclass(frozen=True)
class Clip:
    """One video and what was counted by eye: any number from ``least`` to ``most`` is exact."""

    path: Path
    exercise: str
    least: int
    most: int

    def off_by(self, count: int) -> int:
        """How many too many or too few."""
        return max(self.least - count, count - self.most, 0)


def fixed_thresholds(sequence: PoseSequence, exercise: str, low: float, high: float) -> int:
    """Count by one joint's included angle in the picture: below ``low`` and then above ``high``, as is usually done.

    The joint is the one that the exercise names first, on the side that is seen better.
    """
    declared = EXERCISES[exercise]
    joint = declared.joints[0] if isinstance(declared, Exercise) else "hip"
    sides = [f"{side}_{joint}" for side in ("left", "right")]
    seen = [np.nanmean(sequence.visibility[:, 0, BLAZEPOSE_33.index(side)]) for side in sides]
    angles = measure_angle(sequence, sides[int(np.argmax(seen))], space="picture", min_visibility=0)[:, 0]
    count, is_low = 0, False
    for angle in angles[np.isfinite(angles)].tolist():
        if angle < low:
            is_low = True
        elif angle > high and is_low:
            count, is_low = count + 1, False
    return count


WAYS: Mapping[str, Callable[[PoseSequence, str], int]] = {
    OURS: lambda sequence, exercise: count_repetitions(sequence, exercise).count,
    "auto": lambda sequence, _: count_repetitions(sequence).count,
    "any": lambda sequence, _: count_repetitions(sequence, "any").count,
    "90/145": lambda sequence, exercise: fixed_thresholds(sequence, exercise, 90, 145),
    "30/160": lambda sequence, exercise: fixed_thresholds(sequence, exercise, 30, 160),
}


def noisy(sequence: PoseSequence, metres: float) -> PoseSequence:
    """The same with jitter of this standard deviation in 3D, and as much in the picture."""
    numbers = np.random.default_rng(1)
    body = slice(BLAZEPOSE_33.index("left_shoulder"), None)
    seen = sequence.seen
    spread = [places[seen][:, body].std(axis=1).mean() for places in (sequence.xy, sequence.world[..., :2])]
    world = sequence.world + numbers.normal(0, metres, sequence.world.shape)
    xy = sequence.xy + numbers.normal(0, metres * spread[0] / spread[1], sequence.xy.shape)
    return replace(sequence, world=world, xy=xy)


def with_gaps(sequence: PoseSequence, seconds: float, share: float) -> PoseSequence:
    """The same with nobody seen for so long, at random, in this share of the time."""
    numbers = np.random.default_rng(1)
    times = sequence.times_s
    hidden = np.zeros(len(times), bool)
    for start in numbers.uniform(0, times[-1], int(share * times[-1] / seconds)):
        hidden |= (times >= start) & (times < start + seconds)
    arrays = {
        name: np.where(hidden.reshape(-1, *[1] * (array.ndim - 1)), np.nan, array)
        for name, array in sequence.arrays.items()
    }
    return replace(sequence, **arrays)


def faster(sequence: PoseSequence, factor: float) -> PoseSequence:
    """The same at another speed."""
    return replace(sequence, times_s=sequence.times_s / factor, fps=sequence.fps * factor)


def thinned(sequence: PoseSequence, fps: float) -> PoseSequence:
    """At most so many of its frames per second."""
    wanted = np.arange(0, sequence.times_s[-1], 1 / fps)
    return sequence.at(np.unique(np.searchsorted(sequence.times_s, wanted).clip(0, len(sequence) - 1)))


def mirrored(sequence: PoseSequence) -> PoseSequence:
    """As in a mirror: left and right exchanged, in the picture and in 3D."""
    other = list(BLAZEPOSE_33.mirror)
    arrays = {name: array[:, :, other] for name, array in sequence.arrays.items()}
    arrays["xy"] = arrays["xy"] * np.array([-1, 1]) + np.array([sequence.size[0], 0])
    arrays["world"] = arrays["world"] * np.array([-1, 1, 1])
    return replace(sequence, **arrays)


def rolled(sequence: PoseSequence, degrees: float) -> PoseSequence:
    """As a camera sees it that is not held level."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    turn = np.array([[cos, -sin], [sin, cos]])
    world = np.array(sequence.world)
    world[..., :2] = world[..., :2] @ turn.T
    return replace(sequence, world=world, xy=sequence.xy @ turn.T)


def approached(sequence: PoseSequence, share: float) -> PoseSequence:
    """As if the camera came nearer, until everything is larger by this share."""
    grown = 1 + share * (sequence.times_s / sequence.times_s[-1])
    return replace(sequence, xy=sequence.xy * grown[:, None, None, None])


CHANGES: Mapping[str, Callable[[PoseSequence], PoseSequence]] = {
    "jitter of 1 cm": lambda sequence: noisy(sequence, 0.01),
    "jitter of 3 cm": lambda sequence: noisy(sequence, 0.03),
    "gaps of 0.2 s in 10%": lambda sequence: with_gaps(sequence, 0.2, 0.1),
    "gaps of 0.4 s in 10%": lambda sequence: with_gaps(sequence, 0.4, 0.1),
    "half as fast": lambda sequence: faster(sequence, 0.5),
    "twice as fast": lambda sequence: faster(sequence, 2),
    "5 fps": lambda sequence: thinned(sequence, 5),
    "10 fps": lambda sequence: thinned(sequence, 10),
    "mirrored": mirrored,
    "camera rolled by 15°": lambda sequence: rolled(sequence, 15),
    "camera 50% nearer": lambda sequence: approached(sequence, 0.5),
}


def read_truth(path: Path) -> list[Clip]:
    """Rows of file, exercise and count, such as ``squats.mp4,squat,5``; several counts are right in ``5-6``."""
    clips = []
    with path.open(encoding="utf-8", newline="") as stream:
        for file, exercise, count in csv.reader(stream):
            least, _, most = count.partition("-")
            clips.append(Clip(path.parent / file, exercise, int(least), int(most or least)))
    return clips


def poses_of(clip: Clip, every: int, kept: Path | None) -> PoseSequence:
    """The poses of a video, kept in a folder for the next run if there is one."""
    saved = kept / f"{clip.path.stem}.{every}.npz" if kept else None
    if saved and saved.exists():
        return load_sequence(saved).sequence
    sequence = estimate_video(clip.path, PoseOptions(), part=ClipOptions(every=every))
    if saved:
        save_sequence(sequence, saved)
    return sequence


def milliseconds(sequence: PoseSequence, exercise: str) -> float:
    """Median time of a call for a minute at 30 frames per second: the sequence, repeated."""
    frames = np.arange(TIMED_FRAMES) % len(sequence)
    arrays = {name: array[frames] for name, array in sequence.arrays.items()}
    minute = replace(sequence, **arrays, times_s=np.arange(TIMED_FRAMES) / TIMED_FPS, fps=TIMED_FPS, cuts=[])
    taken = []
    for _ in range(TIMED_CALLS):
        start = time.perf_counter()
        count_repetitions(minute, exercise)
        taken.append(time.perf_counter() - start)
    return 1000 * float(np.median(taken))


def rates(off_by: list[int]) -> str:
    """Shares that are exact and within one."""
    return f"{np.mean(np.equal(off_by, 0)):>7.0%} exact {np.mean(np.less_equal(off_by, 1)):>6.0%} within one"


def main() -> None:
    """Print the counts of each video, the rates of each way, those of ours under changes, and the time of a call."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("truth", type=Path, help="CSV without a header: file, exercise, count")
    parser.add_argument("--every", type=int, default=1, help="use only every nth frame")
    parser.add_argument("--keep", type=Path, help="folder to keep the poses in for the next run")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    given = parser.parse_args()
    clips = read_truth(given.truth)
    if given.keep:
        given.keep.mkdir(parents=True, exist_ok=True)
    poses = [poses_of(clip, given.every, given.keep) for clip in tqdm(clips, unit="video")]

    print(f"{'video':<32}{'exercise':<16}{'truth':>6}" + "".join(f"{way:>8}" for way in WAYS))
    counts: dict[str, list[int]] = {way: [] for way in WAYS}
    for clip, sequence in zip(clips, poses, strict=True):
        for way, count in WAYS.items():
            counts[way].append(count(sequence, clip.exercise))
        truth = f"{clip.least}" if clip.least == clip.most else f"{clip.least}-{clip.most}"
        row = "".join(f"{counts[way][-1]:>8}" for way in WAYS)
        print(f"{clip.path.stem[:31]:<32}{clip.exercise:<16}{truth:>6}{row}")
    off = {way: [clip.off_by(count) for clip, count in zip(clips, counts[way], strict=True)] for way in WAYS}
    print()
    for way in WAYS:
        print(f"{way:<24}{rates(off[way])}")
    print()
    changed = {}
    for name, change in CHANGES.items():
        found = [WAYS[OURS](change(each), clip.exercise) for clip, each in zip(clips, poses, strict=True)]
        changed[name] = [clip.off_by(count) for clip, count in zip(clips, found, strict=True)]
        print(f"{OURS}, {name:<24}{rates(changed[name])}")
    print()
    times = {exercise: milliseconds(poses[0], exercise) for exercise in (clips[0].exercise, "auto")}
    for exercise, taken in times.items():
        print(f"a minute at 30 fps, {exercise}: {taken:.1f} ms")
    if given.json:
        rows = [{**asdict(clip), "path": str(clip.path)} for clip in clips]
        given.json.write_text(json.dumps({"videos": rows, "counts": counts, "off_by": changed, "ms": times}, indent=1))


if __name__ == "__main__":
    main()
