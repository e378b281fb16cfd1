"""A sample photo and video, for trying everything without a camera or files of one's own.

The photo comes with an installed package. The video is Sports2D's demonstration clip (BSD-3-Clause), taken from the
wheel of that name or from its repository; if neither is available, a video is made from the photo, and its description
says so.
"""

import hashlib
import importlib.util
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from posecore.downloads import DownloadFailed, DownloadNotVerified, OnBytes, cache_dir, download
from posecore.errors import UnreadableMedia
from posecore.media.films import FilmWriter
from posecore.media.pictures import decode_picture
from posecore.system import whole_file

CLIP_NAME = "sports2d_demo.mp4"
CLIP_SIZE = 3_968_304
CLIP_SHA256 = "d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039"
CLIP_URL = (
    "https://raw.githubusercontent.com/davidpagnon/Sports2D/"
    "bb6962bce646f695f8457216532253cbcdd73bba/Sports2D/Demo/demo.mp4"
)
_CLIP_IN_WHEEL = "Sports2D/Demo/demo.mp4"
_MADE_NAME = "photograph_in_motion.mp4"
_MADE_FPS = 25.0
_MADE_SECONDS = 4


@dataclass(frozen=True)
class Sample:
    """A sample file.

    Attributes:
        path: the file.
        title: a few words for a button or caption.
        credit: subject or author, and licence.
    """

    path: Path
    title: str
    credit: str


def sample_picture() -> Sample:
    """Photo of a person, head to waist, that ships with matplotlib (which mediapipe requires).

    Raises:
        UnreadableMedia: if matplotlib is not installed or does not contain it.
    """
    package = importlib.util.find_spec("matplotlib")  # finds it without importing it
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        path = Path(folder, "mpl-data", "sample_data", "grace_hopper.jpg")
        if path.is_file():
            return Sample(path, "Portrait of Grace Hopper", "Grace Hopper, 1984, US Navy photograph, public domain.")
    raise UnreadableMedia("The sample photo is not installed: it comes with the package matplotlib.")


def sample_clip(on_progress: OnBytes | None = None) -> Sample:
    """Video of people moving, or one made from the photo if no real one is available.

    It is looked up in the user's cache first, then downloaded (4 MB) into it.
    """
    target = _clip_path()
    if not target.is_file():
        try:
            download(CLIP_URL, target, size=CLIP_SIZE, sha256=CLIP_SHA256, on_progress=on_progress)
        except (DownloadFailed, DownloadNotVerified):
            return _clip_from_photograph()
    return Sample(
        target,
        "A walk and a somersault",
        "Demo video of Sports2D by David Pagnon, BSD 3-Clause licence.",
    )


def install_clip_from_wheel(wheel: Path) -> Path:
    """Copy only the sample video from a downloaded Sports2D wheel into the cache.

    Raises:
        UnreadableMedia: if the file is not such a wheel.
        DownloadNotVerified: if its video is not the one on record.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            content = archive.read(_CLIP_IN_WHEEL)
    except (OSError, KeyError, zipfile.BadZipFile) as error:
        raise UnreadableMedia(f"{wheel} does not carry the sample clip {_CLIP_IN_WHEEL}.") from error
    got = hashlib.sha256(content).hexdigest()
    if got != CLIP_SHA256:
        raise DownloadNotVerified(f"The clip in {wheel} was not kept. Expected sha256 {CLIP_SHA256}, but got {got}.")
    target = _clip_path()
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as part:
        part.write_bytes(content)
    return target


def _clip_path() -> Path:
    return cache_dir() / "samples" / CLIP_NAME


def _clip_from_photograph() -> Sample:
    picture = sample_picture()
    target = cache_dir() / "samples" / _MADE_NAME
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        rgb = decode_picture(picture.path)
        views = list(_moving_views(rgb))
        height, width = views[0].shape[:2]
        with FilmWriter(target, (width, height), fps_hint=_MADE_FPS) as film:
            for index, view in enumerate(views):
                film.write(view, index / _MADE_FPS)
    return Sample(
        target,
        "A photo, moved back and forth",
        f"The sample video could not be downloaded, so this one was made from a photo. {picture.credit}",
    )


def _moving_views(rgb: np.ndarray) -> Iterator[np.ndarray]:
    """Windows with four fifths of the photo's width that swing sideways, as if the person moved."""
    width = rgb.shape[1] * 4 // 5
    room = rgb.shape[1] - width
    count = int(_MADE_FPS * _MADE_SECONDS)
    for phase in np.linspace(0, 2 * np.pi, count, endpoint=False):
        left = round(room * (1 - np.cos(phase)) / 2)
        yield rgb[:, left : left + width]
