"""What a visitor gave for the two sides: videos, photos and saved results, kept for the visit."""

from pathlib import Path
from typing import Literal

import numpy as np
import streamlit as st
from streamlit.typing import UploadedFile

from pages.ui.explore.opened import Opened, open_result
from pages.ui.serving.visits import Visit
from pages.ui.shared.clips import Clip
from pages.ui.shared.taken_uploads import free_memory, to_disk
from pages.ui.video.clip_run import ClipRun
from posecore import PoseOptions, PoseSequence, decode_picture, estimate_image
from posecore.media.animations import ANIMATION_SUFFIXES, is_animation
from posecore.media.clips import CLIP_SUFFIXES
from posecore.media.pictures import PICTURE_SUFFIXES

Place = Literal["first", "second"]
PLACES: tuple[Place, Place] = ("first", "second")

_RESULT_SUFFIXES = (".npz", ".zip")
SUFFIXES = tuple(dict.fromkeys((*PICTURE_SUFFIXES, *CLIP_SUFFIXES, *ANIMATION_SUFFIXES, *_RESULT_SUFFIXES)))
"""File name endings of everything that can be compared."""


class Photo:
    """A photo that was uploaded.

    Attributes:
        key: unique in the visit.
        name: of the visitor's file.
        notes: what the visitor should know about how it was decoded.
    """

    def __init__(self, key: str, name: str, rgb: np.ndarray, notes: tuple[str, ...]) -> None:
        self.key, self.name, self.notes = key, name, notes
        self._rgb = rgb
        self._found: tuple[PoseOptions, PoseSequence] | None = None

    def poses(self, options: PoseOptions) -> PoseSequence:
        """The people in it, as a sequence of one frame; estimated again only with other options.

        Raises:
            PosecoreError: as ``posecore.estimate_image``.
        """
        if self._found is None or self._found[0] != options:
            with st.spinner("Finding the landmarks"):
                poses = estimate_image(self._rgb, options)
            self._found = options, PoseSequence.from_frames([poses], size=poses.size, fps=1)
        return self._found[1]

    def close(self) -> None:
        """Do nothing: it is on no disk."""


Thing = ClipRun | Opened | Photo


class Given:
    """The uploads of both sides, and the run of the sample."""

    def __init__(self) -> None:
        self.things: dict[Place, Thing] = {}
        self.sample: ClipRun | None = None

    def put(self, place: Place, thing: Thing) -> None:
        """Keep an upload in place of the last one of this side, which is deleted."""
        self.remove(place)
        self.things[place] = thing

    def remove(self, place: Place) -> None:
        """Delete the upload of a side, if there is one."""
        if (thing := self.things.pop(place, None)) is not None:
            thing.close()
            if isinstance(thing, ClipRun):
                thing.clip.close()

    def run_again(self, run: ClipRun) -> None:
        """Prepare another run of the same video in place of this one."""
        run.close()
        fresh = ClipRun(run.clip)
        self.things = {place: fresh if thing is run else thing for place, thing in self.things.items()}
        self.sample = fresh if self.sample is run else self.sample

    def swap(self) -> None:
        """Let the sides change places."""
        first, second = PLACES
        others: dict[Place, Place] = {first: second, second: first}
        self.things = {others[place]: thing for place, thing in self.things.items()}

    def close(self) -> None:
        """Delete all of it."""
        for place in PLACES:
            self.remove(place)
        if self.sample is not None:
            self.sample.close()
            self.sample = None


def given_in(visit: Visit) -> Given:
    """What was given in a visit so far."""
    given = visit.get(Given)
    if given is None:
        given = Given()
        visit.keep(given)
    return given


def take(file: UploadedFile) -> Thing:
    """Keep an upload: open a saved result, decode a photo, or prepare the run of a video.

    Raises:
        UnreadableResult, UnreadableMedia, MediaTooLarge: if it cannot be used.
    """
    suffix = Path(file.name).suffix.lower()
    if suffix in _RESULT_SUFFIXES:
        opened = open_result(file)
        free_memory(file)
        return opened
    clip = to_disk(file, Clip)
    if suffix not in PICTURE_SUFFIXES or (suffix in ANIMATION_SUFFIXES and is_animation(clip.path)):
        return ClipRun(clip)
    return _photo_of(clip)


def _photo_of(clip: Clip) -> Photo:
    notes: list[str] = []
    try:
        rgb = decode_picture(clip.path, name=clip.name, on_note=notes.append)
    finally:
        clip.close()
    return Photo(clip.key, clip.name, rgb, tuple(notes))
