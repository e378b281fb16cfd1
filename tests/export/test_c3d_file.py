from dataclasses import replace

import ezc3d
import numpy as np
import pytest

from posecore import BLAZEPOSE_33, InvalidOption, InvalidPoses
from posecore.export.c3d_file import write_c3d
from posecore.motion.resampling import to_even_times
from posecore.motion.root import place_person


@pytest.mark.parametrize("root", ["estimated", "none"])
def test_values_come_back_at_even_times(mover, tmp_path, root):
    path = tmp_path / "Grace.c3d"
    write_c3d(mover, path, 3, root=root)
    document = ezc3d.c3d(str(path))
    expected = place_person(to_even_times(mover), 3, root=root) * 1000
    points = document["data"]["points"][:3].transpose(2, 1, 0)
    assert points.shape == (40, 33, 3)
    np.testing.assert_array_equal(points, expected)  # the format stores float32
    missing = np.isnan(expected).any(axis=2)
    assert 0 < missing.sum() < missing.size
    np.testing.assert_array_equal(document["data"]["meta_points"]["residuals"][0].T, np.where(missing, -1, 0))
    assert [entry.name for entry in tmp_path.iterdir()] == ["Grace.c3d"]


def test_the_header_describes_the_data(mover, tmp_path):
    path = tmp_path / "x.c3d"
    write_c3d(replace(mover, fps=29.97), path, 3, field_of_view_deg=75)
    document = ezc3d.c3d(str(path))
    groups = {
        group: {name: parameter["value"] for name, parameter in parameters.items() if name != "__METADATA__"}
        for group, parameters in document["parameters"].items()
    }
    point = groups["POINT"]
    assert point["LABELS"] == list(BLAZEPOSE_33.landmarks)
    assert point["DESCRIPTIONS"][1] == "left eye inner"
    assert point["RATE"] == pytest.approx([29.97])
    assert (point["UNITS"], point["X_SCREEN"], point["Y_SCREEN"]) == (["mm"], ["+X"], ["+Y"])
    assert groups["MANUFACTURER"]["SOFTWARE"] == ["posecore"]
    assert groups["SUBJECTS"]["NAMES"] == ["Grace"]
    assert groups["POSECORE"]["ROOT"] == ["estimated"]
    assert groups["POSECORE"]["FIELD_OF_VIEW_DEG"] == [75]
    assert document["header"]["points"]["frame_rate"] == pytest.approx(29.97)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Zoë Ω", "Zoë Ω"),
        ("", "person 3"),
        ("two\nlines", "two lines"),
        ("\N{GRINNING FACE}" * 99, "\N{GRINNING FACE}" * 60),
    ],
)
def test_names_are_adapted_to_the_format(mover, tmp_path, name, written):
    path = tmp_path / "x.c3d"
    write_c3d(mover.named({3: name}), path, 3)
    subjects = ezc3d.c3d(str(path))["parameters"]["SUBJECTS"]
    assert (subjects["NAMES"]["value"], subjects["USED"]["value"].tolist()) == ([written], [1])


@pytest.mark.parametrize(
    ("person", "options", "error", "said"),
    [
        (4, {}, InvalidOption, r"one of this video's \(3, 7\), but got 4"),
        (7, {}, InvalidPoses, "Person 7 is seen in no frame"),
        (3, {"root": "maybe"}, InvalidOption, "'root' to be one of"),
    ],
)
def test_what_cannot_be_written_leaves_no_file(mover, tmp_path, person, options, error, said):
    with pytest.raises(error, match=said):
        write_c3d(mover, tmp_path / "x.c3d", person, **options)
    assert list(tmp_path.iterdir()) == []


def test_more_frames_than_the_format_can_count_are_refused(mover, tmp_path):
    # A reader would show 65,535 frames and silently drop the rest.
    hours = replace(mover, times_s=mover.times_s * 70_000 / 40)
    with pytest.raises(InvalidPoses, match="at most 65,535 frames"):
        write_c3d(hours, tmp_path / "x.c3d", 3)
    assert list(tmp_path.iterdir()) == []
