"""A live picture: what goes in comes out with its people on it, and never late."""

import asyncio
import json
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.contrib.media import MediaRelay
from aiortc.mediastreams import MediaStreamError

from pages.ui.live.film import FilmTrack
from pages.ui.live.report import report
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.live.tracks import Outgoing
from posecore import FramePoses, PoseOptions, PoseSequence
from posecore.media.films import FilmWriter
from posecore.motion.angles import measure_angle

RATE = 90_000


def frame_of(rgb: np.ndarray, number: int = 0) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    frame.pts, frame.time_base = number * RATE // 30, Fraction(1, RATE)
    return frame


def run_apart(work: Coroutine[Any, Any, Any]) -> Any:
    """In a thread of its own: that of the tests has a loop already where a browser is being driven."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Camera(MediaStreamTrack):
    """Pictures at a steady pace, until there are no more; the first again and again until it is told to go on."""

    kind = "video"

    def __init__(self, pictures: list[np.ndarray], seconds: float) -> None:
        super().__init__()
        self.waits_for: Callable[[], bool] = lambda: True
        self.pictures = pictures
        self.seconds = seconds
        self.number = 0

    async def recv(self) -> av.VideoFrame:
        await asyncio.sleep(self.seconds)
        if self.number == len(self.pictures):
            raise MediaStreamError
        if self.number or self.waits_for():
            self.number += 1
        at = max(0, self.number - 1)
        return frame_of(self.pictures[at], at)


class Seen(NamedTuple):
    """A frame that came back. Not the frame itself: who holds on to one is taken for an encoder that is behind."""

    number: int
    rgb: np.ndarray


def watch(stream: LiveStream, camera: Camera, on_frame: Callable[[], None] = lambda: None) -> list[Seen]:
    """All frames that come back until the camera ends."""
    seen: list[Seen] = []
    camera.waits_for = lambda: stream.latest is not None

    async def run() -> None:
        stream.incoming.addTrack(camera)
        watching = asyncio.ensure_future(_watch())
        await asyncio.sleep(0)
        stream.incoming.start()
        await asyncio.wait_for(watching, 60)

    async def _watch() -> None:
        while True:
            try:
                frame = await stream.outgoing.recv()
            except MediaStreamError:
                return
            seen.append(Seen(frame.pts * 30 // RATE, frame.to_ndarray(format="rgb24").copy()))
            on_frame()

    run_apart(run())
    return seen


def test_each_frame_comes_back_with_its_own_skeleton_and_time(portrait):
    pictures = [np.roll(portrait, 8 * number, axis=1) for number in range(12)]
    stream = LiveStream(LiveOptions(PoseOptions()))
    seen = watch(stream, Camera(pictures, 0.15))
    assert len(seen) >= 8
    for frame in seen[-3:]:
        apart = np.abs(frame.rgb.astype(int) - pictures[frame.number])
        assert 0.002 < (apart.max(axis=-1) > 60).mean() < 0.2, "the same picture, a skeleton on it"
    assert len(stream.latest.poses) == 1
    assert stream.problem is None
    assert stream.ended


def test_only_the_newest_frame_is_worked_on(portrait, monkeypatch):
    worked = []
    open_gate = threading.Event()

    def slow(self, rgb, time_s):
        worked.append(time_s)
        open_gate.wait(0.2)
        return FramePoses.nobody((512, 600)), rgb

    stream = LiveStream(LiveOptions(PoseOptions()))
    monkeypatch.setattr("pages.ui.live.stream.LiveSession.step", slow)
    seen = watch(stream, Camera([portrait] * 100, 0.01))
    numbers = list(dict.fromkeys(frame.number for frame in seen))  # the first was waited with
    assert 3 <= len(worked) <= 20
    assert numbers == sorted(numbers), "none out of turn"
    assert np.diff(numbers).max() > 5, "those that came meanwhile are left out"


def test_a_fault_lets_the_picture_go_on_and_is_told(portrait, monkeypatch):
    stream = LiveStream(LiveOptions(PoseOptions()))
    problems = []
    real = LiveStream.__init__.__globals__["LiveSession"].step
    calls = iter(range(1000))

    def faulty(self, rgb, time_s):
        if next(calls) in (3, 4):
            raise RuntimeError("injected")
        return real(self, rgb, time_s)

    monkeypatch.setattr("pages.ui.live.stream.LiveSession.step", faulty)
    seen = watch(stream, Camera([portrait] * 16, 0.15), lambda: problems.append(stream.problem))
    assert any("RuntimeError" in problem for problem in problems if problem)
    assert problems[-1] is None
    assert len(seen) >= 12


def test_the_picture_may_change_its_size(portrait):
    small, lying = portrait[::2, ::2], np.ascontiguousarray(portrait[:300])
    stream = LiveStream(LiveOptions(PoseOptions()))
    seen = watch(stream, Camera([portrait] * 4 + [small] * 4 + [lying] * 4, 0.15))
    assert stream.problem is None
    assert {frame.rgb.shape[:2] for frame in seen} == {(600, 512), (300, 256), (300, 512)}


def test_other_options_hold_from_the_next_frame(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))

    def change() -> None:
        stream.options = LiveOptions(PoseOptions(model="full"), "plain")

    seen = watch(stream, Camera([portrait] * 14, 0.15), change)
    assert stream.problem is None
    first, last = (frame.rgb[:20, :20] for frame in (seen[0], seen[-1]))
    assert np.abs(first.astype(int) - last).mean() > 20


def test_the_end_frees_the_worker(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    watch(stream, Camera([portrait] * 3, 0.05))
    stream.end()
    for thread in threading.enumerate():
        if thread.name == "live":
            thread.join(10)
    assert "live" not in {thread.name for thread in threading.enumerate()}


def test_a_model_that_cannot_be_opened_lets_the_picture_go_on(portrait, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("injected")

    monkeypatch.setattr("pages.ui.live.stream.LiveSession", fail)
    stream = LiveStream(LiveOptions(PoseOptions()))
    camera = Camera([portrait] * 8, 0.05)
    stream.latest = object()  # nobody is waited for
    seen = watch(stream, camera)
    assert len(seen) >= 4
    assert np.abs(seen[-1].rgb.astype(int) - portrait).mean() < 3
    assert "RuntimeError" in stream.problem


def test_frames_do_not_wait_in_a_line_where_encoding_is_slow(portrait):
    """Through the relay, as streamlit-webrtc has it, which keeps all in a queue without end."""
    small = portrait[::8, ::8]

    async def run() -> list[int]:
        outgoing, relay = Outgoing(), MediaRelay()
        far_end = relay.subscribe(relay.subscribe(outgoing))
        numbers = []

        async def encode() -> None:
            for _ in range(12):
                numbers.append((await far_end.recv()).pts * 30 // RATE)
                await asyncio.sleep(0.1)

        encoding = asyncio.ensure_future(encode())
        number = 0
        while not encoding.done():
            await asyncio.sleep(0.01)
            outgoing.give(frame_of(small, number))
            number += 1
        return [*numbers, number]

    *numbers, last = run_apart(run())
    assert last - numbers[-1] < 60, "the last one that was encoded is not old"
    assert numbers == sorted(numbers)


def told(stream: LiveStream, **asked: str) -> dict:
    return json.loads(report(stream, asked))


def test_the_report_tells_of_the_newest_frame_and_of_all_angles_since(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    assert told(stream)["number"] == -1
    watch(stream, Camera([portrait] * 8, 0.1))
    everything = told(stream, angles="left_elbow,right_elbow,nonsense")
    moments = stream.moments()
    assert everything["number"] == moments[-1].number == len(moments) - 1
    assert everything["size"] == [512, 600]
    [person] = everything["people"]
    np.testing.assert_allclose(person["xy"], moments[-1].poses.xy[0], atol=0.06)
    np.testing.assert_allclose(person["world"], moments[-1].poses.world[0], atol=0.0006)
    assert list(everything["angles"]["values"]) == ["left_elbow", "right_elbow"]
    sequence = PoseSequence.from_frames(
        [replace(moment.poses, time_s=moment.time_s) for moment in moments], size=(512, 600), fps=30
    )
    expected = measure_angle(sequence, "left_elbow")[:, 0]
    got = np.array(everything["angles"]["values"]["left_elbow"], float)
    np.testing.assert_allclose(got, expected, atol=0.06)
    since = told(stream, since=str(moments[-3].number), angles="left_elbow")
    assert since["angles"]["times"] == everything["angles"]["times"][-2:]
    assert told(stream, since="-7; drop", angles="left_elbow")["angles"] == {
        "times": everything["angles"]["times"],
        "values": {"left_elbow": everything["angles"]["values"]["left_elbow"]},
    }


def test_nobody_in_view_is_told_too(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    watch(stream, Camera([np.zeros_like(portrait)] * 4, 0.1))
    everything = told(stream, angles="left_knee")
    assert everything["people"] == []
    assert set(everything["angles"]["values"]["left_knee"]) == {None}


def test_a_film_in_place_of_a_camera_keeps_its_pace_when_it_begins_anew(tmp_path):
    path = tmp_path / "film.mp4"
    with FilmWriter(path, (64, 48), fps_hint=30) as film:
        for number in range(12):
            film.write(np.full((48, 64, 3), 20 * number, np.uint8), number / 30)

    async def run() -> tuple[list[float], list[int], float]:
        track, loop = FilmTrack(path), asyncio.get_running_loop()
        times, shades, begin = [], [], loop.time()
        for _ in range(30):
            frame = await track.recv()
            times.append(frame.time)
            shades.append(int(frame.to_ndarray(format="rgb24").mean()))
        track.stop()
        with pytest.raises(MediaStreamError):
            await track.recv()
        return times, shades, loop.time() - begin

    times, shades, seconds = run_apart(run())
    np.testing.assert_allclose(np.diff(times), 1 / 30, atol=0.002)
    assert 0.9 < seconds < 3
    assert np.abs(np.subtract(shades[12:24], shades[:12])).max() < 4
    assert shades[6] > shades[2] + 40
