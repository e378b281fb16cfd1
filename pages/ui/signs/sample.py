"""The sample of the Signs page: a drawn hand that spells. No package that the app needs carries a film of a real one.

Its shapes are those of ``letter_hands``, moved from letter to letter as a signer would. So what is read of it is what
the page reads of any hand, but no network had to find it.
"""

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pages.ui.shared.clips import Clip
from pages.ui.signs.letter_hands import IN_THE_AIR, letter_shapes
from posecore import ClipOptions, HandSequence, HandSlot
from posecore.downloads import cache_dir
from posecore.media.films import FilmWriter
from posecore.system import whole_file
from posecore.view.hand_drawing import draw_hands

TEXT = "HELLO JAZZ"
ABOUT = (
    f"A drawn hand that spells {TEXT}: the mean hand of three signers, moved from letter to letter. There is no camera "
    "and no search for hands here; what it shows is read as of any other hand."
)

_FPS = 25
_SIZE = (480, 480)
_PALM, _WRIST = 90, (250, 265)  # pixels
_GROUND = (226, 229, 232)
_HELD_S, _BETWEEN_S, _AWAY_S, _DRAWN_S = 0.9, 0.25, 1.4, 1.0
_SHIFTED = 0.7  # palm lengths to the side, for the second of two letters
# Ways of the hand in palm lengths, as the camera sees a right one.
_WAYS = {
    "J": ((0, 0), (0, 0.9), (0.08, 1.12), (0.25, 1.25), (0.45, 1.2), (0.58, 1.02)),
    "Z": ((0, 0), (-1.2, 0), (0, 1.1), (-1.2, 1.1)),
}


def sample_clip() -> Clip:
    """The film of the hand, which is drawn once for all visitors."""
    path = cache_dir() / "samples" / "spelled.mp4"
    if not path.is_file():
        path.parent.mkdir(parents=True, exist_ok=True)
        hands = sample_hands()
        ground = np.full((*_SIZE[::-1], 3), _GROUND, np.uint8)
        with whole_file(path) as part, FilmWriter(part, _SIZE, fps_hint=_FPS) as film:
            for index, time_s in enumerate(hands.times_s.tolist()):
                film.write(draw_hands(ground, hands.frame(index), tags=False), time_s)
    return Clip("sample", "sample.mp4", path)


def replay_sample(path: Path, _part: ClipOptions, film: Path, **_options: object) -> tuple[None, HandSequence]:
    """The hand of the sample, called in place of ``estimate_signs``; it is drawn in the film already."""
    shutil.copyfile(path, film)
    return None, sample_hands()


def sample_hands() -> HandSequence:
    """A right hand that spells ``TEXT``."""
    points = np.concatenate([part for each in TEXT.split() for part in (_word(each), _nothing())][:-1])
    count = len(points)
    xyz = (points[:, None] * _PALM + (*_WRIST, 0)).astype(np.float32)
    world, seen = 0 * xyz, 0 * xyz[:, :, 0, 0] + 1  # NaN where there is no hand
    slots = (HandSlot(1, "right"),)
    return HandSequence(xyz[..., :2], xyz[..., 2], world, seen, seen, slots, np.arange(count) / _FPS, _SIZE, _FPS)


def _nothing() -> NDArray[np.float64]:
    """No hand, for a space."""
    return np.full((round(_AWAY_S * _FPS), 21, 3), np.nan)


def _word(text: str) -> NDArray[np.float64]:
    """(T, 21, 3) palm lengths from where the wrist rests."""
    parts: list[NDArray[np.float64]] = []
    shift = 0.0
    for before, letter in pairwise(f" {text}"):
        shift = _SHIFTED - shift if letter == before and letter not in _WAYS else 0.0
        shape = letter_shapes()[IN_THE_AIR.get(letter, letter)] + (shift, 0, 0)
        way = np.array(_WAYS.get(letter, ((0, 0), (0, 0))), np.float64)
        held = _along(way, _DRAWN_S if letter in _WAYS else _HELD_S)
        shown = shape + np.pad(held, ((0, 0), (0, 1)))[:, None]
        if parts:
            share = np.linspace(0, 1, round(_BETWEEN_S * _FPS))[:, None, None]
            parts.append(parts[-1][-1] * (1 - share) + shown[0] * share)
        parts.append(shown)
    return np.concatenate(parts)


def _along(way: NDArray[np.float64], seconds: float) -> NDArray[np.float64]:
    """(T, 2) places along a way, at even speed."""
    length = np.concatenate([[0], np.linalg.norm(np.diff(way, axis=0), axis=1).cumsum()])
    at = np.linspace(0, length[-1], round(seconds * _FPS))
    return np.stack([np.interp(at, length, axis) for axis in way.T], axis=1)
