"""Hands as markers, in TRC and C3D: on the wrists of their bodies, or around their own centres without one."""

from dataclasses import replace

import c3d
import ezc3d
import numpy as np
import pytest

from posecore import BLAZEPOSE_33, HAND_21, HandSequence, HandSlot, InvalidOption, InvalidPoses, PoseSequence
from posecore.export.c3d_file import write_c3d
from posecore.export.formats import export
from posecore.export.opensim_file import write_trc
from posecore.motion.resampling import to_even_times
from posecore.motion.root import place_person
from tests.export.conftest import HIDDEN
from tests.synthetic_hands import hands_at

pytestmark = pytest.mark.filterwarnings("ignore:No analog data")

LEFT, RIGHT, OTHER = HandSlot(3, "left"), HandSlot(3, "right"), HandSlot(8, "right")
LOST = slice(20, 24)  # frames in which the left hand of person 3 is missing
TIP = HAND_21.index("thumb_tip")
Y_UP = np.array([1, -1, -1])


@pytest.fixture
def hands(mover) -> HandSequence:
    """Both hands of the mover, and one of a person without a body, in its frames; all turn."""
    shape = hands_at({LEFT: (200, 300), RIGHT: (400, 300), OTHER: (600, 300)}, size=mover.size)
    given = HandSequence.empty(mover.times_s, shape.slots, size=mover.size, fps=mover.fps)
    arrays = {name: np.repeat(array[None], len(mover), axis=0) for name, array in shape.arrays.items()}
    turn = np.linspace(0, 1, len(mover))
    x, y = arrays["world"][..., 0].copy(), arrays["world"][..., 1].copy()
    arrays["world"][..., 0] = x * np.cos(turn)[:, None, None] - y * np.sin(turn)[:, None, None]
    arrays["world"][..., 1] = x * np.sin(turn)[:, None, None] + y * np.cos(turn)[:, None, None]
    for array in arrays.values():
        array[LOST, 0] = np.nan
    return replace(given, **arrays)


def read_with_opensim(opensim, path) -> dict[str, np.ndarray]:
    """(T, 3) of each marker of a TRC."""
    table = opensim.TimeSeriesTableVec3(str(path))
    rows = [table.getRowAtIndex(row) for row in range(table.getNumRows())]
    points = np.array([[row.getElt(0, column).to_numpy() for column in range(row.ncol())] for row in rows])
    return dict(zip(table.getColumnLabels(), np.moveaxis(points, 1, 0), strict=True))


def read_c3d(path) -> dict[str, np.ndarray]:
    """(T, 3) of each point of a C3D in millimetres, NaN if its residual says that it is missing."""
    with path.open("rb") as file:
        reader = c3d.Reader(file)
        points = np.array([points for _, points, _ in reader.read_frames()])
    points[points[..., 3] < 0] = np.nan
    return dict(zip(map(str.strip, reader.point_labels), np.moveaxis(points[..., :3], 1, 0), strict=True))


def test_opensim_reads_hands_on_the_wrists_of_the_body(opensim, mover, hands, tmp_path):
    write_trc(mover, tmp_path / "x.trc", 3, hands=hands)
    markers = read_with_opensim(opensim, tmp_path / "x.trc")
    fingers = [f"{side}_{name}" for side in ("left", "right") for name in HAND_21.landmarks[1:]]
    assert list(markers) == [*BLAZEPOSE_33.landmarks, *fingers]
    body = place_person(mover, 3)
    np.testing.assert_allclose(np.stack(list(markers.values()))[:33].swapaxes(0, 1), body, atol=6e-7)
    for side, index in (("left", 0), ("right", 1)):
        from_wrist = markers[f"{side}_thumb_tip"] - markers[f"{side}_wrist"]
        expected = (hands.world[:, index, TIP] - hands.world[:, index, 0]) * Y_UP
        expected[HIDDEN] = np.nan  # no body, so no place in the room
        np.testing.assert_allclose(from_wrist, expected, atol=2e-6)
    assert np.isnan(markers["left_thumb_tip"][LOST]).all()
    assert np.isfinite(markers["left_wrist"][LOST]).all()


def test_c3d_has_the_same_points_at_even_times(mover, hands, tmp_path):
    write_c3d(mover, tmp_path / "x.c3d", 3, hands=hands)
    points = read_c3d(tmp_path / "x.c3d")
    even, even_hands = to_even_times(mover), to_even_times(hands)
    wrist = place_person(even, 3)[:, BLAZEPOSE_33.index("left_wrist")]
    expected = wrist + (even_hands.world[:, 0, TIP] - even_hands.world[:, 0, 0]) * Y_UP
    np.testing.assert_allclose(points["left_thumb_tip"], 1000 * expected, atol=1e-3)
    missing = np.isnan(points["left_thumb_tip"]).all(axis=1)
    assert np.flatnonzero(missing).tolist() == [*range(HIDDEN.start, HIDDEN.stop), *range(LOST.start, LOST.stop)]
    assert len(points) == 33 + 2 * 20
    parameters = ezc3d.c3d(str(tmp_path / "x.c3d"))["parameters"]
    assert parameters["POSECORE"]["HANDS"]["value"] == ["wrists"]


@pytest.mark.parametrize("without", ["sequence", "body"])
def test_hands_without_a_body_are_around_their_own_centres(opensim, mover, hands, without, tmp_path):
    """Nobody was looked for, or nobody was found."""
    nobody = None if without == "sequence" else PoseSequence.empty(mover.times_s, [3], size=mover.size, fps=mover.fps)
    write_trc(nobody, tmp_path / "x.trc", 3, hands=hands)
    write_c3d(nobody, tmp_path / "x.c3d", 3, hands=hands)
    markers, points = read_with_opensim(opensim, tmp_path / "x.trc"), read_c3d(tmp_path / "x.c3d")
    names = [f"{side}_{name}" for side in ("left", "right") for name in HAND_21.landmarks]
    assert list(markers) == list(points) == names
    for index, name in enumerate(names):
        slot, landmark = divmod(index, 21)
        np.testing.assert_allclose(markers[name], hands.world[:, slot, landmark] * Y_UP, atol=6e-7)
    even = to_even_times(hands).world[:, 1, TIP]
    np.testing.assert_allclose(points["right_thumb_tip"], 1000 * even * Y_UP, atol=1e-3)
    parameters = ezc3d.c3d(str(tmp_path / "x.c3d"))["parameters"]
    assert parameters["POSECORE"]["HANDS"]["value"] == ["own centres"]
    assert "ROOT" not in parameters["POSECORE"], "there is no path through the room"


@pytest.mark.parametrize("name", ["trc", "c3d"])
def test_a_person_without_hands_has_the_file_as_without_looking_for_them(mover, hands, name, tmp_path):
    write = write_trc if name == "trc" else write_c3d
    only_without_a_body = {each: np.array(array) for each, array in hands.only([3]).arrays.items()}
    for array in only_without_a_body.values():
        array[: HIDDEN.start], array[HIDDEN.stop :] = np.nan, np.nan
    written = []
    for index, given in enumerate((None, hands.only([8]), replace(hands.only([3]), **only_without_a_body))):
        path = tmp_path / str(index) / f"x.{name}"  # a TRC holds its own name
        path.parent.mkdir()
        write(mover, path, 3, hands=given)
        written.append(path.read_bytes())
    assert written[0] == written[1] == written[2]


@pytest.mark.parametrize("name", ["trc", "c3d"])
def test_each_person_has_a_file_with_or_without_a_body(mover, hands, name, tmp_path):
    paths = export(mover, name, tmp_path, stem="walk", hands=hands)
    assert [path.name for path in paths] == [f"walk.Grace.{name}", f"walk.person_8.{name}"]
    paths = export(None, name, tmp_path, stem="wave", hands=hands)
    assert [path.name for path in paths] == [f"wave.person_3.{name}", f"wave.person_8.{name}"]
    unseen = HandSequence.empty(mover.times_s, [LEFT], size=mover.size, fps=mover.fps)
    with pytest.raises(InvalidPoses, match="Nobody is seen"):
        export(None, name, tmp_path, stem="wave", hands=unseen)
    with pytest.raises(InvalidOption, match=r"one of this video's \(3, 7\), but got 9"):
        (write_trc if name == "trc" else write_c3d)(mover, tmp_path / "x", 9, hands=hands)


def test_uneven_times_of_hands_are_resampled_as_those_of_bodies(hands):
    even = to_even_times(hands)
    np.testing.assert_allclose(even.times_s, np.arange(len(hands)) / 25, atol=1e-9)
    np.testing.assert_allclose(even.score[:, 1], hands.score[:, 1], atol=1e-6)
    assert even.slots == hands.slots
    assert np.flatnonzero(~even.seen[:, 0]).tolist() == list(range(LOST.start, LOST.stop))
