import io
import json
import random
import struct
import tracemalloc
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, FramePoses, InvalidOption, InvalidPoses, PoseSequence, Smoothing
from posecore.errors import UnreadableResult
from posecore.export import saved
from posecore.export.saved import load_sequence, save_sequence

ARRAYS = ["times_s", "person_ids", "xy", "z", "world", "visibility", "presence"]
FACTS = {"source": "walk – 1.mp4", "options": {"people": 2, "min_presence": 0.1}, "notes": ["a", None, True]}


def made(frames: int, people: int, order: str = "C") -> PoseSequence:
    """Random values at uneven times; the first person is missing in the first frame."""
    values = np.random.default_rng(1).normal(size=(8, frames, people, 33)).astype(np.float32)
    values[:, :1, :1] = np.nan
    return PoseSequence(
        xy=np.asarray(np.moveaxis(values[:2], 0, -1), order=order),
        z=np.asarray(values[2], order=order),
        world=np.asarray(np.moveaxis(values[3:6], 0, -1), order=order),
        visibility=values[6],
        presence=values[7],
        person_ids=np.arange(people) * 7 - 3,
        times_s=np.cumsum(np.random.default_rng(2).random(frames) / 30 + 1e-9) + 1e5,
        size=(640, 481),
        fps=30000 / 1001,
    )


@pytest.fixture
def sequence() -> PoseSequence:
    return made(5, 2)


@pytest.fixture
def good(sequence, tmp_path) -> Path:
    path = tmp_path / "good.posecore.npz"
    save_sequence(sequence, path, facts=FACTS)
    return path


def same(one: PoseSequence, other: PoseSequence) -> bool:
    arrays = all(
        getattr(one, name).dtype == getattr(other, name).dtype
        and getattr(one, name).shape == getattr(other, name).shape
        and getattr(one, name).tobytes() == getattr(other, name).tobytes()
        for name in ARRAYS
    )
    facts = [(each.size, each.fps, each.names, each.cuts.tolist()) for each in (one, other)]
    return arrays and facts[0] == facts[1]


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize(
    "given",
    [
        made(5, 2),
        made(1, 1),
        made(0, 2),
        made(3, 0),
        made(4, 3, order="F"),
        made(9_000, 1).only([-3]),  # several blocks of each array
        replace(made(5, 2), cuts=[1, 4]),
        made(5, 2).named({-3: "Grace \U0001f3c3 \0 \ud800", 4: "", 99: "nobody's"}),
        PoseSequence.from_frames([FramePoses.nobody((64, 48), 0.1 + 0.2)], size=(64, 48), fps=1e-3),
    ],
    ids=["usual", "one", "no-frames", "no-people", "fortran", "long", "cuts", "named", "nobody-seen"],
)
def test_a_round_trip_is_exact(given, compressed, tmp_path):
    path = tmp_path / "a.posecore.npz"
    save_sequence(given, path, facts=FACTS, compressed=compressed)
    for source in (path, str(path), io.BytesIO(path.read_bytes())):
        back = load_sequence(source)
        assert same(back.sequence, given)
        assert back.facts == FACTS
    assert list(tmp_path.iterdir()) == [path]


def test_real_poses_survive_a_round_trip(portrait_poses, tmp_path):
    frames = [portrait_poses, FramePoses.nobody((512, 600), 0.04), replace(portrait_poses, time_s=0.1)]
    given = PoseSequence.from_frames(frames, size=(512, 600), fps=25).named({1: "Grace"})
    save_sequence(given, tmp_path / "a.npz")
    assert same(load_sequence(tmp_path / "a.npz").sequence, given)


def test_numpy_opens_it_without_pickle(good, sequence):
    with np.load(good, allow_pickle=False) as stored:
        assert {*stored.files} == {*ARRAYS, "about.json"}
        for name in ARRAYS:
            np.testing.assert_array_equal(stored[name], getattr(sequence, name))
        about = json.loads(stored["about.json"])
    assert (about["format"], about["version"]) == ("posecore-sequence", 1)
    assert about["landmarks"] == list(BLAZEPOSE_33.landmarks)


def test_the_same_values_give_the_same_bytes(sequence, good, tmp_path):
    save_sequence(sequence, tmp_path / "again.npz", facts=FACTS)
    assert (tmp_path / "again.npz").read_bytes() == good.read_bytes()


def smoothed_from(raw: PoseSequence, *changed: str) -> PoseSequence:
    """A sequence whose arrays with these names differ from the raw ones."""
    return replace(raw, **{name: getattr(raw, name) * np.float32(0.5) for name in changed})


@pytest.mark.parametrize("compressed", [True, False])
@pytest.mark.parametrize("changed", [("xy", "z", "world"), ("xy", "z", "world", "visibility", "presence"), ("z",)])
def test_raw_landmarks_come_back_exactly(changed, compressed, tmp_path):
    raw = replace(made(50, 2), cuts=[3]).named({4: "Ann"})
    shown, path = smoothed_from(raw, *changed), tmp_path / "a.posecore.npz"
    smoothing = Smoothing("savitzky-golay", window_s=0.4)
    save_sequence(shown, path, facts={"smoothing_afterwards": smoothing.as_dict()}, raw=raw, compressed=compressed)
    back = load_sequence(path)
    assert same(back.sequence, shown)
    assert same(back.raw, raw)
    assert back.estimated is back.raw
    assert back.smoothing == smoothing
    with np.load(path) as stored:  # only what differs is there twice
        assert {name for name in stored.files if name.startswith("raw_")} == {f"raw_{name}" for name in changed}


def test_raw_landmarks_that_were_not_changed_take_no_room(sequence, good, tmp_path):
    path = tmp_path / "a.posecore.npz"
    facts = {**FACTS, "smoothing_afterwards": Smoothing("none").as_dict()}
    save_sequence(sequence, path, facts=facts, raw=replace(sequence))
    with zipfile.ZipFile(path) as archive, zipfile.ZipFile(good) as without:
        assert archive.namelist() == without.namelist()
    back = load_sequence(path)
    assert back.raw is back.sequence
    assert back.smoothing == Smoothing("none")


@pytest.mark.parametrize(
    ("facts", "smoothing", "is_raw"),
    [
        ({}, None, True),
        ({"smoothing_afterwards": None}, None, True),
        ({"smoothing_afterwards": Smoothing("none").as_dict()}, Smoothing("none"), True),
        ({"smoothing_afterwards": Smoothing().as_dict()}, Smoothing(), False),
        ({"smoothing_afterwards": Smoothing("none", fill_gaps_s=1).as_dict()}, Smoothing("none", fill_gaps_s=1), False),
        ({"smoothing_afterwards": {"method": ["butterworth"]}}, None, False),
        ({"smoothing_afterwards": "much"}, None, False),
    ],
)
def test_an_older_file_without_raw_landmarks_opens(facts, smoothing, is_raw, members, sequence):
    about = json.loads(members["about.json"])
    assert about.pop("raw") is None
    members["about.json"] = json.dumps({**about, "facts": facts}).encode()
    back = load_sequence(io.BytesIO(packed(members)))
    assert same(back.sequence, sequence)
    assert back.raw is None
    assert back.smoothing == smoothing
    assert back.estimated is (back.sequence if is_raw else None)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (made(5, 1), "person_ids"),
        (made(4, 2), "times_s"),
        (replace(made(5, 2), cuts=[1]), "cuts"),
        (replace(made(5, 2), size=(64, 48)), "size"),
    ],
)
def test_raw_landmarks_of_something_else_are_refused(other, said, sequence, tmp_path):
    with pytest.raises(InvalidPoses, match=f"Expected 'raw' to have the '{said}' of the sequence"):
        save_sequence(sequence, tmp_path / "a.npz", raw=other)
    assert not list(tmp_path.iterdir())


def test_raw_and_smoothed_landmarks_together_keep_the_limit(sequence, tmp_path, monkeypatch):
    path, shown = tmp_path / "a.npz", smoothed_from(sequence, "xy", "z", "world")
    save_sequence(shown, path, raw=sequence)
    monkeypatch.setattr(saved, "_MOST_BYTES", sum(getattr(sequence, name).nbytes for name in ARRAYS) + 1)
    with pytest.raises(UnreadableResult, match="holds more than"):
        load_sequence(path)
    with pytest.raises(InvalidOption, match="in parts, or without smoothing"):
        save_sequence(shown, path, raw=sequence)
    save_sequence(sequence, path, raw=sequence)
    load_sequence(path)


def test_an_older_file_without_cuts_opens(good, tmp_path):
    old = tmp_path / "old.posecore.npz"
    with zipfile.ZipFile(good) as given, zipfile.ZipFile(old, "w") as archive:
        for name in given.namelist():
            data = given.read(name)
            if name == "about.json":
                about = json.loads(data)
                assert about.pop("cuts") == []
                data = json.dumps(about).encode()
            archive.writestr(name, data)
    assert load_sequence(old).sequence.cuts.tolist() == []


def zip_of(path: Path, *files: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return path


def test_a_zip_with_one_result_among_other_files_opens(good, sequence, tmp_path):
    path = zip_of(tmp_path / "all.zip", ("walk.landmarks.csv", b"frame"), ("walk.posecore.npz", good.read_bytes()))
    np.testing.assert_array_equal(load_sequence(path).sequence.xy, sequence.xy)
    with path.open("rb") as stream:
        assert load_sequence(stream).facts == FACTS


def test_a_zip_without_a_clear_result_is_refused(good, tmp_path):
    content = good.read_bytes()
    with pytest.raises(UnreadableResult, match=r"two.zip has 2 results in it"):
        load_sequence(zip_of(tmp_path / "two.zip", ("a.posecore.npz", content), ("b.posecore.npz", content)))
    inner = zip_of(tmp_path / "inner.zip", ("a.posecore.npz", content)).read_bytes()
    with pytest.raises(UnreadableResult, match=r"b.posecore.npz in nested.zip is not a result"):
        load_sequence(zip_of(tmp_path / "nested.zip", ("b.posecore.npz", inner)))
    with pytest.raises(UnreadableResult, match="not a result"):
        load_sequence(zip_of(tmp_path / "photos.zip", ("a.jpg", b"photo")))


def test_a_zip_that_would_fill_the_disk_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(saved, "_MOST_BYTES", 1_000)
    with pytest.raises(UnreadableResult, match="holds more than 1,000 bytes"):
        load_sequence(zip_of(tmp_path / "bomb.zip", ("a.posecore.npz", bytes(2_000))))


@pytest.mark.parametrize("facts", [{"a": object()}, {"a": float("nan")}, {"a": "x" * 4_000_001}])
def test_facts_that_json_cannot_hold_are_refused_and_nothing_is_written(facts, sequence, tmp_path):
    with pytest.raises(InvalidOption, match="Expected facts"):
        save_sequence(sequence, tmp_path / "a.npz", facts=facts)
    assert not list(tmp_path.iterdir())


def test_loading_takes_little_more_memory_than_the_arrays(tmp_path):
    given = made(20_000, 1)
    save_sequence(given, tmp_path / "a.npz")
    total = sum(getattr(given, name).nbytes for name in ARRAYS)
    tracemalloc.start()
    back = load_sequence(tmp_path / "a.npz")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(back.sequence) == 20_000
    assert total < peak < total + 6_000_000


# Hostile or damaged files: each function takes the members of a good file and changes them.


def about_with(**changes: object):
    def change(members: dict[str, bytes]) -> None:
        members["about.json"] = json.dumps({**json.loads(members["about.json"]), **changes}).encode()

    return change


def about_without(name: str):
    def change(members: dict[str, bytes]) -> None:
        about = json.loads(members["about.json"])
        del about[name]
        members["about.json"] = json.dumps(about).encode()

    return change


def member(name: str, content: bytes | np.ndarray):
    def change(members: dict[str, bytes]) -> None:
        file = io.BytesIO()
        np.save(file, content) if isinstance(content, np.ndarray) else file.write(content)
        members[name] = file.getvalue()

    return change


def with_raw(name: str, content: bytes | np.ndarray):
    def change(members: dict[str, bytes]) -> None:
        about_with(raw=[name])(members)
        member(f"raw_{name}.npy", content)(members)

    return change


def without(name: str):
    return lambda members: members.pop(name)


def header_of(shape: str) -> bytes:
    text = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}, }}\n".encode()
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text


def packed(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.fixture
def members(good) -> dict[str, bytes]:
    with zipfile.ZipFile(good) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


FULL = (5, 2, 33)
DAMAGED = [
    (without("about.json"), "not a result saved by posecore"),
    (member("about.json", b"{"), "not JSON"),
    (member("about.json", b"\xff\xfe"), "not JSON"),
    (member("about.json", b"[" * 1_000_000), "not JSON"),
    (member("about.json", b"[]"), "not a result saved by posecore"),
    (member("about.json", b" " * 4_000_001), "far too long"),
    (about_with(format="other"), "not a result saved by posecore"),
    (about_with(version=2), "newer posecore.*Update posecore"),
    (about_with(version=10**9), "newer posecore.*Update posecore"),
    (about_with(version=10**4000), "'version'"),
    (about_with(version=0), "'version'"),
    (about_with(version=-1), "'version'"),
    (about_with(version="1" * 10**6), "'version'"),
    (about_with(version=True), "'version'"),
    (about_with(version=[1]), "'version'"),
    (about_without("version"), "'version'"),
    *[
        (about_without(name), f"'{name}'")
        for name in ("frames", "people", "landmarks", "size", "fps", "names", "facts")
    ],
    (about_with(landmarks=["nose"]), "'landmarks'"),
    (about_with(frames=-1), "'frames'"),
    (about_with(frames=5.0), "'frames'"),
    (about_with(people="2"), "'people'"),
    (about_with(size=[640]), "'size'"),
    (about_with(size={"0": 640, "1": 480}), "'size'"),
    (about_with(size=[0, 480]), "'size'"),
    (about_with(size=[10**9, 10**9]), "too large.*pixels"),
    (about_with(fps=0), "'fps'"),
    (about_with(fps=float("nan")), "'fps'"),
    (about_with(fps=float("inf")), "'fps'"),
    (about_with(fps=10**400), "'fps'"),
    (about_with(names=[[1]]), "'names'"),
    (about_with(names=[["1", "a"]]), "'names'"),
    (about_with(names={"1": "a"}), "'names'"),
    (about_with(cuts={}), "'cuts'"),
    (about_with(cuts=[1.5]), "'cuts'"),
    (about_with(cuts=[10**4000]), "'cuts'"),
    (about_with(cuts=[5]), "Expected 'cuts' to increase strictly from 1 or more to at most 4"),
    (about_with(cuts=[3, 2]), "Expected 'cuts' to increase"),
    (about_with(facts=[]), "'facts'"),
    *[
        (about_with(raw=wrong), "'raw'")
        for wrong in ("xy", {"xy": 1}, ["z", "xy"], ["xy", "xy"], ["times_s"], ["../xy"], [["xy"]], 1)
    ],
    (about_with(raw=["xy"]), "expected a member raw_xy.npy"),
    (with_raw("xy", np.zeros((*FULL, 3), np.float32)), "raw_xy.npy"),
    (with_raw("xy", np.zeros((6, 2, 33, 2), np.float32)), "raw_xy.npy"),
    (with_raw("z", np.full(FULL, None)), "raw_z.npy"),
    (with_raw("z", header_of("(99999999999, 2, 33)") + bytes(5 * 2 * 33 * 4)), "raw_z.npy"),
    (about_with(frames=6), "times_s.npy"),
    (about_with(people=3), "person_ids.npy"),
    (about_with(frames=10**6), "too large.*216,000 frames"),
    (about_with(frames=200_000, people=11), "too large.*2,000,000 frames times people"),
    (about_with(frames=0, people=10**15), "too large.*frames times people"),
    (about_with(frames=10**4000, people=10**4000), "'frames'"),
    (about_with(size=[10**4000, 10**4000]), "'size'"),
    (member("about.json", b'{"frames": ' + b"9" * 5000 + b"}"), "not JSON"),
    *[(without(f"{name}.npy"), f"expected a member {name}.npy") for name in ARRAYS],
    (member("xy.npy", np.zeros((*FULL, 3), np.float32)), "xy.npy"),
    (member("xy.npy", np.zeros((*FULL, 2), np.float64)), "xy.npy"),
    (member("xy.npy", np.zeros((*FULL, 2), ">f4")), "xy.npy"),
    (member("xy.npy", np.zeros((*FULL, 2), np.float32, order="F")), "xy.npy"),
    (member("xy.npy", np.full((*FULL, 2), None)), "xy.npy"),
    (member("xy.npy", b""), "xy.npy"),
    (member("xy.npy", b"\x93NUMPY\x01\x00\xff\xff"), "xy.npy"),
    (member("xy.npy", b"\x93NUMPY\x03\x00" + b"(" * 5000), "xy.npy"),
    (member("xy.npy", header_of("(5, 2, 33, 2)") + bytes(10)), "xy.npy"),
    (member("xy.npy", header_of("(5, 2, 33, 2)") + bytes(20_000_000)), "xy.npy"),
    (member("xy.npy", header_of("(99999999999, 2, 33, 2)") + bytes(5 * 2 * 33 * 2 * 4)), "xy.npy"),
    (member("world.npy", np.full((*FULL, 3), -np.inf, np.float32)), "within ±1e\\+09 in world.npy"),
    (member("z.npy", np.full(FULL, 1e30, np.float32)), "within ±1e\\+09 in z.npy"),
    (with_raw("z", np.full(FULL, np.inf, np.float32)), "within ±1e\\+09 in raw_z.npy"),
    (member("times_s.npy", np.zeros(5)), "strictly increasing"),
    (member("times_s.npy", np.array([0, 1, np.nan, 3, 4])), "strictly increasing"),
    (member("person_ids.npy", np.array([1, 1])), "unique"),
]


@pytest.mark.parametrize(("change", "said"), DAMAGED)
def test_a_wrong_member_is_refused(change, said, members):
    change(members)
    file = io.BytesIO(packed(members))
    tracemalloc.start()
    with pytest.raises(UnreadableResult, match=said) as raised:
        load_sequence(file)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20_000_000  # none of the declared arrays was allocated
    assert len(str(raised.value)) < 300


def test_extra_members_are_ignored(members, sequence):
    members["new.npy"] = b"of some later day"
    members["../../outside"] = b"never unpacked"
    assert same(load_sequence(io.BytesIO(packed(members))).sequence, sequence)


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_another_compression_method_is_refused(method, members):
    with pytest.raises(UnreadableResult, match="packed in another way"):
        load_sequence(io.BytesIO(packed(members, method)))


def test_an_oversized_zip_directory_is_refused(members):
    members.update({f"{index:06d}": b"" for index in range(2_000)})
    with pytest.raises(UnreadableResult, match="far more"):
        load_sequence(io.BytesIO(packed(members)))


def test_a_zip64_record_cannot_hide_an_oversized_directory(good):
    content = good.read_bytes()
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    with pytest.raises(UnreadableResult, match="damaged or cut off"):
        load_sequence(io.BytesIO(content[:-22] + locator + content[-22:]))


@pytest.mark.parametrize(
    ("limit", "most"), [("clip_frames", 4), ("person_frames", 9), ("clip_frame_pixels", 640 * 481 - 1)]
)
def test_results_above_a_limit_are_refused(limit, most, good, monkeypatch):
    monkeypatch.setattr(saved, "LIMITS", replace(saved.LIMITS, **{limit: most + 1}))
    load_sequence(good)
    monkeypatch.setattr(saved, "LIMITS", replace(saved.LIMITS, **{limit: most}))
    with pytest.raises(UnreadableResult, match=f"too large. Expected at most {most:,} .*, but got {most + 1:,}"):
        load_sequence(good)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "not a result saved by posecore"),
        (b"frame,time_s,person\n", "not a result saved by posecore"),
        (b"PK\x03\x04", "damaged or cut off"),
        (b"PK\x03\x04" + bytes(100), "damaged or cut off"),
    ],
)
def test_another_kind_of_file_is_refused(content, said, tmp_path):
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    with pytest.raises(UnreadableResult, match=f"^other.npz is .*{said}"):
        load_sequence(path)


def test_a_plain_numpy_file_is_refused(tmp_path):
    np.savez(tmp_path / "other.npz", xy=np.zeros(3))
    with pytest.raises(UnreadableResult, match="not a result saved by posecore"):
        load_sequence(tmp_path / "other.npz")


def test_a_missing_file_is_reported(tmp_path):
    with pytest.raises(UnreadableResult, match=r"none\.npz cannot be opened: No such file"):
        load_sequence(tmp_path / "none.npz")


@pytest.mark.parametrize("compressed", [True, False])
def test_a_truncated_file_is_refused(compressed, sequence, tmp_path):
    save_sequence(sequence, tmp_path / "a.npz", compressed=compressed)
    content = (tmp_path / "a.npz").read_bytes()
    for length in range(0, len(content), 97):
        with pytest.raises(UnreadableResult):
            load_sequence(io.BytesIO(content[:length]))


@pytest.mark.parametrize("compressed", [True, False])
def test_a_changed_byte_is_noticed_or_has_no_effect(compressed, sequence, tmp_path):
    save_sequence(sequence, tmp_path / "a.npz", facts=FACTS, compressed=compressed)
    content = (tmp_path / "a.npz").read_bytes()
    choose = random.Random(1)
    noticed = 0
    for _ in range(1_500):
        changed = bytearray(content)
        # Half of them in the zip directory at the end, by which everything else is found.
        place = choose.randrange(choose.choice([0, len(content) - 600]), len(content))
        changed[place] ^= choose.randrange(1, 256)
        try:
            back = load_sequence(io.BytesIO(bytes(changed)))
        except UnreadableResult:
            noticed += 1
        else:
            assert same(back.sequence, sequence)
            assert back.facts == FACTS
    assert noticed > 900
