"""Measure video processing, compared with MediaPipe and the usual loop around it. See README.md here."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from importlib.metadata import version
from itertools import islice
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import av
import cv2
import numpy as np
from tqdm import tqdm

from posecore.errors import PosecoreError
from posecore.estimation.engines import open_stream_estimator
from posecore.estimation.networks import load_openvino
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import SPORTS2D, sample_clip
from posecore.media.video_file import open_container
from posecore.pipeline import estimate_video
from posecore.poses import FramePoses
from posecore.runs.annotation import Annotator, color_by
from posecore.runs.progress import Progress
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import usable_cores

THEIRS, OURS = PoseOptions(engine="mediapipe"), PoseOptions(engine="fast")  # both with the full model
ON_ONE_THREAD = PoseOptions(engine="fast", threads=1)
LEAST_RATIO = {("c ours, video", "b usual way"): 2.5, ("c ours, video", "a bare"): 1.15, ("d ours", "a bare"): 1.9}
STAGES = {"c ours, video": ("decode", "estimate", "draw", "encode"), "d ours": ("decode", "estimate")}
LOOPS = (1, 4, 16)  # repetitions of the video for --growth
LONG_SIZE, LONG_FPS = (1920, 1080), 30  # of the video for --memory
MOST_HELD = 600  # frames in memory at once; 6 MB each in full HD

LINE = "{what:<38}{value:>9.2f} {unit:<9} {by_round:<20} {to_reach:<8} {reached}"

Values = dict[str, float]  # results of one measurement
Row = dict[str, Any]  # a line of the table


def measure_bare(clip: Path, _: Path) -> Values:
    """Measure only MediaPipe, on frames that are already in memory."""
    with open_clip(clip) as reader:
        frames = [(frame.rgb, frame.time_s) for frame in islice(reader, MOST_HELD)]
    with closing(open_stream_estimator(THEIRS)) as estimator:
        start = time.perf_counter()
        seen = [len(estimator.step(*frame)) > 0 for frame in frames]
        return _pace(start, seen)


def measure_usual_way(clip: Path, folder: Path) -> Values:
    """Read, estimate, draw and write, one after the other, with OpenCV for everything but estimating."""
    with closing(open_stream_estimator(THEIRS)) as estimator:
        start = time.perf_counter()
        seen: list[bool] = []
        capture = cv2.VideoCapture(str(clip))
        fps, *size = (capture.get(of) for of in (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_WIDTH, cv2.CAP_PROP_FRAME_HEIGHT))
        film = cv2.VideoWriter(str(folder / "film.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), fps, [int(s) for s in size])
        if not film.isOpened():
            raise PosecoreError("OpenCV cannot read this video or write one like it.")
        while (read := capture.read())[0]:
            poses = estimator.step(cv2.cvtColor(read[1], cv2.COLOR_BGR2RGB), len(seen) / fps)
            _draw_plainly(read[1], poses)
            film.write(read[1])
            seen.append(len(poses) > 0)
        film.release()
        return _pace(start, seen)


def _draw_plainly(bgr: np.ndarray, poses: FramePoses) -> None:
    for points, shown in zip(poses.xy.round().astype(int).tolist(), poses.visibility >= 0.5, strict=True):
        for start, end in BLAZEPOSE_33.edges:
            if shown[start] and shown[end]:
                cv2.line(bgr, points[start], points[end], (255, 255, 255), 2)
        for landmark in np.flatnonzero(shown):
            cv2.circle(bgr, points[landmark], 4, (0, 0, 255), -1)


def measure_ours(clip: Path, folder: Path, *, film: bool) -> Values:
    """Measure one call of ``estimate_video``, after one of a few frames that loads the networks, as on a server."""
    annotated = folder / "film.mp4" if film else None
    estimate_video(clip, OURS, annotated=annotated, part=ClipOptions(end_s=0.1))
    start = time.perf_counter()
    poses = estimate_video(clip, OURS, annotated=annotated)
    pace = _pace(start, poses.seen.any(axis=1).tolist())
    return pace | ({"film_mb": (folder / "film.mp4").stat().st_size / 1e6} if film else {})


def _pace(start: float, seen: list[bool]) -> Values:
    return {"fps": len(seen) / (time.perf_counter() - start), "frames": len(seen), "with_a_person": sum(seen)}


def measure_stages(clip: Path, folder: Path) -> Values:
    """Measure processor time of each stage of ``estimate_video``, one after the other: milliseconds per frame.

    The process is bound to one core, so decoder, encoder and OpenCV start no threads.
    """
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    cv2.setNumThreads(1)
    spent: Counter[str] = Counter()

    def on(stage: str, call: Callable[..., Any], *arguments: Any) -> Any:
        start = time.process_time_ns()
        result = call(*arguments)
        spent[stage] += time.process_time_ns() - start
        return result

    with (
        closing(open_stream_estimator(ON_ONE_THREAD, counts=True)) as estimator,
        open_clip(clip, for_film=True) as reader,
    ):
        frames, info = iter(reader), reader.info
        annotator = Annotator(info.size, color_by(ON_ONE_THREAD))
        with FilmWriter(folder / "film.mp4", info.size, fps_hint=info.fps, colors=info.colors) as film:
            while frame := on("decode", next, frames, None):
                poses = on("estimate", estimator.step, frame.pixels, frame.time_s)
                yuv, patches = on("draw", annotator.draw, frame, poses)
                on("encode", film.write_yuv, yuv, frame.time_s, patches)
                count = frame.index + 1
    return {stage: nanoseconds / 1e6 / count for stage, nanoseconds in spent.items()}


def measure_memory(clip: Path, folder: Path) -> Values:
    """Measure the peak memory of ``estimate_video`` with an annotated video, and its growth per frame."""
    import resource  # not available on Windows

    resident = []  # MB, once per second of the video
    bar = tqdm(desc="memory, a long video", unit=" frames", leave=False)

    def sample(progress: Progress) -> None:
        bar.total = progress.total
        bar.update()
        if progress.frames % LONG_FPS == 0:
            pages = Path("/proc/self/statm").read_text().split()[1]
            resident.append(int(pages) * resource.getpagesize() / 1e6)

    with bar:
        estimate_video(clip, OURS, annotated=folder / "film.mp4", on_progress=sample)
    peak_kb = sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    size = len(resident) // 10  # samples per minute of ten minutes; the first minute is the start-up
    minutes = {f"minute {n + 1}": float(np.median(resident[n * size : (n + 1) * size])) for n in range(10)}
    growth_kb = (minutes["minute 10"] - minutes["minute 2"]) * 1e6 / 1024 / (8 * size * LONG_FPS)
    return {"peak_mb": peak_kb * 1024 / 1e6, "growth_kb": growth_kb} | minutes


MEASURES: dict[str, Callable[[Path, Path], Values]] = {
    "a bare": measure_bare,
    "b usual way": measure_usual_way,
    "c ours, video": partial(measure_ours, film=True),
    "d ours": partial(measure_ours, film=False),
    "stages": measure_stages,
    "memory": measure_memory,
}


def loop_clip(source: Path, target: Path, loops: int) -> Path:
    """Repeat a video without re-encoding, in the container given by the target's name."""
    with av.open(str(target), "w") as film:
        copy, start = None, 0
        for _ in range(loops):
            with open_container(source, source.name) as clip:
                stream, end = clip.streams.video[0], start
                copy = copy or film.add_stream_from_template(stream)
                for packet in clip.demux(stream):
                    if packet.pts is not None and packet.dts is not None:
                        packet.pts, packet.dts, packet.stream = packet.pts + start, packet.dts + start, copy
                        end = max(end, packet.pts + (packet.duration or 1))
                        film.mux(packet)
                start = end
    return target


def make_long_clip(source: Path, folder: Path, minutes: float) -> Path:
    """Repeat a video for some minutes, in H.264 at ``LONG_SIZE`` and ``LONG_FPS``."""
    once = folder / "once.mp4"
    with FilmWriter(once, LONG_SIZE, fps_hint=LONG_FPS) as film, open_clip(source) as reader:
        for frame in tqdm(reader, "making a long video", total=reader.info.frame_count, unit=" frames", leave=False):
            film.write(cv2.resize(frame.rgb, LONG_SIZE), frame.index / LONG_FPS)
    return loop_clip(once, folder / "long.mp4", loops=round(minutes * 60 * LONG_FPS / (frame.index + 1)) or 1)


def run(tasks: dict[str, tuple[str, Path]], rounds: int) -> dict[str, list[Values]]:
    """Run all tasks in each round and return their results; shows progress on stderr."""
    results: dict[str, list[Values]] = {name: [] for name in tasks}
    sizes = {name: clip.stat().st_size for name, (_, clip) in tasks.items()}  # a longer video takes longer
    form = "{percentage:.0f} % measured, {remaining} left; now: {desc}"
    with tqdm(total=rounds * sum(sizes.values()), bar_format=form, smoothing=0, leave=False) as bar:
        for name in list(tasks) * rounds:
            bar.set_description_str(name)
            results[name].append(in_own_process(*tasks[name]))
            bar.update(sizes[name])
    return results


def in_own_process(what: str, clip: Path, stderr: int | None = subprocess.PIPE) -> Values:
    """Run one measurement in its own process. Results come in a file because native libraries write to stdout."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, "--measure", what, folder, "--", str(clip)]
        done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=stderr, text=True, errors="replace")
        if done.returncode != 0:
            last_words = "\n".join((done.stderr or "").splitlines()[-5:])
            raise PosecoreError(f"This measurement failed: {what}.\n{last_words}")
        return json.loads(Path(folder, "result.json").read_text(encoding="utf-8"))


def tabulate(results: dict[str, list[Values]], most_film_mb: float | None) -> Iterator[Row]:
    """The lines of the table."""
    values = {name: {key: np.array([r[key] for r in rounds]) for key in rounds[0]} for name, rounds in results.items()}
    fps = {name: of["fps"] for name, of in values.items() if "fps" in of}
    yield from (row(name, "frames/s", rounds) for name, rounds in fps.items())
    for (ours, theirs), least in LEAST_RATIO.items():
        yield row(f"{ours} : {theirs}", "times", fps[ours] / fps[theirs], least=least)
    yield row("video of c", "MB", values["c ours, video"]["film_mb"], most=most_film_mb)
    yield from (row(f"{stage}, processor time a frame", "ms", ms) for stage, ms in values["stages"].items())
    for name, stages in STAGES.items():
        limit = 1000 * usable_cores() / sum(values["stages"][stage] for stage in stages)
        yield row(f"limit of {name[0]}", "frames/s", limit)
        yield row(f"{name[0]} of its limit", "%", 100 * fps[name] / limit, least=85)
        if looped := [np.median(fps[other]) for other in fps if other.startswith(f"{name} x")]:
            deviation = 100 * abs(looped / np.median(looped) - 1).max()
            yield row(f"{name[0]}, largest deviation by length", "%", [deviation], most=10)
    if memory := values.get("memory"):
        yield row("memory of c, at most", "MB", memory["peak_mb"], most=1200)
        yield row("memory of c, growth a frame", "KB", memory["growth_kb"], most=1)


def row(what: str, unit: str, rounds: Any, *, least: float | None = None, most: float | None = None) -> Row:
    """The median of the rounds, and whether it is at least ``least`` or at most ``most``."""
    value, by_round = float(np.median(rounds)), f"{min(rounds):.2f} to {max(rounds):.2f}"
    goal = f">= {least}" if least else f"<= {most}" if most else ""
    reached = ("yes" if (least or 0) <= value <= (most or np.inf) else "no") if goal else ""
    return {"what": what, "value": value, "unit": unit, "by_round": by_round, "to_reach": goal, "reached": reached}


def compare(args: argparse.Namespace) -> None:
    """Measure everything, print the table, write the JSON."""
    if args.memory and sys.platform != "linux":
        raise PosecoreError("--memory needs Linux: it reads /proc.")
    clip, rounds = args.clip or sample_clip().path, max(1, args.rounds)
    tasks = {what: (what, clip) for what in MEASURES if what != "memory"}
    with tempfile.TemporaryDirectory() as folder, open_clip(clip):  # opened here to report errors at once
        for loops in LOOPS if args.growth else ():
            looped = loop_clip(clip, Path(folder, f"{loops}{clip.suffix}"), loops)
            tasks |= {f"{what} x {loops}": (what, looped) for what in STAGES}
        results = run(tasks, rounds)
        if args.memory:
            results["memory"] = [in_own_process("memory", make_long_clip(clip, Path(folder), args.minutes), None)]
    about = {
        "processor": load_openvino().get_property("CPU", "FULL_DEVICE_NAME").strip(),
        "cores": usable_cores(),
        "versions": {name: version(name) for name in ("openvino", "mediapipe", "opencv-python", "av", "numpy")},
        "input": f"{clip.name}, {rounds} round(s)",
    }
    rows = list(tabulate(results, 8 if clip.name == SPORTS2D.name else None))
    print(*(f"{name}: {value}" for name, value in about.items()), "", sep="\n")
    print(*(LINE.format(**line).rstrip() for line in rows), sep="\n")
    if args.json:
        args.json.write_text(json.dumps(about | {"table": rows, "rounds": results}, indent=2) + "\n", encoding="utf-8")


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("clip", type=Path, nargs="?", metavar="CLIP", help="default: the sample video")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="at least 1; default: 3")
    parser.add_argument("--growth", action="store_true", help="also with the video 4 and 16 times as long")
    parser.add_argument(
        "--memory", action="store_true", help="also the memory that a video of 10 minutes takes (Linux)"
    )
    parser.add_argument("--minutes", type=float, default=10.0, help=argparse.SUPPRESS)  # of the video for --memory
    parser.add_argument("--measure", nargs=2, help=argparse.SUPPRESS)  # task and folder: see in_own_process
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    try:
        if args.measure:
            values = MEASURES[args.measure[0]](args.clip, Path(args.measure[1]))
            Path(args.measure[1], "result.json").write_text(json.dumps(values), encoding="utf-8")
        else:
            compare(args)
    except KeyboardInterrupt:
        sys.exit(130)
    except (PosecoreError, OSError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
