"""Count who is found in labelled photos and videos, compared with MediaPipe. See README.md here."""

import argparse
import json
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from tqdm import tqdm

from posecore import estimate_video
from posecore.errors import PosecoreError
from posecore.estimation.engines import open_picture_estimator
from posecore.estimation.inputs import RgbArray
from posecore.estimation.networks import load_openvino
from posecore.estimation.pose_options import PoseOptions
from posecore.evaluation.case import CaseName, CaseScores, score_case
from posecore.evaluation.coco_labels import read_labelled_set
from posecore.evaluation.found import FoundPeople
from posecore.evaluation.labels import LabelledPhoto
from posecore.evaluation.matching import FOUND_FROM
from posecore.media.clips import open_clip
from posecore.media.pictures import decode_picture
from posecore.system import usable_cores

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"
WAYS = {
    "MediaPipe, num_poses=1": PoseOptions(engine="mediapipe", people=1),
    "MediaPipe, num_poses=10": PoseOptions(engine="mediapipe", people=10),
    "ours, fast": PoseOptions(engine="fast", people=20),
    "ours, thorough": PoseOptions(engine="fast", people=20, search="thorough"),
}
HEAD = f"{'':<26}{'found':>12}{'others':>8}{'mean OKS':>10}{'PCK@0.2':>9}{'s per photo':>13}{'processor s':>13}"
LINE = "{way:<26}{found:>5} of {people:>3}{others:>8}{mean_oks:>10.2f}{pck:>9.1f}{s_median:>13.2f}{cpu_median:>13.2f}"
ONE_BY_ONE = "clips/one_by_one_first_50s.mp4"
CROSSING = "clips/sports2d_demo.mp4"


def measure(way: str, options: PoseOptions, pictures: list[tuple[RgbArray, LabelledPhoto]]) -> dict[str, Any]:
    """Estimate all photos; the first one is estimated once before timing starts."""
    found, processor = {}, []
    with closing(open_picture_estimator(options)) as estimator:
        estimator.estimate(pictures[0][0])
        for rgb, photo in tqdm(pictures, desc=way, unit=" photos", leave=False):
            start, start_cpu = time.perf_counter(), time.process_time()
            poses = estimator.estimate(rgb)
            processor.append(time.process_time() - start_cpu)
            found[photo.photo_id] = FoundPeople.of_poses(poses, 1000 * (time.perf_counter() - start))
    name = CaseName("full", options.search, options.engine)
    scores: CaseScores = score_case(name, [photo for _, photo in pictures], found)
    row = scores.as_dict()
    return row | {
        "way": way,
        "mean_oks": row["mean_oks"] or 0,
        "pck": 100 * scores.pck(),
        "s_median": row["ms_median"] / 1000,
        "cpu_median": float(np.median(processor)),
    }


def compare_on_photos(images: Path, annotations: Path) -> list[dict[str, Any]]:
    """Print a table of all ways on these photos, and return its rows."""
    labelled = read_labelled_set(images, annotations)
    for problem in labelled.problems:
        print(problem, file=sys.stderr)
    photos = sorted(labelled.photos, key=lambda photo: photo.file_name)
    pictures = [(decode_picture(labelled.source.read(photo.file_name)), photo) for photo in photos]
    print(f"\n{len(pictures)} photos of {images}; found from OKS {FOUND_FROM}\n\n{HEAD}")
    rows = []
    for way, options in WAYS.items():
        rows.append(measure(way, options, pictures))
        print(LINE.format(**rows[-1]), flush=True)
    return rows


def awkward_pictures() -> Iterator[tuple[str, RgbArray]]:
    """Pictures that take the thorough search longest."""
    random = np.random.default_rng(3)
    yield "grey, 1280 x 720", np.full((720, 1280, 3), 128, np.uint8)
    yield "noise, 640 x 480", random.integers(0, 256, (480, 640, 3), np.uint8)
    yield "noise, 1920 x 1080", random.integers(0, 256, (1080, 1920, 3), np.uint8)
    with open_clip(SHARED / ONE_BY_ONE) as clip:
        yield "a room with a table", next(frame.rgb for frame in clip if frame.index == 20)
    with open_clip(SHARED / CROSSING) as clip:
        frame = next(frame.rgb for frame in clip if frame.index == 100)
    walker = cv2.resize(frame[480:940, 940:1130], (59, 140), interpolation=cv2.INTER_AREA)
    crowd = np.full((1500, 2000, 3), 150, np.uint8)
    for row, column in np.ndindex(10, 10):
        crowd[150 * row + 5 : 150 * row + 145, 200 * column + 30 : 200 * column + 89] = walker
    yield "a hundred people", crowd


def time_awkward_pictures() -> list[dict[str, Any]]:
    """Print how long the thorough search takes at worst, and return the rows."""
    print(f"\n{'thorough search':<26}{'people':>8}{'seconds':>10}{'processor s':>13}")
    rows = []
    with closing(open_picture_estimator(WAYS["ours, thorough"])) as estimator:
        for name, rgb in awkward_pictures():
            start, start_cpu = time.perf_counter(), time.process_time()
            poses = estimator.estimate(rgb)
            seconds, cpu = time.perf_counter() - start, time.process_time() - start_cpu
            people = len(poses) + poses.left_out
            rows.append({"picture": name, "people": people, "seconds": seconds, "processor": cpu})
            print(f"{name:<26}{people:>8}{seconds:>10.2f}{cpu:>13.2f}")
    return rows


def count_ghosts() -> list[dict[str, Any]]:
    """Print who is seen in a video of people who come one after the other, and return the rows."""
    labelled = json.loads((SHARED / ONE_BY_ONE).with_suffix(".json").read_text())["frames_with_somebody"]
    print(f"\n{ONE_BY_ONE:<36}{'real frames':>14}{'ghosts':>8}  ids")
    rows = []
    for way in ("mediapipe", "fast"):
        sequence = estimate_video(SHARED / ONE_BY_ONE, PoseOptions(engine=way))
        frames, seen = np.arange(len(sequence)), sequence.seen.any(axis=1)
        real = np.any([(frames >= first) & (frames <= last) for first, last in labelled], axis=0)
        row = {
            "way": "MediaPipe, one person" if way == "mediapipe" else "ours, one person",
            "real": int((seen & real).sum()),
            "ghosts": int((seen & ~real).sum()),
            "ids": sequence.person_ids[sequence.seen.any(axis=0)].tolist(),
        }
        rows.append(row)
        print(f"{row['way']:<36}{row['real']:>7} of {real.sum():>3}{row['ghosts']:>8}  {row['ids']}")
    return rows


def count_ids() -> list[dict[str, Any]]:
    """Print the ids of two people who cross, and return the rows."""
    print(f"\n{CROSSING:<36}  frames of each id")
    rows = []
    for way in ("mediapipe", "fast"):
        sequence = estimate_video(SHARED / CROSSING, PoseOptions(engine=way, people=2))
        frames = dict(zip(sequence.person_ids.tolist(), sequence.seen.sum(axis=0).tolist(), strict=True))
        name = "MediaPipe, two people" if way == "mediapipe" else "ours, two people"
        rows.append({"way": name, "frames": frames})
        print(f"{name:<36}  {frames}")
    return rows


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--images", type=Path, metavar="DIR", help="folder of labelled photos, instead of ../shared/data"
    )
    parser.add_argument("--annotations", type=Path, metavar="COCO.json", help="their labels in COCO's keypoint format")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    args = parser.parse_args()
    if (args.images is None) != (args.annotations is None):
        parser.error("expected --images and --annotations together")
    if args.images is None and not SHARED.is_dir():
        parser.error(f"there are no test media in {SHARED}: expected --images and --annotations")
    return args


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    print(f"{load_openvino().get_property('CPU', 'FULL_DEVICE_NAME').strip()}, {usable_cores()} cores")
    try:
        if args.images is not None:
            found: Any = compare_on_photos(args.images, args.annotations)
        else:
            found = {
                "people": compare_on_photos(SHARED / "people", SHARED / "people" / "test_coco.json"),
                "turned people": compare_on_photos(SHARED / "lsp" / "images", SHARED / "lsp" / "annotations.json"),
                "worst": time_awkward_pictures(),
                "ghosts": count_ghosts(),
                "ids": count_ids(),
            }
    except (PosecoreError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    if args.json:
        args.json.write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
