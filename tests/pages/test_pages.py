"""What every page has in common."""

import json
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from pages.ui.live.ice_servers import browser_configuration, ice_servers
from posecore import InvalidOption

ROOT = Path(__file__).resolve().parents[2]


def test_home_says_what_this_is_and_links_to_all_pages(app):
    assert not app.exception
    assert app.title[0].value == "See how people move"
    assert {page for page, _query in links_of(app).values()} == {name for name in PAGES if name}
    kept = next(box for box in app.expander if box.label == "Privacy: what is kept, where, how long")
    assert "Two minutes later its files are deleted" in " ".join(kept.markdown[0].value.split())
    assert "For hosts" not in kept.markdown[0].value


PAGES = ["", "image", "video", "explore", "compare", "webcam", "signs", "rigid", "progress", "scores", "batch"]


def links_of(app: AppTest) -> dict[str, tuple[str, str]]:
    """The page and the query of each link, by its words."""
    protos = [element.proto for element in app.get("page_link")]
    return {proto.label: (proto.page, proto.query_string) for proto in protos}


@pytest.mark.parametrize(
    ("link", "page", "query"),
    [
        ("Count squats", "webcam", "coach=squat"),
        ("How does this person walk?", "video", "sample=balance"),
        ("Who is in this group photo?", "image", "sample=group"),
        ("Try a photo", "image", "sample=body"),
        ("Try a sample", "video", "sample=clip"),
        ("Try it live", "webcam", "sample=clip"),
        ("Try a comparison", "compare", "sample=clip"),
        ("Try drawn tags", "rigid", "sample=tags"),
    ],
)
def test_a_card_of_home_leads_to_a_page_with_something_chosen(app, link, page, query):
    assert links_of(app)[link] == (page, query)


def test_the_card_for_squats_turns_the_coach_on(open_page):
    app = open_page("webcam", coach="squat")
    assert app.toggle(key="webcam_coach").value is True
    assert app.selectbox(key="coach_exercise").value == "squat"
    assert "coach" not in app.query_params
    app.toggle(key="webcam_coach").set_value(False).run()
    assert app.toggle(key="webcam_coach").value is False, "the visitor's own choice comes after the link's"


@pytest.mark.parametrize("page", ["image", "video", "compare", "webcam", "signs", "rigid", "progress", "batch"])
def test_every_page_opens(open_page, page):
    app = open_page(page)
    assert app.title[0].value == {"rigid": "Rigid pose"}.get(page, page.capitalize())
    assert not app.error


def test_an_unavailable_model_is_reported_and_the_page_still_works(app, monkeypatch, tmp_path):
    (tmp_path / "pose_landmarker_lite.task").write_bytes(b"damaged")
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    app.query_params["sample"] = "photo"
    app.session_state["image_tabs"] = "Landmarks"
    app.switch_page("pages/image.py").run()
    app.radio(key="model").set_value("lite").run()
    assert not app.exception
    [error] = app.error
    assert "pose_landmarker_lite.task" in error.value
    assert "Using the full model instead" in error.value
    assert len(app.dataframe[0].value) == 33
    app.radio(key="model").set_value("full").run()
    assert not app.error


def test_without_any_model_the_page_says_so(app, monkeypatch, tmp_path):
    (tmp_path / "pose_landmarker_full.task").write_bytes(b"damaged")
    monkeypatch.setenv("POSECORE_MODEL_DIR", str(tmp_path))
    app.switch_page("pages/image.py").run()
    assert not app.exception
    assert "pose_landmarker_full.task" in app.error[0].value


TURN = {"urls": ["turn:turn.example.org"], "username": "a", "credential": "secret-word"}


def test_turn_servers_are_read_from_the_environment(monkeypatch):
    for variable in ("POSECORE_ICE_SERVERS", "CLOUDFLARE_TURN_KEY_ID", "TWILIO_ACCOUNT_SID", "HF_TOKEN"):
        monkeypatch.delenv(variable, raising=False)
    assert ice_servers() == [], "nobody is asked whom the host did not choose"
    monkeypatch.setenv("POSECORE_ICE_SERVERS", json.dumps([TURN, {"urls": "stun:stun.example.org"}]))
    assert ice_servers() == [TURN, {"urls": "stun:stun.example.org"}]


@pytest.mark.parametrize("text", ["turn:turn.example.org", '{"urls": []}', "null"])
def test_turn_servers_must_be_a_list(monkeypatch, text):
    monkeypatch.setenv("POSECORE_ICE_SERVERS", text)
    with pytest.raises(InvalidOption, match="POSECORE_ICE_SERVERS"):
        ice_servers()


@pytest.mark.parametrize(
    ("server", "words"),
    [
        ("turn:turn.example.org", "to have urls, but got str"),
        ({"username": "a"}, "but got none"),
        (TURN | {"urls": []}, "but got none"),
        (TURN | {"urls": {"credential": "secret-word"}}, "a string or a list of them, but got dict"),
        (TURN | {"urls": ["http://turn.example.org"]}, "begin with stun:.*, but got 'http://turn.example.org'"),
        (TURN | {"urls": ["turn:turn.example.org", {"credential": "secret-word"}]}, "begin with stun:.*, but got dict"),
        (TURN | {"urls": ["TURN:a:secret-word@turn.example.org"]}, "begin with stun:.*, but got 'turn.example.org'"),
        (TURN | {"username": ""}, "Expected username for 'turn:turn.example.org'"),
        ({"urls": "turns:turn.example.org"}, "Expected username and credential"),
        ({"urls": "turn:a:secret-word@turn.example.org"}, "username and credential for 'turn.example.org'"),
        (
            {"urls": ["stun:example.org", "turn:turn.example.org"]},
            "username and credential for 'turn:turn.example.org'",
        ),
    ],
)
def test_a_turn_server_that_browsers_reject_is_refused_without_showing_its_password(monkeypatch, server, words):
    monkeypatch.setenv("POSECORE_ICE_SERVERS", json.dumps([server]))
    with pytest.raises(InvalidOption, match=words) as refused:
        ice_servers()
    assert "secret-word" not in str(refused.value)


def test_a_host_may_route_streams_only_through_its_turn_server(monkeypatch):
    monkeypatch.setenv("POSECORE_ICE_SERVERS", json.dumps([TURN]))
    monkeypatch.delenv("POSECORE_ICE_POLICY", raising=False)
    assert browser_configuration() == {"iceServers": [TURN], "iceTransportPolicy": "all"}
    monkeypatch.setenv("POSECORE_ICE_POLICY", "relay")
    assert browser_configuration()["iceTransportPolicy"] == "relay"
    monkeypatch.setenv("POSECORE_ICE_POLICY", "none")
    with pytest.raises(InvalidOption, match="all or relay, but got 'none'"):
        browser_configuration()


def test_turn_servers_in_the_secrets_file_must_be_a_list(tmp_path):
    done = ask_with_secrets(tmp_path, '[ice_servers]\nurls = "stun:stun.example.org"')
    assert "InvalidOption: Expected POSECORE_ICE_SERVERS (or the secret ice_servers) to be a list" in done.stderr


def test_turn_servers_are_read_from_the_secrets_file(tmp_path):
    """The example file with its first variant filled in, in the folder the app is started from."""
    example = (ROOT / ".streamlit" / "secrets.toml.example").read_text()
    filled = re.sub(r"^# (?=\[\[|urls|username|credential)", "", example, flags=re.MULTILINE)
    done = ask_with_secrets(tmp_path, filled)
    assert done.stdout.strip() == "name", done.stderr


def ask_with_secrets(folder: Path, secrets: str) -> subprocess.CompletedProcess[str]:
    """Print the first server's user name as read in a folder with this secrets file."""
    (folder / ".streamlit").mkdir()
    (folder / ".streamlit" / "secrets.toml").write_text(secrets)
    code = "from pages.ui.live.ice_servers import ice_servers; print(ice_servers()[0]['username'])"
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, capture_output=True, text=True)


def test_no_run_shares_its_page_objects_with_another(monkeypatch):
    """They remember whether they may be run: two visitors who turned to a page at the same moment took it in turns."""
    made = []
    navigation = st.navigation
    monkeypatch.setattr(st, "navigation", lambda pages, **options: made.append(pages) or navigation(pages, **options))
    for _visitor in range(2):
        assert not AppTest.from_file(str(ROOT / "streamlit_app.py")).run(timeout=120).exception
    first, second = ([page for section in pages.values() for page in section] for pages in made)
    assert all(one is not other for one in first for other in second)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_white_letters_on_the_primary_colour_can_be_read(theme):
    """4.5:1, as WCAG 2 asks; Streamlit's primary buttons have white letters in both themes."""
    config = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())
    color = config["theme"][theme]["primaryColor"]
    levels = np.array([int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)])
    linear = np.where(levels <= 0.04045, levels / 12.92, ((levels + 0.055) / 1.055) ** 2.4)
    assert 1.05 / (linear @ [0.2126, 0.7152, 0.0722] + 0.05) >= 4.5
