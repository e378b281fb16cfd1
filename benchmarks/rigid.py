"""Errors of rigid poses: the solver under noise, and tags in rendered and real images. See README.md here."""

import argparse
import json
import sys
import time
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from posecore import decode_picture
from posecore.rigid.camera import Camera
from posecore.rigid.camera_files import load_camera
from posecore.rigid.pose import RigidPose
from posecore.rigid.rendering import render, tag
from posecore.rigid.solving import solve_poses
from posecore.rigid.tags import FAMILIES, TagDetector, TagFinder, tag_points

CAMERA = Camera.from_fov((1280, 720), 65)
BODIES = {
    "square of 10 cm": tag_points(0.1),
    "box of 10 cm": 0.05 * np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]),
}
NOISE_PX = (0.0, 0.1, 0.3, 0.5, 1.0, 2.0)


def random_pose(generator: np.random.Generator, distance: float, tilt: float = 60) -> RigidPose:
    """A pose in view, turned by up to ``tilt`` degrees from the front and anyhow in the image."""
    angles = generator.uniform([-tilt, -tilt, -180], [tilt, tilt, 180])
    return RigidPose.from_euler(angles, [*(generator.uniform(-0.15, 0.15, 2) * distance), distance])


def judge_solver(count: int) -> list[dict[str, object]]:
    """Errors of poses by body, distance and noise, and how often a choice of two was wrong."""
    rows = []
    for name, body in BODIES.items():
        for distance in (0.5, 2.0):
            for noise in NOISE_PX:
                generator = np.random.default_rng(0)
                turns, shifts, certain, wrong = [], [], 0, 0
                for _ in range(count):
                    true = random_pose(generator, distance)
                    seen = CAMERA.project(body, true) + generator.normal(0, noise, (len(body), 2))
                    poses = solve_poses(body, seen, CAMERA)
                    turns.append(poses[0].turn_from(true))
                    shifts.append(np.linalg.norm(poses[0].translation_m - true.translation_m) / true.distance_m)
                    certain += not poses[0].uncertain
                    is_wrong = len(poses) == 2 and poses[1].turn_from(true) < poses[0].turn_from(true)
                    wrong += is_wrong and not poses[0].uncertain
                rows.append(
                    {
                        "body": name,
                        "distance_m": distance,
                        "noise_px": noise,
                        "turn_deg": np.percentile(turns, [50, 90]).tolist(),
                        "shift_percent": (100 * np.percentile(shifts, [50, 90])).tolist(),
                        "certain": certain / count,
                        "wrong_of_certain": wrong / max(certain, 1),
                    }
                )
    return rows


def judge_tags(count: int) -> list[dict[str, object]]:
    """Corners and poses of rendered tags of 10 cm: OpenCV's subpixel search, and the whole pattern."""
    parameters = cv2.aruco.DetectorParameters()
    parameters.cornerRefinementMethod = cv2.aruco.CORNER_REFINE_SUBPIX
    usual = cv2.aruco.ArucoDetector(cv2.aruco.getPredefinedDictionary(FAMILIES["36h11"]), parameters)
    detector, finder, rows = TagDetector("36h11"), TagFinder("36h11", 0.1), []
    for distance in (0.4, 1.0, 2.5, 4.0):
        generator = np.random.default_rng(1)
        theirs, ours, turns, shifts, seconds = [], [], [], [], []
        for seed in range(count):
            true = random_pose(generator, distance, tilt=55)
            image = render([tag("36h11", seed, 0.1, true)], CAMERA, seed=seed)
            corners = CAMERA.project(tag_points(0.1), true)
            found, numbers, _ = usual.detectMarkers(image[..., 0])
            if numbers is not None:
                theirs.append(np.abs(np.reshape(found[0], (4, 2)) - corners).max())
            start = time.perf_counter()
            poses = list(finder.find(image, CAMERA).values())
            seconds.append(time.perf_counter() - start)
            if poses:
                ours.append(np.abs(detector.find(image)[0].corners - corners).max())
                turns.append(poses[0].turn_from(true))
                shifts.append(100 * np.linalg.norm(poses[0].translation_m - true.translation_m) / true.distance_m)
        rows.append(
            {
                "distance_m": distance,
                "found": len(ours) / count,
                "corner_px_subpixel": float(np.median(theirs)),
                "corner_px": float(np.median(ours)),
                "turn_deg": np.percentile(turns, [50, 90]).tolist(),
                "shift_percent": np.percentile(shifts, [50, 90]).tolist(),
                "ms": 1000 * float(np.median(seconds)),
            }
        )
    return rows


def judge_turns(photos: list[Path], family: str, size_m: float, camera_file: Path) -> list[dict[str, object]]:
    """Turns of one tag in photos called NAME_DEGREES, from the one called NAME_0."""
    finder, poses = TagFinder(family, size_m), {}
    for photo in photos:
        rgb = decode_picture(photo)
        camera = load_camera(camera_file, size=(rgb.shape[1], rgb.shape[0]))
        poses[float(photo.stem.rpartition("_")[2])] = next(iter(finder.find(rgb, camera).values()))
    return [
        {"true_deg": abs(turn), "turn_deg": pose.turn_from(poses[0]), "error_px": pose.error_px}
        for turn, pose in sorted(poses.items())
    ]


def print_rows(rows: list[dict[str, object]]) -> None:
    """A table with the names of the columns above."""
    print("  ".join(f"{name:>18}" for name in rows[0]))
    for row in rows:
        print("  ".join(f"{_text(value):>18}" for value in row.values()))
    print()


def _text(value: object) -> str:
    if isinstance(value, list):
        return " ".join(f"{each:.3g}" for each in value)
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def main() -> None:
    """Print all errors."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=500, help="poses per row of the solver; a tenth of it for tags")
    parser.add_argument("--turns", type=Path, nargs="*", default=[], help="photos called NAME_DEGREES of a turned tag")
    parser.add_argument("--family", default="36h11", help="of the tag in --turns")
    parser.add_argument("--size", type=float, default=0.065, help="of the tag in --turns, metres")
    parser.add_argument("--camera", type=Path, help="calibration for --turns")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    given = parser.parse_args()
    numbers = {"solver": judge_solver(given.count), "tags": judge_tags(max(1, given.count // 10))}
    if given.turns:
        numbers["turns"] = judge_turns(given.turns, given.family, given.size, given.camera)
    for rows in numbers.values():
        print_rows(rows)
    if given.json:
        given.json.write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
