import pytest

from posecore import InvalidOption
from posecore.limits import Limits


def test_defaults():
    assert Limits.from_environment({}) == Limits()


def test_the_environment_changes_one():
    limits = Limits.from_environment({"POSECORE_LIMIT_CLIP_FRAMES": "500", "POSECORE_OTHER": "x"})
    assert limits == Limits(clip_frames=500)


@pytest.mark.parametrize("text", ["", "0", "-5", "1e3", "many"])
def test_what_is_no_number_is_refused_by_name(text):
    with pytest.raises(InvalidOption, match="POSECORE_LIMIT_PEOPLE"):
        Limits.from_environment({"POSECORE_LIMIT_PEOPLE": text})
