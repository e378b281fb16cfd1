"""Fixtures for exported motion files."""

from types import ModuleType

import numpy as np
import pytest

from posecore import PoseSequence

HIDDEN = slice(10, 15)  # frames in which the person is missing


@pytest.fixture(scope="session")
def mover() -> PoseSequence:
    """40 frames at uneven times (about 25 fps): person 3 walks 1 m to the right, 4 m away; person 7 is never seen.

    Person 3's 33 landmarks are scattered around the hips, each on its own small circle; frames 10 to 14 are empty.
    The camera has a field of view of 60 degrees.
    """
    random = np.random.default_rng(4)
    frames, size = 40, (1280, 720)
    times = np.arange(frames) / 25 + 0.004 * np.sin(np.arange(frames))
    phase = 2 * np.pi * (times[:, None, None] + random.random((33, 3)))
    world = random.normal(0, 0.3, (33, 3)) + 0.04 * np.sin(phase)
    world -= world[:, 23:25].mean(axis=1, keepdims=True)  # centred on the hips
    seen_from = (
        world + np.stack([np.linspace(-0.5, 0.5, frames), np.full(frames, 0.2), np.full(frames, 4.0)], 1)[:, None]
    )
    focal = size[0] / 2 / np.tan(np.radians(30))
    xy = focal * seen_from[..., :2] / seen_from[..., 2:] + np.array(size) / 2
    arrays = {"xy": xy, "z": world[..., 2] * focal / 4, "world": world}
    arrays |= {name: np.full((frames, 33), 0.9) for name in ("visibility", "presence")}
    nobody = {name: np.full_like(array, np.nan) for name, array in arrays.items()}
    for array in arrays.values():
        array[HIDDEN] = np.nan
    both = {name: np.stack([array, nobody[name]], axis=1) for name, array in arrays.items()}
    return PoseSequence(**both, person_ids=[3, 7], times_s=times, size=size, fps=25, names={3: "Grace"})


@pytest.fixture(scope="session")
def opensim(tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    """The program that reads TRC and MOT; imported in a temporary folder, since it starts a log file there."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("opensim"))
        module = pytest.importorskip("opensim", reason="opensim has no wheel for this Python")
        module.Logger.removeFileSink()
    return module
