from dataclasses import replace

import numpy as np
import pytest

from posecore import InvalidOption, InvalidPoses
from posecore.export.mot_file import write_mot
from posecore.motion.angles import ANGLES, measure_angles


def read_strictly(path):
    """Column names and numbers of a motion file; fails where its header does not say what is in it."""
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
    """``mover`` with a left wrist that is out of sight from frame 20 to 24."""
    visibility = mover.visibility.copy()
    visibility[20:25, 0, 15] = 0.3
    return replace(mover, visibility=visibility)


def test_values_come_back_and_empty_frames_are_left_out(half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3)
    labels, numbers = read_strictly(path)
    seen = half_hidden.seen[:, 0]
    assert 0 < seen.sum() < len(seen)
    np.testing.assert_allclose(numbers[:, 0], half_hidden.times_s[seen], atol=1e-9)
    np.testing.assert_allclose(numbers[:, 1:], measure_angles(half_hidden)[seen, 0], atol=6e-5)
    elbow = numbers[:, labels.index("left_elbow_included_angle")]
    assert np.flatnonzero(np.isnan(elbow)).tolist() == [15, 16, 17, 18, 19]
    assert [entry.name for entry in tmp_path.iterdir()] == ["walk.mot"]


def test_no_column_is_called_as_a_coordinate_of_a_model(mover, tmp_path):
    write_mot(mover, tmp_path / "x.mot", 3)
    labels, _ = read_strictly(tmp_path / "x.mot")
    assert labels[0] == "time"
    assert "left_knee_included_angle" in labels
    assert "pelvis_tilt_from_horizontal" in labels
    assert not set(labels) & {*ANGLES, "pelvis_tilt", "knee_angle_l", "knee_angle_r"}
    assert all(" " not in label for label in labels)


def test_opensim_reads_it(opensim, half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3)
    labels, numbers = read_strictly(path)
    table = opensim.TimeSeriesTable(str(path))
    assert list(table.getColumnLabels()) == labels[1:]
    assert table.getTableMetaDataString("inDegrees") == "yes"
    np.testing.assert_allclose(table.getIndependentColumn(), numbers[:, 0], atol=1e-12)
    np.testing.assert_allclose(table.getMatrix().to_numpy(), numbers[:, 1:], atol=1e-9)
    assert np.isnan(numbers).any()


def test_opensims_older_reader_takes_a_file_without_gaps(opensim, half_hidden, tmp_path):
    path = tmp_path / "walk.mot"
    write_mot(half_hidden, path, 3, min_visibility=0)
    _, numbers = read_strictly(path)
    assert np.isfinite(numbers).all()
    storage = opensim.Storage(str(path))
    assert (storage.getSize(), storage.isInDegrees()) == (len(numbers), True)
    last = storage.getStateVector(len(numbers) - 1)
    assert last.getTime() == pytest.approx(numbers[-1, 0])
    assert [last.getData().get(column) for column in range(last.getSize())] == pytest.approx(numbers[-1, 1:])


@pytest.mark.parametrize(
    ("person", "options", "error", "said"),
    [
        (4, {}, InvalidOption, r"one of this clip's \(3, 7\), but got 4"),
        (7, {}, InvalidPoses, "Person 7 is seen in no frame"),
        (3, {"min_visibility": 2}, InvalidOption, "min_visibility"),
        (3, {"min_visibility": 0.95}, InvalidPoses, "No angle of person 3 is known"),
    ],
)
def test_what_cannot_be_written_leaves_no_file(mover, tmp_path, person, options, error, said):
    with pytest.raises(error, match=said):
        write_mot(mover, tmp_path / "x.mot", person, **options)
    assert list(tmp_path.iterdir()) == []
