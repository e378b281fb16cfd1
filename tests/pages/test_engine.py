"""The page names the engine that ran, and says once if the fast one cannot run."""

import pytest

from posecore.errors import EngineUnavailable

REASON = "OpenVINO does not load on this machine: built for another processor."


def captions(app) -> str:
    return " ".join(caption.value for caption in app.caption)


def test_the_fast_engine_is_named(open_page):
    app = open_page("image", sample="photo")
    assert "Full model on OpenVINO" in captions(app)


def test_mediapipe_can_be_chosen_and_is_named(open_page):
    app = open_page("image", sample="photo")
    app.radio(key="engine").set_value("mediapipe").run()
    assert not app.exception
    assert "Full model on MediaPipe Tasks" in captions(app)
    assert not app.toast


@pytest.fixture
def without_openvino(monkeypatch):
    def refuse(options):
        raise EngineUnavailable(REASON)

    monkeypatch.setattr("posecore.estimation.engines.load", refuse)


def test_a_fallback_is_reported_once(without_openvino, app, open_page):
    app.session_state["image_tabs"] = "Landmarks"
    open_page("image", sample="photo")
    [toast] = app.toast
    assert REASON in toast.value
    assert "Full model on MediaPipe Tasks" in captions(app)
    assert len(app.dataframe[0].value) == 33
    app.toggle(key="image_labels").set_value(True).run()
    assert not app.toast
