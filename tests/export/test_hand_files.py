"""Hands in files: the saved result, the formats that hold hands, and a result of hands only."""

import io
import json
import zipfile
from dataclasses import replace

import av
import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
import xarray as xr

from posecore import (
    HAND_21,
    FrameHands,
    HandSequence,
    HandSlot,
    InvalidHands,
    InvalidOption,
    InvalidPoses,
    PoseSequence,
    UnreadableResult,
    hands_from_table,
    hands_to_table,
    load_sequence,
    save_sequence,
)
from posecore.export import saved, signs_file, table_file
from posecore.export.bundle import write_bundle
from posecore.export.formats import FORMATS, export, formats_for, plan_files
from posecore.export.json_file import to_json
from posecore.export.netcdf_file import hands_dataset
from posecore.export.signs_file import SIGN_COLUMNS, signs_table, write_signs
from posecore.export.table_file import to_csv, write_csv, write_parquet
from posecore.tables import HAND_COLUMNS
from tests.synthetic_hands import LEFT, RIGHT, SIZE, hands_at, waving

ARRAYS = ("xy", "z", "world", "score", "right")


@pytest.fixture
def hands() -> HandSequence:
    return replace(waving(12), cuts=[8])


@pytest.fixture
def bodies(hands) -> PoseSequence:
    """A person in the frames of the hands."""
    shape = (len(hands), 1, 33)
    values = np.random.default_rng(1).random((8, *shape), np.float32)
    return PoseSequence(
        xy=np.moveaxis(values[:2], 0, -1) * SIZE,
        z=values[2],
        world=np.moveaxis(values[3:6], 0, -1),
        visibility=values[6],
        presence=values[7],
        person_ids=[1],
        times_s=hands.times_s,
        size=SIZE,
        fps=25,
        cuts=hands.cuts,
    )


def same(one: HandSequence, other: HandSequence) -> bool:
    facts = [(each.slots, each.size, each.fps, each.cuts.tolist(), each.times_s.tolist()) for each in (one, other)]
    return facts[0] == facts[1] and all(
        getattr(one, name).tobytes() == getattr(other, name).tobytes() for name in ARRAYS
    )


@pytest.mark.parametrize("compressed", [True, False])
def test_hands_come_back_exactly_with_their_bodies_and_without(hands, bodies, compressed, tmp_path):
    path = tmp_path / "a.posecore.npz"
    save_sequence(bodies, path, hands=hands, facts={"source": "wave.mp4"}, compressed=compressed)
    back = load_sequence(path)
    assert same(back.hands, hands)
    assert back.sequence.xy.tobytes() == bodies.xy.tobytes()
    assert back.facts == {"source": "wave.mp4"}
    save_sequence(None, path, hands=hands, compressed=compressed)
    back = load_sequence(path)
    assert same(back.hands, hands)
    assert (len(back.sequence), back.sequence.person_ids.tolist(), back.sequence.cuts.tolist()) == (12, [], [8])


@pytest.mark.parametrize("given", [waving(0), waving(1), HandSequence.empty([0, 1], [], size=SIZE, fps=1)])
def test_few_or_no_frames_and_hands_come_back(given, tmp_path):
    save_sequence(None, tmp_path / "a.npz", hands=given)
    assert same(load_sequence(tmp_path / "a.npz").hands, given)


def test_a_result_without_hands_says_so(bodies, tmp_path):
    save_sequence(bodies, tmp_path / "a.npz")
    assert load_sequence(tmp_path / "a.npz").hands is None
    with pytest.raises(InvalidOption, match="poses, hands, or both, but got neither"):
        save_sequence(None, tmp_path / "b.npz")
    with pytest.raises(InvalidOption, match="poses, hands, or both, but got neither"):
        plan_files(None, ["csv"], stem="a")


@pytest.mark.parametrize(
    ("other", "said"),
    [(waving(11), "times_s"), (waving(12), "cuts"), (replace(waving(12), cuts=[8], size=(64, 48)), "size")],
)
def test_hands_of_other_frames_are_refused(other, said, bodies, tmp_path):
    with pytest.raises(InvalidHands, match=f"Expected 'hands' to have the '{said}' of the sequence"):
        save_sequence(bodies, tmp_path / "a.npz", hands=other)
    with pytest.raises(InvalidHands, match=f"Expected 'hands' to have the '{said}' of the sequence"):
        plan_files(bodies, ["csv"], stem="a", hands=other)
    assert not list(tmp_path.iterdir())


def about_hands(**changes: object):
    def change(members: dict[str, bytes]) -> None:
        about = json.loads(members["about.json"])
        members["about.json"] = json.dumps({**about, "hands": {**about["hands"], **changes}}).encode()

    return change


def many_hands(members) -> None:
    about_hands(slots=[[number, "left"] for number in range(400_000)])(members)


def member(name: str, array: np.ndarray):
    def change(members: dict[str, bytes]) -> None:
        file = io.BytesIO()
        np.save(file, array)
        members[name] = file.getvalue()

    return change


def whole(value: object):
    def change(members: dict[str, bytes]) -> None:
        members["about.json"] = json.dumps({**json.loads(members["about.json"]), "hands": value}).encode()

    return change


XY = (12, 2, 21, 2)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        *[(whole(wrong), "'hands'") for wrong in ([], {}, "both", 2, {"slots": []}, True)],
        (about_hands(landmarks=["wrist"]), "'hands'"),
        *[
            (about_hands(slots=wrong), "'hands'")
            for wrong in (
                {"1": "left"},
                [[1, "left"], [1]],
                [[1, "left"], [1, "upper"]],
                [[1, "left"], ["1", "right"]],
                [[1, "left"], [1.0, "right"]],
                [[1, "left"], [True, "right"]],
                [[1, "left"], [10**4000, "right"]],
                [[1, "left"], [1, "right", 3]],
                [[1, "left"], [1, ["right"]]],
            )
        ],
        (about_hands(slots=[[1, "left"], [1, "left"]]), "'slots' to be unique"),
        (about_hands(slots=[[1, "left"]]), "hand_xy.npy"),
        (many_hands, "too long|too large.*frames times hands"),
        *[(lambda members, name=name: members.pop(f"hand_{name}.npy"), f"hand_{name}.npy") for name in ARRAYS],
        (member("hand_xy.npy", np.zeros(XY, np.float64)), "hand_xy.npy"),
        (member("hand_xy.npy", np.zeros((*XY, 3), np.float32)), "hand_xy.npy"),
        (member("hand_xy.npy", np.full(XY, None)), "hand_xy.npy"),
        (member("hand_world.npy", np.full((12, 2, 21, 3), np.inf, np.float32)), "within ±1e\\+09 in hand_world.npy"),
    ],
)
def test_hands_that_are_not_what_they_should_be_are_refused(change, said, hands, tmp_path):
    path = tmp_path / "a.npz"
    save_sequence(None, path, hands=hands)
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    change(members)
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    with pytest.raises(UnreadableResult, match=said) as raised:
        load_sequence(file)
    assert len(str(raised.value)) < 300


def test_hands_above_a_limit_are_refused(hands, tmp_path, monkeypatch):
    save_sequence(None, tmp_path / "a.npz", hands=hands)
    monkeypatch.setattr(saved, "LIMITS", replace(saved.LIMITS, person_frames=12))
    load_sequence(tmp_path / "a.npz")  # two hands a person
    monkeypatch.setattr(saved, "LIMITS", replace(saved.LIMITS, person_frames=11))
    with pytest.raises(UnreadableResult, match="at most 22 frames times hands, but got 24"):
        load_sequence(tmp_path / "a.npz")
    monkeypatch.setattr(saved, "_MOST_BYTES", 1000)
    with pytest.raises(InvalidOption, match="in parts"):
        save_sequence(None, tmp_path / "b.npz", hands=hands)


@pytest.mark.parametrize("rows", [7, 1 << 18])
def test_tables_hold_all_hands(hands, rows, tmp_path, monkeypatch):
    monkeypatch.setattr(table_file, "_ROWS", rows)
    write_csv(hands, tmp_path / "a.csv")
    assert (tmp_path / "a.csv").read_text() == to_csv(hands)
    write_parquet(hands, tmp_path / "a.parquet")
    back = hands_from_table(pd.read_parquet(tmp_path / "a.parquet"), size=SIZE, fps=25)
    np.testing.assert_array_equal(back.xy, hands.xy)
    schema = pq.read_schema(tmp_path / "a.parquet")
    about = json.loads(schema.metadata[b"posecore"])
    assert (about["format"], about["fps"], about["cuts"]) == ("posecore-hands-table", 25, [8])
    assert {field.name: field.metadata[b"meaning"].decode() for field in schema} == dict(HAND_COLUMNS)


@pytest.mark.parametrize("frames", [5, 4096])
def test_a_table_says_what_hands_show(hands, frames, tmp_path, monkeypatch):
    monkeypatch.setattr(signs_file, "BLOCK_FRAMES", frames)
    write_signs(hands, tmp_path / "a.csv")
    table = pd.read_csv(tmp_path / "a.csv", keep_default_na=False, na_values={"score": "", "gesture_score": ""})
    assert list(table.columns) == list(SIGN_COLUMNS)
    assert table["frame"].tolist() == [frame for frame in range(12) for _ in range(2)]
    left, right = (table[table["hand"] == side] for side in ("left", "right"))
    assert right["gesture"].tolist() == ["open_palm"] * 12
    assert left["gesture"].tolist() == ["open_palm"] * 6 + [""] * 6
    assert left[["score", "gesture_score"]].isna().all(axis=1).tolist() == [False] * 6 + [True] * 6
    assert len(signs_table(FrameHands.nobody(SIZE))) == 0


def test_json_holds_the_hands_seen_in_each_frame(hands):
    read = json.loads(to_json(hands))
    assert (read["format"], read["landmarks"], read["cuts"]) == ("posecore-hands", list(HAND_21.landmarks), [8])
    assert [[(hand["person"], hand["hand"]) for hand in frame["hands"]] for frame in read["frames"]] == (
        [[(1, "left"), (1, "right")]] * 6 + [[(1, "right")]] * 6
    )
    tip, across = HAND_21.index("index_finger_tip"), read["values"].index("x_px")
    right = read["frames"][7]["hands"][0]
    assert right["values"][tip][across] == pytest.approx(hands.xy[7, 1, tip, 0], abs=1e-3)
    assert (right["score"], right["right"]) == pytest.approx((hands.score[7, 1], 0.95))
    table = hands_to_table(hands).query("frame == 7 and hand == 'right'")
    np.testing.assert_allclose(right["values"], table[read["values"]].to_numpy(), atol=1e-6)
    assert right["gesture"] == "open_palm"
    assert set(read["meaning"]) == {*read["values"], *(right.keys() - {"person", "hand", "values"})}
    photo = json.loads(to_json(hands_at({LEFT: (300, 300)})))
    assert (photo["fps"], len(photo["frames"][0]["hands"])) == (None, 1)


def test_netcdf_has_each_hand_as_an_individual(hands, tmp_path):
    [path] = export(None, "netcdf", tmp_path, stem="wave", hands=hands)
    with xr.open_dataset(path) as opened:
        assert opened.identical(hands_dataset(hands).astype(opened.dtypes))
        right = opened.sel(individuals="person_1_right")
        np.testing.assert_array_equal(right.position.transpose("time", "keypoints", "space"), hands.xy[:, 1])
        assert (right.side.item(), right.person_id.item()) == ("right", 1)
        assert (opened.confidence.sizes, opened.shot.values[-1]) == ({"time": 12, "keypoints": 21, "individuals": 2}, 2)


def test_hands_are_written_beside_bodies(hands, bodies, tmp_path):
    def written(name: str) -> list[str]:
        return [path.name for path in export(bodies, name, tmp_path, stem="w", hands=hands)]

    assert written("csv") == ["w.landmarks.csv", "w.hands.csv", "w.signs.csv"]
    assert written("angles") == ["w.angles.csv"]
    [path] = export(bodies, "result", tmp_path, stem="w", hands=hands)
    assert same(load_sequence(path).hands, hands)


def test_a_result_of_hands_only_has_the_files_of_hands(hands, tmp_path):
    nobody = load_sequence(export(None, "result", tmp_path, stem="w", hands=hands)[0]).sequence
    assert formats_for(nobody, hands) == [
        "csv", "parquet", "json", "trc", "c3d", "netcdf", "skeleton-mp4", "skeleton-gif", "html", "result",
        "manifest",
    ]  # fmt: skip
    assert formats_for(nobody, None) == list(FORMATS)
    not_found = PoseSequence.empty(hands.times_s, [1], size=SIZE, fps=25)
    assert formats_for(not_found, hands) == formats_for(nobody, hands), "nobody was found, but hands were"
    unseen = HandSequence.empty(hands.times_s, hands.slots, size=SIZE, fps=25)
    assert formats_for(not_found, unseen) == list(FORMATS)
    assert formats_for(nobody, unseen) == formats_for(nobody, hands)
    assert [path.name for path in export(nobody, "csv", tmp_path, stem="w", hands=hands)] == [
        "w.hands.csv",
        "w.signs.csv",
    ]
    for name in FORMATS.keys() - set(formats_for(nobody, hands)):
        with pytest.raises(InvalidPoses, match="Only hands were looked for"):
            export(nobody, name, tmp_path, stem="w", hands=hands)


def test_a_bundle_of_hands_explains_its_files(hands, tmp_path):
    notes = write_bundle(None, tmp_path / "w.zip", ["csv", "bvh", "result"], stem="w", hands=hands)
    assert [note.partition(":")[0] for note in notes] == ["Animation (BVH)"]
    with zipfile.ZipFile(tmp_path / "w.zip") as archive:
        assert {"w/w.hands.csv", "w/w.posecore.npz", "w/not-made.txt"} <= set(archive.namelist())
        assert "w.hands.csv\nw.signs.csv\n    Table (CSV)." in archive.read("w/README.txt").decode()


def test_skeleton_films_show_hands(hands, tmp_path):
    [film] = export(None, "skeleton-mp4", tmp_path, stem="w", hands=hands)
    with av.open(film) as opened:
        pages = [frame.to_ndarray(format="rgb24").astype(int) for frame in opened.decode(video=0)]
    assert len(pages) == 12
    dark = [np.argwhere(page.sum(axis=-1) < 200)[:, 1] / page.shape[1] * SIZE[0] for page in pages]
    # The left hand, on the picture's right, is there until the sixth frame.
    assert [(columns > 360).any() for columns in dark] == [True] * 6 + [False] * 6
    export(None, "skeleton-gif", tmp_path, stem="w", hands=hands)


def test_other_slots_than_two_of_one_person(tmp_path):
    slots = (LEFT, RIGHT, HandSlot(-3, "right"))
    given = HandSequence.empty([0, 0.5], slots, size=SIZE, fps=2)
    save_sequence(None, tmp_path / "a.npz", hands=given)
    assert load_sequence(tmp_path / "a.npz").hands.slots == slots
    assert len(hands_to_table(given)) == 2 * 3 * 21
