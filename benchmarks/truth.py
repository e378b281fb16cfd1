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
from posecore.motion.angles import ANGLES, BY_JOINT, measure_angles
from posecore.motion.body import BodyFit, fit_bodies
from posecore.motion.facing import VIEWS, VIEWS_END_DEG, find_sides, find_views, turns_of
from posecore.motion.measuring import Space
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, estimate_root
from posecore.motion.rotations import shortest_rotation
from posecore.motion.usual_error import MEASURED_VIEWS, SHARE_WITHIN, UsualError
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
WAYS = ("model", "solid body")
SPACES: dict[Space, str] = {"world": "3D", "picture": "image"}
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


class AnglesOff(NamedTuple):
    """Of one camera.

    Attributes:
        off: (T, A) degrees off, by way and space; NaN where a landmark is not visible.
        views: (T,) places in ``VIEWS``: from where he is truly seen.
        told: share of the frames in which the model's landmarks show that.
    """

    off: dict[tuple[str, str], NDArray[np.float32]]
    views: NDArray[np.intp]
    told: float


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


def compare(sequence: PoseSequence, body: BodyFit, took_s: float, view: View) -> dict[str, dict[str, float]]:
    """The figures of the model's landmarks and of the solid body."""
    raw = np.asarray(sequence.world[:, 0], float)
    path = np.asarray(estimate_root(sequence, field_of_view_deg=body.field_of_view_deg).path[:, 0], float)
    solid = np.asarray(body.sequence.world[:, 0], float)
    level = shortest_rotation(UP, body.up)[0]
    found = {
        "model": Found(sequence, UP, raw, path, 0.0),
        "solid body": Found(body.sequence, UP, solid @ level.T, np.asarray(body.path[:, 0], float), took_s),
    }
    return {name: score(each, view) for name, each in found.items()}


def angles_off(sequence: PoseSequence, body: BodyFit, view: View) -> AnglesOff:
    """How far the angles of visible landmarks are from the true ones, in 3D and in the image."""
    level = shortest_rotation(view.up, UP[None])[0]
    seen = view.focal_px * view.points[..., :2] / view.points[..., 2:] + view.middle_px
    true = replace(sequence, world=(view.points @ level.T)[:, None].astype(np.float32), xy=seen[:, None])
    off = {}
    for space, words in SPACES.items():
        truth = measure_angles(true, space=space, min_visibility=0)[:, 0]
        for way, each in zip(WAYS, (sequence, body.sequence), strict=True):
            off[way, words] = np.abs(measure_angles(each, space=space)[:, 0] - truth)
    exchanged_or_mixed = np.any(find_sides(sequence), axis=0)[:, 0]
    for words in SPACES.values():
        off[WAYS[0], words][exchanged_or_mixed] = np.nan
    views = np.searchsorted(VIEWS_END_DEG[:-1], turns_of(view.points), side="right")
    return AnglesOff(off, views, float((find_views(sequence)[:, 0] == views).mean()))


def usual_error(found: Mapping[str, AnglesOff]) -> dict[str, UsualError]:
    """The table of ``posecore.motion.usual_error``, by joint, from all cameras together."""
    views = np.concatenate([each.views for each in found.values()])
    names = list(ANGLES)
    table = {}
    for joint, sides in BY_JOINT.items():
        places = [names.index(angle) for angle in sides.values()]
        table[joint] = UsualError(
            *(
                tuple(
                    round(float(np.nanpercentile(off[views == VIEWS.index(seen_from)], SHARE_WITHIN)))
                    for seen_from in MEASURED_VIEWS
                )
                for words in SPACES.values()
                for way in WAYS
                for off in [np.concatenate([each.off[way, words][:, places] for each in found.values()])]
            )
        )
    return table


def show_usual(found: Mapping[str, AnglesOff]) -> None:
    """Print the usual errors, and how often a view was told rightly."""
    columns = [f"{words}, {way}" for words in SPACES.values() for way in WAYS]
    print(
        f"\nUsual error of an angle, degrees: {SHARE_WITHIN}% of frames are within it, seen {', '.join(MEASURED_VIEWS)}"
    )
    print(f"{'':<14}" + "".join(f"{column:>22}" for column in columns))
    for joint, errors in usual_error(found).items():
        print(f"{joint:<14}" + "".join(f"{' / '.join(map(str, each)):>22}" for each in errors))
    views = np.concatenate([each.views for each in found.values()])
    told = float(np.mean([each.told for each in found.values()]))
    frames = ", ".join(f"{view} {(views == place).sum()}" for place, view in enumerate(VIEWS))
    print(f"frames: {frames}; told rightly by the landmarks: {told:.0%}")


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
    figures, off = {}, {}
    for name, view in tqdm(read_views(arguments.data).items(), unit=" views", leave=False):
        sequence = estimated(arguments.data / f"{name}.mp4", arguments.model, arguments.keep)
        start = time.process_time()
        body = fit_bodies(sequence, field_of_view_deg=arguments.field_of_view)
        figures[name] = compare(sequence, body, time.process_time() - start, view)
        off[name] = angles_off(sequence, body, view)
    show(figures)
    show_usual(off)
    if arguments.json:
        usual = {joint: each._asdict() for joint, each in usual_error(off).items()}
        arguments.json.write_text(json.dumps(figures | {"usual error": usual}, indent=2))


if __name__ == "__main__":
    main()
