"""The small picture of a session."""

import io
from dataclasses import replace

import numpy as np
from PIL import Image

from pages.ui.progress.picture import picture_of
from posecore import count_repetitions
from posecore.media.films import FilmWriter
from posecore.progress.checks import MOST_THUMBNAIL_BYTES
from tests.motion.exercises.figure import SIZE, plank, squats


def opened(jpeg: bytes) -> np.ndarray:
    assert len(jpeg) <= MOST_THUMBNAIL_BYTES
    return np.asarray(Image.open(io.BytesIO(jpeg)))


def test_it_shows_the_extreme_of_the_first_repetition(tmp_path):
    late = squats([1, 1])
    sequence = replace(late, times_s=late.times_s + 7)  # a part of a video: its film begins at 0
    counted = count_repetitions(sequence, "squat")
    film = tmp_path / "film.mp4"
    at_s = counted.repetitions[0].extreme_s - 7
    with FilmWriter(film, SIZE, fps_hint=30) as writer:
        for time_s in late.times_s:
            shade = 200 if abs(time_s - at_s) < 0.001 else 20
            writer.write(np.full((SIZE[1], SIZE[0], 3), shade, np.uint8), float(time_s))
    picture = opened(picture_of(counted, sequence, film))
    assert picture.shape == (270, 480, 3)
    assert abs(int(np.median(picture)) - 200) < 10
    assert picture.std() > 5, "and the skeleton"


def test_without_a_film_the_skeleton_is_drawn(tmp_path):
    sequence = plank()
    counted = count_repetitions(sequence, "plank")
    alone = picture_of(counted, sequence, None)
    assert opened(alone).std() > 5
    assert picture_of(counted, sequence, tmp_path / "deleted.mp4") == alone
