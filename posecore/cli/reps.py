"""``posecore reps``: the repetitions of an exercise in videos and saved results."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import Report, load_model
from posecore.cli.sources import is_saved, poses_of
from posecore.errors import UnreadableMedia, UnreadableResult, WorkerLost

if TYPE_CHECKING:
    from posecore.motion.exercises.results import Counted, FormNote

# Bystanders are found too, so that the person who exercises can be told from them.
_PEOPLE = 3
NO_ADVICE = "Notes on form are not medical advice."


@click.command(context_settings={"default_map": {"people": _PEOPLE}})
@click.argument("files", type=options.PATH, nargs=-1, required=True, metavar="FILE...")
@click.option(
    "--exercise",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="An exercise such as squat (any other word lists them all), angle:NAME for any joint angle, any for whatever "
    "repeats, or auto: whichever it is.",
)
@click.option(
    "--person",
    type=int,
    metavar="ID",
    help="Count this person.  [default: the one who repeats most and is largest in view]",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object per file, each on a line of its own.")
@options.estimation
def reps(files: tuple[Path, ...], exercise: str, person: int | None, as_json: bool, **estimation: Any) -> int:
    """Count the repetitions of an exercise in videos and saved results (STEM.posecore.npz, or the app's zip).

    A file that cannot be used does not stop the others.
    """
    from posecore.estimation.pose_options import PoseOptions
    from posecore.motion.exercises.choosing import check_exercise
    from posecore.motion.exercises.counting import count_repetitions

    check_exercise(exercise)
    wanted = PoseOptions(**estimation)
    if not all(map(is_saved, files)):
        load_model(wanted)
    report = Report(as_json=False)
    judged = False
    for file in files:
        try:
            counted = count_repetitions(poses_of(file, wanted), exercise, person=person)
        except (UnreadableMedia, UnreadableResult, WorkerLost) as error:
            report.add_failed(file, error)
            if as_json:
                report.say(json.dumps(report.failed[-1]))
            continue
        report.say(json.dumps(counted.as_dict()) if as_json else "\n".join([*_lines(file, counted), ""]))
        judged |= bool(counted.form)
    if judged and not as_json:
        report.say(NO_ADVICE)
    return report.finish()


def _lines(file: Path, counted: "Counted") -> list[str]:
    """The result for people: the count, a table of the repetitions, and what was not counted."""
    name = "exercise not recognised" if counted.exercise is None else counted.exercise
    lines = [f"{file.name}: {counted.count} × {name}" if counted.exercise else f"{file.name}: {name}"]
    if counted.repetitions:
        lines.append("     start      end   down   hold     up  side   range")
    for number, each in enumerate(counted.repetitions, start=1):
        tempo = "".join(f"{each.tempo_s[phase]:7.1f}" for phase in ("down", "hold", "up"))
        ranges = ", ".join(f"{joint.replace('_', ' ')} {value:.0f}°" for joint, value in each.range_deg.items())
        lines.append(f"{number:2}{each.start_s:7.1f}s{each.end_s:8.1f}s{tempo}  {each.side:6} {ranges}")
        lines += _faults(each.form)
    for hold in counted.held:
        lines.append(f"   held {hold.held_s:.1f} s, from {hold.start_s:.1f} s to {hold.end_s:.1f} s")
        steady = hold.steadiness
        if steady.sway_cm is not None:
            lines.append(f"     sway {steady.sway_cm:.1f} cm ({steady.sway_percent:.0f}% of the trunk)")
        if steady.tremor_deg is not None:
            lines.append(f"     tremor {steady.tremor_deg:.1f}°")
        lines += _faults(hold.form)
    lines += [
        f"   {name.replace('_', ' ')}: {'not enough' if value is None else f'{value:g}'}"
        for name, value in counted.scores.items()
    ]
    lines += [
        f"   not counted, {each.start_s:.1f} s to {each.end_s:.1f} s: {each.reason}" for each in counted.not_counted
    ]
    # Each reason once, in order.
    hidden = dict.fromkeys((note.check, note.reason) for note in counted.form if note.verdict == "not judged")
    return [*lines, *(f"   form not judged, {check}: {reason}" for check, reason in hidden)]


def _faults(form: "tuple[FormNote, ...]") -> list[str]:
    """A line for each fault."""
    return [
        f"     {note.check}: {note.cue} ({note.value:.0f}{note.unit}, limit {note.threshold:g}; "
        f"at {note.time_s:.1f} s, sureness {note.sureness:.1f})"
        for note in form
        if note.verdict == "fault"
    ]
