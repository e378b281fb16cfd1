"""The errors that posecore raises on purpose.

Each message is written for the user: what happened, why, and what to do. Pages and the command line show
``str(error)`` as it is.
"""

import re

# The names of files may have any: a terminal obeys some, and others turn the direction of the text.
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
_MOST_LETTERS = 1_000


class PosecoreError(Exception):
    """Base of every error that posecore raises on purpose.

    What a file holds may be in its text, which therefore has no control characters but the line feed, and an end.
    """

    def __str__(self) -> str:
        text = _CONTROLS.sub("\N{REPLACEMENT CHARACTER}", super().__str__())
        return text if len(text) <= _MOST_LETTERS else f"{text[: _MOST_LETTERS - 1]}…"


class ModelNotFound(PosecoreError):
    """A model bundle is in none of the places searched and could not be downloaded."""


class ModelNotVerified(PosecoreError):
    """A model bundle was found, but its SHA-256 is not the one on record, so it is not used."""


class ModelUnusable(PosecoreError):
    """A model bundle was found, but the inference engine cannot load it as a pose landmarker."""


class EngineUnavailable(PosecoreError):
    """The requested inference engine does not load on this machine."""


class UnreadableMedia(PosecoreError):
    """A file is not a photo or video that can be decoded."""


class MediaTooLarge(UnreadableMedia):
    """A photo or video exceeds one of the limits in ``posecore.limits``."""


class OutputTooLarge(PosecoreError):
    """A file would become larger than one of the limits in ``posecore.limits`` allows, so it is not written."""


class WorkerLost(PosecoreError):
    """A process died or hung while processing a video, and would again."""


class WorkerUnavailable(PosecoreError):
    """The process that is to read a video does not start on this machine; the video is not the cause."""


class MissingSystemLibrary(PosecoreError):
    """A shared library of the operating system is missing; the text names it and its Debian package."""


class FeedUnavailable(PosecoreError):
    """Landmarks cannot be sent live to other programs: the port for it is taken."""


class UnreadableResult(PosecoreError):
    """A saved result cannot be opened: it is damaged, of another kind, or from a newer version."""


class UnreadableSessions(PosecoreError):
    """A file of exercise sessions cannot be read: it is damaged, of another kind, or a value in it is wrong."""


class DatabaseUnavailable(PosecoreError):
    """The database of exercise sessions cannot be used: it cannot be reached, is damaged, or from a newer version."""


class InvalidSession(PosecoreError, ValueError):
    """An exercise session cannot be as given; the message says what was expected and what was given."""


class InvalidPoses(PosecoreError, ValueError):
    """Arrays given to ``FramePoses`` or ``PoseSequence`` are inconsistent."""


class InvalidHands(PosecoreError, ValueError):
    """Arrays given to ``FrameHands`` or ``HandSequence`` are inconsistent."""


class InvalidRigidPose(PosecoreError, ValueError):
    """Numbers given to ``RigidPose`` or ``RigidSequence``, or the points of a rigid body, cannot be as given."""


class InvalidCamera(PosecoreError, ValueError):
    """A camera cannot be as given, or does not belong to an image."""


class UnreadableCamera(PosecoreError):
    """A file holds no camera that can be used: it is damaged, of another kind, or of another camera model."""


class CannotCalibrate(PosecoreError):
    """Photos do not show enough of a board to calibrate their camera."""


class NotComparable(PosecoreError):
    """Two poses, movements or attempts cannot be compared: one has too little in it, or they are too long."""


class SignNotSeen(PosecoreError):
    """An example of a sign has no movement of raised hands in it."""


class UnreadableSigns(PosecoreError):
    """A file of taught signs cannot be read: it is damaged, of another kind, or from a newer version."""


class UnreadableLabels(PosecoreError):
    """Labelled photos, or results of another system on them, cannot be read at all; the message says why."""


class UnreadableMotion(PosecoreError):
    """A movement that another program wrote cannot be read at all; the message says why."""


class UnreadablePuppet(PosecoreError):
    """An SVG file is not used as a puppet: it is damaged, lacks parts, or holds what may not be in one."""


class InvalidOption(PosecoreError, ValueError):
    """An option is outside its range; the message says what was expected and what was given."""


def check_choice(name: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    """Raise InvalidOption unless ``value`` is one of ``choices``."""
    if value not in choices:
        expected = ", ".join(repr(choice) for choice in choices)
        raise InvalidOption(f"Expected {name!r} to be one of {expected}, but got {value!r}.")


def unforeseen(what: str, error: Exception) -> str:
    """A sentence for an error that nobody put into words."""
    text = one_line(error)
    return f"{what} could not be processed: {type(error).__name__}{f': {text}' if text else ''}."


def one_line(error: Exception | str) -> str:
    """The text of an error without line breaks."""
    return " ".join(str(error).split())
