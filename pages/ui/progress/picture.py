"""A small picture of a session: the middle of the first repetition, with the skeleton."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from posecore import ClipOptions, Counted, PoseSequence, draw_poses
from posecore.errors import PosecoreError
from posecore.media.clips import open_clip
from posecore.media.pictures import fit_picture
from posecore.progress.checks import MOST_THUMBNAIL_BYTES

_LONGEST_PX = 480
_SHADE = 245
_EARLIER_S = 0.002  # before the frame itself, as times are rounded in the file


def picture_of(counted: Counted, sequence: PoseSequence, film: Path | None) -> bytes | None:
    """JPEG of the first repetition's extreme, or of the middle of the first hold; None if it cannot be made.

    Args:
        counted: with at least one of them.
        sequence: in which it was counted.
        film: a video of exactly these frames, from 0 s; None: the skeleton alone is drawn.
    """
    if counted.repetitions:
        middle_s, person = counted.repetitions[0].extreme_s, counted.repetitions[0].person
    else:
        middle_s, person = (counted.held[0].start_s + counted.held[0].end_s) / 2, None
    index = int(np.abs(sequence.times_s - middle_s).argmin())
    poses = sequence.frame(index)
    if person is not None and person in poses.person_ids:
        poses = poses.only([person])
    width, height = poses.size
    try:
        rgb = None if film is None else _frame(film, float(sequence.times_s[index] - sequence.times_s[0]))
    except PosecoreError:  # the film may be deleted by now
        rgb = None
    if rgb is None:
        rgb = np.full((height, width, 3), _SHADE, np.uint8)
    rgb = fit_picture(rgb, _LONGEST_PX)
    drawn = draw_poses(rgb, poses.resized((rgb.shape[1], rgb.shape[0])))
    for quality in (85, 60, 30):
        jpeg = io.BytesIO()
        Image.fromarray(drawn).save(jpeg, "JPEG", quality=quality)
        if len(jpeg.getvalue()) <= MOST_THUMBNAIL_BYTES:
            return jpeg.getvalue()
    return None


def _frame(film: Path, time_s: float) -> np.ndarray | None:
    part = ClipOptions(start_s=max(0.0, time_s - _EARLIER_S))
    with open_clip(film, part=part) as clip:
        return next((frame.rgb for frame in clip), None)
