"""Every limit on what posecore accepts, in one place.

A host may change one through the environment: ``POSECORE_LIMIT_CLIP_FRAMES=20000`` sets
``clip_frames``. The size of an upload in bytes is Streamlit's own setting
(``server.maxUploadSize`` in ``.streamlit/config.toml``).
"""

import os
from dataclasses import dataclass, fields

from posecore.errors import InvalidOption


@dataclass(frozen=True)
class Limits:
    """Bounds that keep one hostile or careless input from taking the machine.

    Attributes:
        picture_pixels: width x height of a picture; checked before it is decoded.
        clip_frame_pixels: width x height of one frame of a clip (8K UHD is 33 million).
        clip_frames: frames of one clip (an hour at 60 frames per second is 216,000).
        people: people looked for at once.
        person_frames: frames times people of one clip whose landmarks are kept, 1 KB each: of a clip in which
            more people come and go than that has room for, those who come last are left out.
        runs_at_once: clips that one app server works on at the same time; further ones wait.
        clip_megabytes: memory that work on one clip may take, beyond what the loaded model does (Linux).
        seconds_per_frame: a clip of which one frame takes longer than this is given up.
        seconds_idle: how long a worker process that has nothing to do is kept.
        live_viewers: live pictures at the same time on one app server; each can keep a processor busy.
        live_seconds: after so long a live picture ends, so that others get a turn; it can be started again.
        take_seconds: the longest recording of a live picture.
        seconds_after_leaving: how long a visitor's clip is kept once the connection is gone, since many
            come back from a network that failed for a moment.
    """

    picture_pixels: int = 64_000_000
    clip_frame_pixels: int = 36_000_000
    clip_frames: int = 216_000
    people: int = 20
    person_frames: int = 2_000_000
    runs_at_once: int = 2
    clip_megabytes: int = 3_000
    seconds_per_frame: int = 60
    seconds_idle: int = 300
    live_viewers: int = 4
    live_seconds: int = 3_600
    take_seconds: int = 600
    seconds_after_leaving: int = 120

    @classmethod
    def from_environment(cls, environment: dict[str, str] | None = None) -> "Limits":
        """The defaults, with each ``POSECORE_LIMIT_<FIELD>`` of the environment in place.

        Raises:
            InvalidOption: if a value is not a whole number above zero.
        """
        given = os.environ if environment is None else environment
        changed = {}
        for field in fields(cls):
            name = f"POSECORE_LIMIT_{field.name.upper()}"
            if name in given:
                changed[field.name] = whole_number(name, given[name])
        return cls(**changed)


def whole_number(name: str, text: str) -> int:
    """The number that a variable of the environment holds.

    Raises:
        InvalidOption: if it is not a whole number above zero.
    """
    if not text.isdecimal() or int(text) == 0:
        raise InvalidOption(f"Expected {name} to be a whole number above zero, but got {text!r}.")
    return int(text)


LIMITS = Limits.from_environment()
