"""The summary of a batch: one row a video, as CSV and Parquet."""

import csv
import json
import tempfile
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from posecore.batch import storage
from posecore.batch.analysis import ANGLE_COLUMNS, JOINT_ANGLES
from posecore.motion.angles import ANGLES

SUMMARY_CSV, SUMMARY_PARQUET = "summary.csv", "summary.parquet"
_WORDS = {
    "least_deg": "smallest",
    "largest_deg": "largest",
    "range_deg": "from the 5th to the 95th percentile",
    "low_deg": "5th percentile",
    "high_deg": "95th percentile",
}
_TYPES = {"frames": pa.int64(), "width": pa.int32(), "height": pa.int32(), "people": pa.int32()} | dict.fromkeys(
    ("frames_with_person", "repetitions", "person"), pa.int64()
)
_TEXTS = ("clip", "source", "trust", "notes", "error")
_ROWS_AT_ONCE = 1_000

# Column -> its meaning, in the order of the columns in both files.
SUMMARY_COLUMNS: Mapping[str, str] = {
    "clip": "name of the video in the results",
    "source": "its path or URL",
    "seconds": "length of what was analysed",
    "frames": "number of frames that were analysed",
    "fps": "frames per second",
    "width": "pixels",
    "height": "pixels",
    "people": "number of people found, each with an id of its own",
    "frames_with_person": "number of frames in which somebody was found",
    "person": "id of the person seen in most frames, of whom verdict and angles are",
    "trust": "verdict on how reliable that person's track is",
    "repetitions": "of the exercise that was asked for",
    "notes": "what was unusual about the video",
    "error": "why there is no result",
    "seconds_taken": "processing time",
    **{
        f"{name}_{column}": f"{ANGLES[name].title}, degrees: {_WORDS[column]}"
        for name in JOINT_ANGLES
        for column in ANGLE_COLUMNS
    },
}


class Summary:
    """Rows by the numbers of their videos, kept on disk until they are written; use it in a ``with`` block."""

    def __init__(self) -> None:
        self._rows = tempfile.TemporaryFile()  # noqa: SIM115 - closed at the end of the block
        self._places: dict[int, int] = {}

    def __enter__(self) -> "Summary":
        return self

    def __exit__(self, *_: object) -> None:
        self._rows.close()

    def __contains__(self, number: int) -> bool:
        return number in self._places

    def add(self, number: int, row: Mapping[str, Any]) -> None:
        """Add the row of a video; columns that it lacks are not known."""
        self._places[number] = self._rows.seek(0, 2)
        self._rows.write(json.dumps(row).encode() + b"\n")

    def write(self, out: str) -> list[str]:
        """Write ``summary.csv`` and ``summary.parquet`` to a folder, each whole or not at all; return their addresses.

        Raises:
            OSError: if they cannot be written.
        """
        names = (SUMMARY_CSV, SUMMARY_PARQUET)
        with storage.working_folder() as work:
            self._write_csv(work / SUMMARY_CSV)
            self._write_parquet(work / SUMMARY_PARQUET)
            for name in names:
                storage.put_file(work / name, storage.join(out, name))
        return [storage.join(out, name) for name in names]

    def _write_csv(self, path: Path) -> None:
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, list(SUMMARY_COLUMNS), extrasaction="ignore", lineterminator="\n")
            writer.writeheader()
            for rows in self._blocks():
                writer.writerows(rows)

    def _write_parquet(self, path: Path) -> None:
        schema = pa.schema(
            pa.field(name, _type_of(name), metadata={"meaning": meaning}) for name, meaning in SUMMARY_COLUMNS.items()
        )
        with pq.ParquetWriter(path, schema, compression="zstd") as writer:
            for rows in self._blocks():
                writer.write_table(pa.Table.from_pylist(rows, schema))

    def _blocks(self) -> Iterator[list[dict[str, Any]]]:
        numbers = iter(sorted(self._places))
        while block := list(islice(numbers, _ROWS_AT_ONCE)):
            yield [self._row(number) for number in block]

    def _row(self, number: int) -> dict[str, Any]:
        self._rows.seek(self._places[number])
        row: dict[str, Any] = json.loads(self._rows.readline())
        return row


def _type_of(column: str) -> pa.DataType:
    return _TYPES.get(column, pa.string() if column in _TEXTS else pa.float64())
