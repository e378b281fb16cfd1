"""A result made ready for the player: smoothed as the visitor wants it, and written where the browser reads it."""

import threading
from dataclasses import dataclass, field
from pathlib import Path

from pages.ui.explore.player.moments import Moments, write_moments
from pages.ui.shared.folders import Folder
from pages.ui.shared.served import serve, withdraw
from posecore import PoseSequence
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.motion.smoothing_effect import SmoothingEffect, compare
from posecore.motion.trust import judge

_NAME = "moments.bin"


@dataclass
class _Served:
    """The addresses that end with the folder."""

    tokens: set[str] = field(default_factory=set)

    def end(self) -> None:
        for token in self.tokens:
            withdraw(token)


class Playback:
    """One result, for as long as its folder is there.

    Attributes:
        raw: as it was estimated or opened.
        trust: how far it can be trusted, each person.
        sequence: as it is shown: smoothed.
        smoothing: how.
        effect: what that did to each person; empty where nothing was smoothed.
        moments: what the player reads.
        token: of its address, see ``pages.ui.shared.served``.
    """

    def __init__(self, raw: PoseSequence, folder: Folder) -> None:
        self.raw = raw
        self.trust = judge(raw)
        self._folder = folder
        self._served = _Served()
        self._lock = threading.Lock()
        self._made = 0
        self.smoothing: Smoothing | None = None
        folder.before_closing(self._served.end)

    def use(self, smoothing: Smoothing) -> None:
        """Smooth it so, and write it for the player; at once where that was done last.

        Raises:
            InvalidOption: where the clip cannot be smoothed so; what was shown before stays.
        """
        with self._lock:
            if smoothing == self.smoothing:
                return
            smoothed = smooth_sequence(self.raw, smoothing)
            layers = {"raw": self.raw} if smoothed is self.raw else {"smoothed": smoothed, "raw": self.raw}
            self._made += 1
            path = self._folder.path / f"{self._made}-{_NAME}"
            moments = write_moments(path, layers)
            if self.smoothing is not None:
                self._forget(self.moments.path)
            self.moments: Moments = moments
            self.token = serve(path, _NAME)
            self._served.tokens.add(self.token)
            self.effect: tuple[SmoothingEffect, ...] = () if smoothed is self.raw else compare(self.raw, smoothed)
            self.sequence, self.smoothing = smoothed, smoothing

    def offer(self, name: str) -> tuple[Path, str]:
        """Where to write a file that the visitor may fetch by this name while the folder is there, and its token."""
        self._made += 1
        path = self._folder.path / f"{self._made}.file"
        token = serve(path, name)
        self._served.tokens.add(token)
        return path, token

    def serves(self, token: str) -> bool:
        """What ``offer`` gave this token is still here."""
        return token in self._served.tokens and not self._folder.closed

    def _forget(self, path: Path) -> None:
        withdraw(self.token)
        self._served.tokens.discard(self.token)
        path.unlink(missing_ok=True)
