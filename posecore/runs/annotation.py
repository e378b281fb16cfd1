"""People and hands drawn on the frames of a video, for the annotated video."""

from typing import Literal, cast

import cv2
import numpy as np

from posecore.estimation.inputs import Picture, area_of, whole_of
from posecore.estimation.pose_options import PoseOptions
from posecore.media.clips import ClipFrame
from posecore.media.films import Patch
from posecore.media.upright import Rgb
from posecore.media.yuv import YuvFrame
from posecore.poses import FramePoses
from posecore.runs.replay import TaggedHands
from posecore.view.drawing import Overlay
from posecore.view.hand_drawing import HandOverlay, without_coarse_hands
from posecore.view.overlays.artist import FrameOverlay, OverlayArtist
from posecore.view.overlays.options import OverlayOptions
from posecore.view.silhouettes import Background, on_background

ColorBy = Literal["side", "person"]


def color_by(options: PoseOptions) -> ColorBy:
    """What the colours of a run mean, which must not change when a second person comes or goes."""
    return "person" if options.people > 1 else "side"


class Annotator:
    """Draws people and hands on frames that were read for encoding, converting colours only around them.

    Args:
        size: (width, height) of the annotated video.
        color_by: as for ``draw_poses``; None: without skeletons and hands.
        background: as for ``draw_poses``.
        overlay: drawn above them.
    """

    def __init__(
        self,
        size: tuple[int, int],
        color_by: ColorBy | None,
        background: Background = "keep",
        overlay: OverlayOptions | None = None,
    ) -> None:
        self._size = size
        self._color_by = color_by
        self._background = background
        self._needs_frames = overlay is not None and overlay.needs_frames
        self._artist = OverlayArtist(overlay) if overlay else None
        # One canvas for all frames; only the regions that are drawn on are ever filled.
        self._canvas: Rgb = np.empty((size[1], size[0], 3), np.uint8)

    def pass_over(self, poses: FramePoses) -> None:
        """Take notice of people in a frame before the first that is drawn."""
        if self._artist is not None:
            self._artist.prepare(poses.resized(self._size))

    def draw(
        self, frame: ClipFrame, poses: FramePoses, hands: TaggedHands | None = None
    ) -> tuple[YuvFrame, list[Patch]]:
        """The frame in the annotated video's size, and the patches to replace in it; valid until the next call."""
        assert frame.yuv is not None  # the video was opened for encoding
        yuv, picture = frame.yuv, cast(Picture, frame.pixels)
        if self._size != poses.size:
            picture = np.asarray(cv2.resize(frame.rgb, self._size, interpolation=cv2.INTER_AREA), np.uint8)
            yuv, poses = yuv.resized(self._size), poses.resized(self._size)
        overlays = self._overlays(picture, poses, hands)
        if self._background == "keep":
            canvas, places = self._canvas, [place for overlay in overlays for place in overlay.places]
            for place in places:
                canvas[place] = area_of(picture, *place)
        else:
            canvas = on_background(whole_of(picture), poses, self._background)
            places = [(slice(0, self._size[1]), slice(0, self._size[0]))]
        for overlay in overlays:
            overlay.draw_on(canvas)
        return yuv, [(*place, canvas[place]) for place in places]

    def _overlays(
        self, picture: Picture, poses: FramePoses, hands: TaggedHands | None
    ) -> list[Overlay | HandOverlay | FrameOverlay]:
        """What is drawn, from the back to the front."""
        above = []
        if self._artist is not None:
            rgb = whole_of(picture) if self._needs_frames else None
            above.append(self._artist.prepare(poses, rgb))
        if self._color_by is None:
            return [*above]
        if hands is None:
            return [Overlay(poses, color_by=self._color_by), *above]
        return [
            Overlay(without_coarse_hands(poses, hands.hands), color_by=self._color_by),
            HandOverlay(hands.hands.resized(self._size), notes=hands.notes, people=hands.people),
            *above,
        ]
