"""The file that the player reads."""

from dataclasses import replace

import numpy as np
import pytest

from pages.ui.explore.player.moments import PIECE_FRAMES, write_moments
from pages.ui.explore.share.packed import pack
from posecore import PoseSequence
from posecore.motion.angles import ANGLES
from posecore.motion.usual_error import find_kinds, usual_errors
from tests.pages.test_share import unpacked
from tests.synthetic_hands import RIGHT, waving


@pytest.fixture
def sequence():
    """Two people in 300 frames; the second is missing in half of them."""
    frames, people = 300, 2
    numbers = np.random.default_rng(7)
    shapes = {"xy": (2,), "z": (), "world": (3,), "visibility": (), "presence": ()}
    arrays = {name: numbers.random((frames, people, 33, *rest), np.float32) for name, rest in shapes.items()}
    for values in arrays.values():
        values[150:, 1] = np.nan
    return PoseSequence(
        **arrays, person_ids=np.array([1, 2]), times_s=np.arange(frames) / 30, size=(640, 480), fps=30.0
    )


def read_piece(moments, layer: str, first: int) -> dict[str, np.ndarray]:
    """Read a piece as pages/ui/js/player/moments.js does."""
    header = moments.header
    people, landmarks = len(header["people"]), header["landmarks"]
    frames = min(header["piece_frames"], header["frames"] - first)
    start = header["layers"][layer]["landmarks_at"] + first * people * landmarks * 8 * 4
    numbers = np.frombuffer(moments.path.read_bytes(), "<f4", frames * people * landmarks * 8, start)
    picture, world, visibility, presence = np.split(numbers, np.cumsum([3, 3, 1]) * frames * people * landmarks)
    shape = (frames, people, landmarks)
    return {
        "xy": picture.reshape(*shape, 3)[..., :2],
        "z": picture.reshape(*shape, 3)[..., 2],
        "world": world.reshape(*shape, 3),
        "visibility": visibility.reshape(shape),
        "presence": presence.reshape(shape),
    }


@pytest.mark.parametrize("first", [0, PIECE_FRAMES, 2 * PIECE_FRAMES], ids=["first", "middle", "last"])
@pytest.mark.parametrize("layer", ["smoothed", "raw"])
def test_landmarks_are_exact_in_every_piece(sequence, tmp_path, layer, first):
    smoothed = {name: getattr(sequence, name) + 1 for name in ("xy", "z", "world")}
    layers = {"smoothed": replace(sequence, **smoothed), "raw": sequence}
    moments = write_moments(tmp_path / "moments.bin", layers)
    for name, values in read_piece(moments, layer, first).items():
        wanted = getattr(layers[layer], name)[first : first + PIECE_FRAMES]
        np.testing.assert_array_equal(values, wanted, err_msg=name)


def test_the_curves_of_angles_say_where_they_are_drawn(sequence, tmp_path):
    curves = {
        curve["name"]: curve for curve in write_moments(tmp_path / "moments.bin", {"raw": sequence}).header["curves"]
    }
    assert curves["left_knee.angle_3d"]["angle"] == {"name": "left_knee", "kind": "joint", "points": [[23], [25], [27]]}
    assert curves["right_wrist.angle_2d"]["angle"]["points"] == [[14], [16], [20, 18]]
    assert curves["left_knee.angular_speed"]["angle"] is None
    assert curves["nose.height_in_picture"]["angle"] is None


def test_the_usual_errors_of_curves_follow_from_the_kind_of_each_frame(cam01, solid_cam01, tmp_path):
    layers = {"smoothed": solid_cam01, "raw": cam01}
    moments = write_moments(tmp_path / "moments.bin", layers)
    curves = {curve["name"]: curve for curve in moments.header["curves"]}
    assert curves["left_knee.angular_speed"]["errors"] is None
    elbow = np.array(curves["left_elbow.angle_3d"]["errors"])
    for name, sequence in layers.items():
        kinds = np.frombuffer(
            moments.path.read_bytes(), np.int8, len(cam01), moments.header["layers"][name]["kinds_at"]
        )
        wanted = usual_errors(sequence)[:, 0, list(ANGLES).index("left_elbow")]
        np.testing.assert_array_equal(elbow[kinds], wanted, err_msg=name)
    np.testing.assert_array_equal(unpacked(pack(cam01, "raw"))["kinds"], find_kinds(cam01))


def test_a_very_long_video_keeps_every_nth_frame(sequence, tmp_path, monkeypatch):
    monkeypatch.setattr("pages.ui.explore.player.moments.MOST_SHOWN", 200)
    moments = write_moments(tmp_path / "moments.bin", {"raw": sequence})
    assert moments.header["step"] == 3
    assert moments.header["frames"] == 100
    times = np.frombuffer(moments.path.read_bytes(), "<f8", 100, moments.header["times_at"])
    np.testing.assert_array_equal(times, sequence.times_s[::3])
    np.testing.assert_array_equal(read_piece(moments, "raw", 0)["xy"], sequence.xy[::3][:PIECE_FRAMES])


def test_cuts_are_those_of_the_frames_in_the_file(sequence, tmp_path, monkeypatch):
    cut = replace(sequence, cuts=[100, 200])
    assert write_moments(tmp_path / "moments.bin", {"raw": cut}).header["cuts"] == [100, 200]
    monkeypatch.setattr("pages.ui.explore.player.moments.MOST_SHOWN", 200)
    assert write_moments(tmp_path / "moments.bin", {"raw": cut}).header["cuts"] == [34, 67]


def test_hands_are_exact_with_what_they_show(tmp_path):
    hands = waving(PIECE_FRAMES + 8)
    bodies = PoseSequence.empty(hands.times_s, [], size=hands.size, fps=hands.fps)
    notes = [{RIGHT: "open palm"} if frame % 2 else {} for frame in range(len(hands))]
    header = write_moments(tmp_path / "moments.bin", {"raw": bodies}, hands=hands, hand_notes=notes).header["hands"]
    assert header["slots"] == [{"person": 1, "side": "left"}, {"person": 1, "side": "right"}]
    per_frame = 2 * (6 * 21 + 2)
    start = header["at"] + PIECE_FRAMES * per_frame * 4
    numbers = np.frombuffer((tmp_path / "moments.bin").read_bytes(), "<f4", 8 * per_frame, start)
    picture, world, score, shows = np.split(numbers, 8 * 2 * np.cumsum([63, 63, 1]))
    last = slice(PIECE_FRAMES, None)
    np.testing.assert_array_equal(picture.reshape(8, 2, 21, 3)[..., :2], hands.xy[last])
    np.testing.assert_array_equal(picture.reshape(8, 2, 21, 3)[..., 2], hands.z[last])
    np.testing.assert_array_equal(world.reshape(8, 2, 21, 3), hands.world[last])
    np.testing.assert_array_equal(score.reshape(8, 2), hands.score[last])
    words = [[header["words"][int(place)] for place in row] for row in shows.reshape(8, 2)]
    assert words == [["", "open palm" if frame % 2 else ""] for frame in range(8)]
