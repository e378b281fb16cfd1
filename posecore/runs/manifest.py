"""The manifest: video, model, options and versions of a run, to identify a result and to reproduce it."""

import platform
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from posecore.estimation.engines import find_engine
from posecore.estimation.models import find_model, identify_model
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clip_options import ClipOptions
from posecore.motion.height import GivenHeight, height_facts
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
    most_people: int | None = None,
    heights: Sequence[GivenHeight] = (),
    focal_35mm: float | None = None,
) -> dict[str, Any]:
    """The manifest as plain values, ready for JSON.

    Args:
        sequence: the result.
        options: it was made with.
        source: name of the video.
        seconds: duration of the run.
        part: which frames were processed and how they were encoded; None: all of them.
        notes: what the run reported about the video.
        workers: maximum number of processes that shared the video; 1: one ordered run.
        background: of the annotated video.
        smoothing: applied to the finished result; None: nothing.
        most_people: found in view at once, whatever number was asked for; None: not known.
        heights: that were given, to which the world landmarks are scaled.
        focal_35mm: focal length in 35 mm equivalent that the video states; None: it states none.
        source_sha256: of the video's bytes, as ``posecore.media.files.file_sha256`` returns it; None: not computed.
    """
    width, height = sequence.size
    engine = find_engine(options)
    # MediaPipe itself smooths a single person, and has no option to turn that off.
    smoothed = options.smoothing or (engine.name == "mediapipe" and options.people == 1)
    meanwhile = "One-Euro, with MediaPipe's settings, each person by itself" if smoothed else "none while estimating"
    return {
        "source": source,
        "source_sha256": source_sha256,
        "model": identify_model(find_model(options.model)).as_dict(),
        "engine": engine.as_dict(),
        "options": options.as_dict(),
        "part": (part or ClipOptions()).as_dict(),
        "workers": workers,
        "film_timing": "each frame at the video's own time",
        "notes": list(notes),
        "fps": sequence.fps,
        "focal_length_35mm": focal_35mm,
        "size_px": {"width": width, "height": height},
        "frames": len(sequence),
        "frames_with_a_person": int(sequence.seen.any(axis=1).sum()),
        "cuts": [{"frame": frame, "time_s": float(sequence.times_s[frame])} for frame in sequence.cuts.tolist()],
        "people": int(sequence.seen.any(axis=0).sum()),
        "most_people_at_once": most_people,
        "seconds_taken": round(seconds, 3),
        "people_shown": [
            {"person": person, "name": sequence.names.get(person)} for person in sequence.person_ids.tolist()
        ],
        **height_facts(heights, sequence),
        "background": background if isinstance(background, str) else f"picture {background.sha256}",
        "smoothing": meanwhile,
        "smoothing_afterwards": smoothing and smoothing.as_dict(),
        "versions": {"posecore": VERSION, "python": platform.python_version()}
        | {name: _installed(name) for name in _RECORDED_PACKAGES},
    }


def _installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None
