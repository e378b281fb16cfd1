"""Feet that neither slide nor sink while they are on the floor.

One camera sees a foot on the floor wander by centimetres: depth is uncertain, and bones that keep their length do not
end exactly where each frame's landmarks are. So, for each person and shot:

1. **Contact.** Heel and toe are each on the floor while they are slow and low, with hysteresis (``_contacts``).
2. **Path.** The hips follow their path in the picture, with little acceleration, and move as a foot on the floor says
   (``_smooth_path``). In height they follow the floor under the feet, so a tilted camera makes nobody climb.
3. **Footprints.** From touch to lift, a foot has one place and one direction. Heel and toe are held there while they
   are in contact, the sole flat while both are; towards and from contact the foot is led there over ``RAMP_S``.
4. **Legs.** Hip and ankle are joined by thigh and shank, which bend at the knee towards where the landmarks have it.
   If they are too short, the hips come down.

Where the camera does not look level, ``level`` finds how the floor is tilted in the picture, if somebody stands with
the feet apart. A camera that turns or moves makes standing feet look moving; they are then not held.

Vectors are in metres, y up, z towards the camera; N are frames in which the person is seen, times strictly increasing.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from scipy.ndimage import maximum_filter1d, median_filter, minimum_filter1d, uniform_filter1d
from scipy.sparse import diags_array
from scipy.sparse.linalg import spsolve
from scipy.spatial.transform import Rotation

from posecore.motion.gaps import BoolArray, IntArray, Seconds, usual_step_s
from posecore.motion.rotations import Doubles, rotation_to_axes, shortest_rotation, unit

RAMP_S = 0.15
"""Seconds over which a foot is led to its footprint, and away from it."""

# A point of a foot comes to the floor below the first of each pair, and leaves it above the second. A walking foot
# swings at 1 m/s and more; landmarks of one that stands wander at 0.1 to 0.2. Heights are over the lowest point of the
# same foot, and of both feet, within a second around: the latter allows for a floor that is not level. Depth is known
# worst, and counts half in speeds. Both are those of feet without tremor, over 0.15 s.
_SPEED_M_S = (0.4, 0.8)
_DEPTH_COUNTS = 0.5
_HEIGHT_M = (0.05, 0.1)
_HEIGHT_OF_BOTH_M, _BEFORE_LEVELLING_M = (0.1, 0.15), (0.15, 0.2)
_FLOOR_WINDOW_S = 1.0
_STEADY_S = 0.15
_SHORTEST_CONTACT_S = 0.1
# A foot that leaves its footprint this far without ever lifting has moved on.
_SHUFFLE_M = 0.12

# What the path is weighed by: standard errors of the hips across the picture (m) and in depth (share of the distance),
# of the speed of feet in contact (m/s) and of their height (m); and the usual acceleration of hips (m/s^2).
_ACROSS_M, _DEPTH_SHARE, _CONTACT_M_S, _FLOOR_M, _ACCELERATION_M_S2 = 0.02, 0.02, 0.08, 0.005, 3.0
# Of the floor's slope across the picture and in depth: how much it usually is (people hold cameras less askew than they
# aim them up or down); the error of the height between two feet (m), and how many independent pairs of feet a shot has
# at most. A steeper one than 30 degrees is not believed.
_LEVEL_SLOPES, _LEVEL_M, _LEVEL_SAMPLES, _STEEPEST = (0.05, 0.2), 0.03, 3, 0.58
# Share of a leg's length to which it is stretched at most: a straight knee has no direction to bend in.
_STRETCH = 0.999


@dataclass(frozen=True, eq=False)
class Leg:
    """One leg of a figure: where it is by its landmarks, and how long its bones are.

    Attributes:
        hip: (N, 3) from the middle of the hips, on the figure.
        knee: (N, 3) likewise.
        ankle: (N, 3) likewise.
        foot: (N, 3, 3) rotation of the foot in the room.
        forward: (N, 3) the direction in which the knee would bend if the leg were straight.
        thigh_m: length.
        shank_m: length.
        heel: (3,) of the flat foot, from the ankle; its y is minus the ankle's height.
        toe: (3,) likewise.
    """

    hip: Doubles
    knee: Doubles
    ankle: Doubles
    foot: Doubles
    forward: Doubles
    thigh_m: float
    shank_m: float
    heel: Doubles
    toe: Doubles

    def during(self, frames: slice) -> "Leg":
        """The same leg in some of the frames."""
        moving = ("hip", "knee", "ankle", "foot", "forward")
        return replace(self, **{name: getattr(self, name)[frames] for name in moving})

    def sole(self, ankle: Doubles) -> Doubles:
        """(N, 2, 3) heel and toe of the foot at this ankle."""
        return ankle[:, None] + np.stack([self.foot @ self.heel, self.foot @ self.toe], axis=1)


@dataclass(frozen=True, eq=False)
class Feet:
    """One person's two feet by their landmarks.

    Attributes:
        frames: (N,) of the video.
        path: (N, 3) of the hips from the camera.
        soles: (N, 2, 3) heel and toe from the hips, by leg.
        visible: (N,) bool by leg: whether it is seen well enough to be on the floor.
    """

    frames: IntArray
    path: Doubles
    soles: Mapping[str, Doubles]
    visible: Mapping[str, BoolArray]


@dataclass(frozen=True, eq=False)
class Stance:
    """A person on the floor.

    Attributes:
        path: (N, 3) of the middle of the hips.
        turned: (N, 3, 3) rotations in the room, by leg: of thigh, shank and foot.
        contacts: (N, 2) bool by leg: heel and toe on the floor.
    """

    path: Doubles
    turned: Mapping[str, tuple[Doubles, Doubles, Doubles]]
    contacts: Mapping[str, BoolArray]


def stand(times_s: Seconds, path: Doubles, legs: Mapping[str, Leg], visible: Mapping[str, BoolArray]) -> Stance:
    """Put a person on the floor at y = 0, in one shot.

    Args:
        times_s: (N,).
        path: (N, 3) of the hips from the camera, of which z is minus the distance; NaN where it is unknown.
        legs: by name, those that are known.
        visible: (N,) bool by leg: whether its foot is seen well enough to be on the floor.
    """
    path = _without_gaps(path)
    errors = np.stack([np.full(len(path), _ACROSS_M)] * 2 + [_DEPTH_SHARE * np.maximum(np.abs(path[:, 2]), 1)], axis=1)
    smooth = np.stack([_smooth_path(times_s, path[:, axis], errors[:, axis]) for axis in range(3)], axis=1)
    soles = {name: leg.sole(leg.ankle) for name, leg in legs.items()}
    contacts = _contacts(
        times_s, {name: sole + smooth[:, None] for name, sole in soles.items()}, visible, _HEIGHT_OF_BOTH_M
    )
    smooth = _follow_feet(times_s, path, errors, soles, contacts)
    targets = {name: _held_foot(times_s, leg, smooth + leg.ankle, contacts[name]) for name, leg in legs.items()}
    smooth[:, 1] -= _drop(times_s, smooth, legs, {name: ankle for name, (ankle, _) in targets.items()})
    turned = {
        name: (*_bend(legs[name], smooth, ankle), foot)  # thigh and shank
        for name, (ankle, foot) in targets.items()
    }
    return Stance(smooth, turned, contacts)


def level(times_s: Seconds, people: Sequence[Feet]) -> Doubles:
    """(3, 3) rotation that turns the floor of one shot level: what a camera that looks down, up or askew leaves tilted.

    It is the plane of which the two feet of each person, while both are on the floor, differ least in height; the less
    they are apart, the more it is the camera's own level.

    Args:
        times_s: (T,).
        people: of everyone whose feet are known in this shot.
    """
    apart = []
    for feet in people:
        if len(feet.frames) < 3:
            continue
        own_s, path = times_s[feet.frames], _without_gaps(feet.path)
        smooth = np.stack([_smooth_path(own_s, path[:, axis], np.full(len(path), _ACROSS_M)) for axis in range(3)], 1)
        contacts = _contacts(
            own_s,
            {name: sole + smooth[:, None] for name, sole in feet.soles.items()},
            feet.visible,
            _BEFORE_LEVELLING_M,
        )
        (left, left_on), (right, right_on) = ((feet.soles[name], contacts[name]) for name in feet.soles)
        apart.append((left - right)[left_on & right_on])
    steps = np.concatenate([np.empty((0, 3)), *apart])
    if len(steps) == 0:
        return np.eye(3)
    # Neighbouring frames err alike, so many count as no more than a few.
    share = min(1.0, _LEVEL_SAMPLES / len(steps)) / _LEVEL_M**2
    ground = steps[:, [0, 2]]
    slopes = np.linalg.solve(
        share * ground.T @ ground + np.diag(1 / np.square(_LEVEL_SLOPES)), share * ground.T @ steps[:, 1]
    )
    length = max(float(np.linalg.norm(slopes)) / _STEEPEST, 1)
    up = np.array([-slopes[0] / length, 1, -slopes[1] / length])
    return shortest_rotation(up, np.array([[0.0, 1.0, 0.0]]))[0]


def _without_gaps(path: Doubles) -> Doubles:
    """The path with straight lines through unknown frames; all zero if it is not known at all."""
    known = np.flatnonzero(np.isfinite(path).all(axis=1))
    if len(known) == 0:
        return np.zeros_like(path)
    frames = np.arange(len(path))
    return np.stack([np.interp(frames, known, path[known, axis]) for axis in range(3)], axis=1)


def _smooth_path(
    times_s: Seconds, seen: Doubles, error: Doubles, speed: Doubles | None = None, in_contact: BoolArray | None = None
) -> Doubles:
    """(N,) least squares along one axis: near ``seen``, with little acceleration, and at ``speed`` during contact.

    Args:
        times_s: (N,).
        seen: (N,) m.
        error: (N,) m, of these.
        speed: (N - 1,) m/s from frame to frame that the feet ask for.
        in_contact: (N - 1,) whether they ask.
    """
    if len(seen) < 3:
        return seen.copy()
    step = np.diff(times_s)
    velocity = diags_array([-1 / step, 1 / step], offsets=[0, 1], shape=(len(step), len(seen)))
    between = (step[1:] + step[:-1]) / 2
    change = diags_array([-1 / between, 1 / between], offsets=[0, 1], shape=(len(between), len(step))) @ velocity
    # Acceleration is a density: at twice the frame rate each step counts half.
    rate = usual_step_s(times_s) * 30
    left = diags_array(1 / error**2) + change.T @ change * (rate / _ACCELERATION_M_S2**2)
    right = seen / error**2
    if speed is not None and in_contact is not None and in_contact.any():
        weight = in_contact * (rate / _CONTACT_M_S**2)
        left = left + velocity.T @ diags_array(weight) @ velocity
        right = right + velocity.T @ (weight * speed)
    return np.asarray(spsolve(left.tocsc(), right))


def _contacts(
    times_s: Seconds,
    soles: Mapping[str, Doubles],
    visible: Mapping[str, BoolArray],
    height_of_both_m: tuple[float, float],
) -> dict[str, BoolArray]:
    """(N, 2) bool by leg: whether heel and toe are on the floor."""
    if len(times_s) < 3 or not soles:
        return {name: np.zeros(sole.shape[:2], bool) for name, sole in soles.items()}
    step = usual_step_s(times_s)
    window = max(3, round(_FLOOR_WINDOW_S / step) | 1)
    soles = {name: _steady(sole, step) for name, sole in soles.items()}
    own = {name: minimum_filter1d(sole[..., 1].min(axis=1), window) for name, sole in soles.items()}
    both = np.min(list(own.values()), axis=0)
    shortest, lifted = max(2, round(_SHORTEST_CONTACT_S / step)), max(1, round(RAMP_S / step))
    found = {}
    for name, sole in soles.items():
        speed = np.linalg.norm(np.gradient(sole, times_s, axis=0) * [1, 1, _DEPTH_COUNTS], axis=-1)
        height = sole[..., 1] - own[name][:, None]
        over_both = sole[..., 1] - both[:, None]
        low = [(speed < _SPEED_M_S[k]) & (height < _HEIGHT_M[k]) & (over_both < height_of_both_m[k]) for k in range(2)]
        on_floor = np.zeros(sole.shape[:2], bool)
        for point in range(2):
            may = low[1][:, point] & visible[name]
            for run in _runs(may):
                if run.stop - run.start >= shortest and low[0][run, point].any():
                    on_floor[run, point] = True
            _bridge(sole[:, point], on_floor[:, point], 2 * lifted)
        for run in _runs(np.asarray(on_floor.any(axis=1))):
            _part_shuffles(sole, on_floor, run, lifted)
        found[name] = on_floor
    return found


def _steady(sole: Doubles, step_s: float) -> Doubles:
    """The same without the jumps of legs that change sides for a frame or two, and without tremor."""
    width = max(1, round(_STEADY_S / step_s) | 1)
    middle = median_filter(sole, (width, 1, 1), mode="nearest")
    return np.asarray(uniform_filter1d(middle, width, axis=0, mode="nearest"))


def _runs(mask: BoolArray) -> Iterator[slice]:
    """Runs of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]])))
    for start, stop in edges.reshape(-1, 2).tolist():
        yield slice(start, stop)


def _part_shuffles(sole: Doubles, on_floor: BoolArray, run: slice, lifted: int) -> None:
    """Part a contact during which the foot wanders, by lifting it in the middle for so many frames before and after."""
    across = sole[run][..., [0, 2]].mean(axis=1)
    wanders = np.linalg.norm(across - np.median(across, axis=0), axis=1).max() > _SHUFFLE_M
    if not wanders or run.stop - run.start < 6 * lifted:
        return
    middle = (run.start + run.stop) // 2
    on_floor[middle - lifted : middle + lifted] = False
    _part_shuffles(sole, on_floor, slice(run.start, middle - lifted), lifted)
    _part_shuffles(sole, on_floor, slice(middle + lifted, run.stop), lifted)


def _bridge(sole: Doubles, on_floor: BoolArray, longest: int) -> None:
    """Keep one point on the floor through short gaps in which it goes nowhere; sole as (N, 3), on_floor as (N,)."""
    there = np.flatnonzero(on_floor)
    for before, after in pairwise(there.tolist()):
        if 1 < after - before <= longest:
            between = sole[before : after + 1]
            if np.linalg.norm(between - between[0], axis=1).max() < _HEIGHT_M[0]:
                on_floor[before:after] = True


def _follow_feet(
    times_s: Seconds, path: Doubles, errors: Doubles, soles: Mapping[str, Doubles], contacts: Mapping[str, BoolArray]
) -> Doubles:
    """(N, 3) path of the hips over the floor, on which the feet in contact stay in place."""
    if not soles:  # the legs hang down; how high is for the caller to say
        return np.stack([_smooth_path(times_s, path[:, axis], errors[:, axis]) for axis in range(3)], axis=1)
    points = np.concatenate(list(soles.values()), axis=1)
    touching = np.concatenate(list(contacts.values()), axis=1)
    both = touching[1:] & touching[:-1]
    count = both.sum(axis=1)
    moved = np.where(both[..., None], np.diff(points, axis=0), 0).sum(axis=1) / np.maximum(count, 1)[:, None]
    speed = -moved / np.diff(times_s)[:, None]
    smooth = path.copy()
    for axis in (0, 2):
        smooth[:, axis] = _smooth_path(times_s, path[:, axis], errors[:, axis], speed[:, axis], count > 0)
    standing = np.flatnonzero(touching.any(axis=1))
    feet_y = points[..., 1]
    if len(standing) == 0:
        smooth[:, 1] = _smooth_path(times_s, path[:, 1], errors[:, 1])
        smooth[:, 1] -= (smooth[:, 1] + feet_y.min(axis=1)).min()
        return smooth
    of_contact = np.where(touching, feet_y, 0).sum(axis=1)[standing] / touching[standing].sum(axis=1)
    floor = np.interp(np.arange(len(path)), standing, path[standing, 1] + of_contact)
    # Nobody is under the floor: where feet come lower without standing, it is lower.
    lowest = path[:, 1] + feet_y.min(axis=1)
    floor = np.where(touching.any(axis=1), floor, np.minimum(floor, lowest))
    error = np.where(touching.any(axis=1), _FLOOR_M, errors[:, 1])
    smooth[:, 1] = _smooth_path(times_s, path[:, 1] - floor, error)
    return smooth


def _held_foot(times_s: Seconds, leg: Leg, ankle: Doubles, on_floor: BoolArray) -> tuple[Doubles, Doubles]:
    """(N, 3) place of the ankle and (N, 3, 3) rotation of the foot, held on its footprints and nowhere under the floor.

    Args:
        times_s: (N,).
        leg: whose foot.
        ankle: (N, 3) by landmarks.
        on_floor: (N, 2) heel and toe.
    """
    foot = leg.foot.copy()
    any_point: BoolArray = np.asarray(on_floor.any(axis=1))
    if any_point.any():
        weights = np.stack([_ramp(times_s, on_floor[:, point], any_point) for point in range(2)], axis=1)
        sole = leg.sole(ankle)
        runs = list(_runs(any_point))
        of_runs = [_footprint(leg, sole[run], foot[run], on_floor[run]) for run in runs]
        # Frames between contacts are led by the nearer one.
        nearest = np.searchsorted([run.start for run in runs], _nearest(any_point, times_s), side="right") - 1
        yaw, prints = (np.stack(each)[nearest] for each in zip(*of_runs, strict=True))
        foot = _over_floor(_blend(foot, yaw, weights.min(axis=1)), weights)
        reach = np.stack([foot @ leg.heel, foot @ leg.toe], axis=1)
        off = prints - (ankle[:, None] + reach)
        # Whichever is held wholly decides; while both are, the foot is flat on its print and they agree.
        pull = weights / (1 + 1e-6 - weights)
        total = pull.sum(axis=1, keepdims=True)
        share = np.divide(pull, total, out=np.full_like(pull, 0.5), where=total > 0)
        ankle = ankle + weights.max(axis=1, keepdims=True) * (share[..., None] * off).sum(axis=1)
    lowest = np.minimum((foot @ leg.heel)[:, 1], (foot @ leg.toe)[:, 1]) + ankle[:, 1]
    ankle = ankle + np.maximum(0, -lowest)[:, None] * [0, 1, 0]
    return ankle, foot


def _nearest(mask: BoolArray, times_s: Seconds) -> IntArray:
    """(N,) index of the nearest True in time."""
    there = np.flatnonzero(mask)
    after = np.searchsorted(there, np.arange(len(mask))).clip(0, len(there) - 1)
    before = np.maximum(after - 1, 0)
    later = np.abs(times_s[there[after]] - times_s) <= np.abs(times_s - times_s[there[before]])
    return np.asarray(there[np.where(later, after, before)])


def _ramp(times_s: Seconds, on_floor: BoolArray, any_point: BoolArray) -> Doubles:
    """(N,) 1 during contact of one point, falling smoothly to 0; 0 half way from one footprint to the next."""
    since, until = _apart(times_s, any_point)
    half_way = np.where(any_point, np.inf, (since + until) / 2)
    left = np.clip(1 - np.minimum(*_apart(times_s, on_floor)) / np.minimum(RAMP_S, half_way), 0, 1)
    return np.asarray(left * left * (3 - 2 * left))


def _apart(times_s: Seconds, mask: BoolArray) -> tuple[Doubles, Doubles]:
    """(N,) seconds since the last True, and until the next one; infinite without one, 0 at one."""
    there = np.concatenate([[-np.inf], times_s[mask], [np.inf]])
    last = np.searchsorted(there, times_s, side="right") - 1
    following = np.searchsorted(there, times_s)
    return times_s - there[last], there[following] - times_s


def _footprint(leg: Leg, sole: Doubles, foot: Doubles, on_floor: BoolArray) -> tuple[Doubles, Doubles]:
    """(3, 3) rotation of the flat foot during one contact, and (2, 3) where its heel and toe are."""
    flat = on_floor.all(axis=1)
    forward = np.median(unit(foot[flat if flat.any() else slice(None)][..., 2] * [1, 0, 1]), axis=0)
    heading = rotation_to_axes(forward[None], np.array([[0.0, 1.0, 0.0]]), axes=(2, 1))[0]
    if not np.isfinite(heading).all():  # a foot that points straight up or down all the time
        heading = np.eye(3)
    ahead = heading @ (leg.toe - leg.heel)
    # Toes are on the floor longer than heels, and pressed to it.
    at = np.median(sole[on_floor[:, 1], 1] - ahead if on_floor[:, 1].any() else sole[on_floor[:, 0], 0], axis=0)
    heel = at * [1, 0, 1]
    return heading, np.stack([heel, heel + ahead])


def _blend(first: Doubles, second: Doubles, share: Doubles) -> Doubles:
    """(N, 3, 3) rotations from ``first`` towards ``second``, the shorter way."""
    start = Rotation.from_matrix(first)
    whole = (start.inv() * Rotation.from_matrix(second)).as_rotvec()
    return np.asarray((start * Rotation.from_rotvec(share[:, None] * whole)).as_matrix())


def _over_floor(foot: Doubles, weights: Doubles) -> Doubles:
    """The same feet, of which neither end is under the one that is held on the floor; weights as (N, 2): heel, toe."""
    ahead = foot[..., 2].copy()
    heel, toe = weights.T
    ahead[:, 1] -= toe * np.maximum(ahead[:, 1], 0) + heel * np.minimum(ahead[:, 1], 0)
    return rotation_to_axes(ahead, foot[..., 1], axes=(2, 1))


def _drop(times_s: Seconds, path: Doubles, legs: Mapping[str, Leg], ankles: Mapping[str, Doubles]) -> Doubles:
    """(N,) m by which the hips have to come down so that the legs reach the ankles; smooth over time."""
    if not legs:
        return np.zeros(len(path))
    needed = np.zeros(len(path))
    for name, leg in legs.items():
        down = ankles[name] - (path + leg.hip)
        length = _STRETCH * (leg.thigh_m + leg.shank_m)
        across = np.minimum(np.linalg.norm(down[:, [0, 2]], axis=1), length)
        needed = np.maximum(needed, -down[:, 1] - np.sqrt(length**2 - across**2))
    window = max(1, round(RAMP_S / usual_step_s(times_s))) if len(path) > 1 else 1
    return np.asarray(uniform_filter1d(maximum_filter1d(needed, 2 * window + 1), 2 * window + 1))


def _bend(leg: Leg, path: Doubles, ankle: Doubles) -> tuple[Doubles, Doubles]:
    """(N, 3, 3) rotations of thigh and shank in the room that join the hip to the ankle."""
    line = ankle - (path + leg.hip)
    along = unit(line)
    limits = np.array([abs(leg.thigh_m - leg.shank_m) + 1e-4, _STRETCH * (leg.thigh_m + leg.shank_m)])
    length = np.clip(np.linalg.norm(line, axis=1), *limits)
    start = (leg.thigh_m**2 - leg.shank_m**2 + length**2) / (2 * length)
    height = np.sqrt(np.maximum(leg.thigh_m**2 - start**2, 0))
    # The knee is where the landmarks have it, but never behind the leg; a straight leg shows no direction.
    forward = unit(leg.forward - (leg.forward * along).sum(axis=1, keepdims=True) * along)
    out = leg.knee - leg.hip
    out = out - (out * along).sum(axis=1, keepdims=True) * along
    ahead = (out * forward).sum(axis=1, keepdims=True)
    out = unit(out + (np.maximum(0, -ahead) + 0.05 * leg.thigh_m) * forward)
    thigh = start[:, None] * along + height[:, None] * out
    shank = length[:, None] * along - thigh
    return rotation_to_axes(-thigh, out, axes=(1, 2)), rotation_to_axes(-shank, out, axes=(1, 2))
