"""The real model on real media, through the three public entry points."""

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from posecore import (
    BLAZEPOSE_33,
    HAND_21,
    ClipOptions,
    FramePoses,
    InvalidOption,
    LiveSession,
    ModelUnusable,
    OverlayOptions,
    PoseOptions,
    UnreadableMedia,
    estimate_image,
    estimate_video,
)
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.samples import sample_clip, sample_picture
from posecore.motion.one_euro import OneEuro
from posecore.runs.expected import expect_run
from tests.synthetic_hands import RIGHT, SIZE, hands_at

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="module")
def short_clip(portrait, tmp_path_factory) -> Path:
    """Twelve frames of the portrait, swaying, at uneven times."""
    target = tmp_path_factory.mktemp("clip") / "portrait.mp4"
    height, width = portrait.shape[:2]
    with FilmWriter(target, (width, height), fps_hint=25) as film:
        for index, time_s in enumerate(UNEVEN_TIMES_S):
            film.write(np.roll(portrait, 3 * index, axis=1), time_s)
    return target


UNEVEN_TIMES_S = [0, 0.04, 0.08, 0.2, 0.24, 0.28, 0.5, 0.54, 0.58, 0.62, 0.66, 0.7]


def test_a_portrait_gives_one_person_at_the_face(portrait_poses):
    assert len(portrait_poses) == 1
    nose = portrait_poses.xy[0, BLAZEPOSE_33.index("nose")]
    assert nose == pytest.approx((270, 225), abs=10)
    left, right = (portrait_poses.xy[0, BLAZEPOSE_33.index(f"{side}_shoulder"), 0] for side in ("left", "right"))
    assert left > right  # she faces the camera
    legs = list(BLAZEPOSE_33.parts["legs"])
    assert portrait_poses.visibility[0, legs].max() < 0.5 < portrait_poses.visibility[0, 0]


def test_a_photo_does_not_depend_on_earlier_ones(portrait, portrait_poses):
    estimate_image(portrait[:, ::-1].copy())
    again = estimate_image(portrait)
    np.testing.assert_array_equal(again.xy, portrait_poses.xy)


def test_a_photo_without_a_person_gives_no_people():
    assert len(estimate_image(np.full((240, 320, 3), 128, np.uint8))) == 0


def test_several_threads_can_estimate_at_the_same_time(portrait, portrait_poses):
    found = []
    options = [PoseOptions(), PoseOptions(people=2), PoseOptions(people=3)]
    threads = [threading.Thread(target=lambda o=o: found.append(estimate_image(portrait, o))) for o in options * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    for poses in found:
        np.testing.assert_allclose(poses.xy[0], portrait_poses.xy[0], atol=3)


@pytest.mark.parametrize(
    "rgb",
    [
        np.zeros((10, 10), np.uint8),
        np.zeros((10, 10, 4), np.uint8),
        np.zeros((10, 10, 3), np.float32),
        np.zeros((0, 10, 3), np.uint8),
    ],
)
def test_an_invalid_image_array_is_refused(rgb):
    with pytest.raises(InvalidOption, match=r"Expected an image of shape \(H, W, 3\)"):
        estimate_image(rgb)


def test_a_photo_may_be_given_as_a_path_or_a_pillow_image(portrait_poses):
    path = sample_picture().path
    with Image.open(path) as image:
        for photo in (path, str(path), image, image.convert("RGBA"), image.convert("CMYK")):
            np.testing.assert_array_equal(estimate_image(photo).xy, portrait_poses.xy)


def test_a_pillow_image_is_turned_upright(shared_data):
    path = shared_data / "exif" / "Portrait_6.jpg"
    with Image.open(path) as image:
        poses = estimate_image(image)
    assert poses.size == estimate_image(path).size
    assert poses.size[0] < poses.size[1]


def test_a_damaged_pillow_image_is_an_unreadable_medium():
    half = BytesIO(sample_picture().path.read_bytes()[:20_000])
    with Image.open(half) as image, pytest.raises(UnreadableMedia, match="truncated"):
        estimate_image(image)


@pytest.mark.parametrize("photo", [None, 3, b"bytes", [[0]], BytesIO()])
def test_another_kind_of_photo_is_refused(photo):
    with pytest.raises(InvalidOption, match=rf"a path or a Pillow image, but got {type(photo).__name__}\."):
        estimate_image(photo)
    with pytest.raises(InvalidOption, match=f"but got {type(photo).__name__}"), LiveSession() as session:
        session.step(photo, 0.0)
    if not isinstance(photo, bytes):
        with pytest.raises(InvalidOption, match=f"the path of a video, but got {type(photo).__name__}"):
            estimate_video(photo)


def test_a_pillow_image_of_16_bits_is_refused():
    with pytest.raises(InvalidOption, match="with 8 bits per sample, but got mode 'I;16'"):
        estimate_image(Image.new("I;16", (9, 9)))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"people": 0}, "'people' to be a whole number from 1 to 20, but got 0"),
        ({"people": 21}, "but got 21"),
        ({"min_presence": 1.5}, "'min_presence' to be from 0 to 1, but got 1.5"),
        ({"min_tracking": -0.1}, "'min_tracking'"),
    ],
)
def test_options_out_of_range_are_refused(changed, message):
    with pytest.raises(InvalidOption, match=message):
        replace(PoseOptions(), **changed)


def test_a_model_for_another_task_is_refused_with_its_name(portrait):
    from posecore import find_model

    with pytest.raises(ModelUnusable, match=r"hand_landmarker\.task cannot be used as a pose landmarker"):
        estimate_image(portrait, PoseOptions(model=find_model("hand")))


def test_openvino_sends_no_usage_metrics(tmp_path):
    """On import it sends a report and writes an id to the home folder, unless its telemetry package is missing."""
    code = (
        "from posecore import PoseOptions, find_engine; "
        "print(find_engine(PoseOptions()).name); "
        "from openvino.tools.ovc.telemetry_utils import tm; "
        "print(tm.__name__)"
    )
    home = os.environ | {"HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path / "cache")}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=home, cwd=ROOT)
    assert done.stdout.split() == ["fast", "openvino.tools.ovc.telemetry_stub"]
    assert not (tmp_path / "intel").exists()


def test_mediapipe_sends_no_usage_metrics():
    from posecore import find_model
    from posecore.estimation.mediapipe_tasks import options_without_metrics

    assert options_without_metrics(find_model("full")).to_ctypes().ca_bundle_path == b"/dev/null"


def test_a_video_keeps_its_own_times_and_every_frame(short_clip):
    sequence = estimate_video(short_clip)
    np.testing.assert_allclose(sequence.times_s, UNEVEN_TIMES_S, atol=1e-3)
    assert sequence.seen.all()
    assert sequence.size == (512, 600)


def test_progress_counts_frames_and_can_stop_the_run(short_clip, tmp_path):
    seen = []

    def stop_after_five(progress):
        seen.append(progress)
        return progress.frames < 5

    film = tmp_path / "film.mp4"
    sequence = estimate_video(short_clip, annotated=film, on_progress=stop_after_five)
    assert [progress.frames for progress in seen] == [1, 2, 3, 4, 5]
    assert seen[-1].total == 12
    assert seen[-1].share == pytest.approx(5 / 12)
    assert seen[-1].seconds_left > 0
    assert len(sequence) == 5
    assert frames_in(film) == 5


def frames_in(film: Path) -> int:
    with av.open(str(film)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_the_annotated_video_shows_the_skeleton_and_keeps_the_times(short_clip, portrait, tmp_path):
    film = tmp_path / "film.mp4"
    sequence = estimate_video(short_clip, annotated=film)
    with av.open(str(film)) as container:
        assert container.streams.video[0].codec_context.name == "h264"
        frames = list(container.decode(video=0))
    np.testing.assert_allclose([frame.time for frame in frames], sequence.times_s, atol=1e-3)
    changed = np.abs(frames[0].to_ndarray(format="rgb24").astype(int) - portrait).max(axis=2) > 60
    x, y = sequence.xy[0, 0, BLAZEPOSE_33.index("left_shoulder")].round().astype(int)
    assert changed[y - 8 : y + 8, x - 8 : x + 8].any()
    assert changed.mean() < 0.1


def test_an_error_in_the_caller_leaves_no_video(short_clip, tmp_path):
    def fail(progress):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        estimate_video(short_clip, annotated=tmp_path / "film.mp4", on_progress=fail)
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_not_a_video_is_refused_and_leaves_no_video(tmp_path):
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"no clip at all")
    with pytest.raises(UnreadableMedia, match=r"clip\.mp4"):
        estimate_video(clip, annotated=tmp_path / "film.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_a_live_session_tracks_and_draws_a_person(portrait, portrait_poses):
    with LiveSession() as session:
        for index in range(5):
            poses, drawn = session.step(portrait, 10 + index / 30)
    assert poses.time_s == pytest.approx(10 + 4 / 30)
    visible = portrait_poses.visibility[0] > 0.9
    np.testing.assert_allclose(poses.xy[0, visible], portrait_poses.xy[0, visible], atol=12)
    assert drawn.shape == portrait.shape
    assert (drawn != portrait).any()


@pytest.mark.parametrize("mirror", [False, True])
def test_a_live_session_draws_hands_in_place_of_the_bodys_own_points_of_them(mirror):
    ground = np.full((SIZE[1], SIZE[0], 3), 90, np.uint8)
    hands = hands_at({RIGHT: (150, 300)})
    xy, ones = np.tile([600.0, 40.0], (1, 33, 1)), np.ones((1, 33))
    for side, x in (("left", 600), ("right", 400)):
        xy[0, [BLAZEPOSE_33.index(f"{side}_{finger}") for finger in ("pinky", "index", "thumb")]] = (x, 440)
    poses = FramePoses(xy, 0 * ones, np.zeros((1, 33, 3)), ones, ones, [1], 0, SIZE)
    with LiveSession(mirror=mirror) as session:
        without, drawn = (session.draw(ground, poses, found)[:, :: -1 if mirror else 1] for found in (None, hands))
    changed = [(rgb != ground).any(axis=2) for rgb in (without, drawn)]
    tip_x, tip_y = hands.xy[0, HAND_21.index("middle_finger_tip")].astype(int)
    assert [bool(rgb[tip_y, tip_x]) for rgb in changed] == [False, True]
    assert [bool(rgb[440, 400]) for rgb in changed] == [True, False]
    assert [bool(rgb[440, 600]) for rgb in changed] == [True, True], "that hand was not found"
    assert (ground == 90).all()


def test_a_live_session_draws_an_overlay_on_the_person_in_the_mirror(portrait, portrait_poses):
    eyes = portrait_poses.xy[0, [2, 5]].astype(int)
    with LiveSession(skeletons=False, overlay=OverlayOptions(["glasses"]), mirror=True) as session:
        drawn = session.draw(portrait, portrait_poses)
        session.show(skeletons=False, overlay=None, mirror=True)
        plain = session.draw(portrait, portrait_poses)
    assert np.array_equal(plain, portrait[:, ::-1])
    changed = (drawn != plain).any(axis=2)[:, ::-1]
    assert changed[eyes[:, 1], eyes[:, 0]].all()
    rows, _ = np.nonzero(changed)
    assert np.ptp(rows) < portrait.shape[0] / 4


def test_trails_of_a_live_session_go_on_when_other_pieces_are_chosen(portrait, portrait_poses):
    both = OverlayOptions(["trails", "shirt"])
    with (
        LiveSession(skeletons=False, overlay=OverlayOptions(["trails"])) as changing,
        LiveSession(skeletons=False, overlay=both) as lasting,
    ):
        for frame in range(8):
            if frame == 7:
                changing.show(skeletons=False, overlay=both, mirror=False)
            moved = replace(portrait_poses, xy=portrait_poses.xy - np.float32([0, 9 * frame]), time_s=frame / 30)
            drawn, expected = (session.draw(portrait, moved) for session in (changing, lasting))
    assert np.array_equal(drawn, expected)


def test_live_frames_may_share_a_millisecond_but_not_go_backwards(portrait):
    with LiveSession() as session:
        session.step(portrait, 1.0)
        session.step(portrait, 1.0001)
        with pytest.raises(InvalidOption, match=r"later than 1\.0001, but got 0\.5"):
            session.step(portrait, 0.5)


def test_a_live_session_can_be_closed_twice():
    session = LiveSession()
    session.close()
    session.close()


@pytest.mark.parametrize(
    "options",
    [
        PoseOptions(engine="fast"),
        PoseOptions(engine="fast", people=2),
        PoseOptions(engine="mediapipe"),
        PoseOptions(engine="mediapipe", people=2),
    ],
    ids=lambda options: f"{options.engine}-{options.people}",
)
def test_nothing_is_carried_over_a_hard_cut(shared_data, options):
    """From one gym to another, to 30 empty frames, and back to the first: nobody is carried over a cut."""
    part = ClipOptions(start_s=1.2, end_s=4.2, every=4)
    sequence = estimate_video(shared_data / "wild" / "mp4_scene_cuts.mp4", options, part=part)
    assert sequence.cuts.tolist() == [3, 14, 21]
    assert not sequence.seen[14:21].any()
    seen_in = [sequence.seen[shot].any(axis=0) for shot in sequence.shots]
    assert (np.sum(seen_in, axis=0) == 1).all(), "everyone is in one shot only"
    assert [bool(seen.any()) for seen in seen_in] == [True, True, False, True]
    first_frames = sequence.seen.argmax(axis=0)
    assert (np.diff(first_frames) >= 0).all(), "numbered in order of appearance"
    assert sequence.person_ids.tolist() == list(range(1, len(first_frames) + 1))


def test_the_sample_video_shows_people_early_on():
    poses = []
    estimate_video(sample_clip().path, on_progress=lambda progress: poses.append(progress.frame) or len(poses) < 12)
    assert len(poses[-1]) == 1


def test_options_can_be_written_into_a_manifest(tmp_path):
    options = PoseOptions(model=tmp_path / "my.task")
    assert json.loads(json.dumps(options.as_dict()))["model"] == "my.task"


def test_a_part_can_be_written_as_a_smaller_video(short_clip, portrait, tmp_path):
    target = tmp_path / "film.mp4"
    part = ClipOptions(start_s=0.08, end_s=0.6, every=2, film_side=300)
    sequence = estimate_video(short_clip, part=part, annotated=target)
    assert sequence.times_s == pytest.approx([0.08, 0.24, 0.5, 0.58], abs=0.001)
    assert sequence.size == (512, 600)
    with open_clip(target) as film:
        assert film.info.size == (256, 300)
        frames = list(film)
    assert [frame.time_s for frame in frames] == pytest.approx([0, 0.16, 0.42, 0.5], abs=0.001)
    nose = (sequence.frame(0).xy[0, 0] / 2).astype(int)
    plain = np.roll(portrait, 6, axis=1)[nose[1] * 2, nose[0] * 2]
    drawn = frames[0].rgb[nose[1], nose[0]]
    assert np.abs(drawn.astype(int) - plain).max() > 40, "the nose is drawn in its place in the smaller video"


def test_a_part_beyond_the_end_is_reported_and_leaves_no_video(short_clip, tmp_path):
    with pytest.raises(InvalidOption, match="no frame from 9 s on"):
        estimate_video(short_clip, part=ClipOptions(start_s=9), annotated=tmp_path / "film.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_video_gives_its_readable_part_and_a_sentence(tmp_path, portrait):
    clip = tmp_path / "clip.mp4"
    with FilmWriter(clip, (512, 600), fps_hint=25) as film:
        for index in range(25):
            film.write(np.roll(portrait, 5 * index, axis=1), index / 25)
    data = clip.read_bytes()
    clip.write_bytes(data[: len(data) * 3 // 4])
    notes = []
    sequence = estimate_video(clip, annotated=tmp_path / "film.mp4", on_note=notes.append)
    assert 1 <= len(sequence) < 25
    [note] = notes
    assert "damaged" in note
    assert f"at {sequence.times_s[-1]:.1f} of 1.0 s" in note
    with open_clip(tmp_path / "film.mp4") as film:
        assert len(list(film)) == len(sequence)


@pytest.mark.parametrize("film", [True, False])
def test_the_cost_of_a_run_is_estimated_roughly(short_clip, film):
    with open_clip(short_clip) as clip:
        whole = expect_run(clip.info, ClipOptions(), film=film)
        half = expect_run(clip.info, ClipOptions(every=2, film_side=256), film=film)
    assert whole.frames == 12
    assert half.frames == 6
    assert 0 < half.seconds < whole.seconds < 5
    assert (whole.film_mb > 0) == film


@pytest.mark.parametrize("people", [1, 2])
def test_landmarks_are_the_models_own_without_smoothing(short_clip, people):
    """Smoothed afterwards with the same filter, they match a smoothed run."""
    options = PoseOptions(engine="fast", people=people)
    smoothed = estimate_video(short_clip, options)
    raw = estimate_video(short_clip, replace(options, smoothing=False))
    one_euro = OneEuro(min_cutoff=0.1, beta=40.0)  # MediaPipe's settings for world landmarks
    expected = [one_euro.apply(world, time_s) for world, time_s in zip(raw.world[:, 0], raw.times_s, strict=True)]
    np.testing.assert_array_equal(smoothed.world[:, 0], expected)
    assert not np.array_equal(smoothed.world, raw.world)
    assert not np.array_equal(smoothed.xy, raw.xy)


@pytest.mark.parametrize("background", ["keep", "plain"])
def test_a_video_without_skeletons_shows_the_frames(short_clip, portrait, tmp_path, background):
    options = PoseOptions(engine="fast", segmentation=background != "keep")
    sequence = estimate_video(
        short_clip, options, annotated=tmp_path / "film.mp4", skeletons=False, background=background
    )
    with open_clip(tmp_path / "film.mp4") as film:
        frames = list(film)
    assert [frame.time_s for frame in frames] == pytest.approx(sequence.times_s, abs=1e-4)
    change = np.abs(frames[0].rgb[: portrait.shape[0], : portrait.shape[1]].astype(int) - portrait).mean(axis=-1)
    on_her = portrait[150:400, 200:350].shape[:2]
    assert change[150:400, 200:350].reshape(on_her).mean() < 6  # a face drawn there would make it 8
    assert (change[:40].mean() > 30) == (background == "plain")
