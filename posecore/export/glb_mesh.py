"""The body of a figure: a mannequin of simple shapes around its bones, in the rest pose.

Limbs are closed, round-ended shapes, each on one joint, which meet in balls at elbows and knees: nothing collapses or
is wrung however far a joint turns. Only the trunk bends, between the joints of the spine. Sizes are shares of the
body's height.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from posecore.export.glb_figure import MovingFigure
from posecore.hands import SIDES
from posecore.motion.figure import FINGERS
from posecore.motion.rotations import Doubles, unit

_SIDES_OF_A_TUBE = 12
_RINGS_OF_A_BALL = 3


@dataclass(frozen=True, eq=False)
class Mesh:
    """V vertices and their triangles, counter-clockwise seen from outside.

    Attributes:
        points: (V, 3) float32, metres.
        normals: (V, 3) float32, of length 1.
        joints: (V, 4) uint8, indices of joints, by which a vertex is moved.
        weights: (V, 4) float32, sum 1.
        triangles: (N, 3) uint16, by material: "body" and "skin", which is head, hands and neck.
    """

    points: NDArray[np.float32]
    normals: NDArray[np.float32]
    joints: NDArray[np.uint8]
    weights: NDArray[np.float32]
    triangles: Mapping[str, NDArray[np.uint16]]


@dataclass(frozen=True, eq=False)
class _Shape:
    material: str
    points: Doubles
    triangles: NDArray[np.intp]
    weights: Sequence[Mapping[str, float]]


def build_mesh(figure: MovingFigure) -> Mesh:
    """The mesh of a figure; its joints are counted in the figure's order."""
    shapes = [_trunk(figure), *_neck_and_head(figure)]
    for side in SIDES:
        shapes += [*_arm(figure, side.capitalize()), *_leg(figure, side.capitalize())]
    numbers = {name: index for index, name in enumerate(figure.joints)}
    points = np.concatenate([shape.points for shape in shapes])
    weights = [each for shape in shapes for each in shape.weights]
    joints, shares = np.zeros((len(points), 4), np.uint8), np.zeros((len(points), 4), np.float32)
    for vertex, each in enumerate(weights):
        for place, (name, share) in enumerate(each.items()):
            joints[vertex, place], shares[vertex, place] = numbers[name], share
    starts = np.cumsum([0, *(len(shape.points) for shape in shapes)])
    by_material: dict[str, list[NDArray[np.intp]]] = {"body": [], "skin": []}
    for shape, start in zip(shapes, starts.tolist(), strict=False):
        by_material[shape.material].append(_outwards(shape) + start)
    triangles = {name: np.concatenate(each) for name, each in by_material.items()}
    normals = _normals(points, np.concatenate(list(triangles.values())))
    return Mesh(
        points.astype(np.float32),
        normals.astype(np.float32),
        joints,
        shares,
        {name: each.astype(np.uint16) for name, each in triangles.items()},
    )


def _outwards(shape: _Shape) -> NDArray[np.intp]:
    """Its triangles, turned so that its volume is positive."""
    a, b, c = (shape.points[shape.triangles[:, k]] for k in range(3))
    inside_out = (np.cross(a, b) * c).sum() < 0
    return shape.triangles[:, ::-1] if inside_out else shape.triangles


def _normals(points: Doubles, triangles: NDArray[np.intp]) -> Doubles:
    a, b, c = (points[triangles[:, k]] for k in range(3))
    faces = np.cross(b - a, c - a)
    normals = np.zeros_like(points)
    for corner in range(3):
        np.add.at(normals, triangles[:, corner], faces)
    return np.nan_to_num(unit(normals * 1e6), nan=0.0) + (np.abs(normals).sum(axis=1, keepdims=True) == 0) * [0, 1, 0]


def _tube(
    material: str,
    rings: Sequence[tuple[Doubles, float, float]],
    across: Doubles,
    weights: Sequence[Mapping[str, float]],
) -> _Shape:
    """A closed tube through elliptic rings.

    Args:
        material: of its surface.
        rings: centre of each, and its half widths along the first and the second axis of ``across``.
        across: (2, 3) axes of the rings, of length 1.
        weights: of each ring.
    """
    angles = np.arange(_SIDES_OF_A_TUBE) * 2 * np.pi / _SIDES_OF_A_TUBE
    circle = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    points = [centre + (circle * [first, second]) @ across for centre, first, second in rings]
    ends = [rings[0][0][None], rings[-1][0][None]]
    count, sides = len(rings), _SIDES_OF_A_TUBE
    here = np.arange(sides)
    after = (here + 1) % sides
    triangles = []
    for ring in range(count - 1):
        low, high = ring * sides, (ring + 1) * sides
        triangles += [np.stack([low + here, low + after, high + here], 1)]
        triangles += [np.stack([high + here, low + after, high + after], 1)]
    first, last = count * sides, count * sides + 1
    triangles += [np.stack([after, here, np.full(sides, first)], 1)]
    top = (count - 1) * sides
    triangles += [np.stack([top + here, top + after, np.full(sides, last)], 1)]
    of_points = [each for each in weights for _ in range(sides)] + [weights[0], weights[-1]]
    return _Shape(material, np.concatenate([*points, *ends]), np.concatenate(triangles), of_points)


def _limb(
    material: str,
    joint: str,
    start: Doubles,
    end: Doubles,
    radii: Sequence[float],
    *,
    flat: float = 1.0,
    thin: Doubles | None = None,
) -> _Shape:
    """A round-ended tube from one place to another.

    Args:
        material: of its surface.
        joint: that moves it.
        start: centre of the first ball.
        end: centre of the last ball.
        radii: at even distances from start to end.
        flat: share of the radii along ``thin``.
        thin: direction in which a limb is flat.
    """
    along = unit((end - start)[None])[0]
    if thin is None:
        thin = np.eye(3)[np.argmin(np.abs(along))]
    thin = unit((thin - (thin @ along) * along)[None])[0]
    across = np.stack([np.cross(thin, along), thin])
    turns = (np.arange(_RINGS_OF_A_BALL) + 0.5) * np.pi / 2 / (_RINGS_OF_A_BALL + 0.5)
    rings = [(start - np.cos(turn) * radii[0] * along, np.sin(turn) * radii[0]) for turn in turns]
    steps = np.linspace(0, 1, len(radii))
    rings += [(start + step * (end - start), radius) for step, radius in zip(steps, radii, strict=True)]
    rings += [(end + np.cos(turn) * radii[-1] * along, np.sin(turn) * radii[-1]) for turn in turns[::-1]]
    # The tips, so that the ends are round.
    rings = [(start - radii[0] * along, 1e-3 * radii[0]), *rings, (end + radii[-1] * along, 1e-3 * radii[-1])]
    return _tube(
        material, [(centre, radius, flat * radius) for centre, radius in rings], across, [{joint: 1.0}] * len(rings)
    )


def _trunk(figure: MovingFigure) -> _Shape:
    rest, tall = figure.rest, figure.height_m
    hips, neck = rest["Hips"], rest["Neck"]
    length = neck[1] - hips[1]
    hip, shoulder = abs(rest["LeftUpLeg"][0]), abs(rest["LeftArm"][0])
    wide = max(shoulder, 0.08 * tall)
    # How high (shares of the trunk's length), half width and half depth.
    profile = [
        (-0.19, 0.5 * hip, 0.02 * tall),
        (-0.16, hip + 0.015 * tall, 0.045 * tall),
        (-0.05, hip + 0.043 * tall, 0.06 * tall),
        (0.08, hip + 0.042 * tall, 0.06 * tall),
        (0.25, 0.5 * hip + 0.5 * wide + 0.002 * tall, 0.052 * tall),
        (0.42, 0.2 * hip + 0.75 * wide, 0.052 * tall),
        (0.62, 0.95 * wide, 0.062 * tall),
        (0.78, 1.04 * wide, 0.066 * tall),
        (0.9, 1.06 * wide, 0.058 * tall),
        (1.0, 0.98 * wide, 0.044 * tall),
        (1.06, 0.75 * wide, 0.036 * tall),
        (1.12, 0.36 * wide, 0.032 * tall),
        (1.15, 0.026 * tall, 0.026 * tall),
    ]
    names = ["Hips", "Spine", "Spine1", "Spine2"]
    # The joints of the spine are in the middle of where the parts that they move begin.
    knots = [(rest[name][1] - hips[1]) / length for name in names[1:]]
    rings, weights = [], []
    for high, half, deep in profile:
        rings.append((hips + np.array([0, high * length, 0]), half, deep))
        place = float(np.interp(high, [knots[0] - 0.1, *knots[1:], knots[-1] + 0.15], [0, 1, 2, 3]))
        low, share = min(int(place), 2), place - min(int(place), 2)
        weights.append({name: part for name, part in ((names[low], 1 - share), (names[low + 1], share)) if part > 0})
    return _tube("body", rings, np.array([[1.0, 0, 0], [0, 0, 1.0]]), weights)


def _neck_and_head(figure: MovingFigure) -> list[_Shape]:
    rest, tall = figure.rest, figure.height_m
    head = rest["Head"] + np.array([0, 0.008, 0.012]) * tall
    turns = np.linspace(0, np.pi, 9)
    rings = []
    for turn in turns:
        high = -np.cos(turn)
        narrow = 1 - 0.2 * max(0, -high)  # towards the chin
        radius = max(np.sin(turn), 1e-3)
        centre = head + np.array([0, 0.064 * high, 0.008 * max(0, -high)]) * tall
        rings.append((centre, 0.044 * tall * radius * narrow, 0.054 * tall * radius))
    face = _tube("skin", rings, np.array([[1.0, 0, 0], [0, 0, 1.0]]), [{"Head": 1.0}] * len(rings))
    up = np.array([0, 1.0, 0])
    nose = head + np.array([0, -0.012, 0.05]) * tall
    return [
        _limb("skin", "Neck", rest["Neck"] - 0.01 * tall * up, rest["Head"], [0.033 * tall, 0.029 * tall]),
        face,
        _limb(
            "skin",
            "Head",
            nose + 0.012 * tall * up,
            nose + np.array([0, 0, 0.008]) * tall,
            [0.004 * tall, 0.008 * tall],
        ),
    ]


def _arm(figure: MovingFigure, side: str) -> list[_Shape]:
    rest, tall = figure.rest, figure.height_m
    shoulder, elbow, wrist = (rest[side + joint] for joint in ("Arm", "ForeArm", "Hand"))
    out = np.sign(shoulder[0]) * np.array([1.0, 0, 0])
    up = np.array([0, 1.0, 0])
    upper = [radius * tall for radius in (0.03, 0.031, 0.028, 0.025, 0.024)]
    lower = [radius * tall for radius in (0.024, 0.026, 0.023, 0.018, 0.016)]
    shapes = [
        _limb("body", f"{side}Arm", shoulder, elbow, upper),
        _limb("body", f"{side}ForeArm", elbow, wrist, lower),
    ]
    hand = f"{side}Hand"
    if side.lower() not in figure.fingers:
        # The landmarks of the body are at the knuckles, about half way along the hand.
        length = 1.9 * np.linalg.norm(rest[f"{hand}_End"] - wrist)
        palm = [radius * tall for radius in (0.016, 0.022, 0.024, 0.023, 0.017)]
        end = wrist + out * max(length - palm[-1], 1e-3)
        shapes.append(_limb("skin", hand, wrist, end, palm, flat=0.4, thin=up))
        thumb = wrist + 0.25 * length * out + np.array([0, 0, 0.016 * tall])
        tip = wrist + 0.5 * length * out + np.array([0, 0, 0.036 * tall])
        shapes.append(_limb("skin", hand, thumb, tip, [0.008 * tall, 0.007 * tall]))
        return shapes
    knuckles = (rest[f"{hand}Index1"] + rest[f"{hand}Pinky1"]) / 2
    half = max(float(np.linalg.norm(rest[f"{hand}Index1"] - rest[f"{hand}Pinky1"])) / 2, 0.01 * tall)
    palm = [0.016 * tall, 0.9 * half + 0.004 * tall, half + 0.004 * tall]
    back = knuckles + (wrist - knuckles) * min(palm[-1] / max(float(np.linalg.norm(knuckles - wrist)), 1e-6), 0.6)
    shapes.append(_limb("skin", hand, wrist, back, palm, flat=0.4, thin=up))
    for finger in FINGERS:
        for number in range(1, 4):
            joint = f"{hand}{finger}{number}"
            thick = (0.0068 if finger == "Thumb" else 0.006) * tall
            ends = [thick * (1.06 - 0.08 * number), thick * (0.98 - 0.08 * number)]
            shapes.append(_limb("skin", joint, rest[joint], rest[f"{hand}{finger}{number + 1}"], ends))
    return shapes


def _leg(figure: MovingFigure, side: str) -> list[_Shape]:
    rest, tall = figure.rest, figure.height_m
    hip, knee, ankle = (rest[side + joint] for joint in ("UpLeg", "Leg", "Foot"))
    upper = [radius * tall for radius in (0.05, 0.052, 0.045, 0.037, 0.032)]
    lower = [radius * tall for radius in (0.032, 0.034, 0.029, 0.021, 0.02)]
    sole = np.array([rest[side + "ToeBase"][0], 0, 0])
    heel, toe = figure.sole
    # From heel to toe: how far along the sole, half width, height.
    profile = [
        (0.0, 0.008, 0.012),
        (0.03, 0.016, 0.03),
        (0.14, 0.021, 0.042),
        (0.3, 0.021, 0.045),
        (0.5, 0.023, 0.034),
        (0.72, 0.027, 0.022),
        (0.88, 0.024, 0.017),
        (0.97, 0.016, 0.013),
        (1.0, 0.007, 0.008),
    ]
    rings = []
    for along, half, high in profile:
        middle = ankle * [0, 0, 1] + sole + [0, high * tall / 2, heel + along * (toe - heel)]
        rings.append((middle, half * tall, high * tall / 2))
    foot = _tube("skin", rings, np.array([[1.0, 0, 0], [0, 1.0, 0]]), [{f"{side}Foot": 1.0}] * len(rings))
    return [
        _limb("body", f"{side}UpLeg", hip, knee, upper),
        _limb("body", f"{side}Leg", knee, ankle, lower),
        foot,
    ]
