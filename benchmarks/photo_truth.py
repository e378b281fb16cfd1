"""Compare landmarks of single photos with a person whom four cameras filmed. See README.md here."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from benchmarks.truth import DATA, HIPS, JOINTS, SIDES, View, read_views
from posecore.estimation.blazepose.graph import BlazePose
from posecore.estimation.blazepose.landmarks import RegionPose, to_frame
from posecore.estimation.blazepose.mirroring import averaged_with_mirror_image
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.body_fits import fit_each
from posecore.media.clips import open_clip
from posecore.motion.angles import ANGLES, measure_angles
from posecore.motion.root import in_camera_axes
from posecore.poses import PoseSequence

WAYS = ("model", "mirrored too")
UNITS = {
    "PA-MPJPE": "mm, 12 joints",
    "from the hips": "mm, 12 joints",
    "in camera's axes": "mm, 12 joints",
    **dict.fromkeys(("elbow", "knee", "shoulder", "hip"), "degrees off"),
}


def look(
    blazepose: BlazePose, video: Path, every: int
) -> tuple[list[int], dict[str, list[RegionPose]], tuple[int, int]]:
    """Frames of a video taken as photos, and the person in them by each way, where the detector sees somebody."""
    frames: list[int] = []
    poses: dict[str, list[RegionPose]] = {way: [] for way in WAYS}
    size = (0, 0)
    with open_clip(video) as clip:
        for frame in clip:
            if frame.index % every or not (found := blazepose.detect(frame.rgb)):
                continue
            size = (frame.rgb.shape[1], frame.rgb.shape[0])
            pose = blazepose.landmarks(frame.rgb, blazepose.landmarks(frame.rgb, found[0]).next_region)
            frames.append(frame.index)
            poses["model"].append(pose)
            poses["mirrored too"].append(averaged_with_mirror_image(blazepose, frame.rgb, pose))
    return frames, poses, size


def score(poses: list[RegionPose], frames: list[int], size: tuple[int, int], view: View) -> list[float]:
    """All figures of one view and way, in the order of ``UNITS``."""
    photos = [to_frame([pose], size, float(index)) for index, pose in enumerate(poses)]
    sequence = PoseSequence.from_frames(photos, size=size, fps=1)
    points = view.points[frames]
    true = replace(sequence, world=points[:, None].astype(np.float32))
    ours, theirs = (measure_angles(each, min_visibility=0)[:, 0] for each in (sequence, true))
    names = list(ANGLES)
    field_of_view_deg = 2 * np.degrees(np.arctan(max(size) / 2 / view.focal_px))
    body, turned, truth = (
        (each - each[:, HIPS].mean(axis=1, keepdims=True))[:, JOINTS]
        for each in (
            sequence.world[:, 0],
            in_camera_axes(sequence, field_of_view_deg=float(field_of_view_deg)).world[:, 0],
            points,
        )
    )
    return [
        1000 * float(np.nanmean(fit_each(body.astype(float), truth))),
        *(1000 * float(np.nanmean(np.linalg.norm(each - truth, axis=-1))) for each in (body, turned)),
        *(
            float(np.nanmean(np.abs(ours - theirs)[:, [names.index(f"{side}_{joint}") for side in SIDES]]))
            for joint in ("elbow", "knee", "shoulder", "hip")
        ),
    ]


def main() -> None:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help="the four videos, calibration and truth")
    parser.add_argument("--every", type=int, default=10, metavar="N", help="take every Nth frame; default: 10")
    arguments = parser.parse_args()
    blazepose, figures = BlazePose(PoseOptions(engine="fast")), []
    for name, view in tqdm(read_views(arguments.data).items(), unit=" views", leave=False):
        frames, poses, size = look(blazepose, arguments.data / f"{name}.mp4", arguments.every)
        figures.append([score(poses[way], frames, size, view) for way in WAYS])
    table = np.concatenate([figures, [np.mean(figures, axis=0)]])
    print(f"{'':<32}" + "".join(f"{way:>14}" for way in WAYS) + "   by view")
    for row, (name, unit) in enumerate(UNITS.items()):
        means = "".join(f"{value:>14.1f}" for value in table[-1, :, row])
        views = "  ".join(f"{own:.1f} {other:.1f}" for own, other in table[:-1, :, row])
        print(f"{name + ', ' + unit:<32}{means}   {views}")


if __name__ == "__main__":
    main()
