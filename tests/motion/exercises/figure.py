"""A jointed figure that moves as it is told: sequences of known truth."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike

from posecore import BLAZEPOSE_33, PoseSequence

SHIN = THIGH = 0.42
TRUNK, UPPER_ARM, FOREARM, HEAD = 0.52, 0.28, 0.26, 0.2
HALF_HIPS, HALF_SHOULDERS = 0.12, 0.18
PX_PER_M = 250.0
SIZE = (1280, 720)


def figure(
    times_s: ArrayLike,
    *,
    knee: ArrayLike = 0,
    hip: ArrayLike = 0,
    left_elbow: ArrayLike = 10,
    right_elbow: ArrayLike = 10,
    left_shoulder: ArrayLike = 10,
    right_shoulder: ArrayLike = 10,
    legs_apart: ArrayLike = 0,
    lying: ArrayLike = 0,
    turned: float = 0,
    across_m: ArrayLike = 0,
    raised_m: ArrayLike = 0,
    sideways: bool = False,
    person: int = 1,
) -> PoseSequence:
    """Move a figure: flexions in degrees, (T,) or constant.

    Arms rise to the front, or ``sideways``. ``lying`` tilts the whole, ``turned`` is the view; ``across_m`` and
    ``raised_m`` move it in the picture.
    """
    times = np.asarray(times_s, float)
    radians = {
        name: np.radians(np.broadcast_to(np.asarray(value, float), times.shape))
        for name, value in {
            "knee": knee,
            "hip": hip,
            "left_elbow": left_elbow,
            "right_elbow": right_elbow,
            "left_shoulder": left_shoulder,
            "right_shoulder": right_shoulder,
            "legs_apart": legs_apart,
            "lying": lying,
        }.items()
    }
    # Angles from straight up, towards the front.
    shin = 0.35 * radians["knee"] + radians["lying"]
    thigh = shin - radians["knee"]
    trunk = thigh + radians["hip"]
    places = np.zeros((len(times), 33, 3))  # to the left, to the front, up

    def along(start: np.ndarray, angle: np.ndarray, length: float) -> np.ndarray:
        return start + length * np.stack([np.zeros_like(angle), np.sin(angle), np.cos(angle)], axis=-1)

    for side, sign in (("left", 1), ("right", -1)):
        index = {name: BLAZEPOSE_33.index(f"{side}_{name}") for name in ("ankle", "knee", "hip", "shoulder", "elbow")}
        ankle = np.zeros((len(times), 3))
        knee_place = along(ankle, shin, SHIN)
        places[:, index["hip"]] = along(knee_place, thigh, THIGH)
        out = sign * (SHIN + THIGH) * np.sin(radians["legs_apart"] / 2)
        for place, share in ((ankle, 1.0), (knee_place, 0.5), (places[:, index["hip"]], 0.0)):
            place[:, 0] = sign * HALF_HIPS + share * out
        places[:, index["ankle"]], places[:, index["knee"]] = ankle, knee_place
        shoulder = along(places[:, index["hip"]], trunk, TRUNK)
        shoulder[:, 0] = sign * HALF_SHOULDERS
        places[:, index["shoulder"]] = shoulder
        down = along(np.zeros_like(ankle), trunk + np.pi, 1)
        rising = (
            np.tile([sign, 0, 0], (len(times), 1)) if sideways else along(np.zeros_like(ankle), trunk + np.pi / 2, 1)
        )
        upper, lower = (
            np.cos(angle)[:, None] * down + np.sin(angle)[:, None] * rising
            for angle in (radians[f"{side}_shoulder"], radians[f"{side}_shoulder"] + radians[f"{side}_elbow"])
        )
        elbow = places[:, index["elbow"]] = shoulder + UPPER_ARM * upper
        for name, reach in (("wrist", FOREARM), ("index", FOREARM + 0.08), ("pinky", FOREARM + 0.08), ("thumb", 0.3)):
            places[:, BLAZEPOSE_33.index(f"{side}_{name}")] = elbow + reach * lower
        level = np.pi / 2 + radians["lying"]
        places[:, BLAZEPOSE_33.index(f"{side}_foot_index")] = along(ankle, level, 0.15)
        places[:, BLAZEPOSE_33.index(f"{side}_heel")] = along(ankle, level, -0.05)
    neck = places[:, [BLAZEPOSE_33.index("left_shoulder"), BLAZEPOSE_33.index("right_shoulder")]].mean(axis=1)
    places[:, BLAZEPOSE_33.parts["face"]] = along(neck, trunk, HEAD)[:, None]

    view = np.radians(turned)
    left, front, up = np.moveaxis(places, -1, 0)
    world = np.stack(
        [
            left * np.cos(view) + front * np.sin(view),
            -up,
            left * np.sin(view) - front * np.cos(view),
        ],
        axis=-1,
    )
    moved = np.stack(np.broadcast_arrays(across_m, -np.asarray(raised_m), times)[:2], axis=-1)
    xy = PX_PER_M * (world[..., :2] + moved[:, None]) + np.array([640, 600])
    hips = world[:, [BLAZEPOSE_33.index("left_hip"), BLAZEPOSE_33.index("right_hip")]].mean(axis=1, keepdims=True)
    world = world - hips
    sure = np.full((len(times), 1, 33), 0.95)
    return PoseSequence(
        xy=xy[:, None],
        z=PX_PER_M * world[:, None, :, 2],
        world=world[:, None],
        visibility=sure,
        presence=sure,
        person_ids=[person],
        times_s=times,
        size=SIZE,
        fps=1 / float(np.median(np.diff(times))) if len(times) > 1 else 30,
    )


def bumps(
    times_s: ArrayLike, depths: Sequence[float], *, length_s: float = 2, pause_s: float = 0.5, start_s: float = 1
) -> np.ndarray:
    """(T,) from 0 up to each depth and back in turn, smoothly, with pauses at 0."""
    times = np.asarray(times_s, float)
    progress = np.zeros_like(times)
    for number, depth in enumerate(depths):
        phase = (times - start_s - number * (length_s + pause_s)) / length_s
        inside = (phase > 0) & (phase < 1)
        progress[inside] += depth * (1 - np.cos(2 * np.pi * phase[inside])) / 2
    return progress


def times_for(
    count: int, *, fps: float = 30, length_s: float = 2, pause_s: float = 0.5, idle_s: float = 1
) -> np.ndarray:
    """Times of a video that has so many bumps, idle before and after."""
    return np.arange(0, 2 * idle_s + count * (length_s + pause_s), 1 / fps)


def squats(depths: Sequence[float], **given: float) -> PoseSequence:
    """Squats of these depths, 1 being whole, in 2.5 s each."""
    times = times_for(len(depths))
    progress = bumps(times, depths)
    return figure(times, knee=100 * progress, hip=100 * progress, **given)


def plank() -> PoseSequence:
    """A plank from 2 to 8 s, standing before and after."""
    times = np.arange(0, 10, 1 / 30)
    down = figure(times, lying=80, left_shoulder=80, right_shoulder=80, turned=90)
    stand = figure(times, turned=90)
    held = (times > 2) & (times < 8)
    mixed = {
        name: np.where(held.reshape(-1, *[1] * (array.ndim - 1)), down.arrays[name], array)
        for name, array in stand.arrays.items()
    }
    return replace(stand, **mixed)


def noisy(sequence: PoseSequence, metres: float, seed: int = 0) -> PoseSequence:
    """The same with this standard deviation in every coordinate."""
    numbers = np.random.default_rng(seed)
    return replace(
        sequence,
        world=sequence.world + numbers.normal(0, metres, sequence.world.shape),
        xy=sequence.xy + numbers.normal(0, metres * PX_PER_M, sequence.xy.shape),
    )


def without(sequence: PoseSequence, hidden: np.ndarray) -> PoseSequence:
    """The same with nobody seen in the frames of this (T,) mask."""
    arrays = {
        name: np.where(hidden.reshape(-1, *[1] * (array.ndim - 1)), np.nan, array)
        for name, array in sequence.arrays.items()
    }
    return replace(sequence, **arrays)


def together(*people: PoseSequence) -> PoseSequence:
    """Several people in the same frames."""
    arrays = {name: np.concatenate([each.arrays[name] for each in people], axis=1) for name in people[0].arrays}
    return replace(people[0], **arrays, person_ids=[int(each.person_ids[0]) for each in people])
