"""``posecore batch``: many videos, each analysed once, as one data set and one summary."""

import threading
from collections.abc import Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from posecore.cli import options
from posecore.cli.console import EXIT_INTERRUPTED, NotWritten, Report, complain, load_model, progress_bar
from posecore.errors import InvalidOption, WorkerLost, one_line
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions, FilmQuality
from posecore.system import VERSION

if TYPE_CHECKING:
    from posecore.batch.run import Process
    from posecore.batch.summary import Summary
    from posecore.batch.task import ClipTask, Outcome

# With a cluster, whose size may change: enough that no worker waits for the next one.
_AT_ONCE_IN_A_CLUSTER = 1_000
_SECONDS_TO_CONNECT = 10


@dataclass
class _Count:
    done: int = 0
    skipped: int = 0
    failed: int = 0

    def __str__(self) -> str:
        return f"{self.done} done, {self.skipped} skipped, {self.failed} failed"


@click.command()
@click.argument("given", metavar="FOLDER|LIST|URL")
@click.option("--out", required=True, metavar="DIR|URL", help="Folder to write to; created if it does not exist.")
@click.option("--workers", type=int, metavar="N", help="Videos at once.  [default: one for every two cores]")
@click.option("--dask", metavar="ADDRESS", help="Use the workers of this Dask scheduler, such as tcp://host:8786.")
@click.option("--again", is_flag=True, help="Also analyse videos whose results are there.")
@click.option("--film", is_flag=True, help="Also write annotated videos, which takes longer.")
@options.film_side
@options.film_quality
@click.option("--exercise", metavar="NAME", help="Count the repetitions of this exercise, as the reps command does.")
@options.part
@options.no_smoothing
@options.fit
@options.height
@options.estimation
@options.as_json
def batch(
    given: str,
    out: str,
    workers: int | None,
    dask: str | None,
    again: bool,
    film: bool,
    film_side: int | None,
    film_quality: FilmQuality,
    exercise: str | None,
    start_s: float,
    end_s: float | None,
    every: int,
    no_smoothing: bool,
    body: str | None,
    field_of_view_deg: float | None,
    heights: options.GivenHeights | None,
    as_json: bool,
    **estimation: Any,
) -> int:
    """Analyse all videos in a folder (and its folders), in a list (a text file with a path or URL a line), or of a URL.

    Writes clips/CLIP/ and landmarks/clip=CLIP/ for each, and summary.csv and summary.parquet. A video whose result is
    there is skipped, one that cannot be used does not stop the rest, and the same command goes on with a run that was
    stopped or killed.
    """
    from posecore.batch.analysis import Analysis
    from posecore.batch.listing import list_sources
    from posecore.batch.storage import absolute, make_folder
    from posecore.batch.summary import Summary
    from posecore.batch.task import ClipTask
    from posecore.motion.exercises.choosing import check_exercise
    from posecore.system import usable_cores

    fitted = options.fitted(body, field_of_view_deg)
    analysis = Analysis(
        PoseOptions(**estimation, smoothing=not no_smoothing and fitted is None),
        ClipOptions(start_s, end_s, every, film_side, film_quality),
        film,
        fitted,
        field_of_view_deg is not None,
        heights,
        exercise,
    )
    options.check_heights(heights, analysis.pose.people)
    if exercise is not None:
        check_exercise(exercise)
    if workers is not None and (workers < 1 or dask is not None):
        raise InvalidOption(f"Expected --workers to be 1 or more, and not together with --dask, but got {workers}.")
    sources = list_sources(given, apart_from=out)
    analysis = replace(analysis, model_sha256=_find_model(analysis.pose, is_elsewhere=dask is not None))
    out = absolute(out)
    make_folder(out)
    at_once = _videos_at_once(workers)
    if dask is None:
        threads = analysis.pose.threads or max(1, usable_cores() // at_once)
        analysis = replace(analysis, pose=replace(analysis.pose, threads=threads))
    tasks = [ClipTask(source, out, analysis, again) for source in sources]
    report, count = Report(as_json), _Count()
    with Summary() as summary:
        try:
            with _pool(at_once) if dask is None else _cluster(dask) as workplace:
                _run(tasks, workplace, summary, report, count)
        except (KeyboardInterrupt, SystemExit) as interruption:
            _add_what_is_there(tasks, summary)
            _write(summary, out)
            complain(f"Interrupted: {count}. What is done is kept: the same command goes on from there.")
            if isinstance(interruption, SystemExit):
                raise
            return EXIT_INTERRUPTED
        except WorkerLost:
            _add_what_is_there(tasks, summary)
            _write(summary, out)
            raise
        addresses = _write(summary, out)
    report.say(f"{count}. Wrote {' and '.join(addresses)}")
    return report.finish()


def _find_model(pose: PoseOptions, *, is_elsewhere: bool) -> str:
    """SHA-256 of the model, which is loaded to show that it can be unless that happens on other machines."""
    from posecore.cli.console import find_models
    from posecore.estimation.models import find_model, identify_model

    if is_elsewhere:
        find_models(pose.model)
    else:
        load_model(pose)
    return identify_model(find_model(pose.model)).sha256


def _videos_at_once(workers: int | None) -> int:
    from posecore.batch.run import usual_clips_at_once

    return usual_clips_at_once() if workers is None else workers


class _Workplace(NamedTuple):
    """An executor, how many tasks it takes at once, and what it does with each."""

    executor: Executor
    at_once: int
    process: "Process"


@contextmanager
def _pool(at_once: int) -> Iterator[_Workplace]:
    """Threads of this process; each video is read by a process of its own."""
    from posecore.batch.task import process_clip

    stop = threading.Event()
    executor = ThreadPoolExecutor(at_once)
    try:
        yield _Workplace(executor, 2 * at_once, partial(process_clip, stop=stop))
    finally:
        stop.set()
        executor.shutdown(cancel_futures=True)


@contextmanager
def _cluster(address: str) -> Iterator[_Workplace]:
    """The workers of a Dask scheduler."""
    from posecore.batch.task import process_clip

    try:
        distributed = import_module("distributed")  # an extra
    except ImportError as error:
        raise InvalidOption("Expected Dask for --dask, but it is not installed: pip install distributed.") from error
    try:
        client = distributed.Client(address, timeout=_SECONDS_TO_CONNECT)
    except (OSError, ValueError) as error:
        raise InvalidOption(f"Expected a Dask scheduler at {address}, but there is none: {error}.") from error
    with client:
        _check_workers(client, address)
        # Not by their content: a task that failed in an earlier run is done again.
        yield _Workplace(client.get_executor(pure=False), _AT_ONCE_IN_A_CLUSTER, process_clip)


def _check_workers(client: Any, address: str) -> None:
    """Find out before every video fails on its own whether the workers that are there can do anything."""
    from posecore.batch.task import version_here

    try:
        versions = set(client.run(version_here).values())
    except Exception as error:  # whatever happens on the workers
        raise InvalidOption(
            f"The workers of {address} cannot use posecore ({one_line(error)}). Install posecore {VERSION} there."
        ) from error
    if others := sorted(versions - {VERSION}):
        raise InvalidOption(f"Expected posecore {VERSION} on the workers of {address}, but got {', '.join(others)}.")


def _run(
    tasks: "list[ClipTask]",
    workplace: _Workplace,
    summary: "Summary",
    report: Report,
    count: _Count,
) -> None:
    """Do all tasks, with a bar on a terminal, and count and report what becomes of them."""
    from posecore.batch.run import run_batch

    numbers = {task.source.clip: number for number, task in enumerate(tasks)}
    with progress_bar(unit="file", total=len(tasks)) as show:
        for outcome in run_batch(tasks, workplace.executor, at_once=workplace.at_once, process=workplace.process):
            if outcome.status == "stopped":
                continue
            summary.add(numbers[outcome.clip], outcome.row)
            setattr(count, outcome.status, getattr(count, outcome.status) + 1)
            _report(outcome, tasks[numbers[outcome.clip]], report)
            # Those that are skipped take no time, which would make the time left too short.
            show(count.done + count.failed, len(tasks) - count.skipped, str(count))


def _report(outcome: "Outcome", task: "ClipTask", report: Report) -> None:
    from posecore.batch.storage import join

    if outcome.status == "failed":
        error = outcome.row["error"]
        # Files in several folders may have one name.
        said = error if error.startswith(outcome.clip) else f"{outcome.clip}: {error}"
        report.add_failed(outcome.address, said if outcome.could_write else NotWritten(said))
    elif report.as_json:
        outputs = [join(task.out, *place.split("/")) for place in outcome.outputs]
        report.done.append(
            {"source": outcome.address, "outputs": outputs, "status": outcome.status, "summary": dict(outcome.row)}
        )


def _add_what_is_there(tasks: "list[ClipTask]", summary: "Summary") -> None:
    """Add the rows of results to which an interrupted run has not come."""
    from posecore.batch.task import find_done

    for number, task in enumerate(tasks):
        if number not in summary:
            with suppress(OSError):
                if (there := find_done(task)) is not None:
                    summary.add(number, there.row)


def _write(summary: "Summary", out: str) -> list[str]:
    try:
        return summary.write(out)
    except OSError as error:
        raise NotWritten(f"The summary could not be written to {out}: {error}.") from error
