"""Temporary folders that are removed with their owner, at the latest when the server stops.

A server that is killed leaves them to the next one, see ``pages.ui.serving.temporary``.
"""

import shutil
import tempfile
import weakref
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path


class Folder:
    """A temporary folder.

    ``close`` removes it and everything in it. That also happens when nothing refers to it any more, and when
    the server stops.

    Args:
        purpose: part of the folder's name.
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
        """Whether the folder is removed."""
        return not self.close.alive
