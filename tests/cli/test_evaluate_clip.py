"""``posecore evaluate-clip`` from its options to its files."""

import csv
import json
import shutil

import numpy as np
import pytest

from posecore.cli.main import main
from posecore.evaluation.motion import motion_of_poses
from posecore.export.c3d_file import write_c3d
from posecore.export.saved import save_sequence
from posecore.skeletons import BLAZEPOSE_33
from tests.evaluation.motion_files.conftest import (
    moving_figure,
    openpose_person,
    write_openpose,
    write_trc_points,
)


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A saved result, its truth as C3D, and OpenPose's files of another person beside the same one."""
    folder = tmp_path_factory.mktemp("given")
    sequence = moving_figure(6)
    save_sequence(sequence, folder / "walk.posecore.npz", facts={"source_sha256": "ab", "part": {"every": 1}})
    write_c3d(sequence, folder / "walk.c3d", 1, root="none")
    flat = motion_of_poses(sequence, 1, flat=True)
    order = list(range(17))
    frames = [
        [openpose_person(each + 400, order), openpose_person(each + np.array([3, 4]), order)] for each in flat.points
    ]
    write_openpose(folder / "json", frames)
    shutil.make_archive(str(folder / "json"), "zip", folder / "json")
    return folder


def metrics(folder):
    return json.loads((folder / "clip_metrics.json").read_text())


def test_truths_of_every_kind_are_scored(given, tmp_path, capsys):
    truths = [str(given / name) for name in ("walk.c3d", "json", "json.zip", "walk.posecore.npz")]
    assert main(["evaluate-clip", str(given / "walk.posecore.npz"), *truths, "--out", str(tmp_path)]) == 0
    clips = metrics(tmp_path)["clips"]
    kinds = [(clip["truth"], clip["truth_kind"], clip["space"], clip["frames"]["compared"]) for clip in clips]
    assert kinds == [
        ("walk.c3d", "C3D", "3d", 180),
        ("json", "OpenPose JSON", "picture", 180),
        ("json.zip", "OpenPose JSON", "picture", 180),
        ("walk.posecore.npz", "posecore", "3d", 180),
        ("walk.posecore.npz", "posecore", "picture", 180),
    ]
    assert clips[0]["offset"]["how"] == "found"
    assert clips[0]["offset"]["seconds"] == pytest.approx(0, abs=0.005)
    assert clips[0]["figures"]["pa_mpjpe_mm"]["value"] < 5
    assert clips[1]["figures"]["px"]["value"] == pytest.approx(5, abs=0.01)
    assert clips[1]["offset"]["why"].startswith("OpenPose numbers its files")
    assert clips[3]["offset"]["why"].startswith("Both are of the same video")
    assert "180 frames have several people; in each the one nearest" in capsys.readouterr().err
    report = (tmp_path / "clip_report.html").read_text(encoding="utf-8")
    assert "walk.c3d, in 3D" in report
    assert report.count("<polyline") >= 2 * 9 * 5
    rows = list(csv.DictReader((tmp_path / "clip_angles.csv").open()))
    assert len(rows) == 5 * 180
    knee = np.array([[row["left_knee_deg"], row["left_knee_truth_deg"]] for row in rows[540:720]], float)
    assert np.ptp(knee[:, 0]) > 30
    np.testing.assert_allclose(knee[:, 0], knee[:, 1])


def test_a_bad_truth_is_named_and_the_rest_is_scored(given, tmp_path, capsys):
    (tmp_path / "cut.bvh").write_text("HIERARCHY\nROOT Hips\n{\n")
    truths = [str(tmp_path / "cut.bvh"), str(given / "walk.c3d"), str(tmp_path / "no.trc")]
    out = tmp_path / "out"
    command = ["evaluate-clip", str(given / "walk.posecore.npz"), *truths, "--offset", "0", "--out", str(out)]
    assert main([*command, "--json"]) == 2
    said = capsys.readouterr()
    assert "cut.bvh is not a BVH file, or is cut off" in said.err
    assert "no.trc cannot be read" in said.err
    [done] = json.loads(said.out)["done"]
    assert done["clips"] == metrics(out)["clips"]
    assert [clip["truth"] for clip in done["clips"]] == ["walk.c3d"]
    assert done["clips"][0]["offset"]["how"] == "given"


def test_another_result_is_not_replaced(given, tmp_path, capsys):
    command = ["evaluate-clip", str(given / "walk.posecore.npz"), str(given / "walk.c3d"), "--out", str(tmp_path)]
    assert main([*command, "--offset", "0"]) == 0
    assert main([*command, "--offset", "0"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "clip_angles.csv",
        "clip_metrics.json",
        "clip_report.html",
    ]
    capsys.readouterr()
    assert main([*command, "--offset", "0.5"]) == 0
    assert "has another result called clip" in capsys.readouterr().err
    assert (tmp_path / "clip_2_metrics.json").exists()


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--offset", "soon"], "--offset to be auto or seconds"),
        (["--offset", "nan"], "--offset to be auto or seconds"),
        (["--unit", "inch"], "--unit to be mm, cm, m or metres per unit"),
        (["--unit", "0"], "--unit to be mm, cm, m or metres per unit"),
        (["--fps", "0"], "--fps to be above 0"),
        (["--person", "7"], "one of this video's (1), but got 7"),
        (["--offset", "100"], "No frame of walk.posecore.npz"),
        (["--truth-person", "2"], "has no person 2"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(given, tmp_path, more, words, capsys):
    command = ["evaluate-clip", str(given / "walk.posecore.npz"), str(given / "walk.c3d"), "--out", str(tmp_path)]
    assert main([*command, *more]) == 2
    assert words in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_unit_that_is_given_goes_before_the_file(given, tmp_path, capsys):
    command = ["evaluate-clip", str(given / "walk.posecore.npz"), str(given / "walk.c3d"), "--out", str(tmp_path)]
    assert main([*command, "--unit", "0.0005", "--offset", "0"]) == 0
    sizes = metrics(tmp_path)["clips"][0]["figures"]
    assert sizes["mpjpe_turned_mm"]["value"] > 100
    assert sizes["pa_mpjpe_mm"]["value"] < 5


def test_a_video_is_analysed_first(shared_data, tmp_path):
    points = np.load(shared_data / "clips/pose2sim/triangulated.npz")["points_m"]
    truth = write_trc_points(tmp_path / "truth.trc", list(BLAZEPOSE_33.landmarks), points, rows_per_s=60)
    video = shared_data / "clips/pose2sim/cam01.mp4"
    out = tmp_path / "out"
    command = ["evaluate-clip", str(video), str(truth), "--offset", "0", "--end", "0.6", "--out", str(out)]
    assert main([*command, "--jitter", "all"]) == 0
    [clip] = metrics(out)["clips"]
    assert clip["frames"]["all"] == 36
    assert clip["frames"]["compared"] >= 35
    assert 40 < clip["figures"]["pa_mpjpe_mm"]["value"] < 100
    assert clip["jitter"]["found"]["frames"] >= 35
