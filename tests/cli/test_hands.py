"""The hands command, run in this process; test_main.py tests what all commands share."""

import json
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from posecore import (
    HandOptions,
    decode_picture,
    draw_hands,
    estimate_hands_image,
    estimate_image,
    hands_from_table,
    load_sequence,
)
from posecore.cli.main import main
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.media.pictures import encode_png


def run(*arguments: object) -> tuple[int, str, str]:
    with redirect_stdout(StringIO()) as said, redirect_stderr(StringIO()) as complaints:
        code = main(["hands", *map(str, arguments)])
    return code, said.getvalue(), complaints.getvalue()


@pytest.fixture(scope="module")
def done(shared_data, tmp_path_factory) -> tuple[Path, int, dict, str]:
    """A photo of two open hands, a video of it and a file that is neither, in one run: folder, code, JSON, stderr."""
    folder = tmp_path_factory.mktemp("hands")
    photo = shared_data / "google-reference" / "hands.jpg"
    rgb = decode_picture(photo)
    with FilmWriter(folder / "wave.mp4", (rgb.shape[1], rgb.shape[0]), fps_hint=25) as film:
        for index in range(6):
            film.write(rgb if index < 4 else np.full_like(rgb, 255), index / 25)
    (folder / "neither.mp4").write_bytes(b"neither")
    code, said, complaints = run(photo, folder / "neither.mp4", folder / "wave.mp4", "--out", folder / "out", "--json")
    return folder / "out", code, json.loads(said), complaints


def test_a_file_that_is_unusable_does_not_stop_the_others(done):
    out, code, said, complaints = done
    assert code == 2
    assert [Path(each["source"]).name for each in said["done"]] == ["hands.jpg", "wave.mp4"]
    assert [Path(each["source"]).name for each in said["failed"]] == ["neither.mp4"]
    assert len(complaints.splitlines()) == 1
    outputs = [Path(path) for each in said["done"] for path in each["outputs"]]
    assert sorted(outputs) == sorted(out.iterdir())
    assert {path.name for path in outputs} == {
        *(f"{stem}.{ending}" for stem in ("hands", "wave") for ending in ("hands.csv", "hands.json", "signs.csv")),
        *("hands.hands.png", "wave.hands.mp4", "wave.hands.posecore.npz"),
    }


def test_both_hands_of_the_photo_are_open(done):
    out, _, said, _ = done
    photo = said["done"][0]
    assert photo["size_px"] == [720, 382]
    assert [hand["gesture"] for hand in photo["hands"]] == ["open_palm", "open_palm"]
    assert all(hand["score"] > 0.9 and hand["gesture_score"] > 0.9 for hand in photo["hands"])
    read = json.loads((out / "hands.hands.json").read_text())
    assert [hand["gesture"] for hand in read["frames"][0]["hands"]] == ["open_palm", "open_palm"]
    table = pd.read_csv(out / "hands.hands.csv")
    tips = table[table["landmark"] == "middle_finger_tip"].sort_values("x_px")
    # As seen in the photo: one hand points up, the other down.
    np.testing.assert_allclose(tips[["x_px", "y_px"]], [[185, 20], [533, 362]], atol=8)
    assert pd.read_csv(out / "hands.signs.csv")["gesture"].tolist() == ["open_palm", "open_palm"]
    drawn = decode_picture(out / "hands.hands.png")
    assert drawn.shape == (382, 720, 3)
    assert (drawn[:12] != 255).any()


def test_the_video_has_hands_until_they_are_gone(done):
    out, _, said, _ = done
    video = said["done"][1]
    assert (video["frames"], video["frames_with_a_hand"]) == (6, 4)
    assert [(hand["frames"], hand["gestures"]) for hand in video["hands"]] == [(4, {"open_palm": 4})] * 2
    assert [len(hand["letters"]) <= 4 for hand in video["hands"]] == [True] * 2
    saved = load_sequence(out / "wave.hands.posecore.npz")
    assert saved.facts["source"] == "wave.mp4"
    assert saved.hands.seen.all(axis=1).tolist() == [True] * 4 + [False] * 2
    again = hands_from_table(pd.read_csv(out / "wave.hands.csv"), size=saved.hands.size, fps=saved.hands.fps)
    np.testing.assert_allclose(again.xy, saved.hands.xy, rtol=1e-5)
    with open_clip(out / "wave.hands.mp4") as film:
        changed = [(np.abs(frame.rgb.astype(int) - 255).max(axis=-1) > 60).any() for frame in film]
    assert changed == [True] * 4 + [False] * 2


def test_a_part_of_a_video_has_the_times_of_the_whole(done, tmp_path):
    source = done[0].parent / "wave.mp4"
    code, said, _ = run(source, "--start", 0.08, "--end", 0.2, "--every", 2, "--out", tmp_path, "--json")
    assert code == 0
    [video] = json.loads(said)["done"]
    assert (video["frames"], video["frames_with_a_hand"], video["fps"]) == (2, 1, pytest.approx(12.5))
    saved = load_sequence(tmp_path / "wave.hands.posecore.npz")
    assert saved.hands.times_s.tolist() == pytest.approx([0.08, 0.16])
    assert [saved.facts["part"][name] for name in ("start_s", "end_s", "every")] == [0.08, 0.2, 2]
    with open_clip(tmp_path / "wave.hands.mp4") as film:
        shown = [frame.rgb for frame in film]
    assert [(np.abs(rgb.astype(int) - 255).max(axis=-1) > 60).any() for rgb in shown] == [True, False]


def test_with_people_small_hands_are_found_and_whose_they_are(shared_data, tmp_path):
    photo = shared_data / "people" / "three_people.jpg"
    code, said, _ = run(photo, "--people", 3, "--no-film", "--out", tmp_path)
    assert code == 0
    assert said.startswith("three_people.jpg: ")
    assert "left: open palm" in said
    assert not list(tmp_path.glob("*.png"))
    signs = pd.read_csv(tmp_path / "three_people.signs.csv").set_index(["person", "hand"])
    assert signs.loc[(1, "left"), "gesture"] == "open_palm"  # the man on the left raises his left hand


@pytest.fixture(scope="module")
def lone_hand(shared_data, tmp_path_factory) -> tuple[Path, dict]:
    """A photo and a video of a hand that fills them, which the body network takes for a person: folder and JSON."""
    folder = tmp_path_factory.mktemp("lone")
    clip = shared_data / "google-reference" / "asl_hand.25fps.mp4"
    with open_clip(clip) as film:
        (folder / "photo.png").write_bytes(encode_png(next(iter(film)).rgb))
    part = ("--every", 25, "--end", 2)
    code, said, _ = run(folder / "photo.png", clip, *part, "--people", 1, "--label", "none", "--out", folder, "--json")
    assert code == 0
    return folder, json.loads(said)


def test_a_hand_that_was_taken_for_a_person_is_left_out_and_said(lone_hand):
    folder, said = lone_hand
    assert [any("taken for a person" in note for note in each["notes"]) for each in said["done"]] == [True, True]
    saved = load_sequence(folder / "asl_hand.25fps.hands.posecore.npz")
    assert saved.sequence.person_ids.tolist() == []
    assert saved.hands.seen.any(axis=1).all()
    assert any("taken for a person" in note for note in saved.facts["notes"])


def test_no_body_is_drawn_on_a_lone_hand(lone_hand):
    folder, _ = lone_hand
    rgb = decode_picture(folder / "photo.png")
    bodies = estimate_image(rgb)
    assert len(bodies) == 1, "the network takes it for a person"
    only_hands = draw_hands(rgb, estimate_hands_image(rgb, HandOptions(hands=2), poses=bodies))
    assert np.array_equal(decode_picture(folder / "photo.hands.png"), only_hands)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--hands", "0"], "'hands'"),
        (["--people", "99"], "'people'"),
        (["--min-presence", "2"], "'min_presence'"),
        (["--start", "3", "--end", "2"], "'end_s'"),
        (["--every", "0"], "'every'"),
    ],
)
def test_bad_options_give_one_line(arguments, message, tmp_path):
    code, said, complaints = run("photo.jpg", *arguments, "--out", tmp_path / "out")
    assert (code, said, len(complaints.splitlines())) == (2, "", 1)
    assert message in complaints
    assert not (tmp_path / "out").exists()
