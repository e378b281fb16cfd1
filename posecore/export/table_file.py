"""Tables of a result: the landmarks as CSV and Parquet, and the joint angles as CSV."""

import json
import os
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from posecore.motion.angles import angles_table
from posecore.poses import FramePoses, PoseSequence
from posecore.system import whole_file
from posecore.tables import COLUMNS, NAME, to_table

FORMAT = "posecore-table"
FORMAT_VERSION = 1
METADATA_KEY = "posecore"
"""Key in a Parquet file's metadata under which size, fps and more are stored as JSON."""

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {"frame": pa.int32(), "time_s": pa.float64(), "person": pa.int64(), NAME: _TEXT, "landmark": _TEXT}
# Rows made at a time: each takes about 80 bytes, or 200 as text.
_ROWS = 1 << 18


def to_csv(poses: FramePoses | PoseSequence) -> str:
    """The table of ``posecore.tables.to_table`` as CSV with a header line; NaN is an empty field."""
    return to_table(poses).to_csv(index=False, lineterminator="\n")


def write_csv(poses: FramePoses | PoseSequence, path: str | os.PathLike[str]) -> None:
    """Write ``to_csv`` to a file, which appears whole or not at all. Memory does not grow with the number of frames.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part, open(part, "w", encoding="utf-8", newline="") as stream:
        for index, table in enumerate(table_blocks(poses)):
            table.to_csv(stream, index=False, lineterminator="\n", header=index == 0)


def write_angles(sequence: PoseSequence, path: str | os.PathLike[str]) -> None:
    """Write ``posecore.motion.angles.angles_table`` as CSV; the file appears whole or not at all.

    Raises:
        OSError: if the file cannot be written.
    """
    with whole_file(path) as part:
        angles_table(sequence).to_csv(part, index=False, lineterminator="\n")


def write_parquet(poses: FramePoses | PoseSequence, path: str | os.PathLike[str]) -> None:
    """Write the table of ``posecore.tables.to_table`` as Parquet; the file appears whole or not at all.

    Types: ``frame`` int32, ``time_s`` float64, ``person`` int64, ``landmark`` (and ``name``, if anyone has one)
    dictionary-encoded text, all others float32, with NaN if a person is absent. The metadata of the file holds a
    JSON object under ``METADATA_KEY`` with ``size_px``, ``fps`` (null for a photo), ``cuts`` (frames at which a new
    shot begins) and the version of the format; the metadata of each column describes it under ``meaning``. Memory does
    not grow with the number of frames.

    Raises:
        OSError: if the file cannot be written.
    """
    names = list(to_table(FramePoses.nobody(poses.size).named(poses.names)).columns)
    columns = [
        pa.field(name, _TYPES.get(name, pa.float32()), metadata={"meaning": COLUMNS.get(name, "name of the person")})
        for name in names
    ]
    width, height = poses.size
    about = {
        "format": FORMAT,
        "version": FORMAT_VERSION,
        "size_px": {"width": width, "height": height},
        "fps": poses.fps if isinstance(poses, PoseSequence) else None,
        "cuts": poses.cuts.tolist() if isinstance(poses, PoseSequence) else [],
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
        for table in table_blocks(poses):
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))


def table_blocks(poses: FramePoses | PoseSequence) -> Iterator[pd.DataFrame]:
    """Consecutive pieces of ``to_table``, each of several frames; at least one, which may have no rows."""
    if isinstance(poses, FramePoses):
        yield to_table(poses)
        return
    _, people, landmarks = poses.visibility.shape
    step = max(1, _ROWS // max(1, people * landmarks))
    for start in range(0, max(1, len(poses)), step):
        table = to_table(poses.at(slice(start, start + step)))
        table["frame"] += start
        yield table
