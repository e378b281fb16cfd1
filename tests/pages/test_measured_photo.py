"""The photo on which the visitor measures: what the browser is given."""

import json

import numpy as np
import pytest

from pages.ui.image import measured_photo
from pages.ui.serving.visits import Visit
from posecore import BLAZEPOSE_33
from posecore.motion.height import GivenHeight


@pytest.fixture
def given(monkeypatch):
    """What the page's script is given for the sample photo, with a limit of visibility and perhaps a height."""

    def show(rgb, poses, heights=(), least=0.5):
        told = []
        monkeypatch.setattr(measured_photo, "_photo", lambda *, key, data: told.append(json.loads(json.dumps(data))))
        measured_photo.show_measured_photo(
            Visit("me"), rgb, poses, key="k", name="grace.hopper.jpg", given=heights, min_visibility=least
        )
        return told[0]

    return show


def test_points_that_are_shown_are_those_of_the_photo(given, portrait, portrait_poses):
    data = given(portrait, portrait_poses)
    assert (data["size"], data["stem"], data["key"]) == ([512, 600], "grace.hopper", "k")
    [person] = data["people"]
    points = np.array(person["points"], float).reshape(33, 2)
    shown = portrait_poses.visibility[0] >= 0.5
    assert 0 < shown.sum() < 33
    np.testing.assert_allclose(points[shown], portrait_poses.xy[0][shown], atol=1e-3)
    assert np.isnan(points[~shown]).all()
    assert data["landmarks"][BLAZEPOSE_33.index("left_foot_index")] == "left foot index"


def test_a_height_goes_with_the_person_who_has_it(given, portrait, portrait_poses):
    heights = [GivenHeight(1, 1.68, 1.1)]
    assert [each["height"] for each in given(portrait, portrait_poses, heights)["people"]] == [1.68]
    assert [each["height"] for each in given(portrait, portrait_poses)["people"]] == [None]
