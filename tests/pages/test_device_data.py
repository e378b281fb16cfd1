"""What a device needs to show what the server would, and when only the server will do."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from pages.ui.live.device_data import device_data, why_server
from pages.ui.live.device_files import DeviceFile, DeviceFiles
from pages.ui.live.stream import LiveOptions
from pages.ui.shared.script_parts import angle_for_scripts
from posecore import BLAZEPOSE_33, HandOptions, PoseOptions, PoseSequence
from posecore.motion.angles import ANGLES, measure_angle

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "tests" / "js" / "device_angles.json"
FILE = DeviceFile("made/x", 1, "0" * 64)
FILES = DeviceFiles("worker", "runtime", "loader", FILE, {"lite": FILE, "full": FILE}, FILE)
USUAL = LiveOptions(PoseOptions())


def test_the_angles_for_the_scripts_are_those_of_posecore():
    """A body without a plan, with one landmark below the limit and one missing."""
    nobody = PoseSequence.empty([0.0], [1], size=(640, 480), fps=30.0)
    world = np.random.default_rng(33).normal(0, 0.4, (1, 1, 33, 3)).round(3).astype(np.float32)
    visibility = np.full((1, 1, 33), 0.9, np.float32)
    visibility[..., BLAZEPOSE_33.index("left_wrist")] = 0.4
    world[..., BLAZEPOSE_33.index("right_foot_index"), :] = np.nan
    body = replace(nobody, world=world, visibility=visibility)
    angles = {name: float(measure_angle(body, name)[0, 0]) for name in ANGLES}
    expected = {
        "definitions": [angle_for_scripts(angle) for angle in ANGLES.values()],
        "world": [None if np.isnan(value) else round(float(value), 3) for value in world.ravel()],
        "visibility": [round(float(value), 1) for value in visibility.ravel()],
        "angles": {name: None if np.isnan(angle) else round(angle, 3) for name, angle in angles.items()},
    }
    assert json.loads(VALUES.read_text()) == expected


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, None),
        ({"background": "blur"}, "a changed background"),
        ({"hands": HandOptions()}, None),
        ({"pose": PoseOptions(model="heavy")}, "the heavy model"),
        ({"pose": PoseOptions(search="thorough", min_presence=0.7)}, "the thorough search, changed confidences"),
    ],
)
def test_what_only_the_server_does_is_named(changes, words):
    why = why_server(replace(USUAL, **changes), FILES)
    assert why == (words and f"The server does what devices cannot yet: {words}.")


def test_hands_need_their_model():
    why = why_server(replace(USUAL, hands=HandOptions()), replace(FILES, hand=None))
    assert why == "The server does what devices cannot yet: hands."


def test_a_device_gets_the_choices_of_the_visitor():
    options = LiveOptions(PoseOptions(model="lite", people=3), mirror=True)
    data = device_data(FILES, options, film=None, link=None)
    assert data["options"] == {"model": "lite", "people": 3, "bodies": True, "hands": 0, "smoothing": True}
    alone = device_data(FILES, replace(options, hands=HandOptions(hands=4), bodies=False), film=None, link=None)
    assert (alone["options"]["bodies"], alone["options"]["hands"]) == (False, 4)
    assert data["look"]["byPerson"]
    assert data["mirror"]
    assert {*data["look"]["hands"]["inks"]} == {"left", "right"}
    json.dumps(data, allow_nan=False)
