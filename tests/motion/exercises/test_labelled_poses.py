"""Exercises' own signals and positions on labelled single poses."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posecore import BLAZEPOSE_33, PoseSequence
from posecore.motion.exercises.body import Body
from posecore.motion.exercises.declaration import Exercise, Hold
from posecore.motion.exercises.holding import is_held
from posecore.motion.exercises.table import EXERCISES


class _Single(Body):
    """Poses that do not follow each other: nothing is smoothed."""

    def _smooth(self, values):
        return values


def single_poses(places: np.ndarray) -> Body:
    """(N, 33, 3) in any unit, NaN where there is none."""
    count = len(places)
    seen = np.isfinite(places[:, None, :, 0]).astype(float)
    shoulders, hips = (
        places[:, [BLAZEPOSE_33.index(f"{side}_{joint}") for side in ("left", "right")]].mean(axis=1)
        for joint in ("shoulder", "hip")
    )
    trunk = np.linalg.norm(shoulders - hips, axis=-1)[:, None, None]
    world = (places - hips[:, None]) / trunk * 0.5
    sequence = PoseSequence(
        xy=places[:, None, :, :2],
        z=places[:, None, :, 2],
        world=world[:, None],
        visibility=seen,
        presence=seen,
        person_ids=[1],
        times_s=np.arange(count) / 30,
        size=(1000, 1000),
        fps=30,
    )
    return _Single(sequence, 0, 0.5)


def test_up_and_down_are_told_apart(shared_data: Path):
    table = pd.read_csv(shared_data / "exercise" / "fitness_pose_samples.csv", header=None)
    body = single_poses(table.iloc[:, 2:].to_numpy(float).reshape(-1, 33, 3))
    of_name = np.unique(table[0].to_numpy(str), return_inverse=True)[1]
    label = table[1].to_numpy(str)
    right = []
    for exercise, word in (("squat", "squats"), ("push_up", "pushups")):
        declared = EXERCISES[exercise]
        assert isinstance(declared, Exercise)
        # A single pose has no height to compare with.
        angles = [signal for signal in declared.signals if signal.measure != "height"]
        progress = np.mean([body.measure(signal.measure) / signal.full for signal in angles], axis=0)
        here = np.char.startswith(label, word)
        is_down = np.char.endswith(label, "down")
        for half in (0, 1):
            train, test = here & (of_name % 2 == half), here & (of_name % 2 != half)
            middles = np.sort(progress[train])
            wrong = [((progress[train] > middle) != is_down[train]).mean() for middle in middles]
            middle = middles[int(np.argmin(wrong))]
            right += ((progress[test] > middle) == is_down[test]).tolist()
    assert np.mean(right) >= 0.97


@pytest.mark.parametrize("form", ["C", "H", "L"])
def test_a_plank_is_held_whatever_its_form(shared_data: Path, form: str):
    table = pd.read_csv(shared_data / "exercise" / "form_plank.csv")
    table = table[table.label == form]
    places = np.full((len(table), 33, 3), np.nan)
    for index, name in enumerate(BLAZEPOSE_33.landmarks):
        if f"{name}_x" in table:
            places[:, index] = table[[f"{name}_{axis}" for axis in "xyz"]]
    plank = EXERCISES["plank"]
    assert isinstance(plank, Hold)
    assert is_held(single_poses(places), plank).mean() > 0.95
