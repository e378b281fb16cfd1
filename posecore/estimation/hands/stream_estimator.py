"""The hands of a video or live stream."""

import math
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass

from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.arms import Arm, arms_of, whose
from posecore.estimation.hands.engines import open_networks
from posecore.estimation.hands.landmarks import RegionHand, to_frame
from posecore.estimation.hands.search import Search, is_among
from posecore.estimation.hands.slots import blended, free_slot, is_sure_of_other, side_of
from posecore.estimation.inputs import Picture, ResumeState, check_picture, check_time
from posecore.estimation.regions import Region
from posecore.hands import FrameHands, HandSlot
from posecore.poses import FramePoses

# While fewer hands are followed than requested, the detector looks at the whole picture this often: most often while no
# hand is followed or one was just lost, seldom if bodies are known, whose wrists are looked at instead.
_LOOK_EVERY_S, _LOOK_FOR_MORE_EVERY_S, _LOOK_BESIDE_BODIES_EVERY_S = 0.06, 0.2, 0.25
# An arm without a hand is looked at this often, and at most so many arms in one frame. For so long after its hand was
# lost it is looked at in every frame: hands that move fast are blurred in some frames.
_LOOK_AT_ARM_EVERY_S = 0.2
_ARMS_A_FRAME = 2
_JUST_LOST_S = 0.5


@dataclass
class _Followed:
    """A hand in the last frame."""

    slot: HandSlot
    region: Region
    right: float  # running mean


class StreamEstimator:
    """Estimates the hands in the frames of one video or live stream, in order.

    A hand found in one frame is searched for around the same place in the next. The palm detector runs only while fewer
    hands are followed than requested, and not in every frame. Landmarks are not smoothed over time.

    Args:
        options: how hands are found.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if ``options.engine`` is "fast" and OpenVINO or these networks do not run here.
        MissingSystemLibrary: if MediaPipe replaces it, and its native library cannot be loaded.
    """

    def __init__(self, options: HandOptions) -> None:
        self._options = options
        self._networks = open_networks(options)
        self._search = Search(self._networks, options)
        self._last_s = -math.inf
        self.begin_shot()

    def begin_shot(self) -> None:
        """Forget all hands, as a hard cut comes before the next frame."""
        self._followed: list[_Followed] = []
        self._looked_s = -math.inf
        self._looked_at: dict[HandSlot, float] = {}
        self._seen_s: dict[HandSlot, float] = {}

    @property
    def resume_state(self) -> ResumeState:
        """All that the next frame depends on."""
        return {
            "followed": [asdict(each) for each in self._followed],
            "looked_s": self._looked_s,
            "looked_at": [[asdict(slot), time_s] for slot, time_s in self._looked_at.items()],
            "seen_s": [[asdict(slot), time_s] for slot, time_s in self._seen_s.items()],
        }

    def resume(self, state: ResumeState) -> None:
        """Go on where another estimator with the same options was; None: do nothing."""
        if state is None:
            return
        self._followed = [
            _Followed(HandSlot(**each["slot"]), Region(**each["region"]), each["right"]) for each in state["followed"]
        ]
        self._looked_s = state["looked_s"]
        self._looked_at = {HandSlot(**slot): time_s for slot, time_s in state["looked_at"]}
        self._seen_s = {HandSlot(**slot): time_s for slot, time_s in state["seen_s"]}

    def step(self, rgb: Picture, time_s: float, poses: FramePoses | None = None) -> FrameHands:
        """Estimate the hands in the next frame.

        Args:
            rgb: (H, W, 3) uint8, upright; or the ``pixels`` of a video frame.
            time_s: the frame's own time, later than the previous frame's.
            poses: the bodies in the same frame, if they are known. If there are any, their hands are found, however
                small, and no others, except hands that are too large for them.

        Raises:
            InvalidOption: if rgb is not such an array, or ``time_s`` is not later than the previous one.
            InvalidHands: if the poses are those of a frame of another size.
        """
        check_picture(rgb)
        check_time(time_s, self._last_s)
        self._last_s = time_s
        size = (rgb.shape[1], rgb.shape[0])
        arms = [] if poses is None else arms_of(poses, size)
        hands, before = self._read_followed(rgb)
        new = self._new(rgb, time_s, arms, hands, before)
        hands, before = hands + new, before + [None] * len(new)
        slots = _at_arms(hands, before, arms) if arms else _without_arms(hands, before)
        kept = [(hand, was, slot) for hand, was, slot in zip(hands, before, slots, strict=True) if slot is not None]
        kept = sorted(kept, key=lambda each: (each[1] is None, -each[0].score))[: self._options.hands]
        self._seen_s |= {slot: time_s for _, _, slot in kept}
        self._followed = [_follow(hand, was, slot) for hand, was, slot in kept if hand.next_region.usable]
        return to_frame([hand for hand, _, _ in kept], [slot for _, _, slot in kept], size, time_s)

    def _read_followed(self, rgb: Picture) -> tuple[list[RegionHand], list[_Followed | None]]:
        """The followed hands that are still there; if two regions lead to one hand, only the surer one."""
        read = [(self._networks.landmarks(rgb, each.region), each) for each in self._followed]
        hands: list[RegionHand] = []
        before: list[_Followed | None] = []
        for hand, was in sorted(read, key=lambda each: -each[0].score):
            if hand.score > self._options.min_presence and not is_among(hand, hands):
                hands.append(hand)
                before.append(was)
        return hands, before

    def _new(
        self,
        rgb: Picture,
        time_s: float,
        arms: Sequence[Arm],
        known: list[RegionHand],
        before: list[_Followed | None],
    ) -> list[RegionHand]:
        """Hands found besides those already known."""
        if len(known) >= self._options.hands:
            return []
        new: list[RegionHand] = []
        for arm in self._arms_to_look_at(time_s, arms, known, before):
            self._looked_at[arm.slot] = time_s
            new += self._search.at_arm(rgb, arm, [*known, *new])
        slots = {was.slot for was in before if was is not None}
        more_s = _LOOK_EVERY_S if not known or self._just_lost(time_s, slots) else _LOOK_FOR_MORE_EVERY_S
        if time_s >= self._looked_s + (_LOOK_BESIDE_BODIES_EVERY_S if arms else more_s):
            self._looked_s = time_s
            new += self._search.in_picture(rgb, [*known, *new])
        return new

    def _arms_to_look_at(
        self, time_s: float, arms: Sequence[Arm], known: list[RegionHand], before: list[_Followed | None]
    ) -> list[Arm]:
        """Visible arms without a known hand whose turn it is."""
        taken = set(_at_arms(known, before, arms))
        last = {arm.slot: self._looked_at.get(arm.slot, -math.inf) for arm in arms}
        lost = self._just_lost(time_s, taken)
        due = [
            arm
            for arm in arms
            if arm.searchable
            and arm.slot not in taken
            and (arm.slot in lost or time_s >= last[arm.slot] + _LOOK_AT_ARM_EVERY_S)
        ]
        return sorted(due, key=lambda arm: last[arm.slot])[:_ARMS_A_FRAME]

    def _just_lost(self, time_s: float, here: Collection[HandSlot | None]) -> set[HandSlot]:
        """The slots whose hands are not here, but were a moment ago."""
        return {slot for slot, seen_s in self._seen_s.items() if slot not in here and time_s <= seen_s + _JUST_LOST_S}


def _follow(hand: RegionHand, was: _Followed | None, slot: HandSlot) -> _Followed:
    return _Followed(slot, hand.next_region, _mean(hand, was))


def _at_arms(hands: list[RegionHand], before: list[_Followed | None], arms: Sequence[Arm]) -> list[HandSlot | None]:
    return whose(hands, arms, [None if was is None else was.slot for was in before])


def _without_arms(hands: list[RegionHand], before: list[_Followed | None]) -> list[HandSlot | None]:
    """Followed hands keep their slots, unless they have clearly looked like the other side; new ones get free slots."""
    means = [_mean(hand, was) for hand, was in zip(hands, before, strict=True)]
    slots = [
        None if was is None or is_sure_of_other(was.slot.side, mean) else was.slot
        for was, mean in zip(before, means, strict=True)
    ]
    for index, mean in enumerate(means):
        if slots[index] is None:
            slots[index] = free_slot(side_of(mean), [slot for slot in slots if slot is not None])
    return slots


def _mean(hand: RegionHand, was: _Followed | None) -> float:
    return hand.right if was is None else blended(was.right, hand.right)
