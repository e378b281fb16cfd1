"""Names of the pieces; this file imports no drawing, so that the command line starts quickly."""

from typing import Literal

PieceName = Literal[
    "angles", "trails", "neon", "stick_figure", "pictogram", "wings", "shirt", "glasses", "hat", "crown"
]
"""In the order in which they are drawn; ``table.py`` has a row for each."""
