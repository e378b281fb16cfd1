"""A bundle: a result in several formats in one zip, with a text that says what each file is."""

import os
import tempfile
import textwrap
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path

from posecore.errors import InvalidOption, PosecoreError
from posecore.export.file_names import safe_name
from posecore.export.formats import PlannedFile, plan_files
from posecore.export.writers import Facts
from posecore.poses import PoseSequence
from posecore.system import whole_file

README = "README.txt"
NOT_MADE = "not-made.txt"

# These are compressed inside: packing them again takes time and saves nothing.
_PACKED = {".mp4", ".gif", ".npz", ".parquet", ".nc"}

# Of the name of an extra file: cut shorter it might lose its ending.
_MOST_BYTES = 200

OnFile = Callable[[int, int, str], bool | None]
"""Called before each file with the number done, that of all, and its title; returning False ends the work."""


class _EndedError(Exception):
    """Somebody ended it."""


def write_bundle(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    names: Iterable[str],
    *,
    stem: str,
    facts: Facts | None = None,
    extra: Mapping[str, Path] | None = None,
    on_progress: OnFile | None = None,
) -> list[str]:
    """Write a result in several formats into one zip, which appears whole or not at all.

    Its files are in a folder named ``stem``. A file that cannot be made does not spoil the others: why is told in
    ``not-made.txt`` there. Files are made one by one beside ``path`` and go as soon as they are in the zip.

    Args:
        sequence: the result.
        path: where to.
        names: of the formats, keys of ``posecore.export.formats.FORMATS``.
        stem: what folder and files are called; made safe as a file name.
        facts: what is known of the result, as ``posecore.export.manifest`` makes it.
        extra: files that are there already, by the names that they get in the zip.
        on_progress: see ``OnFile``; the zip is not written where it returns False.

    Returns:
        A sentence for each file that could not be made, as in ``not-made.txt``.

    Raises:
        InvalidOption: where there is no such format, or the name of an extra file is that of another one.
        OSError: where the zip cannot be written or an extra file cannot be read.
    """
    planned = plan_files(sequence, names, stem=stem, facts=facts)
    there = {safe_name(name, "file", _MOST_BYTES): Path(file) for name, file in (extra or {}).items()}
    _check_names([README, NOT_MADE, *(each.file_name for each in planned), *there])
    tell = _teller(len(planned) + len(there), on_progress)
    try:
        with (
            whole_file(path) as part,
            # A file from before 1980, which a zip has no date for, is dated 1980.
            zipfile.ZipFile(part, "w", strict_timestamps=False) as archive,
        ):
            return _fill(_Folder(archive, safe_name(stem, "clip")), planned, there, Path(path), tell)
    except _EndedError:
        return []


class _Folder:
    """The one folder of a zip that everything is in."""

    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self._archive = archive
        self._name = name

    def add(self, file: Path, name: str) -> None:
        method = zipfile.ZIP_STORED if Path(name).suffix.lower() in _PACKED else zipfile.ZIP_DEFLATED
        self._archive.write(file, f"{self._name}/{name}", method)

    def add_text(self, name: str, text: str) -> None:
        self._archive.writestr(f"{self._name}/{name}", text, zipfile.ZIP_DEFLATED)


def _fill(
    folder: _Folder,
    planned: list[PlannedFile],
    there: Mapping[str, Path],
    target: Path,
    tell: Callable[[int, str], None],
) -> list[str]:
    made, notes = [], []
    for done, each in enumerate(planned):
        tell(done, each.title)
        with tempfile.TemporaryDirectory(prefix=".part-", dir=target.absolute().parent) as temporary:
            try:
                folder.add(each.write(temporary), each.file_name)
            except PosecoreError as error:
                notes.append(f"{each.title}: {error}")
            else:
                made.append(each)
    for done, (name, file) in enumerate(there.items(), len(planned)):
        tell(done, name)
        folder.add(file, name)
    tell(len(planned) + len(there), "Zip")
    folder.add_text(README, _readme(made, there, notes))
    if notes:
        folder.add_text(NOT_MADE, "".join(f"{_paragraph(note)}\n\n" for note in notes))
    return notes


def _teller(total: int, on_progress: OnFile | None) -> Callable[[int, str], None]:
    def tell(done: int, title: str) -> None:
        if on_progress is not None and on_progress(done, total, title) is False:
            raise _EndedError

    return tell


def _check_names(names: list[str]) -> None:
    seen: set[str] = set()
    for name in names:
        # To Windows and macOS two names that differ in capitals alone are one file.
        if name.casefold() in seen:
            raise InvalidOption(f"Expected files with names of their own, but got two called {name}.")
        seen.add(name.casefold())


def _readme(made: list[PlannedFile], there: Mapping[str, Path], notes: list[str]) -> str:
    sections = ["What is in this folder. Estimated by posecore; for exploring movement, not for medical decisions."]
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
