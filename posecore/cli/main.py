"""The command line: ``python -m posecore image``, ``video`` and ``export``.

posecore's own modules are imported where they are used: ``--help`` is quick, and what an import may
complain of (a missing library, a limit that is no number) is told like any other error.
"""

import argparse
import json
import os
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn, get_args

from tqdm import tqdm

from posecore.cli.console import EXIT_BAD_INPUT, Report, complain, say, whole_outputs
from posecore.cli.export import add_export
from posecore.errors import InvalidOption, PosecoreError, UnreadableMedia, WorkerLost
from posecore.system import VERSION

if TYPE_CHECKING:
    from posecore.estimation.engines import EngineUsed
    from posecore.estimation.pose_options import PoseOptions
    from posecore.media.clip_options import ClipOptions
    from posecore.poses import PoseSequence

EXIT_NOT_WRITTEN = 1
EXIT_INTERRUPTED = 130

_EXAMPLES = """\
examples:
  python -m posecore image photo.jpg --out results
  python -m posecore image *.jpg --out results --people 3
  python -m posecore video walk.mp4 --out results
  python -m posecore video walk.mp4 --out results --no-film --json
  python -m posecore export results/walk.posecore.npz --to trc,angles,html
  python -m posecore export results/walk.posecore.npz --to all --smoothing butterworth --out walk.zip

exit codes: 0 all done; 1 the outputs could not be written; 2 a file or an option was not usable;
130 interrupted.
"""


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return its exit code."""
    signal.signal(signal.SIGTERM, _stop)
    try:
        args = _parser().parse_args(arguments)
        with _without_native_chatter(), _models_released():
            report = args.run(args)
    except KeyboardInterrupt:
        print("Interrupted. What was being written has been removed.", file=sys.stderr)
        return EXIT_INTERRUPTED
    except PosecoreError as error:
        complain(error)
        return EXIT_BAD_INPUT
    except OSError as error:
        complain(f"The outputs could not be written, and what was begun has been removed: {error}.")
        return EXIT_NOT_WRITTEN
    if args.json:
        print(json.dumps(asdict(report), ensure_ascii=False))
    return report.exit_code


@contextmanager
def _models_released() -> Iterator[None]:
    try:
        yield
    finally:
        if pipeline := sys.modules.get("posecore.pipeline"):  # else no model was loaded
            pipeline.release_models()


def run_image(args: argparse.Namespace) -> Report:
    """Estimate each picture and write its outputs; a picture that cannot be read does not stop the rest."""
    from posecore.export.table_file import to_csv
    from posecore.media.pictures import decode_picture, encode_png
    from posecore.pipeline import estimate_image
    from posecore.view.drawing import draw_poses

    options = _options(args)
    _check_stems(args.files)
    engine = _load_model(options)
    report = Report()
    for file in tqdm(args.files, unit="picture", disable=_bar_off(args.files)):
        try:
            rgb = decode_picture(file)
            poses = estimate_image(rgb, options)
            drawn = draw_poses(rgb, poses, background=args.background)
            with whole_outputs(args.out) as folder:
                (folder / f"{file.stem}.annotated.png").write_bytes(encode_png(drawn))
                (folder / f"{file.stem}.landmarks.csv").write_text(to_csv(poses), encoding="utf-8")
        except UnreadableMedia as error:
            report.add_failed(file, error)
            continue
        outputs = [args.out / f"{file.stem}.annotated.png", args.out / f"{file.stem}.landmarks.csv"]
        report.add_done(file, outputs, people=len(poses), size_px=list(poses.size), engine=engine.as_dict())
        if poses.left_out:
            complain(f"{file.name}: {_count(poses.left_out)} more in the picture. See them with a larger --people.")
        say(args, f"{file.name}: {_count(len(poses))}. Wrote {outputs[0]} and {outputs[1].name}")
    return report


def run_video(args: argparse.Namespace) -> Report:
    """Estimate one clip and write its film, table, manifest and saved result."""
    from posecore.export.json_file import write_manifest
    from posecore.export.saved import save_sequence
    from posecore.export.table_file import write_csv
    from posecore.media.files import file_sha256
    from posecore.runs.manifest import make_manifest
    from posecore.runs.pool import warm_up

    options, part = _options(args), _part(args)
    warm_up()  # a worker gets ready while the model is looked for here
    _load_model(options)
    stem = args.file.stem
    report = Report()
    with whole_outputs(args.out) as folder:
        start = time.monotonic()
        try:
            sequence, run = _estimate_clip(args, options, part, folder / f"{stem}.annotated.mp4")
            seconds = time.monotonic() - start
            run["source_sha256"] = file_sha256(args.file)
        except (UnreadableMedia, WorkerLost) as error:
            report.add_failed(args.file, error)
            return report
        manifest = make_manifest(sequence, options, source=args.file.name, seconds=seconds, part=part, **run)
        write_csv(sequence, folder / f"{stem}.landmarks.csv")
        write_manifest(sequence, folder / f"{stem}.manifest.json", facts=manifest)
        save_sequence(sequence, folder / f"{stem}.posecore.npz", facts=manifest)
        outputs = [args.out / path.name for path in sorted(folder.iterdir())]
    report.add_done(args.file, outputs, manifest=manifest)
    for note in manifest["notes"]:
        complain(note)
    seen, frames = manifest["frames_with_a_person"], manifest["frames"]
    pace = frames / manifest["seconds_taken"]
    say(args, f"{args.file.name}: a person in {seen} of {frames} frames, {pace:.0f} frames a second.")
    say(args, "Wrote " + ", ".join(str(path) for path in outputs))
    return report


def _estimate_clip(
    args: argparse.Namespace, options: "PoseOptions", part: "ClipOptions", film: Path
) -> "tuple[PoseSequence, dict[str, Any]]":
    """The people in a clip, its film unless none is wanted, and what the manifest says of the run."""
    from posecore.pipeline import Progress, estimate_video
    from posecore.runs.segments import usual_workers

    notes: list[str] = []
    run = {"workers": usual_workers() if args.workers is None else args.workers, "background": args.background}
    with tqdm(unit="frame", disable=None, leave=False) as bar:

        def show(progress: Progress) -> None:
            bar.total = progress.total
            bar.update(progress.frames - bar.n)

        sequence = estimate_video(
            args.file,
            options,
            part=part,
            annotated=None if args.no_film else film,
            on_progress=show,
            on_note=notes.append,
            **run,
        )
    return sequence, {**run, "notes": notes}


def _parser() -> argparse.ArgumentParser:
    parser = _OneLineParser(
        prog="python -m posecore",
        description="Find 33 body landmarks of people in pictures and clips.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"posecore {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="image | video | export", required=True)
    image = commands.add_parser(
        "image",
        help="pictures: draw the landmarks on them and write their tables",
        description="For each picture write STEM.annotated.png and STEM.landmarks.csv.",
    )
    image.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a picture (JPEG, PNG, WebP, HEIC, ...)")
    image.set_defaults(run=run_image)
    video = commands.add_parser(
        "video",
        help="a clip: write its film with the landmarks drawn, their table, a manifest and the saved result",
        description="Write STEM.annotated.mp4, STEM.landmarks.csv, STEM.manifest.json and STEM.posecore.npz, which "
        "opens again.",
    )
    video.add_argument("file", type=Path, metavar="FILE", help="a clip (MP4, MOV, WebM, AVI, MKV, ...)")
    video.add_argument("--no-film", action="store_true", help="write the numbers only, which is faster")
    _add_part(video)
    video.add_argument(
        "--no-smoothing",
        action="store_true",
        help="landmarks as the model gives them, to be smoothed later (see export --smoothing)",
    )
    video.set_defaults(run=run_video)
    for command in (image, video):
        _add_common(command)
    add_export(commands)
    return parser


def _add_common(command: argparse.ArgumentParser) -> None:
    from posecore.estimation.pose_options import EngineChoice, PoseOptions, SearchChoice
    from posecore.view.silhouettes import Background

    usual = PoseOptions()
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder to write to; made if missing")
    command.add_argument(
        "--model",
        default=usual.model,
        metavar="NAME|FILE",
        help="lite (fastest), full, heavy (most accurate), or the path of a .task file (default: %(default)s)",
    )
    command.add_argument(
        "--people",
        type=int,
        default=usual.people,
        metavar="N",
        help="most people to find (default: %(default)s)",
    )
    command.add_argument(
        "--search",
        choices=get_args(SearchChoice),
        default=usual.search,
        help="thorough finds people who are small or far away too, and takes longer (default: %(default)s)",
    )
    command.add_argument(
        "--object-detector",
        type=Path,
        metavar="FILE",
        help="for the thorough search: an object detection model of MediaPipe's, such as efficientdet_lite0.tflite",
    )
    command.add_argument(
        "--background",
        choices=get_args(Background),
        default="keep",
        help="behind the people: keep it, blur it, or make it plain (default: %(default)s)",
    )
    for name, meaning in (
        ("detection", "score from which a detected person counts"),
        ("presence", "score from which the landmarks of a person count"),
        ("tracking", "of several people: overlap from which one found anew is one already followed"),
    ):
        command.add_argument(
            f"--min-{name}", type=float, default=0.5, metavar="0..1", help=f"{meaning} (default: %(default)s)"
        )
    command.add_argument(
        "--engine",
        choices=get_args(EngineChoice),
        default=usual.engine,
        help="fast (OpenVINO), mediapipe (the reference), or auto: fast wherever it runs (default: %(default)s)",
    )
    command.add_argument(
        "--threads",
        type=int,
        metavar="N",
        help="threads of the fast engine (default: one for each core, at most four)",
    )
    command.add_argument("--json", action="store_true", help="print what was done as one JSON object")


def _add_part(command: argparse.ArgumentParser) -> None:
    from posecore.media.clip_options import ClipOptions, FilmQuality

    usual = ClipOptions()
    command.add_argument("--start", type=float, default=usual.start_s, metavar="S", help="begin at this second")
    command.add_argument("--end", type=float, metavar="S", help="end before this second")
    command.add_argument(
        "--every", type=int, default=usual.every, metavar="N", help="only each n-th frame (default: %(default)s)"
    )
    command.add_argument("--film-side", type=int, metavar="PX", help="longest side of the film (default: the clip's)")
    command.add_argument(
        "--film-quality",
        choices=get_args(FilmQuality),
        default=usual.film_quality,
        help="fast to make, or small as a file (default: %(default)s)",
    )
    command.add_argument(
        "--workers",
        type=int,
        metavar="N",
        help="processes for a long clip of one person, each with a stretch of it; 1: one ordered run "
        "(default: half the cores)",
    )


class _OneLineParser(argparse.ArgumentParser):
    """An argument parser whose complaint is one line."""

    def error(self, message: str) -> NoReturn:
        self.exit(EXIT_BAD_INPUT, f"{self.prog}: {message}. See {self.prog} --help\n")


def _options(args: argparse.Namespace) -> "PoseOptions":
    from posecore.estimation.pose_options import PoseOptions

    return PoseOptions(
        model=args.model,
        people=args.people,
        min_detection=args.min_detection,
        min_presence=args.min_presence,
        min_tracking=args.min_tracking,
        engine=args.engine,
        search=args.search,
        object_detector=args.object_detector,
        segmentation=args.background != "keep",
        smoothing=not getattr(args, "no_smoothing", False),
        threads=args.threads,
    )


def _part(args: argparse.Namespace) -> "ClipOptions":
    from posecore.media.clip_options import ClipOptions

    return ClipOptions(
        start_s=args.start,
        end_s=args.end,
        every=args.every,
        film_side=args.film_side,
        film_quality=args.film_quality,
    )


def _check_stems(files: list[Path]) -> None:
    """Refuse pictures whose outputs would overwrite each other."""
    seen: dict[str, Path] = {}
    for file in files:
        other = seen.setdefault(file.stem, file)
        if other is not file:
            raise InvalidOption(
                f"Expected file names that differ before the ending, but got {other} and {file}, which "
                f"would both write {file.stem}.annotated.png. Run them into two folders."
            )


def _load_model(options: "PoseOptions") -> "EngineUsed":
    """Find the model now, so that a download is seen and a missing one is told before anything is decoded."""
    from posecore.estimation.engines import find_engine
    from posecore.estimation.models import find_model

    with tqdm(desc="Model", unit="B", unit_scale=True, disable=None, leave=False, delay=0.5) as bar:

        def show(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        find_model(options.model, on_progress=show)
    engine = find_engine(options)
    if engine.instead_because:
        complain(f"{engine.library} does the work: the same numbers, about half as fast. {engine.instead_because}")
    return engine


@contextmanager
def _without_native_chatter() -> Iterator[None]:
    """Keep what native libraries print on descriptor 2 from the terminal; Python's own stderr still shows.

    MediaPipe logs its start-up there and offers no switch for it.
    """
    if not _has_descriptor(sys.stderr):
        yield
        return
    sys.stderr.flush()
    python_stderr, visible = sys.stderr, os.dup(2)
    with open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        with os.fdopen(os.dup(visible), "w", encoding=python_stderr.encoding, errors="backslashreplace") as stream:
            sys.stderr = stream
            yield
    finally:
        sys.stderr = python_stderr
        os.dup2(visible, 2)
        os.close(visible)


def _has_descriptor(stream: Any) -> bool:
    try:
        return bool(stream.fileno() == 2)
    except (AttributeError, OSError, ValueError):
        return False


def _stop(number: int, frame: object) -> NoReturn:
    # Raised as an exception, so that temporary files are removed on the way out.
    sys.exit(128 + number)


def _bar_off(files: list[Path]) -> bool | None:
    """No bar for a single picture; otherwise tqdm decides by whether there is a terminal."""
    return True if len(files) == 1 else None


def _count(people: int) -> str:
    return {0: "nobody found", 1: "1 person"}.get(people, f"{people} people")
