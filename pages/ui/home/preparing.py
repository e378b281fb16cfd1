"""What a server makes once, in the background, for all visitors: results of samples, and the moving picture of one."""

import threading
from pathlib import Path
from typing import NamedTuple

import streamlit as st
from PIL import Image

from pages.ui.serving.public_files import is_serving, publish
from pages.ui.shared.kept_results import KeptResult, kept_result, place_for
from pages.ui.shared.sample_options import for_sample
from pages.ui.video.clip_run import ClipRun, usual_run
from pages.ui.video.clip_source import as_clip
from posecore import PosecoreError, PoseOptions
from posecore.downloads import DownloadFailed, DownloadNotVerified
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import BALANCE, SPORTS2D, published_clip, sample_clip
from posecore.motion.smoothing import Smoothing, smooth_sequence
from posecore.system import whole_files
from posecore.view.moving_picture import MovingPicture

_FILM, _STILL = "moving.mp4", "still.webp"
_FPS = 24  # the video has 60: it is shown in slow motion, for 4 s
_STILL_FRAME = 45


class Moving(NamedTuple):
    """Addresses of the moving picture and of one of its frames."""

    film: str
    still: str


class Preparation:
    """What is being made; it goes on in a thread of its own.

    Attributes:
        moving: None until it is there.
        is_over: whether nothing more will come, even if there is no moving picture.
    """

    def __init__(self) -> None:
        self.moving: Moving | None = None
        self.is_over = not is_serving()
        if not self.is_over:
            threading.Thread(target=self._prepare, daemon=True).start()

    def _prepare(self) -> None:
        try:
            self.moving = _moving_picture()
            published_clip(SPORTS2D)
            _result_of("clip")
        except (PosecoreError, OSError):
            pass  # a sample that is missing or fails is reported where a visitor opens it
        finally:
            self.is_over = True


@st.cache_resource(show_spinner=False)
def preparation() -> Preparation:
    """What is made on this server; started by the first visitor."""
    return Preparation()


def _moving_picture() -> Moving | None:
    try:
        clip = published_clip(BALANCE)
    except (DownloadFailed, DownloadNotVerified):
        return None
    place, result = _result_of("balance")
    if result is None:
        return None
    if not (place / _STILL).is_file():
        with whole_files(place) as parts:  # the film appears before the still
            _write(clip, result, parts)
    return Moving(publish(place / _FILM), publish(place / _STILL))


def _result_of(name: str) -> tuple[Path, KeptResult | None]:
    """The folder of a sample's result, and the result, worked out if it is not there; None if that fails."""
    clip = as_clip(sample_clip(name))
    options = usual_run(for_sample(PoseOptions(), clip.people))
    place = place_for(clip.path, options.pose, options=options)
    if kept_result(place) is None:
        run = ClipRun(clip)
        run.start(options)
        run.analysis.wait()
        run.close()
    return place, kept_result(place)


def _write(clip: Path, result: KeptResult, folder: Path) -> None:
    """Write the film and the still into a folder."""
    picture = MovingPicture(smooth_sequence(result.poses, Smoothing()))
    with (
        open_clip(clip) as frames,
        FilmWriter(folder / _FILM, picture.size, fps_hint=_FPS, quality="small") as film,
    ):
        for index, frame in enumerate(frames):
            rgb = picture.draw(frame.rgb, index)
            film.write(rgb, index / _FPS)
            if index == _STILL_FRAME:
                Image.fromarray(rgb).save(folder / _STILL, quality=80)
