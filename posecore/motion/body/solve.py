"""The joints of one person in some frames, by least squares: Gauss-Newton steps, each solved frame by frame.

What an estimate should be near to, and how near, are the constants below. They are values from what is known of bodies
and of the model, chosen by the mean error of angles in four views of one person, so the errors in those views, which
``benchmarks/truth.py`` prints, are a little kind. With half the acceleration angles are worse. How slow a standing foot
is hardly matters: with half and with twice the speed the mean errors change by 0.2 degrees.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter, uniform_filter1d

from posecore.motion.body.banded import solve_over_time, unbroken
from posecore.motion.body.skeleton import ARMS, COUNT, ENDS, GIVE_M, HIPS, KINDS, LENGTHS, LIMBS, STANDING, STARTS
from posecore.motion.gaps import usual_step_s

Doubles = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Standard errors of where a joint is seen, at the person's distance (about a pixel of the 256 that the model sees);
# of the model's own joints in 3D; and of the lengths that the model's bones usually have.
_SEEN_M, _SHAPE_M, _LENGTH_M = 0.016, 0.12, 0.002
# What joints accelerate; a wrist in sport does 100 and more.
_ACCELERATION_M_S2 = 43.0
# A foot's speed while it stands (at 30 frames per second; as a density, at twice the rate each step counts half): one
# that moves slower than this across the picture, without tremor, over so long.
_FEET_M_S, _RATE_HZ, _STANDS_M_S, _STEADY_S = 0.04, 30, 0.25, 0.15
# From this many standard errors on, an error counts by its size, not by its square.
_UNLIKELY = 1.0
# A joint comes no nearer to the camera than this share of the person's distance.
_NEAREST = 0.1
# What a step is held back by (1/m^2): bones turn, so a step that is too long makes them longer.
_DAMPING = 1000.0


def _relations() -> Doubles:
    """(J, J) from where the model knows each joint: legs from the hips, arms from the joint that they hang on.

    Where the shoulders are is less certain than how an arm is held.
    """
    relations = np.eye(COUNT)
    relations[:, HIPS] -= 0.5
    for joint, parent in ARMS:
        relations[joint] = np.eye(COUNT)[joint] - np.eye(COUNT)[parent]
    return relations


_RELATIONS = _relations()
_PAIRS = np.einsum("ji,jk->ikj", _RELATIONS, _RELATIONS).reshape(-1, COUNT)
_EVERY = np.arange(COUNT)


@dataclass(frozen=True, eq=False)
class Seen:
    """What one person's joints should be near to, in N frames.

    Attributes:
        times_s: (N,).
        linked: (N,) bool: the frame goes on from the one before.
        rays: (N, J, 2) where they are seen, for a focal length of 1, (0, 0) in the middle of the picture.
        shape: (N, J, 3) m, the model's own joints in the camera's axes, from the middle of the hips.
        weights: (N, J) 0..1; 0: nothing is known.
        start: (N, J, 3) m from the camera, about where they are.
    """

    times_s: Doubles
    linked: BoolArray
    rays: Doubles
    shape: Doubles
    weights: Doubles
    start: Doubles

    def __len__(self) -> int:
        """Number of frames."""
        return len(self.times_s)


def fit_lengths(seen: Seen, usual: Doubles, *, steps: int = 10) -> Doubles:
    """(len(LENGTHS),) lengths of the bones with which all frames agree best, metres.

    Args:
        seen: some frames of the person.
        usual: (len(LENGTHS),) m, what the lengths are near to.
        steps: of Gauss-Newton.
    """
    places, lengths = seen.start, usual
    beside = _over_time(seen)
    for _ in range(steps):
        blocks, slope = _equations(seen, places, beside)
        border, corner, corner_slope = _bones(places, lengths, blocks, slope)
        corner = corner + np.eye(len(LENGTHS)) / _LENGTH_M**2
        corner_slope = corner_slope + (lengths - usual) / _LENGTH_M**2
        right = np.concatenate([slope.reshape(len(seen), -1, 1), border], axis=-1)
        solved = solve_over_time(blocks, _by_unknown(beside), right)
        step, by_length = solved[..., 0], solved[..., 1:]
        longer = np.linalg.solve(
            corner - np.einsum("ndi,ndj->ij", border, by_length), corner_slope - np.einsum("ndi,nd->i", border, step)
        )
        lengths = np.maximum(lengths - longer, usual / 2)
        places = _moved(seen, places, step - by_length @ longer)
    return lengths


def fit_places(seen: Seen, lengths: Doubles, *, steps: int = 25) -> Doubles:
    """(N, J, 3) metres from the camera: where the joints are, with bones of these lengths.

    Args:
        seen: frames in order of time.
        lengths: (len(LENGTHS),) m.
        steps: of Gauss-Newton.
    """
    places, beside = seen.start, _over_time(seen)
    for _ in range(steps):
        blocks, slope = _equations(seen, places, beside)
        _bones(places, lengths, blocks, slope)
        step = solve_over_time(blocks, _by_unknown(beside), slope.reshape(len(seen), -1, 1))
        places = _moved(seen, places, step[..., 0])
    return places


def of_lengths(places: Doubles, lengths: Doubles) -> Doubles:
    """(N, J, 3) the same joints with limbs of exactly these lengths, metres, on the same shoulders and hips."""
    exact = places.copy()
    for end, start in LIMBS:
        (kind,) = KINDS[(start == STARTS) & (end == ENDS)]
        along = places[:, end] - places[:, start]
        long = np.maximum(np.linalg.norm(along, axis=-1, keepdims=True), 1e-6)
        exact[:, end] = exact[:, start] + lengths[kind] * along / long
    return exact


def _moved(seen: Seen, places: Doubles, step: Doubles) -> Doubles:
    places = places - step.reshape(places.shape)
    nearest = _NEAREST * seen.start[:, HIPS, 2].mean(axis=1)
    places[..., 2] = np.maximum(places[..., 2], nearest[:, None])
    return places


def _pixels(seen: Seen, places: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """How far each joint is seen from where it is, (N, J, 2) standard errors, the slopes (N, J, 2, 3), and weights."""
    distance = seen.start[:, HIPS, 2].mean(axis=1)[:, None]
    flat = places[..., :2] / places[..., 2:]
    off = (flat - seen.rays) * (distance / _SEEN_M)[..., None]
    turn = np.zeros((*places.shape[:2], 2, 3))
    turn[..., 0, 0] = turn[..., 1, 1] = 1
    turn[..., 2] = -flat
    turn *= (distance / places[..., 2] / _SEEN_M)[..., None, None]
    return off, turn, seen.weights * _believed((off**2).sum(axis=-1))


def _equations(seen: Seen, places: Doubles, beside: Doubles) -> tuple[Doubles, Doubles]:
    """(N, 3J, 3J) normal matrices and (N, J, 3) slopes of all but the bones."""
    off, turn, weights = _pixels(seen, places)
    weighted = weights[..., None, None] * turn
    own = np.swapaxes(weighted, -1, -2) @ turn
    slope = (weighted * off[..., None]).sum(axis=-2)

    apart = _RELATIONS @ (places - seen.shape) / _SHAPE_M
    weights = seen.weights * _believed((apart**2).sum(axis=-1)) / _SHAPE_M
    slope += _RELATIONS.T @ (weights[..., None] * apart)
    slope += _along_time(beside, places)

    pairs = (weights / _SHAPE_M) @ _PAIRS.T
    blocks = np.zeros((len(seen), COUNT, 3, COUNT, 3))
    for axis in range(3):
        blocks[:, :, axis, :, axis] = pairs.reshape(-1, COUNT, COUNT)
    own = own + (beside[0] + _DAMPING)[..., None, None] * np.eye(3)
    blocks[:, _EVERY, :, _EVERY] += np.swapaxes(own, 0, 1)
    return blocks.reshape(len(seen), 3 * COUNT, 3 * COUNT), slope


def _believed(squares: Doubles) -> Doubles:
    """How much of an error counts, given its square in standard errors (Charbonnier's loss)."""
    return np.asarray(1 / np.sqrt(1 + squares / _UNLIKELY**2))


def _bones(places: Doubles, lengths: Doubles, blocks: Doubles, slope: Doubles) -> tuple[Doubles, Doubles, Doubles]:
    """Add the bones to the equations of places, and make those of lengths: border (N, 3J, L), corner and its slope."""
    between = places[:, STARTS] - places[:, ENDS]
    long = np.linalg.norm(between, axis=-1)
    along = between / np.maximum(long, 1e-6)[..., None]
    stiff = 1 / GIVE_M**2
    pull = stiff * (long - lengths[KINDS])
    each = stiff[:, None, None] * along[..., :, None] * along[..., None, :]
    border = np.zeros((*places.shape, len(LENGTHS)))
    square = blocks.reshape(len(places), COUNT, 3, COUNT, 3)
    for bone, (start, end, kind) in enumerate(zip(STARTS, ENDS, KINDS, strict=True)):
        square[:, start, :, start] += each[:, bone]
        square[:, end, :, end] += each[:, bone]
        square[:, start, :, end] -= each[:, bone]
        square[:, end, :, start] -= each[:, bone]
        force = pull[:, bone, None] * along[:, bone]
        slope[:, start] += force
        slope[:, end] -= force
        border[:, start, :, kind] -= stiff[bone] * along[:, bone]
        border[:, end, :, kind] += stiff[bone] * along[:, bone]
    by_kind = (KINDS[:, None] == np.arange(len(LENGTHS))).astype(float)
    corner = np.diag(len(places) * stiff @ by_kind)
    return border.reshape(len(places), -1, len(LENGTHS)), corner, -pull.sum(axis=0) @ by_kind


def _over_time(seen: Seen) -> Doubles:
    """(3, N, J) of little acceleration and of feet that stand, for each axis of a joint alike.

    Each frame's own share of the matrix, and what couples it with the frame before and with the one before that.
    """
    own, near, far = np.repeat(_acceleration(seen).T[..., None], COUNT, axis=-1)
    stays = _stillness(seen)
    own += stays
    own[:-1] += stays[1:]
    return np.stack([own, near - stays, far])


def _acceleration(seen: Seen) -> Doubles:
    """(N, 3) of little acceleration: each frame's own share of the matrix, and what couples it with the two before."""
    frames = len(seen)
    shares = np.zeros((frames, 3))
    if frames < 3:
        return shares
    first, second = np.diff(seen.times_s)[:-1], np.diff(seen.times_s)[1:]
    rows = np.stack([2 / (first * (first + second)), -2 / (first * second), 2 / (second * (first + second))], axis=1)
    rows *= (seen.linked[1:-1] & seen.linked[2:])[:, None] / _ACCELERATION_M_S2
    for later in range(3):
        for earlier in range(later + 1):
            shares[later : later + frames - 2, later - earlier] += rows[:, later] * rows[:, earlier]
    return shares


def _along_time(beside: Doubles, places: Doubles) -> Doubles:
    """(N, J, 3) the matrix of ``_over_time`` times the places."""
    own, near, far = beside[..., None]
    product = own * places
    for back, share in ((1, near), (2, far)):
        product[back:] += share[back:] * places[:-back]
        product[:-back] += share[back:] * places[back:]
    return product


def _by_unknown(beside: Doubles) -> Doubles:
    """(N, 2, 3J) what couples each unknown with the frames before, as ``solve_over_time`` takes it."""
    return np.repeat(np.swapaxes(beside[1:], 0, 1), 3, axis=-1)


def _stillness(seen: Seen) -> Doubles:
    """(N, J) how much each joint stays where it was in the frame before: feet that stand still in the picture."""
    stays = np.zeros((len(seen), COUNT))
    if len(seen) < 3:
        return stays
    width = max(1, round(_STEADY_S / usual_step_s(seen.times_s)) | 1)
    across = seen.rays[:, STANDING] * seen.start[:, HIPS, 2].mean()
    for part in unbroken(seen.linked):
        if len(part) < 3:
            continue
        steady = median_filter(across[part], (width, 1, 1), mode="nearest")
        steady = uniform_filter1d(steady, width, axis=0, mode="nearest")
        speed = np.linalg.norm(np.gradient(steady, seen.times_s[part], axis=0), axis=-1)
        stands = seen.weights[part][:, STANDING] / (1 + (speed / _STANDS_M_S) ** 4)
        step_s = np.diff(seen.times_s[part])[:, None]
        stays[part[1:, None], STANDING] = _RATE_HZ * np.minimum(stands[1:], stands[:-1]) / (_FEET_M_S**2 * step_s)
    return stays
