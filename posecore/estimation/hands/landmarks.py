"""Decoding the hand landmark network's outputs: landmarks in pixels and metres, and the region for the next frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posecore.estimation.arrays import FloatArray
from posecore.estimation.hands.squares import around_landmarks
from posecore.estimation.regions import Region
from posecore.hands import FrameHands, HandSlot
from posecore.skeletons import HAND_21

SIDE = 224
"""Width and height of the network's input in pixels."""

# MediaPipe divides z by this, so that it is about on the scale of x and y.
_Z_SCALE = 0.4


@dataclass(frozen=True)
class RegionHand:
    """The hand in one region.

    Attributes:
        points: (21, 3) x and y in pixels of the picture; z on the same scale, 0 at the wrist, smaller = nearer to the
            camera.
        world: (21, 3) metres, origin at the hand's own centre, axes as in the picture.
        score: 0..1, the network's confidence that the region shows a hand.
        right: 0..1, the network's guess that it is the person's right hand.
    """

    points: FloatArray
    world: FloatArray
    score: float
    right: float

    @property
    def next_region(self) -> Region:
        """The hand's region according to these points, to be used for the next frame."""
        return around_landmarks(self.points[:, :2], self.score)


def decode_hand(
    raw_points: FloatArray, score: float, right: float, raw_world: FloatArray, region: Region
) -> RegionHand:
    """Decode the network's output for a region.

    Args:
        raw_points: (21, 3) pixels of the input.
        score: the network's own, 0..1.
        right: the network's own, 0..1.
        raw_world: (21, 3) metres, in the region's own axes.
        region: what the network was shown.
    """
    points = np.empty_like(raw_points)
    points[:, :2] = region.to_picture(raw_points[:, :2] / np.float32(SIDE))
    points[:, 2] = raw_points[:, 2] * np.float32(region.size / SIDE / _Z_SCALE)
    world = raw_world.copy()
    world[:, :2] = world[:, :2] @ region.directions().T
    return RegionHand(points, world, score, right)


def to_frame(
    hands: Sequence[RegionHand], slots: Sequence[HandSlot], size: tuple[int, int], time_s: float
) -> FrameHands:
    """Combine the hands of one frame of (width, height) pixels, in order of their slots."""
    order = sorted(range(len(hands)), key=lambda index: slots[index])
    points = np.array([hands[index].points for index in order], np.float32).reshape(-1, len(HAND_21), 3)
    return FrameHands(
        xy=points[..., :2],
        z=points[..., 2],
        world=np.array([hands[index].world for index in order], np.float32).reshape(points.shape),
        score=np.array([hands[index].score for index in order], np.float32),
        right=np.array([hands[index].right for index in order], np.float32),
        slots=tuple(slots[index] for index in order),
        time_s=time_s,
        size=size,
    )
