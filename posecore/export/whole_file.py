"""A file that appears whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def whole_file(path: str | os.PathLike[str]) -> Iterator[Path]:
    """Where to write what is to be at ``path``; it is moved there once the block has ended well.

    After an error nothing is left of it, and what was at ``path`` before is still there.

    Raises:
        OSError: where the folder is missing or cannot be written to.
    """
    target = Path(path)
    # Beside its target: a move within one folder is one step, which no reader sees half done.
    with tempfile.TemporaryDirectory(prefix=".part-", dir=target.absolute().parent) as folder:
        part = Path(folder, target.name)
        yield part
        os.replace(part, target)
