"""``posecore export``: a saved result in other formats."""

import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from posecore.cli import options
from posecore.cli.console import NotWritten, Report, complain, progress_bar
from posecore.cli.outputs import OutputFolder
from posecore.errors import InvalidOption, PosecoreError, UnreadableResult, unforeseen
from posecore.export.formats import FORMATS, PlannedFile, formats_for, plan_files, safe_name

if TYPE_CHECKING:
    from posecore.export.saved import Saved
    from posecore.motion.smoothing import Smoothing

_ALL, _BUNDLE = "all", "bundle"
# Of a file name, on nearly every disk.
_MOST_BYTES = 255
_MEANINGS = {**{name: form.title for name, form in FORMATS.items()}, _ALL: "all of these", _BUNDLE: "all in one zip"}


def _words(_context: click.Context, _option: click.Parameter, text: str) -> list[str]:
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    if not words:
        raise click.BadParameter("expected at least one.")
    return words


def _ids(context: click.Context, option: click.Parameter, text: str | None) -> list[int] | None:
    try:
        return None if text is None else [int(word) for word in _words(context, option, text)]
    except ValueError as error:
        raise click.BadParameter(f"expected ids such as 1,2, but got {text!r}.") from error


@click.command(epilog="\b\nFormats:\n" + "\n".join(f"  {name:12}  {title}" for name, title in _MEANINGS.items()))
@click.argument("file", type=options.PATH, metavar="RESULT")
@click.option("--to", callback=_words, required=True, metavar="FORMAT,...", help="Formats, separated by commas.")
@click.option(
    "--out",
    "--output",
    "out",
    type=options.PATH,
    metavar="DIR|ZIP",
    help="Folder to write to, created if it does not exist, or a zip for everything.  [default: the folder of RESULT]",
)
@options.overwrite
@click.option("--people", callback=_ids, metavar="ID,...", help="Only these people.  [default: all]")
@click.option(
    "--smoothing",
    "method",
    # Written out, as importing the filters takes half a second.
    metavar="[none|one-euro|butterworth|savitzky-golay|solid]",
    help="Smooth the raw landmarks over time like this.  [default: as they were saved]",
)
@click.option("--cutoff", "cutoff_hz", type=float, metavar="HZ", help="Of the butterworth filter.  [default: 6]")
@click.option(
    "--fill-gaps",
    "fill_gaps_s",
    type=float,
    default=0.0,
    show_default=True,
    metavar="S",
    help="First fill gaps of up to this many seconds.",
)
@options.fit
@options.height
@options.as_json
def export(
    file: Path,
    to: list[str],
    out: Path | None,
    overwrite: bool,
    people: list[int] | None,
    method: str | None,
    cutoff_hz: float | None,
    fill_gaps_s: float,
    body: str | None,
    field_of_view_deg: float | None,
    heights: options.GivenHeights | None,
    as_json: bool,
) -> int:
    """Write a saved result (STEM.posecore.npz) of the video command or the app in other formats.

    Some formats write one file per person. A file that cannot be made does not stop the others.
    """
    from posecore.export.bundle import write_bundle
    from posecore.export.saved import SUFFIX, load_sequence

    unknown = [word for word in to if word not in _MEANINGS]
    if unknown:
        raise InvalidOption(f"Expected --to to be among {', '.join(_MEANINGS)}, but got {unknown[0]!r}.")
    chosen = _choose(method, cutoff_hz, fill_gaps_s, options.fitted(body, field_of_view_deg), field_of_view_deg)
    everything = _ALL in to or set(to) == {_BUNDLE}
    report = Report(as_json)
    try:
        saved = load_sequence(file)
    except UnreadableResult as error:
        report.add_failed(file, error)
        return report.finish()
    saved = _changed(_only(saved, people), heights, chosen)
    sequence, facts, hands = saved.sequence, saved.facts, saved.hands
    names = formats_for(sequence, hands) if everything else [word for word in to if word in FORMATS]
    stem = safe_name(file.name[: -len(SUFFIX)] if file.name.lower().endswith(SUFFIX) else file.stem, "clip")
    out = file.parent if out is None else out
    errors: list[Exception | str] = []
    if out.suffix.lower() == ".zip" or _BUNDLE in to:
        target = _zip_of(out, stem)
        _check_target(target, file)
        folder = OutputFolder(target.parent, overwrite=overwrite)
        with folder.whole(file, target.stem) as written, progress_bar(unit="file") as show:
            part = written.folder / target.name
            notes = write_bundle(
                sequence, part, names, stem=stem, facts=facts, raw=saved.raw, hands=hands, on_progress=show
            )
        planned_names = [target.name]
    else:
        planned = plan_files(sequence, names, stem=stem, facts=facts, raw=saved.raw, hands=hands)
        if everything:
            planned = [each for each in planned if not _is_same(out / each.file_name, file)]
        for each in planned:
            _check_target(out / each.file_name, file)
        with OutputFolder(out, overwrite=overwrite).whole(file, stem) as written:
            notes, errors = _write_files(planned, written.folder)
        planned_names = [each.file_name for each in planned]
    outputs = [written.paths[name] for name in planned_names if name in written.paths]
    if outputs:
        report.add_done(file, outputs, notes=notes)
        report.say("Wrote " + ", ".join(map(str, outputs)))
    for note in notes:
        # With "all", formats that do not suit this video are left out; a format that was named is an error.
        if outputs and everything:
            complain(note)
        else:
            report.add_failed(file, note)
    for failure in errors:
        report.add_failed(file, failure)
    return report.finish()


def _zip_of(out: Path, stem: str) -> Path:
    target = out if out.suffix.lower() == ".zip" else out / f"{stem}.zip"
    if len(os.fsencode(target.name)) <= _MOST_BYTES:
        return target
    return target.with_name(safe_name(target.stem, stem) + target.suffix)


def _write_files(planned: list[PlannedFile], folder: Path) -> tuple[list[str], list[Exception | str]]:
    """Write all that can be written.

    Returns:
        A sentence for each file that cannot be made from this result, and the other errors.
    """
    notes: list[str] = []
    errors: list[Exception | str] = []
    with progress_bar(unit="file") as show:
        for done, each in enumerate(planned):
            show(done, len(planned), each.title)
            try:
                each.write(folder)
            except PosecoreError as error:
                notes.append(f"{each.title}: {error}")
            except OSError as error:
                errors.append(NotWritten(f"{each.file_name} could not be written: {error}."))
            except Exception as error:  # noqa: BLE001 - whatever goes wrong in one format must not stop the others
                errors.append(unforeseen(each.title, error))
    return notes, errors


def _check_target(target: Path, source: Path) -> None:
    if _is_same(target, source):
        raise InvalidOption(f"{target} would overwrite the result that it is made from. Choose another --out.")


def _is_same(target: Path, source: Path) -> bool:
    return os.path.exists(target) and target.samefile(source)  # unlike Path.exists, False if the name is too long


def _only(saved: "Saved", people: list[int] | None) -> "Saved":
    """The requested people, with facts that mention nobody else."""
    if people is None:
        return saved
    from posecore.motion.height import height_facts, heights_of

    hands = saved.hands
    there = saved.sequence.person_ids.tolist()
    there += sorted({slot.person for slot in hands.slots} - set(there)) if hands is not None else []
    unknown = [person for person in people if person not in there]
    if unknown:
        ids = ", ".join(map(str, there)) or "none"
        raise InvalidOption(f"Expected --people to be among those of this result ({ids}), but got {unknown[0]}.")
    names = saved.sequence.names
    shown = [{"person": person, "name": names.get(person)} for person in there if person in people]
    sequence = saved.sequence.only(people)
    of_heights = height_facts(heights_of(saved.facts), sequence) if "heights" in saved.facts else {}
    facts = {**saved.facts, "people_shown": shown, **of_heights} if saved.facts else saved.facts
    raw = None if saved.raw is None else saved.raw.only(people)
    hands = None if hands is None else hands.only(people)
    return replace(saved, sequence=sequence, facts=facts, raw=raw, hands=hands)


@dataclass(frozen=True)
class _Chosen:
    """How to smooth; a method of None is that of the saved result.

    Attributes:
        method, cutoff_hz, fill_gaps_s: as the options say them.
        fitted: the solid body that was asked for.
        field_of_view_deg: that was given for it.
    """

    method: str | None
    cutoff_hz: float | None
    fill_gaps_s: float
    fitted: "Smoothing | None" = None
    field_of_view_deg: float | None = None


def _choose(
    method: str | None,
    cutoff_hz: float | None,
    fill_gaps_s: float,
    fitted: "Smoothing | None",
    field_of_view_deg: float | None,
) -> _Chosen:
    if fitted is not None and method is not None:
        raise InvalidOption(f"Expected --smoothing or --body, but got both, {method} and {fitted.method}.")
    return _Chosen(method if fitted is None else fitted.method, cutoff_hz, fill_gaps_s, fitted, field_of_view_deg)


def _changed(saved: "Saved", heights: options.GivenHeights | None, chosen: _Chosen) -> "Saved":
    """The result smoothed and scaled as requested; to the last bit as it was saved if nothing is requested."""
    from posecore.motion.height import heights_of

    as_saved = heights is None and chosen.method is None and chosen.fill_gaps_s == 0
    smoothed = _smoothed(saved if as_saved else _unscaled(saved), chosen)
    if heights is None:
        heights = {each.person: each.height_m for each in heights_of(saved.facts)}
    return smoothed if as_saved or heights == {} else _scaled(smoothed, heights)


def _smoothed(saved: "Saved", chosen: _Chosen) -> "Saved":
    """The result smoothed as requested, with facts that say so; as it was saved if nothing is requested."""
    method, cutoff_hz, fill_gaps_s = chosen.method, chosen.cutoff_hz, chosen.fill_gaps_s
    if cutoff_hz is not None and method != "butterworth":
        raise InvalidOption(f"Expected --cutoff with --smoothing butterworth only, but got {method or 'none'}.")
    if method is None and fill_gaps_s == 0:
        return saved
    from posecore.motion.smoothing import Smoothing, smooth_sequence

    raw = saved.estimated
    if raw is None:
        raise InvalidOption(
            "This result was smoothed before it was saved, without its raw landmarks, and is not smoothed twice. Leave "
            "out --smoothing, --body and --fill-gaps, or export the result as it was estimated."
        )
    if chosen.fitted is not None:
        smoothing = replace(_through_lens(chosen.fitted, saved, chosen), fill_gaps_s=fill_gaps_s)
    elif method is None:
        smoothing = replace(saved.smoothing or Smoothing(method="none"), fill_gaps_s=fill_gaps_s)
    else:
        given: Any = {"method": method, "fill_gaps_s": fill_gaps_s}
        smoothing = Smoothing(**given | ({} if cutoff_hz is None else {"cutoff_hz": cutoff_hz}))
    facts = {**saved.facts, "smoothing_afterwards": smoothing.as_dict()}
    with progress_bar(unit="frame", desc="Smoothing") as show:
        sequence = smooth_sequence(raw, smoothing, on_progress=show)
    return replace(saved, sequence=sequence, facts=facts, raw=raw)


def _through_lens(body: "Smoothing", saved: "Saved", chosen: _Chosen) -> "Smoothing":
    """The body seen through the lens that the video stated, unless a field of view was given."""
    from posecore.export.facts import stated_focal_35mm

    if chosen.field_of_view_deg is not None:
        return body
    body, said = body.through_lens(saved.sequence.size, stated_focal_35mm(saved.facts))
    complain(said)
    return body


def _scaled(saved: "Saved", heights: options.GivenHeights) -> "Saved":
    """A result in the model's own scale, scaled to these heights, with facts that say so."""
    from posecore.motion.height import fit_heights, height_facts, scaled, unused_in_words

    sequence, raw = saved.sequence, saved.raw
    options.check_heights(heights, int(sequence.seen.sum(axis=1).max(initial=0)))
    by_person = options.heights_of(heights, sequence)
    given = fit_heights(sequence if raw is None else raw, by_person)
    if unused := unused_in_words(given, by_person, sequence):
        complain(unused)
    raw = None if raw is None else scaled(raw, given)
    facts = {**saved.facts, **height_facts(given, sequence)}
    return replace(saved, sequence=scaled(sequence, given), raw=raw, facts=facts)


def _unscaled(saved: "Saved") -> "Saved":
    """The result in the model's own scale, in which filters of metres are set."""
    from posecore.motion.height import heights_of, unscaled

    given = heights_of(saved.facts)
    raw = None if saved.raw is None else unscaled(saved.raw, given)
    return replace(saved, sequence=unscaled(saved.sequence, given), raw=raw)
