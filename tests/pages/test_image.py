"""The Image page: correct results, or one sentence if there is none."""

import io
import json

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from pages.ui.shared.explain import A_HAND_AS_BODY, NO_HANDS, NOBODY
from posecore import HandSlot
from posecore.export.saved import load_sequence
from posecore.media.clips import CLIP_SUFFIXES, open_clip
from posecore.media.pictures import encode_png
from posecore.media.samples import sample_picture
from posecore.motion.angles import ANGLES, measure_angle
from posecore.motion.root import in_camera_axes
from posecore.motion.usual_error import usual_errors
from posecore.view.overlays.puppet_svg import TEMPLATE


@pytest.fixture
def open_page(visitor, open_page):
    """Go to the page as a visitor who turned to the table of landmarks before, which is made only when it is seen."""

    def go(name: str, **query: str):
        visitor.session_state["image_tabs"] = "Landmarks"
        return open_page(name, **query)

    return go


def upload(app, name: str, content: bytes, kind: str = "image/jpeg"):
    app.file_uploader[0].set_value((name, content, kind)).run()
    assert not app.exception
    return app


@pytest.fixture(scope="module")
def portrait_file() -> bytes:
    """The sample photo as a visitor has it."""
    return sample_picture().path.read_bytes()


def landmarks_shown(app) -> int:
    [table] = app.dataframe
    return len(table.value)


def test_the_page_starts_empty_and_says_what_to_do(open_page):
    app = open_page("image")
    assert not app.error
    assert "The result appears here" in app.info[0].value


def test_a_photo_shows_33_landmarks(open_page):
    path = sample_picture().path
    app = upload(open_page("image"), path.name, path.read_bytes())
    assert landmarks_shown(app) == 33
    assert not app.error
    assert not app.warning


def test_an_upload_stays_until_it_is_removed_replaced_or_the_visitor_left(open_page, app, portrait_file):
    def from_another_page():
        app.switch_page("pages/video.py").run()
        return open_page("image")

    upload(open_page("image"), "one.jpg", portrait_file)
    assert landmarks_shown(from_another_page()) == 33
    assert app.file_uploader[0].value is None, "Streamlit's own copy is freed"
    app.file_uploader[0].set_value(("two.jpg", b"no photo", "image/jpeg")).run()
    assert "two.jpg" in app.error[0].value
    assert not app.dataframe, "the last one is not shown as if it were this"
    upload(app, "three.jpg", portrait_file)
    assert from_another_page().text[0].value.startswith("three.jpg, ")
    app.session_state["visit"].close()
    assert "was deleted because you were away" in app.run().info[0].value
    upload(app, "four.jpg", portrait_file)
    from_another_page().button(key="photo_remove").click().run()
    assert "The result appears here" in app.info[0].value


def test_a_photo_of_the_camera_stays_until_it_is_cleared(open_page, app, portrait_file):
    open_page("image").button_group(key="image_source").set_value("Camera").run()
    app.camera_input[0].set_value(("camera.jpg", portrait_file, "image/jpeg")).run()
    assert landmarks_shown(app) == 33
    app.switch_page("pages/video.py").run()
    open_page("image")
    assert landmarks_shown(app) == 33, "another page loses nothing"
    app.camera_input[0].set_value(("camera.jpg", portrait_file, "image/jpeg")).run()
    app.camera_input[0].set_value(None).run()
    assert "The result appears here" in app.info[0].value


def test_a_link_to_an_unknown_sample_says_so(open_page):
    app = open_page("image", sample="nonsense")
    assert "'nonsense'" in app.warning[0].value
    assert not app.dataframe
    app.run()
    assert not app.warning


def test_a_link_opens_the_sample(open_page):
    app = open_page("image", sample="photo")
    assert landmarks_shown(app) == 33
    assert any("public domain" in caption.value for caption in app.caption)


def test_the_table_can_be_filtered(open_page):
    app = open_page("image", sample="photo")
    app.button_group(key="image_table_parts").set_value(["legs", "torso"]).run()
    assert landmarks_shown(app) == 8
    app.slider(key="image_table_least").set_value(0.5).run()
    assert set(app.dataframe[0].value["landmark"]) == {"left shoulder", "right shoulder"}


def test_a_change_of_view_does_not_estimate_again(open_page, monkeypatch):
    app = open_page("image", sample="photo")

    def estimate_again(*arguments):
        raise AssertionError("estimated again for a change of view")

    monkeypatch.setattr("posecore.estimation.blazepose.picture_estimator.PictureEstimator.estimate", estimate_again)
    app.toggle(key="image_labels").set_value(True).run()
    app.slider(key="image_draw").set_value(0.2).run()
    app.button_group(key="image_coordinates").set_value("picture").run()
    assert not app.exception
    assert landmarks_shown(app) == 33


def shown_photo(app) -> str:
    """The address of the photo on the page, which changes with its content."""
    urls = {image.proto.imgs[0].alt: image.proto.imgs[0].url for image in app.get("image")}
    return next(url for alt, url in urls.items() if alt.endswith("with the landmarks"))


def test_an_overlay_is_drawn_instead_of_the_skeleton_or_with_it(open_page):
    app = open_page("image", sample="photo")
    seen = [shown_photo(app)]
    for piece in ("hat", "skeleton"):
        box = app.checkbox(key=f"image_overlay_{piece}")
        box.set_value(not box.value).run()
        assert not app.exception
        seen.append(shown_photo(app))
    assert len(set(seen)) == 3
    assert not any("orange" in caption.value for caption in app.caption)
    assert "Overlay alone (PNG)" in {button.proto.label for button in app.get("download_button")}


def test_an_own_picture_that_is_none_is_refused_with_a_sentence(open_page):
    app = open_page("image", sample="photo")
    uploader = next(each for each in app.file_uploader if each.key == "image_overlay_own")
    uploader.set_value(("logo.png", b"<svg><script>alert(1)</script></svg>", "image/png")).run()
    assert not app.exception
    assert "logo.png is not a picture" in app.error[0].value
    assert not [slider for slider in app.slider if slider.label == "Turn"], "there is nothing to be placed"
    assert landmarks_shown(app) == 33


def test_joint_angles_are_in_tables_on_the_photo_and_in_a_file(open_page, shared_data, monkeypatch):
    made = {}
    monkeypatch.setattr(
        "pages.ui.image.files.offer_download", lambda label, make, name, mime: made.update({name: make})
    )
    path = shared_data / "people" / "three_people.jpg"
    app = open_page("image")
    app.number_input(key="people").set_value(3).run()
    app.session_state["image_tabs"] = "Angles"
    upload(app, path.name, path.read_bytes())
    paired, single = (table.value for table in app.table)
    assert list(paired.columns) == [
        *("Person", "Angle"),
        *("Left, 3D (°)", "Right, 3D (°)", "Left, image (°)", "Right, image (°)"),
    ]
    assert list(paired["Person"].unique()) == ["1", "2", "3"]
    assert list(single["Angle"].unique()) == ["Neck", "Trunk lean", "Pelvis tilt"]
    saved = load_sequence(io.BytesIO(made["three_people.posecore.npz"]())).sequence
    known = measure_angle(saved, "left_shoulder")[0]
    assert np.isfinite(known).any()
    shown = paired.loc[paired["Angle"] == "Shoulder", "Left, 3D (°)"]
    errors = usual_errors(saved)[0, :, list(ANGLES).index("left_shoulder")]
    expected = [f"{degrees:.1f} ±{error:.0f}" for degrees, error in zip(known, errors, strict=True)]
    assert list(shown) == ["–" if np.isnan(degrees) else text for degrees, text in zip(known, expected, strict=True)]
    table = pd.read_csv(io.StringIO(made["three_people.angles.csv"]()))
    assert table.loc[table["joint"] == "shoulder", "left_3d_deg"].to_numpy() == pytest.approx(known, nan_ok=True)
    assert table.loc[table["joint"] == "shoulder", "usual_error_3d_deg"].to_numpy() == pytest.approx(errors)
    before = shown_photo(app)
    app.button_group(key="image_angles").set_value(["shoulder"]).run()
    assert not app.exception
    assert shown_photo(app) != before


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


def test_metres_are_in_the_cameras_axes_if_the_photo_states_its_lens(open_page, monkeypatch):
    made = {}
    monkeypatch.setattr(
        "pages.ui.image.files.offer_download", lambda label, make, name, mime: made.update({name: make})
    )
    exif = Image.Exif()
    exif.get_ifd(34665)[41989] = 28
    photo = io.BytesIO()
    with Image.open(sample_picture().path) as image:
        image.save(photo, "JPEG", quality=95, exif=exif)
    app = upload(open_page("image"), "phone.jpg", photo.getvalue())

    def saved():
        return load_sequence(io.BytesIO(made["phone.posecore.npz"]()))

    before = saved()
    app.toggle(key="image_camera_axes").set_value(True).run()
    assert not app.exception
    after = saved()
    degrees = after.facts["camera_axes"]["field_of_view_deg"]
    assert 55 < degrees < 65
    turned = in_camera_axes(before.sequence, field_of_view_deg=degrees)
    np.testing.assert_allclose(after.sequence.world, turned.world, atol=1e-4)
    assert np.nanmax(np.abs(after.sequence.world - before.sequence.world)) > 0.02


def test_a_pose_to_fill_is_drawn_and_a_photo_without_one_refused(open_page):
    app = open_page("image", sample="photo")
    app.selectbox(key="image_overlay_ghost").set_value("photo").run()
    uploader = next(each for each in app.file_uploader if each.key == "image_overlay_ghost_photo")
    uploader.set_value(("wall.png", png(np.full((300, 400, 3), 200, np.uint8)), "image/png")).run()
    assert not app.exception
    assert "Nobody is seen in the photo with the pose to fill" in app.error[0].value
    app.selectbox(key="image_overlay_ghost").set_value("tree").run()
    assert not app.exception
    assert not app.error
    assert shown_photo(app)


def test_a_puppet_of_ones_own_is_drawn_or_refused_with_a_sentence(open_page):
    app = open_page("image", sample="photo")
    assert "image_overlay_puppet_own" not in {each.key for each in app.file_uploader}
    app.checkbox(key="image_overlay_puppet").check().run()
    assert "Download the template" in {button.proto.label for button in app.get("download_button")}
    built_in = shown_photo(app)

    def give(data: bytes) -> None:
        uploader = next(each for each in app.file_uploader if each.key == "image_overlay_puppet_own")
        uploader.set_value(("mine.svg", data, "image/svg+xml")).run()
        assert not app.exception

    give(TEMPLATE.read_bytes().replace(b"#e69f00", b"#d55e00"))
    assert not app.error
    assert shown_photo(app) != built_in
    give(TEMPLATE.read_bytes().replace(b'id="shin_left"', b'id="leg"'))
    assert "mine.svg is not used as a puppet. It has no shin_left" in app.error[0].value
    assert shown_photo(app) == built_in


def test_a_picture_of_ones_own_is_behind_the_person(open_page):
    app = open_page("image", sample="photo")
    app.button_group(key="image_background").set_value("picture").run()
    plain = shown_photo(app)

    def give(data: bytes) -> None:
        uploader = next(each for each in app.file_uploader if each.key == "image_background_picture")
        uploader.set_value(("beach.png", data, "image/png")).run()
        assert not app.exception

    give(png(np.full((40, 90, 3), (0, 90, 200), np.uint8)))
    assert shown_photo(app) != plain
    give(b"<svg/>")
    assert "beach.png is not a photo" in app.error[0].value
    assert shown_photo(app) == plain


def test_an_own_picture_lies_on_a_marker_in_a_photo_without_a_person(open_page):
    tag = cv2.aruco.generateImageMarker(cv2.aruco.getPredefinedDictionary(cv2.aruco.DICT_4X4_50), 3, 120)
    wall = np.repeat(np.pad(tag, 100, constant_values=230)[..., None], 3, axis=2)
    app = upload(open_page("image"), "wall.png", png(wall), "image/png")
    uploader = next(each for each in app.file_uploader if each.key == "image_overlay_own")
    uploader.set_value(("logo.png", png(np.full((40, 40, 3), (255, 0, 0), np.uint8)), "image/png")).run()
    app.selectbox(key="image_overlay_own_part").set_value("marker").run()
    assert not app.exception
    assert shown_photo(app)
    labels = {button.proto.label for button in app.get("download_button")}
    assert {"Markers to print (PDF)", "Annotated photo (PNG)", "Overlay alone (PNG)"} <= labels


def test_a_photo_without_a_person_says_so(open_page):
    app = upload(open_page("image"), "wall.png", png(np.full((300, 400, 3), 200, np.uint8)), "image/png")
    assert [warning.value for warning in app.warning] == [NOBODY]


def test_a_body_without_its_head_is_explained():
    assert "a body whose head is not in view is rarely found" in NOBODY


def test_an_animation_says_that_its_first_frame_was_used(open_page):
    frames = [Image.new("RGB", (64, 64), colour) for colour in ("red", "lime", "blue")]
    buffer = io.BytesIO()
    frames[0].save(buffer, "GIF", save_all=True, append_images=frames[1:])
    app = upload(open_page("image"), "dance.gif", buffer.getvalue(), "image/gif")
    assert [info.value for info in app.info] == [
        "dance.gif is animated: only its first frame was used. Open it as a video to analyse all of them."
    ]


@pytest.mark.parametrize(
    ("name", "content"),
    [("empty.jpg", b""), ("letter.jpg", b"Dear Sir or Madam"), ("cut.png", png(np.zeros((90, 90, 3), np.uint8))[:60])],
)
def test_a_file_that_is_not_a_photo_is_reported_in_one_sentence(open_page, name, content):
    app = upload(open_page("image"), name, content)
    [error] = app.error
    assert name in error.value
    assert "Traceback" not in error.value


def test_an_awkward_photo_gives_a_result_or_a_sentence(open_page, shared_data):
    """Every third one; tests/test_awkward.py reads them all."""
    app = open_page("image")
    pictures = [path for path in (shared_data / "awkward").iterdir() if path.suffix not in CLIP_SUFFIXES]
    assert len(pictures) == 30
    for path in sorted(pictures)[::3]:
        app.session_state["image_tabs"] = "Landmarks"  # a photo without people has no such tab
        upload(app, path.name, path.read_bytes())
        shown = [*app.error, *app.warning, *app.dataframe]
        assert len(shown) == 1, path.name


def with_hands(app):
    app.toggle(key="hands").set_value(True).run()
    assert not app.exception
    return app


@pytest.fixture
def a_rock(shared_data):
    """A photo of a woman whose right hand makes the gesture, small in the picture."""
    return shared_data / "gestures" / "rock" / "026fd791-8f64-4fae-8cb0-0e01dc4362ce.jpg"


def test_hands_are_only_looked_for_if_wanted(open_page, monkeypatch):
    def estimate(*arguments, **options):
        raise AssertionError("looked for hands that nobody asked for")

    monkeypatch.setattr("pages.ui.image.photo.estimate_hands_image", estimate)
    app = open_page("image", sample="photo")
    assert landmarks_shown(app) == 33
    assert "image_table_of" not in app.session_state


def test_hands_are_shown_beside_the_body(open_page, a_rock, monkeypatch):
    app = upload(with_hands(open_page("image")), a_rock.name, a_rock.read_bytes())
    assert any("Right hand: rock." in words.value for words in app.markdown)
    assert landmarks_shown(app) == 33

    def estimate_again(*arguments, **options):
        raise AssertionError("estimated again for a change of view")

    monkeypatch.setattr("pages.ui.image.photo.estimate_hands_image", estimate_again)
    app.button_group(key="image_table_of").set_value("hands").run()
    assert landmarks_shown(app) == 21
    assert set(app.dataframe[0].value["hand"]) == {"right"}
    app.button_group(key="image_table_fingers").set_value(["thumb"]).run()
    assert list(app.dataframe[0].value["landmark"]) == ["thumb mcp", "thumb ip", "thumb tip"]
    for shown in ("hands", "both", "body"):
        app.button_group(key="image_3d_of").set_value(shown).run()
        assert not app.exception


def test_hands_without_a_body_are_shown(open_page, shared_data):
    path = shared_data / "google-reference" / "hands.jpg"
    app = upload(with_hands(open_page("image")), path.name, path.read_bytes())
    assert "No body was found" in app.info[0].value
    assert landmarks_shown(app) == 42
    assert not app.warning


def test_a_hand_that_fills_the_photo_is_no_person(open_page, shared_data):
    """The body network takes it for one."""
    with open_clip(shared_data / "google-reference" / "asl_hand.25fps.mp4") as clip:
        photo = encode_png(next(iter(clip)).rgb)
    without = upload(open_page("image"), "hand.png", photo)
    assert without.dataframe[0].value["landmark"].iloc[0] == "nose"
    app = with_hands(without)
    assert [warning.value for warning in app.warning] == [A_HAND_AS_BODY]
    assert not app.info
    assert set(app.dataframe[0].value["hand"]) == {"right"}


def test_a_photo_without_hands_says_what_helps(open_page):
    app = with_hands(open_page("image", sample="photo"))
    assert [info.value for info in app.info] == [NO_HANDS]
    assert landmarks_shown(app) == 33


def test_the_files_of_a_photo_hold_its_hands(open_page, a_rock, monkeypatch):
    made = {}
    monkeypatch.setattr(
        "pages.ui.image.files.offer_download", lambda label, make, name, mime: made.update({name: make})
    )
    upload(with_hands(open_page("image")), a_rock.name, a_rock.read_bytes())
    files = {name.partition(".")[2]: make() for name, make in made.items()}
    saved = load_sequence(io.BytesIO(files["posecore.npz"]))
    assert saved.sequence.xy.shape == (1, 1, 33, 2)
    assert saved.hands.slots == (HandSlot(1, "right"),)
    table = pd.read_parquet(io.BytesIO(files["hands.parquet"]))
    assert np.allclose(table[["x_px", "y_px"]], saved.hands.xy[0, 0])
    assert len(pd.read_csv(io.StringIO(files["hands.csv"]))) == 21
    assert json.loads(files["hands.json"])["frames"][0]["hands"][0]["hand"] == "right"
    assert len(pd.read_parquet(io.BytesIO(files["landmarks.parquet"]))) == 33


def test_a_given_height_scales_the_metres_of_a_photo(open_page, shared_data):
    path = shared_data / "google-reference" / "pose.jpg"
    app = upload(open_page("image"), path.name, path.read_bytes())
    before = app.dataframe[0].value[["x_m", "y_m", "z_m"]]
    [height] = [each for each in app.number_input if each.label == "Height of this person, m"]
    height.set_value(1.2).run()
    assert any("scaled to the given height of 1.20 m" in caption.value for caption in app.caption)
    factors = (app.dataframe[0].value[["x_m", "y_m", "z_m"]] / before).to_numpy()
    assert factors == pytest.approx(factors[0, 0], rel=1e-4)
    assert 0.65 < factors[0, 0] < 0.85


def test_a_height_is_not_used_where_the_legs_are_out_of_view(open_page):
    app = open_page("image", sample="photo")
    before = app.dataframe[0].value
    [height] = [each for each in app.number_input if each.label == "Height of this person, m"]
    height.set_value(1.7).run()
    assert any("cannot be used" in info.value for info in app.info)
    pd.testing.assert_frame_equal(app.dataframe[0].value, before)
