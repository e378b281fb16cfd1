"""Names of the pieces, and of what a picture of one's own can be held to.

This file imports no drawing, so that the command line starts quickly.
"""

from typing import Literal

PieceName = Literal[
    "angles",
    "trails",
    "neon",
    "stick_figure",
    "pictogram",
    "puppet",
    "wings",
    "shirt",
    "glasses",
    "hat",
    "crown",
    "head_axes",
]
"""In the order in which they are drawn; ``table.py`` has a row for each."""

ReferenceName = Literal["t_pose", "arms_up", "warrior_2", "tree", "squat"]
"""Poses to fill, see ``reference_poses.py``."""

AnchorName = Literal["head", "torso", "left_hand", "right_hand", "left_foot", "right_foot", "marker"]
"""Parts of the body, and printed tags; see ``own_picture.py``."""
USUAL_FAMILY = "4x4_50"
"""The family of these tags: few, large cells are read far away, and when they move."""
