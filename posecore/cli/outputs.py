"""Outputs of the commands: written whole or not at all, and never silently in place of another result."""

import filecmp
import os
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from posecore.cli.console import NotWritten, complain
from posecore.errors import InvalidOption
from posecore.system import whole_files

IsSame = Callable[[Path, Path], bool]
"""Whether a result that is there and a new one come from the same file with the same options.

Both are paths without the endings that their files have.
"""


@dataclass
class Files:
    """The files of one result.

    Attributes:
        folder: write them here, with names that begin with the stem.
        paths: where they ended up, by the names they were written with; empty until then.
    """

    folder: Path
    paths: dict[str, Path] = field(default_factory=dict)


class OutputFolder:
    """The folder that a command writes to, made if it is missing.

    Args:
        path: of the folder.
        overwrite: whether a result may take the place of another one. If not, it gets a name with a number.
    """

    def __init__(self, path: Path, *, overwrite: bool) -> None:
        self._path = path
        self._overwrite = overwrite
        self._taken: set[str] = set()

    @contextmanager
    def whole(self, source: Path, stem: str, is_same: IsSame | None = None) -> Iterator[Files]:
        """Write the files of one result: all appear at the end of the block, or none after an error.

        Args:
            source: what they are made from.
            stem: start of their names, which becomes another one if it belongs to another result.
            is_same: by default, whether the contents are equal.

        Raises:
            InvalidOption: if nothing can be written to the folder.
            NotWritten: if these files cannot be written.
        """
        usable = False
        try:
            self._path.mkdir(parents=True, exist_ok=True)
            with whole_files(self._path) as folder:
                usable = True
                files = Files(folder)
                yield files
                self._name(files, stem, is_same or _have_same_content)
        except OSError as error:
            if not usable:
                raise InvalidOption(f"Nothing can be written to {self._path}: {error.strerror}.") from error
            raise NotWritten(
                f"The outputs of {source.name} could not be written; partial files have been removed: {error}."
            ) from error

    def _name(self, files: Files, stem: str, is_same: IsSame) -> None:
        endings = [path.name.removeprefix(stem) for path in sorted(files.folder.iterdir())]
        free = next(name for name in _numbered(stem) if self._is_free(files.folder / stem, name, endings, is_same))
        for ending in endings if free != stem else ():
            os.replace(files.folder / (stem + ending), files.folder / (free + ending))
        files.paths = {stem + ending: self._path / (free + ending) for ending in endings}
        if free != stem:
            own = stem.casefold() in self._taken
            advice = "." if own else "; --overwrite replaces the other."
            complain(
                f"{self._path} has another result called {stem}, of another file or with other options. This one is "
                f"called {free}{advice}"
            )
        self._taken.add(free.casefold())

    def _is_free(self, new: Path, name: str, endings: list[str], is_same: IsSame) -> bool:
        # On Windows and macOS, names that differ only in case are the same.
        if name.casefold() in self._taken:
            return False
        there = any((self._path / (name + ending)).exists() for ending in endings)
        return self._overwrite or not there or is_same(self._path / name, new)


def _numbered(stem: str) -> Iterator[str]:
    yield stem
    yield from (f"{stem}_{number}" for number in count(2))


def _have_same_content(there: Path, new: Path) -> bool:
    """Whether the files of the new result that are there already have the same content."""
    pairs = [(Path(f"{there}{file.name.removeprefix(new.name)}"), file) for file in new.parent.iterdir()]
    return all(_is_same_file(old, file) for old, file in pairs if old.exists())


def _is_same_file(old: Path, new: Path) -> bool:
    if not old.is_file():
        return False
    return filecmp.cmp(old, new, shallow=False) or (_members(new) is not None and _members(old) == _members(new))


def _members(file: Path) -> list[tuple[str, int]] | None:
    """Names and checksums in a zip, which also holds the time at which it was made; None for another file."""
    try:
        with zipfile.ZipFile(file) as archive:
            return [(member.filename, member.CRC) for member in archive.infolist()]
    except zipfile.BadZipFile:
        return None
