"""Teach signs from one video each, and recognise them in changed copies of these videos. See README.md here."""

import argparse
import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import cv2
import numpy as np
from tqdm import tqdm

from posecore.hands import HandSequence
from posecore.live import LiveHands, LiveSession
from posecore.media.clips import open_clip
from posecore.poses import PoseSequence
from posecore.signs import SignBook

Frames = list[np.ndarray]
Landmarks = tuple[PoseSequence, HandSequence]

SAME = "the same"


def at_speed(frames: Frames, factor: float) -> Frames:
    """Frames left out or repeated."""
    return [frames[min(len(frames) - 1, int(index * factor))] for index in range(round(len(frames) / factor))]


def cropped(frames: Frames, left: float, right: float, top: float, bottom: float) -> Frames:
    """A part of each frame; edges in shares of the frame."""
    height, width = frames[0].shape[:2]
    part = (slice(int(top * height), int(bottom * height)), slice(int(left * width), int(right * width)))
    return [frame[part] for frame in frames]


def tilted(frames: Frames, degrees: float) -> Frames:
    """As by a camera that is rolled."""
    height, width = frames[0].shape[:2]
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0)
    return [cv2.warpAffine(frame, turn, (width, height), borderMode=cv2.BORDER_REPLICATE) for frame in frames]


def scaled(frames: Frames, factor: float) -> Frames:
    """Another size of the frame."""
    how = cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR
    return [cv2.resize(frame, None, fx=factor, fy=factor, interpolation=how) for frame in frames]


def farther(frames: Frames, factor: float) -> Frames:
    """The person smaller in a larger frame."""
    height, width = frames[0].shape[:2]
    left, above = round((factor - 1) * width / 3), round((factor - 1) * height)
    right = round(factor * width) - width - left
    return [cv2.copyMakeBorder(frame, above, 0, left, right, cv2.BORDER_CONSTANT, value=(110,) * 3) for frame in frames]


def noisy(frames: Frames, deviation: float) -> Frames:
    """As by a camera in the dark."""
    random = np.random.default_rng(0)
    return [np.clip(each + random.normal(0, deviation, each.shape), 0, 255).astype(np.uint8) for each in frames]


def mirrored(frames: Frames) -> Frames:
    """A signer of the other hand."""
    return [np.ascontiguousarray(frame[:, ::-1]) for frame in frames]


COPIES: dict[str, Callable[[Frames], Frames]] = {
    SAME: lambda frames: frames,
    "mirrored": mirrored,
    "0.7 times the speed": lambda frames: at_speed(frames, 0.7),
    "1.4 times the speed": lambda frames: at_speed(frames, 1.4),
    "cropped": lambda frames: cropped(frames, 0.12, 0.92, 0, 0.9),
    "noise": lambda frames: noisy(frames, 15),
    "tilted by 12 degrees": lambda frames: tilted(frames, 12),
    "tilted by -12 degrees": lambda frames: tilted(frames, -12),
    "0.4 times the size": lambda frames: scaled(frames, 0.4),
    "1.5 times the size": lambda frames: scaled(frames, 1.5),
    "farther away": lambda frames: farther(frames, 1.6),
    "mirrored, fast, tilted, noise": lambda frames: noisy(tilted(at_speed(mirrored(frames), 1.2), 7), 12),
    "cropped, slow, tilted, small": lambda frames: scaled(
        tilted(at_speed(cropped(frames, 0.08, 0.98, 0.02, 0.95), 0.8), -7), 0.6
    ),
}


def read(video: Path) -> tuple[Frames, float]:
    """All frames of a short video, and their rate."""
    with open_clip(video) as clip:
        return [frame.rgb for frame in clip], clip.info.fps


def landmarks_of(frames: Iterable[np.ndarray], fps: float) -> Landmarks:
    """Bodies and hands, as the app finds them live."""
    poses, hands = [], []
    with LiveSession() as bodies, LiveHands() as finder:
        for index, rgb in enumerate(frames):
            poses.append(bodies.step(rgb, index / fps)[0])
            hands.append(finder.step(rgb, index / fps, poses[-1]))
    size = poses[0].size
    return PoseSequence.from_frames(poses, size=size, fps=fps), HandSequence.from_frames(hands, size=size, fps=fps)


def read_fps(video: Path) -> float:
    """Frames per second."""
    with open_clip(video) as clip:
        return clip.info.fps


def frames_of(video: Path) -> Iterator[np.ndarray]:
    """The frames of a video of any length, one by one."""
    with open_clip(video) as clip:
        for frame in tqdm(clip, video.name):
            yield frame.rgb


def taught(signs: dict[str, Landmarks]) -> SignBook:
    """A book of these signs, with one example of each."""
    book = SignBook()
    for text, landmarks in signs.items():
        book.teach(text, *landmarks)
    return book


def main() -> None:
    """Print how many copies are told right, and how many are unknown if their sign was not taught."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("videos", type=Path, nargs="+", help="of one sign each, named by its text")
    parser.add_argument("--others", type=Path, nargs="*", default=[], help="of the same signs by others, named so, too")
    parser.add_argument("--never", type=Path, nargs="*", default=[], help="of other movements, in which no sign is")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    given = parser.parse_args()
    found: dict[str, dict[str, Landmarks]] = {name: {} for name in COPIES}
    for video in tqdm(given.videos, "signs"):
        frames, fps = read(video)
        for name, change in COPIES.items():
            found[name][video.stem] = landmarks_of(change(frames), fps)
    if given.others:
        found["by others"] = {video.stem: landmarks_of(*read(video)) for video in given.others}
    book = taught(found[SAME])
    without = {
        text: taught({other: found[SAME][other] for other in found[SAME] if other != text}) for text in found[SAME]
    }
    numbers: dict[str, dict[str, float]] = {}
    print(f"{'':<32}{'videos':>8}{'told right':>12}{'told wrong':>12}{'unknown if not taught':>24}")
    for name, videos in found.items():
        told = {text: book.recognise(*landmarks).text for text, landmarks in videos.items()}
        unknown = [without[text].recognise(*landmarks).text == "" for text, landmarks in videos.items()]
        right = np.mean([text == guess for text, guess in told.items()])
        wrong = np.mean([guess not in ("", text) for text, guess in told.items()])
        numbers[name] = {"videos": len(videos), "right": right, "wrong": wrong, "unknown": float(np.mean(unknown))}
        print(f"{name:<32}{len(videos):>8}{right:>12.0%}{wrong:>12.0%}{np.mean(unknown):>24.0%}")
    copies = [each for name, each in numbers.items() if name not in (SAME, "by others")]
    for what in ("right", "unknown"):
        print(f"all copies, {what}: {np.mean([each[what] for each in copies]):.1%}")
    for video in given.never:
        spotted = book.spot(*landmarks_of(frames_of(video), read_fps(video)))
        numbers[video.name] = {"spotted": len(spotted)}
        print(f"{video.name}: {', '.join(each.text for each in spotted) or 'nothing'} spotted")
    if given.json:
        given.json.write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
