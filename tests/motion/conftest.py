"""Fixtures of the tests of movements."""

from collections.abc import Callable
from functools import cache

import pytest

from posecore import ClipOptions, PoseSequence, estimate_video


@pytest.fixture(scope="session")
def estimated(shared_data) -> Callable[[str, int], PoseSequence]:
    """The poses in every nth frame of a video beside the project, estimated once."""
    return cache(lambda name, every: estimate_video(shared_data / f"{name}.mp4", part=ClipOptions(every=every)))
