"""What a browser needs to find poses itself: the files, and the same rules as posecore's."""

import json
from pathlib import Path

import numpy as np

from posecore import FramePoses
from posecore.estimation.tracking import Tracks

ROOT = Path(__file__).resolve().parents[2]
VALUES = ROOT / "tests" / "js" / "device_people.json"
LANDMARKS = (0, 15, 28)


def people(frame: int) -> FramePoses:
    """Two people whose landmarks swing, as in tests/js/device.test.js."""
    number, landmark = np.array([[1.0], [0.0]]), np.arange(33.0)

    def swing(axis: int) -> np.ndarray:
        return np.sin(3.1 * landmark + 1.7 * axis + 0.9 * number + (0.2 + 0.05 * landmark) * frame)

    x = 200 + 260 * number + 6 * frame + 60 * swing(0)
    height = landmark / 32
    world = [0.3 * swing(0), 1.7 * height - 0.9 + 0.1 * swing(1), 0.2 * swing(2)]
    return FramePoses(
        xy=np.stack([x, 60 + 340 * height + 20 * swing(1)], axis=-1).astype(np.float32),
        z=(40 * swing(2)).astype(np.float32),
        world=np.stack(world, axis=-1).astype(np.float32),
        visibility=(0.5 + 0.5 * swing(3)).astype(np.float32),
        presence=np.zeros((2, 33), np.float32),
        person_ids=np.array([1, 2]),
        time_s=frame / 30,
        size=(640, 480),
    )


def test_the_values_for_the_scripts_are_those_of_posecore():
    tracks = Tracks(smoothing=True)
    frames = []
    for frame in range(12):
        found = tracks.follow(people(frame))
        frames.append(
            [
                {
                    "id": int(person),
                    "values": {
                        name: [round(float(value), 5) for value in getattr(found, name)[slot, list(LANDMARKS)].ravel()]
                        for name in ("xy", "z", "world", "visibility")
                    },
                }
                for slot, person in enumerate(found.person_ids)
            ]
        )
    assert json.loads(VALUES.read_text()) == {"landmarks": list(LANDMARKS), "frames": frames}
