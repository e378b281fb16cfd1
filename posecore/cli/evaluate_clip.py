"""``posecore evaluate-clip``: scores of one result against motion capture, other programs or a second result."""

import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import Report, complain, load_model, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.cli.sources import is_saved
from posecore.errors import InvalidOption, PosecoreError, UnreadableMedia, UnreadableResult, WorkerLost
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions

if TYPE_CHECKING:
    from posecore.evaluation.clip_evaluation import ClipEvaluation, ScoredResult
    from posecore.evaluation.clip_scores import ClipScores
    from posecore.evaluation.motion import Motion
    from posecore.evaluation.time_offset import TimeOffset

_STEM = "clip"
_METRICS, _ANGLES, _REPORT = f"{_STEM}_metrics.json", f"{_STEM}_angles.csv", f"{_STEM}_report.html"
_MOST_COMPLAINTS = 10
_AUTO = "auto"


@click.command()
@click.argument("result", type=options.PATH, metavar="RESULT|VIDEO")
@click.argument("truths", type=options.PATH, metavar="TRUTH...", nargs=-1, required=True)
@click.option("--person", type=int, metavar="ID", help="Score this person.  [default: the largest in view]")
@click.option(
    "--truth-person",
    type=int,
    metavar="N",
    help="Of truths with several people, the Nth.  [default: that nearest to the result, or else the first]",
)
@click.option(
    "--offset",
    default=_AUTO,
    show_default=True,
    metavar="S|auto",
    help="Seconds to add to the times of the truths; auto: found from the joint angles, unless it is known.",
)
@click.option(
    "--unit",
    metavar="mm|cm|m|X",
    help="Unit of length of the truths, or how many metres it is.  [default: as the files say]",
)
@click.option(
    "--fps",
    type=float,
    metavar="N",
    help="Frames per second of the video that OpenPose was run on.  [default: that of RESULT]",
)
@click.option(
    "--jitter",
    type=click.Choice(["still", "all"]),
    default="still",
    show_default=True,
    help="Measure jitter while the truth is still, or in all frames.",
)
@options.out
@options.overwrite
@options.part
@options.estimation
@options.as_json
def evaluate_clip(
    result: Path,
    truths: tuple[Path, ...],
    person: int | None,
    truth_person: int | None,
    offset: str,
    unit: str | None,
    fps: float | None,
    jitter: Any,
    out: Path,
    overwrite: bool,
    start_s: float,
    end_s: float | None,
    every: int,
    as_json: bool,
    **estimation: Any,
) -> int:
    """Score a saved result, or a video that is analysed first, against what others measured of the same movement.

    A TRUTH is a C3D, TRC or BVH file, a folder or zip of OpenPose's JSON, or a second saved result. Writes
    clip_metrics.json, clip_angles.csv (the angles of both in each frame) and clip_report.html.
    """
    from posecore.evaluation.clip_evaluation import evaluate_clip as score

    metres, given_s = _metres(unit), _seconds(offset)
    if fps is not None and not 0 < fps < math.inf:
        raise InvalidOption(f"Expected --fps to be above 0, but got {fps:g}.")
    report = Report(as_json)
    try:
        scored = _result(result, person, PoseOptions(**estimation), ClipOptions(start_s, end_s, every))
    except (UnreadableMedia, UnreadableResult, WorkerLost) as error:
        report.add_failed(result, error)
        return report.finish()
    given: list[tuple[Motion, TimeOffset | None]] = []
    for file in truths:
        try:
            given += _truth(file, scored, metres, truth_person, fps, given_s)
        except PosecoreError as error:
            report.add_failed(file, error)
    if not given:
        return report.finish()
    evaluation = score(scored, given, still=jitter)
    for problem in evaluation.all_problems[:_MOST_COMPLAINTS]:
        complain(f"{problem}.".replace("..", "."))
    if (more := len(evaluation.all_problems) - _MOST_COMPLAINTS) > 0:
        complain(f"{more} more could not be used; {_METRICS} lists them.")
    with OutputFolder(out, overwrite=overwrite).whole(result, _STEM) as written:
        _write(evaluation, written.folder)
    for scores in evaluation.scores:
        for line in _lines(scores):
            report.say(line)
    paths = list(written.paths.values())
    report.say("Wrote " + ", ".join(map(str, paths)))
    report.add_done(result, paths, **evaluation.as_dict())
    return report.finish()


def _metres(unit: str | None) -> float | None:
    """Metres per unit of length."""
    from posecore.evaluation.motion_files.reading import METRES

    if unit is None or unit in METRES:
        return None if unit is None else METRES[unit]
    number = _number(unit)
    if number is None or not 1e-6 <= number <= 1e6:
        raise InvalidOption(f"Expected --unit to be mm, cm, m or metres per unit, but got {unit!r}.")
    return number


def _seconds(offset: str) -> float | None:
    if offset == _AUTO:
        return None
    number = _number(offset)
    if number is None or abs(number) > 1e6:
        raise InvalidOption(f"Expected --offset to be auto or seconds, but got {offset!r}.")
    return number


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _result(file: Path, person: int | None, wanted: PoseOptions, part: ClipOptions) -> "ScoredResult":
    """The saved result as it was saved, or that of a video, with progress."""
    from posecore.evaluation.clip_evaluation import ScoredResult

    if is_saved(file):
        return _saved(file, person)
    from posecore.media.files import file_sha256
    from posecore.pipeline import estimate_video

    load_model(wanted)
    with progress_bar(unit="frame") as show:
        sequence = estimate_video(
            file,
            wanted,
            part=part,
            workers=1,  # in a process of its own, as a video may be from anywhere
            on_progress=lambda progress: show(progress.frames, progress.total),
            on_note=complain,
        )
    facts = {"part": part.as_dict(), "source_sha256": file_sha256(file)}
    return ScoredResult.of(sequence, file.name, person=person, facts=facts)


def _saved(file: Path, person: int | None) -> "ScoredResult":
    from posecore.evaluation.clip_evaluation import ScoredResult
    from posecore.export.saved import load_sequence

    saved = load_sequence(file)
    return ScoredResult.of(saved.sequence, file.name, person=person, facts=saved.facts)


def _truth(
    file: Path,
    scored: "ScoredResult",
    metres: float | None,
    person: int | None,
    fps: float | None,
    given_s: float | None,
) -> "list[tuple[Motion, TimeOffset | None]]":
    """What one file holds, each with its offset if that is known."""
    from posecore.evaluation.clip_evaluation import known_offset, read_truth, second_result
    from posecore.evaluation.time_offset import given_offset

    other = _saved(file, person) if _is_result(file) else None
    motions = (
        (read_truth(file, scored, metres=metres, person=person, fps=fps),)
        if other is None
        else second_result(scored, other)
    )
    if given_s is not None:
        return [(motion, given_offset(given_s)) for motion in motions]
    return [(motion, known_offset(scored, motion, other)) for motion in motions]


def _is_result(file: Path) -> bool:
    """Whether a file is a saved result, or a zip with one, rather than a zip of OpenPose's JSON."""
    from posecore.export.saved import holds_result

    return file.suffix.lower() == ".npz" or (file.suffix.lower() == ".zip" and holds_result(file))


def _write(evaluation: "ClipEvaluation", folder: Path) -> None:
    from posecore.export.clip_report import write_clip_report
    from posecore.export.clip_scores_file import write_clip_angles, write_clip_metrics

    write_clip_metrics(evaluation, folder / _METRICS)
    write_clip_angles(evaluation, folder / _ANGLES)
    write_clip_report(evaluation, folder / _REPORT)


def _lines(scores: "ClipScores") -> list[str]:
    """The main figures as text."""
    from posecore.export.clip_report import figure_rows

    space = "in the picture" if scores.found.is_flat else "in 3D"
    frames = scores.frames
    lines = [f"{scores.truth.name}, {space}: {frames['compared']} of {frames['all']} frames compared"]
    rows = figure_rows(scores)
    width = max((len(row[0]) for row in rows), default=0)
    lines += [f"   {name:{width}}  {value:>9}  {interval:>18}" for name, value, interval, *_ in rows]
    for name, each in scores.angle_scores.items():
        agreed = each.agreement
        lines.append(
            f"   {name.replace('_', ' '):{width}}  {agreed.bias:+z8.1f}°  {agreed.low:+z8.1f} to {agreed.high:+z.1f}°"
            f"  ICC {agreed.icc:.2f}"
        )
    return [*lines, *(f"   {note}" for note in scores.notes)]
