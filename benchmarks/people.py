"""Count how many people in labelled photos are found, compared with MediaPipe. See README.md here."""

import argparse
import json
import sys
import time
from collections import defaultdict
from contextlib import closing
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from posecore.errors import PosecoreError
from posecore.estimation.engines import open_picture_estimator
from posecore.estimation.inputs import RgbArray
from posecore.estimation.networks import load_openvino
from posecore.estimation.oks import oks
from posecore.estimation.pose_options import PoseOptions
from posecore.media.pictures import decode_picture
from posecore.poses import FramePoses
from posecore.skeletons import COCO_17_FROM_BLAZEPOSE
from posecore.system import usable_cores

FOUND_FROM = 0.5  # OKS
WAYS = {
    "MediaPipe, num_poses=1": PoseOptions(engine="mediapipe", people=1),
    "MediaPipe, num_poses=10": PoseOptions(engine="mediapipe", people=10),
    "ours, fast": PoseOptions(engine="fast", people=20),
    "ours, thorough": PoseOptions(engine="fast", people=20, search="thorough"),
}
HEAD = f"{'':<26}{'found':>12}{'recall':>9}{'mean OKS':>10}{'others':>8}{'ms per photo':>14}"
LINE = "{way:<26}{found:>5} of {labelled:>3}{recall:>9.2f}{mean_oks:>10.2f}{others:>8}{ms:>14.0f}"


@dataclass(frozen=True)
class Person:
    """One labelled person: (17, 2) keypoints in pixels, which of them are labelled, area in pixels, and box."""

    keypoints: np.ndarray
    labelled: np.ndarray
    area: float
    box: tuple[float, float, float, float]  # x, y, width, height


@dataclass
class Score:
    """Results of one way."""

    way: str
    labelled: int = 0
    likeness: list[float] = field(default_factory=list)  # OKS of those found
    others: int = 0
    milliseconds: list[float] = field(default_factory=list)

    def row(self) -> dict[str, Any]:
        """The line of the table; mean OKS is over the people found, and the time is the median."""
        found = len(self.likeness)
        return {
            "way": self.way,
            "found": found,
            "labelled": self.labelled,
            "recall": found / max(1, self.labelled),
            "mean_oks": float(np.mean(self.likeness)) if found else 0.0,
            "others": self.others,
            "ms": float(np.median(self.milliseconds)),
        }


def read_labels(annotations: Path) -> dict[str, list[Person]]:
    """Read the people of each photo, by file name, from COCO's keypoint format."""
    content = json.loads(annotations.read_text(encoding="utf-8"))
    names = {image["id"]: image["file_name"] for image in content["images"]}
    people: dict[str, list[Person]] = defaultdict(list, {name: [] for name in names.values()})
    for one in content["annotations"]:
        values = np.array(one.get("keypoints") or [0] * 51, float).reshape(17, 3)
        # A crowd is one label for many people: like a person without keypoints, it counts as neither found nor missed.
        labelled = (values[:, 2] > 0) & (not one.get("iscrowd"))
        people[names[one["image_id"]]].append(Person(values[:, :2], labelled, one["area"], tuple(one["bbox"])))
    return dict(people)


def compare(poses: FramePoses, people: list[Person], score: Score) -> None:
    """Match found and labelled people one to one, most similar pairs first."""
    found = poses.xy[:, list(COCO_17_FROM_BLAZEPOSE)]
    labelled = [person for person in people if person.labelled.any()]
    pairs = sorted(
        (
            (oks(points, person.keypoints, person.area, person.labelled), one, other)
            for one, points in enumerate(found)
            for other, person in enumerate(labelled)
        ),
        reverse=True,
    )
    taken_found: set[int] = set()
    taken_people: set[int] = set()
    for likeness, one, other in pairs:
        if likeness >= FOUND_FROM and one not in taken_found and other not in taken_people:
            taken_found.add(one)
            taken_people.add(other)
            score.likeness.append(likeness)
    score.labelled += len(labelled)
    unlabelled = [person for person in people if not person.labelled.any()]
    rest = (points for one, points in enumerate(found) if one not in taken_found)
    score.others += sum(not any(_inside(points, person) for person in unlabelled) for points in rest)


def _inside(points: np.ndarray, person: Person) -> bool:
    """Whether a found person is mostly inside the box of one labelled without keypoints, not a false positive."""
    x, y, width, height = person.box
    inside = (points >= (x, y)) & (points <= (x + width, y + height))
    return bool(inside.all(axis=1).mean() > FOUND_FROM)


def measure(way: str, options: PoseOptions, pictures: list[tuple[RgbArray, list[Person]]]) -> Score:
    """Estimate all photos; the first one is estimated once before timing starts."""
    score = Score(way)
    with closing(open_picture_estimator(options)) as estimator:
        estimator.estimate(pictures[0][0])
        for rgb, people in tqdm(pictures, desc=way, unit=" photos", leave=False):
            start = time.perf_counter()
            poses = estimator.estimate(rgb)
            score.milliseconds.append(1000 * (time.perf_counter() - start))
            compare(poses, people, score)
    return score


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
        labels = read_labels(args.annotations)
        pictures = [(decode_picture(args.images / name), people) for name, people in sorted(labels.items())]
        scores = [measure(way, options, pictures) for way, options in WAYS.items()]
    except (PosecoreError, OSError, ValueError, KeyError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"{load_openvino().get_property('CPU', 'FULL_DEVICE_NAME').strip()}, {usable_cores()} cores")
    print(f"{len(pictures)} photos of {args.images.name}; found from OKS {FOUND_FROM}\n\n{HEAD}")
    for score in scores:
        print(LINE.format(**score.row()))
    if args.json:
        table = [score.row() | asdict(score) for score in scores]
        args.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
