"""Code that all commands share: reports for people and programs, progress, and atomically written outputs."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tqdm import tqdm

from posecore.errors import InvalidOption
from posecore.system import whole_files

if TYPE_CHECKING:
    from posecore.estimation.engines import EngineUsed
    from posecore.estimation.pose_options import PoseOptions

EXIT_BAD_INPUT = 2

WHY_NOBODY = "People are found by their heads: a body whose head is not in view is rarely found."
"""What to add where nobody was found."""


@dataclass
class Report:
    """Reports what a command did: in sentences as it runs, or as one JSON object at the end."""

    as_json: bool
    done: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    def add_done(self, source: Path, outputs: list[Path], **facts: Any) -> None:
        """Record a file that was processed and its outputs."""
        self.done.append({"source": str(source), "outputs": [str(path) for path in outputs], **facts})

    def add_failed(self, source: Path, error: Exception | str) -> None:
        """Record a file that could not be used, and say so in one line on stderr."""
        self.failed.append({"source": str(source), "error": one_line(error)})
        complain(error)

    def say(self, text: str) -> None:
        """Print for people, unless stdout is reserved for JSON."""
        if not self.as_json:
            tqdm.write(text)

    def finish(self) -> int:
        """Print the JSON object if requested, and return the exit code: 0, or 2 if any file failed."""
        if self.as_json:
            print(json.dumps({"done": self.done, "failed": self.failed}, ensure_ascii=False))
        return EXIT_BAD_INPUT if self.failed else 0


@contextmanager
def whole_outputs(out: Path) -> Iterator[Path]:
    """``whole_files`` in a folder that is made if it is missing."""
    with ExitStack() as stack:
        try:
            out.mkdir(parents=True, exist_ok=True)
            folder = stack.enter_context(whole_files(out))
        except OSError as error:
            raise InvalidOption(f"Nothing can be written to {out}: {error.strerror}.") from error
        yield folder


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


def load_model(options: "PoseOptions") -> "EngineUsed":
    """Find the model before anything is decoded, to show its download or report that it is missing."""
    from posecore.estimation.engines import find_engine
    from posecore.estimation.models import find_model

    with progress_bar(desc="Model", unit="B", unit_scale=True, delay=0.5) as show:
        find_model(options.model, on_progress=show)
    engine = find_engine(options)
    if engine.instead_because:
        complain(f"Using {engine.library}: the same numbers at about half the speed. {engine.instead_because}")
    return engine


def complain(error: Exception | str) -> None:
    """Print on stderr, in one line."""
    tqdm.write(one_line(error), file=sys.stderr)


def one_line(error: Exception | str) -> str:
    """The text of an error without line breaks."""
    return " ".join(str(error).split())
