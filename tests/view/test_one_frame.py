import numpy as np
import pytest

from posecore import FramePoses, InvalidPoses, PoseSequence, draw_poses, plot_pose_3d

SIZE = (64, 48)


@pytest.mark.parametrize("view", [lambda poses: draw_poses(np.zeros((48, 64, 3), np.uint8), poses), plot_pose_3d])
def test_a_sequence_is_rejected_with_a_hint_how_to_take_one_frame(view):
    sequence = PoseSequence.from_frames([FramePoses.nobody(SIZE)], size=SIZE, fps=30)
    with pytest.raises(InvalidPoses, match=r"PoseSequence.*sequence\.frame\(index\)"):
        view(sequence)
    view(sequence.frame(0))
