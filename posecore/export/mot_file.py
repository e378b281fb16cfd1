"""MOT: angles over time in the layout of OpenSim's motion files. One person a file.

These are the angles of ``posecore.motion.angles``, in degrees: **included angles** between three landmarks, and the
lean of the trunk and of the line through the hips. They are no coordinates of an OpenSim model: a straight knee is 180
here and 0 there. So no column is called as a coordinate is: the name of the angle has ``_included_angle``,
``_from_vertical`` or ``_from_horizontal`` behind it. For coordinates, write a TRC and run OpenSim's inverse kinematics.

- Each row has its own time, also where they are uneven.
- Frames in which no angle is known are left out. A single angle that is not known is ``nan``: ``TimeSeriesTable`` and
  programs that read numbers take it so. OpenSim's older ``Storage`` (its GUI) silently ends at the first ``nan``: for
  it, write with ``min_visibility=0``, by which all angles of a person who is seen are known.
"""

import os
from pathlib import Path

import numpy as np

from posecore.errors import InvalidPoses
from posecore.export.number_rows import number_rows
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.people import person_slot
from posecore.poses import PoseSequence
from posecore.system import whole_file

# By the kind of the angle. (OpenSim's own pelvis_tilt is forwards and backwards; ours is to the side.)
_SUFFIXES = {"joint": "_included_angle", "lean": "_from_vertical", "tilt": "_from_horizontal"}


def write_mot(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    min_visibility: float = 0.5,
) -> None:
    """Write one person's angles, measured in 3D; the file appears whole or not at all.

    Args:
        sequence: of any people.
        path: where to.
        person_id: whose angles.
        min_visibility: 0..1; an angle is not known where one of its landmarks is below.

    Raises:
        InvalidOption: where nobody has this id, or ``min_visibility`` is outside its range.
        InvalidPoses: where the person is never seen, or no angle is ever known.
        OSError: where the file cannot be written.
    """
    alone = sequence.only([sequence.person_ids[person_slot(sequence, person_id)]])
    angles = measure_angles(alone, space="world", min_visibility=min_visibility)[:, 0].astype(np.float64)
    known = np.isfinite(angles).any(axis=1)
    if not known.any():
        raise InvalidPoses(
            f"No angle of person {person_id} is known in any frame: their landmarks are below a visibility of "
            f"{min_visibility}. Choose a lower one."
        )
    table = np.column_stack([sequence.times_s, angles])[known]
    formats = ["%.9f", *["%.4f"] * len(ANGLES)]
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(_head(Path(path).stem, len(table)))
        stream.writelines(number_rows(table, formats))


def _head(name: str, rows: int) -> str:
    columns = ["time", *(angle.name + _SUFFIXES[angle.kind] for angle in ANGLES.values())]
    lines = [
        " ".join(name.split()),
        "version=1",
        f"nRows={rows}",
        f"nColumns={len(columns)}",
        "inDegrees=yes",
        "endheader",
        "\t".join(columns),
    ]
    return "\n".join(lines) + "\n"
