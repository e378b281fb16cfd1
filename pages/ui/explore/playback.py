"""A result prepared for the player: smoothed and scaled as chosen, and written to a file that the browser fetches."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pages.ui.explore.player.moments import Moments, write_moments
from pages.ui.serving.addresses import withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.served import serve
from posecore import HandSequence, PoseSequence
from posecore.motion.hand_as_body import people_within_hands
from posecore.motion.height import GivenHeight, fit_heights, scaled
from posecore.motion.root import ASSUMED_FIELD_OF_VIEW_DEG
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.motion.smoothing_effect import SmoothingEffect, compare
from posecore.motion.trust import judge
from posecore.runs.replay import HandNotes
from posecore.signs.shown import gesture_notes

_NAME = "moments.bin"


@dataclass
class _Served:
    """The addresses to withdraw when the folder is removed."""

    tokens: set[str] = field(default_factory=set)

    def end(self) -> None:
        for token in self.tokens:
            withdraw(token)


class Playback:
    """One result, for as long as its folder exists.

    Attributes:
        estimated: the result as it was estimated or opened, without bodies that are hands.
        raw: the same in the scale of the given heights.
        heights: that were given, with the factors that follow.
        hands_as_people: ids of the bodies that were left out because they lie within hands.
        hands: in the same frames; None if they were not looked for. They are not smoothed.
        hand_notes: what they show, for each of their frames.
        trust: how reliable it is, for each person; of a solid body, with its own errors.
        sequence: the smoothed result, as it is shown.
        smoothing: how it was smoothed.
        moments: the file for the player.
        token: of that file's address, see ``pages.ui.serving.addresses``.
    """

    def __init__(self, raw: PoseSequence, folder: Folder, hands: HandSequence | None = None) -> None:
        self.hands_as_people = [] if hands is None else people_within_hands(raw, hands)
        self.estimated = raw.only({*raw.person_ids.tolist()} - {*self.hands_as_people}) if self.hands_as_people else raw
        self.raw = self.estimated
        self.heights: tuple[GivenHeight, ...] = ()
        self.hands = hands
        self.hand_notes: HandNotes = [] if hands is None else gesture_notes(hands)
        self.trust = judge(self.estimated)
        self._folder = folder
        self._served = _Served()
        self._lock = threading.Lock()
        self._made = 0
        self.smoothing: Smoothing | None = None
        self._smoothed: PoseSequence | None = None
        self._judged_solid = False
        folder.before_closing(self._served.end)

    def use(self, smoothing: Smoothing, *, on_progress: Callable[[int, int], None] | None = None) -> None:
        """Smooth the result and write it for the player, unless it is smoothed like this already.

        Args:
            smoothing: how.
            on_progress: as for ``smooth_sequence``. If it raises, what was shown before stays.

        Raises:
            InvalidOption: if the result cannot be smoothed like this; what was shown before stays.
        """
        with self._lock:
            if smoothing != self.smoothing:
                self._prepare(smoothing, self.heights, on_progress)

    def give_heights(self, heights: Mapping[int, float]) -> bool:
        """Scale the people whose heights are given, metres by id, and write the result for the player again.

        Returns:
            Whether ``sequence`` is another one now.

        Raises:
            InvalidOption: if a height is outside the limits; what was shown before stays.
        """
        with self._lock:
            given = fit_heights(self.estimated, heights)
            if given == self.heights:
                return False
            self._prepare(self.smoothing or Smoothing(method="none"), given)
            return True

    def _prepare(
        self,
        smoothing: Smoothing,
        heights: tuple[GivenHeight, ...],
        on_progress: Callable[[int, int], None] | None = None,
    ) -> None:
        # Other heights change only the scale, so nothing is smoothed again for them.
        smoothed = self._smoothed if smoothing == self.smoothing else None
        if smoothed is None:
            smoothed = smooth_sequence(self.estimated, smoothing, on_progress=on_progress)
        is_raw = smoothed is self.estimated
        raw = scaled(self.estimated, heights)
        shown = raw if is_raw else scaled(smoothed, heights)
        self._made += 1
        path = self._folder.path / f"{self._made}-{_NAME}"
        layers = {"raw": raw} if is_raw else {"smoothed": shown, "raw": raw}
        moments = write_moments(path, layers, hands=self.hands, hand_notes=self.hand_notes)
        if self.smoothing is not None:
            withdraw(self.token)
            self._served.tokens.discard(self.token)
            self.moments.path.unlink(missing_ok=True)
        self.moments: Moments = moments
        self.token: str = serve(path, _NAME)
        self._served.tokens.add(self.token)
        self._effect: tuple[SmoothingEffect, ...] | None = None
        self.raw, self.sequence, self.smoothing, self.heights = raw, shown, smoothing, heights
        self._smoothed = smoothed
        if smoothing.method == "solid" or self._judged_solid:
            self._judged_solid = smoothing.method == "solid"
            self.trust = judge(self.estimated, shown=self.solid, lens_is_given=self.lens_is_given)

    @property
    def effect(self) -> tuple[SmoothingEffect, ...]:
        """Of the smoothing on each person; empty without smoothing. Measured when it is first asked for."""
        if self._effect is None:
            self._effect = () if self.sequence is self.raw else compare(self.raw, self.sequence)
        return self._effect

    @property
    def solid(self) -> PoseSequence | None:
        """The solid body, if one is shown."""
        return self._smoothed if self.smoothing is not None and self.smoothing.method == "solid" else None

    @property
    def lens_is_given(self) -> bool:
        """Whether the visitor gave the field of view of the camera."""
        return self.smoothing is not None and self.smoothing.field_of_view_deg != ASSUMED_FIELD_OF_VIEW_DEG

    @property
    def look(self) -> str:
        """Identifies how the result is shown: its smoothing and heights."""
        return f"{self.smoothing} {self.heights}"

    def hands_beside(self, shown: PoseSequence) -> HandSequence | None:
        """The hands, without those of people who are hidden; None if they were not looked for."""
        if self.hands is None:
            return None
        hidden = {*self.raw.person_ids.tolist()} - {*shown.person_ids.tolist()}
        return self.hands.only({slot.person for slot in self.hands.slots} - hidden) if hidden else self.hands

    def offer(self, name: str) -> tuple[Path, str]:
        """Path for a file that the visitor can download under this name while the folder exists, and its token."""
        self._made += 1
        path = self._folder.path / f"{self._made}.file"
        token = serve(path, name)
        self._served.tokens.add(token)
        return path, token

    def serves(self, token: str) -> bool:
        """Whether the file that ``offer`` gave this token still exists."""
        return token in self._served.tokens and not self._folder.closed
