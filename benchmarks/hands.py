"""Measure the hands that are found, and the time it takes, compared with MediaPipe. See README.md here."""

import argparse
import json
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from tqdm import tqdm

from posecore import HandOptions, PoseOptions, estimate_image
from posecore.errors import PosecoreError
from posecore.estimation.engines import open_stream_estimator
from posecore.estimation.hands.picture_estimator import PictureEstimator
from posecore.estimation.hands.stream_estimator import StreamEstimator
from posecore.estimation.mediapipe_tasks import options_without_metrics
from posecore.estimation.models import find_model
from posecore.estimation.networks import load_openvino
from posecore.media.clips import open_clip
from posecore.media.pictures import decode_picture
from posecore.system import usable_cores

HANDS = 2
FRAMES = 200
CAMERA_SIDE = 640
HEAD = f"{'':<34}{'hands':>8}{'a call':>12}{'processor':>12}{'x MediaPipe':>13}"
LINE = "{way:<34}{hands:>8.2f}{wall_ms:>9.1f} ms{cpu_ms:>9.1f} ms{ratio:>13.2f}"

Step = Callable[[np.ndarray, int], int]


@dataclass
class Score:
    """Results of one way."""

    way: str
    hands: float  # mean number found
    wall_ms: float  # median time of a call
    cpu_ms: float  # mean processor time of a call
    ratio: float = 1.0  # MediaPipe's processor time divided by this


def mediapipe_hands(mode: str) -> Any:
    """MediaPipe's Hand Landmarker, in image or video mode."""
    from mediapipe.tasks.python import vision

    return vision.HandLandmarker.create_from_options(
        vision.HandLandmarkerOptions(
            base_options=options_without_metrics(find_model("hand")),
            running_mode=vision.RunningMode[mode],
            num_hands=HANDS,
        )
    )


def image_of(rgb: np.ndarray) -> Any:
    """MediaPipe's image of a picture."""
    import mediapipe

    return mediapipe.Image(image_format=mediapipe.ImageFormat.SRGB, data=np.ascontiguousarray(rgb))


def measure(way: str, pictures: list[np.ndarray], step: Step, rounds: int) -> Score:
    """Call ``step`` with each picture and its number, which goes on through the rounds."""
    hands, wall = [], []
    step(pictures[0], 0)  # warmed up
    start_cpu = time.process_time()
    for index in range(rounds * len(pictures)):
        start = time.perf_counter()
        hands.append(step(pictures[index % len(pictures)], 1 + index))
        wall.append(1000 * (time.perf_counter() - start))
    cpu_ms = 1000 * (time.process_time() - start_cpu) / len(wall)
    return Score(way, statistics.fmean(hands), statistics.median(wall), cpu_ms)


def photo_ways(photos: list[np.ndarray], rounds: int) -> Iterable[Score]:
    """Photos by MediaPipe, and by us without and with bodies; the time of the bodies themselves is not counted."""
    with closing(mediapipe_hands("IMAGE")) as theirs:
        yield measure("photos, MediaPipe", photos, lambda rgb, _: len(theirs.detect(image_of(rgb)).handedness), rounds)
    ours = PictureEstimator(HandOptions(hands=HANDS))
    yield measure("photos, ours", photos, lambda rgb, _: len(ours.estimate(rgb)), rounds)
    bodies = [estimate_image(rgb) for rgb in photos]
    aimed = measure(
        "photos, ours with bodies",
        photos,
        lambda rgb, index: len(ours.estimate(rgb, bodies[max(0, index - 1) % len(bodies)])),
        rounds,
    )
    yield aimed


def stream_ways(name: str, frames: list[np.ndarray], rounds: int) -> Iterable[Score]:
    """A clip as a live stream of 25 frames per second: by MediaPipe, and by us without and with bodies."""
    with closing(mediapipe_hands("VIDEO")) as theirs:
        yield measure(
            f"{name}, MediaPipe",
            frames,
            lambda rgb, index: len(theirs.detect_for_video(image_of(rgb), 40 * index).handedness),
            rounds,
        )
    ours = StreamEstimator(HandOptions(hands=HANDS))
    yield measure(f"{name}, ours", frames, lambda rgb, index: len(ours.step(rgb, index / 25)), rounds)
    beside = StreamEstimator(HandOptions(hands=HANDS))
    with closing(open_stream_estimator(PoseOptions())) as bodies:
        yield measure(
            f"{name}, ours with bodies",
            frames,
            lambda rgb, index: len(beside.step(rgb, index / 25, bodies.step(rgb, index / 25))),
            rounds,
        )


def read_frames(path: Path) -> list[np.ndarray]:
    """The first frames of a clip, at most as large as a camera's."""
    frames = []
    with open_clip(path) as clip:
        for frame, _ in zip(clip, range(FRAMES), strict=False):
            scale = min(1.0, CAMERA_SIDE / max(frame.rgb.shape[:2]))
            frames.append(cv2.resize(frame.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    return frames


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", nargs="+", type=Path, default=[], metavar="FILE", help="photos with hands")
    parser.add_argument("--clips", nargs="+", type=Path, default=[], metavar="FILE", help="videos with hands")
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    groups: list[list[Score]] = []
    try:
        if args.photos:
            groups.append(list(photo_ways([decode_picture(path) for path in args.photos], args.rounds)))
        for path in tqdm(args.clips, unit=" clips", leave=False):
            groups.append(list(stream_ways(path.stem[:16], read_frames(path), args.rounds)))
    except (PosecoreError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"{load_openvino().get_property('CPU', 'FULL_DEVICE_NAME').strip()}, {usable_cores()} cores")
    print(f"at most {HANDS} hands, {args.rounds} rounds\n\n{HEAD}")
    for group in groups:
        for score in group:
            score.ratio = group[0].cpu_ms / score.cpu_ms
            print(LINE.format(**asdict(score)))
    if args.json:
        table = [asdict(score) for group in groups for score in group]
        args.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
