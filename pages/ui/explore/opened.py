"""A saved result that a visitor opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from streamlit.typing import UploadedFile

from pages.ui.explore.playback import Playback
from pages.ui.shared.folders import Folder
from posecore.export.saved import load_sequence


@dataclass(frozen=True)
class Opened:
    """A saved result, for as long as its folder exists.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        facts: what was saved with the landmarks.
        playback: the result for the player.
        folder: holds the player's files.
    """

    key: str
    name: str
    facts: Mapping[str, Any]
    playback: Playback
    folder: Folder

    def close(self) -> None:
        """Delete the player's files."""
        self.folder.close()

    @property
    def stem(self) -> str:
        """Start of the names of files made from it."""
        return PurePath(self.name).name.partition(".")[0] or "result"

    @property
    def already(self) -> str | None:
        """A sentence about smoothing before it was saved; None if there certainly was none."""
        afterwards = self.facts.get("smoothing_afterwards")
        if isinstance(afterwards, dict) and afterwards.get("method") != "none":
            return f"This result was smoothed before it was saved ({afterwards.get('method')})."
        options = self.facts.get("options")
        if not isinstance(options, dict) or "smoothing" not in options:
            return "It is not known whether this result was smoothed before it was saved."
        return "This result was smoothed during analysis (One-Euro)." if options["smoothing"] else None


def open_result(file: UploadedFile) -> Opened:
    """Read a saved result.

    Raises:
        UnreadableResult: if the file is not a saved result.
    """
    saved = load_sequence(file)
    folder = Folder("opened")
    return Opened(file.file_id, file.name, saved.facts, Playback(saved.sequence, folder), folder)
