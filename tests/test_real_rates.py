"""Whatever a file states, results and exports have the rate of its frames, and forecasts promise what is there."""

import re

import numpy as np
import pytest

from posecore import ClipOptions, estimate_video
from posecore.cli.main import main
from posecore.export.formats import export
from posecore.media.films import FilmWriter
from posecore.runs.expected import expect_run
from posecore.runs.pool import describe

FIRST_SECOND = ClipOptions(end_s=1.0)


def test_a_recording_of_a_browser(shared_data, tmp_path):
    """It states 1,000 frames per second."""
    ezc3d = pytest.importorskip("ezc3d")
    totals = set()
    sequence = estimate_video(
        shared_data / "wild" / "webm_mediarecorder_states_1000fps.webm",
        part=FIRST_SECOND,
        on_progress=lambda done: totals.add(done.total),
    )
    assert (len(sequence), totals) == (30, {None})
    assert sequence.fps == pytest.approx(30, rel=0.01)
    for key in ("bvh", "c3d", "trc"):
        export(sequence, key, tmp_path, stem="a")
    files = {path.suffix: path for path in tmp_path.iterdir()}
    bvh = files[".bvh"].read_text()
    assert re.search(r"Frames: (\d+)", bvh)[1] == "30"
    assert float(re.search(r"Frame Time: (\S+)", bvh)[1]) == pytest.approx(1 / 30, rel=0.01)
    document = ezc3d.c3d(str(files[".c3d"]))
    assert document["data"]["points"].shape[2] == 30
    assert document["parameters"]["POINT"]["RATE"]["value"][0] == pytest.approx(30, rel=0.01)
    assert float(files[".trc"].read_text().splitlines()[2].split()[0]) == pytest.approx(30, rel=0.01)


def test_a_time_lapse_of_a_frame_per_minute(portrait, tmp_path):
    path = tmp_path / "lapse.mp4"
    with FilmWriter(path, (512, 600), fps_hint=30) as film:
        for index in range(6):
            film.write(np.roll(portrait, 3 * index, axis=1), 60 * index)
    sequence = estimate_video(path, annotated=tmp_path / "film.mp4")
    assert sequence.times_s.tolist() == [0, 60, 120, 180, 240, 300]
    assert sequence.fps == pytest.approx(1 / 60)
    export(sequence, "bvh", tmp_path, stem="a")
    [bvh] = tmp_path.glob("*.bvh")
    assert "Frames: 6\n" in bvh.read_text()


def test_every_nth_frame(portrait, tmp_path):
    path = tmp_path / "clip.mp4"
    with FilmWriter(path, (512, 600), fps_hint=25) as film:
        for index in range(9):
            film.write(portrait, index / 25)
    assert estimate_video(path, part=ClipOptions(every=4)).fps == 6.25


def test_the_forecast_of_a_clock_that_counts_from_1970(shared_data):
    info = describe(shared_data / "wild" / "mkv_wallclock_timestamps_51e9_frames.mkv")
    assert (info.frame_count, info.duration_s) == (120, pytest.approx(4))
    assert expect_run(info, ClipOptions(), film=True).frames == 120


@pytest.mark.parametrize(
    ("name", "part", "said"),
    [
        ("webm_phone_turned_640x360_to_360x640_stretched.webm", ClipOptions(1.4, 1.6), "change size at 1.5 s"),
        ("mts_interlaced_60i.mts", ClipOptions(end_s=0.1), "The video is interlaced"),
        ("raspberry_pi_raw.h264", ClipOptions(end_s=0.1), "ffmpeg -framerate RATE -i FILE -c copy VIDEO.mp4"),
        ("mov_editlist_trim_called_damaged.mov", ClipOptions(), None),
    ],
)
def test_what_is_unusual_is_said_once(shared_data, name, part, said):
    notes: list[str] = []
    estimate_video(shared_data / "wild" / name, part=part, workers=1, on_note=notes.append)
    assert [said in note for note in notes] == ([True] if said else [])


def test_an_animated_picture_as_a_photo_and_as_a_video(shared_data, capsys, tmp_path):
    animation = str(shared_data / "wild" / "animated.gif")
    assert main(["image", animation, "--out", str(tmp_path)]) == 0
    assert "animated.gif is animated: only its first frame was used. Open it as a video" in capsys.readouterr().out
    assert main(["video", animation, "--out", str(tmp_path / "video"), "--end", "0.5"]) == 0
    assert (tmp_path / "video" / "animated.annotated.mp4").stat().st_size > 0
