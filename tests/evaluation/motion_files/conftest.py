"""A person who moves in known ways, and functions that write files as other programs do."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.evaluation.motion import Motion, motion_of_poses
from tests.motion.exercises.figure import figure

RATE = 30


def moving_figure(seconds: float = 4, **more: object) -> PoseSequence:
    """Somebody who bends knees and elbows without repeating themselves."""
    times = np.arange(round(seconds * RATE)) / RATE
    wave = np.sin(2 * np.pi * times**1.5 / 5)
    moves = {
        "knee": 40 + 35 * wave,
        "hip": 30 + 25 * wave,
        "left_elbow": 60 + 40 * np.cos(times * 2.3),
        "right_elbow": 50 + 30 * np.sin(times * 3.1),
        "left_shoulder": 30 + 20 * np.sin(times * 1.7),
    }
    body = figure(times, **(moves | more))
    world = body.world.copy()  # whose face is one point
    for landmark, place in (("left_ear", (0.07, 0, 0)), ("right_ear", (-0.07, 0, 0)), ("nose", (0, 0, -0.1))):
        world[:, :, BLAZEPOSE_33.index(landmark)] += np.array(place, np.float32)
    return replace(body, world=world)


@pytest.fixture(scope="session")
def mover() -> PoseSequence:
    return moving_figure()


@pytest.fixture(scope="session")
def moved(mover: PoseSequence) -> Motion:
    """The truth that a round trip should give, in 3D."""
    return motion_of_poses(mover, 1, flat=False)


def write_trc_text(path: Path, names: list[str], rows: list[str], *, units: str = "m", rate: str = "30") -> Path:
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{path.name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame\tOrigNumFrames",
        f"{rate}\t{rate}\t{len(rows)}\t{len(names)}\t{units}\t{rate}\t1\t{len(rows)}",
        "Frame#\tTime\t" + "\t\t\t".join(names) + "\t\t",
        "\t\t" + "\t".join(f"{axis}{number}" for number in range(1, len(names) + 1) for axis in "XYZ"),
    ]
    path.write_text("\n".join([*head, *rows]) + "\n", encoding="utf-8")
    return path


def write_trc_points(path: Path, names: list[str], points: np.ndarray, rows_per_s: float = RATE, **more: str) -> Path:
    """(T, M, 3) points; NaN: an empty cell."""
    rows = [
        f"{row + 1}\t{row / rows_per_s:.6f}\t"
        + "\t".join("" if np.isnan(value) else f"{value:.6f}" for value in values.ravel())
        for row, values in enumerate(points)
    ]
    return write_trc_text(path, names, rows, **more)


def openpose_person(points: np.ndarray, order: list[int | None]) -> dict[str, list[float]]:
    """One person of a frame: (17, 2) COCO keypoints in another order; None: a keypoint that COCO has not."""
    flat: list[float] = []
    for place in order:
        known = place is not None and np.isfinite(points[place]).all()
        flat += [*map(float, points[place]), 0.9] if known else [0, 0, 0]
    return {"person_id": [-1], "pose_keypoints_2d": flat}


def write_openpose(folder: Path, frames: list[list[dict]], first: int = 0) -> Path:
    """A file for each frame, with its people."""
    folder.mkdir(parents=True, exist_ok=True)
    for number, people in enumerate(frames, start=first):
        content = {"version": 1.3, "people": people}
        (folder / f"walk_{number:012d}_keypoints.json").write_text(json.dumps(content))
    return folder
