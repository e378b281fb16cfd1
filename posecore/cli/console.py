"""Code that all commands share: reports for people and programs, and progress."""

import errno
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

from tqdm import tqdm

from posecore.errors import InvalidCamera, PosecoreError, UnreadableMedia, WorkerLost, one_line, unforeseen

if TYPE_CHECKING:
    from posecore.estimation.engines import EngineUsed
    from posecore.estimation.pose_options import PoseOptions

EXIT_NOT_WRITTEN = 1
EXIT_BAD_INPUT = 2
EXIT_INTERRUPTED = 130

WHY_NOBODY = "People are found by their heads: a body whose head is not in view is rarely found."
"""What to add where nobody was found."""


class NotWritten(PosecoreError):
    """Outputs could not be written; nothing is left of them."""


_ABOUT_ONE_FILE = (UnreadableMedia, NotWritten, WorkerLost, InvalidCamera)


@dataclass
class Report:
    """Reports what a command did: in sentences as it runs, or as one JSON object at the end.

    If something cannot be printed, the work is done all the same.
    """

    as_json: bool
    done: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)
    all_written: bool = True

    def add_done(self, source: Path, outputs: list[Path], **facts: Any) -> None:
        """Record a file that was processed and its outputs."""
        self.done.append({"source": str(source), "outputs": [str(path) for path in outputs], **facts})

    def add_failed(self, source: Path | str, error: Exception | str) -> None:
        """Record a file that could not be used or written, and say so in one line on stderr."""
        self.all_written = self.all_written and not isinstance(error, NotWritten)
        self.failed.append({"source": str(source), "error": one_line(error)})
        complain(error)

    def say(self, text: str) -> None:
        """Print for people, unless stdout is reserved for JSON."""
        if not self.as_json:
            _print(text, sys.stdout)

    def finish(self) -> int:
        """Print the JSON object if requested, and return the exit code.

        0; 1 if outputs or the JSON object could not be written; 2 if a file could not be used.
        """
        # In ASCII, which every console has, and where even a lone surrogate, as in a file name, can be written.
        if self.as_json and not _print(json.dumps({"done": self.done, "failed": self.failed}), sys.stdout):
            return EXIT_NOT_WRITTEN
        if not self.all_written:
            return EXIT_NOT_WRITTEN
        return EXIT_BAD_INPUT if self.failed else 0


@contextmanager
def progress_bar(**options: Any) -> Iterator[Callable[..., None]]:
    """A progress bar on a terminal, updated by calls with the number done, the total and perhaps a title."""
    with tqdm(disable=None, leave=False, **options) as bar:

        def show(done: int, total: int | None, title: str | None = None) -> None:
            bar.total = total
            if title is not None:
                bar.set_description(title, refresh=False)
            bar.update(done - bar.n)

        yield show


def process_each(files: Iterable[Path], report: Report, process: Callable[[Path], None]) -> None:
    """Process files, each once, with a bar on a terminal if there are several.

    A file that cannot be used or written is reported and does not stop the others; nor does an error that nobody
    foresaw. Errors about the options or this machine are raised, as the others would end in the same way.
    """
    chosen = list(dict.fromkeys(files))
    for file in tqdm(chosen, unit="file", leave=False, disable=True if len(chosen) == 1 else None):
        try:
            process(file)
        except _ABOUT_ONE_FILE as error:
            report.add_failed(file, error)
        except PosecoreError:
            raise
        except Exception as error:  # noqa: BLE001 - a decoder may raise anything
            report.add_failed(file, unforeseen(file.name, error))


def load_model(options: "PoseOptions") -> "EngineUsed":
    """Find the model before anything is decoded, to show its download or report that it is missing."""
    from posecore.estimation.engines import find_engine

    find_models(options.model)
    engine = find_engine(options)
    if engine.instead_because:
        complain(f"Using {engine.library}: the same numbers at about half the speed. {engine.instead_because}")
    return engine


def find_models(*names: str | os.PathLike[str]) -> None:
    """Find models before anything is decoded, to show their downloads or report that one is missing."""
    from posecore.estimation.models import find_model

    with progress_bar(desc="Model", unit="B", unit_scale=True, delay=0.5) as show:
        for name in names:
            find_model(name, on_progress=show)


def complain(error: Exception | str) -> None:
    """Print on stderr, in one line."""
    _print(one_line(error), sys.stderr)


def _print(text: str, stream: TextIO) -> bool:
    """Print a line; False if that fails, except where the reader has stopped reading, as ``head`` does."""
    try:
        tqdm.write(text, file=stream)
        stream.flush()
    except OSError as error:
        return _is_enough(stream, error)
    return True


def _is_enough(stream: TextIO, error: OSError) -> bool:
    """Whether printing failed because the reader has stopped reading; if not, say so on stderr."""
    # What could not be printed is still in the stream's buffer, and would fail once more at the end of the program.
    with suppress(OSError, ValueError), open(os.devnull, "wb") as nowhere:
        os.dup2(nowhere.fileno(), stream.fileno())
    # On Windows, a closed pipe is an invalid argument.
    left = isinstance(error, BrokenPipeError) or (os.name == "nt" and error.errno == errno.EINVAL)
    if not left and stream is not sys.stderr:
        complain(f"The results are complete, but not all that is said of them could be printed: {error.strerror}.")
    return left
