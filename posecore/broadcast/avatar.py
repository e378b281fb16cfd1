"""How an avatar moves: the bones of one person in a live stream, steady and without gaps.

One person is followed: the one that is largest in the image, until it has been gone for ``KEEP_S``. A bone that is not
seen keeps its last rotation for ``KEEP_S`` and then goes to rest within about a second: legs straight, arms hanging,
fingers straight. So does all of the avatar if nobody is there.
"""

from collections.abc import Mapping

import numpy as np
from scipy.spatial.transform import Rotation

from posecore.hands import SIDES, FrameHands, Side
from posecore.motion.humanoid import HUMANOID, pose_humanoid, trunk_rotations
from posecore.motion.rotations import Doubles, shortest_rotation
from posecore.poses import FramePoses
from posecore.rigid.people import MIN_VISIBILITY
from posecore.rigid.pose import FrameRigid, RigidPose
from posecore.rigid.tracking import RotationFilter

KEEP_S = 0.5
"""Seconds for which what is not seen stays as it was: long enough for an arm that crosses another."""

# From a camera's axes to those of the figure: y up, z towards the camera.
_Y_UP = np.diag([1.0, -1, -1])
# Arms hang a little away from the body.
_HANGING_DEG = 75.0
# Of what is left of the way to rest, two thirds are gone in this time.
_TO_REST_S = 0.35
# See ``posecore.rigid.tracking``. Limbs are quicker than tags, and each bone's lag adds to that of its parents: twice
# the cutoff per speed brings an arm from 11 degrees off to 6, in one of 20 frames, of a person who squats.
_MIN_CUTOFF_HZ = 1.5
_CUTOFF_PER_DEG_S = 0.2
_NAMES = tuple(HUMANOID)


def _rest() -> Rotation:
    turns = np.zeros((len(_NAMES), 3))
    turns[_NAMES.index("LeftUpperArm"), 2] = -_HANGING_DEG
    turns[_NAMES.index("RightUpperArm"), 2] = _HANGING_DEG
    return Rotation.from_rotvec(turns, degrees=True)


class Avatar:
    """The bones of the person whom an avatar imitates; for one stream."""

    def __init__(self) -> None:
        self._person: int | None = None
        self._person_seen_s = -np.inf
        self._rest = _rest()
        self._wanted: Doubles = self._rest.as_matrix()
        self._seen_s = np.full(len(_NAMES), -np.inf)
        self._time_s: float | None = None
        self._filter = RotationFilter(min_cutoff=_MIN_CUTOFF_HZ, beta=_CUTOFF_PER_DEG_S)

    def step(self, poses: FramePoses, rigid: FrameRigid | None, hands: FrameHands | None) -> dict[str, Doubles]:
        """The local rotation of each bone of ``HUMANOID``, (3, 3) by name, in the axes of that module.

        Args:
            poses: the people of the frame; ``time_s`` later than in the call before.
            rigid: their rigid poses, for heads and feet.
            hands: their hands.
        """
        person = self._follow(poses)
        seen = {} if person is None else _bones_of(person, poses, rigid, hands)
        self._want(seen, poses.time_s)
        turned = self._filter.apply(self._wanted, poses.time_s)
        return dict(zip(_NAMES, turned, strict=True))

    def _follow(self, poses: FramePoses) -> int | None:
        """The id of the person whom the avatar imitates in this frame."""
        people, now_s = poses.person_ids.tolist(), poses.time_s
        if self._person not in people:
            if not people or now_s - self._person_seen_s <= KEEP_S:
                return None
            self._person = people[int(np.argmax(np.nan_to_num(np.ptp(poses.xy, axis=1).max(axis=-1))))]
        self._person_seen_s = now_s
        return self._person

    def _want(self, seen: Mapping[str, Doubles], now_s: float) -> None:
        """Turn bones to where they are seen, and those not seen for a while some of the way to rest."""
        for name, rotation in seen.items():
            index = _NAMES.index(name)
            self._wanted[index], self._seen_s[index] = rotation, now_s
        lost = np.flatnonzero(now_s - self._seen_s > KEEP_S)
        if self._time_s is not None and len(lost):
            share = 1 - np.exp((self._time_s - now_s) / _TO_REST_S)
            way = (Rotation.from_matrix(self._wanted[lost]).inv() * self._rest[lost]).as_rotvec()
            self._wanted[lost] = self._wanted[lost] @ Rotation.from_rotvec(share * way).as_matrix()
        self._time_s = now_s


def _bones_of(person: int, poses: FramePoses, rigid: FrameRigid | None, hands: FrameHands | None) -> dict[str, Doubles]:
    index = poses.person_ids.tolist().index(person)
    in_image = ((poses.xy[index] >= 0) & (poses.xy[index] <= poses.size)).all(axis=-1)
    seen = in_image & (poses.visibility[index] >= MIN_VISIBILITY)
    points_m = np.where(seen[:, None], poses.world[index], np.nan) @ _Y_UP
    turned = _turned_parts(person, points_m, rigid)
    own_hands: dict[Side, Doubles] = {}
    if hands is not None:
        each = zip(hands.slots, hands.world, strict=True)
        own_hands = {slot.side: world @ _Y_UP for slot, world in each if slot.person == person}
    feet = {side: turned[f"{side}_foot"] for side in SIDES if f"{side}_foot" in turned}
    return pose_humanoid(points_m, head=turned.get("head"), feet=feet, hands=own_hands)


def _turned_parts(person: int, points_m: Doubles, rigid: FrameRigid | None) -> dict[str, Doubles]:
    """(3, 3) rotations of head and feet, by kind, in the room of the person's world landmarks.

    World landmarks are not quite turned as the camera's axes are: someone who faces the camera beside the middle of the
    image faces it in them, too. So parts are taken as they are turned from the torso; without one, the head as it is
    turned from the direction in which it is seen.
    """
    parts = {slot.kind: pose for slot, pose in (rigid.poses if rigid is not None else {}).items() if slot.id == person}
    _, chest = trunk_rotations(points_m)
    if "torso" in parts and np.isfinite(chest).all():
        to_room = chest @ _turned(parts["torso"]).T
    elif "head" in parts:
        to_room = _Y_UP @ shortest_rotation(np.array([0.0, 0, 1]), parts["head"].translation_m[None])[0].T @ _Y_UP
    else:
        return {}
    return {kind: to_room @ _turned(parts[kind]) for kind in ("head", "left_foot", "right_foot") if kind in parts}


def _turned(pose: RigidPose) -> Doubles:
    """(3, 3) its rotation in the figure's axes."""
    return np.asarray(_Y_UP @ pose.rotation @ _Y_UP)
