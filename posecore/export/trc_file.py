"""TRC: markers over time, as OpenSim and other programs for gait analysis read them. One person a file.

The layout is that of OpenSim's documentation, "Marker (.trc) Files": three header lines, two of column names, a blank
line, and a row for each frame, all with tabs between columns.

- Metres; x to the picture's right, y up, z towards the camera. y = 0 is the lowest that a heel or toe gets in the clip.
- Each frame has its own time, also where they are uneven; ``DataRate`` is the clip's nominal rate and no more.
- A marker that is not there is ``nan``, which is what OpenSim itself writes and reads. (Its reader also takes empty
  fields, but not at the end of a line.)
"""

import os
from pathlib import Path

import numpy as np

from posecore.export.number_rows import number_rows
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, RootChoice, place_person
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import whole_file

_HEADER = "DataRate CameraRate NumFrames NumMarkers Units OrigDataRate OrigDataStartFrame OrigNumFrames"


def write_trc(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
) -> None:
    """Write one person's 33 landmarks as markers; the file appears whole or not at all.

    Args:
        sequence: of any people.
        path: where to.
        person_id: whose landmarks.
        root: ``"estimated"``: the person moves through the room, as far as one camera can tell (see
            ``posecore.motion.root``, also for how uncertain depth is); ``"none"``: the hips stay in place.
        field_of_view_deg: assumed of the camera, along the picture's longer side.

    Raises:
        InvalidOption: where nobody has this id, or an option is outside its range.
        InvalidPoses: where the person is never seen.
        OSError: where the file cannot be written.
    """
    points = place_person(sequence, person_id, root=root, field_of_view_deg=field_of_view_deg)
    frames = np.arange(1, len(sequence) + 1)
    table = np.column_stack([frames, sequence.times_s, points.reshape(len(points), -1).astype(np.float64)])
    formats = ["%d", "%.9f", *["%.6f"] * (3 * len(BLAZEPOSE_33))]
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(_head(sequence, Path(path).name))
        stream.writelines(number_rows(table, formats))


def _head(sequence: PoseSequence, name: str) -> str:
    rate, frames = f"{sequence.fps:g}", str(len(sequence))
    markers = range(1, len(BLAZEPOSE_33) + 1)
    lines = [
        ["PathFileType", "4", "(X/Y/Z)", " ".join(name.split())],
        _HEADER.split(),
        [rate, rate, frames, str(len(BLAZEPOSE_33)), "m", rate, "1", frames],
        # A name stands above the first of its three columns.
        ["Frame#", "Time", *(cell for marker in BLAZEPOSE_33.landmarks for cell in (marker, "", ""))],
        ["", "", *(f"{axis}{marker}" for marker in markers for axis in "XYZ")],
        [],
    ]
    return "".join("\t".join(line) + "\n" for line in lines)
