"""Hard cuts in a video: from one frame to the next, another picture.

How two pictures are compared
    Each frame is reduced to ``SIDE`` x ``SIDE`` grey levels. In blocks of 8 x 8, one picture is searched in the other:
    a block is found if its pattern is there, near the same place, with any brightness and contrast (normalised
    correlation). The difference of two pictures is the share of their contrast that is not found, after the whole
    picture was moved to where it fits best. So neither exposure, a lamp, a pan nor shaking hands make a difference; a
    person who moves makes a small one; another scene makes a large one, in either direction.

What a cut is
    A difference of ``CUT`` or more, with far smaller ones inside the shots on both sides: a whip pan or somebody who
    passes close to the camera differs for several frames in a row. And no picture just before it returns just after
    it, as after a flash or a damaged frame. A dissolve has small differences only, and no cut.

Where the thresholds come from
    Single shots of people who walk, jump, exercise and sign, with cameras on tripods and in hands, have differences of
    at most 0.1 from frame to frame and 0.2 over two frames. Any two frames of different shots differ by 0.4 to 1, and
    0.25 or more if one is the other's mirror image.
"""

import math
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import av
import cv2
import numpy as np
from av.video.reformatter import Interpolation, VideoReformatter
from numpy.typing import NDArray

Thumbnail = NDArray[np.float32]
"""(SIDE, SIDE) grey levels, 0 to 255: a frame, whatever its shape."""

SIDE = 48
"""Pixels along each side of a thumbnail."""
CUT = 0.3
"""Smallest difference of two shots, 0..1."""
WITHIN = 0.5
"""Largest difference of two frames within a shot beside a cut, as a share of the cut's."""
SIMILAR_CUT, SIMILAR_WITHIN, SIMILAR_CHANGE = 0.12, 0.25, 4.0
"""The same for similar shots, as in one studio, where also the mean change has to be so many times any other nearby."""

# Mean change in grey levels below which there is certainly no cut.
_LEAST_CHANGE = 3.0
# Neither is there if the change is not this much larger than is usual: than three quarters of those before it, so that
# a few cuts do not count, but movement does, even if only every fourth frame of the file is a new one.
_UNUSUAL = 1.6
_USUAL_OVER = 12
FRAMES_BEFORE = 15
"""Number of frames before one that are enough to decide whether a shot begins with it."""
# Contrast that is not found, in grey levels as a mean over the picture: less of it is noise, or the end of a fade.
_LEAST_LOST = 1.0
# A flash or damaged picture takes less than this; frames are read this far ahead where a cut is suspected.
_FLASH_S = 0.2
_FEWEST_BESIDE, _MOST_BESIDE = 6, 12

# Grey levels this close to black or white have lost their pattern to the exposure. Contrast lost there is not counted,
# unless it is more than this share of all: then the picture itself is black or white.
_MIDDLE, _CLIPPED, _MOST_CLIPPED = 127.5, 8.0, 0.75
# A longer step from frame to frame, in usual ones, means that frames are missing.
_HOLE_STEPS = 2.5

_BLOCK = 8
_SEARCHED = 2  # pixels in each direction, for things that move within the picture
# Standard deviation of a block with a pattern, and the one from which on it counts fully.
_FLAT, _RICH = 3.0, 20.0
# A block with less than this share of the other's contrast does not show the same.
_LEAST_CONTRAST = 0.25

_TimedFrame = tuple[float, av.VideoFrame]
_Blocks = NDArray[np.float32]


class Thumbnailer:
    """Makes the thumbnails of one video's decoded frames: half a millisecond each at 1768 x 994.

    Frames are taken as stored, not upright, and squeezed into a square, which makes no difference to a comparison. One
    of another shape than the first, as after a phone was turned, is fitted into that shape, with black bars.
    """

    def __init__(self) -> None:
        self._reformatter = VideoReformatter()
        self._first: tuple[int, int] | None = None

    def __call__(self, frame: av.VideoFrame) -> Thumbnail:
        """The thumbnail of a frame."""
        self._first = self._first or (frame.width, frame.height)
        shares = frame.width / self._first[0], frame.height / self._first[1]
        width, height = (max(1, round(SIDE * share / max(shares))) for share in shares)
        left, top = (SIDE - width) // 2, (SIDE - height) // 2
        grey = self._reformatter.reformat(
            frame, width=width, height=height, format="gray8", interpolation=Interpolation.AREA
        )
        thumbnail = np.zeros((SIDE, SIDE), np.float32)
        thumbnail[top : top + height, left : left + width] = grey.to_ndarray()
        return thumbnail


def mark_cuts(frames: Iterator[_TimedFrame], fps: float) -> Iterator[tuple[float, av.VideoFrame, bool]]:
    """Each frame of a video with its time, and whether a hard cut comes just before it.

    A decision depends only on the ``FRAMES_BEFORE`` it and on the few after it, so it is the same in any part of a
    video that has them. Frames are held back only where a cut is suspected.

    Args:
        frames: decoded, in order, with their times.
        fps: frames per second, nominally.
    """
    beside = min(_MOST_BESIDE, max(_FEWEST_BESIDE, math.ceil(_FLASH_S * fps)))
    thumbnail = Thumbnailer()
    pairs = ((timed, thumbnail(timed[1])) for timed in frames)
    before: deque[Thumbnail] = deque(maxlen=beside)
    changes: deque[float] = deque(maxlen=_USUAL_OVER)
    ahead: deque[tuple[_TimedFrame, Thumbnail]] = deque()
    last_s, size, begins_next = 0.0, (0, 0), False
    while True:
        ahead.extend(islice(pairs, 0 if ahead else 1))
        if not ahead:
            return
        begins, begins_next = begins_next, False
        (time_s, frame), picture = ahead[0]
        if before:
            change = _change(before[-1], picture)
            if not begins and change >= max(_LEAST_CHANGE, _UNUSUAL * float(np.percentile(changes or [0.0], 75))):
                ahead.extend(islice(pairs, beside - len(ahead)))
                # Frames that were left out make a jump, too: by a slow camera, or by an encoder that starts again
                # because the phone was turned.
                complete = time_s - last_s < _HOLE_STEPS / fps and size == (frame.width, frame.height)
                usual = max(changes, default=0.0) if complete else math.inf
                cut = find_cut(list(before), [picture for _, picture in ahead], usual)
                begins, begins_next = cut == 0, cut == 1
            changes.append(change)
        ahead.popleft()
        before.append(picture)
        last_s, size = time_s, (frame.width, frame.height)
        yield time_s, frame, begins


def find_cut(before: Sequence[Thumbnail], after: Sequence[Thumbnail], usual: float) -> int | None:
    """The place in ``after`` at which a new shot begins, 0 or 1; None if there is no cut.

    The first frame may be a mixture of both shots, as converting the frame rate makes it. So the frame after it is
    compared, and the mixture belongs to the shot that it resembles more.

    Args:
        before: at least one thumbnail, in order.
        after: those that follow, at least one.
        usual: the largest mean change in grey levels between the frames before; infinite if similar shots are not to
            be told apart.
    """
    old, first, new = before[-1], after[0], after[min(1, len(after) - 1)]
    cut, lost = _compare(old, new)
    if cut < SIMILAR_CUT or lost < _LEAST_LOST:
        return None
    within = cut * WITHIN
    if cut < CUT:
        within = cut * SIMILAR_WITHIN
        usual = max([usual, *(_change(*pair) for pair in pairwise(after[1:]))])
        if _change(old, new) < SIMILAR_CHANGE * usual:
            return None
    if any(difference(*pair) > within for pair in (before[-3::2], after[1:4:2]) if len(pair) == 2):
        return None
    across = [*((old, later) for later in after[2:]), *((earlier, new) for earlier in before[:-1])]
    if any(difference(*pair) < WITHIN * cut for pair in across):
        return None
    return 0 if len(after) == 1 or _change(old, first) >= _change(first, new) else 1


def difference(one: Thumbnail, other: Thumbnail) -> float:
    """Share of two pictures' contrast that is in only one of them, 0..1; 0 if neither has any. See above."""
    return _compare(one, other)[0]


def _change(one: Thumbnail, other: Thumbnail) -> float:
    """Mean change in grey levels."""
    return float(np.abs(other - one).mean())


def _compare(one: Thumbnail, other: Thumbnail) -> tuple[float, float]:
    """The ``difference``, and the contrast it stands for: grey levels, as a mean over all blocks."""
    whole = np.ones((SIDE, SIDE), np.float32)
    compared = _not_found(one, other, whole)
    if compared[0] < SIMILAR_CUT * SIMILAR_WITHIN:
        return compared
    moved, inside = _moved_onto(one, other)
    return min(compared, _not_found(one, moved, inside))


def _not_found(one: Thumbnail, other: Thumbnail, inside: Thumbnail) -> tuple[float, float]:
    """As ``_compare``, of pictures in the same place, and of those blocks only that are inside both."""
    counted = _means(inside) > 1 - 1 / _BLOCK
    lost, contrast, lost_clipped, contrast_clipped = 0.0, 0.0, 0.0, 0.0
    for here, there in ((one, other), (other, one)):
        found, own = _find_blocks(here, there)
        weight = np.where(counted & (own >= _FLAT), np.minimum(own, _RICH), 0)
        clipped = np.abs(_means(there) - _MIDDLE) > _MIDDLE - _CLIPPED
        lost += float((weight * (1 - found)).sum())
        contrast += float(weight.sum())
        lost_clipped += float((weight * (1 - found))[clipped].sum())
        contrast_clipped += float(weight[clipped].sum())
    # What is lost in black or white says nothing if enough is left elsewhere: it is the exposure's doing.
    if contrast_clipped < _MOST_CLIPPED * contrast:
        lost, contrast = lost - lost_clipped, contrast - contrast_clipped
    return (lost / contrast if contrast else 0.0), lost / (2 * found.size)


def _find_blocks(picture: Thumbnail, other: Thumbnail) -> tuple[_Blocks, _Blocks]:
    """For each block of a picture: how well it is found in the other one, 0..1, and its own contrast in grey levels."""
    mean, contrast = _moments(picture)
    around = np.pad(other, _SEARCHED, mode="edge")
    steps = range(2 * _SEARCHED + 1)
    there = np.stack([around[y : y + SIDE, x : x + SIDE] for y in steps for x in steps])
    mean_there, contrast_there = _moments(there)
    together = _means(picture * there) - mean * mean_there
    least = np.maximum(_LEAST_CONTRAST * contrast, 1)  # correlation with nothing but rounding is none
    correlation = together / np.maximum(contrast * np.maximum(contrast_there, least), 1e-3)
    return correlation.max(axis=0).clip(0, 1), contrast


def _moments(pictures: Thumbnail) -> tuple[_Blocks, _Blocks]:
    """Mean and standard deviation of each block."""
    means = _means(pictures)
    return means, np.sqrt(np.maximum(_means(pictures * pictures) - means * means, 0))


def _means(pictures: Thumbnail) -> _Blocks:
    """(..., SIDE, SIDE) values -> the mean of each block, (..., SIDE / 8, SIDE / 8)."""
    blocks = SIDE // _BLOCK
    column = pictures.reshape(-1, SIDE)  # one below the other
    means = cv2.resize(column, (blocks, len(column) // _BLOCK), interpolation=cv2.INTER_AREA)
    return np.asarray(means, np.float32).reshape(*pictures.shape[:-2], blocks, blocks)


def _moved_onto(one: Thumbnail, other: Thumbnail) -> tuple[Thumbnail, Thumbnail]:
    """The other picture moved to where the middle of the first fits best, and 1 where it then has pixels, else 0."""
    edge = SIDE // 4
    fits = cv2.matchTemplate(other, one[edge:-edge, edge:-edge], cv2.TM_CCOEFF_NORMED)
    down, across = (int(place) - edge for place in np.unravel_index(fits.argmax(), fits.shape))
    move = np.array([[1, 0, -across], [0, 1, -down]], np.float32)
    moved, inside = (
        np.asarray(cv2.warpAffine(picture, move, (SIDE, SIDE), flags=cv2.INTER_NEAREST, borderMode=border), np.float32)
        for picture, border in (
            (other, cv2.BORDER_REPLICATE),
            (np.ones_like(other), cv2.BORDER_CONSTANT),
        )
    )
    return moved, inside
