"""Smoothing over time, compared with the same filters written for single numbers."""

import math
from dataclasses import replace

import numpy as np
import pytest

from posecore.estimation.blazepose.filters import PoseSmoothing
from posecore.estimation.blazepose.landmarks import RegionPose
from posecore.estimation.regions import Region
from posecore.motion.one_euro import LowPass, OneEuro

STEPS = 60


class OneNumber:
    """The 1 Euro filter of one number, as in its paper; the speed starts at 0."""

    def __init__(self, min_cutoff, beta, speed_cutoff=1.0):
        self.min_cutoff, self.beta, self.speed_cutoff = min_cutoff, beta, speed_cutoff
        self.raw = self.smooth = self.time_s = None
        self.speed = 0.0

    def apply(self, value, time_s, scale=1.0):
        if self.raw is None:
            self.smooth = value
        else:
            period = time_s - self.time_s
            speed = (value - self.raw) / scale / period
            self.speed = self.mix(speed, self.speed, self.speed_cutoff, period)
            cutoff = self.min_cutoff + self.beta * abs(self.speed)
            self.smooth = self.mix(value, self.smooth, cutoff, period)
        self.raw, self.time_s = value, time_s
        return self.smooth

    @staticmethod
    def mix(new, old, cutoff, period):
        alpha = 1 / (1 + 1 / (2 * math.pi * cutoff) / period)
        return alpha * new + (1 - alpha) * old


@pytest.fixture(scope="module")
def signal():
    """(STEPS, 4) values of a random walk and (STEPS,) very irregular times."""
    random = np.random.default_rng(0)
    return random.normal(size=(STEPS, 4)).cumsum(axis=0).astype(np.float32), random.uniform(0.001, 0.2, STEPS).cumsum()


@pytest.fixture(scope="module")
def poses():
    """A person moving randomly, at a constant place and size."""
    random = np.random.default_rng(0)
    return [
        RegionPose(
            points=random.normal(300, 20, (33, 3)).astype(np.float32),
            world=random.normal(0, 0.3, (33, 3)).astype(np.float32),
            visibility=random.uniform(size=33).astype(np.float32),
            presence=random.uniform(size=33).astype(np.float32),
            score=float(random.uniform()),
            alignment=np.array([(300, 300), (300, 140)], np.float32),
            region=Region(300, 300, 400, 0.0, 1.0),
        )
        for _ in range(10)
    ]


def smoothed(poses):
    """The same person's poses one after the other, at 25 per second."""
    smoothing = PoseSmoothing()
    results = (
        smoothing.apply(pose.points, pose.world, pose.visibility, time_s=index / 25, scale=pose.next_region.size)
        for index, pose in enumerate(poses)
    )
    return [
        replace(pose, points=points, world=world, visibility=visibility)
        for pose, (points, world, visibility) in zip(poses, results, strict=True)
    ]


@pytest.mark.parametrize("settings", [{"min_cutoff": 0.05, "beta": 80.0}, {"min_cutoff": 2.0, "beta": 0.0}])
@pytest.mark.parametrize("speed_cutoff", [1.0, 5.0])
@pytest.mark.parametrize("scale", [1.0, 250.0])
def test_one_euro_is_the_filter_of_the_paper(signal, settings, speed_cutoff, scale):
    values, times = signal
    together = OneEuro(**settings, speed_cutoff=speed_cutoff)
    alone = [OneNumber(**settings, speed_cutoff=speed_cutoff) for _ in range(values.shape[1])]
    for row, time_s in zip(values, times, strict=True):
        expected = [one.apply(float(value), time_s, scale) for one, value in zip(alone, row, strict=True)]
        np.testing.assert_allclose(together.apply(row, time_s, scale), expected, rtol=1e-4, atol=1e-4)


def test_low_pass_is_a_running_mix(signal):
    values, _ = signal
    low_pass, expected = LowPass(0.1), values[0].astype(float)
    for row in values:
        expected = 0.1 * row + 0.9 * expected
        np.testing.assert_allclose(low_pass.apply(row), expected, rtol=1e-4, atol=1e-5)


@pytest.fixture(params=["one euro", "low pass"])
def apply(request):
    """A filter as a function of values and time."""
    low_pass = LowPass(0.3)
    return OneEuro(min_cutoff=0.1, beta=40.0).apply if request.param == "one euro" else lambda x, _: low_pass.apply(x)


def test_first_values_pass_and_constants_stay(apply, signal):
    values, times = signal[0][0], signal[1]
    for time_s in times:
        np.testing.assert_array_equal(apply(values, time_s), values)


def test_a_jump_is_followed_without_overshoot(apply):
    apply(np.zeros(3, np.float32), 0.0)
    path = [float(apply(np.ones(3, np.float32), step / 25)[0]) for step in range(1, 200)]
    assert 0 < path[0] < 1
    assert path == sorted(path)
    assert path[-1] == pytest.approx(1, abs=1e-3)


def test_smoothing_a_pose_has_mediapipes_settings(poses):
    """A person who hardly moves, so that the cutoff at rest matters too; the region is 400 px wide."""
    calm = [replace(pose, points=300 + pose.points / 100, world=pose.world / 1000) for pose in poses]
    points, world = OneNumber(0.05, 80.0), OneNumber(0.1, 40.0)
    visibility = calm[0].visibility[7]
    for step, (before, after) in enumerate(zip(calm, smoothed(calm), strict=True)):
        visibility = 0.1 * before.visibility[7] + 0.9 * visibility
        assert after.points[7, 1] == pytest.approx(points.apply(float(before.points[7, 1]), step / 25, 400), abs=1e-4)
        assert after.world[7, 2] == pytest.approx(world.apply(float(before.world[7, 2]), step / 25), abs=1e-8)
        assert after.visibility[7] == pytest.approx(visibility, abs=1e-6)


def test_a_person_twice_as_near_is_smoothed_equally(poses):
    """Speeds are measured in the person's own size, so twice the pixels give twice the result."""
    nearer = [replace(pose, points=2 * pose.points, alignment=2 * pose.alignment) for pose in poses]
    for near, far in zip(smoothed(nearer), smoothed(poses), strict=True):
        np.testing.assert_allclose(near.points, 2 * far.points, rtol=1e-5)
