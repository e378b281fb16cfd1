"""``python -m posecore export``: a saved result in other formats."""

import argparse
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from posecore.cli.console import Report, complain, say, whole_outputs
from posecore.errors import InvalidOption, PosecoreError, UnreadableResult

if TYPE_CHECKING:
    from posecore.export.bundle import OnFile
    from posecore.motion.smoothing import Smoothing
    from posecore.poses import PoseSequence

_ALL, _BUNDLE = "all", "bundle"


@dataclass(frozen=True)
class _Result:
    """What is written: the people asked for, smoothed as asked for, and what is known of it."""

    sequence: "PoseSequence"
    facts: Mapping[str, Any]
    stem: str


def add_export(commands: "argparse._SubParsersAction[Any]") -> None:
    """Add the command to those of the command line."""
    from posecore.export.formats import FORMATS

    width = max(map(len, FORMATS))
    formats = "".join(f"  {name:{width}}  {form.title}\n" for name, form in FORMATS.items())
    command = commands.add_parser(
        "export",
        help="a saved result: write it in other formats",
        description="Write a result that the video command or the app saved in other formats, some with a file for "
        "each person.",
        epilog=f"formats:\n{formats}  {_ALL:{width}}  each of these\n  {_BUNDLE:{width}}  one zip of what is named",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_argument("file", type=Path, metavar="RESULT", help="a saved result (STEM.posecore.npz)")
    command.add_argument("--to", type=_words, required=True, metavar="FORMAT,...", help="formats, with commas between")
    command.add_argument(
        "--out",
        "--output",
        type=Path,
        metavar="DIR|ZIP",
        help="folder to write to, made if missing, or a zip to put everything into (default: where RESULT is)",
    )
    command.add_argument("--people", type=_ids, metavar="ID,...", help="only these people (default: everybody)")
    command.add_argument(
        "--smoothing",
        default="none",
        metavar="METHOD",
        # Written out: the filters take half a second to import, which no other command shall wait for.
        help="filter the landmarks over time first: none, one-euro, butterworth or savitzky-golay (default: none)",
    )
    command.add_argument("--cutoff", type=float, metavar="HZ", help="of the butterworth filter (default: 6)")
    command.add_argument(
        "--fill-gaps",
        type=float,
        default=0.0,
        metavar="S",
        help="bridge gaps of up to so many seconds first (default: %(default)s)",
    )
    command.add_argument("--json", action="store_true", help="print what was done as one JSON object")
    command.set_defaults(run=run_export)


def run_export(args: argparse.Namespace) -> Report:
    """Write a saved result in the formats asked for; one that cannot be made does not stop the rest."""
    from posecore.export.saved import load_sequence

    names, smoothing = _formats(args.to), _smoothing(args)
    report = Report()
    try:
        saved = load_sequence(args.file)
    except UnreadableResult as error:
        report.add_failed(args.file, error)
        return report
    sequence, facts = _only(saved.sequence, saved.facts, args.people)
    sequence, facts = _smoothed(sequence, facts, smoothing)
    outputs, notes = _write(args, names, _Result(sequence, facts, _stem(args.file)))
    if outputs:
        report.add_done(args.file, outputs, notes=notes)
        say(args, "Wrote " + ", ".join(map(str, outputs)))
    for note in notes:
        # Of everything, what does not fit this clip is left out; what was named is missed.
        if outputs and _is_everything(args.to):
            complain(note)
        else:
            report.add_failed(args.file, note)
    return report


def _write(args: argparse.Namespace, names: list[str], result: _Result) -> tuple[list[Path], list[str]]:
    """The files that were written, and a sentence for each that could not be made."""
    from posecore.export.bundle import write_bundle

    out: Path = args.file.parent if args.out is None else args.out
    zipped = out.suffix.lower() == ".zip"
    if not zipped and _BUNDLE not in args.to:
        return _write_files(args.file, out, names, result, everything=_is_everything(args.to))
    target = out if zipped else out / f"{result.stem}.zip"
    _check_target(target, args.file)
    with whole_outputs(target.parent) as folder, _bar() as show:
        path = folder / target.name
        notes = write_bundle(result.sequence, path, names, stem=result.stem, facts=result.facts, on_progress=show)
    return [target], notes


def _write_files(
    source: Path, out: Path, names: list[str], result: _Result, *, everything: bool
) -> tuple[list[Path], list[str]]:
    from posecore.export.formats import plan_files

    planned = plan_files(result.sequence, names, stem=result.stem, facts=result.facts)
    if everything:
        planned = [each for each in planned if not _is_same(out / each.file_name, source)]
    for each in planned:
        _check_target(out / each.file_name, source)
    outputs, notes = [], []
    with whole_outputs(out) as folder, _bar() as show:
        for done, each in enumerate(planned):
            show(done, len(planned), each.title)
            try:
                outputs.append(out / each.write(folder).name)
            except PosecoreError as error:
                notes.append(f"{each.title}: {error}")
    return outputs, notes


def _check_target(target: Path, source: Path) -> None:
    if _is_same(target, source):
        raise InvalidOption(f"{target} would be written over the result that it is made of. Choose another --out.")


def _is_same(target: Path, source: Path) -> bool:
    return target.exists() and target.samefile(source)


@contextmanager
def _bar() -> "Iterator[OnFile]":
    with tqdm(unit="file", disable=None, leave=False) as bar:

        def show(done: int, total: int, title: str) -> None:
            bar.total = total
            bar.set_description(title, refresh=False)
            bar.update(done - bar.n)

        yield show


def _only(
    sequence: "PoseSequence", facts: Mapping[str, Any], people: list[int] | None
) -> "tuple[PoseSequence, Mapping[str, Any]]":
    """The people asked for; what is known of them tells of nobody else."""
    if people is None:
        return sequence, facts
    there = sequence.person_ids.tolist()
    unknown = [person for person in people if person not in there]
    if unknown:
        ids = ", ".join(map(str, there)) or "none"
        raise InvalidOption(f"Expected --people to be among those of this result ({ids}), but got {unknown[0]}.")
    shown = [{"person": person, "name": sequence.names.get(person)} for person in there if person in people]
    return sequence.only(people), {**facts, "people_shown": shown} if facts else facts


def _smoothed(
    sequence: "PoseSequence", facts: Mapping[str, Any], smoothing: "Smoothing | None"
) -> "tuple[PoseSequence, Mapping[str, Any]]":
    if smoothing is None:
        return sequence, facts
    from posecore.motion.smoothing import smooth_sequence

    if facts.get("smoothing_afterwards"):
        raise InvalidOption(
            "This result was smoothed before it was saved, and is not smoothed twice. Leave out --smoothing and "
            "--fill-gaps, or export the result as it was estimated."
        )
    return smooth_sequence(sequence, smoothing), {**facts, "smoothing_afterwards": smoothing.as_dict()}


def _smoothing(args: argparse.Namespace) -> "Smoothing | None":
    if args.cutoff is not None and args.smoothing != "butterworth":
        raise InvalidOption(f"Expected --cutoff with --smoothing butterworth only, but got {args.smoothing}.")
    if args.smoothing == "none" and args.fill_gaps == 0:
        return None
    from posecore.motion.smoothing import Smoothing

    cutoff = {} if args.cutoff is None else {"cutoff_hz": args.cutoff}
    return Smoothing(method=args.smoothing, fill_gaps_s=args.fill_gaps, **cutoff)


def _formats(words: list[str]) -> list[str]:
    from posecore.export.formats import FORMATS

    unknown = [word for word in words if word not in {*FORMATS, _ALL, _BUNDLE}]
    if unknown:
        known = ", ".join([*FORMATS, _ALL, _BUNDLE])
        raise InvalidOption(f"Expected --to to be among {known}, but got {unknown[0]!r}.")
    return list(FORMATS) if _is_everything(words) else [word for word in words if word in FORMATS]


def _is_everything(words: list[str]) -> bool:
    """Whether no format is named by itself: a bundle is of everything then."""
    return _ALL in words or set(words) == {_BUNDLE}


def _stem(file: Path) -> str:
    """What the outputs are called: as the result is, without its ending."""
    from posecore.export.formats import safe_name
    from posecore.export.saved import SUFFIX

    name = file.name
    return safe_name(name[: -len(SUFFIX)] if name.lower().endswith(SUFFIX) else file.stem, "clip")


def _words(text: str) -> list[str]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not words:
        raise argparse.ArgumentTypeError("expected at least one")
    return words


def _ids(text: str) -> list[int]:
    try:
        return [int(word) for word in _words(text)]
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"expected ids such as 1,2, but got {text!r}") from error
