"""The moving picture of the Home page: video, body in 3D and curves of one frame, together."""

from dataclasses import replace

import numpy as np
import pytest

from posecore import FramePoses, PoseSequence
from posecore.view.moving_picture import GROUND, MovingPicture


@pytest.fixture(scope="module")
def sequence(portrait_poses: FramePoses) -> PoseSequence:
    """Three frames of a person, and of the same person at half the size before them."""
    small = replace(portrait_poses, xy=portrait_poses.xy / 2)
    arrays = {
        name: np.stack([np.concatenate([getattr(small, name), getattr(portrait_poses, name)])] * 3)
        for name in ("xy", "z", "world", "visibility", "presence")
    }
    return PoseSequence(
        **arrays, person_ids=np.array([0, 1]), times_s=np.array([0, 0.1, 0.2]), size=portrait_poses.size, fps=10.0
    )


def test_a_frame_has_video_body_and_curves_side_by_side(sequence, portrait):
    picture = MovingPicture(sequence)
    first, last = picture.draw(portrait, 0), picture.draw(portrait, 2)
    assert first.shape == (picture.size[1], picture.size[0], 3)
    film, body, curves = (slice(0, 400), slice(420, 690), slice(710, 1080))
    assert first[:, film].mean() > 40, "the video fills its place"
    for part in (body, curves):
        assert 0.005 < (first[:, part] != GROUND).any(axis=-1).mean() < 0.4
    assert (first[:, curves] != last[:, curves]).any(), "the cursor moves"


def test_the_largest_person_is_the_one_in_3d(sequence, portrait):
    alone = MovingPicture(sequence.only({1}))
    both = MovingPicture(sequence)
    assert np.array_equal(both.draw(portrait, 1)[:, 420:], alone.draw(portrait, 1)[:, 420:])


def test_a_frame_without_a_person_is_drawn(sequence, portrait):
    nobody = replace(sequence, xy=sequence.xy * np.nan, world=sequence.world * np.nan)
    assert MovingPicture(nobody).draw(portrait, 1).shape[0] == 480
