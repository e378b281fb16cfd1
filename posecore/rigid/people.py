"""The rigid bodies of people: heads, torsos, pelvises, feet and hands, in a photo and in a video.

A landmark counts as seen if it is in the image and at least ``MIN_VISIBILITY`` visible. A part without the landmarks
that it needs has no pose; nothing is made up for it.

A head is where the rest of the person is: its rotation is that of ``pose_head``, and its origin is midway between the
eyes of the placed person. BlazePose draws faces smaller than they are: by the face's size alone, heads of people at
known distances came out 1.35 times as far away, and 0.95 to 1.01 times with the whole person. In the same way a hand is
where it is seen, as far away as the wrist of the placed person: by their size alone, small hands jump by a metre. Only
if the person cannot be placed is the size of the face or hand all there is.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidHands
from posecore.estimation.faces import Face
from posecore.hands import SIDES, FrameHands, HandSequence, HandSlot
from posecore.motion.gaps import usual_step_s
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.poses import FramePoses, PoseSequence
from posecore.rigid.body import place_landmarks, pose_torso_and_feet
from posecore.rigid.camera import Camera
from posecore.rigid.hand import pose_hand
from posecore.rigid.head import FACE, pose_head
from posecore.rigid.pose import FrameRigid, RigidPose, RigidSequence, RigidSlot
from posecore.rigid.tracking import RigidTracker
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]

PEOPLE_KINDS = ("head", "torso", "pelvis", "left_foot", "right_foot", "left_hand", "right_hand")
"""The parts of people that have poses. The id of their slots is the person's."""

MIN_VISIBILITY = 0.5
"""As for drawing: below it, MediaPipe's own programs do not draw a landmark."""

_HAND_KINDS = ("left_hand", "right_hand")
_BODY_KINDS = [kind for kind in PEOPLE_KINDS if kind not in _HAND_KINDS]
_WHY_NO_HEAD = "no pose of the head, as the face is turned away, hidden or too small"
_WRISTS = {side: BLAZEPOSE_33.index(f"{side}_wrist") for side in SIDES}
_EYES = [BLAZEPOSE_33.index(f"{side}_eye") for side in ("left", "right")]

# Landmarks are smoothed with 6 Hz (Winter, see ``posecore.motion.smoothing``), or this share of a lower frame rate.
_CUTOFF_HZ = 6.0
_CUTOFF_SHARE = 0.3


def pose_people(
    poses: FramePoses,
    camera: Camera,
    *,
    hands: FrameHands | None = None,
    faces: Mapping[int, Face] | None = None,
    before: Mapping[RigidSlot, RigidPose] | None = None,
) -> FrameRigid:
    """The rigid bodies of the people in a photo or frame.

    Args:
        poses: of the people.
        camera: that took the image; ``Camera.from_fov`` gives an assumed one.
        hands: found in the same image. Without, there are no poses of hands.
        faces: found in the same image, by the person's id. The heads of people without one are posed by the 11
            landmarks that bodies have in the face, which is less exact.
        before: the poses in the frame before, in the same shot of a video.

    Raises:
        InvalidCamera: if the camera is for images of another shape.
        InvalidHands: if the hands are those of an image of another size.
    """
    if hands is not None and hands.size != poses.size:
        raise InvalidHands(f"Expected the hands of an image of size {poses.size}, but got {hands.size}.")
    camera = camera.scaled(poses.size)
    earlier = before or {}
    found: dict[RigidSlot, RigidPose] = {}
    wrists: dict[HandSlot, float] = {}
    for index, person in enumerate(poses.person_ids.tolist()):
        points_px = _seen_px(poses.xy[index], poses.visibility[index], poses.size)
        slot, world_m = RigidSlot("head", person), poses.world[index]
        if faces is not None and (face := faces.get(person)) is not None:
            face_px = face.xy.astype(np.float64) - 0.5
            head = pose_head(face_px, camera, shape=face.shape_m, before=earlier.get(slot))
        else:
            head = pose_head(points_px[list(FACE)], camera, before=earlier.get(slot))
        placed = place_landmarks(world_m, points_px, camera)
        if placed is not None:
            body = placed.to_camera(world_m)
            wrists |= {HandSlot(person, side): float(body[wrist, 2]) for side, wrist in _WRISTS.items()}
            parts = pose_torso_and_feet(placed, world_m, points_px, camera)
            found |= {RigidSlot(kind, person): pose for kind, pose in parts.items()}
            if head is not None:
                head = replace(head, translation_m=body[_EYES].mean(axis=0))
        if head is not None:
            found[slot] = head
    if hands is not None:
        for index, whose in enumerate(hands.slots):
            hand_px = hands.xy[index].astype(np.float64) - 0.5
            hand = pose_hand(hands.world[index], hand_px, whose.side, camera)
            if hand is not None:
                depth_m = wrists.get(whose, hand.translation_m[2])
                place = hand.translation_m * depth_m / hand.translation_m[2]
                found[RigidSlot(f"{whose.side}_hand", whose.person)] = replace(hand, translation_m=place)
    return FrameRigid(found, poses.time_s, poses.size, poses.begins_shot)


def pose_people_over_time(
    sequence: PoseSequence,
    camera: Camera,
    *,
    hands: HandSequence | None = None,
    faces: Sequence[Mapping[int, Face]] | None = None,
    smooth: bool = True,
) -> RigidSequence:
    """The rigid bodies of the people in a video, frame by frame.

    Args:
        sequence: of the people.
        camera: that took the video.
        hands: found in the same frames.
        faces: found in the same frames, see ``pose_people``.
        smooth: smooth the landmarks of the bodies first, by a Butterworth filter without lag, lightly (6 Hz, at most
            0.3 of the frame rate). Faces and hands are not: their poses are smoothed, see ``posecore.rigid.tracking``.

    Raises:
        InvalidCamera, InvalidHands: as ``pose_people``, and if the hands are those of other frames.
    """
    if hands is not None and not np.array_equal(hands.times_s, sequence.times_s):
        raise InvalidHands(f"Expected the hands of the same {len(sequence)} frames, but got those of other ones.")
    if smooth and len(sequence) > 1:
        cutoff_hz = min(_CUTOFF_HZ, _CUTOFF_SHARE / usual_step_s(sequence.times_s))
        sequence = smooth_sequence(sequence, Smoothing(cutoff_hz=cutoff_hz))
    tracker, frames = RigidTracker(smoothing=smooth), []
    for index in range(len(sequence)):
        poses = sequence.frame(index)
        in_frame = None if hands is None else hands.frame(index)
        seen_faces = None if faces is None else faces[index]
        before = tracker.before(poses.time_s, begins_shot=poses.begins_shot)
        found = pose_people(poses, camera, hands=in_frame, faces=seen_faces, before=before)
        unsmoothed = {
            slot: pose
            for slot, pose in found.poses.items()
            if slot.kind in _HAND_KINDS or (slot.kind == "head" and faces is not None)
        }
        frames.append(replace(found, poses={**found.poses, **tracker.step(unsmoothed, poses.time_s)}))
    return RigidSequence.from_frames(frames, size=sequence.size, fps=sequence.fps)


def placed_people(poses: FramePoses, camera: Camera) -> dict[int, Doubles]:
    """The landmarks (33, 3) of people in the camera's frame, metres, by id; NaN: not seen.

    People who cannot be placed are left out.

    Raises:
        InvalidCamera: if the camera is for images of another shape.
    """
    camera = camera.scaled(poses.size)
    found = {}
    for person, xy, visibility, world in zip(
        poses.person_ids.tolist(), poses.xy, poses.visibility, poses.world, strict=True
    ):
        points_px = _seen_px(xy, visibility, poses.size)
        placed = place_landmarks(world, points_px, camera)
        if placed is not None:
            body = np.array(placed.to_camera(world))
            body[np.isnan(points_px[:, 0])] = np.nan  # those that are not seen are guesses
            found[person] = body
    return found


def _seen_px(xy: NDArray[np.float32], visibility: NDArray[np.float32], size: tuple[int, int]) -> Doubles:
    """(K, 2) pixels as OpenCV counts them; NaN for landmarks that are not seen."""
    seen = (visibility >= MIN_VISIBILITY) & ((xy >= 0) & (xy <= size)).all(axis=-1)
    return np.where(seen[:, None], xy.astype(np.float64) - 0.5, np.nan)


def absences(
    person_ids: Iterable[int], found: Collection[RigidSlot], kinds: Collection[str] = PEOPLE_KINDS
) -> list[str]:
    """A sentence for each person who has not all poses of a body: which are missing, and why that may be.

    Args:
        person_ids: of the people that were posed.
        found: the slots of the poses.
        kinds: which were wanted. Hands are not named, as they have to be found first.
    """
    sentences = []
    for person in person_ids:
        missing = [kind for kind in _BODY_KINDS if kind in kinds and RigidSlot(kind, person) not in found]
        reasons = [_WHY_NO_HEAD] if "head" in missing else []
        if parts := [kind.replace("_", " ") for kind in missing if kind != "head"]:
            reasons.append(f"no pose of {', '.join(parts)}, as not enough of the body is seen")
        if reasons:
            sentences.append(f"Person {person}: {'; '.join(reasons)}.")
    return sentences
