"""``posecore compare``: two videos, saved results or photos, and how alike they are."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import numpy as np

from posecore.cli import options
from posecore.cli.console import Report, load_model
from posecore.cli.sources import is_photo, is_saved, poses_of
from posecore.errors import InvalidOption, UnreadableMedia, UnreadableResult, WorkerLost

if TYPE_CHECKING:
    from collections.abc import Mapping

    from posecore.estimation.pose_options import PoseOptions
    from posecore.motion.comparing.alignment import Alignment
    from posecore.motion.comparing.attempts import ComparedAttempts
    from posecore.motion.comparing.likeness import LikenessOverTime, PoseLikeness
    from posecore.motion.comparing.limbs import Mirror, Turn
    from posecore.poses import FramePoses, PoseSequence

# Bystanders are found too; the largest person is compared.
_PEOPLE = 3
_LEAST_HELD_S = 0.5
_LEAST_BEHIND_S = 0.1


@dataclass(frozen=True)
class _Asked:
    exercise: str | None
    person_a: int | None
    person_b: int | None
    mirror: "Mirror"
    turn: "Turn"


@click.command(context_settings={"default_map": {"people": _PEOPLE}})
@click.argument("a", type=options.PATH, metavar="A")
@click.argument("b", type=options.PATH, metavar="B")
@click.option(
    "--exercise",
    metavar="NAME",
    help="Compare the repetitions of this exercise, such as squat, instead of every moment: two attempts.",
)
@click.option("--person-a", type=int, metavar="ID", help="This person in A.  [default: the largest in view]")
@click.option("--person-b", type=int, metavar="ID", help="This person in B.  [default: the largest in view]")
@click.option("--at-a", type=float, metavar="S", help="Of A, only the pose at this second, as of a photo.")
@click.option("--at-b", type=float, metavar="S", help="Of B, only the pose at this second, as of a photo.")
@click.option(
    "--mirror",
    type=click.Choice(["no", "yes", "either"]),
    default="no",
    show_default=True,
    help="Mirror B, left for right: never, always, or if that is more alike.",
)
@click.option(
    "--turn",
    type=click.Choice(["vertical", "any", "none"]),
    default="vertical",
    show_default=True,
    help="B may be turned about the vertical, about any axis (for tilted cameras), or not at all.",
)
@click.option(
    "--json", "as_json", is_flag=True, help="Print one JSON object; one with error for a file that is unusable."
)
@options.estimation
def compare(
    a: Path,
    b: Path,
    exercise: str | None,
    person_a: int | None,
    person_b: int | None,
    at_a: float | None,
    at_b: float | None,
    mirror: "Mirror",
    turn: "Turn",
    as_json: bool,
    **estimation: Any,
) -> int:
    """Compare A with B, which are videos, saved results or photos.

    Two poses, or a pose and a video: how alike, limb by limb. Two videos: the same, aligned in time, and who is ahead.
    With --exercise: how two attempts differ, in words.
    """
    from posecore.estimation.pose_options import PoseOptions
    from posecore.motion.exercises.choosing import check_exercise

    if exercise is not None:
        check_exercise(exercise)
    wanted = PoseOptions(**estimation)
    if not (is_saved(a) and is_saved(b)):
        load_model(wanted)
    report = Report(as_json=False)
    given: list[FramePoses | PoseSequence] = []
    for file, at_s, name in ((a, at_a, "--at-a"), (b, at_b, "--at-b")):
        try:
            given.append(_given(file, wanted, at_s, name))
        except (UnreadableMedia, UnreadableResult, WorkerLost) as error:
            report.add_failed(file, error)
            if as_json:
                report.say(json.dumps(report.failed[-1]))
    if report.failed:
        return report.finish()
    kind, compared = _compared(given[0], given[1], _Asked(exercise, person_a, person_b, mirror, turn))
    if as_json:
        report.say(json.dumps({"a": str(a), "b": str(b), "comparison": kind, **compared.as_dict()}))
    else:
        report.say("\n".join(_LINES[kind](compared, a.name, b.name)))
    return report.finish()


def _given(file: Path, wanted: "PoseOptions", at_s: float | None, name: str) -> "FramePoses | PoseSequence":
    if not is_saved(file) and is_photo(file):
        from posecore.pipeline import estimate_image

        if at_s is not None:
            raise InvalidOption(f"Expected {name} for a video or a saved result, but {file.name} is a photo.")
        return estimate_image(file, wanted)
    sequence = poses_of(file, wanted)
    if at_s is None:
        return sequence
    times_s = sequence.times_s
    if not len(times_s) or not times_s[0] <= at_s <= times_s[-1]:
        last_s = times_s[-1] if len(times_s) else 0
        raise InvalidOption(f"Expected {name} to be a time of {file.name}, 0 to {last_s:.2f} s, but got {at_s:g}.")
    return sequence.frame(int(np.abs(times_s - at_s).argmin()))


def _compared(
    first: "FramePoses | PoseSequence", second: "FramePoses | PoseSequence", asked: "_Asked"
) -> tuple[str, Any]:
    """What kind of comparison it is, and its result."""
    from posecore.motion.comparing.alignment import align_sequences
    from posecore.motion.comparing.attempts import attempt_of, compare_attempts
    from posecore.motion.comparing.likeness import compare_poses, compare_to_pose
    from posecore.motion.exercises.counting import count_repetitions
    from posecore.poses import FramePoses

    a, b, turn, mirror = asked.person_a, asked.person_b, asked.turn, asked.mirror
    if asked.exercise is not None and FramePoses in (type(first), type(second)):
        raise InvalidOption("Expected two videos or saved results for --exercise, but got a pose.")
    if isinstance(first, FramePoses):
        if isinstance(second, FramePoses):
            return "poses", compare_poses(first, second, person=a, reference_person=b, turn=turn, mirror=mirror)
        return _compared(second, first, replace(asked, person_a=b, person_b=a))
    if isinstance(second, FramePoses):
        likeness = compare_to_pose(first, second, person=a, reference_person=b, turn=turn, mirror=mirror)
        return "video and pose", likeness
    if asked.exercise is None:
        return "movements", align_sequences(first, second, first_person=a, second_person=b, turn=turn, mirror=mirror)
    attempts = [
        attempt_of(sequence, count_repetitions(sequence, asked.exercise, person=person))
        for sequence, person in ((first, a), (second, b))
    ]
    return "attempts", compare_attempts(*attempts)


def _score(value: float) -> str:
    return f"{value:.0f} of 100 alike" if np.isfinite(value) else "not judged"


def _pose_lines(likeness: "PoseLikeness", a: str, b: str) -> list[str]:
    lines = [f"{a} and {b}: {_score(likeness.score)}{_mirrored(likeness.mirrored)}"]
    if reason := likeness.not_judged.get("pose"):
        lines.append(f"   {reason}")
    lines += _limbs(likeness.degrees, likeness.scores)
    return [*lines, *_unseen({name: why for name, why in likeness.not_judged.items() if name != "pose"})]


def _video_lines(likeness: "LikenessOverTime", a: str, b: str) -> list[str]:
    from posecore.motion.comparing.likeness import ALIKE
    from posecore.motion.comparing.limbs import LIMBS

    best = likeness.best_frame
    score = _score(likeness.score[best])
    lines = [f"{a} and {b}: {score} at best, at {likeness.best_s:.1f} s{_mirrored(likeness.mirrored)}"]
    degrees, scores = (
        dict(zip(LIMBS, values[best].tolist(), strict=True)) for values in (likeness.degrees, likeness.limb_scores)
    )
    lines += _limbs(degrees, scores)
    lines += _unseen({name: "not in sight in one of them" for name, value in degrees.items() if not np.isfinite(value)})
    lines += [
        f"   held at {ALIKE:.0f} or more for {end_s - start_s:.1f} s, from {start_s:.1f} s to {end_s:.1f} s"
        for start_s, end_s in likeness.held(shortest_s=_LEAST_HELD_S)
    ]
    return lines


def _movement_lines(alignment: "Alignment", a: str, b: str) -> list[str]:
    lines = [f"{a} and {b}: {_score(alignment.score)}{_mirrored(alignment.mirrored)}"]
    lines += [
        f"   {name.replace('_', ' '):16}{'not judged' if np.isnan(score) else f'{score:6.0f}'}"
        for name, score in alignment.score_by_limb.items()
    ]
    later = "later" if alignment.delay_s >= 0 else "earlier"
    lines.append(f"   B usually does the same {abs(alignment.delay_s):.1f} s {later}, by the times of both files")
    behind = alignment.behind_s
    for place, word in ((int(behind.argmax()), "behind"), (int(behind.argmin()), "ahead")):
        if abs(behind[place]) >= _LEAST_BEHIND_S:
            at_s = alignment.times_s[place, 0]
            lines.append(f"   B is farthest {word}, by {abs(behind[place]):.1f} s, at {at_s:.1f} s of A")
    if np.isfinite(alignment.scores).any():
        least = int(np.nanargmin(alignment.scores))
        first_s, second_s = alignment.times_s[least]
        lines.append(f"   least: {_score(alignment.scores[least])}, at {first_s:.1f} s of A and {second_s:.1f} s of B")
    return lines


def _attempt_lines(compared: "ComparedAttempts", a: str, b: str) -> list[str]:
    name = compared.first.exercise
    lines = [f"{a}: {compared.first.count} × {name}; {b}: {compared.second.count} × {name}"]
    if not compared.differences:
        lines.append("   No difference is larger than the spread of the repetitions.")
    return [*lines, *(f"   {sentence}" for sentence in compared.sentences)]


def _limbs(degrees: "Mapping[str, float]", scores: "Mapping[str, float]") -> list[str]:
    rows = [(name, degrees[name], scores[name]) for name in degrees if np.isfinite(degrees[name])]
    head = ["                     apart  score"] if rows else []
    return [*head, *(f"   {name.replace('_', ' '):16}{apart:6.0f}°{score:7.0f}" for name, apart, score in rows)]


def _unseen(reasons: "Mapping[str, str]") -> list[str]:
    return [f"   {name.replace('_', ' ')}: {why}" for name, why in reasons.items()]


def _mirrored(is_mirrored: bool) -> str:
    return ", mirrored" if is_mirrored else ""


_LINES: "Mapping[str, Any]" = {
    "poses": _pose_lines,
    "video and pose": _video_lines,
    "movements": _movement_lines,
    "attempts": _attempt_lines,
}
