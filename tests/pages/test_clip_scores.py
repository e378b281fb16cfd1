"""The tab of the Scores page for a video: a result, a truth, and the figures."""

import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.scores.clip_given import TruthFile
from posecore.evaluation.motion import motion_of_poses
from posecore.export.c3d_file import write_c3d
from posecore.export.saved import save_sequence
from tests.evaluation.motion_files.conftest import moving_figure, openpose_person, write_openpose
from tests.motion.exercises.figure import together


@pytest.fixture(scope="module")
def files(tmp_path_factory) -> Path:
    """A saved result, truths of it, and a file that is damaged."""
    folder = tmp_path_factory.mktemp("files")
    sequence = moving_figure(5)
    save_sequence(sequence, folder / "walk.posecore.npz", facts={"source_sha256": "ab"})
    noisy = replace(sequence, xy=sequence.xy + np.float32(2))
    save_sequence(noisy, folder / "other.posecore.npz", facts={"source_sha256": "ab"})
    both = together(sequence, replace(moving_figure(5, knee=20), person_ids=[2]))
    save_sequence(both, folder / "two.posecore.npz")
    write_c3d(sequence.at(slice(20, None)), folder / "walk.c3d", 1)
    points = motion_of_poses(sequence, 1, flat=True).points
    write_openpose(folder / "json", [[openpose_person(each + 1, list(range(17)))] for each in points])
    shutil.make_archive(str(folder / "json"), "zip", folder / "json")
    (folder / "cut.bvh").write_text("HIERARCHY\nROOT <b>Hips</b>\n{\n")
    return folder


@pytest.fixture
def give(open_page, files) -> Callable[..., AppTest]:
    """Open the tab, with a result and a truth."""

    def give_both(result: str, truth: str) -> AppTest:
        app = open_page("scores", tab="clip")
        put(app, "clip_result", files / result)
        put(app, "clip_truth", files / truth)
        return app

    return give_both


def put(app: AppTest, place: str, path: Path) -> None:
    uploader = app.file_uploader(key=f"taken_{place}")
    uploader.set_value((path.name, path.read_bytes(), "application/octet-stream")).run()
    assert not app.exception
    app.file_uploader(key=f"taken_{place}").set_value(None)
    app.run()
    assert not app.exception


def metrics(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def test_the_tab_starts_empty_and_says_how_to_begin(open_page):
    app = open_page("scores", tab="clip")
    assert "Choose a result" in app.info[0].value
    assert not app.error


def test_a_truth_that_begins_later_is_scored_with_the_offset_found(give):
    app = give("walk.posecore.npz", "walk.c3d")
    assert not app.error
    assert metrics(app) == {"Frames compared": "130 of 150", "Offset": f"{20 / 30:+.2f} s"}
    distances, angles, joints = (each.value for each in app.dataframe)
    assert list(distances["Measure"])[:3] == ["PA-MPJPE, each frame", "PA-MPJPE, whole clip", "MPJPE, turned once"]
    assert float(distances["Mean"][0].split()[0]) < 5
    assert list(angles["Angle"])[6] == "Left knee"
    assert abs(angles["Bias (°)"][6]) < 1
    assert joints["Read from"][0] == "nose"
    assert {"Report (HTML)", "Scores (JSON)", "Angles (CSV)"} <= {each.label for each in app.download_button}


def test_the_offset_can_be_set_by_hand(give):
    app = give("walk.posecore.npz", "walk.c3d")
    [how] = [group for group in app.button_group if group.key and group.key.endswith("_how")]
    how.set_value("By hand").run()
    [slider] = [each for each in app.slider if each.key and each.key.endswith("_seconds")]
    assert slider.value == pytest.approx(20 / 30, abs=0.01)
    slider.set_value(0.0).run()
    assert metrics(app)["Offset"] == "+0.00 s"
    angles = app.dataframe[1].value
    assert angles["Limits of agreement (°)"][6] != "-0.0 to +0.0"
    slider = next(each for each in app.slider if each.key and each.key.endswith("_seconds"))
    slider.set_value(slider.min).run()
    assert "Give another offset" in app.error[0].value


def test_a_second_result_is_compared_in_3d_and_in_the_picture(give):
    app = give("walk.posecore.npz", "other.posecore.npz")
    assert metrics(app)["Offset"] == "+0.00 s"
    app.button_group(key="clip_scores_flat").set_value(True).run()
    distances = app.dataframe[0].value
    assert list(distances["Mean"])[:2] == [f"{np.hypot(2, 2):.1f} px", "100.0 %"]


def test_openpose_is_compared_in_the_picture(give):
    app = give("walk.posecore.npz", "json.zip")
    assert metrics(app) == {"Frames compared": "150 of 150", "Offset": "+0.00 s"}
    assert app.dataframe[0].value["Mean"][0] == f"{np.hypot(1, 1):.1f} px"


def test_another_person_can_be_chosen(give):
    app = give("two.posecore.npz", "walk.c3d")
    app.selectbox(key="clip_scores_person").set_value(1).run()
    first = app.dataframe[1].value["Mean distance (°)"][6]
    app.selectbox(key="clip_scores_person").set_value(2).run()
    assert app.dataframe[1].value["Mean distance (°)"][6] > first + 5


def test_a_damaged_truth_ends_in_one_sentence_with_its_own_name(give):
    app = give("walk.posecore.npz", "cut.bvh")
    [error] = app.error
    assert error.value.startswith("cut.bvh is not a BVH file")
    assert not app.exception
    app.button(key="clip_truth_remove").click().run()
    assert "Choose a result" in app.info[0].value


def test_a_damaged_result_ends_in_one_sentence(open_page, files):
    app = open_page("scores", tab="clip")
    put(app, "clip_truth", files / "walk.c3d")
    app.file_uploader(key="taken_clip_result").set_value(("x.npz", b"PK\x03\x04no", "application/zip")).run()
    assert len(app.error) == 1
    assert not app.exception


def test_the_truth_is_deleted_with_the_visit(give):
    app = give("walk.posecore.npz", "walk.c3d")
    visit = app.session_state["visit"]
    truth = visit.get(TruthFile)
    assert [path.name for path in truth.folder.path.iterdir()] == ["truth.c3d"]
    visit.close()
    assert not truth.folder.path.exists()
    app.run()
    assert any("was deleted because you were away" in info.value for info in app.info)
