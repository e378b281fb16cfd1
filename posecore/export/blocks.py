"""The one table form in blocks of frames: what is made of a long clip at a time stays small."""

from collections.abc import Iterator
from dataclasses import replace

import pandas as pd

from posecore.poses import PoseSequence
from posecore.tables import to_table

# Rows that are made at a time, of about 80 bytes each, and of 200 as text.
_ROWS = 1 << 18


def table_blocks(sequence: PoseSequence) -> Iterator[pd.DataFrame]:
    """``to_table`` of some frames after the other; at least one, which may be without rows."""
    _, people, landmarks = sequence.visibility.shape
    step = max(1, _ROWS // max(1, people * landmarks))
    for start in range(0, max(1, len(sequence)), step):
        table = to_table(_frames(sequence, slice(start, start + step)))
        table["frame"] += start
        yield table


def _frames(sequence: PoseSequence, wanted: slice) -> PoseSequence:
    arrays = {
        name: getattr(sequence, name)[wanted] for name in ("xy", "z", "world", "visibility", "presence", "times_s")
    }
    return replace(sequence, **arrays)
