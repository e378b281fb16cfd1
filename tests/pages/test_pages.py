"""What holds for every page."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from pages.ui.live.servers import ice_servers
from posecore import InvalidOption

ROOT = Path(__file__).resolve().parents[2]


def test_home_says_what_this_is_and_offers_three_doors(app):
    assert not app.exception
    assert app.title[0].value == "See how people move"
    assert [button.label for button in app.button].count("Open") == 3


@pytest.mark.parametrize(("button", "page"), [("sample_image", "Image"), ("sample_webcam", "Webcam")])
def test_a_sample_is_one_click_away(app, button, page):
    app.button(key=button).click().run()
    assert not app.exception
    assert app.title[0].value == page
    assert "sample" in app.query_params


@pytest.mark.parametrize("page", ["image", "video", "webcam"])
def test_every_page_opens(open_page, page):
    app = open_page(page)
    assert app.title[0].value == page.capitalize()
    assert not app.error


def test_a_model_that_cannot_be_had_is_told_and_the_page_goes_on(app, monkeypatch, tmp_path):
    (tmp_path / "pose_landmarker_lite.task").write_bytes(b"damaged")
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    app.query_params["sample"] = "photo"
    app.switch_page("pages/image.py").run()
    app.radio(key="model").set_value("lite").run()
    assert not app.exception
    [error] = app.error
    assert "pose_landmarker_lite.task" in error.value
    assert "Going on with the model Full" in error.value
    assert len(app.dataframe[0].value) == 33
    app.radio(key="model").set_value("full").run()
    assert not app.error


def test_without_any_model_the_page_says_so(app, monkeypatch, tmp_path):
    (tmp_path / "pose_landmarker_full.task").write_bytes(b"damaged")
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    app.switch_page("pages/image.py").run()
    assert not app.exception
    assert "pose_landmarker_full.task" in app.error[0].value


def test_turn_servers_come_from_the_environment(monkeypatch):
    monkeypatch.delenv("POSECORE_ICE_SERVERS", raising=False)
    assert ice_servers() is None
    monkeypatch.setenv("POSECORE_ICE_SERVERS", '[{"urls": ["turn:turn.example.org"], "username": "a"}]')
    assert ice_servers() == [{"urls": ["turn:turn.example.org"], "username": "a"}]


@pytest.mark.parametrize("text", ["turn:turn.example.org", '{"urls": []}'])
def test_turn_servers_that_are_no_list_are_refused(monkeypatch, text):
    monkeypatch.setenv("POSECORE_ICE_SERVERS", text)
    with pytest.raises(InvalidOption, match="POSECORE_ICE_SERVERS"):
        ice_servers()


def test_turn_servers_come_from_the_secrets_file(tmp_path):
    """The example file, its first way filled in, in the folder the app is started from."""
    example = (ROOT / ".streamlit" / "secrets.toml.example").read_text()
    filled = re.sub(r"^# (?=\[\[|urls|username|credential)", "", example, flags=re.MULTILINE)
    (tmp_path / ".streamlit").mkdir()
    (tmp_path / ".streamlit" / "secrets.toml").write_text(filled)
    code = "from pages.ui.live.servers import ice_servers; print(ice_servers()[0]['username'])"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True)
    assert done.stdout.strip() == "name", done.stderr
