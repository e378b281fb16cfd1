"""Measure what overlays cost, live and in videos, compared with skeletons. See README.md here."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from posecore import ClipOptions, LiveSession, OverlayOptions, PoseOptions, draw_video, estimate_video
from posecore.media.clips import open_clip
from posecore.media.samples import sample_clip
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.table import PIECES

CAMERA = (640, 480)
FRAMES = 120
ROUNDS = 3


def camera_frames(path: Path) -> list[np.ndarray]:
    """The first frames of a video as a camera of 640 x 480 would give them."""
    frames = []
    with open_clip(path) as clip:
        for frame in clip:
            frames.append(np.asarray(cv2.resize(frame.rgb, CAMERA, interpolation=cv2.INTER_AREA)))
            if len(frames) == FRAMES:
                break
    return frames


def live_seconds(frames: Sequence[np.ndarray], pieces: Sequence[PieceName]) -> float:
    """Seconds to find the people in all frames and to draw them: with skeletons if there are no pieces."""
    with LiveSession(PoseOptions(), skeletons=not pieces, overlay=OverlayOptions(pieces)) as session:
        session.step(frames[0], -1.0)  # warmed up
        start = time.perf_counter()
        for index, rgb in enumerate(frames):
            session.step(rgb, index / 30)
        return time.perf_counter() - start


def measure_live(frames: Sequence[np.ndarray]) -> dict[str, float]:
    """Frames a second with each piece alone, as a share of those with skeletons: medians of rounds in turn."""
    ratios: dict[str, list[float]] = {name: [] for name in PIECES}
    for _ in range(ROUNDS):
        for name in PIECES:
            usual, with_piece = live_seconds(frames, ()), live_seconds(frames, [name])
            ratios[name].append(usual / with_piece)
    return {name: statistics.median(values) for name, values in ratios.items()}


def measure_films(path: Path, part: ClipOptions) -> dict[str, float]:
    """Speed of making a video with each piece, as a share of that with skeletons: medians of rounds in turn."""
    sequence = estimate_video(path, part=part)
    ratios: dict[str, list[float]] = {name: [] for name in PIECES}
    with tempfile.TemporaryDirectory() as folder:

        def seconds(pieces: Sequence[PieceName]) -> float:
            film = Path(folder, "film.mp4")
            start = time.perf_counter()
            draw_video(path, sequence, film, skeletons=not pieces, overlay=OverlayOptions(pieces), part=part)
            return time.perf_counter() - start

        seconds(())  # warmed up
        for _ in range(ROUNDS):
            for name in PIECES:
                ratios[name].append(seconds(()) / seconds([name]))
    return {name: statistics.median(values) for name, values in ratios.items()}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("video", type=Path, nargs="?", help="with a person in view; default: the sample")
    parser.add_argument("--json", type=Path, help="also write the results here")
    arguments = parser.parse_args()
    path = arguments.video or sample_clip().path
    live, films = measure_live(camera_frames(path)), measure_films(path, ClipOptions(end_s=4.0, film_side=1280))
    print(f"{'':<16}{'live':>8}{'video':>8}   of the speed with skeletons")
    for name in PIECES:
        print(f"{name:<16}{live[name]:>8.2f}{films[name]:>8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"live": live, "video": films}, indent=1))


if __name__ == "__main__":
    main()
