"""Table of what hands show, as CSV: one row per frame, person and hand."""

import os
from collections.abc import Iterator, Mapping

import numpy as np
import pandas as pd

from posecore.hands import FrameHands, HandSequence
from posecore.signs.shown import read_signs
from posecore.system import whole_file
from posecore.tables import HAND_COLUMNS

# Column -> its meaning.
SIGN_COLUMNS: Mapping[str, str] = {
    **{name: HAND_COLUMNS[name] for name in ("frame", "time_s", "person", "hand", "score", "right")},
    "gesture": "name of the gesture; none: no gesture; empty: the hand is not seen",
    "gesture_score": "0 to 1: how clearly it is the gesture, or none",
    "letter": "finger-spelled letter of the American alphabet; empty: none for sure, or the hand is not seen",
    "letter_score": "0 to 1: the probability that this is right",
}
BLOCK_FRAMES = 4096
"""Frames whose signs are read at a time, so that memory stays bounded."""


def signs_table(hands: FrameHands | HandSequence) -> pd.DataFrame:
    """Table with one row per frame and hand and the columns of ``SIGN_COLUMNS``; NaN where the hand is not seen."""
    frames, count = hands.score.shape if isinstance(hands, HandSequence) else (1, len(hands))
    times = hands.times_s if isinstance(hands, HandSequence) else np.array([hands.time_s])
    columns = {
        "frame": np.repeat(np.arange(frames), count),
        "time_s": np.repeat(times, count),
        "person": np.tile(np.array([slot.person for slot in hands.slots], np.int64), frames),
        "hand": np.tile(np.array([slot.side for slot in hands.slots], object), frames),
        "score": hands.score.ravel(),
        "right": hands.right.ravel(),
        **{name: values.ravel() for name, values in read_signs(hands).arrays.items()},
    }
    return pd.DataFrame(columns, columns=list(SIGN_COLUMNS))


def write_signs(hands: FrameHands | HandSequence, path: str | os.PathLike[str]) -> None:
    """Write ``signs_table`` as CSV; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        for index, table in enumerate(_blocks(hands)):
            table.to_csv(stream, index=False, lineterminator="\n", header=index == 0)


def _blocks(hands: FrameHands | HandSequence) -> Iterator[pd.DataFrame]:
    if isinstance(hands, FrameHands):
        yield signs_table(hands)
        return
    for start in range(0, max(1, len(hands)), BLOCK_FRAMES):
        table = signs_table(hands.at(slice(start, start + BLOCK_FRAMES)))
        table["frame"] += start
        yield table
