"""Damaged, hostile and odd files: one sentence, and nothing ends the process."""

import io
import random
import zipfile

import ezc3d
import numpy as np
import pytest

from posecore.errors import UnreadableMotion
from posecore.evaluation.motion_files import reading
from posecore.evaluation.motion_files.any_file import read_motion
from posecore.export.bvh_file import write_bvh
from posecore.export.c3d_file import write_c3d
from posecore.export.opensim_file import write_trc
from posecore.limits import Limits
from tests.evaluation.motion_files.conftest import moving_figure, openpose_person, write_openpose

WRITERS = {".c3d": write_c3d, ".trc": write_trc, ".bvh": write_bvh}


@pytest.fixture(scope="module")
def whole(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("whole")
    sequence = moving_figure(0.7)
    files = {}
    for suffix, write in WRITERS.items():
        write(sequence, folder / f"walk{suffix}", 1)
        files[suffix] = (folder / f"walk{suffix}").read_bytes()
    points = sequence.xy[:, 0, [0, 2, 5, 7, 8, 11, 12, 13, 14, 15, 16, 23, 24, 25, 26, 27, 28]]
    write_openpose(folder / "json", [[openpose_person(each, list(range(17)))] for each in points])
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for file in (folder / "json").iterdir():
            archive.write(file, file.name)
    files[".zip"] = packed.getvalue()
    return files


def read_or_sentence(path, data: bytes) -> str:
    """The sentence that a file is refused with; empty if it is read."""
    path.write_bytes(data)
    try:
        motion = read_motion(path, 30)
    except UnreadableMotion as error:
        text = str(error)
        assert len(text) < 700, text
        assert "\n" not in text.strip()
        assert path.name in text or "json" in text, text
        return text
    assert np.isfinite(motion.points).any()
    assert (np.diff(motion.times_s) > 0).all()
    return ""


@pytest.mark.parametrize("suffix", [".c3d", ".trc", ".bvh", ".zip"])
def test_mutated_and_cut_files_are_read_in_part_or_refused_in_one_sentence(tmp_path, whole, suffix):
    chance, data = random.Random(5), whole[suffix]
    path = tmp_path / f"walk{suffix}"
    refused = 0
    for number in range(150):
        changed = bytearray(data)
        if number % 3 == 0:
            del changed[chance.randrange(len(data)) :]
        else:
            for _ in range(chance.choice([1, 4, 30])):
                changed[chance.randrange(min(len(data), 3000))] = chance.choice([0, 32, 45, 127, 128, 255])
        refused += bool(read_or_sentence(path, bytes(changed)))
    assert 5 < refused < 150


def test_bytes_on_which_ezc3d_dies_are_refused(tmp_path, whole):
    """Dimensions, lengths and places of parameters that lead beyond the file."""
    data = whole[".c3d"]
    labels = data.index(b"LABELS")
    for place, value in ((labels + 6, 255), (labels + 8, 127), (labels + 9, 255), (labels + 10, 255), (514, 255)):
        changed = bytearray(data)
        changed[place] = value
        read_or_sentence(tmp_path / "odd.c3d", bytes(changed))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("a.c3d", b"", "is empty"),
        ("a.c3d", b"\0" * 600, "is empty"),
        ("a.c3d", b"GIF89a" * 200, "is not a C3D file"),
        ("a.c3d", b"\x02\x50" + b"\x01" * 300, "ends before its parameters"),
        ("a.trc", b"time,x\n1,2\n", "is not a TRC file"),
        ("a.bvh", b"HIERARCHY\nROOT Hips\n{\n", "is not a BVH file, or is cut off"),
        ("a.bvh", b"HIERARCHY\nROOT Hips\n{\nOFFSET 0 0 x\n}\nMOTION\n", "line 4: could not convert"),
        ("a.bvh", b"HIERARCHY\nROOT Hips\n{\nCHANNELS 1 Wrotation\n}\nMOTION\n", "expected channels such as"),
        (
            "a.bvh",
            b"HIERARCHY\nROOT a\n{\nCHANNELS 1 Zrotation\nCHANNELS 1 Xrotation\n}\nMOTION\n",
            "channels once for",
        ),
        ("a.zip", b"PK\x05\x06" + b"\0" * 18, "has no frames"),
        ("a.zip", b"nothing", "neither a folder nor a complete zip"),
        ("a.fbx", b"Kaydara", "is of no kind that is read"),
    ],
)
def test_what_is_no_such_file_is_said(tmp_path, name, data, said):
    (tmp_path / name).write_bytes(data)
    with pytest.raises(UnreadableMotion, match=said):
        read_motion(tmp_path / name, 30)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(UnreadableMotion, match=r"no\.trc cannot be read: No such file"):
        read_motion(tmp_path / "no.trc", 30)


def test_a_cut_c3d_keeps_its_whole_frames(tmp_path, whole):
    path = tmp_path / "cut.c3d"
    path.write_bytes(whole[".c3d"][:-2048])
    motion = read_motion(path, 30)
    assert 0 < len(motion) < 21
    assert "expected 21 frames, but the file ends after" in str(motion.problems[0])


def test_limits_hold(tmp_path, whole, monkeypatch):
    path = tmp_path / "walk.trc"
    path.write_bytes(whole[".trc"])
    with monkeypatch.context() as patch:
        patch.setattr(reading, "LIMITS", Limits(clip_frames=20))
        with pytest.raises(UnreadableMotion, match=r"has 21 frames\. Expected at most 20"):
            read_motion(path, 30)
    path.write_bytes(whole[".trc"] + b"\n" * 1_000_001)
    with monkeypatch.context() as patch:
        patch.setattr(reading, "LIMITS", Limits(motion_megabytes=1))
        with pytest.raises(UnreadableMotion, match="Expected at most 1,000,000"):
            read_motion(path, 30)


@pytest.mark.parametrize("processor", ["intel", "dec", "mips"])
@pytest.mark.parametrize("kind", ["float", "integer"])
def test_c3d_of_every_processor_is_read(tmp_path, processor, kind):
    """A small file written here byte by byte, as c3d.org's user guide lays it out."""
    random_ = np.random.default_rng(3)
    names = ["LKNE", "LANK", "LHJC", "LSHO", "X"]
    points = np.round(random_.normal(0, 300, (4, 5, 3)))
    path = tmp_path / "lab.c3d"
    path.write_bytes(c3d_bytes(names, points, processor, kind))
    if processor != "mips":  # which ezc3d does not read
        reference = ezc3d.c3d(str(path))["data"]["points"][:3].transpose(2, 1, 0)
        np.testing.assert_allclose(reference[:, 1:], points[:, 1:], atol=0.01)
    motion = read_motion(path, 30)
    for place, joint in ((1, 15), (2, 11), (3, 5)):
        np.testing.assert_allclose(motion.points[:, joint], points[:, place] / 1000, atol=1e-5)
    assert np.isnan(motion.points[0, 13]).all()  # its residual is -1
    np.testing.assert_allclose(motion.points[1:, 13], points[1:, 0] / 1000, atol=1e-5)
    assert motion.unused == ("X",)
    np.testing.assert_allclose(motion.times_s, np.arange(4) / 50)


def c3d_bytes(names: list[str], points: np.ndarray, processor: str, kind: str) -> bytes:
    order = ">" if processor == "mips" else "<"

    def number(value: float) -> bytes:
        if processor != "dec":
            return np.array(value, f"{order}f4").tobytes()
        four = np.array(value * 4, "<f4").tobytes()
        return four[2:] + four[:2]

    def word(value: int) -> bytes:
        return np.array(value, f"{order}i2").tobytes()

    def parameter(name: str, kind_: int, dimensions: list[int], data: bytes) -> bytes:
        body = bytes([kind_ % 256, len(dimensions), *dimensions]) + data + b"\0"
        return bytes([len(name), 1]) + name.encode() + word(len(body) + 2) + body

    scale = -1.0 if kind == "float" else 0.5
    section = b"\x01\x50\x01" + bytes([{"intel": 84, "dec": 85, "mips": 86}[processor]])
    section += bytes([5, 255]) + b"POINT" + word(3) + b"\0"
    section += parameter("USED", 2, [], word(len(names)))
    section += parameter("FRAMES", 2, [], word(len(points)))
    section += parameter("SCALE", 4, [], number(scale))
    section += parameter("RATE", 4, [], number(50))
    section += parameter("DATA_START", 2, [], word(3))
    section += parameter("UNITS", -1, [4], b"mm  ")
    section += parameter("LABELS", -1, [4, len(names)], b"".join(name.ljust(4).encode() for name in names))
    section += bytes([6, 254]) + b"ANALOG" + word(3) + b"\0"
    section = section.ljust(512, b"\0")
    head = b"\x02\x50" + b"".join(word(value) for value in (len(names), 0, 1, len(points), 10)) + number(scale)
    head += word(3) + word(0) + number(50)
    data = b""
    for frame, row in enumerate(points):
        for place, (x, y, z) in enumerate(row):
            residual = -1 if (frame, place) == (0, 0) else 0
            values = (x, y, z, residual)
            data += (
                b"".join(map(number, values))
                if kind == "float"
                else b"".join(word(round(value / scale)) for value in values[:3]) + word(residual)
            )
    return (head.ljust(512, b"\0") + section + data).ljust(2048, b"\0")
