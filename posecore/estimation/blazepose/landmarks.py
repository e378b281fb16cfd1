"""Decoding the landmark network's raw outputs: landmarks in pixels and metres, and the region for the next frame."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from posecore.estimation.arrays import FloatArray, logistic
from posecore.estimation.regions import Region
from posecore.poses import FramePoses, Mask
from posecore.skeletons import BLAZEPOSE_33

SIDE = 256
"""Width and height of the network's input in pixels."""

POINTS = 39
"""Points the network outputs: 33 landmarks, two that span the next region, four that MediaPipe does not use."""

POINT_VALUES = 5
"""Values of a point: x, y, z in pixels of the input, visibility and presence before the logistic function."""

HEATMAP_SIDE = 64
"""Width and height of each point's heat map."""

_LANDMARKS = np.arange(len(BLAZEPOSE_33))
_MIRRORED = np.array(BLAZEPOSE_33.mirror)
_ALIGNMENT = slice(33, 35)

# A point is refined by averaging over a window of 7 x 7 cells around it.
_WINDOW = np.arange(-3, 4)

# A point is refined only if its map reaches this value somewhere in the window.
_MIN_PEAK = 0.5


@dataclass(frozen=True)
class RegionPose:
    """The person in one region.

    Attributes:
        points: (33, 3) x and y in pixels of the picture; z on the same scale, 0 at the middle of the hips, smaller =
            nearer to the camera.
        world: (33, 3) metres, origin at the middle of the hips, axes as in the picture.
        visibility: (33,) 0..1.
        presence: (33,) 0..1, of each landmark.
        score: 0..1, the network's confidence that the region shows a person.
        alignment: (2, 2) the two points that span the person's region, in pixels of the picture: the middle of the
            hips, and a point above the head on the circle that contains the body.
        region: what the network was shown.
        mask: the silhouette, if requested.
    """

    points: FloatArray
    world: FloatArray
    visibility: FloatArray
    presence: FloatArray
    score: float
    alignment: FloatArray
    region: Region
    mask: Mask | None = None

    @property
    def next_region(self) -> Region:
        """The person's region according to these points, to be used for the next frame."""
        return Region.around(self.alignment, self.score)


def to_frame(poses: Sequence[RegionPose], size: tuple[int, int], time_s: float) -> FramePoses:
    """Combine the people of one frame of (width, height) pixels, numbered in the given order."""
    people, landmarks = len(poses), len(BLAZEPOSE_33)
    points = np.array([pose.points for pose in poses], np.float32).reshape(people, landmarks, 3)
    return FramePoses(
        xy=points[..., :2],
        z=points[..., 2],
        world=np.array([pose.world for pose in poses], np.float32).reshape(people, landmarks, 3),
        visibility=np.array([pose.visibility for pose in poses], np.float32).reshape(people, landmarks),
        presence=np.array([pose.presence for pose in poses], np.float32).reshape(people, landmarks),
        person_ids=np.arange(1, people + 1),
        time_s=time_s,
        size=size,
        masks=tuple(pose.mask for pose in poses if pose.mask is not None),
    )


def decode_pose(
    raw_points: FloatArray,
    score: float,
    heatmaps: FloatArray,
    raw_world: FloatArray,
    region: Region,
    raw_mask: FloatArray | None = None,
    *,
    mirrored: bool = False,
) -> RegionPose:
    """Decode the network's output for a region.

    Args:
        raw_points: (POINTS, POINT_VALUES) as the network outputs them.
        score: the network's own, 0..1.
        heatmaps: (HEATMAP_SIDE, HEATMAP_SIDE, POINTS) before the logistic function; rows go down.
        raw_world: (POINTS, 3) metres, in the region's own axes.
        region: what the network was shown.
        raw_mask: (SIDE, SIDE) before the logistic function.
        mirrored: the network was shown the mirror image of the region, whose left and right are exchanged back here.
    """
    shares = _refine(raw_points[:, :2] / np.float32(SIDE), heatmaps)
    order = _MIRRORED if mirrored else _LANDMARKS
    world = raw_world[order]
    if mirrored:
        shares[:, 0] = np.float32((SIDE - 1) / SIDE) - shares[:, 0]
        world[:, 0] *= -1
    picture = region.to_picture(shares)
    points = np.empty((len(BLAZEPOSE_33), 3), np.float32)
    points[:, :2] = picture[order]
    points[:, 2] = raw_points[order, 2] * np.float32(region.size / SIDE)
    world[:, :2] = world[:, :2] @ region.directions().T
    confidence = logistic(raw_points[order, 3:])
    return RegionPose(
        points=points,
        world=world,
        visibility=confidence[:, 0],
        presence=confidence[:, 1],
        score=score,
        alignment=picture[_ALIGNMENT],
        region=region,
        mask=None if raw_mask is None else Mask(logistic(raw_mask), region.crop_matrix(SIDE)),
    )


def _refine(shares: FloatArray, heatmaps: FloatArray) -> FloatArray:
    """Move points to the centre of mass of their heat maps around them.

    Args:
        shares: (POINTS, 2) x and y as shares of the side.
        heatmaps: (HEATMAP_SIDE, HEATMAP_SIDE, POINTS).
    """
    cells = (shares * HEATMAP_SIDE).astype(int)  # toward zero, as MediaPipe rounds
    places = cells[:, :, None] + _WINDOW  # (POINTS, 2, 7): columns, rows
    inside = (places >= 0) & (places < HEATMAP_SIDE)
    column, row = places.clip(0, HEATMAP_SIDE - 1).transpose(1, 0, 2)
    likely = logistic(heatmaps[row[:, :, None], column[:, None, :], np.arange(POINTS)[:, None, None]])
    likely *= inside[:, 1, :, None] & inside[:, 0, None, :]
    by_place = np.stack([likely.sum(axis=1), likely.sum(axis=2)], axis=1)
    centre = (by_place * places).sum(axis=2) / np.maximum(by_place.sum(axis=2), 1e-9) / HEATMAP_SIDE
    # As in MediaPipe, a point whose column is outside the map is left as it is, but the row is not checked.
    sure = inside[:, 0, len(_WINDOW) // 2] & (likely.max(axis=(1, 2)) >= _MIN_PEAK)
    return np.where(sure[:, None], centre, shares).astype(np.float32)
