"""People that are hands: a hand that fills the picture can be taken for a person by the body network."""

import numpy as np

from posecore.hands import FrameHands, HandSequence
from posecore.poses import FramePoses, PoseSequence

# A body lies within a hand if this share of its visible landmarks is in the hand's box, widened by a quarter on all
# sides. In a video of one hand all are, in each of 74 frames; of a person who signs at most a quarter. None of the
# bodies in 20 photos of people who show a hand to the camera lies within it.
_WITHIN = 0.9
_SURE = 0.5
_MOST_FRAMES = 300  # are looked at


def people_within_hands(poses: FramePoses | PoseSequence, hands: FrameHands | HandSequence) -> list[int]:
    """Ids of the people whose bodies lie within a hand, in most of their frames if it is a video.

    Args:
        poses: of a frame or a video.
        hands: in the same frame or frames.
    """
    arrays = poses.xy, poses.visibility, hands.xy
    body_xy, visibility, hand_xy = arrays if isinstance(poses, PoseSequence) else (array[None] for array in arrays)
    frames = np.flatnonzero(np.isfinite(body_xy[..., 0]).any(axis=(1, 2)))
    frames = frames[:: max(1, len(frames) // _MOST_FRAMES)]
    low, high = hand_xy[frames].min(axis=2), hand_xy[frames].max(axis=2)  # (frames, hands, 2); NaN: not seen
    reach = (high - low) / 4
    least, most = (low - reach)[:, None, :, None], (high + reach)[:, None, :, None]
    points, visible = body_xy[frames][:, :, None], visibility[frames] >= _SURE
    inside = ((points >= least) & (points <= most)).all(axis=-1)  # (frames, people, hands, landmarks)
    counts = visible.sum(axis=-1)
    within = ((inside & visible[:, :, None]).sum(axis=-1) >= _WITHIN * counts[..., None]).any(axis=-1) & (counts > 0)
    are_hands = within.sum(axis=0) > (counts > 0).sum(axis=0) / 2
    return [int(person) for person in poses.person_ids[are_hands]]
