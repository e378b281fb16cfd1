"""Landmarks of people and hands that a visitor's own device found, as bytes; docs/device.md has the layout.

They are a stranger's: whatever is not as described there is refused.
"""

import struct
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pages.ui.serving.sockets import MOST_BYTES
from posecore.hands import SIDES, VALUES_PER_HAND, FrameHands, HandSlot, pack_hands, unpack_hands
from posecore.limits import LIMITS
from posecore.poses import VALUES_PER_LANDMARK, FloatArray, FramePoses, pack_landmarks, unpack_landmarks
from posecore.skeletons import BLAZEPOSE_33

_VERSION = 2
# version, people, width, height, are hands looked for, hands, number, ms that it waited for a connection, time
_HEAD = struct.Struct("<BBHHBBIId")
_VALUES = (len(BLAZEPOSE_33), VALUES_PER_LANDMARK)
_PERSON_BYTES = 4 + 4 * _VALUES[0] * _VALUES[1]
_HAND_BYTES = 8 + 4 * VALUES_PER_HAND
_LONGEST_PX = 16_384
_LONGEST_WAIT_MS = 600_000
# Far outside of any picture and any room; without a limit, a square of it would be infinite.
_MOST = np.array([1e6, 1e6, 1e6, 1e3, 1e3, 1e3, 1, 1], np.float32)
_LEAST = np.array([-1e6, -1e6, -1e6, -1e3, -1e3, -1e3, 0, 0], np.float32)
_MOST_OF_HAND = np.repeat(np.array([1e6, 1e3, 1], np.float32), [63, 63, 2])  # pixels, metres, shares
_LEAST_OF_HAND = np.repeat(np.array([-1e6, -1e3, 0], np.float32), [63, 63, 2])


class RefusedFrames(ValueError):
    """A message of landmarks is not as it must be; says what was expected, in at most 100 characters of ASCII."""


class DeviceFrame(NamedTuple):
    """One frame as it arrived.

    Attributes:
        number: counted by the device.
        time_s: on the device's clock.
        waited_s: for how long the device kept it because the connection was lost; 0: it was sent at once.
        size: (width, height), pixels.
        ids: of its people.
        values: (P, K, 8) float32, as of ``pack_landmarks``.
        slots: whose hands there are, two numbers each: a person, and the place of the side in ``SIDES``; None: hands
            are not looked for.
        of_hands: (H, 128) float32, as of ``pack_hands``.
    """

    number: int
    time_s: float
    waited_s: float
    size: tuple[int, int]
    ids: NDArray[np.uint32]
    values: FloatArray
    slots: NDArray[np.uint32] | None
    of_hands: FloatArray

    def poses(self, time_s: float) -> FramePoses:
        """Its people, at a time on another clock."""
        arrays: dict[str, Any] = unpack_landmarks(self.values)
        return FramePoses(**arrays, person_ids=self.ids.astype(np.int64), time_s=time_s, size=self.size)

    def hands(self, time_s: float) -> FrameHands | None:
        """Its hands, at a time on another clock; None if they are not looked for."""
        if self.slots is None:
            return None
        slots = tuple(HandSlot(person, SIDES[side]) for person, side in self.slots.tolist())
        return FrameHands(**unpack_hands(self.of_hands), slots=slots, time_s=time_s, size=self.size)


def read_frames(message: bytes) -> list[DeviceFrame]:
    """The frames of a message, in which numbers and times grow.

    Raises:
        RefusedFrames: if anything in it is not as it must be.
    """
    if not 0 < len(message) <= MOST_BYTES:
        raise RefusedFrames(f"Expected 1 to {MOST_BYTES} bytes, but got {len(message)}.")
    frames: list[DeviceFrame] = []
    start = 0
    while start < len(message):
        frame, start = _frame_at(message, start)
        if frames:
            check_grows(frames[-1], frame)
        frames.append(frame)
    _check_values(np.concatenate([frame.values for frame in frames]))  # of all at once: a third of the time
    _check_hands(np.concatenate([frame.of_hands for frame in frames]))
    return frames


def check_grows(before: DeviceFrame, after: DeviceFrame) -> None:
    """Raise RefusedFrames unless number and time of a frame are larger than those before."""
    if not (after.number > before.number and after.time_s > before.time_s):
        raise RefusedFrames(f"Expected numbers and times to grow, but got frame {after.number} after {before.number}.")


def frame_bytes(
    poses: FramePoses, number: int, time_s: float, hands: FrameHands | None = None, *, waited_s: float = 0
) -> bytes:
    """A frame as a browser sends it, for tests and benchmarks."""
    found = (len(poses), *poses.size, hands is not None, len(hands or ()))
    head = _HEAD.pack(_VERSION, *found, number, round(1000 * waited_s), time_s)
    people = poses.person_ids.astype("<u4").tobytes() + pack_landmarks(poses).astype("<f4").tobytes()
    if hands is None:
        return head + people
    slots = np.array([(slot.person, SIDES.index(slot.side)) for slot in hands.slots], "<u4")
    return head + people + slots.tobytes() + pack_hands(hands).astype("<f4").tobytes()


def _frame_at(message: bytes, start: int) -> tuple[DeviceFrame, int]:
    """The frame that begins at a byte, and where it ends."""
    if len(message) - start < _HEAD.size:
        raise RefusedFrames(f"Expected a head of {_HEAD.size} bytes, but got {len(message) - start}.")
    version, people, width, height, looks, hands, number, waited_ms, time_s = _HEAD.unpack_from(message, start)
    if version != _VERSION or looks > 1:
        raise RefusedFrames(f"Expected frames of version {_VERSION}, but got {version}.")
    if people > LIMITS.people:
        raise RefusedFrames(f"Expected at most {LIMITS.people} people, but got {people}.")
    if hands > looks * 2 * LIMITS.people:
        raise RefusedFrames(f"Expected at most {looks * 2 * LIMITS.people} hands, but got {hands}.")
    if not (0 < width <= _LONGEST_PX and 0 < height <= _LONGEST_PX):
        raise RefusedFrames(f"Expected sides of 1 to {_LONGEST_PX} px, but got {width} x {height}.")
    _check_times(waited_ms, time_s)
    at = start + _HEAD.size
    at_hands = at + people * _PERSON_BYTES
    end = at_hands + hands * _HAND_BYTES
    if end > len(message):
        raise RefusedFrames(
            f"Expected {end - at} bytes of {people} people and {hands} hands, but got {len(message) - at}."
        )
    ids = np.frombuffer(message, "<u4", people, at)
    values = np.frombuffer(message, "<f4", people * _VALUES[0] * _VALUES[1], at + 4 * people).reshape(people, *_VALUES)
    slots = np.frombuffer(message, "<u4", 2 * hands, at_hands).reshape(hands, 2)
    of_hands = np.frombuffer(message, "<f4", hands * VALUES_PER_HAND, at_hands + 8 * hands)
    of_hands = of_hands.reshape(hands, VALUES_PER_HAND)
    if people > 1 and len(np.unique(ids)) != people:
        raise RefusedFrames("Expected a number of their own for each person, but got one twice.")
    if hands:
        _check_slots(slots)
    head = number, time_s, waited_ms / 1000, (width, height)
    return DeviceFrame(*head, ids, values, slots if looks else None, of_hands), end


def _check_times(waited_ms: int, time_s: float) -> None:
    if waited_ms > _LONGEST_WAIT_MS:
        raise RefusedFrames(f"Expected frames that waited {_LONGEST_WAIT_MS} ms at most, but got {waited_ms}.")
    if not 0 <= time_s < 1e9:  # also if it is no number
        raise RefusedFrames(f"Expected a time from 0 on, but got {time_s:.6g} s.")


def _check_slots(slots: NDArray[np.uint32]) -> None:
    if (slots[:, 1] >= len(SIDES)).any():
        raise RefusedFrames(f"Expected 0 or 1 for the side of a hand, but got {slots[:, 1].max()}.")
    if len({*map(tuple, slots.tolist())}) != len(slots):
        raise RefusedFrames("Expected each hand once, but got a person's left or right hand twice.")


def _check_hands(values: FloatArray) -> None:
    """Whatever hands there are must be known as a whole."""
    if not ((values >= _LEAST_OF_HAND) & (values <= _MOST_OF_HAND)).all():
        raise RefusedFrames("Expected pixels, metres and shares of hands, but got a value that is none.")


def _check_values(values: FloatArray) -> None:
    known = ~np.isnan(values)
    if not (((values >= _LEAST) & (values <= _MOST)) == known).all():
        raise RefusedFrames("Expected pixels, metres and shares of 0 to 1, but got a value far outside.")
    if known.all():
        return
    if (known[..., 0] != known[..., 1]).any() or (known[..., 3:4] != known[..., 4:6]).any():
        raise RefusedFrames("Expected a place to be known as a whole or not at all.")
