"""Things whose corners are picked on a photo."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from pages.ui.rigid.corner_picker import corners_in, sketch_of
from pages.ui.rigid.given import RigidPhoto
from posecore.media.pictures import encode_png
from posecore.rigid.camera import Camera
from posecore.rigid.corners import Thing
from posecore.rigid.pose import RigidPose

CAMERA = Camera.from_fov((640, 480), 60)


def things_page() -> None:
    import numpy as np
    import streamlit as st

    from pages.ui.rigid.things import pick_things
    from posecore.rigid.camera import Camera

    camera = Camera.from_fov((640, 480), 60)
    st.session_state["found"] = pick_things("photo", np.zeros((480, 640, 3), np.uint8), camera).poses


def told(app: AppTest) -> str:
    assert not app.exception
    return " ".join(element.value for element in app.markdown)


def pick(app: AppTest, thing: int, corners: np.ndarray) -> AppTest:
    """What the browser's picker does."""
    app.session_state["picked_things"].named[thing].corners["photo"] = corners + 0.5
    return app.run()


def test_picked_corners_give_poses_by_name():
    app = AppTest.from_function(things_page, default_timeout=120).run()
    assert "Add a thing whose size you know" in app.info[0].value
    app.button(key="thing_add").click().run()
    assert "Pick 4 more corners" in told(app)
    assert app.session_state["found"] == {}

    sheet = Thing((0.21, 0.297))
    true = RigidPose.from_euler((30, 20, 5), [0.1, 0, 1.2])
    pick(app, 0, CAMERA.project(sheet.corners_m, true))
    [(slot, pose)] = app.session_state["found"].items()
    assert str(slot) == "A4 sheet 1"
    assert pose.turn_from(true) < 0.1
    assert "its edges fit within 0.0 px" in told(app)

    app.selectbox(key="thing_what").set_value("A box").run()
    app.text_input(key="thing_name_A box").set_value("head").run()
    assert app.button(key="thing_add").disabled
    assert "Choose another" in app.warning[0].value
    app.text_input(key="thing_name_A box").set_value("*Carton*").run()
    app.button(key="thing_add").click().run()
    box = Thing((0.3, 0.2, 0.1))
    seen = CAMERA.project(box.corners_m, true)
    seen[7] = np.nan
    pick(app, 1, seen)
    assert [str(slot) for slot in app.session_state["found"]] == ["A4 sheet 1", "*Carton* 1"]
    seen[[0, 1]] = seen[[1, 0]]
    pick(app, 1, seen)
    assert "Corners 1 and 2 are probably swapped" in told(app)
    assert [str(slot) for slot in app.session_state["found"]] == ["A4 sheet 1"]

    app.button(key="thing_remove").click().run()
    app.button(key="thing_remove").click().run()
    assert app.session_state["found"] == {}


def test_picked_things_join_the_table_of_the_page(open_page):
    sheet, true = Thing((0.21, 0.297)), RigidPose.from_euler((30, 20, 5), [0.1, 0, 1.2])
    app = open_page("rigid")
    content = encode_png(np.zeros((480, 640, 3), np.uint8))
    app.file_uploader(key="taken_rigid_photo").set_value(("desk.png", content, "image/png")).run()
    [wanted] = [each for each in app.button_group if each.label == "What to find"]
    wanted.set_value(["Flat things and boxes"]).run()
    assert not app.exception
    assert not [each for each in app.warning if "person" in each.value]  # nobody was looked for
    app.button(key="thing_add").click().run()
    [view] = [each for each in app.slider if each.label == "Field of view (degrees)"]
    view.set_value(60.0).run()
    [thing] = app.session_state["picked_things"].named
    photo = app.session_state["visit"].get(RigidPhoto).key
    thing.corners[photo] = CAMERA.project(sheet.corners_m, true) + 0.5
    app.run()
    assert not app.exception
    [row] = app.dataframe[0].value.to_dict("records")
    assert (row["What"], row["Number"]) == ("A4 sheet", 1)
    np.testing.assert_allclose([row["Yaw (°)"], row["Pitch (°)"], row["Roll (°)"]], [30, 20, 5], atol=0.1)
    np.testing.assert_allclose([row["x (m)"], row["y (m)"], row["z (m)"]], true.translation_m, atol=0.001)


@pytest.mark.parametrize(
    "message",
    [None, 3, {}, {"key": "other", "corners": {"one": [[1, 2]] * 4}}, {"key": "photo", "corners": [1]}]
    + [{"key": "photo", "corners": {"one": wrong}} for wrong in (None, "x", [[1, 2]] * 3, {"0": 1})]
    + [{"key": "photo", "corners": {"two": [[1, 2]] * 4}}],
)
def test_messages_that_are_none_are_ignored(message):
    assert corners_in(message, "photo", {"one": 4}, (640, 480)) == {}


def test_places_that_are_none_are_not_picked():
    places = [[1, 2.5], None, [True, "x"], [1e9, 2]]
    found = corners_in({"key": "photo", "corners": {"one": places}}, "photo", {"one": 4}, (640, 480))
    np.testing.assert_array_equal(found["one"], [[1, 2.5], *3 * [[np.nan, np.nan]]])


@pytest.mark.parametrize("size", [(7.32, 2.44), (0.001, 10), (0.3, 0.2, 0.1), (10, 0.01, 0.01)])
def test_corners_of_a_drawing_can_be_told_apart(size):
    sketch = sketch_of(Thing(size))
    points = np.array(sketch["points"])
    assert points.min() >= 0
    assert points.max() <= 1
    away = np.linalg.norm(points[:, None] - points, axis=2)
    assert away[~np.eye(len(points), dtype=bool)].min() > 0.12
    assert len(sketch["edges"]) + len(sketch["behind"]) == len(Thing(size).edges)
