"""The frame that a note on form is about, with what was measured drawn on it."""

from dataclasses import replace

import numpy as np

from posecore.motion.exercises.results import FormNote
from posecore.poses import FramePoses
from posecore.skeletons import BLAZEPOSE_33
from posecore.system import naming_missing_library
from posecore.view import labels as writing
from posecore.view.drawing import draw_poses
from posecore.view.palette import GREEN, INK, PLAIN, VERMILLION, Color
from posecore.view.shapes import bars, discs, fill

with naming_missing_library():
    import cv2

_MARGIN = 0.2  # around a person, of their height or width, whichever is larger
_FAINT = 0.35
_WIDTH = 0.006  # of the line, of the picture's diagonal
_ARC = 0.35  # radius of an angle's arc, of the shorter of its sides
_STEPS = 24


def crop_around(rgb: np.ndarray | None, poses: FramePoses) -> tuple[np.ndarray | None, FramePoses]:
    """The part of a frame around its people, with room around them, and the people in pixels of that part.

    Args:
        rgb: (H, W, 3) uint8, or None if there is no picture.
        poses: in pixels of that frame. Of nobody, or nobody within the frame, all of it is kept.
    """
    size = np.array(poses.size)
    places = poses.xy.reshape(-1, 2)
    places = places[np.isfinite(places).all(axis=1)].astype(np.float64).clip(0, size)
    if not len(places) or np.ptp(places, axis=0).min() < 1:
        return rgb, poses
    margin = _MARGIN * np.ptp(places, axis=0).max()
    left, top = np.floor((places.min(axis=0) - margin).clip(0, size)).astype(int).tolist()
    right, bottom = np.ceil((places.max(axis=0) + margin).clip(0, size)).astype(int).tolist()
    cut = None if rgb is None else np.ascontiguousarray(rgb[top:bottom, left:right])
    moved = (poses.xy - np.array([left, top])).astype(np.float32)
    return cut, replace(poses, xy=moved, size=(right - left, bottom - top))


def draw_note(rgb: np.ndarray | None, poses: FramePoses, note: FormNote) -> np.ndarray:
    """Draw the skeleton faintly and, strongly, the line or angle that a note on form is about, with its value.

    Args:
        rgb: (H, W, 3) uint8, the frame that the note is about; it is not changed. None: a plain ground.
        poses: the person whom the note is about, alone, in pixels of that frame. What the note's points need and is NaN
            is left out.
        note: whatever its verdict; of a note that is not judged, only the skeleton is drawn.

    Returns:
        (H, W, 3) uint8.

    Raises:
        InvalidPoses: if the picture is not (H, W, 3) uint8 of the poses' size, or the poses are not those of one frame.
    """
    width, height = poses.size
    ground = np.full((height, width, 3), PLAIN, np.uint8) if rgb is None else rgb
    drawn = draw_poses(ground, poses, min_visibility=0.0, color_by="side")
    share = _FAINT if rgb is not None else 2 * _FAINT
    canvas = cv2.addWeighted(drawn, share, ground, 1 - share, 0)
    if len(poses) and note.points and note.value is not None:
        points = np.stack([_middle(poses, point) for point in note.points])
        if np.isfinite(points).all():
            _draw_line(canvas, points, note)
    return canvas


def _middle(poses: FramePoses, names: tuple[str, ...]) -> np.ndarray:
    """(2,) the middle of landmarks, where (0, 0) is the middle of the first pixel, as in OpenCV."""
    return np.asarray(poses.xy[0, [BLAZEPOSE_33.index(name) for name in names]].mean(axis=0) - 0.5, np.float64)


def _draw_line(canvas: np.ndarray, points: np.ndarray, note: FormNote) -> None:
    height, width = canvas.shape[:2]
    points = points.clip(-4 * max(canvas.shape), 4 * max(canvas.shape))  # beyond, OpenCV's integers would overflow
    color = VERMILLION if note.verdict == "fault" else GREEN
    thick = max(2.0, _WIDTH * float(np.hypot(width, height)))
    _stroke(canvas, points, thick, color)
    if len(points) == 3 and note.unit == "°":
        _stroke(canvas, _arc(*points), thick / 2, color)
    tip = points[len(points) // 2] if len(points) != 2 else points.mean(axis=0)
    foot = (float(tip[0]), float(tip[1] - 2 * thick))
    tag = writing.place_tag((width, height), f"{note.value:.0f}{note.unit[:1]}", color, foot, thick)
    writing.draw_tag(canvas, tag)


def _stroke(canvas: np.ndarray, points: np.ndarray, thick: float, color: Color) -> None:
    """A line through points with round joints and a dark rim."""
    rim = max(1.0, thick / 4)
    for extra, paint in ((2 * rim, INK), (0.0, color)):
        widths = np.full(len(points) - 1, thick + extra)
        fill(canvas, bars(points[:-1], points[1:], widths), [paint] * len(widths))
        radii = np.full(len(points), 0.5 * thick + extra / 2)
        fill(canvas, discs(points, radii), [paint] * len(points))


def _arc(start: np.ndarray, joint: np.ndarray, end: np.ndarray) -> np.ndarray:
    """(N, 2) points of the arc of an angle, on its smaller side."""
    sides = np.stack([start - joint, end - joint])
    first, second = np.arctan2(sides[:, 1], sides[:, 0])
    turn = (second - first + np.pi) % (2 * np.pi) - np.pi
    angles = first + turn * np.linspace(0, 1, _STEPS)
    return np.asarray(joint + _ARC * np.hypot(*sides.T).min() * np.column_stack([np.cos(angles), np.sin(angles)]))
