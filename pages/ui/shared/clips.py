"""The visitor's videos on disk."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from pages.ui.serving.visits import Visit
from pages.ui.shared.taken_uploads import TakenFile, uploaded_file
from posecore.media.animations import ANIMATION_SUFFIXES
from posecore.media.clips import CLIP_SUFFIXES

VIDEO_TYPES = [suffix.removeprefix(".") for suffix in (*CLIP_SUFFIXES, *ANIMATION_SUFFIXES)]
"""The suffixes of files that are taken as videos."""


@dataclass(frozen=True)
class Clip(TakenFile):
    """A video on disk.

    Attributes:
        people: number of people in a sample whose result is kept for all visitors; None for other videos.
    """

    people: int | None = None


Kind = TypeVar("Kind", bound=Clip)


def uploaded_clip(
    visit: Visit, kind: type[Kind], label: str, *, key: str, forget: Callable[[Visit], None]
) -> Kind | None:
    """Offer the upload of a video, and return the one that the visit keeps, as ``uploaded_file`` does."""
    return uploaded_file(
        visit,
        kind,
        label,
        types=VIDEO_TYPES,
        help="MP4, MOV, WebM, MKV, AVI or an animated picture. It is deleted when you leave or choose another.",
        key=key,
        forget=forget,
    )
