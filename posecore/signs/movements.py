"""Movements of both hands: found in a stream of frames, and described so that they can be compared.

A movement begins when a hand is raised above the waist, and ends when both are down again, or still. It is described by
where the hands are, in shoulder widths from the middle of the shoulders, and by the shapes of the hands. So it does not
matter where in the picture a person is, how large, or how the camera is tilted.
"""

from collections import deque
from dataclasses import dataclass
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from posecore.errors import InvalidOption
from posecore.hands import SIDES, FrameHands, HandSequence, HandSlot
from posecore.poses import FramePoses, PoseSequence
from posecore.skeletons import BLAZEPOSE_33, HAND_21

Doubles = NDArray[np.float64]

RATE_HZ = 20.0
"""Moments per second of a movement. The fastest signs repeat about five times a second."""
RAISED = 1.0
"""A hand is raised if it is at most so many shoulder widths below the shoulders: hanging arms reach down 1.5, and a
forearm held out level is at 0.9."""
REST_S = 0.2
"""Both hands must be down for this time, or the person out of sight, for a movement to end."""
STILL_S = 1.0
"""A movement also ends if the hands are still for this time: another may follow without lowering them."""
STILL = 0.25
"""Hands are still if neither they nor their fingers move faster, in shoulder widths per second."""
LEAST_S = 0.3
"""A shorter movement is none: a hand that twitches."""
LEAST_SEEN = 2
"""The shape of a hand is known if it is found in so many frames."""
MOST_S = 8.0
"""A longer movement is given in parts: a sign takes 1 to 3 seconds, so it is several without a rest."""
LARGEST = 10.0
"""Places and shapes are within this, in shoulder widths and palm lengths; what is measured beyond is cut to it."""
OVERLAP_S = 3.0
"""Of such a part with the next one, so that every sign is whole in one of them."""

_ARMS = np.array(
    [[BLAZEPOSE_33.index(f"{side}_{joint}") for joint in ("shoulder", "elbow", "wrist")] for side in SIDES]
)
_KNUCKLE = HAND_21.index("middle_finger_mcp")
_PALM = [
    HAND_21.index(name) for name in ("wrist", "index_finger_mcp", "middle_finger_mcp", "ring_finger_mcp", "pinky_mcp")
]
_AWAY_S = 0.2  # at this distance from all frames in which a hand is found, its shape is the median
_TIPS = [index for index, name in enumerate(HAND_21.landmarks) if name.endswith("_tip")]
_MOST_FRAMES = 2000  # of a movement, however fast they come


class UpperBody(NamedTuple):
    """Arms and hands of one person in T frames; NaN if not seen. Sides are the person's own, left first.

    Attributes:
        times_s: (T,) seconds.
        arms: (T, 2, 3, 2) pixels: by side, the shoulder, the elbow and the wrist.
        hands: (T, 2, 21, 2) pixels.
        shapes: (T, 2, 21, 3) metres, as ``world`` of the hands.
    """

    times_s: Doubles
    arms: Doubles
    hands: Doubles
    shapes: Doubles

    def frames(self, start: int, end: int) -> "UpperBody":
        """Those from one index to before another."""
        return UpperBody(*(array[start:end] for array in self))


@dataclass(frozen=True, eq=False)
class HandMovement:
    """One movement of both hands, ``RATE_HZ`` moments per second. Sides are the person's own, left first.

    Attributes:
        places: (T, 2, 2) middle of each palm in shoulder widths from the middle of the shoulders, x to the image's
            right along the shoulders, y down.
        shapes: (T, 2, 21, 3) landmarks in palm lengths from the wrist, turned as the hand is; NaN throughout if that
            hand was never seen.

    Raises:
        InvalidOption: if shapes do not agree, there are fewer than two moments, a place is NaN, or a number is beyond
            ``LARGEST``.
    """

    places: Doubles
    shapes: Doubles

    def __post_init__(self) -> None:
        places, shapes = np.asarray(self.places, np.float64), np.asarray(self.shapes, np.float64)
        length = len(places)
        if length < 2 or places.shape != (length, 2, 2) or shapes.shape != (length, 2, len(HAND_21), 3):
            raise InvalidOption(
                "Expected 'places' and 'shapes' of (T, 2, 2) and (T, 2, 21, 3) with T of 2 or more, but got "
                f"{places.shape} and {shapes.shape}."
            )
        seen = np.isfinite(shapes)
        if not np.isfinite(places).all() or not (seen.all(axis=(0, 2, 3)) | ~seen.any(axis=(0, 2, 3))).all():
            raise InvalidOption(
                "Expected every place, and all or none of the shapes of a hand, but got NaN among them."
            )
        largest = max(np.abs(places).max(), np.nanmax(np.abs(shapes), initial=0))
        if largest > LARGEST:
            raise InvalidOption(f"Expected places and shapes within ±{LARGEST:g}, but got {largest:g}.")
        object.__setattr__(self, "places", places)
        object.__setattr__(self, "shapes", shapes)

    @property
    def duration_s(self) -> float:
        """Seconds from its first to its last moment."""
        return (len(self.places) - 1) / RATE_HZ

    @property
    def mirrored(self) -> "HandMovement":
        """As if a person of the other hand did it."""
        return HandMovement(self.places[:, ::-1] * [-1, 1], self.shapes[:, ::-1] * [-1, 1, 1])


def upper_body(
    poses: FramePoses | PoseSequence, hands: FrameHands | HandSequence, person: int | None = None
) -> UpperBody:
    """Arms and hands of one person in a frame or a video.

    Args:
        poses: bodies.
        hands: of the same frames.
        person: id; None: the largest in each frame, or in each shot the one who is largest and longest in view.

    Raises:
        InvalidOption: if bodies and hands are of other frames, or nobody has this id.
    """
    body = poses if isinstance(poses, PoseSequence) else PoseSequence.from_frames([poses], size=poses.size, fps=1)
    hand = hands if isinstance(hands, HandSequence) else HandSequence.from_frames([hands], size=hands.size, fps=1)
    if not np.array_equal(body.times_s, hand.times_s):
        raise InvalidOption(
            f"Expected bodies and hands of the same frames, but got {len(body)} and {len(hand)} frames, or other times."
        )
    ids = body.person_ids.tolist()
    if person is not None and person not in ids:
        raise InvalidOption(f"Expected one of this video's people ({ids or 'nobody'}), but got {person}.")
    hand = hand.resized(body.size)
    found = UpperBody(
        body.times_s,
        np.full((len(body), 2, 3, 2), np.nan),
        np.full((len(body), 2, len(HAND_21), 2), np.nan),
        np.full((len(body), 2, len(HAND_21), 3), np.nan),
    )
    for shot in body.shots if ids else ():
        chosen = widest(body.xy[shot]) if person is None else ids.index(person)
        found.arms[shot] = body.xy[shot, chosen][:, _ARMS]
        for side, name in enumerate(SIDES):
            slot = HandSlot(ids[chosen], name)
            if slot in hand.slots:
                found.hands[shot, side] = hand.xy[shot, hand.slots.index(slot)]
                found.shapes[shot, side] = hand.world[shot, hand.slots.index(slot)]
    return found


def widest(xy: NDArray[np.floating]) -> int:
    """Index of the person whose shoulders are widest, added up over the frames, of landmarks (T, P, 33, 2)."""
    across = xy[:, :, _ARMS[0, 0]] - xy[:, :, _ARMS[1, 0]]
    return int(np.nansum(np.linalg.norm(across, axis=-1), axis=0).argmax())


class FoundMovement(NamedTuple):
    """A movement of the hands, and when it was; seconds.

    ``is_whole`` is False for a part of one that is longer than ``MOST_S``.
    """

    movement: HandMovement
    start_s: float
    end_s: float
    is_whole: bool


class MovementFinder:
    """Finds the movements of the hands in a stream of frames. It keeps no more than the frames of one movement."""

    def __init__(self) -> None:
        self._state: Literal["down", "moving", "still"] = "down"  # "still": raised, after a movement ended
        self._frames: deque[UpperBody] = deque(maxlen=_MOST_FRAMES)  # one each, of the movement
        self._newest: deque[tuple[float, Doubles, Doubles]] = deque(maxlen=_MOST_FRAMES)  # of the last second
        self._is_first = True  # of the parts of a movement
        self._time_s = self._began_s = self._raised_s = self._moved_s = float("-inf")

    @property
    def is_moving(self) -> bool:
        """Whether a movement has begun and not ended yet."""
        return self._state == "moving"

    def feed(self, frame: UpperBody, *, begins_shot: bool = False) -> FoundMovement | None:
        """Take in one frame, and return the movement that ended with it, or before it.

        Args:
            frame: the newest; one that is not later than that before is left out.
            begins_shot: a hard cut comes just before it.
        """
        ended = self.finish() if begins_shot else None
        time_s = float(frame.times_s[0])
        if time_s <= self._time_s:
            return ended
        self._time_s = time_s
        is_seen = bool(np.isfinite(frame.arms).all())
        is_raised, is_moving = self._look(frame) if is_seen else (False, False)
        if is_raised:
            self._raised_s = time_s
        if is_moving:
            self._moved_s = time_s
        if self._state == "moving" and is_seen:
            self._frames.append(frame)
        elif (is_raised and self._state == "down") or (is_moving and self._state == "still"):
            self._state = "moving"
            self._frames.append(frame)
            self._began_s = self._moved_s = time_s
            self._is_first = True
        if self._state != "down" and time_s - self._raised_s >= REST_S:
            return self.finish() or ended
        if self._state == "moving" and time_s - self._moved_s >= STILL_S:
            return self._end("still", self._moved_s + REST_S) or ended
        if self._state == "moving" and time_s - self._began_s >= MOST_S:
            return self._end("moving", time_s) or ended
        return ended

    def finish(self) -> FoundMovement | None:
        """End the stream, or a shot of it, and return the movement that ended with it."""
        return self._end("down", self._raised_s)

    def _end(self, state: Literal["down", "moving", "still"], end_s: float) -> FoundMovement | None:
        frames = [frame for frame in self._frames if frame.times_s[0] <= end_s]
        is_whole = self._is_first and state != "moving"
        start_s = self._began_s
        self._state = state
        self._frames.clear()
        if state == "down":
            self._newest.clear()
        elif state == "moving":
            self._frames.extend(frame for frame in frames if frame.times_s[0] >= end_s - OVERLAP_S)
            self._began_s, self._is_first = end_s - OVERLAP_S, False
        if len(frames) < 3 or end_s - start_s < LEAST_S:
            return None
        body = UpperBody(*(np.concatenate(arrays) for arrays in zip(*frames, strict=True)))
        return FoundMovement(_describe(body), start_s, end_s, is_whole)

    def _look(self, frame: UpperBody) -> tuple[bool, bool]:
        """Whether a hand is raised, and whether the hands move."""
        time_s = float(frame.times_s[0])
        shoulders = frame.arms[0, :, 0]
        while self._newest and self._newest[0][0] < time_s - 1:
            self._newest.popleft()
        across = np.median([shoulders[0] - shoulders[1], *(each for _, each, _ in self._newest)], axis=0)
        if not across.any():
            return False, False
        places = _upright(_hand_places(frame) - shoulders.mean(axis=0), across)[0]
        fingers = _upright(frame.hands[0] - shoulders.mean(axis=0), across)[:, _TIPS]
        # A wrist is where the hand is if the hand is not found. Fingers are averaged, as each of them jitters.
        points = np.concatenate([places, fingers.mean(axis=1)])
        self._newest.append((time_s, across, points))
        then_s, _, then = next(each for each in self._newest if each[0] >= time_s - REST_S)
        apart = np.linalg.norm(points - then, axis=1)
        is_moving = bool((apart > STILL * (time_s - then_s)).any()) if time_s > then_s else False
        return bool((places[:, 1] < RAISED).any()), is_moving


def _describe(body: UpperBody) -> HandMovement:
    """A movement from its frames, in all of which the arms are known."""
    shoulders = body.arms[:, :, 0]
    across = np.median(shoulders[:, 0] - shoulders[:, 1], axis=0)
    places = _upright(_hand_places(body) - shoulders.mean(axis=1)[:, None], across)
    palms = np.linalg.norm(body.shapes[:, :, _KNUCKLE] - body.shapes[:, :, 0], axis=-1)[..., None, None]
    shapes = (body.shapes - body.shapes[:, :, :1]) / np.where(palms > 0, palms, np.nan)
    # In metres, so turned only.
    shapes[..., :2] = _upright(shapes[..., :2], across) * np.linalg.norm(across)
    times_s = np.arange(body.times_s[0], body.times_s[-1] + 1e-6, 1 / RATE_HZ)
    cut = (np.clip(_at(times_s, body.times_s, each), -LARGEST, LARGEST) for each in (places, shapes))
    return HandMovement(*cut)


def _hand_places(body: UpperBody) -> Doubles:
    """(T, 2, 2) pixels, the middle of each palm; of a hand that is not found, from the forearm."""
    elbows, wrists = body.arms[:, :, 1], body.arms[:, :, 2]
    palms = body.hands[:, :, _PALM].mean(axis=2)
    return np.where(np.isfinite(palms), palms, wrists + (wrists - elbows) / 4)


def _upright(points: Doubles, across: Doubles) -> Doubles:
    """Points (..., 2) turned and scaled so that the line across the shoulders, given in pixels, is level and 1 long."""
    # Of a person who is seen from behind, it runs to the left.
    x, y = across / (across @ across) * (1 if across[0] >= 0 else -1)
    return points @ np.array([[x, -y], [y, x]])


def _at(times_s: Doubles, known_s: Doubles, values: Doubles) -> Doubles:
    """Values (T, 2, ...) at other times, linear between frames; NaN for a side that is seen in too few of them.

    Away from the frames in which a side is seen, its median takes over: what is found once, at the edge of a gap, would
    otherwise count for the whole gap.
    """
    found = np.full((len(times_s), *values.shape[1:]), np.nan)
    for side in range(2):
        column = values[:, side].reshape(len(values), -1)
        seen = np.isfinite(column).all(axis=1)
        if seen.sum() >= LEAST_SEEN:
            usual = np.median(column[seen], axis=0)
            between = np.stack([np.interp(times_s, known_s[seen], each) for each in column[seen].T], axis=1)
            away_s = np.abs(times_s[:, None] - known_s[seen]).min(axis=1)
            share = np.clip((_AWAY_S - away_s) / _AWAY_S * 1.5, 0, 1)[:, None]
            found[:, side] = (usual + share * (between - usual)).reshape(found[:, side].shape)
    return found
