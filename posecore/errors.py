"""The errors posecore raises on purpose.

The text of each is written for the person who sees it: what happened, why, and what to do.
A page or a command line shows ``str(error)`` as it stands; nothing else is needed.
"""


class PosecoreError(Exception):
    """Base of every error that posecore raises on purpose."""


class ModelNotFound(PosecoreError):
    """A model bundle is in none of the places looked at and could not be downloaded."""


class ModelNotVerified(PosecoreError):
    """A model bundle was found, but its SHA-256 is not the one on record, so it is not used."""


class ModelUnusable(PosecoreError):
    """A model bundle was found, but the inference engine cannot load it as a pose landmarker."""


class EngineUnavailable(PosecoreError):
    """The inference engine that was asked for does not load on this machine."""


class UnreadableMedia(PosecoreError):
    """A file is not a picture or clip that can be decoded."""


class MediaTooLarge(UnreadableMedia):
    """A picture or clip is over one of the limits in ``posecore.limits``."""


class WorkerLost(PosecoreError):
    """A process that worked on a clip ended by itself or got stuck, and so it would again."""


class MissingSystemLibrary(PosecoreError):
    """A shared library of the operating system is missing; the text names it and its Debian package."""


class FeedUnavailable(PosecoreError):
    """Landmarks cannot be sent live to other programs: the port for it is taken."""


class UnreadableResult(PosecoreError):
    """A saved result cannot be opened: it is damaged, of another kind, or of a newer version."""


class InvalidPoses(PosecoreError, ValueError):
    """Arrays given to ``FramePoses`` or ``PoseSequence`` do not fit together."""


class InvalidOption(PosecoreError, ValueError):
    """An option is outside its range; the text says what was expected and what was given."""


def check_choice(name: str, value: str | None, choices: tuple[str | None, ...]) -> None:
    """Raise InvalidOption if an option is none of its choices."""
    if value not in choices:
        expected = ", ".join(repr(choice) for choice in choices)
        raise InvalidOption(f"Expected {name!r} to be one of {expected}, but got {value!r}.")
