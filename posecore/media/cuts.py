"""Hard cuts: places in a video where the next frame shows another shot.

How two pictures are compared
    Each frame is reduced to ``SIDE`` x ``SIDE`` grey levels. Each block of 8 x 8 of one picture is looked for in the
    other: it is found if its pattern is near the same place, at any brightness and contrast (normalised correlation).
    The difference of two pictures is the share of their contrast that is not found once the whole picture has been
    moved to where it fits best. So exposure, a lamp, a pan or shaking hands make no difference, a moving person makes a
    small one, and another scene makes a large one, in either direction.

What a cut is
    A difference of ``CUT`` or more, with far smaller ones within the shots on both sides: during a whip pan, or while
    somebody passes close to the camera, several frames in a row differ. Nor may a picture from just before the cut
    return just after it, as it does after a flash or a damaged frame. A dissolve has only small differences: it is not
    a hard cut.

Where the thresholds come from
    In single shots of people who walk, jump, exercise and sign, filmed from tripods and by hand, frames differ by at
    most 0.1 from one to the next and by 0.2 over two. Frames of different shots differ by 0.4 to 1, or by 0.25 and more
    if one is the mirror image of the other.
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
"""The same for similar shots, as in one studio; there the mean change must also be this many times any other nearby."""

# Mean change in grey levels below which there is certainly no cut.
_LEAST_CHANGE = 3.0
# Nor is there one unless the change is this much larger than usual, that is than three quarters of those before it: a
# few cuts do not count then, but movement does, even if only every fourth frame of the file is a new one.
_UNUSUAL = 1.6
_USUAL_OVER = 12
FRAMES_BEFORE = 15
"""Number of frames before one that are enough to decide whether a shot begins with it."""
# Mean contrast over the picture that is not found, in grey levels: less than this is noise, or the end of a fade.
_LEAST_LOST = 1.0
# A flash or a damaged picture is shorter than this. Where a cut is suspected, frames are read this far ahead.
_FLASH_S = 0.2
_FEWEST_BESIDE, _MOST_BESIDE = 6, 12

# At grey levels this close to black or white, the exposure has erased the pattern. Contrast lost there is not counted,
# unless it is more than this share of the whole: then the picture itself is black or white.
_MIDDLE, _CLIPPED, _MOST_CLIPPED = 127.5, 8.0, 0.75
# Frames are missing where a step is longer than this many usual ones.
_HOLE_STEPS = 2.5

_BLOCK = 8
_SEARCHED = 2  # pixels in each direction, for things that move within the picture
# Standard deviation of a block with a pattern, and the one from which on it counts fully.
_FLAT, _RICH = 3.0, 20.0
# A block with less than this share of the other's contrast does not show the same thing.
_LEAST_CONTRAST = 0.25

_TimedFrame = tuple[float, av.VideoFrame]
_Blocks = NDArray[np.float32]


class Thumbnailer:
    """Makes the thumbnails of one video's decoded frames: half a millisecond each at 1768 x 994.

    Frames are taken as stored, not upright, and squeezed into a square, which does not affect a comparison. A frame of
    another shape than the first, as after a phone was turned, is fitted into the first one's shape with black bars.
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

    A decision depends only on the ``FRAMES_BEFORE`` frames before it and on a few after it, so it is the same in any
    part of a video that has them. Frames are held back only where a cut is suspected.

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
                # Missing frames make a jump, too: a slow camera leaves some out, and so does an encoder that starts
                # again because the phone was turned.
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
    """Share of the contrast of two pictures that only one of them has, 0..1; 0 if neither has any. See above."""
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
    """As ``_compare``, without moving the picture, and only for the blocks that are inside both."""
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
    # If enough is left elsewhere, what is lost in black or white is due to the exposure.
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
