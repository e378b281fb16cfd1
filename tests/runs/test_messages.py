"""Messages between processes arrive unchanged."""

import io
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from posecore import (
    BackgroundPicture,
    ClipOptions,
    FrameHands,
    FramePoses,
    Ghost,
    HandOptions,
    HandSlot,
    OverlayOptions,
    OwnPicture,
    PoseOptions,
    Puppet,
)
from posecore.hands import VALUES_PER_HAND, pack_hands, unpack_hands
from posecore.media.clips import ClipInfo
from posecore.media.yuv import Colors
from posecore.rigid.tags import SeenTag
from posecore.runs import messages
from posecore.runs.job import Job
from posecore.view.overlays.puppet_svg import TEMPLATE

JOB = Job(
    Path("/a/folder/walk – 1.mp4"),
    PoseOptions(model="heavy", people=3, min_presence=0.1, engine="fast", threads=2),
    ClipOptions(start_s=1 / 3, end_s=7.5, every=2, film_side=640, film_quality="small"),
    film=Path("/a/film.mp4"),
    sound=False,
    lead_in_s=0.1,
    resume=[{"x": 1.1, "score": 1 / 3}, {"x": 5}],
    bodies=False,
    overlay=OverlayOptions(["hat", "neon"], ghost=Ghost.named("tree")),
    hands=HandOptions(hands=3, min_presence=0.2),
    tags="36h11",
)
CLIP = ClipInfo((640, 480), 30000 / 1001, None, 12.3, "h264", Colors(1, 2, 9, 16), 0.04, recorded_s=1.7e9)


def through_a_pipe(kind: str, payload: bytes = b"", **fields):
    pipe = io.BytesIO()
    messages.send(pipe, kind, payload, **fields)
    messages.send(pipe, "next")
    pipe.seek(0)
    said = messages.receive(pipe)
    assert messages.receive(pipe) == ("next", {}, b"")
    assert messages.receive(pipe) is None
    return said


@pytest.mark.parametrize(
    "job", [JOB, replace(JOB, film=None, resume=None, hands=None, part=ClipOptions(), pose=PoseOptions())]
)
def test_a_job_survives_the_pipe(job):
    _, fields, _ = through_a_pipe("run", **messages.job_to_fields(job))
    assert messages.job_from_fields(fields) == job


def test_a_puppet_survives_the_pipe():
    for picture in (None, OwnPicture(np.zeros((2, 2, 4), np.uint8))):
        job = replace(JOB, overlay=OverlayOptions([], picture, puppet=Puppet.read(TEMPLATE)))
        _, fields, _ = through_a_pipe("run", **messages.job_to_fields(job))
        there = messages.job_from_fields(fields).overlay
        assert (there.pieces, there.puppet) == (("puppet",), job.overlay.puppet)


def test_an_own_picture_survives_the_pipe():
    rgba = np.random.default_rng(1).integers(0, 256, (20, 30, 4), np.uint8)
    picture = OwnPicture(rgba, "left_hand", 1.5, -30, (0.25, -1), "36h11")
    job = replace(JOB, overlay=OverlayOptions(["angles"], picture, angles=["left_knee"]))
    _, fields, _ = through_a_pipe("run", **messages.job_to_fields(job))
    there = messages.job_from_fields(fields).overlay
    assert (there.pieces, there.angles) == (("angles",), ("left_knee",))
    assert there.picture is not None
    assert np.array_equal(there.picture.rgba, rgba)
    place = [getattr(there.picture, name) for name in ("anchor", "size", "angle_deg", "offset", "family")]
    assert place == ["left_hand", 1.5, -30, (0.25, -1), "36h11"]


def test_a_background_survives_the_pipe():
    picture = BackgroundPicture(np.random.default_rng(1).integers(0, 256, (20, 30, 3), np.uint8))
    for background in ("blur", picture):
        _, fields, _ = through_a_pipe("run", **messages.job_to_fields(replace(JOB, background=background)))
        assert messages.job_from_fields(fields).background == background


def test_video_information_survives_the_pipe():
    _, fields, _ = through_a_pipe("opened", clip=messages.clip_to_fields(CLIP))
    assert messages.clip_from_fields(fields["clip"]) == CLIP


@pytest.mark.parametrize("count", [0, 1, 2])
def test_hands_survive_the_pipe_beside_poses(count):
    values = np.random.default_rng(count).normal(size=(count, VALUES_PER_HAND)).astype(np.float32)
    slots = tuple(HandSlot(person, "left") for person in range(count))
    hands = FrameHands(**unpack_hands(values), slots=slots, time_s=0.5, size=(640, 480), begins_shot=True)
    poses = replace(FramePoses.nobody((640, 480), 0.5), begins_shot=True)
    payload, fields = messages.frame_to_message(poses, hands)
    _, fields, payload = through_a_pipe("frame", payload, **fields)
    poses_again, again, tags = messages.frame_from_message(payload, fields)
    assert again is not None
    assert tags is None
    assert (len(poses_again), again.slots, again.time_s, again.size) == (0, slots, 0.5, (640, 480))
    assert again.begins_shot
    np.testing.assert_array_equal(pack_hands(again), values)
    assert messages.frame_from_message(*messages.frame_to_message(poses, None))[1] is None


@pytest.mark.parametrize("numbers", [(), (0,), (3, 586)])
def test_tags_survive_the_pipe_exactly(numbers):
    seen = [SeenTag(number, np.random.default_rng(number).normal(size=(4, 2))) for number in numbers]
    payload, fields = messages.frame_to_message(FramePoses.nobody((640, 480), 0.5), None, seen)
    _, fields, payload = through_a_pipe("frame", payload, **fields)
    poses, hands, tags = messages.frame_from_message(payload, fields)
    assert (len(poses), hands) == (0, None)
    assert [tag.id for tag in tags] == list(numbers)
    for tag, before in zip(tags, seen, strict=True):
        np.testing.assert_array_equal(tag.corners, before.corners)


@pytest.mark.parametrize("people", [0, 1, 3])
def test_poses_survive_the_pipe_exactly(people):
    values = np.random.default_rng(people).normal(size=(people, 33, 8)).astype(np.float32)
    poses = FramePoses(
        xy=values[..., :2],
        z=values[..., 2],
        world=values[..., 3:6],
        visibility=values[..., 6],
        presence=values[..., 7],
        person_ids=np.arange(5, 5 + people),
        time_s=1 / 3,
        size=(640, 480),
        begins_shot=True,
    )
    payload, fields = messages.poses_to_message(poses)
    _, fields, payload = through_a_pipe("frame", payload, **fields)
    back = messages.poses_from_message(payload, fields)
    for name in ("xy", "z", "world", "visibility", "presence", "person_ids"):
        np.testing.assert_array_equal(getattr(back, name), getattr(poses, name))
    assert (back.time_s, back.size, back.begins_shot) == (poses.time_s, poses.size, True)


@pytest.mark.parametrize("said", [b"", b'{"kind": "fra', b"half a line"])
def test_a_closed_or_cut_off_pipe_gives_no_message(said):
    assert messages.receive(io.BytesIO(said)) is None


def test_anything_but_a_message_is_an_error():
    with pytest.raises(ValueError, match="Expecting value"):
        messages.receive(io.BytesIO(b"Segmentation fault\n"))
