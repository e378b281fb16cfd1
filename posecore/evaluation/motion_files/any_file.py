"""The readers by the ending of a file's name."""

from pathlib import Path

from posecore.errors import UnreadableMotion
from posecore.evaluation.motion import Motion
from posecore.evaluation.motion_files.bvh_file import read_bvh
from posecore.evaluation.motion_files.c3d_file import read_c3d
from posecore.evaluation.motion_files.openpose_files import Nearest, OnFile, read_openpose
from posecore.evaluation.motion_files.trc_file import read_trc

_READERS = {".c3d": read_c3d, ".trc": read_trc, ".bvh": read_bvh}

MOTION_SUFFIXES = (*_READERS, ".zip")
"""Endings of the files that are read; a zip is of OpenPose's JSON."""


def read_motion(
    path: str | Path,
    fps: float,
    *,
    metres: float | None = None,
    person: int | None = None,
    nearest: Nearest | None = None,
    name: str | None = None,
    on_file: OnFile | None = None,
) -> Motion:
    """Read the movement of one person from C3D, TRC, BVH, or a folder or zip of OpenPose's JSON.

    Args:
        path: of the file or folder.
        fps: frames per second of the video that it belongs to, for files without times of their own.
        metres: metres per unit of length, such as 0.001; None: as the file says.
        person: of a file with several people, the number of one, from 1; None: see each reader.
        nearest: as for ``read_openpose``.
        name: of the file, for people; None: that of the path.
        on_file: as for ``read_openpose``, whose files may be many.

    Raises:
        UnreadableMotion: if nothing of it can be used.
    """
    path = Path(path)
    if path.is_dir() or path.suffix.lower() == ".zip":
        return read_openpose(path, fps, person=person, nearest=nearest, name=name, on_file=on_file)
    reader = _READERS.get(path.suffix.lower())
    if reader is None:
        raise UnreadableMotion(
            f"{name or path.name} is of no kind that is read. Expected {', '.join(_READERS)}, or a folder or zip of "
            "OpenPose's JSON."
        )
    return reader(path, metres=metres, person=person, name=name)
