"""Live video: each frame comes back with its people drawn on it, and never late."""

import asyncio
import json
import tempfile
import threading
import time
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

import av
import cv2
import numpy as np
import pytest
from aiortc import MediaStreamTrack
from aiortc.mediastreams import MediaStreamError

from pages.ui.live.film_track import FilmTrack
from pages.ui.live.gesture_buttons import GestureButtons
from pages.ui.live.numbers import advice, report
from pages.ui.live.places import FULL, TIME, has_place, is_full, why_over
from pages.ui.live.recorder import Recorder
from pages.ui.live.snapshots import Snapshots
from pages.ui.live.stream import LiveOptions, LiveStream
from pages.ui.live.tracks import Outgoing
from posecore import (
    FrameHands,
    FramePoses,
    HandOptions,
    LiveHands,
    LiveSession,
    OverlayOptions,
    PoseOptions,
    PoseSequence,
    UnreadableMedia,
    decode_picture,
)
from posecore.limits import Limits
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.motion.angles import measure_angle
from posecore.view.palette import PLAIN

RATE = 90_000


def frame_of(rgb: np.ndarray, number: int = 0) -> av.VideoFrame:
    frame = av.VideoFrame.from_ndarray(rgb, format="rgb24")
    frame.pts, frame.time_base = number * RATE // 30, Fraction(1, RATE)
    return frame


def run_in_thread(work: Coroutine[Any, Any, Any]) -> Any:
    """Run in its own thread, since the main thread already has an event loop if browser tests run."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


class Camera(MediaStreamTrack):
    """A camera that sends each frame when the last one has come back, or at a fixed rate like a real camera.

    The first frame is repeated until the model is loaded, and a frame lost to a change of model is repeated too.
    """

    kind = "video"

    def __init__(self, pictures: list[np.ndarray], every_s: float | None = None) -> None:
        super().__init__()
        self.is_back: Callable[[int], bool] = lambda number: True
        self.pictures = pictures
        self.every_s = every_s
        self.number = -1

    async def recv(self) -> av.VideoFrame:
        if self.number < 0 or (self.every_s is not None and self.number > 0):
            await asyncio.sleep(self.every_s or 0)
            self.number += 1
        elif await self._wait():
            self.number += 1
        if self.number == len(self.pictures):
            raise MediaStreamError
        return frame_of(self.pictures[self.number], self.number)

    async def _wait(self) -> bool:
        for _ in range(100):
            await asyncio.sleep(0.01)
            if self.is_back(self.number):
                return True
        return False


class Seen(NamedTuple):
    """A returned frame. Not the frame itself: holding on to one would look like an encoder that is behind."""

    number: int
    rgb: np.ndarray


def watch(stream: LiveStream, camera: Camera, on_frame: Callable[[], None] = lambda: None) -> list[Seen]:
    """Return all frames that come back until the camera ends."""
    seen: list[Seen] = []
    camera.is_back = lambda number: (
        stream.latest is not None and not stream.loading and bool(seen) and seen[-1].number == number
    )

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

    run_in_thread(run())
    return seen


def test_each_frame_comes_back_with_its_own_skeleton_and_time(portrait):
    pictures = [np.roll(portrait, 8 * number, axis=1) for number in range(12)]
    stream = LiveStream(LiveOptions(PoseOptions()))
    seen = watch(stream, Camera(pictures))
    assert len(seen) >= 8
    for frame in seen[-3:]:
        apart = np.abs(frame.rgb.astype(int) - pictures[frame.number])
        assert 0.002 < (apart.max(axis=-1) > 60).mean() < 0.2, "the same frame with a skeleton on it"
    assert len(stream.latest.poses) == 1
    assert stream.problem is None
    assert stream.ended


def test_only_the_newest_frame_is_processed(portrait, monkeypatch):
    worked, camera = [], Camera([portrait] * 100, 0.01)

    def slow(self, rgb, time_s):
        """Take as long as eight frames, however busy this machine is; the first frame is waited for."""
        worked.append(time_s)
        began, until = camera.number, time.monotonic() + 30
        while began > 0 and camera.number < min(began + 8, 99) and time.monotonic() < until:
            time.sleep(0.005)
        return FramePoses.nobody((512, 600))

    stream = LiveStream(LiveOptions(PoseOptions()))
    monkeypatch.setattr("pages.ui.live.stream.LiveSession.estimate", slow)
    seen = watch(stream, camera)
    numbers = list(dict.fromkeys(frame.number for frame in seen))  # the first was waited for
    assert 3 <= len(worked) <= 20
    assert numbers == sorted(numbers), "in order"
    assert np.diff(numbers).max() > 5, "frames that came in the meantime are dropped"


def test_a_fault_is_reported_and_the_video_goes_on(portrait, monkeypatch):
    stream = LiveStream(LiveOptions(PoseOptions()))
    problems = []
    real = LiveStream.__init__.__globals__["LiveSession"].estimate
    calls = iter(range(1000))

    def faulty(self, rgb, time_s):
        if next(calls) in (3, 4):
            raise RuntimeError("injected")
        return real(self, rgb, time_s)

    monkeypatch.setattr("pages.ui.live.stream.LiveSession.estimate", faulty)
    seen = watch(stream, Camera([portrait] * 16), lambda: problems.append(stream.problem))
    assert any("RuntimeError" in problem for problem in problems if problem)
    assert problems[-1] is None
    assert len(seen) >= 12


def test_a_person_can_leave_and_return_with_the_lights_off_in_between(portrait):
    empty, dark = np.full_like(portrait, 128), np.zeros_like(portrait)
    stream = LiveStream(LiveOptions(PoseOptions()))
    people: list[int] = []
    pictures = [portrait] * 5 + [empty] * 5 + [dark] * 5 + [portrait] * 10
    seen = watch(stream, Camera(pictures), lambda: stream.latest and people.append(len(stream.latest.poses)))
    assert [count for count, before in zip(people, [None, *people], strict=False) if count != before] == [1, 0, 1]
    assert len(seen) >= 20, "the video goes on"
    assert stream.problem is None


def test_the_video_may_change_its_size(portrait):
    small, lying = portrait[::2, ::2], np.ascontiguousarray(portrait[:300])
    stream = LiveStream(LiveOptions(PoseOptions()))
    seen = watch(stream, Camera([portrait] * 4 + [small] * 4 + [lying] * 4))
    assert stream.problem is None
    assert {frame.rgb.shape[:2] for frame in seen} == {(600, 512), (300, 256), (300, 512)}


def test_changed_options_apply_from_the_next_frame(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))

    def change() -> None:
        stream.options = LiveOptions(PoseOptions(model="full"), "plain")

    seen = watch(stream, Camera([portrait] * 14), change)
    assert stream.problem is None
    first, last = (frame.rgb[:20, :20] for frame in (seen[0], seen[-1]))
    assert np.abs(first.astype(int) - last).mean() > 20


def test_a_change_of_the_overlay_loads_no_model(portrait, monkeypatch):
    opened = []

    def counted(*args, **more) -> LiveSession:
        opened.append(1)
        return LiveSession(*args, **more)

    monkeypatch.setattr("pages.ui.live.stream.LiveSession", counted)
    stream = LiveStream(LiveOptions(PoseOptions()))

    def change() -> None:
        stream.options = LiveOptions(PoseOptions(), mirror=True, skeletons=False, overlay=OverlayOptions(["pictogram"]))

    seen = watch(stream, Camera([portrait] * 14), change)
    assert stream.problem is None
    assert np.abs(seen[-1].rgb[:9, :9].astype(int) - PLAIN).mean() < 8
    assert len(opened) == 1


def test_ending_the_stream_frees_the_worker(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    watch(stream, Camera([portrait] * 3))
    stream.end()
    for thread in threading.enumerate():
        if thread.name == "live":
            thread.join(60)
    assert "live" not in {thread.name for thread in threading.enumerate()}


def test_the_video_goes_on_if_the_model_cannot_be_opened(portrait, monkeypatch):
    def fail(*arguments, **options):
        raise RuntimeError("injected")

    monkeypatch.setattr("pages.ui.live.stream.LiveSession", fail)
    stream = LiveStream(LiveOptions(PoseOptions()))
    camera = Camera([portrait] * 8)
    stream.latest = object()  # skips the wait for the first result
    seen = watch(stream, camera)
    assert len(seen) >= 4
    assert np.abs(seen[-1].rgb.astype(int) - portrait).mean() < 3
    assert "RuntimeError" in stream.problem


def test_frames_do_not_queue_up_if_encoding_is_slow(portrait):
    small = portrait[::8, ::8]

    async def run() -> list[int]:
        outgoing = Outgoing()
        numbers = []

        async def encode() -> None:
            for _ in range(12):
                numbers.append((await outgoing.recv()).pts * 30 // RATE)
                await asyncio.sleep(0.1)

        encoding = asyncio.ensure_future(encode())
        number = 0
        while not encoding.done():
            await asyncio.sleep(0.01)
            outgoing.give(frame_of(small, number))
            number += 1
        return [*numbers, number]

    *numbers, last = run_in_thread(run())
    assert last - numbers[-1] < 60, "the last encoded frame is recent"
    assert numbers == sorted(numbers)


def report_of(stream: LiveStream, **asked: str) -> dict:
    return json.loads(report(stream, asked))


def test_the_report_has_the_newest_frame_and_all_angles_since(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    assert report_of(stream)["number"] == -1
    watch(stream, Camera([portrait] * 8))
    everything = report_of(stream, angles="left_elbow,right_elbow,nonsense")
    moments = stream.moments()
    assert everything["number"] == moments[-1].number == len(moments) - 1
    assert everything["size"] == [512, 600]
    [person] = everything["people"]
    np.testing.assert_allclose(person["xy"], moments[-1].poses.xy[0], atol=0.06)
    np.testing.assert_allclose(person["world"], moments[-1].poses.world[0], atol=0.0006)
    [angles] = everything["angles"]["people"]
    assert (angles["id"], angles["color"]) == (person["id"], person["color"])
    assert list(angles["values"]) == ["left_elbow", "right_elbow"]
    sequence = PoseSequence.from_frames(
        [replace(moment.poses, time_s=moment.time_s) for moment in moments], size=(512, 600), fps=30
    )
    expected = measure_angle(sequence, "left_elbow")[:, 0]
    got = np.array(angles["values"]["left_elbow"], float)
    np.testing.assert_allclose(got, expected, atol=0.06)
    since = report_of(stream, since=str(moments[-3].number), angles="left_elbow")
    assert since["angles"]["times"] == everything["angles"]["times"][-2:]
    assert report_of(stream, since="-7; drop", angles="left_elbow")["angles"] == {
        "times": everything["angles"]["times"],
        "people": [{**angles, "values": {"left_elbow": angles["values"]["left_elbow"]}}],
    }


def test_the_report_stays_at_a_frozen_frame_and_resumes_without_a_gap(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    pictures = [np.roll(portrait, 4 * number, axis=1) for number in range(12)]
    held: list[dict] = []

    def look() -> None:
        if not held and stream.latest is not None and stream.latest.number == 3:
            held.append(report_of(stream, since="1", angles="left_elbow", hold="1"))

    watch(stream, Camera(pictures), look)
    moments = stream.moments()
    number = held[0]["number"]
    assert 3 <= number < moments[-1].number, "the video went on"
    assert len(held[0]["angles"]["times"]) == number - 1
    np.testing.assert_allclose(held[0]["people"][0]["xy"], moments[number].poses.xy[0], atol=0.06)
    assert stream.held.number == number
    np.testing.assert_array_equal(stream.held.poses.xy, moments[number].poses.xy)
    assert any((stream.held.rgb == picture).all() for picture in pictures[3:5])
    again = report_of(stream, since=str(number), angles="left_elbow")
    assert (again["number"], again["people"]) == (number, held[0]["people"])
    assert again["angles"]["times"] == []
    on = report_of(stream, since=str(number), angles="left_elbow", hold="0")
    assert on["number"] == moments[-1].number
    assert len(on["angles"]["times"]) == moments[-1].number - number
    assert stream.held is None
    report_of(stream, hold="perhaps")
    assert stream.held is None


def test_the_report_covers_frames_without_people(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    watch(stream, Camera([np.zeros_like(portrait)] * 4))
    everything = report_of(stream, angles="left_knee")
    assert everything["people"] == []
    assert everything["angles"]["people"] == []


@pytest.fixture
def rock(shared_data) -> np.ndarray:
    """A photo of a woman whose right hand makes the gesture, small in the picture."""
    return decode_picture(shared_data / "gestures" / "rock" / "026fd791-8f64-4fae-8cb0-0e01dc4362ce.jpg")


def test_hands_are_found_once_a_frame_drawn_and_told(rock, monkeypatch):
    found = []

    def step(self, rgb, time_s, poses):
        found.append(real(self, rgb, time_s, poses))
        return found[-1]

    real = LiveHands.step
    monkeypatch.setattr(LiveHands, "step", step)
    pictures = [rock, rock, rock]
    plain, stream = (LiveStream(LiveOptions(PoseOptions(), hands=hands)) for hands in (None, HandOptions()))
    without = watch(plain, Camera(pictures))[-1]
    assert not found
    assert report_of(plain)["hands"] is None
    stream.gestures = GestureButtons()  # they look at the same hands
    seen = watch(stream, Camera(pictures))[-1]
    answer = report_of(stream, hold="1")
    assert len(found) == len(stream.moments())
    assert answer["hands"]["words"] == "Right hand: rock."
    [hand] = answer["hands"]["found"]
    assert (hand["person"], hand["side"]) == (answer["people"][0]["id"], "right")
    np.testing.assert_allclose(hand["xy"], stream.held.hands.xy[0], atol=0.06)
    np.testing.assert_allclose(hand["world"], stream.held.hands.world[0], atol=0.0006)
    height, width = seen.rgb.shape[:2]
    x, y = (stream.held.hands.xy[0, 9] * (width / answer["size"][0], height / answer["size"][1])).astype(int)
    near = np.s_[y - 8 : y + 8, x - 8 : x + 8]
    assert np.abs(seen.rgb[near].astype(int) - without.rgb[near]).mean() > 20


def test_a_hand_that_fills_the_picture_is_no_person(shared_data):
    """The body network takes it for one; a changed background keeps it."""
    with open_clip(shared_data / "google-reference" / "asl_hand.25fps.mp4") as clip:
        pictures = [frame.rgb for frame, _ in zip(clip, range(8), strict=False)]
    bodies_only = LiveStream(LiveOptions(PoseOptions()))
    watch(bodies_only, Camera(pictures))
    assert any(len(moment.poses) for moment in bodies_only.moments())
    stream = LiveStream(LiveOptions(PoseOptions(), "plain", hands=HandOptions()))
    seen = watch(stream, Camera(pictures))[-1].rgb
    newest = stream.moments()[-1]
    assert (len(newest.poses), len(newest.hands)) == (0, 1)
    scale = np.array(seen.shape[1::-1]) / newest.hands.size
    x, y = (newest.hands.xy[0].mean(axis=0) * scale).astype(int)
    corner, palm = seen[:20, :20], seen[y - 10 : y + 10, x - 10 : x + 10]
    assert np.abs(corner.astype(int) - PLAIN).mean() < 8
    assert np.abs(palm.astype(int) - PLAIN).mean() > 20
    answer = report_of(stream, hold="1")
    assert answer["people"] == []
    assert len(answer["hands"]["found"]) == 1


def test_a_lost_choice_of_the_source_begins_anew(open_page):
    app = open_page("webcam")
    app.segmented_control(key="webcam_source").set_value(None).run()
    assert app.segmented_control(key="webcam_source").value == "Camera"
    assert not app.toggle(key="webcam_mirror").disabled


def test_the_setting_for_hands_and_the_gesture_buttons_share_one_search(open_page):
    app = open_page("webcam")

    def hands() -> HandOptions | None:
        assert not app.exception
        return app.session_state["live"].stream.options.hands

    assert hands() is None
    app.toggle(key="webcam_gestures").set_value(True).run()
    buttons_alone = hands()
    app.toggle(key="hands").set_value(True).run()
    assert hands() == buttons_alone == HandOptions(), "the models go on"
    app.number_input(key="people").set_value(3).run()
    assert hands() == HandOptions(hands=6)
    app.toggle(key="webcam_gestures").set_value(False).run()
    assert hands() == HandOptions(hands=6)
    app.toggle(key="hands").set_value(False).run()
    assert hands() is None


def test_a_video_played_as_a_camera_keeps_its_pace_when_it_loops(tmp_path):
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

    times, shades, seconds = run_in_thread(run())
    np.testing.assert_allclose(np.diff(times), 1 / 30, atol=0.002)
    assert 0.9 < seconds < 3
    assert np.abs(np.subtract(shades[12:24], shades[:12])).max() < 4
    assert shades[6] > shades[2] + 40


def test_a_recording_holds_the_video_and_the_people_in_its_frames(portrait):
    pictures = [portrait] * 6 + [np.ascontiguousarray(portrait[:300])] * 3 + [np.zeros_like(portrait)] * 3
    stream, recorder = LiveStream(LiveOptions(PoseOptions())), Recorder(60)
    stream.record(recorder, 0.0)
    watch(stream, Camera(pictures))
    take = recorder.finish()
    with open_clip(take.film) as clip:
        frames = list(clip)
    assert len(frames) == len(take.sequence) >= 8
    np.testing.assert_allclose([frame.time_s for frame in frames], take.sequence.times_s, atol=0.001)
    assert take.sequence.times_s[0] == 0
    assert {frame.rgb.shape for frame in frames} == {(600, 512, 3)}
    first, last = frames[0].rgb.astype(int), frames[-1].rgb
    assert np.abs(first - portrait).mean() < 6, "as received, without a skeleton"
    assert last.max() < 20
    assert take.sequence.seen[0, 0]
    assert not take.sequence.seen[-1, 0]
    folder = take.folder.path
    take.folder.close()
    assert not folder.exists()


def test_a_recording_holds_the_hands_in_its_frames(rock):
    stream = LiveStream(LiveOptions(PoseOptions(), hands=HandOptions()))
    recorder, bodies_alone = (Recorder(60, with_hands=wanted) for wanted in (True, False))
    stream.record(recorder, 0.0)
    watch(stream, Camera([rock, rock, np.zeros_like(rock), np.ascontiguousarray(rock[::2, ::2])]))
    take, newest = recorder.finish(), stream.latest
    np.testing.assert_array_equal(take.hands.times_s, take.sequence.times_s)
    assert take.hands.size == take.sequence.size
    right = take.hands.slot(1, "right")
    assert take.hands.seen[0, right]
    assert not take.hands.seen[-2].any(), "the lights were off"
    np.testing.assert_allclose(take.hands.xy[-1, right], 2 * newest.hands.xy[0], atol=2)
    bodies_alone.add(newest.rgb, newest.poses, 0.0, newest.hands)
    assert bodies_alone.finish().hands is None


def test_a_recording_starts_after_the_countdown_and_stops_automatically(portrait):
    recorder = Recorder(0.5)
    stream = LiveStream(LiveOptions(PoseOptions()))
    stream.record(recorder, time.monotonic() + 3600)
    watch(stream, Camera([portrait] * 3))
    assert recorder.seconds == 0
    assert recorder.finish() is None
    recorder, nobody = Recorder(0.5), FramePoses.nobody((64, 48))
    for number in range(40):
        recorder.add(np.zeros((48, 64, 3), np.uint8), nobody, number / 20)
        time.sleep(0.005)
    assert recorder.full
    take = recorder.finish()
    assert take.sequence.times_s[-1] == pytest.approx(0.5)
    assert take.missed == 0


def test_a_recording_that_cannot_be_written_is_reported_and_the_video_goes_on(monkeypatch):
    def full(*arguments, **named):
        raise OSError("no space left on device")

    monkeypatch.setattr("pages.ui.live.recorder.FilmWriter.write", full)
    recorder, nobody = Recorder(60), FramePoses.nobody((64, 48))
    for number in range(40):
        recorder.add(np.zeros((48, 64, 3), np.uint8), nobody, number / 20)
        time.sleep(0.002)
    assert recorder.finish() is None
    assert "no space left" in recorder.problem


def test_the_mirror_flips_the_video_but_not_the_landmarks(portrait):
    seen, streams = {}, {}
    for mirror in (False, True):
        # Smoothing would follow the times at which frames happen to come.
        streams[mirror] = LiveStream(LiveOptions(PoseOptions(smoothing=False), "plain", mirror=mirror))
        seen[mirror] = watch(streams[mirror], Camera([portrait] * 6))
    plain, mirrored = (seen[mirror][-1].rgb.astype(int) for mirror in (False, True))
    apart = np.abs(plain[:, ::-1] - mirrored).max(axis=-1)
    assert (apart > 40).mean() < 0.01, "mirrored, except for the colours of left and right"
    assert (np.abs(plain - mirrored).max(axis=-1) > 40).mean() > 0.1
    first, second = (streams[mirror].latest.poses for mirror in (False, True))
    seen_well = first.visibility > 0.9  # the others lie outside the frame, where they also vary over time
    assert seen_well.sum() > 10
    np.testing.assert_allclose(first.xy[seen_well], second.xy[seen_well], atol=2)
    assert second.xy[0, 11, 0] > second.xy[0, 12, 0], "facing the camera, the left shoulder is on the right"


def test_an_abandoned_recording_leaves_no_files(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    recorder = Recorder(60)
    for number in range(5):
        recorder.add(np.zeros((48, 64, 3), np.uint8), FramePoses.nobody((64, 48)), number / 20)
    assert list(tmp_path.iterdir())
    del recorder
    for _ in range(600):
        if not list(tmp_path.iterdir()):
            break
        time.sleep(0.1)
    assert not list(tmp_path.iterdir())


def test_a_recording_hides_the_room_like_the_live_video(portrait):
    stream, recorder = LiveStream(LiveOptions(PoseOptions(), "plain")), Recorder(60, "plain")
    stream.record(recorder, 0.0)
    watch(stream, Camera([portrait] * 5))
    stream.record(None, 0.0)
    take = recorder.finish()
    with open_clip(take.film) as clip:
        rgb = next(iter(clip)).rgb
    assert np.ptp(rgb[:40, :40].astype(int)) < 12, "one colour in place of the flag"
    assert take.sequence.seen.all()


@pytest.mark.parametrize(
    ("rates", "estimate_ms", "options", "words"),
    [
        (None, 300, LiveOptions(PoseOptions()), None),
        ((30, 28), 12, LiveOptions(PoseOptions(), hands=HandOptions()), None),
        ((3, 1), 300, LiveOptions(PoseOptions()), None),
        ((30, 12), 80, LiveOptions(PoseOptions()), "Only 12 of 30 fps analysed (80 ms per frame). Try the Lite model"),
        ((30, 12), 80, LiveOptions(PoseOptions(model="lite")), "Try a smaller camera width"),
        ((30, 12), 80, LiveOptions(PoseOptions(), hands=HandOptions()), "Try switching off Hands in Settings"),
        ((30, 12), 80, LiveOptions(PoseOptions(model="lite"), hands=HandOptions()), "Try switching off Hands"),
        ((30, 12), 80, LiveOptions(PoseOptions(people=3, search="thorough")), "Try the quick person search"),
    ],
)
def test_advice_for_more_speed_follows_the_measured_rates(rates, estimate_ms, options, words):
    told = advice(rates, estimate_ms, options, gesture_buttons=False)
    assert (told is None) if words is None else words in told


def test_advice_for_more_speed_names_the_gesture_buttons_which_look_for_hands(monkeypatch):
    stream = LiveStream(LiveOptions(PoseOptions(), hands=HandOptions()))
    monkeypatch.setattr(stream.pace, "rates_for_long", lambda: (30, 12))
    told = []
    for stream.gestures in (None, GestureButtons()):
        told.append(report_of(stream)["advice"].partition(". ")[2])
    assert told == ["Try switching off Hands in Settings.", "Try switching off Gesture buttons, and Hands in Settings."]


def test_a_viewer_is_refused_if_all_places_are_taken_and_a_freed_place_is_reused(portrait, monkeypatch):
    monkeypatch.setattr("pages.ui.live.places.LIMITS", Limits(live_viewers=1))
    first, second, third = (LiveStream(LiveOptions(PoseOptions())) for _ in range(3))
    during = []

    def look() -> None:
        if not during:
            watch_refused(second, portrait)
            during.append((second.over, has_place(first), is_full()))

    watch(first, Camera([portrait] * 4), look)
    assert during == [(FULL, True, True)]
    assert not is_full(), "a stream that ends frees its place"
    watch(third, Camera([portrait] * 4))
    assert third.over is None
    assert third.latest is not None


def watch_refused(stream: LiveStream, picture: np.ndarray) -> None:
    async def run() -> None:
        stream.incoming.addTrack(Camera([picture] * 3, 0.01))
        stream.incoming.start()
        for _ in range(200):
            if stream.ended:
                return
            await asyncio.sleep(0.05)

    run_in_thread(run())
    assert stream.ended


def test_a_stream_ends_at_its_time_limit(portrait, monkeypatch):
    monkeypatch.setattr("pages.ui.live.stream.LIMITS", Limits(live_seconds=1))
    monkeypatch.setattr("pages.ui.live.places.LIMITS", Limits(live_seconds=1))
    stream = LiveStream(LiveOptions(PoseOptions()))
    told = set()
    camera = Camera([portrait] * 400, 0.02)
    seen = watch(stream, camera, lambda: told.add(json.loads(report(stream, {}))["advice"]))
    assert "This live session ends in 10 s so that others get a turn." in told
    assert stream.over == TIME
    assert len(seen) < 300
    assert json.loads(report(stream, {}))["over"] == TIME
    assert "ended after 0.0167 minutes" in why_over(TIME)


def test_frames_of_a_hidden_page_are_processed_only_if_they_are_needed_elsewhere(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    watch(stream, Camera([portrait] * 3))
    assert not stream.resting, "no page ever asked, since this one has no script"
    stream.asked_at = time.monotonic() - 60
    assert stream.resting
    stream.send_on = lambda poses, number, hands: None
    assert not stream.resting
    stream.send_on = None
    report(stream, {})
    assert not stream.resting


def test_a_paused_stream_resumes_when_it_is_visible_again(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    numbers = []
    calls = iter(range(1000))

    def look() -> None:
        numbers.append(len(stream.moments()))
        if next(calls) == 3:
            stream.asked_at = time.monotonic() - 60
            threading.Timer(1.0, report, [stream, {}]).start()

    watch(stream, Camera([portrait] * 40, 0.05), look)
    assert len(numbers) < 35, "some frames were skipped"
    assert numbers[-1] > numbers[3] + 1, "it went on"


@pytest.mark.parametrize(("light", "words"), [(0, "the image is dark"), (128, "No person in view.")])
def test_the_report_says_why_no_person_is_seen(light, words, monkeypatch):
    monkeypatch.setattr("pages.ui.live.numbers.advice", lambda *given, **more: None)  # a slow machine comes first
    stream = LiveStream(LiveOptions(PoseOptions()))
    picture = np.full((240, 320, 3), light, np.uint8)
    told = []
    watch(stream, Camera([picture] * 60, 0.05), lambda: told.append(json.loads(report(stream, {}))["advice"]))
    assert told[0] is None
    assert words in told[-1]
    assert stream.problem is None


def test_every_frame_is_sent_on_and_a_fault_there_does_not_stop_the_video(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    sent = []

    def send_on(poses: FramePoses, number: int, _hands: FrameHands | None) -> None:
        sent.append((number, poses.time_s, len(poses)))
        if number == 3:
            raise RuntimeError("injected")

    stream.send_on = send_on
    seen = watch(stream, Camera([portrait] * 8))
    numbers = [number for number, _, _ in sent]
    assert numbers == list(range(len(sent)))
    assert all(people == 1 for _, _, people in sent)
    assert np.all(np.diff([time_s for _, time_s, _ in sent]) > 0)
    assert len(seen) >= len(sent) >= 5


def test_frames_that_cannot_be_sent_are_shown_all_the_same_and_the_page_says_why(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))

    def send_on(poses: FramePoses, number: int, hands: FrameHands | None) -> None:
        raise RuntimeError("injected")

    stream.send_on = send_on
    watch(stream, Camera([portrait] * 5))
    assert stream.latest is not None
    assert stream.problem == "A frame could not be sent to other programs (RuntimeError)."


def test_the_picture_is_frozen_with_the_numbers_and_drawn_as_the_visitor_now_wants_it(portrait):
    stream = LiveStream(LiveOptions(PoseOptions()))
    pictures = [np.roll(portrait, 8 * number, axis=1) for number in range(14)]

    def look() -> None:
        if stream.latest is not None and stream.latest.number == 3 and stream.held is None:
            stream.hold(True)
        if stream.latest is not None and stream.latest.number == 8:
            stream.options = replace(stream.options, mirror=True)

    seen = watch(stream, Camera(pictures), look)
    assert stream.held is not None
    frozen = [frame.rgb for frame in seen if frame.number > stream.held.number + 1]
    assert np.abs(frozen[0].astype(int) - stream.held.drawn).mean() < 3
    assert np.abs(frozen[-1][:, ::-1].astype(int) - stream.held.drawn).mean() < 6, "in the mirror"
    assert stream.latest.number > stream.held.number + 5, "the frames go on"


def test_a_snapshot_keeps_the_frame_and_what_was_drawn_on_it(portrait):
    stream, snapshots = LiveStream(LiveOptions(PoseOptions())), Snapshots()
    watch(stream, Camera([portrait] * 3))
    for _ in range(8):
        snapshots.take(stream.latest)
    assert snapshots.numbers == [3, 4, 5, 6, 7, 8], "the newest"
    np.testing.assert_array_equal(snapshots.frame(8), portrait)
    assert np.abs(decode_picture(snapshots.picture(8)).astype(int) - stream.latest.drawn).mean() < 4
    assert snapshots.frame(1) is snapshots.picture(1) is None


def test_a_snapshot_of_a_visitors_own_device_is_a_photo_or_refused(portrait):
    snapshots = Snapshots()
    _, png = cv2.imencode(".png", portrait[..., ::-1])
    snapshots.keep(png.tobytes())
    np.testing.assert_array_equal(snapshots.frame(1), portrait)
    with pytest.raises(UnreadableMedia):
        snapshots.keep(b"<svg onload='alert(1)'/>")
    assert snapshots.numbers == [1]
