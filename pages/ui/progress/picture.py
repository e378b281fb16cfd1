"""A small picture of a session: the middle of the first repetition or hold, with the skeleton."""

import io
from pathlib import Path

import numpy as np
from PIL import Image

from pages.ui.shared.film_frame import film_frame
from posecore import Counted, PoseSequence, draw_poses
from posecore.media.pictures import fit_picture
from posecore.progress.checks import MOST_THUMBNAIL_BYTES
from posecore.view.palette import PLAIN

_LONGEST_PX = 480


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
        middle_s, person = (counted.held[0].start_s + counted.held[0].end_s) / 2, counted.held[0].person
    index = int(np.abs(sequence.times_s - middle_s).argmin())
    poses = sequence.frame(index).only([person])
    frame = film_frame(film, sequence, index)
    if frame is None:
        scale = min(1.0, _LONGEST_PX / max(poses.size))
        width, height = (max(1, round(side * scale)) for side in poses.size)
        ground = np.full((height, width, 3), PLAIN, np.uint8)
    else:
        ground = fit_picture(frame, _LONGEST_PX)
    drawn = draw_poses(ground, poses.resized((ground.shape[1], ground.shape[0])))
    for quality in (85, 60, 30):
        jpeg = io.BytesIO()
        Image.fromarray(drawn).save(jpeg, "JPEG", quality=quality)
        if len(jpeg.getvalue()) <= MOST_THUMBNAIL_BYTES:
            return jpeg.getvalue()
    return None
