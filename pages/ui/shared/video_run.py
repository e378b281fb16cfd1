"""The analysis of a video in the background, and files that are made from it on request."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Generic, TypeVar

from pages.ui.serving.addresses import withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.jobs import Job, JobState, JobWords, Report
from pages.ui.serving.served import serve
from pages.ui.shared.clips import Clip
from posecore import PosecoreError
from posecore.media.clips import ClipInfo
from posecore.runs.pool import describe
from posecore.runs.progress import OnProgress

Result = TypeVar("Result")
Shown = TypeVar("Shown")

_ANALYSIS = JobWords(
    "frames", "fps", "Loading the model and opening the video", "The video could not be processed", kind="video"
)
_MAKING = replace(_ANALYSIS, begins="Starting to draw", stops="Stop making the file", kind="drawing")


class VideoRun(Generic[Result, Shown]):
    """The analysis of one video, and the files made from it.

    ``close`` ends what goes on and removes the files; that also happens when nothing refers to the run any more, and
    when the server stops.

    Args:
        clip: the video.
        purpose: part of the name of its folder.

    Attributes:
        clip: as given.
        info: what is known of the video before; None, with the error set, if it is unreadable.
        analysis: its result, or how far it is.
        making: of the newest file made on request; not started if none was.
        made: what each of these files shows, by its path, once it is there.
    """

    def __init__(self, clip: Clip, purpose: str) -> None:
        # Set before the video, so that the jobs have ended when the video is removed.
        self._folder = Folder(purpose)
        self.close = self._folder.close
        self._notes: list[str] = []
        self.analysis: Job[Result] = Job(_ANALYSIS)
        self._folder.before_closing(self.analysis.close)
        self.making: Job[None] = Job(_MAKING)
        self.made: dict[Path, Shown] = {}
        self.clip = clip
        self.info: ClipInfo | None = None
        try:
            self.info = describe(clip.path, clip.name)
        except PosecoreError as error:
            self.analysis.fail(str(error))

    @property
    def state(self) -> JobState[Result]:
        """State of the analysis."""
        return self.analysis.state

    @property
    def notes(self) -> list[str]:
        """What the visitor should know about the result, and about the newest file made from it."""
        error = self.making.state.error
        return [*self._notes, *([error] if error else [])]

    @property
    def is_making(self) -> bool:
        """Whether a file is being made."""
        return self.making.is_running

    @property
    def closed(self) -> bool:
        """Whether its files are removed."""
        return self._folder.closed

    def _served(self, file: str, name: str) -> tuple[Path, str]:
        """Path of a file, to be written, and the token of its address; ``name`` is its name as a download."""
        path = self._folder.path / file
        token = serve(path, name)
        self._folder.before_closing(withdraw, token)
        return path, token

    # What is done in the background holds paths and lists but not the run, so that dropping the run ends it.

    def _analyse(self, do: Callable[[Report], Result]) -> None:
        """Start the analysis; only once."""
        on_disk, name = self.clip.path.name, self.clip.name
        self.analysis.start(do, says=lambda error: str(error).replace(on_disk, name))

    def _make(self, what: str, path: Path, shown: Shown, write: Callable[[Report], bool]) -> None:
        """Start making a file that shows this; ``write`` returns whether it was written."""
        made = self.made

        def do(report: Report) -> None:
            if write(report):
                made[path] = shown

        failure = f"The {what} could not be made"
        self.making = Job(replace(_MAKING, fails=failure))
        self._folder.before_closing(self.making.close)
        self.making.start(do, says=lambda error: f"{failure}: {error}")


def counting_frames(report: Report) -> OnProgress:
    """What tells a job the progress through a video."""
    return lambda progress: report(progress.frames, progress.total)
