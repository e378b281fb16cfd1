"""The angles of the people in a photo, left and right side by side, with their usual errors."""

import numpy as np
import pandas as pd

from posecore.motion.angles import ANGLES, BY_JOINT, measure_angles
from posecore.motion.measuring import Space
from posecore.motion.usual_error import usual_errors
from posecore.poses import FramePoses, PoseSequence
from posecore.tables import NAME

_SIDES = ("left", "right", "middle")


def sides_table(poses: FramePoses, *, min_visibility: float = 0.5) -> pd.DataFrame:
    """Table with one row per person and joint of ``BY_JOINT``, left and right side by side.

    Its columns are ``person``, ``name`` if anyone is named, ``joint``, and the degrees of each side in 3D and in the
    picture: ``left_3d_deg``, ``right_3d_deg``, ``middle_3d_deg``, ``left_image_deg``, ... NaN as for
    ``measure_angles``, and for sides that a joint does not have. The usual error of any side follows in
    ``usual_error_3d_deg`` and ``usual_error_image_deg``, see ``posecore.motion.usual_error``.
    """
    sequence = PoseSequence.from_frames([poses], size=poses.size, fps=1)
    spaces: dict[str, Space] = {"3d": "world", "image": "picture"}
    degrees = {
        word: dict(zip(ANGLES, measure_angles(sequence, space=space, min_visibility=min_visibility)[0].T, strict=True))
        for word, space in spaces.items()
    }
    errors = {
        word: dict(zip(ANGLES, usual_errors(sequence, space=space)[0].T, strict=True)) for word, space in spaces.items()
    }
    rows = []
    for place, person in enumerate(poses.person_ids.tolist()):
        for joint, sides in BY_JOINT.items():
            row: dict[str, object] = {"person": person, NAME: poses.names.get(person, ""), "joint": joint}
            for word, of_angle in degrees.items():
                for side in _SIDES:
                    row[f"{side}_{word}_deg"] = of_angle[sides[side]][place] if side in sides else np.nan
                row[f"usual_error_{word}_deg"] = errors[word][next(iter(sides.values()))][place]
            rows.append(row)
    columns = ["person", NAME, "joint", *(f"{side}_{word}_deg" for word in spaces for side in _SIDES)]
    columns += [f"usual_error_{word}_deg" for word in spaces]
    table = pd.DataFrame(rows, columns=columns)
    return table if poses.names else table.drop(columns=NAME)
