"""Parquet: the one table form in columns, with what is needed to read it beside it."""

import json
import os
from collections.abc import Iterator

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from posecore.export.blocks import table_blocks
from posecore.poses import FramePoses, PoseSequence
from posecore.system import whole_file
from posecore.tables import COLUMNS, NAME, to_table

FORMAT = "posecore-table"
FORMAT_VERSION = 1
# The key of the file's own metadata under which size, fps and the like are, as JSON.
METADATA_KEY = "posecore"

_TEXT = pa.dictionary(pa.int32(), pa.string())
_TYPES = {"frame": pa.int32(), "time_s": pa.float64(), "person": pa.int64(), NAME: _TEXT, "landmark": _TEXT}


def write_parquet(poses: FramePoses | PoseSequence, path: str | os.PathLike[str]) -> None:
    """Write the table of ``posecore.tables.to_table``; the file appears whole or not at all.

    Types: ``frame`` int32, ``time_s`` float64, ``person`` int64, ``landmark`` (and ``name``, where somebody has one)
    dictionary-encoded text, all else float32 with NaN where the person is not there. The metadata of the file holds
    under ``METADATA_KEY`` a JSON object with ``size_px``, ``fps`` (null for a picture) and the format's version;
    that of each column says under ``meaning`` what it holds. Memory does not grow with the length of the clip.

    Raises:
        OSError: where the file cannot be written.
    """
    schema = _schema(poses)
    numbers = [column.name for column in schema if column.type == pa.float32()]
    keys = [column.name for column in schema if column.name not in numbers]
    with (
        whole_file(path) as part,
        # Bytes of the same rank side by side: numbers that change little from row to row pack better.
        pq.ParquetWriter(
            part, schema, compression="zstd", use_dictionary=keys, use_byte_stream_split=numbers
        ) as writer,
    ):
        for table in _tables(poses):
            writer.write_table(pa.Table.from_pandas(table, schema, preserve_index=False))


def _schema(poses: FramePoses | PoseSequence) -> pa.Schema:
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
    }
    return pa.schema(columns, metadata={METADATA_KEY: json.dumps(about)})


def _tables(poses: FramePoses | PoseSequence) -> Iterator[pd.DataFrame]:
    if isinstance(poses, FramePoses):
        yield to_table(poses)
    else:
        yield from table_blocks(poses)
