"""Made-up signers: bodies and hands that do made-up signs, anywhere in the picture and at any speed."""

from dataclasses import replace

import numpy as np

from posecore.hands import HandSequence, HandSlot
from posecore.poses import PoseSequence
from posecore.signs.movements import HandMovement

REST = ((0.7, 1.5), (-0.7, 1.5))  # left and right hand, shoulder widths from the middle of the shoulders

# By text: places of the left and the right hand, one after the other, and how far their fingers are bent, 0..1.
SIGNS = {
    "tea": ([(REST[0], (-0.2, 0.3)), (REST[0], (-0.1, -0.2)), (REST[0], (-0.2, 0.3))], (0.0, 0.9)),
    "sun": ([(REST[0], (-1.3, -0.9)), (REST[0], (0.5, -1.2)), (REST[0], (-1.3, -0.9))], (0.0, 0.1)),
    "house": ([((0.1, -0.9), (-0.1, -0.9)), ((0.9, -0.2), (-0.9, -0.2)), ((0.9, 0.7), (-0.9, 0.7))], (0.0, 0.0)),
    "drive": ([((0.3, 0.4), (-0.3, 0.7)), ((0.3, 0.7), (-0.3, 0.4)), ((0.3, 0.4), (-0.3, 0.7))], (1.0, 1.0)),
    "give": ([((0.6, 0.9), (-0.6, 0.9)), ((0.1, 0.6), (-1.2, -0.2)), ((-0.2, 0.9), (-1.5, 0.3))], (0.6, 0.0)),
}


def hand_shape(bent, right):
    """(21, 3) palm lengths from the wrist of an upright hand."""
    points = [(0.0, 0.0)]
    for finger in range(5):
        x = (finger - 2) * 0.25
        length = 1 - 0.7 * bent
        points += [(x, -0.6 - joint * 0.3 * length) for joint in range(4)]
    shape = np.array([(x, y, 0.0) for x, y in points])
    shape[9] = (0, -1, 0)
    return shape * [-1 if right else 1, 1, 1]


def movement_of(text, seconds=1.5):
    """One made-up sign, from when the hands are raised until they are down."""
    keys, bent = SIGNS[text]
    path = np.array([REST, *keys, REST])
    times = np.linspace(0, len(path) - 1, round(20 * seconds) + 1)
    places = np.stack([[np.interp(times, range(len(path)), path[:, s, a]) for a in (0, 1)] for s in (0, 1)])
    shapes = np.stack([hand_shape(bent[side], right=side == 1) for side in (0, 1)])
    return HandMovement(places.transpose(2, 0, 1), np.repeat(shapes[None], len(times), axis=0))


def film(
    movements, *, fps=30.0, rest_s=0.6, width=80.0, centre=(320, 200), tilt_deg=0.0, speed=1.0, jitter=0.0, seed=0
):
    """(poses, hands) of person 7, who does these movements one after the other; None is a rest of a second."""
    places, shapes = [], []
    resting = movement_of("tea").shapes[:1]

    def pause(seconds):
        count = round(20 * seconds)
        places.extend([np.array(REST)] * count)
        shapes.extend([resting[0]] * count)

    pause(rest_s)
    for movement in movements:
        if movement is None:
            pause(1.0)
            continue
        places.extend(movement.places)
        shapes.extend(movement.shapes)
        pause(rest_s)
    at_s = np.arange(len(places)) / 20 / speed
    times = np.arange(0, at_s[-1], 1 / fps)
    near = np.abs(times[:, None] - at_s).argmin(axis=1)
    flat = np.stack(places).reshape(len(at_s), -1).T
    smooth = np.stack([np.interp(times, at_s, each) for each in flat], axis=1).reshape(-1, 2, 2)
    angle = np.radians(tilt_deg)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    random = np.random.default_rng(seed)

    def to_pixels(points):
        return points @ turn * width + np.array(centre) + random.normal(0, jitter, points.shape)

    xy = np.full((len(times), 1, 33, 2), 0.0)
    for side, sign in ((0, 1), (1, -1)):
        xy[:, 0, 11 + side] = to_pixels(np.tile([sign * 0.5, 0.0], (len(times), 1)))
        xy[:, 0, 13 + side] = to_pixels(np.tile([sign * 0.6, 0.8], (len(times), 1)))
        xy[:, 0, 15 + side] = to_pixels(smooth[:, side])
    length = len(times)
    poses = PoseSequence(
        xy=xy, z=np.zeros((length, 1, 33)), world=np.zeros((length, 1, 33, 3)), visibility=np.ones((length, 1, 33)),
        presence=np.ones((length, 1, 33)), person_ids=np.array([7]), times_s=times, size=(640, 480), fps=fps,
    )  # fmt: skip
    shape = np.stack(shapes)[near]
    turned = shape.copy()
    turned[..., :2] = turned[..., :2] @ turn
    hands = HandSequence(
        xy=to_pixels(shape[..., :2] * 0.3 + smooth[:, :, None] + [0, 0.18]), z=np.zeros((length, 2, 21)),
        world=turned * 0.09, score=np.ones((length, 2)), right=np.tile([0.0, 1.0], (length, 1)),
        slots=(HandSlot(7, "left"), HandSlot(7, "right")), times_s=times, size=(640, 480), fps=fps,
    )  # fmt: skip
    return poses, hands


def mirrored(poses, hands):
    """The same film as in a mirror: left for right."""
    swap = np.arange(33)
    for index in range(11, 33, 2):
        swap[[index, index + 1]] = index + 1, index
    flip, width = np.array([-1, 1]), np.array([640, 0])
    return (
        replace(poses, xy=(poses.xy * flip + width)[:, :, swap]),
        replace(hands, xy=(hands.xy * flip + width)[:, ::-1], world=(hands.world * [-1, 1, 1])[:, ::-1]),
    )


def without_hands(hands, share, seed=0):
    """The same hands, not found in a share of the frames."""
    lost = np.random.default_rng(seed).random(hands.score.shape) < share
    arrays = {
        name: np.where(lost.reshape(*lost.shape, *[1] * (array.ndim - 2)), np.nan, array)
        for name, array in hands.arrays.items()
    }
    return replace(hands, **arrays)
