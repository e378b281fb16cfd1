"""A moving picture of a result: the video with its skeletons, one body in 3D, and the angles of its knees, together."""

from dataclasses import replace

import numpy as np

from posecore.media.pictures import fit_picture
from posecore.motion.angles import measure_angle
from posecore.poses import FloatArray, FramePoses, PoseSequence
from posecore.system import naming_missing_library
from posecore.view.drawing import draw_poses
from posecore.view.palette import ORANGE, SKY_BLUE, Color
from posecore.view.shapes import bars, discs, fill, flood

with naming_missing_library():
    import cv2

GROUND: Color = (16, 23, 26)
_TEXT: Color = (232, 240, 241)
_FAINT: Color = (120, 138, 145)
_GRID: Color = (44, 58, 64)
_HEIGHT = 480
_BODY_WIDTH, _CURVE_WIDTH, _MARGIN = 290, 380, 24
_TURN_DEG, _TILT_DEG = 40, 14
_METRES_HIGH = 2.15
_KNEES: tuple[tuple[str, str, Color], ...] = (
    ("left_knee", "Left", ORANGE),
    ("right_knee", "Right", SKY_BLUE),
)
_STEP_DEG = 30


class MovingPicture:
    """Draws the frames of a moving picture of fixed size.

    Args:
        sequence: of a video that is higher than wide; of several people, the largest is in 3D and in the curves.

    Attributes:
        size: (width, height) in pixels.
    """

    def __init__(self, sequence: PoseSequence) -> None:
        self._sequence = sequence
        heights = np.nan_to_num(np.ptp(sequence.xy[..., 1], axis=-1)).sum(axis=0)
        self._person = int(heights.argmax())
        width, height = sequence.size
        self._film = (round(width * _HEIGHT / height / 2) * 2, _HEIGHT)
        self.size = (self._film[0] + _BODY_WIDTH + _CURVE_WIDTH, _HEIGHT)
        self._angles = [measure_angle(sequence, name)[:, self._person] for name, _, _ in _KNEES]
        known = np.concatenate(self._angles)
        known = known[np.isfinite(known)]
        low, high = (known.min(), known.max()) if len(known) else (0.0, 180.0)
        self._low = float(np.floor(low / _STEP_DEG) * _STEP_DEG)
        self._high = float(np.ceil(high / _STEP_DEG) * _STEP_DEG)
        self._floor_m = float(np.nanmax(sequence.world[:, self._person, :, 1], initial=0.8))

    def draw(self, rgb: np.ndarray, index: int) -> np.ndarray:
        """The picture of one frame.

        Args:
            rgb: (H, W, 3) uint8, the frame of the video.
            index: its number.

        Returns:
            (height, width, 3) uint8 of ``size``.
        """
        canvas = np.empty((self.size[1], self.size[0], 3), np.uint8)
        flood(canvas, GROUND)
        poses = self._sequence.frame(index)
        film = cv2.resize(fit_picture(rgb, 2 * _HEIGHT), self._film, interpolation=cv2.INTER_AREA)
        canvas[:, : self._film[0]] = draw_poses(film, poses.resized(self._film), color_by="side", min_visibility=0.4)
        body = np.ascontiguousarray(canvas[:, self._film[0] : self._film[0] + _BODY_WIDTH])
        canvas[:, self._film[0] : self._film[0] + _BODY_WIDTH] = self._draw_body(body, poses, index)
        self._draw_curves(canvas, index)
        return canvas

    def _draw_body(self, panel: np.ndarray, poses: FramePoses, index: int) -> np.ndarray:
        turn = np.radians(_TURN_DEG) * np.sin(2 * np.pi * index / len(self._sequence))
        steps = np.linspace(-0.75, 0.75, 7)
        ends = np.array([((x, -0.75), (x, 0.75)) for x in steps] + [((-0.75, z), (0.75, z)) for z in steps])
        on_floor = np.stack((ends[..., 0], np.full(ends.shape[:2], self._floor_m), ends[..., 1]), axis=-1)
        lines = _projected(on_floor, turn)
        fill(panel, bars(lines[:, 0], lines[:, 1], np.full(len(lines), 1.6)), [_GRID] * len(lines))
        first = poses.only({int(self._sequence.person_ids[self._person])})
        turned = replace(first, xy=_projected(first.world, turn).astype(np.float32), size=(_BODY_WIDTH, _HEIGHT))
        return draw_poses(panel, turned, color_by="side", min_visibility=0.4)

    def _draw_curves(self, canvas: np.ndarray, index: int) -> None:
        left, right = self.size[0] - _CURVE_WIDTH + _MARGIN + 26, self.size[0] - _MARGIN
        top, bottom = 190, _HEIGHT - 58
        _write(canvas, "Knee angle", (left - 26, 58), 27, _TEXT, 600)
        for number, (_, side, color) in enumerate(_KNEES):
            value = self._angles[number][index]
            x = left - 26 + number * 165
            _write(canvas, side, (x, 98), 19, _FAINT, 400)
            _write(canvas, f"{value:.0f}°" if np.isfinite(value) else "–", (x, 146), 46, color, 700)
        for level in np.arange(self._low, self._high + 1, _STEP_DEG):
            y = bottom - (level - self._low) / (self._high - self._low) * (bottom - top)
            cv2.line(canvas, (left, round(y)), (right, round(y)), _GRID, 1)
            _write(canvas, f"{level:.0f}", (left - 34, round(y) + 5), 15, _FAINT, 400)
        times = self._sequence.times_s - self._sequence.times_s[0]
        across = left + times / times[-1] * (right - left)
        for values, (_, _, color) in zip(self._angles, _KNEES, strict=True):
            down = bottom - (values - self._low) / (self._high - self._low) * (bottom - top)
            points = np.column_stack((across, down))
            self._draw_curve(canvas, points, _mixed(color, 0.35), 2.0)
            self._draw_curve(canvas, points[: index + 1], color, 3.6)
        x = across[index]
        cv2.line(canvas, (round(x), top - 8), (round(x), bottom), _FAINT, 1)
        for values, (_, _, color) in zip(self._angles, _KNEES, strict=True):
            if np.isfinite(values[index]):
                y = bottom - (values[index] - self._low) / (self._high - self._low) * (bottom - top)
                fill(canvas, discs(np.array([[x, y], [x, y]]), np.array([9.0, 6.5])), [GROUND, color])
        _write(canvas, f"{times[index]:.2f} s", (right - 58, bottom + 30), 16, _FAINT, 400)

    @staticmethod
    def _draw_curve(canvas: np.ndarray, points: np.ndarray, color: Color, width: float) -> None:
        there = np.isfinite(points).all(axis=1)
        pieces = np.flatnonzero(there[:-1] & there[1:])
        fill(canvas, bars(points[pieces], points[pieces + 1], np.full(len(pieces), width)), [color] * len(pieces))
        fill(canvas, discs(points[there], np.full(int(there.sum()), width / 2)), [color] * int(there.sum()))


def _projected(points: FloatArray, turn: float) -> FloatArray:
    """(..., 2) pixels in the panel of the body, of (..., 3) metres centred on the hips, seen from somewhat above."""
    x, y, z = np.moveaxis(np.asarray(points, np.float64), -1, 0)
    tilt = np.radians(_TILT_DEG)
    across, depth = x * np.cos(turn) - z * np.sin(turn), x * np.sin(turn) + z * np.cos(turn)
    down = y * np.cos(tilt) - depth * np.sin(tilt)
    scale = _HEIGHT / _METRES_HIGH
    return np.stack((_BODY_WIDTH / 2 + scale * across, 0.47 * _HEIGHT + scale * down), axis=-1)


def _mixed(color: Color, share: float) -> Color:
    """The colour with so much of it on the ground."""
    red, green, blue = (round(share * c + (1 - share) * g) for c, g in zip(color, GROUND, strict=True))
    return red, green, blue


def _write(canvas: np.ndarray, text: str, at: tuple[int, int], size: int, color: Color, weight: int) -> None:
    cv2.putText(canvas, text, at, color, cv2.FontFace("sans"), size, weight)
