import json
import math
from dataclasses import replace

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, FramePoses, PoseSequence, to_table
from posecore.export.json_file import to_json


def test_a_photo_can_be_written(portrait_poses):
    document = json.loads(to_json(portrait_poses))
    assert document["size_px"] == {"width": 512, "height": 600}
    assert document["landmarks"] == list(BLAZEPOSE_33.landmarks)
    [frame] = document["frames"]
    [person] = frame["people"]
    np.testing.assert_allclose(person["values"], to_table(portrait_poses)[document["values"]], rtol=0, atol=1e-6)
    assert set(document["meaning"]) == set(document["values"])


def test_a_video_keeps_empty_frames_and_has_no_nan(portrait_poses):
    nobody = FramePoses.nobody((512, 600), 0.5)
    sequence = PoseSequence.from_frames([portrait_poses, nobody], size=(512, 600), fps=2)
    text = to_json(sequence)
    assert "NaN" not in text
    document = json.loads(text)
    assert [len(frame["people"]) for frame in document["frames"]] == [1, 0]
    assert [frame["time_s"] for frame in document["frames"]] == [0, 0.5]
    assert document["fps"] == 2
    assert np.shape(document["frames"][0]["people"][0]["values"]) == (33, len(document["values"]))


def test_what_is_not_known_is_null(portrait_poses):
    xy = portrait_poses.xy.copy()
    xy[0, 7] = math.nan
    frame = replace(portrait_poses, xy=xy)
    sequence = PoseSequence.from_frames([frame], size=(512, 600), fps=math.inf)
    for poses in (frame, sequence):
        document = json.loads(to_json(poses), parse_constant=pytest.fail)
        [person] = document["frames"][0]["people"]
        left_ear, right_ear = (dict(zip(document["values"], person["values"][index], strict=True)) for index in (7, 8))
        assert {name for name, value in left_ear.items() if value is None} == {"x", "y", "x_px", "y_px"}
        assert None not in right_ear.values()
    assert document["fps"] is None
