"""One body for each person of a video, see the package."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from posecore.motion.body.banded import unbroken
from posecore.motion.body.distance import steady_distance
from posecore.motion.body.sides import LIMBS, tell_limbs, tell_sides
from posecore.motion.body.skeleton import ENDS, HIPS, JOINTS, KINDS, LENGTHS, OF_TRUNK, STARTS
from posecore.motion.body.solve import Seen, fit_lengths, fit_places, of_lengths
from posecore.motion.body.upright import Standing, find_up, standing
from posecore.motion.body.whole import HANDS, WRISTS, carry
from posecore.motion.gaps import usual_step_s
from posecore.motion.height import scaled_to_height, standing_heights_m
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG, estimate_root, focal_length_px, turns_to_camera
from posecore.motion.rotations import shortest_rotation
from posecore.poses import FloatArray, PoseSequence
from posecore.skeletons import BLAZEPOSE_33

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
IntArray = NDArray[np.intp]

# Frames that are fitted together, and those that two neighbours share: what is half a second away hardly matters.
_WINDOW, _SHARED = 256, 32
# The bones' lengths are found from blocks of frames, spread over the whole video.
_BLOCKS, _BLOCK = 4, 64
# A model that is not sure gives the mean of what it takes to be possible, which makes limbs too short in most frames.
# So a limb's bone is nearly as long as it ever looks (a percentile), the trunk as usual; where both ends are visible.
_LIMBS_LENGTH, _TRUNKS_LENGTH, _VISIBLE = 85, 50, 0.5
# Over as many frames bones are averaged before.
_STEADY = 9
# What is farther from the middle of the hips (m), or from that of the picture (focal lengths), is no part of a body.
_FARTHEST_M, _FARTHEST_RAY = 3.0, 5.0
# A joint that is hidden still counts a little, or a limb would be anywhere.
_LEAST_WEIGHT = 0.05
# A person who was away for this long may have done anything.
_AWAY_S = 0.3
# Frames over which the person's distance, which is uncertain in each, is first taken.
_DISTANCE_OVER = 31

OnFitted = Callable[[int, int], None]
"""Told after each part how many frames of how many are done, of all people together."""

_HIPS = [JOINTS[hip] for hip in HIPS]
_MIRROR = list(BLAZEPOSE_33.mirror)
_FEWEST_JOINTS = 6


@dataclass(frozen=True, eq=False)
class BodyFit:
    """Bodies that were fitted to a video.

    Attributes:
        sequence: everyone's landmarks, see ``fit``.
        path: (T, P, 3) float32, metres: the hips from the camera; x to the picture's right, y down, z away from it, of
            which the errors of single moments are gone. NaN where there is no fit.
        mended: (T, P) bool: left and right were exchanged by the model and are mended.
        limbs_mended: (T, P, 2) bool: only those of the arms, or of the legs, were.
        lengths_m: (P, len(LENGTHS)) of bones, in the order of ``posecore.motion.body.skeleton.LENGTHS``; NaN: no fit.
        up: (shots, 3) float64: what is up in the room, in the camera's axes; (0, -1, 0) for a level camera.
        field_of_view_deg: along the picture's longer side, as assumed or given.
    """

    sequence: PoseSequence
    path: FloatArray
    mended: BoolArray
    limbs_mended: BoolArray
    lengths_m: FloatArray
    up: Doubles
    field_of_view_deg: float


def fit(
    sequence: PoseSequence,
    *,
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    heights: Mapping[int, float] | None = None,
    on_progress: OnFitted | None = None,
) -> PoseSequence:
    """Fit one body to each person: bones of constant length, the same on both sides, smooth in time.

    In the result

    - ``world`` is from the middle of the hips in metres as before, but y points down in the room, not in the picture,
      as far as standing people show it. Its scale is the model's own, see ``posecore.motion.height``;
    - ``xy`` is where the camera sees that body; the face stays where the model sees it;
    - ``z``, ``visibility`` and ``presence`` are as the model gave them, with left and right mended.

    Frames in which nobody is seen stay NaN, and nothing goes on across a cut. A person of whom too little is known
    stays as the model has them.

    Args:
        sequence: best without smoothing; is not changed.
        field_of_view_deg: of the camera, along the picture's longer side, as for ``estimate_root``.
        heights: standing heights in metres by id of the person, to which the metres are scaled.
        on_progress: told how far it is after each part. Whatever it raises ends the fit.

    Raises:
        InvalidOption: if the field of view is not between 0 and 180 degrees, or a height is outside the limits.
    """
    fitted = fit_bodies(sequence, field_of_view_deg=field_of_view_deg, on_progress=on_progress).sequence
    return scaled_to_height(fitted, heights or {})


def fit_bodies(
    sequence: PoseSequence,
    *,
    field_of_view_deg: float = ASSUMED_FIELD_OF_VIEW_DEG,
    on_progress: OnFitted | None = None,
) -> BodyFit:
    """Fit as ``fit`` does, and give all that was found; arguments and errors as there."""
    focal_px = focal_length_px(sequence.size, field_of_view_deg)
    named, mended, limbs_mended, mixed = _mend(sequence)
    frames, people = sequence.seen.shape
    path = np.full((frames, people, 3), np.nan, np.float32)
    lengths = np.full((people, len(LENGTHS)), np.nan, np.float32)
    world, xy = np.array(named.world), np.array(named.xy)
    shot_of = np.searchsorted(sequence.cuts, np.arange(frames), side="right")
    stances: dict[int, list[Standing]] = {}
    total, done = int(sequence.seen.sum()), 0
    for slot in range(people):
        track = _Track(named, slot, mixed[:, slot], shot_of, field_of_view_deg)
        found = track.lengths()
        if found is None:
            continue
        lengths[slot] = found
        for part, body in track.bodies(found):
            hips = body[:, _HIPS].mean(axis=1)
            path[part, slot], world[part, slot] = hips, body - hips[:, None]
            drawn = body[..., :2] / body[..., 2:] * focal_px + np.array(sequence.size) / 2
            _draw(xy[:, slot], part, drawn, named.xy[:, slot])
            for shot in np.unique(shot_of[part]):
                stances.setdefault(int(shot), []).append(standing(body[shot_of[part] == shot][:, JOINTS]))
            if on_progress is not None:
                on_progress(min(done + int(np.searchsorted(track.frames, part[-1])) + 1, total), total)
        path[track.frames, slot] = track.steady(path[track.frames, slot])
        done += len(track.frames)
    ups = np.stack([find_up(stances.get(shot, []), _step_s(sequence)) for shot in range(len(sequence.cuts) + 1)])
    levels = np.swapaxes(shortest_rotation(np.array([0.0, -1.0, 0.0]), ups), -1, -2)
    for shot, level in enumerate(levels):
        world[shot_of == shot] = world[shot_of == shot] @ level.T.astype(np.float32)
    fitted = replace(named, world=world, xy=xy)
    fitted, path = _in_models_scale(named, fitted, path)
    return BodyFit(fitted, path, mended, limbs_mended, lengths, ups, float(field_of_view_deg))


def _draw(xy: FloatArray, part: IntArray, drawn: Doubles, seen: FloatArray) -> None:
    """Put the body's joints where the camera sees them; hands go along with wrists, and the face stays."""
    there = xy[part]
    there[:, JOINTS] = drawn[:, JOINTS]
    for hand, wrist in zip(HANDS, WRISTS, strict=True):
        there[:, hand] = seen[part][:, hand] + (drawn - seen[part])[:, wrist, None]
    xy[part] = there


def _step_s(sequence: PoseSequence) -> float:
    return usual_step_s(sequence.times_s) if len(sequence) > 1 else 0.0


def _mend(sequence: PoseSequence) -> tuple[PoseSequence, BoolArray, BoolArray, BoolArray]:
    """The same people with left and right told apart.

    Returns:
        The sequence; (T, P) bool where all was exchanged; (T, P, 2) bool where arms or legs were alone; and (T, P) bool
        where left and right are mixed.
    """
    arrays: dict[str, Any] = {name: np.array(array) for name, array in sequence.arrays.items()}
    seen = sequence.seen
    mended, mixed, limbs = np.zeros_like(seen), np.zeros_like(seen), np.zeros((*seen.shape, len(LIMBS)), bool)
    for shot in sequence.shots:
        for slot in range(seen.shape[1]):
            there = shot.start + np.flatnonzero(seen[shot, slot])
            if len(there) < 2:
                continue
            times_s = sequence.times_s[there]
            told = tell_sides(arrays["xy"][there, slot], times_s)
            mended[there, slot], mixed[there, slot] = told.exchanged, told.mixed
            _exchange(arrays, there[told.exchanged], slot, range(len(_MIRROR)))
            for limb, exchanged in enumerate(tell_limbs(arrays["xy"][there, slot], times_s)):
                limbs[there, slot, limb] = exchanged
                _exchange(arrays, there[exchanged], slot, LIMBS[limb])
    if not mended.any() and not limbs.any():
        return sequence, mended, limbs, mixed
    return replace(sequence, **arrays), mended, limbs, mixed


def _exchange(arrays: Mapping[str, FloatArray], frames: IntArray, slot: int, landmarks: Sequence[int]) -> None:
    """Exchange left and right among these landmarks of one person."""
    others = [_MIRROR[each] for each in landmarks]
    for array in arrays.values():
        array[frames[:, None], slot, list(landmarks)] = array[frames[:, None], slot, others]


class _Track:
    """One person, of the frames in which their hips are known."""

    def __init__(
        self, sequence: PoseSequence, slot: int, mixed: BoolArray, shot_of: IntArray, field_of_view_deg: float
    ) -> None:
        self._one = sequence.only([int(sequence.person_ids[slot])])
        hips_known = np.isfinite(self._one.xy[:, 0, _HIPS]).all(axis=(1, 2))
        hips_known &= np.isfinite(self._one.world[:, 0, _HIPS]).all(axis=(1, 2))
        self.frames = np.flatnonzero(hips_known)
        self._mixed = mixed
        self._field_of_view_deg = field_of_view_deg
        away = np.diff(sequence.times_s[self.frames]) > _AWAY_S
        self._linked = np.concatenate([[False], ~away & (np.diff(shot_of[self.frames]) == 0)])[: len(self.frames)]

    def lengths(self) -> Doubles | None:
        """(len(LENGTHS),) metres; None if too little is known."""
        blocks = np.linspace(0, max(0, len(self.frames) - _BLOCK), _BLOCKS).astype(int)
        picked = np.unique((blocks[:, None] + np.arange(_BLOCK)).ravel())
        seen, _ = self._at(picked[picked < len(self.frames)])
        if seen is None:
            return None
        # Noise from frame to frame makes bones look longer.
        bones = uniform_filter1d(seen.shape[:, STARTS] - seen.shape[:, ENDS], min(_STEADY, len(picked)), axis=0)
        long = np.linalg.norm(bones, axis=-1)
        sure = np.minimum(seen.weights[:, STARTS], seen.weights[:, ENDS])
        usual = np.array([_usual(long, sure, kind) for kind in range(len(LENGTHS))])
        found = fit_lengths(seen, usual) if np.isfinite(usual).all() else usual
        return found if np.isfinite(found).all() else None

    def bodies(self, lengths: Doubles) -> Iterator[tuple[IntArray, Doubles]]:
        """Frames, and the body (N, 33, 3) in them, metres from the camera; if they come twice, the later one counts."""
        before: Doubles | None = None
        for first in range(0, max(1, len(self.frames) - _SHARED), _WINDOW - _SHARED):
            part = np.arange(first, min(first + _WINDOW, len(self.frames)))
            seen, shape = self._at(part)
            if seen is None:
                before = None
                continue
            if before is not None:
                seen.start[: len(before)] = before
            joints = fit_places(seen, lengths)
            if not np.isfinite(joints).all():
                before = None
                continue
            if before is not None:
                later = ((np.arange(len(before)) + 1) / (len(before) + 1))[:, None, None]
                joints[: len(before)] += (1 - later) * (before - joints[: len(before)])
            before = joints[-_SHARED:].copy()
            yield self.frames[part], carry(of_lengths(joints, lengths), shape, seen.times_s, seen.linked)

    def steady(self, path: FloatArray) -> FloatArray:
        """(N, 3) the path of the hips, m from the camera, at a distance without the errors that a fit still has."""
        known = np.flatnonzero(np.isfinite(path).all(axis=1))
        linked = self._linked[known] & (np.diff(known, prepend=-1) == 1)
        steady = path.copy()
        steady[known] = steady_distance(self._one.times_s[self.frames[known]], linked, path[known].astype(np.float64))
        return steady

    def _at(self, part: IntArray) -> tuple[Seen | None, Doubles]:
        """What some of the frames show, and the model's shape (N, 33, 3) m in the camera's axes; None if too little."""
        frames = self._one.at(self.frames[part])
        path = estimate_root(frames, field_of_view_deg=self._field_of_view_deg).path[:, 0].astype(np.float64)
        placed = np.flatnonzero(np.isfinite(path).all(axis=1))
        world = frames.world[:, 0].astype(np.float64)
        world -= world[:, _HIPS].mean(axis=1, keepdims=True)
        turns = turns_to_camera(frames, field_of_view_deg=self._field_of_view_deg)[:, 0]
        shape = np.einsum("nij,nkj->nki", turns, world)
        focal_px = focal_length_px(frames.size, self._field_of_view_deg)
        rays = (frames.xy[:, 0, JOINTS].astype(np.float64) - np.array(frames.size) / 2) / focal_px
        joints = shape[:, JOINTS]
        known = (np.abs(rays).max(axis=-1) < _FARTHEST_RAY) & (np.abs(joints).max(axis=-1) < _FARTHEST_M)  # no NaN
        if not len(placed) or known.sum(axis=1).max() < _FEWEST_JOINTS:
            return None, shape
        path = np.stack([np.interp(np.arange(len(path)), placed, path[placed, axis]) for axis in range(3)], axis=1)
        for run in unbroken(self._linked[part]):
            path[run] = median_filter(path[run], size=(min(_DISTANCE_OVER, len(run)), 1), mode="nearest")
        visibility = np.clip(np.nan_to_num(frames.visibility[:, 0, JOINTS].astype(np.float64)), _LEAST_WEIGHT, 1)
        weights = np.where(known & ~self._mixed[self.frames[part], None], visibility, 0)
        rays, joints = (np.where(known[..., None], each, 0) for each in (rays, joints))
        return Seen(frames.times_s, self._linked[part], rays, joints, weights, joints + path[:, None]), shape


def _usual(long: Doubles, sure: Doubles, kind: int) -> float:
    """A length, given how long all bones are in each frame and how sure that is; NaN if it is never known."""
    long, sure = long[:, kind == KINDS], sure[:, kind == KINDS]
    share = _TRUNKS_LENGTH if kind in OF_TRUNK else _LIMBS_LENGTH
    for least in (_VISIBLE, 0.0):
        if (there := sure > least).any():
            return float(np.percentile(long[there], share))
    return float("nan")


def _in_models_scale(sequence: PoseSequence, fitted: PoseSequence, path: FloatArray) -> tuple[PoseSequence, FloatArray]:
    """The fitted people, as tall as the model takes them to be, so that a height that is given means the same."""
    factors = standing_heights_m(sequence) / standing_heights_m(fitted)
    factors = np.where(np.isfinite(factors), factors, 1)
    world = (fitted.world * factors[:, None, None]).astype(np.float32)
    return replace(fitted, world=world), (path * factors[:, None]).astype(np.float32)
