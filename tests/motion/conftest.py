"""Fixtures of the tests of movements."""

from collections.abc import Callable
from functools import cache

import pytest

from posecore import ClipOptions, PoseOptions, PoseSequence, estimate_video


@pytest.fixture(scope="session")
def estimated(shared_data) -> Callable[[str, int], PoseSequence]:
    """The poses in every nth frame of a video beside the project, estimated once."""
    return cache(lambda name, every: estimate_video(shared_data / f"{name}.mp4", part=ClipOptions(every=every)))


@pytest.fixture(scope="session")
def raw_sample(small_sample) -> PoseSequence:
    """The person in the sample clip's first seconds, without smoothing."""
    return estimate_video(small_sample, PoseOptions(smoothing=False, engine="fast"), part=ClipOptions(end_s=2.5))
