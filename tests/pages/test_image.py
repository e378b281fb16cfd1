"""The Image page: correct results, or one sentence if there is none."""

import io

import numpy as np
import pytest
from PIL import Image

from pages.ui.shared.explain import NOBODY
from posecore.media.clips import CLIP_SUFFIXES
from posecore.media.samples import sample_picture


def upload(app, name: str, content: bytes, kind: str = "image/jpeg"):
    app.file_uploader[0].set_value((name, content, kind)).run()
    assert not app.exception
    return app


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


def png(rgb: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    Image.fromarray(rgb).save(buffer, "PNG")
    return buffer.getvalue()


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


def test_every_awkward_photo_gives_a_result_or_a_sentence(open_page, shared_data):
    app = open_page("image")
    pictures = [path for path in (shared_data / "awkward").iterdir() if path.suffix not in CLIP_SUFFIXES]
    assert len(pictures) == 30
    for path in sorted(pictures):
        upload(app, path.name, path.read_bytes())
        shown = [*app.error, *app.warning, *app.dataframe]
        assert len(shown) == 1, path.name
