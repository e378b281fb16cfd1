"""A person who walks through a room, as a camera and a pose model without errors would see them."""

from dataclasses import dataclass

import numpy as np
from scipy.spatial.transform import Rotation

from posecore import BLAZEPOSE_33, PoseSequence

SIZE = (1280, 720)
THIGH, SHANK, ANKLE, SOLE, HEEL = 0.45, 0.44, 0.08, 0.2, 0.05
_STEP_S, _SHARE = 1.2, 0.62  # of one foot, and how much of it is on the floor


@dataclass(frozen=True)
class Walk:
    """The sequence, and the truth in the room: metres, y up, z towards the camera, the floor at 0.

    Attributes:
        sequence: of one person, id 1.
        points: (T, 33, 3).
        planted: (T, 2) bool: left and right foot wholly on the floor.
    """

    sequence: PoseSequence
    points: np.ndarray
    planted: np.ndarray


def walk(
    *, fps: float = 30, seconds: float = 3.0, speed: float = 1.0, noise_m: float = 0.0, pitch_deg: float = 0.0
) -> Walk:
    """Somebody who walks to the right of the picture, 4 m from the camera; at speed 0 they stand with their feet apart.

    Args:
        fps: frames per second.
        seconds: length.
        speed: m/s.
        noise_m: standard deviation of an error of each world landmark.
        pitch_deg: by how much the camera looks down.
    """
    times = np.arange(round(fps * seconds)) / fps
    at = {"hips": np.stack([speed * (times - seconds / 2), np.full_like(times, 0.88), np.zeros_like(times)], 1)}
    planted = np.ones((len(times), 2), bool)
    for number, (side, out) in enumerate((("left", -1), ("right", 1))):
        phase = times / _STEP_S + number / 2
        step, share = np.floor(phase), phase % 1
        swing = ((share - _SHARE) / (1 - _SHARE)).clip(0, 1)
        # The foot's place is under the hips in the middle of its time on the floor.
        ahead = (step + _SHARE / 2 - number / 2) * _STEP_S + swing**2 * (3 - 2 * swing) * _STEP_S
        lift = 0.1 * np.sin(np.pi * swing)
        if speed:
            planted[:, number] = swing == 0
        apart = 0.2 * out if not speed else 0
        ankle = np.stack(
            [speed * (ahead - seconds / 2) + apart, ANKLE + lift * bool(speed), np.full_like(times, 0.1 * out)], 1
        )
        hip = at["hips"] + [0, 0, 0.1 * out]
        at |= {f"{side}_hip": hip, f"{side}_ankle": ankle, f"{side}_knee": _knee(hip, ankle)}
        at[f"{side}_heel"] = ankle + np.array([-HEEL, -ANKLE, 0])
        at[f"{side}_foot_index"] = ankle + np.array([SOLE - HEEL, -ANKLE, 0])
        shoulder = at["hips"] + [0, 0.5, 0.17 * out]
        turn = 0.5 * np.sin(2 * np.pi * phase)
        elbow = shoulder + 0.28 * np.stack([np.sin(turn), -np.cos(turn), np.zeros_like(turn)], 1)
        bent = turn + 0.6
        wrist = elbow + 0.25 * np.stack([np.sin(bent), -np.cos(bent), np.zeros_like(turn)], 1)
        hand = (wrist - elbow) / 0.25
        at |= {f"{side}_shoulder": shoulder, f"{side}_elbow": elbow, f"{side}_wrist": wrist}
        at |= {f"{side}_{tip}": wrist + 0.09 * hand for tip in ("index", "pinky", "thumb")}
        at[f"{side}_ear"] = at["hips"] + [0.02, 0.7, 0.07 * out]
        at |= {f"{side}_eye{part}": at["hips"] + [0.11, 0.73, 0.03 * out] for part in ("", "_inner", "_outer")}
        at["nose"], at[f"mouth_{side}"] = at["hips"] + [0.13, 0.7, 0], at["hips"] + [0.11, 0.65, 0.02 * out]
    points = np.stack([at[name] for name in BLAZEPOSE_33.landmarks], axis=1)
    return Walk(seen(points, times, fps, noise_m, pitch_deg), points, planted)


def _knee(hip: np.ndarray, ankle: np.ndarray) -> np.ndarray:
    line = ankle - hip
    length = np.linalg.norm(line, axis=1, keepdims=True)
    along = line / length
    start = (THIGH**2 - SHANK**2 + length**2) / (2 * length)
    ahead = np.cross([0, 0, 1.0], along)
    return hip + start * along + np.sqrt(np.maximum(0, THIGH**2 - start**2)) * ahead


def seen(points: np.ndarray, times: np.ndarray, fps: float, noise_m: float, pitch_deg: float) -> PoseSequence:
    """What a camera 1 m above the floor and 4 m away sees: world landmarks along the axes of the crop."""
    camera = (points - [0, 1, 4]) * [1, -1, -1] @ Rotation.from_euler("x", pitch_deg, degrees=True).as_matrix().T
    focal = SIZE[0] / 2 / np.tan(np.radians(30))
    xy = focal * camera[..., :2] / camera[..., 2:] + np.array(SIZE) / 2
    hips = camera[:, 23:25].mean(axis=1)
    world = np.empty_like(camera)
    middle = (xy[:, 23:25].mean(axis=1) - np.array(SIZE) / 2) / focal
    for frame, (x, y) in enumerate(middle):
        axis = np.cross([0, 0, 1], [x, y, 1])
        angle = np.arctan(np.hypot(x, y))
        turn = Rotation.from_rotvec(axis * angle / max(np.linalg.norm(axis), 1e-12))
        world[frame] = turn.inv().apply(camera[frame] - hips[frame])
    world += np.random.default_rng(1).normal(0, 1, world.shape) * noise_m
    sure = np.full(world.shape[:2], 0.95)
    arrays = {"xy": xy, "z": world[..., 2], "world": world, "visibility": sure, "presence": sure}
    people = {name: array[:, None] for name, array in arrays.items()}
    return PoseSequence(**people, person_ids=[1], times_s=times, size=SIZE, fps=fps)
