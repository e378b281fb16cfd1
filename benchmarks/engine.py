"""Compare the speed of the two engines in one run. README.md in this folder explains the output."""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from importlib import import_module
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any, Literal

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
from tqdm import tqdm

from posecore.errors import InvalidOption, ModelNotFound, ModelNotVerified, PosecoreError
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose
from posecore.estimation.blazepose.networks import load_networks
from posecore.estimation.engines import open_picture_estimator, open_stream_estimator
from posecore.estimation.models import find_model
from posecore.estimation.networks import load_openvino
from posecore.estimation.pose_options import PoseOptions
from posecore.estimation.regions import Region
from posecore.media.clips import open_clip
from posecore.media.pictures import decode_picture
from posecore.media.samples import sample_clip, sample_picture
from posecore.system import usable_cores

MODELS = ("lite", "full", "heavy")
PEOPLE = (1, 2, 4, 8)
LEAST_RATIO = {("stream", 1): 1.5, ("stream", 2): 2.0, ("pictures", 1): 1.8, ("pictures", 2): 1.8}  # on 1, 2 threads
MOST_S_TO_START = 0.5
MOST_MS_A_PERSON = {"full": 14.0}
WARM_UP = 10  # calls before the clock starts
REPEATS = 30  # timed calls if the same photo is estimated repeatedly
COLUMNS = ("what", "model", "case", "mediapipe", "fast", "unit", "ratio", "by_round", "to_reach", "reached")


@dataclass(frozen=True)
class Task:
    """One measurement, made in its own process."""

    what: str  # a key of MEASURES
    model: str
    bundle: str  # the model's file
    engine: Literal["fast", "mediapipe"]
    frames: int  # timed frames of the video
    source: str = ""  # video or photo, if one is needed
    threads: int | None = None  # None: MediaPipe with its defaults

    @property
    def options(self) -> PoseOptions:
        """The options for the estimator."""
        return PoseOptions(model=Path(self.bundle), engine=self.engine, threads=self.threads)

    def __str__(self) -> str:
        return f"{self.what}, {self.model}, {self.engine}" + (f" on {self.threads}" if self.threads else "")


Values = dict[str, float]  # results of one measurement
Results = dict[Task, list[Values]]  # round by round
Row = dict[str, Any]  # a line of the table, an entry of the JSON


def measure_stream(task: Task) -> Values:
    """Time the stream estimator on a video's frames, decoded beforehand."""
    with open_clip(task.source) as clip:
        frames = [(frame.rgb, frame.time_s) for frame in islice(clip, WARM_UP + task.frames)]
    with closing(open_stream_estimator(task.options)) as estimator:
        return _clock(lambda frame: estimator.step(*frame), frames)


def measure_pictures(task: Task) -> Values:
    """Time the photo estimator on one photo, repeatedly."""
    rgb = decode_picture(task.source)
    with closing(open_picture_estimator(task.options)) as estimator:
        return _clock(estimator.estimate, [rgb] * (WARM_UP + REPEATS))


def measure_start(task: Task) -> Values:
    """Measure the seconds for importing the engine's library, and from then until its networks are ready."""
    start = time.perf_counter()
    if task.engine == "fast":
        load_openvino()
    else:
        import_module("mediapipe.tasks.python.vision")
    imported = time.perf_counter()
    if task.threads:
        load_networks(Path(task.bundle), task.threads)
    else:
        open_picture_estimator(task.options)
    return {"import_s": imported - start, "load_s": time.perf_counter() - imported}


def measure_people(task: Task) -> Values:
    """Measure milliseconds per person: one pass over several regions of a photo, divided by their number."""
    rgb, blazepose = decode_picture(task.source), BlazePose(task.options)
    first = [*blazepose.detect(rgb), Region.whole(rgb.shape[1], rgb.shape[0])][0]
    everybody = [replace(first, x=first.x + 8 * index) for index in range(max(PEOPLE))]  # no two crops are the same

    def read(regions: list[Region]) -> list[RegionPose]:
        return [blazepose.landmarks(rgb, region) for region in regions]

    return {f"ms_{n}": _clock(read, [everybody[:n]] * (WARM_UP + REPEATS))["ms"] / n for n in PEOPLE}


MEASURES: dict[str, Callable[[Task], Values]] = {
    "stream": measure_stream,
    "pictures": measure_pictures,
    "first start": measure_start,
    "later start": measure_start,
    "people": measure_people,
}


def _clock(call: Callable[[Any], Any], arguments: Sequence[Any]) -> Values:
    """Mean milliseconds per call, and the number of calls that found a person, both without the warm-up."""
    if len(arguments) <= WARM_UP:
        raise InvalidOption(f"Expected a video of more than {WARM_UP} frames, but got {len(arguments)}.")
    for argument in arguments[:WARM_UP]:
        call(argument)
    start = time.perf_counter()
    poses = [call(argument) for argument in arguments[WARM_UP:]]
    ms = 1000 * (time.perf_counter() - start) / len(poses)
    return {"ms": ms, "calls": len(poses), "with_a_person": sum(len(found) > 0 for found in poses)}


def plan_round(bundles: dict[str, Path], clip: str, picture: str, frames: int) -> Iterator[Task]:
    """The measurements of one round; those to be compared follow each other."""
    for model, bundle in bundles.items():
        task = partial(Task, model=model, bundle=str(bundle), frames=frames)
        for what, source in (("stream", clip), ("pictures", picture)):
            yield task(what, engine="mediapipe", source=source)
            yield task(what, engine="fast", threads=1, source=source)
            yield task(what, engine="fast", threads=2, source=source)
        yield task("later start", engine="mediapipe")
        yield task("first start", engine="fast", threads=1)
        yield task("later start", engine="fast", threads=1)
        yield task("people", engine="fast", threads=1, source=picture)


def run(tasks: list[Task], rounds: int) -> Results:
    """Run all tasks and return their results; shows progress on stderr."""
    results: Results = {task: [] for task in tasks}
    form = "{n_fmt} of {total_fmt} measured, {remaining} left; now: {desc}"
    with tqdm(total=rounds * len(tasks), bar_format=form, smoothing=0, leave=False) as bar:
        for _ in range(rounds):
            with tempfile.TemporaryDirectory() as folder:  # an empty cache, so that each round has a first start
                for task in tasks:
                    bar.set_description_str(str(task))
                    results[task].append(_in_own_process(task, Path(folder)))
                    bar.update()
    return results


def _in_own_process(task: Task, folder: Path) -> Values:
    """Run a task in its own process. Results come in a file because native libraries write to stdout and stderr."""
    starts = task.what.endswith("start") and task.engine == "fast"
    environment = os.environ | ({"XDG_CACHE_HOME": str(folder / task.model)} if starts else {})
    result = folder / "result.json"
    command = [sys.executable, __file__, "--measure", json.dumps(asdict(task)), str(result)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        last_words = "\n".join(done.stderr.splitlines()[-5:])
        raise PosecoreError(f"This measurement failed: {task}.\n{last_words}")
    return json.loads(result.read_text(encoding="utf-8"))


def measure(task: Task, result: Path) -> None:
    """Make one measurement; runs in the measurement's own process."""
    if task.threads:
        cv2.setNumThreads(task.threads)
    result.write_text(json.dumps(MEASURES[task.what](task)), encoding="utf-8")


def tabulate(results: Results) -> Iterator[Row]:
    """The lines of the table, model by model."""
    for model in dict.fromkeys(task.model for task in results):
        of = partial(_by_engine, results, model)
        for (what, threads), goal in LEAST_RATIO.items():
            row = _row(what, model, f"fast on {threads} thread(s)", "ms", of(what, threads, "ms"), least_ratio=goal)
            yield row | {"with_a_person": of(what, threads, "with_a_person"), "calls": of(what, threads, "calls")}
        yield _row("start-up", model, "import", "s", of("later start", 1, "import_s"))
        yield _row("start-up", model, "first ever", "s", of("first start", 1, "load_s"))
        yield _row("start-up", model, "cached", "s", of("later start", 1, "load_s"), most=MOST_S_TO_START)
        for count in PEOPLE:
            times, most = of("people", 1, f"ms_{count}"), MOST_MS_A_PERSON.get(model)
            yield _row("a person", model, f"of {count}, 1 thread", "ms", times, most=most)


def _by_engine(results: Results, model: str, what: str, threads: int, key: str) -> dict[str, list[float]]:
    """One value of each engine that was measured, round by round; MediaPipe chooses its own number of threads."""
    return {
        task.engine: [values[key] for values in rounds]
        for task, rounds in results.items()
        if (task.what, task.model) == (what, model) and task.threads in (None, threads)
    }


def _row(what: str, model: str, case: str, unit: str, rounds: dict[str, list[float]], **goal: float | None) -> Row:
    """Medians, and their ratio if there are two; the goal is a ``least_ratio`` or the ``most`` time."""
    row: Row = {"what": what, "model": model, "case": case, "unit": unit, "rounds": rounds}
    row |= {engine: statistics.median(times) for engine, times in rounds.items()}
    if "mediapipe" in rounds:
        ratios = [theirs / ours for theirs, ours in zip(rounds["mediapipe"], rounds["fast"], strict=True)]
        row |= {"ratio": row["mediapipe"] / row["fast"], "ratios": ratios}
        row["by_round"] = f"{min(ratios):.2f} to {max(ratios):.2f}"
    if least := goal.get("least_ratio"):
        row |= {"to_reach": f">= {least} x", "reached": row["ratio"] >= least}
    if most := goal.get("most"):
        row |= {"to_reach": f"<= {most} {unit}", "reached": row["fast"] <= most}
    return row


def render(rows: list[Row]) -> str:
    """Format the table as text."""
    values = [[row.get(column, "") for column in COLUMNS] for row in rows]
    texts = [[f"{value:.2f}" if isinstance(value, float) else str(value) for value in line] for line in values]
    lines = [[column.replace("_", " ") for column in COLUMNS], *texts]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)


def describe(args: argparse.Namespace) -> dict[str, Any]:
    """Describe the machine, the versions and the input."""
    return {
        "processor": load_openvino().get_property("CPU", "FULL_DEVICE_NAME").strip(),
        "cores": usable_cores(),
        "platform": platform.platform(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in ("openvino", "mediapipe", "opencv-python", "numpy")},
        "input": f"{args.clip.name}, {args.frames} frames; {args.picture.name}; {args.rounds} rounds",
    }


def find_bundles(given: dict[str, Path | None]) -> dict[str, Path]:
    """The available bundles, at least one; prints a line on stderr for each missing one."""
    bundles = {}
    for model, path in given.items():
        try:
            bundles[model] = find_model(path or model)
        except (ModelNotFound, ModelNotVerified) as error:
            print(f"Skipped {model}: {' '.join(str(error).split())}", file=sys.stderr)
    if not bundles:
        raise ModelNotFound("There is no model to measure.")
    return bundles


def compare(args: argparse.Namespace) -> None:
    """Measure everything, print the table, write the JSON."""
    args.clip, args.picture = args.clip or sample_clip().path, args.picture or sample_picture().path
    bundles = find_bundles({model: getattr(args, model) for model in MODELS})
    results = run(list(plan_round(bundles, str(args.clip), str(args.picture), args.frames)), max(1, args.rounds))
    about, rows = describe(args), list(tabulate(results))
    print(*(f"{name}: {value}" for name, value in about.items()), "", render(rows), sep="\n")
    if args.json:
        args.json.write_text(json.dumps(about | {"rows": rows}, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    parser.add_argument("--clip", type=Path, metavar="FILE", help="for the stream; default: the sample video")
    parser.add_argument("--picture", type=Path, metavar="FILE", help="default: the sample photo")
    parser.add_argument("--frames", type=int, default=150, metavar="N", help="of the video; default: 150")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="at least 1; default: 3")
    for model in MODELS:
        parser.add_argument(f"--{model}", type=Path, metavar="FILE", help=f"bundle to measure as {model}")
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)  # task and result: see _in_own_process
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    try:
        if args.measure:
            measure(Task(**json.loads(args.measure[0])), Path(args.measure[1]))
        else:
            compare(args)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
        sys.exit(130)
    except (PosecoreError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
