"""The hands of independent photos."""

from posecore.estimation.hand_options import HandOptions
from posecore.estimation.hands.arms import arms_of, whose
from posecore.estimation.hands.engines import open_networks
from posecore.estimation.hands.landmarks import to_frame
from posecore.estimation.hands.search import Search
from posecore.estimation.hands.slots import paired
from posecore.estimation.inputs import RgbArray, check_picture
from posecore.hands import FrameHands
from posecore.poses import FramePoses


class PictureEstimator:
    """Estimates independent photos, one after the other.

    Args:
        options: how hands are found.

    Raises:
        ModelNotFound, ModelNotVerified, ModelUnusable: about the bundle named by ``options.model``.
        EngineUnavailable: if ``options.engine`` is "fast" and OpenVINO or these networks do not run here.
        MissingSystemLibrary: if MediaPipe replaces it, and its native library cannot be loaded.
    """

    def __init__(self, options: HandOptions) -> None:
        self._search = Search(open_networks(options), options)
        self._most = options.hands

    def estimate(self, rgb: RgbArray, poses: FramePoses | None = None) -> FrameHands:
        """Estimate the hands in one photo.

        Args:
            rgb: (H, W, 3) uint8, upright.
            poses: the bodies in it, if they are known: their hands are found, however small, and no others, except
                hands that are too large for them.

        Raises:
            InvalidOption: if rgb is not such an array.
            InvalidHands: if the poses are those of a picture of another size.
        """
        check_picture(rgb)
        size = (rgb.shape[1], rgb.shape[0])
        hands = self._search.in_picture(rgb, [])
        arms = [] if poses is None else arms_of(poses, size)
        if not arms:
            surest = sorted(hands, key=lambda hand: -hand.score)[: self._most]
            kept = sorted(surest, key=lambda hand: float(hand.points[:, 0].mean()))  # people are numbered so, too
            return to_frame(kept, paired(hand.right for hand in kept), size, 0.0)
        for arm in arms:
            if arm.searchable and arm.slot not in whose(hands, arms, [None] * len(hands)):
                hands += self._search.at_arm(rgb, arm, hands)
        owned = [
            (hand, slot)
            for hand, slot in zip(hands, whose(hands, arms, [None] * len(hands)), strict=True)
            if slot is not None
        ]
        owned = sorted(owned, key=lambda each: -each[0].score)[: self._most]
        return to_frame([hand for hand, _ in owned], [slot for _, slot in owned], size, 0.0)
