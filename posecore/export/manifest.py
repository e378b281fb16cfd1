"""The manifest: what was run on what, with what, so that a result can be told from another and repeated."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from posecore.estimation.engines import EngineUsed, find_engine
from posecore.estimation.models import find_model, identify_model
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.poses import PoseSequence
from posecore.system import VERSION
from posecore.view.silhouettes import Background

if TYPE_CHECKING:
    from posecore.motion.smoothing import Smoothing

_RECORDED_PACKAGES = ("openvino", "mediapipe", "opencv-python", "numpy", "scipy", "pandas", "av")


def make_manifest(
    sequence: PoseSequence,
    options: PoseOptions,
    *,
    source: str,
    seconds: float,
    part: ClipOptions | None = None,
    notes: Sequence[str] = (),
    workers: int = 1,
    background: Background = "keep",
    smoothing: "Smoothing | None" = None,
    source_sha256: str | None = None,
) -> dict[str, Any]:
    """Plain values, ready for JSON.

    Args:
        sequence: the result.
        options: what it was made with.
        source: name of the clip.
        seconds: how long the run took.
        part: which frames were worked on and how the film was made; all of them where None.
        notes: what the run had to say of the clip.
        workers: the most processes that the clip was cut into stretches for; 1: one ordered run.
        background: of the film.
        smoothing: what the finished result was smoothed with; None: nothing.
        source_sha256: of the clip's bytes, as ``posecore.media.files.file_sha256`` gives it; None: not taken.
    """
    width, height = sequence.size
    engine = find_engine(options)
    return {
        "source": source,
        "source_sha256": source_sha256,
        "model": identify_model(find_model(options.model)).as_dict(),
        "engine": engine.as_dict(),
        "options": options.as_dict(),
        "part": (part or ClipOptions()).as_dict(),
        "workers": workers,
        "film_timing": "each frame at the clip's own time",
        "notes": list(notes),
        "fps": sequence.fps,
        "size_px": {"width": width, "height": height},
        "frames": len(sequence),
        "frames_with_a_person": int(sequence.seen.any(axis=1).sum()),
        "people": int(sequence.seen.any(axis=0).sum()),
        "seconds_taken": round(seconds, 3),
        "people_shown": [
            {"person": person, "name": sequence.names.get(person)} for person in sequence.person_ids.tolist()
        ],
        "background": background,
        "smoothing": _while_estimating(options, engine),
        "smoothing_afterwards": smoothing and smoothing.as_dict(),
        "versions": {"posecore": VERSION, "python": platform.python_version()}
        | {name: _installed(name) for name in _RECORDED_PACKAGES},
    }


def _while_estimating(options: PoseOptions, engine: EngineUsed) -> str:
    # MediaPipe itself smooths wherever it is asked for one person, and has no switch for it.
    if options.smoothing or (engine.name == "mediapipe" and options.people == 1):
        return "One-Euro, with MediaPipe's settings, each person by itself"
    return "none while estimating"


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
