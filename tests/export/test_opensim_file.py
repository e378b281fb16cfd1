from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, InvalidPoses
from posecore.export.opensim_file import write_mot, write_trc
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.root import place_person


def read_trc(path):
    """The times and (T, K, 3) markers of a TRC in the published layout; fails on anything else."""
    text = path.read_bytes().decode("utf-8")
    assert text.endswith("\n")
    assert "\r" not in text
    kind, names, values, markers, axes, blank, *rows = (line.split("\t") for line in text.split("\n")[:-1])
    assert kind == ["PathFileType", "4", "(X/Y/Z)", path.name]
    assert names == [
        *("DataRate", "CameraRate", "NumFrames", "NumMarkers"),
        *("Units", "OrigDataRate", "OrigDataStartFrame", "OrigNumFrames"),
    ]
    header = dict(zip(names, values, strict=True))
    count = int(header["NumMarkers"])
    assert header["NumFrames"] == header["OrigNumFrames"] == str(len(rows))
    assert header["DataRate"] == header["CameraRate"] == header["OrigDataRate"]
    assert (header["Units"], header["OrigDataStartFrame"]) == ("m", "1")
    assert len(markers) == len(axes) == 2 + 3 * count
    assert markers[:2] == ["Frame#", "Time"]
    assert markers[2::3] == list(BLAZEPOSE_33.landmarks)
    assert set(markers[3::3] + markers[4::3]) == {""}
    assert axes == ["", "", *(f"{axis}{number}" for number in range(1, count + 1) for axis in "XYZ")]
    assert blank == [""]
    assert [int(row[0]) for row in rows] == list(range(1, len(rows) + 1))
    numbers = np.array(rows, dtype=float)  # fails unless all rows have the same length
    return float(header["DataRate"]), numbers[:, 1], numbers[:, 2:].reshape(-1, count, 3)


@pytest.mark.parametrize("root", ["estimated", "none"])
def test_markers_can_be_read_back(mover, tmp_path, root):
    path = tmp_path / "Grace.trc"
    write_trc(mover, path, 3, root=root)
    rate, times, markers = read_trc(path)
    assert rate == 25
    np.testing.assert_allclose(times, mover.times_s, atol=1e-9)
    np.testing.assert_allclose(markers, place_person(mover, 3, root=root), atol=6e-7)
    assert np.isnan(markers).all(axis=(1, 2)).sum() == 5
    assert np.nanmin(markers[:, 29:, 1]) == 0
    assert [entry.name for entry in tmp_path.iterdir()] == ["Grace.trc"]


def test_the_walk_is_included_unless_switched_off(mover, tmp_path):
    hips = {}
    for root in ("estimated", "none"):
        write_trc(mover, tmp_path / root, 3, root=root)
        hips[root] = read_trc(tmp_path / root)[2][:, 23:25, 0].mean(axis=1)
    assert hips["estimated"][-1] - hips["estimated"][0] == pytest.approx(1, abs=0.01)
    np.testing.assert_allclose(hips["none"][~np.isnan(hips["none"])], 0, atol=1e-6)


def test_the_field_of_view_can_be_set(mover, tmp_path):
    write_trc(mover, tmp_path / "narrow.trc", 3, field_of_view_deg=30)
    _, _, markers = read_trc(tmp_path / "narrow.trc")
    np.testing.assert_allclose(markers, place_person(mover, 3, field_of_view_deg=30), atol=6e-7)


def test_opensim_reads_the_markers(opensim, mover, tmp_path):
    one_lost = mover.world.copy()
    one_lost[20, 0, 32] = np.nan  # the last of a row
    mover = replace(mover, world=one_lost)
    path = tmp_path / "two words.trc"
    write_trc(mover, path, 3)
    expected = place_person(mover, 3)
    table = opensim.TimeSeriesTableVec3(str(path))
    assert list(table.getColumnLabels()) == list(BLAZEPOSE_33.landmarks)
    assert (table.getTableMetaDataString("Units"), table.getTableMetaDataString("DataRate")) == ("m", "25")
    np.testing.assert_allclose(table.getIndependentColumn(), mover.times_s, atol=1e-9)
    rows = [table.getRowAtIndex(row) for row in range(table.getNumRows())]
    markers = [[row.getElt(0, column).to_numpy() for column in range(row.ncol())] for row in rows]
    np.testing.assert_allclose(np.array(markers), expected, atol=6e-7)
    older = opensim.MarkerData(str(path))
    assert older.getNumFrames() == len(mover)
    last = older.getFrame(len(mover) - 1)
    np.testing.assert_allclose(last.getMarker(32).to_numpy(), expected[-1, 32], atol=6e-7)
    assert np.isnan(older.getFrame(20).getMarker(32).to_numpy()).all()


@pytest.mark.parametrize(
    ("person", "options", "error", "said"),
    [
        (4, {}, InvalidOption, r"one of this video's \(3, 7\), but got 4"),
        (7, {}, InvalidPoses, "Person 7 is seen in no frame"),
        (3, {"root": "maybe"}, InvalidOption, "'root' to be one of"),
        (3, {"field_of_view_deg": 200}, InvalidOption, "between 0 and 180"),
    ],
)
def test_markers_that_cannot_be_written_leave_no_file(mover, tmp_path, person, options, error, said):
    with pytest.raises(error, match=said):
        write_trc(mover, tmp_path / "x.trc", person, **options)
    assert list(tmp_path.iterdir()) == []


def read_mot(path):
    """Column names and values of a motion file; fails if its header does not match them."""
    name, version, rows, columns, degrees, end, labels, *lines = path.read_text("utf-8").splitlines()
    assert name == path.stem
    assert (version, degrees, end) == ("version=1", "inDegrees=yes", "endheader")
    labels = labels.split("\t")
    numbers = np.array([line.split("\t") for line in lines], float)
    assert (rows, columns) == (f"nRows={numbers.shape[0]}", f"nColumns={numbers.shape[1]}")
    assert len(labels) == numbers.shape[1]
    return labels, numbers


@pytest.fixture
def half_hidden(mover):
    """``mover`` with the left wrist hidden from frame 20 to 24."""
    visibility = mover.visibility.copy()
    visibility[20:25, 0, 15] = 0.3
    return replace(mover, visibility=visibility)


def test_angles_can_be_read_back_without_empty_frames(half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3)
    labels, numbers = read_mot(path)
    seen = half_hidden.seen[:, 0]
    assert 0 < seen.sum() < len(seen)
    np.testing.assert_allclose(numbers[:, 0], half_hidden.times_s[seen], atol=1e-9)
    np.testing.assert_allclose(numbers[:, 1:], measure_angles(half_hidden)[seen, 0], atol=6e-5)
    elbow = numbers[:, labels.index("left_elbow_included_angle")]
    assert np.flatnonzero(np.isnan(elbow)).tolist() == [15, 16, 17, 18, 19]
    assert [entry.name for entry in tmp_path.iterdir()] == ["walk.mot"]


def test_no_column_is_named_like_a_model_coordinate(mover, tmp_path):
    write_mot(mover, tmp_path / "x.mot", 3)
    labels, _ = read_mot(tmp_path / "x.mot")
    assert labels[0] == "time"
    assert "left_knee_included_angle" in labels
    assert "pelvis_tilt_from_horizontal" in labels
    assert not set(labels) & {*ANGLES, "pelvis_tilt", "knee_angle_l", "knee_angle_r"}
    assert all(" " not in label for label in labels)


def test_opensim_reads_the_angles(opensim, half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3)
    labels, numbers = read_mot(path)
    table = opensim.TimeSeriesTable(str(path))
    assert list(table.getColumnLabels()) == labels[1:]
    assert table.getTableMetaDataString("inDegrees") == "yes"
    np.testing.assert_allclose(table.getIndependentColumn(), numbers[:, 0], atol=1e-12)
    np.testing.assert_allclose(table.getMatrix().to_numpy(), numbers[:, 1:], atol=1e-9)
    assert np.isnan(numbers).any()


def test_opensims_older_reader_takes_a_file_without_gaps(opensim, half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3, min_visibility=0)
    _, numbers = read_mot(path)
    assert np.isfinite(numbers).all()
    storage = opensim.Storage(str(path))
    assert (storage.getSize(), storage.isInDegrees()) == (len(numbers), True)
    last = storage.getStateVector(len(numbers) - 1)
    assert last.getTime() == pytest.approx(numbers[-1, 0])
    assert [last.getData().get(column) for column in range(last.getSize())] == pytest.approx(numbers[-1, 1:])


@pytest.mark.parametrize(
    ("person", "options", "error", "said"),
    [
        (4, {}, InvalidOption, r"one of this video's \(3, 7\), but got 4"),
        (7, {}, InvalidPoses, "Person 7 is seen in no frame"),
        (3, {"min_visibility": 2}, InvalidOption, "min_visibility"),
        (3, {"min_visibility": 0.95}, InvalidPoses, "No angle of person 3 is known"),
    ],
)
def test_angles_that_cannot_be_written_leave_no_file(mover, tmp_path, person, options, error, said):
    with pytest.raises(error, match=said):
        write_mot(mover, tmp_path / "x.mot", person, **options)
    assert list(tmp_path.iterdir()) == []
