"""TRC and MOT: markers and angles over time, as OpenSim and other programs for gait analysis read them.

One file per person; each row has its own time, even if times are uneven.

**TRC** has the layout of OpenSim's documentation, "Marker (.trc) Files": three header lines, two of column names, a
blank line, and a row for each frame, with tabs between columns.

- Metres; x to the image's right, y up, z towards the camera. y = 0 is the lowest point that a heel or toe reaches.
- A person's hands, if they were looked for, are further markers on the body's wrists; hands without a body have a file
  of their own, each around its own centre (``posecore.export.markers``).
- ``DataRate`` is only the nominal rate of the video.
- A missing marker is ``nan``, which is what OpenSim itself writes and reads. (Its reader also accepts empty fields, but
  not at the end of a line.)

**MOT** holds the angles of ``posecore.motion.angles``, in degrees: **included angles** between three landmarks, and the
lean of the trunk and of the line through the hips. They are not coordinates of an OpenSim model: a straight knee is 180
here and 0 there. So no column has the name of a coordinate: each is the name of the angle followed by
``_included_angle``, ``_from_vertical`` or ``_from_horizontal``. For coordinates, write a TRC and run OpenSim's inverse
kinematics.

- Frames in which no angle is known are left out. A single unknown angle is ``nan``, which ``TimeSeriesTable`` and
  programs that read numbers accept. OpenSim's older ``Storage`` (its GUI) silently stops at the first ``nan``: for it,
  write with ``min_visibility=0``, which makes all angles of a visible person known.
"""

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from posecore.errors import InvalidPoses
from posecore.export.markers import choose_person, place_markers
from posecore.hands import HandSequence
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, RootChoice
from posecore.poses import PoseSequence
from posecore.system import whole_file

_TRC_HEADER = "DataRate CameraRate NumFrames NumMarkers Units OrigDataRate OrigDataStartFrame OrigNumFrames"
# By the kind of angle. (OpenSim's own pelvis_tilt is forwards and backwards; ours is sideways.)
_MOT_SUFFIXES = {"joint": "_included_angle", "lean": "_from_vertical", "tilt": "_from_horizontal"}


def write_trc(
    sequence: PoseSequence | None,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    hands: HandSequence | None = None,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    solid: bool = False,
) -> None:
    """Write one person's landmarks as markers, 33 of the body and those of the hands; it appears whole or not at all.

    Args:
        sequence: of any number of people; None: only hands.
        path: path of the file.
        person_id: whose landmarks.
        hands: in the same frames; None: they were not looked for.
        root: whether the person moves through the room, as for ``posecore.motion.root.place_person``.
        field_of_view_deg: of the camera, as for ``place_person``.
        solid: the bodies are those of ``posecore.motion.body``, which are upright.

    Raises:
        InvalidOption: if nobody has this id, an option is outside its range, or there is neither a sequence nor hands.
        InvalidPoses: if the person is never seen.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    body, own = choose_person(sequence, hands, person_id)
    markers = place_markers(body, own, person_id, root=root, field_of_view_deg=field_of_view_deg, solid=solid)
    frames = np.arange(1, len(body) + 1)
    table = np.column_stack([frames, body.times_s, markers.points.reshape(len(body), -1).astype(np.float64)])
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(_trc_head(body, markers.names, Path(path).name))
        np.savetxt(stream, table, ["%d", "%.9f", *["%.6f"] * (3 * len(markers.names))], delimiter="\t")


def write_mot(
    sequence: PoseSequence,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    min_visibility: float = 0.5,
) -> None:
    """Write one person's angles, measured in 3D; the file appears whole or not at all.

    Args:
        sequence: of any number of people.
        path: path of the file.
        person_id: whose angles.
        min_visibility: 0..1; an angle is unknown if one of its landmarks is less visible.

    Raises:
        InvalidOption: if nobody has this id, or ``min_visibility`` is outside its range.
        InvalidPoses: if the person is never seen, or no angle is ever known.
        OSError: if the file cannot be written.
    """
    sequence.slot(person_id)  # raises if the person never appears
    alone = sequence.only([person_id])
    angles = measure_angles(alone, space="world", min_visibility=min_visibility)[:, 0].astype(np.float64)
    known = np.isfinite(angles).any(axis=1)
    if not known.any():
        raise InvalidPoses(
            f"No angle of person {person_id} is known in any frame: their landmarks are below a visibility of "
            f"{min_visibility}. Choose a lower one."
        )
    table = np.column_stack([sequence.times_s, angles])[known]
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="\n") as stream:
        stream.write(_mot_head(Path(path).stem, len(table)))
        np.savetxt(stream, table, ["%.9f", *["%.4f"] * len(ANGLES)], delimiter="\t")


def _trc_head(sequence: PoseSequence, markers: Sequence[str], name: str) -> str:
    rate, frames = f"{sequence.fps:g}", str(len(sequence))
    lines = [
        ["PathFileType", "4", "(X/Y/Z)", " ".join(name.split())],
        _TRC_HEADER.split(),
        [rate, rate, frames, str(len(markers)), "m", rate, "1", frames],
        # A name is above the first of its three columns.
        ["Frame#", "Time", *(cell for marker in markers for cell in (marker, "", ""))],
        ["", "", *(f"{axis}{marker}" for marker in range(1, len(markers) + 1) for axis in "XYZ")],
        [],
    ]
    return "".join("\t".join(line) + "\n" for line in lines)


def _mot_head(name: str, rows: int) -> str:
    columns = ["time", *(angle.name + _MOT_SUFFIXES[angle.kind] for angle in ANGLES.values())]
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
