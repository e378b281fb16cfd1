"""Name the gestures of hands in photos, landmarks and videos whose gestures are known. See README.md here."""

import argparse
import json
import sys
from collections import Counter
from pathlib import Path

# Makes the script runnable from any folder, measuring the code next to it.
sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from tqdm import tqdm

from posecore import decode_picture, estimate_image
from posecore.hands import FrameHands, HandSequence
from posecore.live import LiveHands, LiveSession
from posecore.media.clips import open_clip
from posecore.pipeline import estimate_hands_image
from posecore.signs import GESTURES, find_motions, gestures, gestures_of
from posecore.signs.recognition import NO_GESTURE

# What is right for a folder of photos that is named as a gesture or as a class of HaGRID. In "none" there are hands
# that point up, and thumbs down: these names are right there, too.
FOLDERS: dict[str, tuple[str, ...]] = {
    **{name: (name,) for name in GESTURES},
    "call": ("call_me",),
    "dislike": ("thumb_down",),
    "like": ("thumb_up",),
    "mute": ("pointing",),
    "one": ("pointing",),
    "palm": ("open_palm",),
    "peace": ("victory",),
    "peace_inverted": ("victory",),
    "stop": ("open_palm",),
    "stop_inverted": ("open_palm",),
    "three2": ("three",),
    "none": (NO_GESTURE, "pointing", "thumb_down"),
    "no_gesture": (NO_GESTURE,),
}
NOT_SEEN = "not seen"

# American fingerspelling and digits. K may count as a V, and G, Q and Z may count as pointing.
_READINGS: dict[str, tuple[str, ...]] = {
    "asmnte": ("fist",),
    "1d": ("pointing",),
    "gqz": ("pointing", NO_GESTURE),
    "2v": ("victory",),
    "k": ("victory", NO_GESTURE),
    "36w": ("three",),
    "4b": ("four",),
    "5": ("open_palm",),
    "9f": ("ok",),
    "y": ("call_me",),
    "078chijloprux": (NO_GESTURE,),
}
SIGNS = {sign: right for signs, right in _READINGS.items() for sign in signs}


def shown_in(photo: Path) -> list[str]:
    """The gestures of all hands in a photo, as the app finds them; empty if there is no hand."""
    rgb = decode_picture(photo)
    hands = estimate_hands_image(rgb, poses=estimate_image(rgb))
    return gestures_of(hands)[0].tolist()


def judge(shown: list[str], right: tuple[str, ...]) -> str:
    """What a photo counts as: right if one of its hands is, for the other may be at rest."""
    if not shown:
        return NOT_SEEN
    if set(right) & set(shown):
        return "right"
    return next((name for name in shown if name != NO_GESTURE), NO_GESTURE)


def print_rows(rows: dict[str, Counter[str]]) -> None:
    """A row for each kind of hand, and all together."""
    print(f"{'':<16}{'hands':>6}{'right':>8}  otherwise")
    total = sum(rows.values(), Counter[str]())
    for name, counts in {**rows, "all": total}.items():
        others = ", ".join(f"{count} {what}" for what, count in counts.most_common() if what != "right")
        print(f"{name:<16}{counts.total():>6}{counts['right'] / max(counts.total(), 1):>8.0%}  {others}")
    print()


def judge_photos(folder: Path) -> dict[str, Counter[str]]:
    """Photos in folders whose names are in ``FOLDERS``."""
    rows: dict[str, Counter[str]] = {}
    for kind in sorted(path for path in folder.iterdir() if path.name in FOLDERS):
        photos = sorted(path for path in kind.iterdir() if path.is_file())
        rows[kind.name] = Counter(judge(shown_in(photo), FOLDERS[kind.name]) for photo in tqdm(photos, kind.name))
    return rows


def judge_landmarks(path: Path) -> dict[str, dict[str, Counter[str]]]:
    """Signs by signer: an .npz of X (n, 21, 3), y, signer and handedness."""
    with np.load(path) as held:
        names, _ = gestures(held["X"], held["handedness"])
        signs, signers = held["y"].tolist(), held["signer"].tolist()
    tables: dict[str, dict[str, Counter[str]]] = {f"signer {signer}": {} for signer in sorted(set(signers))}
    for name, sign, signer in sorted(zip(names, signs, signers, strict=True), key=lambda each: each[1]):
        if sign in SIGNS:
            right = "right" if name in SIGNS[sign] else name
            tables[f"signer {signer}"].setdefault(f"{sign} {SIGNS[sign][0]}", Counter())[right] += 1
    return tables


def motions_in(video: Path) -> tuple[float, Counter[str]]:
    """Seconds of a video, and the motions found in it."""
    frames: list[FrameHands] = []
    with open_clip(video) as clip, LiveSession() as bodies, LiveHands() as finder:
        for frame in tqdm(clip, video.name):
            poses, _ = bodies.step(frame.rgb, frame.time_s)
            frames.append(finder.step(frame.rgb, frame.time_s, poses))
    if not frames:
        return 0.0, Counter()
    hands = HandSequence.from_frames(frames, size=frames[0].size, fps=30)
    return frames[-1].time_s, Counter(motion.name for motion in find_motions(hands))


def main() -> None:
    """Print how many are right, by kind of photo and by signer, and the motions in videos."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=Path, help="folder of folders of photos, named by what they show")
    parser.add_argument("--landmarks", type=Path, help=".npz of landmarks of signs: X, y, signer, handedness")
    parser.add_argument("--videos", type=Path, nargs="*", default=[], help="videos to find motions in")
    parser.add_argument("--json", type=Path, help="where to write all numbers")
    given = parser.parse_args()
    numbers: dict[str, object] = {}
    if given.photos:
        print_rows(rows := judge_photos(given.photos))
        numbers["photos"] = rows
    if given.landmarks:
        tables = judge_landmarks(given.landmarks)
        for signer, rows in tables.items():
            print(signer)
            print_rows(rows)
        numbers["landmarks"] = tables
    for video in given.videos:
        seconds, counts = motions_in(video)
        print(f"{video.name:<32}{seconds:>7.1f} s  {dict(counts) or 'no motions'}")
        numbers[str(video)] = counts
    if given.json:
        given.json.write_text(json.dumps(numbers, indent=1))


if __name__ == "__main__":
    main()
