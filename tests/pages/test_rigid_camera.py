"""Calibrating a camera and printing tags on a page."""

import cv2
import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from posecore.media.films import FilmWriter
from posecore.media.pictures import decode_picture, encode_png
from posecore.rigid.board import Board
from posecore.rigid.camera import Camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.rendering import render

TILTS = [(5, 0, 90), (35, 0, 80), (-35, 0, 90), (0, 35, 95), (0, -35, 90), (25, 25, 100)]
CAMERA = Camera.from_fov((640, 480), 60)


@pytest.fixture(scope="module")
def photos() -> list[bytes]:
    """Six photos of the board, (480, 640) each."""
    picture = cv2.aruco.CharucoBoard((5, 7), 4, 3, Board().dictionary).generateImage((5 * 60, 7 * 60))
    picture = np.pad(picture, 20, constant_values=255)
    poses = [RigidPose.from_euler(tilt, [0.04 * (index % 3 - 1), 0, 0.4]) for index, tilt in enumerate(TILTS)]
    return [encode_png(render([(picture, 0.035 / 60, pose)], CAMERA, seed=index)) for index, pose in enumerate(poses)]


def page(function: str, module: str) -> AppTest:
    script = f"from pages.ui.rigid.{module} import {function}\n{function}()"
    return AppTest.from_string(script, default_timeout=120).run()


def give(app: AppTest, contents: list[bytes]) -> AppTest:
    app.file_uploader[0].set_value(
        [(f"photo{index}.png", content, "image/png") for index, content in enumerate(contents)]
    )
    return app.run()


def shown(app: AppTest) -> str:
    assert not app.exception
    return " ".join(element.value for kind in (app.markdown, app.info, app.warning, app.error) for element in kind)


def test_photos_of_the_board_give_a_camera_to_use(photos):
    small = encode_png(np.zeros((320, 240, 3), np.uint8))
    nothing = encode_png(np.full((480, 640, 3), 90, np.uint8))
    app = give(page("offer_calibration", "calibrating"), [*photos, nothing, small, b"nonsense"])
    assert "photo8.png is not a photo" in shown(app)
    metrics = {metric.label: metric.value for metric in app.metric}
    assert float(metrics["Field of view"].rstrip("°")) == pytest.approx(60, abs=1)
    assert float(metrics["Error"].split()[0]) < 0.3
    assert "Add photos" in app.warning[0].value
    table = app.dataframe[0].value
    assert table["Not used because"].iloc[0] == "The board was not found."
    assert "most have 640 x 480" in table["Not used because"].iloc[1]
    assert table["Error (px)"].notna().tolist() == [False, False] + 6 * [True]
    app.button(key="calibration_use").click().run()
    assert "In use for images of 640 × 480 px" in shown(app)
    assert app.session_state["calibrated_camera"].fov_deg == pytest.approx(60, abs=1)
    app.button(key="calibration_again").click().run()
    assert not app.metric
    assert app.session_state["calibrated_camera"] is not None  # it stays in use


def test_the_same_photo_counts_once_and_too_few_say_what_is_missing(photos):
    app = give(page("offer_calibration", "calibrating"), photos[:2])
    assert "2 photos so far" in shown(app)
    app = give(app, photos[:2])
    assert "2 photos so far" in shown(app)
    assert not app.metric
    app = give(app, [photos[2]])  # another one with the name of the first
    assert "photo0.png (2)" in app.dataframe[0].value["Photo"].tolist()


def test_a_video_is_photos_too(photos, tmp_path):
    with FilmWriter(tmp_path / "board.mp4", CAMERA.size, fps_hint=2) as film:
        for index, photo in enumerate(photos):
            film.write(decode_picture(photo), index / 2)
    app = page("offer_calibration", "calibrating")
    app.file_uploader[0].set_value(("board.mp4", (tmp_path / "board.mp4").read_bytes(), "video/mp4")).run()
    assert not app.error
    assert sorted(app.dataframe[0].value["Photo"]) == [f"board.mp4, frame {number}" for number in range(1, 7)]
    assert app.metric[0].value


def test_photos_without_the_board_say_so():
    greys = [encode_png(np.full((480, 640, 3), grey, np.uint8)) for grey in (20, 90, 160, 250)]
    app = give(page("offer_calibration", "calibrating"), greys)
    assert "got 0 of 4" in shown(app)
    assert app.dataframe[0].value["Not used because"].tolist() == 4 * ["The board was not found."]


def test_tags_are_offered_with_a_picture_of_the_first_page():
    app = page("offer_tag_sheets", "sheets_offer")
    assert "check with a ruler" in shown(app)
    assert not app.error
    for ids, message in (("600", "0 to 586"), ("a", "such as 0-5, 8"), ("0-9999", "1 to 500"), ("", "such as")):
        app.text_input(key="sheet_ids").set_value(ids).run()
        assert message in app.error[0].value
    app.text_input(key="sheet_ids").set_value("3, 3, 5-7").run()
    assert not app.error
    app.number_input(key="sheet_size").set_value(25.0).run()
    assert "too large" in app.error[0].value


def test_the_page_takes_the_calibrated_camera_for_images_of_its_shape(open_page):
    app = open_page("rigid")
    assert any("check with a ruler" in warning.value for warning in app.warning)  # of tags to print
    app.session_state["calibrated_camera"] = Camera.from_fov((1280, 960), 50)
    for name, height, told in (("desk.png", 480, "50.0 degrees"), ("wide.png", 300, "Expected the same shape")):
        content = encode_png(np.zeros((height, 640, 3), np.uint8))
        app.file_uploader(key="taken_rigid_photo").set_value((name, content, "image/png")).run()
        for label, value in (("What to find", ["Tags"]), ("Camera", "Calibrate")):
            [choice] = [each for each in app.button_group if each.label == label]
            choice.set_value(value).run()
        assert not app.exception
        assert any(told in element.value for kind in (app.caption, app.error) for element in kind)
