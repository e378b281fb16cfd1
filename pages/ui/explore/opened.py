"""A saved result that a visitor opened."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from streamlit.typing import UploadedFile

from pages.ui.explore.playback import Playback
from pages.ui.serving.folders import Folder
from posecore import HandSequence, PoseSequence
from posecore.export.saved import Saved, load_sequence
from posecore.motion.height import height_facts, heights_of, unscaled
from posecore.motion.smoothing import Smoothing

# A saved result may come from anywhere.
_MOST_NOTES, _MOST_LETTERS = 20, 500


@dataclass(frozen=True)
class Opened:
    """A saved result, for as long as its folder exists.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        given: the facts in the file.
        smoothing: how it was smoothed when it was saved; None if the file does not say.
        is_raw: whether the playback begins with the landmarks as they were estimated, rather than with smoothed ones.
        playback: the result for the player.
        folder: holds the player's files.
    """

    key: str
    name: str
    given: Mapping[str, Any]
    smoothing: Smoothing | None
    is_raw: bool
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
    def hands(self) -> HandSequence | None:
        """The hands in the same frames; None if none were saved."""
        return self.playback.hands

    @property
    def source(self) -> str | None:
        """Name of its video; None if the file does not say."""
        source = self.given.get("source")
        return source if isinstance(source, str) else None

    @property
    def notes(self) -> list[str]:
        """What the run reported about the video."""
        notes = self.given.get("notes")
        there = [note[:_MOST_LETTERS] for note in notes if isinstance(note, str)] if isinstance(notes, list) else []
        return there[:_MOST_NOTES]

    @property
    def already(self) -> str | None:
        """A sentence about smoothing that cannot be undone; None if there certainly was none."""
        if not self.is_raw:
            how = f" ({self.smoothing})" if self.smoothing else ""
            return f"This result was smoothed before it was saved{how}."
        options = self.given.get("options")
        if not isinstance(options, dict) or "smoothing" not in options:
            return "It is not known whether this result was smoothed before it was saved."
        return "This result was smoothed during analysis (One-Euro)." if options["smoothing"] else None

    @property
    def saved_with(self) -> Smoothing | None:
        """The smoothing that was chosen when it was saved; None if none was, or if it cannot be undone."""
        return self.smoothing if self.is_raw else None

    @property
    def heights(self) -> dict[int, float]:
        """The heights that were given when it was saved, metres by id."""
        return {each.person: each.height_m for each in heights_of(self.given)}

    @property
    def raw(self) -> PoseSequence | None:
        """The landmarks as they were estimated; None if the file has only smoothed ones."""
        return self.playback.raw if self.is_raw else None

    def facts(self, shown: PoseSequence) -> dict[str, Any]:
        """The facts needed to reproduce what is shown now."""
        smoothing = self.playback.smoothing and self.playback.smoothing.as_dict()
        if not self.is_raw:
            smoothing = {**(smoothing or {}), "after": self.given.get("smoothing_afterwards")}
        people = [{"person": person, "name": shown.names.get(person)} for person in shown.person_ids.tolist()]
        metres = height_facts(self.playback.heights, shown)
        return {**self.given, "smoothing_afterwards": smoothing, "people_shown": people, **metres}


def open_result(file: UploadedFile) -> Opened:
    """Read a saved result that was uploaded.

    Raises:
        UnreadableResult: if the file is not a saved result.
    """
    return open_saved(load_sequence(file), file.file_id, file.name)


def open_saved(saved: Saved, key: str, name: str) -> Opened:
    """Open a saved result that was read.

    Args:
        saved: the result.
        key: unique in the visit.
        name: of its file.
    """
    folder = Folder("opened")
    raw = saved.estimated
    # The smoothed landmarks are made again, as for a new result, so that only one copy of them is in memory.
    # So are those in the scale of the heights, which can be changed.
    shown = unscaled(saved.sequence if raw is None else raw, heights_of(saved.facts))
    playback = Playback(shown, folder, saved.hands)
    return Opened(key, name, saved.facts, saved.smoothing, raw is not None, playback, folder)
