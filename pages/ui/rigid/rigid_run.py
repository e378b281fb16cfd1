"""What is seen in a video, and the video with axes drawn, in a thread of its own."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePath

from pages.ui.shared.folders import Folder
from pages.ui.shared.served import serve
from pages.ui.video.clip_run import ClipRun, RunState, end_run, place_for
from pages.ui.video.uploads import Clip
from posecore import Camera, ClipOptions, FramePoses, PosecoreError
from posecore.media.clips import ClipInfo
from posecore.pipeline import find_tags_video
from posecore.rigid.pose import RigidSequence
from posecore.rigid.seen import SeenInVideo
from posecore.rigid_pipeline import RigidOptions, Stage, open_faces, see_faces, see_in_video
from posecore.runs.expected import Expected, expect_run
from posecore.runs.pool import describe
from posecore.runs.progress import Progress
from posecore.runs.rigid_video import draw_rigid_video

_TASKS: Mapping[Stage, str] = {"frames": "", "faces": "Faces: "}


@dataclass(frozen=True, eq=False)
class _Known:
    """The people of a result of the Video page, and the frames that it has."""

    seen: SeenInVideo
    part: ClipOptions


@dataclass
class RigidState(RunState):
    """State of a run, written by the worker and read by the page.

    Attributes:
        seen: what was found; None until then.
        look: identifies what the drawn video shows; None if there is none.
    """

    seen: SeenInVideo | None = None
    look: object = None

    def report_stage(self, stage: Stage, progress: Progress) -> bool:
        """As ``report``."""
        self.task = _TASKS[stage]
        return self.report(progress)


class RigidRun:
    """The search in one video, started with ``start``; ``close`` ends it and removes the files.

    Args:
        clip: the video.
        bodies: what to look for.
        of: the finished run of the Video page, if it is that one's: then its people are not looked for again.

    Attributes:
        clip, bodies, of: as given.
        info: what is known of the video before; None, with the error set, if it is unreadable.
        film: a copy of the video that posecore wrote, to show its frames and to draw on.
        drawn: path of the video with axes, which is made on request; drawn_token: of its address.
    """

    def __init__(self, clip: Clip, bodies: RigidOptions, of: ClipRun | None = None) -> None:
        self.state = RigidState()
        self.bodies, self.of = bodies, of
        self._folder = Folder("rigid")
        self.film = of.film if of is not None else self._folder.path / "film.mp4"
        self.drawn = self._folder.path / "drawn.mp4"
        self.drawn_name = f"{PurePath(clip.name).stem}.rigid.mp4"
        self.drawn_token = serve(self.drawn, self.drawn_name)
        self._folder.before_closing(end_run, self.state, [self.drawn_token])
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
    def is_drawing(self) -> bool:
        """Whether the video with axes is being made."""
        return self.state.drawing and not self.state.done.is_set()

    @property
    def expected(self) -> Expected:
        """Estimated cost."""
        if self.info is None or self.of is not None:
            return Expected(None, None, None)
        return expect_run(self.info, ClipOptions(), film=True, hands=self.bodies.hands is not None)

    def start(self) -> None:
        """Start the search; only once."""
        # It holds the state and the paths but not this object, so that dropping it ends the worker.
        known = None
        if self.of is not None:
            playback = self.of.playback
            known = _Known(SeenInVideo(playback.raw, playback.hands), self.of.used_options.part)
        self._run(_search, self.state, self.clip, self.bodies, self.film, known)

    def draw(self, found: RigidSequence, camera: Camera, axis_m: Mapping[str, float], look: object) -> None:
        """Start making the video with these axes; ``look`` identifies what it shows."""
        self.state = replace(
            self.state,
            task="",
            progress=None,
            waiting=True,
            drawing=True,
            stop=threading.Event(),
            done=threading.Event(),
        )
        self._folder.before_closing(end_run, self.state, [])
        self._run(_draw, self.state, self.film, found, camera, axis_m, self.drawn, look)

    def stop(self) -> None:
        """End the run after the current frame and keep the result so far."""
        self.state.stop.set()

    def _run(self, work: object, *arguments: object) -> None:
        assert callable(work)
        self.state.worker = threading.Thread(target=work, args=arguments, daemon=True)
        self.state.worker.start()

    def _describe(self) -> ClipInfo | None:
        try:
            return describe(self.clip.path, self.clip.name)
        except PosecoreError as error:
            self.state.error = str(error)
            self.state.done.set()
            return None


def _search(state: RigidState, clip: Clip, bodies: RigidOptions, film: Path, known: _Known | None) -> None:
    start = time.monotonic()
    try:
        with place_for(state) as found:
            if found:
                start = time.monotonic()
                state.seen = _seen(state, clip, bodies, film, known)
    except PosecoreError as error:
        state.error = str(error).replace(clip.path.name, clip.name)
    except Exception as error:  # the thread has no caller that could report it
        state.error = f"The video could not be processed ({type(error).__name__}: {error})."
        raise
    finally:
        state.seconds = time.monotonic() - start
        state.done.set()


def _seen(state: RigidState, clip: Clip, bodies: RigidOptions, film: Path, known: _Known | None) -> SeenInVideo:
    faces = open_faces() if "head" in bodies.kinds else None
    if isinstance(faces, str):
        state.notes.append(faces)
        faces = None
    if known is None:
        return see_in_video(
            clip.path, bodies, faces, film=film, on_progress=state.report_stage, on_note=state.notes.append
        )
    seen = known.seen
    if bodies.family is not None:
        tags = find_tags_video(clip.path, bodies.family, part=known.part, on_progress=state.report, workers=1)
        if len(tags) == len(seen):
            seen = replace(seen, tags=tags)
        else:  # one of both was stopped early
            state.notes.append("Tags were not looked for in all frames of the Video page's result: they are left out.")
    if faces is None or not film.is_file():
        return seen
    return see_faces(seen, film, faces, state.report_stage)


def _draw(
    state: RigidState,
    film: Path,
    found: RigidSequence,
    camera: Camera,
    axis_m: Mapping[str, float],
    drawn: Path,
    look: object,
) -> None:
    start = time.monotonic()

    def report(frames: int, total: int | None) -> bool:
        nobody = FramePoses.nobody(found.size, 0.0)
        return state.report(Progress(frames, total, time.monotonic() - start, nobody))

    try:
        with place_for(state) as place:
            if place:
                start = time.monotonic()
                if draw_rigid_video(film, found, camera, drawn, axis_m=axis_m, on_frame=report):
                    state.look = look
    except PosecoreError as error:
        state.notes.append(f"The video with axes could not be made: {error}")
    except Exception as error:  # the thread has no caller that could report it
        state.notes.append(f"The video with axes could not be made ({type(error).__name__}: {error}).")
        raise
    finally:
        state.done.set()
