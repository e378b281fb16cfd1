"""The analysis of a video with signs: bodies and hands, and a video of them, in a thread of its own."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePath

import numpy as np

from pages.ui.shared.folders import Folder
from pages.ui.shared.served import serve
from pages.ui.signs.burning import burn_in
from pages.ui.signs.estimation import estimate_signs
from pages.ui.signs.wording import framing_hint
from pages.ui.video.clip_run import RunState, end_run, place_for
from pages.ui.video.uploads import Clip
from posecore import ClipOptions, HandSequence, PosecoreError, PoseSequence
from posecore.media.clips import ClipInfo
from posecore.runs.expected import Expected, expect_run
from posecore.runs.pool import describe
from posecore.signs.reading import LetterSpan, Shown, letter_spans, read_video, spelled
from posecore.signs.spelling import SpelledWord

Find = Callable[..., tuple[PoseSequence | None, HandSequence | None]]
"""What finds the hands of a video, called as ``estimate_signs``."""

_PART = ClipOptions(film_side=1280)


@dataclass
class SignState(RunState):
    """State of a run, written by the worker and read by the page.

    Attributes:
        hands: of all frames; ``result`` has the bodies, if they were looked for.
        burnt: the words in the video with subtitles; None if there is none.
    """

    hands: HandSequence | None = None
    burnt: Sequence[SpelledWord] | None = None


class SignRun:
    """The analysis of one video, started with ``start``; ``close`` ends it and removes the files.

    Args:
        clip: the video.
        of_bodies: whether the hands are those of bodies, as for ``estimate_signs``.
        find: finds the hands and writes the film, as that does.

    Attributes:
        clip, of_bodies: as given.
        film: path of the video with the hands drawn; film_token: of its address.
        captioned: path of the same with subtitles, which is made on request; captioned_token: of its address.
    """

    def __init__(self, clip: Clip, *, of_bodies: bool, find: Find = estimate_signs) -> None:
        self.of_bodies, self._find = of_bodies, find
        self.state = SignState()
        self._folder = Folder("signs")
        stem = PurePath(clip.name).stem
        self.film = self._folder.path / "film.mp4"
        self.film_token = serve(self.film, f"{stem}.hands.mp4")
        self.captioned = self._folder.path / "captioned.mp4"
        self.captioned_token = serve(self.captioned, f"{stem}.subtitled.mp4")
        self._folder.before_closing(end_run, self.state, [self.film_token, self.captioned_token])
        self.close = self._folder.close
        self.clip = clip
        self.info = self._describe()

    @property
    def closed(self) -> bool:
        """Whether its files are removed."""
        return self._folder.closed

    @property
    def has_started(self) -> bool:
        """Whether ``start`` was called, or there is nothing to start."""
        return self.state.worker is not None or self.state.done.is_set()

    @property
    def is_burning(self) -> bool:
        """Whether the video with subtitles is being made."""
        return self.state.drawing and not self.state.done.is_set()

    @property
    def expected(self) -> Expected:
        """Estimated cost."""
        return Expected(None, None, None) if self.info is None else expect_run(self.info, _PART, film=True)

    @property
    def hands(self) -> HandSequence:
        """The hands of a finished result."""
        assert self.state.hands is not None
        return self.state.hands

    @property
    def bodies_and_hands(self) -> tuple[PoseSequence, HandSequence]:
        """Both of a finished result with bodies."""
        assert self.state.result is not None
        return self.state.result, self.hands

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
        """Start the worker; only once."""
        # It holds the state and the paths but not this object, so that dropping it ends the worker.
        self.state.worker = threading.Thread(
            target=_work, args=(self.state, self.clip, self.film, self.of_bodies, self._find), daemon=True
        )
        self.state.worker.start()

    def burn(self, words: Sequence[SpelledWord]) -> None:
        """Start making the video with these subtitles."""
        self.state = replace(
            self.state, progress=None, waiting=True, drawing=True, stop=threading.Event(), done=threading.Event()
        )
        self._folder.before_closing(end_run, self.state, [])
        self.state.worker = threading.Thread(
            target=_burn, args=(self.state, self.film, words, self.captioned), daemon=True
        )
        self.state.worker.start()

    def stop(self) -> None:
        """End the run after the current frame and keep the result so far."""
        self.state.stop.set()

    def _describe(self) -> ClipInfo | None:
        """What is known of the video before it is analysed; None, with the error set, if it is unreadable."""
        try:
            return describe(self.clip.path, self.clip.name)
        except PosecoreError as error:
            self.state.error = str(error)
            self.state.done.set()
            return None


def _work(state: SignState, clip: Clip, film: Path, of_bodies: bool, find: Find) -> None:
    start = time.monotonic()
    try:
        with place_for(state) as found:
            if found:
                start = time.monotonic()
                state.result, state.hands = find(
                    clip.path, _PART, film, of_bodies=of_bodies, on_progress=state.report, notes=state.notes
                )
    except PosecoreError as error:
        state.error = str(error).replace(clip.path.name, clip.name)
    except Exception as error:  # the thread has no caller that could report it
        state.error = f"The video could not be processed ({type(error).__name__}: {error})."
        raise
    finally:
        state.seconds = time.monotonic() - start
        state.done.set()


def _burn(state: SignState, film: Path, words: Sequence[SpelledWord], captioned: Path) -> None:
    try:
        with place_for(state) as found:
            if found and burn_in(film, words, captioned, state.report):
                state.burnt = words
    except PosecoreError as error:
        state.notes.append(f"The video with subtitles could not be made: {error}")
    except Exception as error:  # the thread has no caller that could report it
        state.notes.append(f"The video with subtitles could not be made ({type(error).__name__}: {error}).")
        raise
    finally:
        state.done.set()
