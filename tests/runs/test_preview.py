"""A look at a run: a picture for each time that somebody asks, and none otherwise."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from posecore import ClipOptions, PoseOptions, decode_picture, estimate_hands_video
from posecore.pipeline import find_tags_video
from posecore.runs.job import Job
from posecore.runs.local import run_locally
from posecore.runs.pool import read_frame, run_in_worker
from posecore.runs.preview import Preview
from tests.media.test_copies import EVEN, SIZE, write_h264
from tests.runs.test_film_copy import Times


def job_on(source: Path) -> Job:
    return Job(source, PoseOptions(), ClipOptions(), bodies=False)


def test_nobody_asks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("posecore.runs.local.draw_preview", lambda *_: pytest.fail("a picture that nobody wants"))
    preview = Preview()
    run_locally(job_on(write_h264(tmp_path / "source.mp4")), Times(), preview=preview)
    assert preview.newest is None


def test_in_a_worker(tmp_path: Path) -> None:
    preview, source = Preview(), write_h264(tmp_path / "source.mp4")
    preview.ask()
    observer = Times()
    run_in_worker(job_on(source), observer, preview)
    assert len(observer.times_s) == len(EVEN)
    assert preview.newest is not None
    assert (preview.newest.size, preview.newest.people) == (SIZE, 0)
    assert preview.newest.time_s in observer.times_s
    picture = decode_picture(preview.newest.jpeg)
    frame = read_frame(source, preview.newest.time_s)
    assert picture.shape == frame.shape
    assert np.abs(picture.astype(int) - frame).mean() < 4
    assert not preview.is_asked(), "the request is done"


@pytest.mark.parametrize(
    "look", [estimate_hands_video, partial(find_tags_video, family="36h11")], ids=["hands", "tags"]
)
def test_without_bodies(look: Callable[..., object], tmp_path: Path) -> None:
    preview = Preview()
    preview.ask()
    look(write_h264(tmp_path / "source.mp4"), preview=preview)
    assert preview.newest is not None
    assert (preview.newest.size, preview.newest.people) == (SIZE, 0)
