"""Looks at the same photo: as it is, mirrored, turned, or by another model.

What is found is always in pixels of the photo itself, with the person's own left and right, so that looks can be
compared.
"""

import math
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.estimation.engines import PictureEstimator
from posecore.estimation.inputs import RgbArray
from posecore.estimation.pose_options import PoseOptions
from posecore.motion.mirror import mirror_images, mirror_picture
from posecore.poses import FramePoses
from posecore.system import naming_missing_library

with naming_missing_library():
    import cv2


@dataclass(frozen=True)
class Look:
    """One way to look at a photo.

    Attributes:
        options: how people are found.
        mirrored: whether left and right of the photo are exchanged first.
        turn_deg: by how many degrees the photo is turned clockwise first.
    """

    options: PoseOptions
    mirrored: bool = False
    turn_deg: float = 0.0

    def estimate(self, estimator: PictureEstimator, rgb: RgbArray) -> FramePoses:
        """Find the people in a photo, (H, W, 3) uint8, upright; ``estimator`` has this look's options."""
        given = mirror_picture(rgb) if self.mirrored else rgb
        if self.turn_deg:
            turned = turn_picture(given, self.turn_deg)
            poses = turned.turn_back(estimator.estimate(turned.rgb), (rgb.shape[1], rgb.shape[0]))
        else:
            poses = estimator.estimate(given)
        return mirror_images(poses) if self.mirrored else poses

    def as_dict(self) -> dict[str, object]:
        """What is done to the photo; empty if nothing is."""
        facts: dict[str, object] = {"mirrored": self.mirrored, "turn_deg": self.turn_deg}
        return {name: value for name, value in facts.items() if value}


class Turned(NamedTuple):
    """A turned photo.

    Attributes:
        rgb: (H, W, 3), large enough for all corners; black beside the photo.
        to_turned: (2, 3) affine map from pixels of the photo to pixels of ``rgb``.
    """

    rgb: RgbArray
    to_turned: NDArray[np.float64]

    def turn_back(self, poses: FramePoses, size: tuple[int, int]) -> FramePoses:
        """The people in pixels of the photo, which has this (width, height)."""
        # The inverse of a rotation is its transpose.
        rotation, shift = self.to_turned[:, :2], self.to_turned[:, 2]
        xy = np.asarray((poses.xy - shift) @ rotation, np.float32)
        world = poses.world.copy()
        world[..., :2] = world[..., :2] @ rotation
        return replace(poses, xy=xy, world=world, size=size, masks=())


def turn_picture(rgb: NDArray[np.uint8], turn_deg: float) -> Turned:
    """Turn a photo, (H, W, 3) uint8, clockwise by so many degrees; nothing of it is cut off."""
    size = np.array(rgb.shape[1::-1], float)
    cos, sin = math.cos(math.radians(turn_deg)), math.sin(math.radians(turn_deg))
    rotation = np.array([[cos, -sin], [sin, cos]])
    whole = np.ceil(np.abs(rotation) @ size)
    shift = whole / 2 - rotation @ size / 2
    # Landmarks are counted from the corner of the first pixel, OpenCV counts from its middle.
    of_middles = shift + rotation @ [0.5, 0.5] - 0.5
    turned = cv2.warpAffine(rgb, np.column_stack([rotation, of_middles]), tuple(whole.astype(int).tolist()))
    return Turned(np.asarray(turned, np.uint8), np.column_stack([rotation, shift]))
