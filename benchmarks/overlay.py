"""Measure what overlays cost, live and in videos, compared with skeletons. See README.md here."""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np

from posecore import (
    ClipOptions,
    Ghost,
    LiveSession,
    OverlayOptions,
    OwnPicture,
    PoseOptions,
    draw_video,
    estimate_video,
)
from posecore.media.clips import open_clip
from posecore.media.samples import sample_clip
from posecore.rigid.tags import FAMILIES
from posecore.view.overlays.table import PIECES

CAMERA = (640, 480)
TAG_PX = 90
ON_MARKER = OverlayOptions([], OwnPicture(np.full((256, 256, 4), 255, np.uint8), "marker"))
OVERLAYS = {
    **{name: OverlayOptions([name]) for name in PIECES},
    "ghost": OverlayOptions(ghost=Ghost.named("tree")),
    **{
        f"on {family}": replace(ON_MARKER, picture=replace(ON_MARKER.picture, family=family))
        for family in ("4x4_50", "36h11")
    },
}
FRAMES = 120
ROUNDS = 3


def camera_frames(path: Path) -> list[np.ndarray]:
    """The first frames of a video as a camera of 640 x 480 would give them, with a tag of 4x4_50 in view."""
    tag = np.full((TAG_PX + 24, TAG_PX + 24, 3), 255, np.uint8)
    dictionary = cv2.aruco.getPredefinedDictionary(FAMILIES["4x4_50"])
    tag[12:-12, 12:-12] = cv2.aruco.generateImageMarker(dictionary, 3, TAG_PX)[..., None]
    frames = []
    with open_clip(path) as clip:
        for frame in clip:
            frames.append(np.asarray(cv2.resize(frame.rgb, CAMERA, interpolation=cv2.INTER_AREA)))
            frames[-1][: len(tag), : len(tag)] = tag
            if len(frames) == FRAMES:
                break
    return frames


def live_seconds(frames: Sequence[np.ndarray], overlay: OverlayOptions) -> float:
    """Seconds to find the people in all frames and to draw them: with skeletons if the overlay is empty."""
    with LiveSession(PoseOptions(), skeletons=not overlay, overlay=overlay) as session:
        session.step(frames[0], -1.0)  # warmed up
        start = time.perf_counter()
        for index, rgb in enumerate(frames):
            session.step(rgb, index / 30)
        return time.perf_counter() - start


def measure_live(frames: Sequence[np.ndarray]) -> dict[str, float]:
    """Frames a second with each piece alone, as a share of those with skeletons: medians of rounds in turn."""
    ratios: dict[str, list[float]] = {name: [] for name in OVERLAYS}
    for _ in range(ROUNDS):
        for name, overlay in OVERLAYS.items():
            usual, with_piece = live_seconds(frames, OverlayOptions()), live_seconds(frames, overlay)
            ratios[name].append(usual / with_piece)
    return {name: statistics.median(values) for name, values in ratios.items()}


def measure_films(path: Path, part: ClipOptions) -> dict[str, float]:
    """Speed of making a video with each piece, as a share of that with skeletons: medians of rounds in turn."""
    sequence = estimate_video(path, part=part)
    ratios: dict[str, list[float]] = {name: [] for name in OVERLAYS}
    with tempfile.TemporaryDirectory() as folder:

        def seconds(overlay: OverlayOptions) -> float:
            film = Path(folder, "film.mp4")
            start = time.perf_counter()
            draw_video(path, sequence, film, skeletons=not overlay, overlay=overlay, part=part)
            return time.perf_counter() - start

        seconds(OverlayOptions())  # warmed up
        for _ in range(ROUNDS):
            for name, overlay in OVERLAYS.items():
                ratios[name].append(seconds(OverlayOptions()) / seconds(overlay))
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
    for name in OVERLAYS:
        print(f"{name:<16}{live[name]:>8.2f}{films[name]:>8.2f}")
    if arguments.json:
        arguments.json.write_text(json.dumps({"live": live, "video": films}, indent=1))


if __name__ == "__main__":
    main()
