"""Tables of a result: the landmarks of bodies or hands as CSV and Parquet, and the joint angles as CSV."""

import json
import os
from collections.abc import Iterator
from typing import Literal

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from posecore.hands import FrameHands, HandSequence
from posecore.motion.angles import angles_table
from posecore.motion.photo_angles import sides_table
from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import HAND_21
from posecore.system import whole_file
from posecore.tables import COLUMNS, HAND_COLUMNS, NAME, defused, hands_to_table, to_table
from posecore.values import FramesInTime

Decimal = Literal[".", ","]
Found = FramePoses | PoseSequence | FrameHands | HandSequence

FORMAT = "posecore-table"
HAND_FORMAT = "posecore-hands-table"
FORMAT_VERSION = 1
METADATA_KEY = "posecore"
"""Key in a Parquet file's metadata under which size, fps and more are stored as JSON."""

_SEPARATORS = {".": ",", ",": ";"}
_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {
    "frame": pa.int32(),
    "time_s": pa.float64(),
    "person": pa.int64(),
    NAME: _TEXT,
    "hand": _TEXT,
    "landmark": _TEXT,
}
# Rows made at a time: each takes about 80 bytes, or 200 as text.
_ROWS = 1 << 18


def _for_spreadsheets(table: pd.DataFrame) -> pd.DataFrame:
    """The table with names that no spreadsheet takes for formulas."""
    return table.assign(**{NAME: table[NAME].map(defused)}) if NAME in table else table


def to_csv(found: Found) -> str:
    """The table of ``posecore.tables`` as CSV with a header line; NaN is an empty field."""
    return _for_spreadsheets(_table_of(found)).to_csv(index=False, lineterminator="\n")


def write_csv(found: Found, path: str | os.PathLike[str], *, decimal: Decimal = ".") -> None:
    """Write ``to_csv`` to a file, which appears whole or not at all. Memory does not grow with the number of frames.

    Args:
        found: bodies or hands.
        path: path of the file.
        decimal: mark in numbers. With a comma, fields are separated by semicolons, as spreadsheets expect it in
            countries that write numbers so.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        for index, table in enumerate(table_blocks(found)):
            _for_spreadsheets(table).to_csv(
                stream, index=False, lineterminator="\n", header=index == 0, decimal=decimal, sep=_SEPARATORS[decimal]
            )


def write_angles(sequence: PoseSequence, path: str | os.PathLike[str], *, decimal: Decimal = ".") -> None:
    """Write ``posecore.motion.angles.angles_table`` as CSV; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part:
        _for_spreadsheets(angles_table(sequence)).to_csv(
            part, index=False, lineterminator="\n", decimal=decimal, sep=_SEPARATORS[decimal]
        )


def to_angles_csv(poses: FramePoses) -> str:
    """``posecore.motion.photo_angles.sides_table`` of a photo as CSV with a header line; NaN is an empty field."""
    return _for_spreadsheets(sides_table(poses)).to_csv(index=False, lineterminator="\n")


def write_parquet(found: Found, path: str | os.PathLike[str]) -> None:
    """Write the table of ``posecore.tables`` as Parquet; the file appears whole or not at all.

    Types: ``frame`` int32, ``time_s`` float64, ``person`` int64, ``landmark`` (and ``hand``, and ``name``, if anyone
    has one) dictionary-encoded text, all others float32, with NaN if a person or hand is absent. The metadata of the
    file holds a JSON object under ``METADATA_KEY`` with ``size_px``, ``fps`` (null for a photo), ``cuts`` (frames at
    which a new shot begins) and the version of the format; the metadata of each column describes it under ``meaning``.
    Memory does not grow with the number of frames.

    Raises:
        OSError: if the file cannot be written.
    """
    is_hands = isinstance(found, (FrameHands, HandSequence))
    meanings = HAND_COLUMNS if is_hands else {**COLUMNS, NAME: "name of the person"}
    names = list(_table_of(found.at(slice(0)) if isinstance(found, FramesInTime) else found).columns)
    columns = [pa.field(name, _TYPES.get(name, pa.float32()), metadata={"meaning": meanings[name]}) for name in names]
    width, height = found.size
    about = {
        "format": HAND_FORMAT if is_hands else FORMAT,
        "version": FORMAT_VERSION,
        "size_px": {"width": width, "height": height},
        "fps": found.fps if isinstance(found, FramesInTime) else None,
        "cuts": found.cuts.tolist() if isinstance(found, FramesInTime) else [],
    }
    schema = pa.schema(columns, metadata={METADATA_KEY: json.dumps(about)})
    keys = [name for name in names if name in _TYPES]
    numbers = [name for name in names if name not in _TYPES]
    with (
        whole_file(path) as part,
        # Splitting numbers byte by byte packs better, as they change little from row to row.
        pq.ParquetWriter(
            part, schema, compression="zstd", use_dictionary=keys, use_byte_stream_split=numbers
        ) as writer,
    ):
        for table in table_blocks(found):
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))


def table_blocks(found: Found) -> Iterator[pd.DataFrame]:
    """Consecutive pieces of the table, each of several frames; at least one, which may have no rows."""
    if isinstance(found, (FramePoses, FrameHands)):
        yield _table_of(found)
        return
    rows = found.visibility[:1].size if isinstance(found, PoseSequence) else len(found.slots) * len(HAND_21)
    step = max(1, _ROWS // max(1, rows))
    for start in range(0, max(1, len(found)), step):
        table = _table_of(found.at(slice(start, start + step)))
        table["frame"] += start
        yield table


def _table_of(found: Found) -> pd.DataFrame:
    return hands_to_table(found) if isinstance(found, (FrameHands, HandSequence)) else to_table(found)
