"""A look at a run while it goes on: its newest frame, small, with the people drawn on it."""

import threading
from typing import NamedTuple

from posecore.hands import FrameHands
from posecore.media.clips import ClipFrame
from posecore.media.pictures import encode_jpeg
from posecore.poses import FramePoses
from posecore.runs.annotation import ColorBy
from posecore.view.drawing import draw_poses
from posecore.view.hand_drawing import draw_hands, without_coarse_hands

_LONGEST_PX, _QUALITY = 640, 75


class PreviewPicture(NamedTuple):
    """A frame with its people.

    Attributes:
        jpeg: bytes of the picture, 640 pixels on its longer side, or fewer.
        size: (width, height) of it in pixels.
        time_s: of the frame, in seconds from the video's first.
        people: number of people in it.
    """

    jpeg: bytes
    size: tuple[int, int]
    time_s: float
    people: int


class Preview:
    """The newest frame of a run, drawn once for each time that somebody asks for it; thread-safe.

    Attributes:
        newest: the last picture given; None before the first.
    """

    def __init__(self) -> None:
        self._asked = threading.Event()
        self.newest: PreviewPicture | None = None

    def ask(self) -> None:
        """Ask for a picture of the next frame."""
        self._asked.set()

    def is_asked(self) -> bool:
        """Whether a picture was asked for since the last call."""
        asked = self._asked.is_set()
        self._asked.clear()
        return asked

    def give(self, picture: PreviewPicture) -> None:
        """Show a picture."""
        self.newest = picture


def draw_preview(frame: ClipFrame, poses: FramePoses, hands: FrameHands | None, color_by: ColorBy) -> PreviewPicture:
    """Draw a small picture of a frame with its people and hands; about 5 ms of processor time."""
    rgb = frame.pixels.reduced(_LONGEST_PX)
    size = (rgb.shape[1], rgb.shape[0])
    if hands is None:
        drawn = draw_poses(rgb, poses.resized(size), color_by=color_by)
    else:
        drawn = draw_poses(rgb, without_coarse_hands(poses, hands).resized(size), color_by=color_by)
        drawn = draw_hands(drawn, hands.resized(size), tags=False)
    return PreviewPicture(encode_jpeg(drawn, quality=_QUALITY), size, poses.time_s, len(poses))
