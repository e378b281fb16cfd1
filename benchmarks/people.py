"""Count how many people in labelled photos are found, compared with MediaPipe. See README.md here."""

import argparse
import json
import sys
import time
from contextlib import closing
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from tqdm import tqdm

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
from posecore.media.pictures import decode_picture
from posecore.system import usable_cores

WAYS = {
    "MediaPipe, num_poses=1": PoseOptions(engine="mediapipe", people=1),
    "MediaPipe, num_poses=10": PoseOptions(engine="mediapipe", people=10),
    "ours, fast": PoseOptions(engine="fast", people=20),
    "ours, thorough": PoseOptions(engine="fast", people=20, search="thorough"),
}
HEAD = f"{'':<26}{'found':>12}{'recall':>9}{'mean OKS':>10}{'others':>8}{'ms per photo':>14}"
LINE = "{way:<26}{found:>5} of {people:>3}{recall:>9.2f}{mean_oks:>10.2f}{others:>8}{ms_median:>14.0f}"


def measure(way: str, options: PoseOptions, pictures: list[tuple[RgbArray, LabelledPhoto]]) -> CaseScores:
    """Estimate all photos; the first one is estimated once before timing starts."""
    found = {}
    with closing(open_picture_estimator(options)) as estimator:
        estimator.estimate(pictures[0][0])
        for rgb, photo in tqdm(pictures, desc=way, unit=" photos", leave=False):
            start = time.perf_counter()
            poses = estimator.estimate(rgb)
            found[photo.photo_id] = FoundPeople.of_poses(poses, 1000 * (time.perf_counter() - start))
    return score_case(CaseName("full", options.search, options.engine), [photo for _, photo in pictures], found)


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--images", type=Path, required=True, metavar="DIR", help="folder of the labelled photos")
    parser.add_argument("--annotations", type=Path, required=True, metavar="COCO.json", help="COCO keypoint labels")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    try:
        labelled = read_labelled_set(args.images, args.annotations)
        for problem in labelled.problems:
            print(problem, file=sys.stderr)
        photos = sorted(labelled.photos, key=lambda photo: photo.file_name)
        pictures = [(decode_picture(labelled.source.read(photo.file_name)), photo) for photo in photos]
        scores = {way: measure(way, options, pictures).as_dict() for way, options in WAYS.items()}
    except (PosecoreError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"{load_openvino().get_property('CPU', 'FULL_DEVICE_NAME').strip()}, {usable_cores()} cores")
    print(f"{len(pictures)} photos of {args.images.name}; found from OKS {FOUND_FROM}\n\n{HEAD}")
    for way, row in scores.items():
        print(LINE.format(way=way, **row | {"recall": row["recall"] or 0, "mean_oks": row["mean_oks"] or 0}))
    if args.json:
        table = [{"way": way, **row} for way, row in scores.items()]
        args.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
