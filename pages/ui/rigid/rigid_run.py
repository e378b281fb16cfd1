"""What is seen in a video, and the video with axes drawn."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePath

from pages.ui.serving.jobs import Report
from pages.ui.shared.clips import Clip
from pages.ui.shared.video_run import VideoRun, counting_frames
from pages.ui.video.clip_run import ClipRun
from posecore import Camera, ClipOptions, PoseOptions
from posecore.pipeline import find_tags_video
from posecore.rigid.pose import RigidSequence
from posecore.rigid.seen import SeenInVideo
from posecore.rigid_pipeline import RigidOptions, Stage, open_faces, see_faces, see_in_video
from posecore.runs.expected import Expected, expect_run
from posecore.runs.film_copy import Unobserved
from posecore.runs.job import Job
from posecore.runs.pool import run_in_worker
from posecore.runs.preview import Preview
from posecore.runs.progress import Progress
from posecore.runs.rigid_video import draw_rigid_video

_TASKS: Mapping[Stage, str] = {"frames": "", "faces": "Faces: "}


@dataclass(frozen=True, eq=False)
class _Known:
    """The people of a result of the Video page, and the frames that it has."""

    seen: SeenInVideo
    part: ClipOptions


class RigidRun(VideoRun[SeenInVideo, object]):
    """The search in one video, started with ``start``.

    Args:
        clip: the video.
        bodies: what to look for.
        of: the finished run of the Video page, if it is that one's: then its people are not looked for again.

    Attributes:
        bodies, of: as given.
        film: a copy of the video that posecore wrote, to show its frames and to draw on.
        drawn: path of the video with axes, which is made on request; drawn_token: of its address.
    """

    def __init__(self, clip: Clip, bodies: RigidOptions, of: ClipRun | None = None) -> None:
        super().__init__(clip, "rigid")
        self.bodies, self.of = bodies, of
        self.film = of.film if of is not None else self._folder.path / "film.mp4"
        self.drawn, self.drawn_token = self._served("drawn.mp4", f"{PurePath(clip.name).stem}.rigid.mp4")

    @property
    def expected(self) -> Expected:
        """Estimated cost."""
        if self.info is None or self.of is not None:
            return Expected(None, None, None)
        return expect_run(self.info, ClipOptions(), film=True, hands=self.bodies.hands is not None)

    def start(self) -> None:
        """Start the search; only once."""
        known = None
        if self.of is not None:
            playback = self.of.playback
            known = _Known(SeenInVideo(playback.estimated, playback.hands), self.of.used_options.part)
        self._analyse(
            partial(_search, self.clip.path, self.bodies, self.film, known, self._notes, self.analysis.preview)
        )

    def draw(self, found: RigidSequence, camera: Camera, axis_m: Mapping[str, float], look: object) -> None:
        """Start making the video with these axes; ``look`` identifies what it shows."""
        film, drawn = self.film, self.drawn
        own = None if self.of is None or self.of.was_live else self._folder.path / "own.mp4"

        def write(report: Report) -> bool:
            source = film if own is None else _encoded(film, own)
            return draw_rigid_video(source, found, camera, drawn, axis_m=axis_m, on_frame=report)

        self._make("video with axes", drawn, look, write)


def _encoded(film: Path, own: Path) -> Path:
    """The Video page's film as posecore encodes it: it may be the upload's stream, which this process must not read."""
    if not own.is_file():
        run_in_worker(Job(film, PoseOptions(), ClipOptions(), own, skeletons=False, bodies=False), Unobserved())
    return own


def _search(
    path: Path,
    bodies: RigidOptions,
    film: Path,
    known: _Known | None,
    notes: list[str],
    preview: Preview,
    report: Report,
) -> SeenInVideo:
    def report_stage(stage: Stage, progress: Progress) -> bool:
        return report(progress.frames, progress.total, _TASKS[stage])

    faces = open_faces() if "head" in bodies.kinds else None
    if isinstance(faces, str):
        notes.append(faces)
        faces = None
    if known is None:
        return see_in_video(
            path, bodies, faces, film=film, on_progress=report_stage, on_note=notes.append, preview=preview
        )
    seen = known.seen
    if bodies.family is not None:
        on_progress = counting_frames(report)
        tags = find_tags_video(
            path, bodies.family, part=known.part, on_progress=on_progress, preview=preview, workers=1
        )
        if len(tags) == len(seen):
            seen = replace(seen, tags=tags)
        else:  # one of both was stopped early
            notes.append("Tags were not looked for in all frames of the Video page's result: they are left out.")
    return seen if faces is None else see_faces(seen, path, faces, report_stage, part=known.part)
