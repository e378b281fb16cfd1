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
    """A saved result, for as long as its folder is there.

    Attributes:
        key: tells it from others of the visit.
        name: of the file, as the visitor knows it.
        facts: what was saved beside the landmarks.
        playback: the result for the player.
        folder: what the player's files lie in.
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
        """The start of the names of files that are made of it."""
        return PurePath(self.name).name.partition(".")[0] or "result"

    @property
    def already(self) -> str | None:
        """What has smoothed it before it was saved, as a sentence; None where that is known to be nothing."""
        afterwards = self.facts.get("smoothing_afterwards")
        if isinstance(afterwards, dict) and afterwards.get("method") != "none":
            return f"This result was smoothed before it was saved ({afterwards.get('method')})."
        options = self.facts.get("options")
        if not isinstance(options, dict) or "smoothing" not in options:
            return "Whether this result was smoothed before it was saved is not known."
        return "This result was smoothed while it was estimated (One-Euro)." if options["smoothing"] else None


def open_result(file: UploadedFile) -> Opened:
    """Read a saved result.

    Raises:
        UnreadableResult: where it is none.
    """
    saved = load_sequence(file)
    folder = Folder("opened")
    return Opened(file.file_id, file.name, saved.facts, Playback(saved.sequence, folder), folder)
