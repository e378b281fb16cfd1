"""Results of sample videos, which are worked out once for all visitors and kept in the user's cache.

Each visit gets a copy of its own, so nothing that a visitor changes reaches another visit.
"""

import hashlib
import shutil
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import posecore
from posecore import PosecoreError, PoseOptions, PoseSequence, find_model
from posecore.downloads import cache_dir
from posecore.estimation.models import identify_model
from posecore.export.saved import load_sequence, save_sequence
from posecore.media.files import file_sha256
from posecore.system import whole_files

_RESULT, _FILM = "result.posecore.npz", "film.mp4"
_LIBRARIES = ("openvino", "mediapipe", "numpy", "opencv-python", "av")


class KeptResult(NamedTuple):
    """The result of a whole sample video.

    Attributes:
        poses: of all its frames.
        film: the player's video of them.
        notes: what the run reported about the video.
        seconds: that the run took.
        most_people: in view at once; None if not known.
    """

    poses: PoseSequence
    film: Path
    notes: list[str]
    seconds: float
    most_people: int | None


def place_for(clip: Path, pose: PoseOptions, *, options: object) -> Path:
    """The folder for the result of a video with these options, made by this version of the code; it need not exist.

    Args:
        clip: the video.
        pose: names the model.
        options: all options of the run; what they print is part of the name.

    Raises:
        PosecoreError: if the video or the model is not there.
    """
    model = identify_model(find_model(pose.model)).sha256
    made_by = hashlib.sha256("\n".join([repr(options), model, _code()]).encode()).hexdigest()
    return cache_dir() / "results" / f"{file_sha256(clip)[:16]}-{made_by[:16]}"


def kept_result(place: Path) -> KeptResult | None:
    """The result that is kept in this folder; None if there is none."""
    try:
        saved = load_sequence(place / _RESULT)
    except PosecoreError:
        return None
    film, facts = place / _FILM, saved.facts
    if not film.is_file():
        return None
    return KeptResult(saved.sequence, film, facts["notes"], facts["seconds"], facts["most_people"])


def keep_result(place: Path, result: KeptResult) -> None:
    """Keep a result in this folder, in place of those of the same video with other options or by other code.

    If the cache cannot be written, nothing is kept.
    """
    facts = {"notes": result.notes, "seconds": result.seconds, "most_people": result.most_people}
    with suppress(OSError):
        place.mkdir(parents=True, exist_ok=True)
        with whole_files(place) as parts:  # the film appears before the result
            shutil.copyfile(result.film, parts / _FILM)
            save_sequence(result.poses, parts / _RESULT, facts=facts)
        for other in place.parent.glob(f"{place.name.partition('-')[0]}-*"):
            if other != place:
                shutil.rmtree(other, ignore_errors=True)


@cache
def _code() -> str:
    """Stands for the code that makes results."""
    digest = hashlib.sha256("".join(f"{name} {version(name)}\n" for name in _LIBRARIES).encode())
    for path in sorted(Path(posecore.__path__[0]).rglob("*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()
