import pytest

from posecore import InvalidOption
from posecore.limits import Limits


def test_limits_have_defaults():
    assert Limits.from_environment({}) == Limits()


def test_the_environment_can_change_a_limit():
    limits = Limits.from_environment({"POSECORE_LIMIT_CLIP_FRAMES": "500", "POSECORE_OTHER": "x"})
    assert limits == Limits(clip_frames=500)


@pytest.mark.parametrize("text", ["", "0", "-5", "1e3", "many"])
def test_an_invalid_limit_is_refused_with_its_name(text):
    with pytest.raises(InvalidOption, match="POSECORE_LIMIT_PEOPLE"):
        Limits.from_environment({"POSECORE_LIMIT_PEOPLE": text})
