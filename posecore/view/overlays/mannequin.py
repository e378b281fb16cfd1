"""A standing person of plain measures, on whom pieces are shown before they are chosen."""

from dataclasses import replace

import numpy as np
from scipy.spatial.transform import Rotation

from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33
from posecore.view.drawing import draw_poses
from posecore.view.overlays.artist import OverlayArtist
from posecore.view.overlays.figures import draw_solid
from posecore.view.overlays.ghost import Ghost, Ghosts, StandingGhost, draw_ghost
from posecore.view.overlays.names import PieceName
from posecore.view.overlays.options import OverlayOptions
from posecore.view.overlays.person import people_of
from posecore.view.overlays.sheet import Sheet
from posecore.view.overlays.table import PIECES
from posecore.view.palette import PALE, PLAIN

# Metres from the middle of the hips: x to the person's left, y up, z forwards. Of pairs only the left one, arms raised.
_LEFT_OR_MIDDLE = {
    "nose": (0.0, 0.66, 0.12),
    "left_eye_inner": (0.015, 0.70, 0.10),
    "left_eye": (0.032, 0.70, 0.095),
    "left_eye_outer": (0.045, 0.70, 0.085),
    "left_ear": (0.075, 0.68, 0.0),
    "mouth_left": (0.025, 0.62, 0.10),
    "left_shoulder": (0.18, 0.5, 0.0),
    "left_elbow": (0.40, 0.36, 0.03),
    "left_wrist": (0.52, 0.58, 0.08),
    "left_pinky": (0.56, 0.66, 0.09),
    "left_index": (0.52, 0.67, 0.10),
    "left_thumb": (0.49, 0.63, 0.11),
    "left_hip": (0.11, 0.0, 0.0),
    "left_knee": (0.16, -0.42, 0.05),
    "left_ankle": (0.20, -0.84, 0.0),
    "left_heel": (0.19, -0.89, -0.04),
    "left_foot_index": (0.25, -0.89, 0.12),
}
_WHOLE_M, _CLOSE_M = 2.0, 0.72  # height of the part of the world that a thumbnail shows


def mannequin(
    turn: Rotation | None = None,
    *,
    size: tuple[int, int] = (640, 480),
    px_per_m: float = 220.0,
    middle_px: tuple[float, float] = (320.0, 240.0),
    time_s: float = 0.0,
) -> FramePoses:
    """A frame with one person, seen from afar.

    Args:
        turn: of the person, in its own axes (x to its left, y up, z forwards); None: it faces the camera.
        size: (width, height) of the picture.
        px_per_m: pixels of a metre.
        middle_px: the middle of the hips.
        time_s: time of the frame.
    """
    points = []
    for index, name in enumerate(BLAZEPOSE_33.landmarks):
        mirrored = name not in _LEFT_OR_MIDDLE
        x, y, z = _LEFT_OR_MIDDLE[BLAZEPOSE_33.landmarks[BLAZEPOSE_33.mirror[index]] if mirrored else name]
        points.append((-x if mirrored else x, y, z))
    # The left of a person who faces the camera is at the right in the picture.
    world = (turn or Rotation.identity()).apply(points) * [1, -1, -1]
    sure = np.ones((1, len(BLAZEPOSE_33)), np.float32)
    return FramePoses(
        xy=(world[:, :2] * px_per_m + middle_px)[None],
        z=px_per_m * world[None, :, 2],
        world=world[None],
        visibility=sure,
        presence=sure,
        person_ids=np.array([1]),
        time_s=time_s,
        size=size,
    )


def ghost_thumbnail(ghost: Ghost, side_px: int) -> np.ndarray:
    """(side, side, 3) uint8: a pose to fill, without a person."""
    canvas = np.full((side_px, side_px, 3), PLAIN, np.uint8)
    poses = mannequin(size=(side_px, side_px), px_per_m=side_px / _WHOLE_M)
    sheet = Sheet(poses.size)
    [standing] = Ghosts(ghost, mirrored=False).stand(people_of(poses))
    low, high = (limit(standing.outline.points[standing.outline.seen], axis=0) for limit in (np.min, np.max))
    moved = replace(standing.outline, points=standing.outline.points + side_px / 2 - (low + high) / 2)
    draw_ghost(sheet, StandingGhost(moved, np.nan))
    sheet.lay_on(canvas)
    return canvas


def thumbnail(name: PieceName | None, side_px: int) -> np.ndarray:
    """(side, side, 3) uint8: a piece on the mannequin; None: the skeleton."""
    close = name is not None and PIECES[name].close
    px_per_m = side_px / (_CLOSE_M if close else _WHOLE_M)
    middle = (side_px / 2, side_px / 2 + (0.68 if close else -0.02) * px_per_m)
    artist = OverlayArtist(OverlayOptions([] if name is None else [name]))
    for lean_deg in np.linspace(20, 0, 12) if name == "trails" else (0,):
        turn = Rotation.from_euler("z", lean_deg, degrees=True)
        time_s = (20 - lean_deg) / 40
        poses = mannequin(turn, size=(side_px, side_px), px_per_m=px_per_m, middle_px=middle, time_s=time_s)
        body = Sheet(poses.size)
        for person in people_of(poses):
            draw_solid(body, person, PALE)
        canvas = np.full((side_px, side_px, 3), PLAIN, np.uint8)
        body.lay_on(canvas)
        canvas = draw_poses(canvas, poses) if name is None else artist.draw(canvas, poses)
    return canvas
