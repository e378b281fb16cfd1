"""What all commands share: telling people and programs what was done, and outputs that appear whole or not at all."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tqdm import tqdm

from posecore.errors import InvalidOption, PosecoreError

EXIT_BAD_INPUT = 2


@dataclass
class Report:
    """What was done, for people and for ``--json``."""

    done: list[dict[str, Any]] = field(default_factory=list)
    failed: list[dict[str, str]] = field(default_factory=list)

    def add_done(self, source: Path, outputs: list[Path], **facts: Any) -> None:
        """Note a file that was worked on and what came of it."""
        self.done.append({"source": str(source), "outputs": [str(path) for path in outputs], **facts})

    def add_failed(self, source: Path, error: PosecoreError | str) -> None:
        """Note a file that could not be used, and say so on stderr, in one line."""
        self.failed.append({"source": str(source), "error": one_line(error)})
        complain(error)

    @property
    def exit_code(self) -> int:
        """0, or 2 where any file failed."""
        return EXIT_BAD_INPUT if self.failed else 0


@contextmanager
def whole_outputs(out: Path) -> Iterator[Path]:
    """A folder to write into; its files move to ``out`` only where the block ends well."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        temporary = tempfile.TemporaryDirectory(prefix=".posecore-", dir=out)
    except OSError as error:
        raise InvalidOption(f"Nothing can be written to {out}: {error.strerror}.") from error
    with temporary as name:
        yield Path(name)
        for path in sorted(Path(name).iterdir()):
            os.replace(path, out / path.name)


def say(args: argparse.Namespace, text: str) -> None:
    """Tell people, where nothing else is to be on stdout."""
    if not args.json:
        tqdm.write(text)


def complain(error: PosecoreError | str) -> None:
    """Tell on stderr, in one line."""
    tqdm.write(one_line(error), file=sys.stderr)


def one_line(error: PosecoreError | str) -> str:
    """The text of an error without line breaks."""
    return " ".join(str(error).split())
