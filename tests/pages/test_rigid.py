"""The Rigid pose page without a browser: photos with tags and people, the drawn sample, cameras and downloads."""

import json
import time
from contextlib import redirect_stdout
from functools import partial
from io import StringIO

import numpy as np
import pytest
import streamlit as st

from pages.ui.image import photo
from pages.ui.rigid.camera import known_camera, read_cameras
from pages.ui.rigid.rigid_run import RigidRun
from pages.ui.rigid.sample import FAMILY, FOV_DEG, TAG_M, sample_clip, swinging
from pages.ui.rigid.wanted import both, covers
from pages.ui.shared.clips import Clip
from pages.ui.shared.results import written
from posecore import Camera, FrameRigid, PoseOptions
from posecore.cli.main import main
from posecore.errors import UnreadableCamera
from posecore.export.rigid_file import write_rigid
from posecore.media.films import FilmWriter
from posecore.media.pictures import encode_png
from posecore.rigid.pose import RigidPose, RigidSlot
from posecore.rigid.rendering import render, tag
from posecore.rigid_pipeline import RigidOptions

CAMERA = Camera.from_fov((640, 480), 60)
TRUE = RigidPose.from_euler((20, 10, 0), [0.02, -0.01, 0.5])


def wait_for(app, is_there, seconds=90):
    """Run the page until something is on it."""
    end = time.monotonic() + seconds
    while not is_there():
        assert time.monotonic() < end
        time.sleep(0.2)
        app.run()
        assert not app.exception


def choose(app, *things):
    """Choose what to find."""
    [pills] = [each for each in app.button_group if each.label == "What to find"]
    pills.set_value(list(things)).run()
    assert not app.exception
    return app


def with_photo(open_page, name, content, mime="image/png"):
    app = open_page("rigid")
    app.file_uploader(key="taken_rigid_photo").set_value((name, content, mime)).run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def tag_png() -> bytes:
    return encode_png(render([tag("36h11", 9, 0.08, TRUE)], CAMERA))


def test_an_empty_page_says_what_it_is_for(open_page):
    app = open_page("rigid")
    assert "heads, bodies and printed tags" in app.info[0].value
    assert "Uncertain" in "".join(text.value for text in app.markdown)


def test_a_photo_of_a_tag_whose_camera_and_size_are_changed(open_page, tag_png):
    app = choose(with_photo(open_page, "desk.png", tag_png), "Tags")
    assert any("65 degrees are assumed" in text.value for text in app.caption)
    app.number_input(key="rigid_tag_mm_own").set_value(80.0).run()
    [view] = [each for each in app.slider if each.label == "Field of view (degrees)"]
    assert view.value == 65
    view.set_value(60.0).run()
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["What"], row["Number"], row["How sure"]) == ("Tag", 9, "certain")
    np.testing.assert_allclose([row["Yaw (°)"], row["Pitch (°)"], row["Roll (°)"]], [20, 10, 0], atol=0.3)
    np.testing.assert_allclose([row["x (m)"], row["y (m)"], row["z (m)"]], TRUE.translation_m, atol=0.002)
    app.number_input(key="rigid_tag_mm_own").set_value(160.0).run()
    assert app.dataframe[0].value["z (m)"][0] == pytest.approx(1.0, abs=0.005)
    labels = {button.label for button in app.get("download_button")}
    assert labels == {"Photo (PNG)", "Table (CSV)", "Numbers (JSON)", "Tags to print (PDF)"}


def test_nobody_and_no_tag_are_said(open_page, tag_png):
    app = choose(with_photo(open_page, "desk.png", tag_png), "Heads")
    assert any("No person was found" in box.value for box in app.warning)
    app = choose(app, "Heads", "Tags")
    app.selectbox(key="rigid_family").set_value("16h5").run()
    assert any("No tag of the family 16h5" in box.value for box in app.warning)
    assert not len(app.dataframe)
    app = choose(app)
    assert any("at least one thing" in box.value for box in app.info)


def test_a_person_is_estimated_once_for_both_pages(open_page, app, monkeypatch):
    st.cache_resource.clear()  # all sessions of AppTest are one: another test may have estimated the same photo
    calls = []
    real = photo.estimate_image
    monkeypatch.setattr(photo, "estimate_image", lambda rgb, options: calls.append(1) or real(rgb, options))
    open_page("image", sample="photo")
    app.query_params.clear()
    page = open_page("rigid")
    [source] = [each for each in page.button_group if each.label == "Source"]
    source.set_value("Image page").run()
    assert not page.exception
    rows = page.dataframe[0].value
    assert rows["What"].tolist() == ["Head"]
    assert abs(rows["Yaw (°)"][0]) < 40
    assert any("no pose of torso" in box.value for box in page.info)
    assert "nan" not in rows.to_string().lower()
    assert len(calls) == 1


def test_a_file_that_is_no_photo_is_refused_in_a_sentence(open_page):
    app = with_photo(open_page, "desk.png", b"nothing of the kind")
    assert "desk.png" in app.error[0].value


def test_the_sample_is_searched_and_has_the_poses_it_was_drawn_with(open_page, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr("pages.ui.rigid.sample._FPS", 10)
    app = open_page("rigid", sample="tags")
    wait_for(app, lambda: len(app.dataframe))
    assert app.dataframe[0].value["Number"].tolist() == [1, 2]
    assert any("camera it was drawn for" in text.value for text in app.caption)
    [frame] = [each for each in app.slider if each.label == "Frame"]
    frame.set_value(16).run()
    assert app.dataframe[0].value["Roll (°)"][0] == pytest.approx(swinging(16 / 10).euler_deg[2], abs=3)
    run = app.session_state["visit"].get(RigidRun)
    seen = run.state.result
    camera = Camera.from_fov(seen.size, FOV_DEG)
    found = seen.pose(camera, tag_size_m=TAG_M, smooth=False)
    turns = [found.frame(i).poses[RigidSlot(FAMILY, 1)].turn_from(swinging(i / 10)) for i in range(len(found))]
    assert len(turns) == 30
    assert np.median(turns) < 0.2
    run.draw(found, camera, {}, "look")
    assert run.making.state.done.wait(90)
    assert run.made[run.drawn] == "look"
    assert run.drawn.stat().st_size > 10_000
    run.close()
    assert not run.drawn.exists()
    assert sample_clip().path.is_file(), "it stays for other visitors"


def test_of_an_uploaded_video_more_can_be_looked_for(open_page, tmp_path):
    path = tmp_path / "desk.mp4"
    with FilmWriter(path, CAMERA.size, fps_hint=25) as film:
        for index in range(5):
            film.write(render([tag("36h11", 9, 0.08, TRUE)], CAMERA, seed=index), index / 25)
    app = open_page("rigid")
    [source] = [each for each in app.button_group if each.label == "Source"]
    source.set_value("Video").run()
    app.file_uploader(key="taken_rigid").set_value(("desk.mp4", path.read_bytes(), "video/mp4")).run()
    app.file_uploader(key="taken_rigid").set_value(None)  # AppTest would upload it again in each run
    wait_for(app, lambda: any("No person was found" in box.value for box in app.warning))
    assert not len(app.dataframe)
    choose(app, "Heads", "Tags")
    [again] = [button for button in app.button if button.label == "Look for these, too"]
    again.click().run()
    wait_for(app, lambda: len(app.dataframe))
    assert app.dataframe[0].value["Number"].tolist() == [9]
    assert not any(button.label == "Look for these, too" for button in app.button)
    choose(app, "Tags")
    assert len(app.dataframe), "nothing was looked for again"
    labels = {button.label for button in app.get("download_button")}
    assert labels >= {"This frame (PNG)", "Table (CSV)", "Numbers (JSON)", "Arrays (NetCDF)"}


def test_a_damaged_video_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / "clip.mp4"
    path.write_bytes(b"neither")
    run = RigidRun(Clip("1", "walk.mp4", path), RigidOptions(("head",)))
    assert run.analysis.has_started
    assert "walk.mp4" in run.state.error
    run.close()


def test_what_was_looked_for_covers_what_follows_from_it():
    people, more = PoseOptions(), PoseOptions(people=2)
    heads = RigidOptions(["head", "torso"], people)
    assert covers(heads, RigidOptions(["pelvis", "left_foot"], people))
    assert not covers(heads, RigidOptions(["head"], more))
    assert not covers(heads, RigidOptions(["left_hand"], people))
    assert not covers(heads, RigidOptions(["head"], people, family="36h11"))
    assert not covers(RigidOptions(["torso"], people), heads)
    assert not covers(RigidOptions((), family="36h11"), heads)
    assert covers(RigidOptions((), family="36h11"), RigidOptions((), more, family="36h11"))
    together = both(heads, RigidOptions((), people, family="36h11"))
    assert (together.kinds, together.family) == (("head", "torso"), "36h11")


def test_the_camera_of_a_photo_is_that_of_its_exif_data():
    known = known_camera((4000, 3000), 26.0)
    assert known.camera.fov_deg == pytest.approx(Camera.from_focal_35mm((4000, 3000), 26.0).fov_deg)
    assert "26 mm" in known.why


def test_an_uploaded_calibration_with_its_own_name_in_errors():
    content = b"K: [500, 0, 320, 0, 500, 240, 0, 0, 1]\n"
    [camera] = read_cameras("my.yml", content, (640, 480)).values()
    assert camera.matrix[0, 0] == 500
    several = b"left: {K: [500, 0, 320, 0, 500, 240, 0, 0, 1]}\nright: {K: [510, 0, 320, 0, 500, 240, 0, 0, 1]}\n"
    assert list(read_cameras("my.yml", several, (640, 480))) == ["left", "right"]
    for bad in (b"", b"\xff\xfe\x00", b"a: [", b"K: [1]"):
        with pytest.raises(UnreadableCamera, match=r"my\.yml"):
            read_cameras("my.yml", bad, (640, 480))


def test_real_tags_are_turned_as_the_command_says(open_page, shared_data):
    folder = shared_data / "apriltag"
    info = (folder / "test_info.yaml").read_bytes()
    for name, section in (("multiple_01.png", "multiple_tags_test"), ("rotation_30.png", "rotation_test")):
        app = choose(with_photo(open_page, name, (folder / name).read_bytes()), "Tags")
        app.number_input(key="rigid_tag_mm_own").set_value(65.0).run()
        [way] = [each for each in app.button_group if each.label == "Camera"]
        way.set_value("Calibration file").run()
        if "rigid_camera_kept" not in app.session_state:
            app.file_uploader(key="taken_rigid_camera").set_value(("info.yaml", info, "text/yaml")).run()
        app.selectbox(key="rigid_camera_name").set_value(section).run()
        assert not app.exception
        assert not app.error
        rows = app.dataframe[0].value
        with redirect_stdout(StringIO()) as said:
            camera = f"{folder / 'test_info.yaml'}#{section}"
            asked = ["--tags", "36h11", "--tag-size", "0.065", "--json", "--camera", camera]
            main(["rigid", str(folder / name), *asked])
        bodies = json.loads(said.getvalue())["done"][0]["frames"][0]["bodies"]
        assert rows["Number"].tolist() == [body["id"] for body in bodies]
        np.testing.assert_allclose(
            rows[["Yaw (°)", "Pitch (°)", "Roll (°)"]], [body["euler_deg"] for body in bodies], atol=0.0501
        )
        np.testing.assert_allclose(
            rows[["x (m)", "y (m)", "z (m)"]], [body["translation_m"] for body in bodies], atol=0.000501
        )


def test_a_table_is_written():
    found = FrameRigid({RigidSlot("36h11", 9): TRUE}, 0.0, (640, 480))
    assert written(partial(write_rigid, found)).startswith(b"frame,time_s,kind,id,x_m")
