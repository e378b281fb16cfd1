import pytest

from posecore import InvalidOption
from posecore.limits import FOR_SMALL_MEMORY, SMALL_MEMORY, Limits


def test_limits_have_defaults():
    assert Limits.from_environment({}) == Limits()


def test_the_environment_can_change_a_limit():
    limits = Limits.from_environment({"POSECORE_LIMIT_CLIP_FRAMES": "500", "POSECORE_OTHER": "x"})
    assert limits == Limits(clip_frames=500)


def test_small_memory_has_smaller_limits_that_the_environment_can_change():
    enough, small = Limits.from_environment({}, SMALL_MEMORY), Limits.from_environment({}, SMALL_MEMORY - 1)
    assert enough == Limits()
    assert small == Limits(**FOR_SMALL_MEMORY)
    assert all(getattr(small, name) < getattr(enough, name) for name in FOR_SMALL_MEMORY)
    assert Limits.from_environment({"POSECORE_LIMIT_RUNS_AT_ONCE": "3"}, SMALL_MEMORY - 1).runs_at_once == 3


@pytest.mark.parametrize("text", ["", "0", "-5", "1e3", "many"])
def test_an_invalid_limit_is_refused_with_its_name(text):
    with pytest.raises(InvalidOption, match="POSECORE_LIMIT_PEOPLE"):
        Limits.from_environment({"POSECORE_LIMIT_PEOPLE": text})
