"""Measure speed and ids with several people in one video, compared with MediaPipe. See README.md here."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import av
import cv2
import numpy as np
from tqdm import tqdm

from posecore.errors import PosecoreError
from posecore.estimation.engines import find_engine
from posecore.estimation.networks import load_openvino
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clips import open_clip
from posecore.pipeline import estimate_video
from posecore.system import usable_cores

SIZE = (1280, 720)
FRAMES = 300
WAYS = {
    "MediaPipe, landmarks": (PoseOptions(engine="mediapipe"), False),
    "ours, fast, landmarks": (PoseOptions(engine="fast"), False),
    "ours, thorough, landmarks": (PoseOptions(engine="fast", search="thorough"), False),
    "ours, thorough, video": (PoseOptions(engine="fast", search="thorough"), True),
}
HEAD = f"{'':<28}{'frames/s':>10}{'x MediaPipe':>13}{'people a frame':>16}{'ids':>6}"
LINE = "{way:<28}{pace:>10.1f}{ratio:>13.2f}{people:>16.2f}{ids:>6}"


@dataclass
class Score:
    """Results of one way."""

    way: str
    paces: list[float] = field(default_factory=list)  # frames per second, of each round
    people: float = 0.0  # mean number seen per frame
    ids: int = 0  # in the whole video

    @property
    def pace(self) -> float:
        """The median of the rounds."""
        return statistics.median(self.paces)


def side_by_side(clips: list[Path], target: Path) -> None:
    """Write the videos side by side, played forwards and backwards, as one video of ``SIZE``."""
    width, height = SIZE
    each = width // len(clips)
    with ExitStack() as stack:
        frames = [_frames(stack, clip, each, height) for clip in clips]
        with av.open(str(target), "w") as film:
            stream = film.add_stream("libx264", rate=30, options={"crf": "18", "preset": "veryfast"})
            stream.width, stream.height = SIZE
            for index in range(FRAMES):
                picture = np.full((height, width, 3), 90, np.uint8)
                for place, shown in enumerate(frames):
                    last = len(shown) - 1
                    frame = shown[last - abs(last - index % (2 * last))]  # forwards and backwards: nobody jumps
                    top = (height - frame.shape[0]) // 2
                    picture[top : top + frame.shape[0], place * each : place * each + frame.shape[1]] = frame
                film.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
            film.mux(stream.encode(None))


def _frames(stack: ExitStack, clip: Path, width: int, height: int) -> list[np.ndarray]:
    """The first frames of a video, scaled to fit."""
    shown = []
    for frame, _ in zip(stack.enter_context(open_clip(clip)), range(FRAMES), strict=False):
        scale = min(width / frame.rgb.shape[1], height / frame.rgb.shape[0])
        shown.append(cv2.resize(frame.rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA))
    return shown


def measure(clip: Path, people: int, rounds: int) -> list[Score]:
    """Measure all ways in turn, in each round; the networks are loaded beforehand."""
    scores = {way: Score(way) for way in WAYS}
    for options, _ in WAYS.values():
        find_engine(options)
    for _ in tqdm(range(rounds), unit=" rounds", leave=False):
        for way, (options, film) in WAYS.items():
            wanted = PoseOptions(engine=options.engine, search=options.search, people=people)
            target = clip.with_name("film.mp4") if film else None
            start = time.perf_counter()
            sequence = estimate_video(clip, wanted, annotated=target)
            scores[way].paces.append(len(sequence) / (time.perf_counter() - start))
            scores[way].people = float(sequence.seen.sum(axis=1).mean())
            scores[way].ids = len(sequence.person_ids)
    return list(scores.values())


def parse_arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "clips", nargs="+", type=Path, metavar="CLIP", help="videos of one person each, to be shown at once"
    )
    parser.add_argument("--rounds", type=int, default=3, metavar="N", help="(default: %(default)s)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write everything measured to this file")
    return parser.parse_args()


def main() -> None:
    """Run the command line."""
    args = parse_arguments()
    people = len(args.clips)
    try:
        with tempfile.TemporaryDirectory() as folder:
            clip = Path(folder) / "together.mp4"
            side_by_side(args.clips, clip)
            scores = measure(clip, people, args.rounds)
    except (PosecoreError, OSError) as error:
        sys.exit(f"{type(error).__name__}: {error}")
    print(f"{load_openvino().get_property('CPU', 'FULL_DEVICE_NAME').strip()}, {usable_cores()} cores")
    print(f"{people} people, {FRAMES} frames of {SIZE[0]} x {SIZE[1]}, medians of {args.rounds} rounds\n\n{HEAD}")
    rows = [
        {"way": one.way, "pace": one.pace, "ratio": one.pace / scores[0].pace, "people": one.people, "ids": one.ids}
        for one in scores
    ]
    for row in rows:
        print(LINE.format(**row))
    if args.json:
        table = [row | {"paces": one.paces} for row, one in zip(rows, scores, strict=True)]
        args.json.write_text(json.dumps(table, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
