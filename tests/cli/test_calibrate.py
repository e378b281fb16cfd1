"""The commands sheet and calibrate, run in this process."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO

import cv2
import numpy as np
import pytest

from posecore.cli.main import main
from posecore.media.films import FilmWriter
from posecore.media.pictures import encode_png
from posecore.rigid.board import Board
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import load_camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.rendering import render

CAMERA = Camera.from_fov((640, 480), 60)


def run(*arguments: object) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complaints:
        code = main(list(map(str, arguments)))
    return code, said.getvalue(), complaints.getvalue()


def photos():
    picture = cv2.aruco.CharucoBoard((5, 7), 4, 3, Board().dictionary).generateImage((5 * 60, 7 * 60))
    picture = np.pad(picture, 20, constant_values=255)
    for index, tilt in enumerate([(5, 0, 90), (35, 0, 80), (-35, 0, 90), (0, 35, 95), (0, -35, 90), (25, 25, 100)]):
        pose = RigidPose.from_euler(tilt, [0.04 * (index % 3 - 1), 0.0, 0.4])
        yield render([(picture, 0.035 / 60, pose)], CAMERA, seed=index)


def test_a_camera_from_photos_and_a_video(tmp_path):
    pictures = list(photos())
    files = []
    for index, picture in enumerate(pictures[:4]):
        files.append(tmp_path / f"{index}.png")
        files[-1].write_bytes(encode_png(picture))
    files += [tmp_path / "rest.mp4", tmp_path / "none.jpg"]
    with FilmWriter(files[4], (640, 480), fps_hint=2) as film:
        for index, picture in enumerate(pictures[4:]):
            film.write(picture, index / 2)
    code, said, complaints = run("calibrate", *files, "--out", tmp_path / "out", "--json")
    assert (code, len(complaints.splitlines())) == (2, 1)  # none.jpg is not there
    [done] = json.loads(said)["done"]
    assert done["pictures"] == 6
    assert done["error_px"] < 0.3
    camera = load_camera(tmp_path / "out" / "camera.yml")
    assert camera.size == (640, 480)
    assert camera.matrix[0, 0] == pytest.approx(CAMERA.matrix[0, 0], rel=0.01)


def test_photos_without_a_board_give_no_camera(tmp_path):
    (tmp_path / "grey.png").write_bytes(encode_png(np.full((48, 64, 3), 99, np.uint8)))
    code, _, complaints = run("calibrate", tmp_path / "grey.png", "--out", tmp_path / "out")
    assert (code, len(complaints.splitlines())) == (2, 1)
    assert "at least 3 photos" in complaints
    assert not (tmp_path / "out").exists()


def test_sheets(tmp_path):
    assert run("sheet", "--out", tmp_path)[0] == 0
    code, said, _ = run("sheet", "--tags", "36h11", "--tag-size", 0.05, "--ids", "0-2,7", "--out", tmp_path)
    assert code == 0
    assert "100 %" in said
    assert sorted(path.name for path in tmp_path.iterdir()) == ["board_5x7_35mm.pdf", "tags_36h11_50mm.pdf"]
    text = (tmp_path / "tags_36h11_50mm.pdf").read_bytes()
    assert [f"(36h11 {number})".encode() in text for number in (0, 2, 3, 7)] == [True, True, False, True]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--board", "5"], "5x7"),
        (["--board", "5x99"], "3 to 30"),
        (["--square", "1"], "fits on a page"),
        (["--tags", "36h11"], "--tag-size"),
        (["--tags", "36h11", "--tag-size", "0.05", "--ids", "a"], "--ids"),
        (["--tags", "36h11", "--tag-size", "0.05", "--ids", "600"], "0 to 586"),
        (["--page", "a7"], "letter"),
    ],
)
def test_bad_options_give_one_line(arguments, message, tmp_path):
    code, said, complaints = run("sheet", *arguments, "--out", tmp_path)
    assert (code, said, len(complaints.splitlines())) == (2, "", 1)
    assert message in complaints
    assert not list(tmp_path.iterdir())
