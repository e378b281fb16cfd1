"""Temporary folders that are gone with whatever they belong to, at the latest with the server."""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path


class Folder:
    """A temporary folder.

    ``close`` removes it and all that is in it; that also happens when nothing refers to it any more, and when
    the server stops.

    Args:
        purpose: a word for its name.
    """

    def __init__(self, purpose: str) -> None:
        self.path = Path(tempfile.mkdtemp(prefix=f"posecore-{purpose}-"))
        self._ending = ExitStack()
        self._ending.callback(shutil.rmtree, self.path, ignore_errors=True)
        self.close = weakref.finalize(self, self._ending.close)

    def before_closing(self, do: Callable[..., object], *arguments: object) -> None:
        """Call a function just before the folder is removed. Its arguments must not refer to the folder."""
        self._ending.callback(do, *arguments)

    @property
    def closed(self) -> bool:
        """It is gone."""
        return not self.close.alive
