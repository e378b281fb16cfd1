"""Fixtures of the tests of movements."""

from collections.abc import Callable
from functools import cache

import pytest

from posecore import ClipOptions, PoseOptions, PoseSequence, estimate_video


@pytest.fixture(scope="session")
def estimated(shared_data, estimated_once) -> Callable[[str, int], PoseSequence]:
    """The poses in every nth frame of a video beside the project, estimated once."""

    def ask(name: str, every: int) -> PoseSequence:
        path = shared_data / f"{name}.mp4"
        return estimated_once(f"{path.stem}-{every}", lambda: estimate_video(path, part=ClipOptions(every=every)))

    return cache(ask)


@pytest.fixture(scope="session")
def raw_sample(small_sample, estimated_once) -> PoseSequence:
    """The person in the sample clip's first seconds, without smoothing."""
    options, part = PoseOptions(smoothing=False, engine="fast"), ClipOptions(end_s=2.5)
    return estimated_once("raw_sample", lambda: estimate_video(small_sample, options, part=part))
