"""Compare landmarks as they are, and of a solid body, with a person whom four cameras filmed. See README.md here."""

import argparse
import json
import sys
import time
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from numpy.typing import NDArray
from scipy.signal import butter, sosfiltfilt
from tqdm import tqdm

from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.body_fits import fit_each
from posecore.export.saved import load_sequence, save_sequence
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.body import fit_bodies
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, estimate_root
from posecore.motion.rotations import shortest_rotation
from posecore.pipeline import estimate_video
from posecore.poses import PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

DATA = Path(__file__).resolve().parents[2] / "shared" / "data" / "clips" / "pose2sim"
SIDES = ("left", "right")
JOINTS = [BLAZEPOSE_33.index(f"{s}_{j}") for j in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle") for s in SIDES]
HIPS = [BLAZEPOSE_33.index(f"{side}_hip") for side in SIDES]
BONES = [
    (BLAZEPOSE_33.index(f"{side}_{start}"), BLAZEPOSE_33.index(f"{side}_{end}"))
    for start, end in (("shoulder", "elbow"), ("elbow", "wrist"), ("hip", "knee"), ("knee", "ankle"))
    for side in SIDES
]
UP = np.array([0.0, -1.0, 0.0])
UNITS = {
    "elbow": "degrees off",
    "knee": "degrees off",
    "shoulder": "degrees off",
    "hip": "degrees off",
    "trunk lean": "degrees off",
    "PA-MPJPE": "mm, 12 joints",
    "from the hips": "mm, 12 joints",
    "bones": "% of change of length",
    "jitter": "cm, in depth",
    "depth speed": "m/s rms off",
    "exchanged": "frames",
    "fit": "ms of processor a frame",
}


class View(NamedTuple):
    """One camera: the person's true landmarks (T, 33, 3) in its axes, metres, what is up in them, and lens and size."""

    points: Doubles
    up: Doubles
    focal_px: float
    middle_px: Doubles


class Found(NamedTuple):
    """What is scored: landmarks, what is up in their axes, those in the camera's axes, the hips' path; seconds."""

    sequence: PoseSequence
    up: Doubles
    in_camera: Doubles
    path: Doubles
    seconds: float


def read_views(folder: Path) -> dict[str, View]:
    """The views by name. Axes and units are said in the MANIFEST beside the files."""
    truth = np.load(folder / "triangulated.npz")
    views = {}
    for number, camera in enumerate(ElementTree.parse(folder / "Calib.qca.txt").getroot().iter("camera"), 1):
        place, lens = (camera.find(name).attrib for name in ("transform", "intrinsic"))
        turn = np.diag([1, -1, -1]) @ [[float(place[f"r{row}{column}"]) for column in "123"] for row in "123"]
        shift = -turn @ (np.array([float(place[axis]) for axis in "xyz"]) / 1000)
        if number == 3:
            turn, shift = truth["cam3_rotation"], truth["cam3_translation_m"]
        middle = np.array([float(lens[f"centerPoint{axis}"]) for axis in "UV"]) / 64
        points = truth["points_m"] @ turn.T + shift
        views[f"cam{number:02}"] = View(points, turn @ [0, 0, 1], float(lens["focalLengthU"]) / 64, middle)
    return views


def estimated(video: Path, model: str, kept: Path | None) -> PoseSequence:
    """The person in a video without smoothing; estimated only once if a folder keeps it."""
    file = None if kept is None else kept / f"{video.stem}.{model}.posecore.npz"
    if file is not None and file.exists():
        return load_sequence(file).sequence
    sequence = estimate_video(video, PoseOptions(model=model, smoothing=False), workers=1)
    if file is not None:
        file.parent.mkdir(parents=True, exist_ok=True)
        save_sequence(sequence, file)
    return sequence


def score(found: Found, view: View) -> dict[str, float]:
    """All figures of one view, by the names of ``UNITS``."""
    true = replace(found.sequence, world=view.points[:, None].astype(np.float32))
    ours, theirs = (measure_angles(each, min_visibility=0)[:, 0] for each in (found.sequence, true))
    names = list(ANGLES)
    off = {
        joint: float(np.nanmean(np.abs(ours - theirs)[:, [names.index(f"{side}_{joint}") for side in SIDES]]))
        for joint in ("elbow", "knee", "shoulder", "hip")
    }
    body, truth = (each - each[:, HIPS].mean(axis=1, keepdims=True) for each in (found.in_camera, view.points))
    lengths = np.stack([np.linalg.norm(body[:, start] - body[:, end], axis=-1) for start, end in BONES], axis=1)
    step_s = float(np.median(np.diff(found.sequence.times_s)))
    smooth = sosfiltfilt(butter(2, 6, fs=1 / step_s, output="sos"), view.points[:, HIPS, 2].mean(axis=1))
    own = lean(np.asarray(found.sequence.world[:, 0], float), found.up)
    return off | {
        "trunk lean": float(np.nanmean(np.abs(own - lean(view.points, view.up)))),
        "PA-MPJPE": 1000 * float(np.nanmean(fit_each(body[:, JOINTS], truth[:, JOINTS]))),
        "from the hips": 1000 * float(np.nanmean(np.linalg.norm(body - truth, axis=-1)[:, JOINTS])),
        "bones": 100 * float(np.mean(np.nanstd(lengths, axis=0) / np.nanmean(lengths, axis=0))),
        "jitter": 100 * float(np.nanmean(np.abs(np.diff(body[:, JOINTS, 2], 2, axis=0)))),
        "depth speed": float(np.sqrt(np.nanmean((np.diff(found.path[:, 2] - smooth) / step_s) ** 2))),
        "exchanged": float(exchanged(found.sequence, view)),
        "fit": 1000 * found.seconds / len(found.sequence),
    }


def lean(points: Doubles, up: Doubles) -> Doubles:
    """(T,) degrees between the trunk and straight up."""
    shoulders = [BLAZEPOSE_33.index(f"{side}_shoulder") for side in SIDES]
    trunk = points[:, shoulders].mean(axis=1) - points[:, HIPS].mean(axis=1)
    return np.asarray(np.degrees(np.arccos(trunk @ up / np.linalg.norm(trunk, axis=-1))))


def exchanged(sequence: PoseSequence, view: View) -> int:
    """Number of frames in which the picture's landmarks are nearer to the truth with left as right."""
    seen = view.focal_px * view.points[..., :2] / view.points[..., 2:] + view.middle_px
    own, other = (sequence.xy[:, 0][:, order] for order in (range(33), list(BLAZEPOSE_33.mirror)))
    far, near = (np.linalg.norm(each - seen, axis=-1)[:, JOINTS].mean(axis=1) for each in (own, other))
    return int((near < far).sum())


def compare(sequence: PoseSequence, view: View, field_of_view_deg: float) -> dict[str, dict[str, float]]:
    """The figures of the model's landmarks and of the solid body."""
    raw = np.asarray(sequence.world[:, 0], float)
    path = np.asarray(estimate_root(sequence, field_of_view_deg=field_of_view_deg).path[:, 0], float)
    start = time.process_time()
    body = fit_bodies(sequence, field_of_view_deg=field_of_view_deg)
    took = time.process_time() - start
    solid = np.asarray(body.sequence.world[:, 0], float)
    level = shortest_rotation(UP, body.up)[0]
    found = {
        "model": Found(sequence, UP, raw, path, 0.0),
        "solid body": Found(body.sequence, UP, solid @ level.T, np.asarray(body.path[:, 0], float), took),
    }
    return {name: score(each, view) for name, each in found.items()}


def show(figures: Mapping[str, Mapping[str, Mapping[str, float]]]) -> None:
    """Print a table: a row for each figure, a column for each view and way."""
    views = [*figures, "mean"]
    means = {
        way: {name: float(np.mean([each[way][name] for each in figures.values()])) for name in UNITS} for way in WAYS
    }
    of_all = {**figures, "mean": means}
    print(f"{'':<40}" + "".join(f"{view:>18}" for view in views))
    print(f"{'':<40}" + f"{'model':>9}{'solid':>9}" * len(views))
    for name, unit in UNITS.items():
        cells = "".join(
            f"{of_all[view][way][name]:>9.{2 if 'speed' in name else 1}f}" for view in views for way in WAYS
        )
        print(f"{name + ', ' + unit:<40}{cells}")


WAYS = ("model", "solid body")


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the four videos, calibration and truth")
    parser.add_argument("--model", default="full", help="lite, full, heavy, or the path of a .task file")
    parser.add_argument("--field-of-view", type=float, default=ASSUMED_FIELD_OF_VIEW_DEG, metavar="DEG")
    parser.add_argument(
        "--keep", type=Path, metavar="DIR", help="keep the estimates here, and use those that are there"
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    arguments = parser.parse_args()
    figures = {}
    for name, view in tqdm(read_views(arguments.data).items(), unit=" views", leave=False):
        sequence = estimated(arguments.data / f"{name}.mp4", arguments.model, arguments.keep)
        figures[name] = compare(sequence, view, arguments.field_of_view)
    show(figures)
    if arguments.json:
        arguments.json.write_text(json.dumps(figures, indent=2))


if __name__ == "__main__":
    main()
