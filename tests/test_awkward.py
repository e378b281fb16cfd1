"""Every awkward file gives a correct result or one clear sentence, and leaves nothing behind."""

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, UnreadableMedia, decode_picture, estimate_image
from posecore.cli.main import main

# Name -> number of people (None: any number), or part of the error message.
PICTURES = {
    "animated_2frames.gif": 1,
    "cmyk.jpg": 1,
    "empty.png": "empty",
    "exif_orientation_3.jpg": 1,
    "exif_orientation_6.jpg": 1,
    "exif_orientation_6.png": 1,
    "exif_orientation_6.webp": 1,
    "exif_orientation_8.jpg": 1,
    "gray.jpg": 1,
    "gray16.png": 1,
    "huge_5000x3335.jpg": 1,
    "la.png": 1,
    "multipage_2.tif": 1,
    "not_an_image.jpg": "not a photo",
    "odd_1001x667.bmp": 1,
    "one_pixel.png": 0,
    "one_row.png": 0,
    "palette.png": 1,
    "person_lying_rot90_no_exif.jpg": None,  # whether a person lying sideways is found depends on the model
    "png_named.jpg": 1,
    "progressive.jpg": 1,
    "rgb.avif": 1,
    "rgb.heic": 1,
    "rgb.webp": 1,
    "rgba.png": 1,
    "rgba.webp": 1,
    "tiny_64x43.jpg": None,  # the person is a dozen pixels tall
    "truncated.jpg": "truncated.jpg",
    "upside_down_no_exif.jpg": None,
    "Üñïçødé name – yoga 瑜伽.jpg": 1,
}
# Name -> number of frames (None: any number), or part of the error message.
CLIPS = {
    "audio_only.mp4": "sound",
    "empty.mp4": "empty",
    "gray.mp4": None,
    "h264_10bit444.mp4": None,
    "hevc.mp4": None,
    "mpeg4.avi": None,
    "nobody.mp4": None,
    "phone_rotation_tag_270.mp4": None,
    "phone_rotation_tag_90.mp4": None,
    "single_frame.mp4": 1,
    "truncated.mp4": "truncated.mp4",
    "vfr.mp4": None,
    "vp9.webm": None,
}


@pytest.fixture
def awkward(shared_data) -> Path:
    return shared_data / "awkward"


def test_every_awkward_file_is_listed(awkward):
    assert {path.name for path in awkward.iterdir()} == PICTURES.keys() | CLIPS.keys()


def run(capsys, *arguments) -> tuple[int, dict, str]:
    code = main([*map(str, arguments), "--json"])
    captured = capsys.readouterr()
    return code, json.loads(captured.out or "{}"), captured.err


def check_refused(code, errors, expected, out):
    assert code == 2
    [sentence] = errors.strip().splitlines()
    assert expected in sentence
    assert "Traceback" not in sentence
    assert not out.exists() or list(out.iterdir()) == []


@pytest.mark.parametrize(("name", "expected"), PICTURES.items())
def test_an_awkward_photo_gives_a_result_or_one_sentence(awkward, name, expected, capsys, tmp_path):
    code, report, errors = run(capsys, "image", awkward / name, "--out", tmp_path / "out")
    if isinstance(expected, str):
        check_refused(code, errors, expected, tmp_path / "out")
        return
    assert (code, errors) == (0, "")
    [entry] = report["done"]
    assert expected is None or entry["people"] == expected
    stem = Path(name).stem
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{stem}.annotated.png", f"{stem}.landmarks.csv"}


@pytest.mark.parametrize(("name", "expected"), CLIPS.items())
def test_an_awkward_video_gives_a_result_or_one_sentence(awkward, name, expected, capsys, tmp_path, monkeypatch):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    code, report, errors = run(capsys, "video", awkward / name, "--out", tmp_path / "out", "--every", "8")
    assert list(temporary.iterdir()) == []
    if isinstance(expected, str):
        check_refused(code, errors, expected, tmp_path / "out")
        return
    assert (code, errors) == (0, "")
    manifest = report["done"][0]["manifest"]
    assert manifest["frames"] >= 1
    assert expected is None or manifest["frames"] == expected
    assert (manifest["frames_with_a_person"] == 0) == (name == "nobody.mp4")
    kinds = ("annotated.mp4", "landmarks.csv", "manifest.json", "posecore.npz")
    assert {path.name for path in (tmp_path / "out").iterdir()} == {f"{Path(name).stem}.{kind}" for kind in kinds}


def test_a_rotation_tag_is_applied_once(awkward, capsys, tmp_path):
    sizes = set()
    for tag in (90, 270):
        clip = awkward / f"phone_rotation_tag_{tag}.mp4"
        _, report, _ = run(capsys, "video", clip, "--out", tmp_path, "--no-film", "--end", "0.1")
        manifest = report["done"][0]["manifest"]
        sizes.add(tuple(manifest["size_px"].values()))
    assert len(sizes) == 1


def test_all_nine_orientations_give_the_same_pose(shared_data):
    pictures = [decode_picture(shared_data / "exif" / f"Portrait_{number}.jpg") for number in range(9)]
    assert {picture.shape for picture in pictures} == {(1800, 1200, 3)}
    poses = [estimate_image(picture) for picture in pictures]
    assert [len(found) for found in poses] == [1] * 9
    seen = poses[0].visibility[0] > 0.9
    assert seen.sum() > 10
    for found in poses[1:]:  # the files were compressed separately, so landmarks differ by a few pixels
        assert np.linalg.norm(found.xy[0, seen] - poses[0].xy[0, seen], axis=-1).max() < 20
        nose, ankle = (found.xy[0, BLAZEPOSE_33.index(name), 1] for name in ("nose", "left_ankle"))
        assert nose < ankle


def test_a_refused_file_raises_a_named_error(awkward):
    with pytest.raises(UnreadableMedia):
        decode_picture(awkward / "empty.png")
