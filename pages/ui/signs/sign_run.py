"""The analysis of a video with signs: bodies and hands, and a video of them."""

from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, partial
from pathlib import Path, PurePath

import numpy as np

from pages.ui.serving.jobs import Report
from pages.ui.shared.clips import Clip
from pages.ui.shared.video_run import VideoRun, counting_frames
from pages.ui.signs.burning import burn_in
from pages.ui.signs.estimation import estimate_signs
from pages.ui.signs.wording import framing_hint
from posecore import ClipOptions, HandSequence, PoseSequence
from posecore.runs.expected import Expected, expect_run
from posecore.runs.preview import Preview
from posecore.signs.reading import LetterSpan, Shown, letter_spans, read_video, spelled
from posecore.signs.spelling import SpelledWord

Found = tuple[PoseSequence | None, HandSequence]
"""Bodies, if they were looked for, and hands."""

Find = Callable[..., Found]
"""What finds the hands of a video, called as ``estimate_signs``."""

_PART = ClipOptions(film_side=1280)


class SignRun(VideoRun[Found, Sequence[SpelledWord]]):
    """The analysis of one video, started with ``start``.

    Args:
        clip: the video.
        of_bodies: whether the hands are those of bodies, as for ``estimate_signs``.
        find: finds the hands and writes the film, as that does.

    Attributes:
        of_bodies: as given.
        film: path of the video with the hands drawn; film_token: of its address.
        captioned: path of the same with subtitles, which is made on request; captioned_token: of its address.
    """

    def __init__(self, clip: Clip, *, of_bodies: bool, find: Find = estimate_signs) -> None:
        super().__init__(clip, "signs")
        self.of_bodies, self._find = of_bodies, find
        stem = PurePath(clip.name).stem
        self.film, self.film_token = self._served("film.mp4", f"{stem}.hands.mp4")
        self.captioned, self.captioned_token = self._served("captioned.mp4", f"{stem}.subtitled.mp4")

    @property
    def expected(self) -> Expected:
        """Estimated cost."""
        return Expected(None, None, None) if self.info is None else expect_run(self.info, _PART, film=True)

    @property
    def hands(self) -> HandSequence:
        """The hands of a finished result."""
        assert self.state.result is not None
        return self.state.result[1]

    @property
    def bodies_and_hands(self) -> tuple[PoseSequence, HandSequence]:
        """Both of a finished result with bodies."""
        assert self.state.result is not None
        bodies, hands = self.state.result
        assert bodies is not None
        return bodies, hands

    @cached_property
    def shown(self) -> list[Shown]:
        """What the hand that spells shows in each frame of the finished result."""
        return read_video(self.hands)

    @cached_property
    def advice(self) -> str:
        """What is wrong with how the hand is in most of the frames that show one; empty if nothing is."""
        frames = np.flatnonzero(self.hands.seen.any(axis=1)).tolist()
        hints = Counter(framing_hint(self.hands.frame(index)) for index in frames)
        return max(hints, key=hints.__getitem__, default="")

    @cached_property
    def letters(self) -> list[LetterSpan]:
        """The letters that were seen."""
        return letter_spans(self.shown)

    @cached_property
    def words(self) -> list[SpelledWord]:
        """The words that were spelled."""
        return spelled(self.shown)

    def start(self) -> None:
        """Start the analysis; only once."""
        preview = self.analysis.preview
        self._analyse(partial(_find, self._find, self.clip.path, self.film, self.of_bodies, self._notes, preview))

    def burn(self, words: Sequence[SpelledWord]) -> None:
        """Start making the video with these subtitles."""
        film, captioned = self.film, self.captioned
        self._make("video with subtitles", captioned, words, lambda report: burn_in(film, words, captioned, report))


def _find(
    find: Find, path: Path, film: Path, of_bodies: bool, notes: list[str], preview: Preview, report: Report
) -> Found:
    on_progress = counting_frames(report)
    return find(path, _PART, film, of_bodies=of_bodies, on_progress=on_progress, notes=notes, preview=preview)
