"""Valid and invalid options."""

import json
import math

import pytest

from posecore import InvalidOption, LiveSession, PoseOptions, estimate_image
from posecore.limits import LIMITS
from posecore.media.pictures import fit_picture

SHARES = ("min_detection", "min_presence", "min_tracking")


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"engine": "auto"},
        {"engine": "fast"},
        {"engine": "mediapipe"},
        {"threads": None},
        {"threads": 1},
        {"threads": 64},
        {"people": 1},
        {"people": LIMITS.people},
        *({name: share} for name in SHARES for share in (0, 0.5, 1)),
    ],
)
def test_valid_options_are_kept(given):
    options = PoseOptions(**given)
    assert {name: getattr(options, name) for name in given} == given


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"engine": "slow"}, r"'engine' to be one of \('auto', 'fast', 'mediapipe'\), but got 'slow'"),
        ({"engine": "Fast"}, "but got 'Fast'"),
        ({"engine": ""}, "but got ''"),
        ({"engine": None}, "but got None"),
        ({"object_detector": "objects.tflite"}, "'search' to be 'thorough' with an object detector"),
        ({"threads": 0}, "'threads' to be a whole number from 1, but got 0"),
        ({"threads": -1}, "but got -1"),
        ({"threads": 1025}, "'threads' to be at most 1024, but got 1025"),
        ({"people": 0}, f"'people' to be a whole number from 1 to {LIMITS.people}, but got 0"),
        ({"people": LIMITS.people + 1}, f"but got {LIMITS.people + 1}"),
        *(({name: -0.01}, f"'{name}' to be from 0 to 1, but got -0.01") for name in SHARES),
        *(({name: 1.01}, f"'{name}' to be from 0 to 1, but got 1.01") for name in SHARES),
        *(({name: math.nan}, f"'{name}' to be from 0 to 1, but got nan") for name in SHARES),
        *(({name: "0.5"}, f"'{name}' to be from 0 to 1, but got 0.5") for name in SHARES),
        *(({name: None}, f"'{name}' to be from 0 to 1, but got None") for name in SHARES),
    ],
)
def test_options_outside_their_range_are_refused(given, message):
    with pytest.raises(InvalidOption, match=message):
        PoseOptions(**given)


@pytest.mark.parametrize("engine", ["fast", "mediapipe"])
@pytest.mark.parametrize(
    ("given", "found"),
    [
        (dict.fromkeys(SHARES, 0), 1),
        ({"min_detection": 1}, 0),
        ({"min_presence": 1}, 0),
        ({"min_tracking": 1}, 1),
        ({"people": LIMITS.people}, 1),
        ({"people": LIMITS.people, **dict.fromkeys(SHARES, 1)}, 0),
        ({"people": 2, **dict.fromkeys(SHARES, 0), "segmentation": True, "smoothing": False}, 2),
        ({"threads": 1}, 1),
        ({"threads": 1024}, 1),
    ],
)
def test_both_ends_of_every_range_can_be_used(engine, given, found, portrait):
    if engine == "mediapipe" and "threads" in given:
        pytest.skip("an option of the fast engine")
    photo = fit_picture(portrait, 300)
    options = PoseOptions(engine=engine, **given)
    with LiveSession(options) as session:
        people = [len(estimate_image(photo, options)), len(session.step(photo, 0.0)[0])]
    if 0 in (given.get("min_detection"), found):
        # With any score accepted, what is found in a stream is up to chance.
        people[1] = found
    assert people == [found, found]


def test_plain_values_for_a_manifest():
    values = json.loads(json.dumps(PoseOptions(engine="fast", threads=2).as_dict()))
    assert values == {
        "model": "full",
        "people": 1,
        **dict.fromkeys(SHARES, 0.5),
        "engine": "fast",
        "search": "fast",
        "object_detector": None,
        "segmentation": False,
        "smoothing": True,
        "threads": 2,
    }


def test_manifest_names_the_file_of_a_model_but_not_its_folder(tmp_path):
    for model in (tmp_path / "mine.task", str(tmp_path / "mine.task")):
        assert PoseOptions(model=model).as_dict()["model"] == "mine.task"
