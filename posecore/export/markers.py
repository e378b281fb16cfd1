"""The markers of one person, as motion programs take them: the landmarks of the body, with those of its hands.

- **With a body** each hand is on the body's wrist, in the body's own room (``posecore.motion.root.place_person``): its
  own wrist is the marker ``left_wrist`` or ``right_wrist`` of the body, and its other 20 landmarks are markers such as
  ``left_thumb_tip``. The hand network does not know the body, so a hand may be a little large or small for it.
- **Without a body** a hand is in its own frame: metres around its own centre, axes as below. It does not move through
  the room, and two hands lie on each other. Its 21 markers are ``left_wrist``, ``left_thumb_cmc`` and so on.

Axes: x to the picture's right, y up, z towards the camera. A hand has its markers if it is there in any frame; NaN is a
marker that is missing in a frame.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from posecore.export.saved import bodies_beside
from posecore.hands import HandSequence
from posecore.motion.body.room import solid_paths
from posecore.motion.root import RootChoice, place_person, to_y_up
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21

HandPlace = Literal["wrists", "own centres"]


@dataclass(frozen=True, eq=False)
class Markers:
    """The markers of one person.

    Attributes:
        names: of the M markers, unique.
        points: (T, M, 3) float32, metres; NaN where a marker is missing.
        has_body: whether the 33 landmarks of a body are the first of them.
        hands_at: what the hands are placed by; None without hands.
    """

    names: tuple[str, ...]
    points: FloatArray
    has_body: bool
    hands_at: HandPlace | None


def choose_person(
    sequence: PoseSequence | None, hands: HandSequence | None, person_id: int
) -> tuple[PoseSequence, HandSequence | None]:
    """One person's body and hands in the same frames: the body of nobody if it is never seen but the hands are.

    Raises:
        InvalidOption: if nobody has this id, or there is neither a sequence nor hands.
        InvalidPoses: if the person is never seen.
        InvalidHands: if the hands have other frames, cuts or another size than the sequence.
    """
    sequence = bodies_beside(hands, sequence)
    own = None if hands is None else hands.only([person_id])
    if own is None or not own.seen.any():
        sequence.slot(person_id)  # raises if the person never appears
        return sequence.only([person_id]), None
    return sequence.only([person_id]), own


def place_markers(
    body: PoseSequence,
    hands: HandSequence | None,
    person_id: int,
    *,
    root: RootChoice,
    field_of_view_deg: float,
    solid: bool = False,
) -> Markers:
    """Place one person's body and hands, as from ``choose_person``.

    Args:
        body: of this person only.
        hands: of this person only.
        person_id: of the person.
        root: as for ``place_person``, if there is a body.
        field_of_view_deg: as for ``place_person``, if there is a body.
        solid: the body is one of ``posecore.motion.body``, and moves through a room in which up is up.

    Raises:
        As ``place_person``.
    """
    has_body = hands is None or bool(body.seen.any())
    names: list[str] = []
    parts: list[FloatArray] = []
    if has_body:
        names += BLAZEPOSE_33.landmarks
        path = solid_paths(body, field_of_view_deg=field_of_view_deg)[0][:, 0] if solid else None
        parts.append(place_person(body, person_id, root=root, field_of_view_deg=field_of_view_deg, path=path))
    for index, slot in enumerate(() if hands is None else hands.slots):
        assert hands is not None
        points, landmarks = to_y_up(hands.world[:, index]), HAND_21.landmarks
        if has_body:  # whose wrist is a marker already
            wrist = parts[0][:, [BLAZEPOSE_33.index(f"{slot.side}_wrist")]]
            points, landmarks = points[:, 1:] - points[:, :1] + wrist, landmarks[1:]
        if np.isfinite(points).any():
            names += [f"{slot.side}_{landmark}" for landmark in landmarks]
            parts.append(points)
    hands_at: HandPlace | None = None
    if len(parts) > has_body:
        hands_at = "wrists" if has_body else "own centres"
    return Markers(tuple(names), np.concatenate(parts, axis=1), has_body, hands_at)
