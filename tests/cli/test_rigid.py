"""The rigid command, run in this process; test_main.py tests what all commands share."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posecore import decode_picture
from posecore.cli.main import main
from posecore.errors import EngineUnavailable
from posecore.export.rigid_file import RIGID_COLUMNS
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.pictures import encode_png
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import save_camera
from posecore.rigid.corners import Thing
from posecore.rigid.kinds import KINDS
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.rendering import render, tag
from tests.rigid.people import beginning_of

CAMERA = Camera.from_fov((640, 480), 60)
TAGS = ("--tags", "36h11", "--tag-size", 0.1)


def run(*arguments: object) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complaints:
        code = main(["rigid", *map(str, arguments)])
    return code, said.getvalue(), complaints.getvalue()


def true_pose(index: int) -> RigidPose:
    return RigidPose.from_euler((20 + index, 10, 0), [0.01 * index, 0, 0.8])


@pytest.fixture(scope="module")
def media(tmp_path_factory) -> Path:
    """A photo of a tag, a video of it that is empty in frames 4 and 5, a calibration, and a file that is neither."""
    folder = tmp_path_factory.mktemp("rigid")
    images = [render([tag("36h11", 9, 0.1, true_pose(index))], CAMERA, seed=index) for index in range(8)]
    images[4:6] = [np.full_like(images[0], 120)] * 2
    (folder / "photo.png").write_bytes(encode_png(images[0]))
    with FilmWriter(folder / "clip.mp4", (640, 480), fps_hint=30) as film:
        for index, image in enumerate(images):
            film.write(image, index / 30)
    save_camera(CAMERA, folder / "camera.yml")
    (folder / "neither.mp4").write_bytes(b"neither")
    return folder


def pose_in(body: dict) -> RigidPose:
    return RigidPose(np.array(body["rotation"]), np.array(body["translation_m"]), body["error_px"])


def test_photos_and_videos_of_tags(media, tmp_path):
    files = [media / name for name in ("photo.png", "neither.mp4", "clip.mp4")]
    code, said, complaints = run(*files, *TAGS, "--camera", media / "camera.yml", "--out", tmp_path, "--json")
    assert code == 2
    assert len(complaints.splitlines()) == 1
    done = json.loads(said)["done"]
    photo, video = (each["frames"] for each in done)
    [body] = photo[0]["bodies"]
    assert (body["kind"], body["id"], body["uncertain"]) == ("36h11", 9, False)
    assert pose_in(body).turn_from(true_pose(0)) < 0.5
    np.testing.assert_allclose(body["euler_deg"], [20, 10, 0], atol=0.5)
    assert [len(frame["bodies"]) for frame in video] == [1, 1, 1, 1, 0, 0, 1, 1]
    assert pose_in(video[7]["bodies"][0]).turn_from(true_pose(7)) < 3
    assert {path.name for path in tmp_path.iterdir()} == {
        *(f"{stem}.rigid.csv" for stem in ("photo", "clip")),
        "photo.rigid.png",
        "clip.rigid.mp4",
        "clip.rigid.nc",
    }
    table = pd.read_csv(tmp_path / "clip.rigid.csv")
    assert list(table) == list(RIGID_COLUMNS)
    assert table["frame"].tolist() == [0, 1, 2, 3, 6, 7]
    np.testing.assert_allclose(table["z_m"], 0.8, atol=0.01)
    np.testing.assert_allclose(
        np.hypot(table["qw"], np.sqrt((table[["qx", "qy", "qz"]] ** 2).sum(axis=1))), 1, atol=1e-5
    )
    with open_clip(tmp_path / "clip.rigid.mp4") as film, open_clip(media / "clip.mp4") as clip:
        changed = [
            int((np.abs(a.rgb.astype(int) - b.rgb).max(axis=-1) > 60).sum()) for a, b in zip(film, clip, strict=True)
        ]
    assert [count > 300 for count in changed] == [True] * 4 + [False] * 2 + [True] * 2
    assert decode_picture(tmp_path / "photo.rigid.png").shape == (480, 640, 3)


def test_without_a_camera_it_is_said_that_one_is_assumed(media):
    code, said, _ = run(media / "photo.png", *TAGS)
    assert code == 0
    assert "36h11 9: at " in said
    assert "65 degrees" in said
    assert not list(media.glob("*.rigid.*"))  # nothing is written
    _, said, _ = run(media / "photo.png", *TAGS, "--fov", 60)
    assert "0.000, 0.800 m; yaw 20." in said
    assert "assumed" not in said


@pytest.fixture(scope="module")
def portrait_file(tmp_path_factory, portrait) -> Path:
    file = tmp_path_factory.mktemp("portrait") / "photo.png"
    file.write_bytes(encode_png(portrait))
    return file


def test_parts_of_a_person(portrait_file):
    code, said, _ = run(portrait_file, "--json")
    assert code == 0
    [done] = json.loads(said)["done"]
    [head] = done["frames"][0]["bodies"]
    assert (head["kind"], head["id"]) == ("head", 1)
    assert 0.3 < head["translation_m"][2] < 3
    assert max(map(abs, head["euler_deg"])) < 40
    missing = "Person 1: no pose of torso, pelvis, left foot, right foot, as not enough of the body is seen."
    assert missing in done["notes"]


def test_nobody(media):
    code, said, _ = run(media / "photo.png", "--json")
    assert code == 0
    [done] = json.loads(said)["done"]
    assert done["frames"][0]["bodies"] == []
    assert "Nobody was found." in done["notes"]


def test_nobody_in_a_video(media):
    code, said, _ = run(media / "clip.mp4", "--json")
    assert code == 0
    assert "Nobody was found." in json.loads(said)["done"][0]["notes"]


def test_faces_make_heads_more_exact(portrait_file):
    heads = []
    for more in ([], ["--no-faces"]):
        code, said, _ = run(portrait_file, "--kinds", "head", "--json", *more)
        assert code == 0
        [head] = json.loads(said)["done"][0]["frames"][0]["bodies"]
        heads.append(pose_in(head))
    assert 0.5 < heads[0].turn_from(heads[1]) < 15


def test_without_the_face_bundle_heads_are_those_of_bodies(portrait_file, monkeypatch):
    def missing(*_: object) -> None:
        raise EngineUnavailable("OpenVINO does not load.")

    monkeypatch.setattr("posecore.estimation.faces.FaceNetwork.__init__", missing)
    code, said, complaints = run(portrait_file, "--kinds", "head", "--json")
    assert code == 0
    assert complaints.startswith("Heads are posed by the landmarks of bodies")
    assert len(json.loads(said)["done"][0]["frames"][0]["bodies"]) == 1


def test_without_openvino_hands_are_left_out(portrait_file, monkeypatch):
    monkeypatch.setattr("posecore.estimation.networks.load_openvino", lambda: "OpenVINO does not load.")
    code, said, complaints = run(portrait_file, "--no-faces", "--json")
    assert code == 0
    assert complaints == "Hands are left out. OpenVINO does not load.\n"
    assert [body["kind"] for body in json.loads(said)["done"][0]["frames"][0]["bodies"]] == ["head"]


def test_all_parts_of_a_real_person(shared_data):
    code, said, _ = run(shared_data / "google-reference/pose.jpg", "--fov", 60, "--json")
    assert code == 0
    [done] = json.loads(said)["done"]
    bodies = {body["kind"]: pose_in(body) for body in done["frames"][0]["bodies"]}
    assert set(bodies) == set(KINDS)
    assert bodies["head"].euler_deg[0] > 30  # he looks to the image's left, along his right arm
    assert all(2.4 < pose.distance_m < 3.6 for pose in bodies.values())
    assert done["notes"] == []


def test_a_real_person_in_a_video(shared_data, tmp_path):
    video = beginning_of(shared_data / "asl_words/again.mkv", 8, tmp_path / "again.mp4")
    code, said, _ = run(video, "--out", tmp_path, "--json")
    assert code == 0
    frames = json.loads(said)["done"][0]["frames"]
    assert len(frames) == 8
    kinds = {body["kind"] for frame in frames for body in frame["bodies"]}
    assert kinds >= {"head", "torso"}
    table = pd.read_csv(tmp_path / "again.rigid.csv")
    head = table[table["kind"] == "head"]
    assert len(head) == 8
    assert head["yaw_deg"].abs().max() < 30
    assert (tmp_path / "again.rigid.mp4").is_file()


def test_a_box_by_its_corners(media, tmp_path):
    box, true = Thing((0.3, 0.2, 0.1)), RigidPose.from_euler((30, 20, 5), [0.05, 0, 1])
    corners = [f"{x:.2f},{y:.2f}" for x, y in CAMERA.project(box.corners_m, true) + 0.5]
    corners[7] = "-"
    asked = (media / "photo.png", "--thing", "0.3x0.2x0.1", "--fov", 60, "--json", "--out", tmp_path)
    code, said, _ = run(*asked, "--corners", " ".join(corners))
    [body] = json.loads(said)["done"][0]["frames"][0]["bodies"]
    assert (code, body["kind"], body["id"]) == (0, "thing", 1)
    np.testing.assert_allclose(body["translation_m"], true.translation_m, atol=0.002)
    np.testing.assert_allclose(body["euler_deg"], [30, 20, 5], atol=0.2)
    assert pd.read_csv(tmp_path / "photo.rigid.csv")["kind"].tolist() == ["thing"]
    assert (tmp_path / "photo.rigid.png").is_file()
    corners[:2] = corners[1::-1]
    code, said, _ = run(*asked, "--overwrite", "--corners", " ".join(corners))
    assert "Corners 1 and 2 are probably swapped" in "".join(json.loads(said)["done"][0]["notes"])
    code, said, _ = run(*asked, "--overwrite", "--corners", "1,1 2,2 3,3 - - - - -")
    assert "Pick 1 more corner" in "".join(json.loads(said)["done"][0]["notes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--tags", "36h11"], "--tag-size"),
        (["--tags", "99h9", "--tag-size", "1"], "36h11"),
        (["--tags", "36h11", "--tag-size", "0"], "above 0 m"),
        (["--kinds", "tail"], "'tail'"),
        (["--fov", "60", "--camera", "x.yml"], "both"),
        (["--thing", "1x1"], "--corners"),
        (["--thing", "1xa", "--corners", "1,1"], "such as 0.21x0.297"),
        (["--thing", "1x0", "--corners", "1,1"], "above 0"),
        (["--thing", "1x1", "--corners", "1,1 2,2 3 4,4"], "4 of X,Y"),
        (["--thing", "1x1x1", "--corners", "1,1 - 3,x"], "8 of X,Y"),
        (["--thing", "1x1", "--corners", "- - - -", *map(str, TAGS)], "both"),
        (["clip.mp4", "--thing", "1x1", "--corners", "- - - -"], "one photo"),
        ([*map(str, TAGS), "--fov", "190"], "below 180"),
        ([*map(str, TAGS), "--camera", "none.yml"], "cannot be read"),
    ],
)
def test_bad_options_give_one_line(media, arguments, message):
    code, said, complaints = run(media / "photo.png", *arguments)
    assert (code, said, len(complaints.splitlines())) == (2, "", 1)
    assert message in complaints


def test_the_real_tags_are_found_by_the_command(shared_data):
    folder = shared_data / "apriltag"
    camera = f"{folder / 'test_info.yaml'}#multiple_tags_test"
    code, said, _ = run(
        folder / "multiple_01.png", "--tags", "36h11", "--tag-size", 0.065, "--camera", camera, "--json"
    )
    assert code == 0
    bodies = json.loads(said)["done"][0]["frames"][0]["bodies"]
    assert [RigidSlot(body["kind"], body["id"]).id for body in bodies] == [22, 24, 58, 85, 144, 198]
