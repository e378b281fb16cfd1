"""The page of one moment, made in the background and kept for the visit."""

from dataclasses import replace
from functools import partial
from pathlib import Path, PurePath

from pages.ui.explore.share.share_page import SharedResult, write_share_page
from pages.ui.serving.addresses import withdraw
from pages.ui.serving.folders import Folder
from pages.ui.serving.jobs import Job, JobWords, Report
from pages.ui.serving.served import serve
from pages.ui.shared.video_run import counting_frames
from posecore import ClipOptions, PoseSequence, draw_video
from posecore.export.formats import safe_name
from posecore.media.clips import open_clip
from posecore.media.joining import join_films

_WORDS = JobWords(
    "frames",
    "fps",
    "Starting to make the video small",
    "The page could not be made",
    "Stop making the page",
    kind="shared page",
)
_MOST_PIXELS = 854 * 480


class SharedMoment:
    """The page of a moment, for as long as its folder exists.

    Attributes:
        key: identifies the result, the people shown, and the moment.
        name: of the file as a download.
        path: of the page, once ``making`` has the result True.
        token: of its address, see ``pages.ui.serving.addresses``.
        making: how far it is.
    """

    def __init__(self, key: object, stem: str) -> None:
        self.key = key
        self._folder = Folder("shared")
        self.close = self._folder.close
        self.name = f"{safe_name(PurePath(stem).name, 'moment')}.html"
        self.path = self._folder.path / "moment.html"
        self.token = serve(self.path, self.name)
        self._folder.before_closing(withdraw, self.token)
        self.making: Job[bool] = Job(_WORDS)
        self._folder.before_closing(self.making.close)

    @property
    def closed(self) -> bool:
        """Whether the page is removed."""
        return self._folder.closed

    @property
    def size(self) -> int | None:
        """Bytes of the page; None while there is none."""
        return self.path.stat().st_size if self.making.state.result and not self.closed else None

    def start(self, shared: SharedResult, sequence: PoseSequence, film: Path | None, start_s: float) -> None:
        """Start making it; only once.

        Args:
            shared: what it shows.
            sequence: the frames that it shows.
            film: a video that has them; None: there is none.
            start_s: when the first of them is shown in that video, in seconds.
        """
        self.making.start(partial(_make, self.path, shared, sequence, film, start_s))


def _make(
    path: Path, shared: SharedResult, sequence: PoseSequence, film: Path | None, start_s: float, report: Report
) -> bool:
    """Write the page; False if it was stopped."""
    small = None if film is None else path.with_name("small.mp4")
    if film is not None and small is not None and not _write_small(small, film, sequence, start_s, report):
        return False
    write_share_page(shared, path, film=small)
    return True


def _write_small(target: Path, film: Path, sequence: PoseSequence, start_s: float, report: Report) -> bool:
    with open_clip(film) as clip:
        size, step_s = clip.info.size, 0.5 / clip.info.fps
    times_s = sequence.times_s - sequence.times_s[0] + start_s
    side = round(max(size) * min(1.0, (_MOST_PIXELS / (size[0] * size[1])) ** 0.5))
    part = ClipOptions(
        start_s=max(0.0, start_s - step_s),
        end_s=float(times_s[-1]) + step_s,
        film_side=max(64, side),
        film_quality="smallest",
    )
    shown = replace(sequence.resized(size), times_s=times_s)
    voiced = target.with_name("voiced.mp4")
    # In a process of its own, as all videos are read: it may be the visitor's own file.
    if not draw_video(film, shown, voiced, skeletons=False, part=part, on_progress=counting_frames(report), workers=1):
        return False
    join_films([(voiced, 0.0)], target, None)  # without the sound, which nobody asked to send
    voiced.unlink()
    return True
