"""C3D: markers in the binary format of motion capture laboratories (c3d.org), one file per person.

- Millimetres (``POINT:UNITS``), as is usual; float32. Y is up (``POINT:X_SCREEN`` = +X, ``POINT:Y_SCREEN`` = +Y): x to
  the image's right, z towards the camera. y = 0 is the lowest point that a heel or toe reaches.
- A person's hands, if they were looked for, are further points on the body's wrists; hands without a body have a file
  of their own, each around its own centre (``posecore.export.markers``). ``POSECORE:HANDS`` says which: "wrists" or
  "own centres".
- C3D has a rate and no times. A video with uneven times is resampled to its nominal rate by linear interpolation; what
  was missing stays missing (see ``posecore.motion.resampling``).
- A missing landmark has the residual -1; all others have 0, as these estimates come without one.
"""

import os
from collections.abc import Sequence
from typing import Any

import ezc3d
import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidPoses
from posecore.export.markers import choose_person, place_markers
from posecore.hands import HandSequence
from posecore.motion.resampling import to_even_times
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, RootChoice
from posecore.poses import PoseSequence
from posecore.system import VERSION, whole_file

_MM = 1000.0
_MOST_FRAMES = 65_535
# Text in a C3D file has at most 255 bytes, and a UTF-8 character up to four.
_MOST_LETTERS = 60


def write_c3d(
    sequence: PoseSequence | None,
    path: str | os.PathLike[str],
    person_id: int,
    *,
    hands: HandSequence | None = None,
    root: RootChoice = "estimated",
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    solid: bool = False,
) -> None:
    """Write one person's landmarks as points, 33 of the body and those of the hands; it appears whole or not at all.

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
        InvalidPoses: if the person is never seen, or there are over 65,535 frames.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
        OSError: if the file cannot be written.
    """
    body, own = choose_person(sequence, hands, person_id)
    even = to_even_times(body)
    if len(even) > _MOST_FRAMES:
        raise InvalidPoses(
            f"Expected at most {_MOST_FRAMES:,} frames, the most that a C3D file can count, but got {len(even):,}. "
            "Write the video in parts, or as TRC."
        )
    even_hands = None if own is None else to_even_times(own, even.fps)
    markers = place_markers(even, even_hands, person_id, root=root, field_of_view_deg=field_of_view_deg, solid=solid)
    name = " ".join(body.names.get(person_id, "").split())[:_MOST_LETTERS]
    document = _document(markers.names, markers.points * _MM, even.fps)
    document.add_parameter("MANUFACTURER", "COMPANY", "posecore")
    document.add_parameter("MANUFACTURER", "SOFTWARE", "posecore")
    document.add_parameter("MANUFACTURER", "VERSION_LABEL", VERSION)
    document.add_parameter("SUBJECTS", "USED", 1)
    document.add_parameter("SUBJECTS", "NAMES", [name or f"person {person_id}"])
    if markers.has_body:
        document.add_parameter("POSECORE", "ROOT", [root])
        document.add_parameter("POSECORE", "FIELD_OF_VIEW_DEG", [float(field_of_view_deg)])
        document.add_parameter("POSECORE", "SOLID_BODY", int(solid))
    if markers.hands_at is not None:
        document.add_parameter("POSECORE", "HANDS", [markers.hands_at])
    with whole_file(path) as part:
        document.write(os.fspath(part))


def _document(names: Sequence[str], points_mm: NDArray[np.float32], rate: float) -> Any:
    """The points (T, M, 3) with the parameters needed to read them."""
    document = ezc3d.c3d()
    point = document["parameters"]["POINT"]
    point["RATE"]["value"] = [rate]
    point["UNITS"]["value"] = ["mm"]
    point["LABELS"]["value"] = list(names)
    point["DESCRIPTIONS"]["value"] = [name.replace("_", " ") for name in names]
    document.add_parameter("POINT", "X_SCREEN", "+X")
    document.add_parameter("POINT", "Y_SCREEN", "+Y")
    columns = np.moveaxis(points_mm, 0, -1).swapaxes(0, 1).astype(np.float64)  # (3, M, T)
    missing = np.isnan(columns).any(axis=0)
    document["data"]["points"] = np.concatenate([columns, np.ones_like(columns[:1])])
    document["data"]["meta_points"]["residuals"] = np.where(missing, -1.0, 0.0)[None]
    return document
