import io

import numpy as np
import pandas as pd
import pytest

from posecore import (
    BLAZEPOSE_33,
    HAND_21,
    FrameHands,
    FramePoses,
    HandSequence,
    HandSlot,
    InvalidHands,
    InvalidPoses,
    PoseSequence,
    from_table,
    hands_from_table,
    hands_to_table,
    to_table,
)
from posecore.export.table_file import to_csv
from tests.synthetic_hands import LEFT, RIGHT, hands_at, waving

SIZE = (640, 480)
COLUMNS = [
    "frame", "time_s", "person", "landmark",
    "x", "y", "z", "x_px", "y_px", "x_m", "y_m", "z_m",
    "visibility", "presence",
]  # fmt: skip


@pytest.fixture
def sequence() -> PoseSequence:
    """Three frames at uneven times; person 1 in the first and last, person 7 in the last two."""
    random = np.random.default_rng(1)

    def frame(time_s: float, ids: list[int]) -> FramePoses:
        shape = (len(ids), 33)
        return FramePoses(
            xy=random.random((*shape, 2)) * SIZE,
            z=random.normal(size=shape) * 100,
            world=random.normal(size=(*shape, 3)),
            visibility=random.random(shape),
            presence=random.random(shape),
            person_ids=ids,
            time_s=time_s,
            size=SIZE,
        )

    return PoseSequence.from_frames([frame(0, [1]), frame(0.04, [7]), frame(0.1, [1, 7])], size=SIZE, fps=29.97)


def test_the_table_has_the_documented_columns(sequence):
    table = to_table(sequence)
    assert list(table.columns) == COLUMNS
    assert len(table) == 3 * 2 * 33


def test_rows_hold_the_values_of_their_landmark(sequence):
    row = to_table(sequence).query("frame == 2 and person == 7 and landmark == 'left_knee'").iloc[0]
    knee = BLAZEPOSE_33.index("left_knee")
    x, y = sequence.xy[2, 1, knee]
    assert (row.x_px, row.y_px) == (x, y)
    assert row.x == pytest.approx(x / 640)
    assert row.y == pytest.approx(y / 480)
    assert row.z == pytest.approx(sequence.z[2, 1, knee] / 640)
    assert (row.x_m, row.y_m, row.z_m) == tuple(sequence.world[2, 1, knee])
    assert row.time_s == 0.1


def test_a_frame_without_the_person_stays_as_nan(sequence):
    rows = to_table(sequence).query("frame == 1 and person == 1")
    assert len(rows) == 33
    assert rows[["x", "z_m", "visibility"]].isna().all(axis=None)


def test_a_photo_has_one_frame(sequence):
    table = to_table(sequence.frame(2))
    assert len(table) == 66
    assert set(table["frame"]) == {0}


def test_a_photo_without_people_has_columns_but_no_rows():
    table = to_table(FramePoses.nobody(SIZE))
    assert list(table.columns) == COLUMNS
    assert table.empty


@pytest.mark.parametrize("through_csv", [False, True])
def test_a_table_converts_back_to_the_sequence(sequence, through_csv):
    table = to_table(sequence)
    if through_csv:
        table = pd.read_csv(io.StringIO(to_csv(sequence)))
    back = from_table(table.sample(frac=1, random_state=0), size=SIZE, fps=29.97)
    for name in ("xy", "z", "world", "visibility", "presence"):
        np.testing.assert_allclose(getattr(back, name), getattr(sequence, name), rtol=1e-6, atol=1e-4)
    np.testing.assert_array_equal(back.person_ids, sequence.person_ids)
    np.testing.assert_array_equal(back.times_s, sequence.times_s)


def test_a_missing_column_is_named(sequence):
    with pytest.raises(InvalidPoses, match="visibility"):
        from_table(to_table(sequence).drop(columns="visibility"), size=SIZE, fps=30)


@pytest.mark.parametrize("damage", [lambda t: t.iloc[1:], lambda t: pd.concat([t.iloc[1:], t.iloc[1:2]])])
def test_missing_or_duplicate_rows_are_refused(sequence, damage):
    with pytest.raises(InvalidPoses, match="one row for each"):
        from_table(damage(to_table(sequence)), size=SIZE, fps=30)


def test_other_landmarks_are_refused(sequence):
    table = to_table(sequence).astype({"landmark": str}).replace({"landmark": {"nose": "beak"}})
    with pytest.raises(InvalidPoses, match="or of other landmarks"):
        from_table(table, size=SIZE, fps=29.97)


HAND_COLUMNS = [
    "frame", "time_s", "person", "hand", "landmark",
    "x", "y", "z", "x_px", "y_px", "x_m", "y_m", "z_m",
    "score", "right",
]  # fmt: skip


def test_rows_of_hands_hold_the_values_of_their_landmark():
    hands = waving(4)
    table = hands_to_table(hands)
    assert list(table.columns) == HAND_COLUMNS
    assert len(table) == 4 * 2 * 21
    row = table.query("frame == 1 and person == 1 and hand == 'right' and landmark == 'index_finger_tip'").iloc[0]
    slot, tip = hands.slot(1, "right"), HAND_21.index("index_finger_tip")
    x, y = hands.xy[1, slot, tip]
    assert (row.x_px, row.y_px) == (x, y)
    assert (row.x, row.y) == pytest.approx((x / 640, y / 480))
    assert row.z == pytest.approx(hands.z[1, slot, tip] / 640)
    assert (row.x_m, row.y_m, row.z_m) == tuple(hands.world[1, slot, tip])
    assert (row.score, row.right, row.time_s) == (hands.score[1, slot], hands.right[1, slot], hands.times_s[1])
    absent = table.query("frame == 3 and hand == 'left'")
    assert len(absent) == 21
    assert absent[["x", "z_m", "score"]].isna().all(axis=None)


def test_a_table_of_hands_restores_the_sequence():
    # The second person has one hand only, so the hands are not each person's two.
    frames = [hands_at({slot: (100.0 * n, 300.0) for n, slot in enumerate(slots)}, time_s=t) for t, slots in HANDS]
    hands = HandSequence.from_frames(frames, size=(640, 480), fps=25)
    text = hands_to_table(hands).to_csv(index=False)
    table = pd.read_csv(io.StringIO(text)).sample(frac=1, random_state=1)
    again = hands_from_table(table, size=(640, 480), fps=25)
    assert again.slots == hands.slots == (LEFT, RIGHT, HandSlot(2, "right"))
    assert again.times_s.tolist() == [0, 0.05]
    for name, array in hands.arrays.items():
        np.testing.assert_allclose(again.arrays[name], array, rtol=1e-5, atol=1e-4, equal_nan=True)


HANDS = [(0.0, (LEFT, RIGHT)), (0.05, (RIGHT, HandSlot(2, "right")))]


def test_a_frame_without_hands_has_no_rows():
    table = hands_to_table(FrameHands.nobody((640, 480)))
    assert (list(table.columns), len(table)) == (HAND_COLUMNS, 0)
    assert len(hands_from_table(table, size=(640, 480), fps=25)) == 0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda table: table.drop(columns="hand"), r"none named \['hand'\]"),
        (lambda table: table[1:], "one row for each of 2 frames, 2 hands and 21 landmarks, but got 83 rows"),
        (lambda table: pd.concat([table[1:], table[-1:]]), "84 rows, some twice"),
        (lambda table: table.replace({"landmark": {"wrist": "elbow"}}), "or of other landmarks"),
        (lambda table: table.replace({"hand": {"left": "upper"}}), "'left', 'right', but got 'upper'"),
    ],
)
def test_a_table_that_is_not_of_hands_is_refused(change, message):
    table = hands_to_table(waving(2)).astype({"hand": str, "landmark": str})
    with pytest.raises(InvalidHands, match=message):
        hands_from_table(change(table), size=(640, 480), fps=25)
