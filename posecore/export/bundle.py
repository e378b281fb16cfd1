"""A bundle: a result in several formats in one zip, with a README that explains each file."""

import os
import tempfile
import textwrap
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from posecore.errors import InvalidOption, PosecoreError
from posecore.export.formats import Facts, PlannedFile, plan_files, safe_name
from posecore.hands import HandSequence
from posecore.poses import PoseSequence
from posecore.system import whole_file

README = "README.txt"
NOT_MADE = "not-made.txt"

# Already compressed: packing them again takes time and saves nothing.
_PACKED = {".mp4", ".gif", ".npz", ".parquet", ".nc"}

# Maximum length of an extra file's name: shortened further, it might lose its ending.
_MOST_BYTES = 200

OnFile = Callable[[int, int, str], bool | None]
"""Called before each file with the number done, the total and its title; returning False stops the work."""


class _StoppedError(Exception):
    """Raised if the caller stops the work."""


def write_bundle(
    sequence: PoseSequence | None,
    path: str | os.PathLike[str],
    names: Iterable[str],
    *,
    stem: str,
    facts: Facts | None = None,
    raw: PoseSequence | None = None,
    hands: HandSequence | None = None,
    extra: Mapping[str, Path] | None = None,
    on_progress: OnFile | None = None,
) -> list[str]:
    """Write a result in several formats into one zip, which appears whole or not at all.

    Its files are in a folder named ``stem``. A file that cannot be made does not affect the others: ``not-made.txt`` in
    that folder says why. Files are made one by one beside ``path`` and removed as soon as they are in the zip.

    Args:
        sequence: the result; None: only hands.
        path: path of the zip.
        names: names of the formats, keys of ``posecore.export.formats.FORMATS``.
        stem: start of the names of folder and files; made safe as a file name.
        facts: what is known of the result, as ``posecore.runs.manifest`` makes it.
        raw: the same people before they were smoothed; None: not known.
        hands: the hands in the same frames; None: they were not looked for.
        extra: existing files, by their names in the zip.
        on_progress: see ``OnFile``; the zip is not written if it returns False.

    Returns:
        A sentence for each file that could not be made, as in ``not-made.txt``.

    Raises:
        InvalidOption: if there is no such format, two files have one name, or there is neither a sequence nor hands.
        OSError: if the zip cannot be written or an extra file cannot be read.
    """
    planned = plan_files(sequence, names, stem=stem, facts=facts, raw=raw, hands=hands)
    there = {safe_name(name, "file", _MOST_BYTES): Path(file) for name, file in (extra or {}).items()}
    _check_names([README, NOT_MADE, *(each.file_name for each in planned), *there])
    folder = safe_name(stem, "clip")
    made, notes = [], []

    def report(done: int, title: str) -> None:
        if on_progress is not None and on_progress(done, len(planned) + len(there), title) is False:
            raise _StoppedError

    try:
        with (
            whole_file(path) as part,
            # Zip has no dates before 1980: a file from before gets that year.
            zipfile.ZipFile(part, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as archive,
            tempfile.TemporaryDirectory(dir=part.parent) as temporary,
        ):
            for done, each in enumerate(planned):
                report(done, each.title)
                try:
                    file = each.write(temporary)
                except PosecoreError as error:
                    notes.append(f"{each.title}: {error}")
                    continue
                archive.write(file, f"{folder}/{each.file_name}", _packing(file))
                file.unlink()
                made.append(each)
            for done, (name, file) in enumerate(there.items(), len(planned)):
                report(done, name)
                archive.write(file, f"{folder}/{name}", _packing(Path(name)))
            report(len(planned) + len(there), "Zip")
            archive.writestr(f"{folder}/{README}", _readme(made, there, notes))
            if notes:
                archive.writestr(f"{folder}/{NOT_MADE}", "".join(f"{_paragraph(note)}\n\n" for note in notes))
    except _StoppedError:
        return []
    return notes


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        # On Windows and macOS, two names that differ only in case are the same file.
        if name.casefold() in seen:
            raise InvalidOption(f"Expected files with different names, but got two called {name}.")
        seen.add(name.casefold())


def _packing(file: Path) -> int:
    return zipfile.ZIP_STORED if file.suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED


def _readme(made: list[PlannedFile], there: Iterable[str], notes: list[str]) -> str:
    sections = ["What is in this folder. Estimated by posecore, for exploring movement and not for medical decisions."]
    files_of: dict[str, list[PlannedFile]] = {}
    for each in made:
        files_of.setdefault(each.format.name, []).append(each)
    for files in files_of.values():
        form = files[0].format
        listed = "\n".join(each.file_name for each in files)
        sections.append(f"{listed}\n{_paragraph(f'{form.title}. {form.help}')}")
    sections += [f"{name}\n    Added as it was." for name in there]
    if notes:
        sections.append(f"{NOT_MADE}\n    What could not be made, and why.")
    return "\n\n".join(sections) + "\n"


def _paragraph(text: str) -> str:
    return textwrap.fill(text, 88, initial_indent="    ", subsequent_indent="    ")
