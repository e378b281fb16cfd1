import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from posecore import FramePoses, PoseSequence, from_table, to_table
from posecore.export import table_file
from posecore.export.table_file import write_angles, write_csv, write_parquet
from posecore.tables import COLUMNS

SIZE = (640, 480)


@pytest.fixture
def sequence() -> PoseSequence:
    """Seven frames at uneven times; person 3 is missing in the second, person 8 in the last."""
    values = np.random.default_rng(1).random((8, 7, 2, 33)).astype(np.float32)
    values[:, 1, 0] = values[:, 6, 1] = np.nan
    return PoseSequence(
        xy=np.moveaxis(values[:2], 0, -1) * SIZE,
        z=values[2] * 100,
        world=np.moveaxis(values[3:6], 0, -1),
        visibility=values[6],
        presence=values[7],
        person_ids=[3, 8],
        times_s=[0, 0.04, 0.1, 0.2, 1 / 3, 7, 3600.123456789],
        size=SIZE,
        fps=29.97,
    )


@pytest.fixture(params=[1 << 18, 100, 1], ids=["at-once", "in-blocks", "frame-by-frame"])
def block(request, monkeypatch) -> int:
    monkeypatch.setattr(table_file, "_ROWS", request.param)
    return request.param


def test_pandas_reads_the_same_table(sequence, block, tmp_path):
    write_parquet(sequence, tmp_path / "a.parquet")
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert list(table.columns) == list(COLUMNS)
    assert isinstance(table["landmark"].dtype, pd.CategoricalDtype)
    pd.testing.assert_frame_equal(table, to_table(sequence), check_dtype=False, check_categorical=False)


def test_the_table_converts_back_to_the_sequence(sequence, block, tmp_path):
    named = sequence.named({8: "Grace"})
    write_parquet(named, tmp_path / "a.parquet")
    about = json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"posecore"])
    assert (about["format"], about["version"]) == ("posecore-table", 1)
    size = (about["size_px"]["width"], about["size_px"]["height"])
    back = from_table(pd.read_parquet(tmp_path / "a.parquet"), size=size, fps=about["fps"])
    for name in ("xy", "world", "visibility", "presence", "person_ids", "times_s"):
        np.testing.assert_array_equal(getattr(back, name), getattr(named, name))
    np.testing.assert_allclose(back.z, named.z, rtol=1e-6)
    assert (back.size, back.fps, back.names) == (SIZE, 29.97, {8: "Grace"})


def test_columns_have_sensible_types_and_descriptions(sequence, tmp_path):
    write_parquet(sequence.named({3: "Ada"}), tmp_path / "a.parquet")
    schema = pq.read_schema(tmp_path / "a.parquet")
    types = {field.name: field.type for field in schema}
    assert pa.types.is_dictionary(types.pop("landmark"))
    assert pa.types.is_dictionary(types.pop("name"))
    assert [types.pop(name) for name in ("frame", "time_s", "person")] == [pa.int32(), pa.float64(), pa.int64()]
    assert {*types.values()} == {pa.float32()}
    assert schema.field("x_m").metadata[b"meaning"].decode() == COLUMNS["x_m"]


def test_a_long_video_is_written_in_row_groups(sequence, monkeypatch, tmp_path):
    monkeypatch.setattr(table_file, "_ROWS", 2 * 66)
    write_parquet(sequence, tmp_path / "a.parquet")
    file = pq.ParquetFile(tmp_path / "a.parquet")
    assert [file.metadata.row_group(index).num_rows for index in range(file.num_row_groups)] == [132, 132, 132, 66]


def test_a_photo_can_be_written(portrait_poses, tmp_path):
    write_parquet(portrait_poses, tmp_path / "a.parquet")
    table = pd.read_parquet(tmp_path / "a.parquet")
    np.testing.assert_array_equal(table[["x_px", "y_px"]].to_numpy(np.float32), portrait_poses.xy.reshape(-1, 2))
    assert json.loads(pq.read_schema(tmp_path / "a.parquet").metadata[b"posecore"])["fps"] is None


@pytest.mark.parametrize("nobody", [FramePoses.nobody(SIZE), None], ids=["photo", "video-without-frames"])
def test_no_people_or_frames_give_a_table_without_rows(nobody, sequence, tmp_path):
    arrays = {name: getattr(sequence, name)[:0] for name in ("xy", "z", "world", "visibility", "presence", "times_s")}
    write_parquet(nobody or replace(sequence, **arrays), tmp_path / "a.parquet")
    table = pd.read_parquet(tmp_path / "a.parquet")
    assert (len(table), list(table.columns)) == (0, list(COLUMNS))


def test_a_failed_write_leaves_no_file(sequence, monkeypatch, tmp_path):
    def full_disk(_: object) -> None:
        raise OSError("no space left")

    monkeypatch.setattr(table_file, "to_table", lambda poses: full_disk(poses) if len(poses) else to_table(poses))
    with pytest.raises(OSError, match="no space left"):
        write_parquet(sequence, tmp_path / "a.parquet")
    assert not list(tmp_path.iterdir())


def test_tables_with_decimal_commas_hold_the_same_numbers(sequence, block, tmp_path):
    for write in (write_csv, write_angles):
        write(sequence, tmp_path / "point.csv")
        write(sequence, tmp_path / "comma.csv", decimal=",")
        text = (tmp_path / "comma.csv").read_text()
        assert "." not in text
        assert text.count("time_s") == 1
        table = pd.read_csv(tmp_path / "comma.csv", sep=";", decimal=",")
        pd.testing.assert_frame_equal(table, pd.read_csv(tmp_path / "point.csv"))


def test_no_spreadsheet_takes_a_name_for_a_formula_and_it_comes_back(sequence, tmp_path):
    named = sequence.named({8: "=1+1", 3: "it's = 1"})
    for write in (write_csv, write_angles):
        write(named, tmp_path / "a.csv")
        assert set(pd.read_csv(tmp_path / "a.csv")["name"]) == {"'=1+1", "it's = 1"}
    write_csv(named, tmp_path / "a.csv")
    back = from_table(pd.read_csv(tmp_path / "a.csv"), size=SIZE, fps=30)
    assert back.names == named.names
