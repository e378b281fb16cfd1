"""``posecore hands``: the hands in photos and videos, and what they show."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_args

import click

from posecore.cli import options
from posecore.cli.console import Report, complain, find_models, process_each, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.cli.sources import is_photo
from posecore.estimation.hand_options import HandOptions
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.signs.shown import Label, gesture_words

if TYPE_CHECKING:
    from posecore.hands import FrameHands, HandSequence
    from posecore.poses import FramePoses, PoseSequence

_Poses = TypeVar("_Poses", "FramePoses", "PoseSequence")

_USUAL = HandOptions()
_LABELS: dict[str, Label] = {label: label for label in get_args(Label)}
_HAND_AS_BODY = "A hand was probably taken for a person, as the body found lies within it. That body is left out."
_WHY_NONE = "A hand that is small in the picture is found with --people, beside its body."


@dataclass(frozen=True)
class _Asked:
    hands: HandOptions
    bodies: PoseOptions | None
    part: ClipOptions
    drawn: bool
    label: Label | None

    def as_dict(self) -> dict[str, object]:
        bodies = None if self.bodies is None else self.bodies.as_dict()
        return {"hand_options": self.hands.as_dict(), "options": bodies, "part": self.part.as_dict()}


@click.command()
@click.argument("files", type=options.PATH, nargs=-1, required=True, metavar="FILE...")
@options.out
@options.overwrite
@click.option(
    "--hands",
    "count",
    type=int,
    metavar="N",
    help="Maximum number of hands to find.  [default: 2, or two for each of --people]",
)
@click.option(
    "--people",
    type=int,
    default=0,
    show_default=True,
    metavar="N",
    help="First find the bodies of up to N people: then small hands are found too, and whose they are. 0: only hands.",
)
@click.option(
    "--label",
    type=click.Choice([*get_args(Label), "none"]),
    default="gesture",
    show_default=True,
    help="What is written beside each hand that is drawn.",
)
@click.option("--no-film", is_flag=True, help="Draw nothing, which is faster.")
@options.part
@click.option(
    "--min-detection",
    type=float,
    default=_USUAL.min_detection,
    show_default=True,
    metavar="0..1",
    help="Minimum score of a detected hand.",
)
@click.option(
    "--min-presence",
    type=float,
    default=_USUAL.min_presence,
    show_default=True,
    metavar="0..1",
    help="Minimum score of a hand's landmarks.",
)
@click.option(
    "--threads", type=int, metavar="N", help="Threads for the networks.  [default: one per core, at most four]"
)
@options.as_json
def hands(
    files: tuple[Path, ...],
    out: Path,
    overwrite: bool,
    count: int | None,
    people: int,
    label: str,
    no_film: bool,
    start_s: float,
    end_s: float | None,
    every: int,
    as_json: bool,
    **estimation: Any,
) -> int:
    """Find the hands in photos and videos, and name their gestures and finger-spelled letters.

    Writes STEM.hands.csv (landmarks), STEM.signs.csv (what each hand shows), STEM.hands.json (both), and the photo or
    video with the hands drawn, STEM.hands.png or .mp4; of a video also STEM.hands.posecore.npz, which the app and the
    export command open. A file that cannot be used does not stop the others. --start, --end and --every are for
    videos.
    """
    bodies = PoseOptions(people=people, threads=estimation["threads"]) if people else None
    most = 2 * max(1, people) if count is None else count
    part = ClipOptions(start_s, end_s, every)
    asked = _Asked(HandOptions(hands=most, **estimation), bodies, part, not no_film, _LABELS.get(label))
    find_models("hand", *(["full"] if bodies else []))
    report = Report(as_json)
    folder = OutputFolder(out, overwrite=overwrite)
    process_each(files, report, lambda file: (_photo if is_photo(file) else _video)(file, asked, folder, report))
    return report.finish()


def _photo(file: Path, asked: _Asked, folder: OutputFolder, report: Report) -> None:
    from posecore.export.formats import safe_name
    from posecore.media.pictures import decode_picture, encode_png
    from posecore.pipeline import estimate_hands_image, estimate_image
    from posecore.signs.shown import read_signs, sign_notes
    from posecore.view.drawing import draw_poses
    from posecore.view.hand_drawing import draw_hands, without_coarse_hands

    notes: list[str] = []
    stem = safe_name(file.stem, "photo")
    rgb = decode_picture(file, on_note=notes.append)
    poses = estimate_image(rgb, asked.bodies) if asked.bodies else None
    found = estimate_hands_image(rgb, asked.hands, poses=poses)
    if poses is not None:
        poses = _without_hands(poses, found, notes)
    signs = read_signs(found)
    with folder.whole(file, stem) as written:
        _write_tables(found, written.folder / f"{stem}.hands")
        if asked.drawn:
            drawn = rgb if poses is None else draw_poses(rgb, without_coarse_hands(poses, found))
            notes_of_hands = sign_notes(found.slots, signs, asked.label) if asked.label else None
            drawn = draw_hands(drawn, found, notes=notes_of_hands)
            (written.folder / f"{stem}.hands.png").write_bytes(encode_png(drawn))
    known = {"score": found.score, "right": found.right, **signs.arrays}
    shown = [
        {"person": slot.person, "hand": slot.side, **{name: _plain(values[index]) for name, values in known.items()}}
        for index, slot in enumerate(found.slots)
    ]
    if not len(found):
        notes.append(_WHY_NONE)
    outputs = list(written.paths.values())
    report.add_done(file, outputs, size_px=list(found.size), hands=shown, notes=notes)
    words = "".join(f"; {_sentence(hand)}" for hand in shown)
    report.say(f"{file.name}: {_count(len(found))}{words}.")
    report.say("Wrote " + ", ".join(map(str, outputs)))
    for note in notes:
        report.say(note)


def _video(file: Path, asked: _Asked, folder: OutputFolder, report: Report) -> None:
    from posecore.export.formats import safe_name
    from posecore.export.saved import save_sequence
    from posecore.media.files import file_sha256
    from posecore.pipeline import draw_video
    from posecore.signs.shown import read_signs, sign_notes

    notes: list[str] = []
    stem = safe_name(file.stem, "video")
    with folder.whole(file, stem) as written:
        poses, found = _estimate(file, asked, notes)
        signs = read_signs(found)
        _write_tables(found, written.folder / f"{stem}.hands")
        facts = {"source": file.name, "source_sha256": file_sha256(file), "notes": notes, **asked.as_dict()}
        save_sequence(poses, written.folder / f"{stem}.hands.posecore.npz", hands=found, facts=facts)
        if asked.drawn:
            hand_notes = asked.label and [
                sign_notes(found.slots, signs[frame], asked.label) for frame in range(len(found))
            ]
            with progress_bar(unit="frame", desc="Drawing") as show:
                draw_video(
                    file,
                    poses,
                    written.folder / f"{stem}.hands.mp4",
                    hands=found,
                    hand_notes=hand_notes,
                    color_by="person" if asked.bodies and asked.bodies.people > 1 else "side",
                    part=asked.part,
                    workers=1,
                    on_progress=lambda progress: show(progress.frames, progress.total),
                )
    seen = found.seen
    shown: list[dict[str, Any]] = [
        {
            "person": slot.person,
            "hand": slot.side,
            "frames": int(seen[:, index].sum()),
            "gestures": _counts(signs.gesture[seen[:, index], index].tolist()),
            "letters": _counts(signs.letter[seen[:, index], index].tolist()),
        }
        for index, slot in enumerate(found.slots)
    ]
    outputs = list(written.paths.values())
    with_hand = int(seen.any(axis=1).sum())
    facts = {"size_px": list(found.size), "fps": found.fps, "frames": len(found), "frames_with_a_hand": with_hand}
    report.add_done(file, outputs, **facts, hands=shown, notes=notes)
    for note in notes:
        complain(note)
    report.say(f"{file.name}: a hand in {with_hand} of {len(found)} frames.")
    for slot, hand in zip(found.slots, shown, strict=True):
        words = ", ".join(f"{gesture_words(name)} in {frames}" for name, frames in hand["gestures"].items())
        spelled = ", ".join(f"{letter} in {frames}" for letter, frames in hand["letters"].items())
        report.say(f"   {slot}, {hand['frames']} frames: {words}")
        if spelled:
            report.say(f"      letters: {spelled}")
    if not with_hand:
        report.say(_WHY_NONE)
    report.say("Wrote " + ", ".join(map(str, outputs)))


def _estimate(file: Path, asked: _Asked, notes: list[str]) -> "tuple[PoseSequence | None, HandSequence]":
    from posecore.pipeline import RunSummary, estimate_hands_video, estimate_video

    with progress_bar(unit="frame") as show:
        # In a process of its own, as a video may be from anywhere.
        common: dict[str, Any] = {
            "part": asked.part,
            "workers": 1,
            "on_progress": lambda progress: show(progress.frames, progress.total),
            "on_note": notes.append,
        }
        if asked.bodies is None:
            return None, estimate_hands_video(file, asked.hands, **common)
        ends: list[RunSummary] = []
        poses = estimate_video(file, asked.bodies, hands=asked.hands, on_end=ends.append, **common)
    found = ends[0].hands
    assert found is not None  # as they were asked for
    return _without_hands(poses, found, notes), found


def _without_hands(poses: _Poses, found: "FrameHands | HandSequence", notes: list[str]) -> _Poses:
    """The bodies without those that lie within hands, with a note if there are any."""
    from posecore.motion.hand_as_body import people_within_hands

    are_hands: list[int] = people_within_hands(poses, found)
    if are_hands:
        notes.append(_HAND_AS_BODY)
    return poses.only({*poses.person_ids.tolist()} - {*are_hands})


def _write_tables(found: "FrameHands | HandSequence", stem: Path) -> None:
    from posecore.export.json_file import write_json
    from posecore.export.signs_file import write_signs
    from posecore.export.table_file import write_csv

    write_csv(found, Path(f"{stem}.csv"))
    write_json(found, Path(f"{stem}.json"))
    write_signs(found, Path(f"{str(stem).removesuffix('.hands')}.signs.csv"))


def _counts(words: list[str]) -> dict[str, int]:
    """How often each occurs, most often first."""
    return dict(Counter(filter(None, words)).most_common())


def _sentence(hand: dict[str, Any]) -> str:
    letter = f", as a letter {hand['letter']}" if hand["letter"] else ""
    return f"{hand['hand']}: {gesture_words(hand['gesture'])}{letter}"


def _plain(value: Any) -> str | float:
    return value if isinstance(value, str) else round(float(value), 3)


def _count(hands: int) -> str:
    return {0: "no hand found", 1: "1 hand"}.get(hands, f"{hands} hands")
