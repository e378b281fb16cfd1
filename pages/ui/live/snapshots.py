"""Snapshots of a visit's live camera."""

import threading
from typing import NamedTuple

import cv2
import numpy as np

from pages.ui.live.stream import LiveFrame
from posecore import decode_picture

_MOST = 6  # of a few megabytes each
_QUALITY = 92


class _Snapshot(NamedTuple):
    rgb: np.ndarray
    picture: bytes


class Snapshots:
    """The newest snapshots, from any thread. The oldest gives way to a new one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: dict[int, _Snapshot] = {}
        self._taken = 0

    @property
    def numbers(self) -> list[int]:
        """The numbers of those that are kept, the oldest first. No number is given twice."""
        return list(self._kept)

    def take(self, frame: LiveFrame) -> None:
        """Keep a frame, as it arrived and as it was sent back."""
        self._keep(frame.rgb, frame.drawn)

    def keep(self, picture: bytes) -> None:
        """Keep a picture that the visitor's own device took.

        Raises:
            UnreadableMedia, MediaTooLarge: as ``posecore.decode_picture``.
        """
        rgb = decode_picture(picture, name="the snapshot")
        self._keep(rgb, rgb)

    def _keep(self, rgb: np.ndarray, drawn: np.ndarray) -> None:
        _, picture = cv2.imencode(".jpg", cv2.cvtColor(drawn, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_JPEG_QUALITY, _QUALITY])
        with self._lock:
            self._taken += 1
            kept = dict(list(self._kept.items())[1 - _MOST :])
            self._kept = {**kept, self._taken: _Snapshot(rgb, picture.tobytes())}

    def picture(self, number: int) -> bytes | None:
        """A snapshot with its skeletons, as JPEG; None if it is not kept."""
        kept = self._kept.get(number)
        return None if kept is None else kept.picture

    def frame(self, number: int) -> np.ndarray | None:
        """The frame of a snapshot as it arrived, (H, W, 3) uint8; None if it is not kept."""
        kept = self._kept.get(number)
        return None if kept is None else kept.rgb
