"""The command that compares, run in this process on saved results of a figure."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from posecore import save_sequence
from posecore.cli.compare import compare
from posecore.cli.main import main
from posecore.media.samples import sample_picture
from posecore.motion.comparing.limbs import Mirror, Turn
from tests.motion.comparing.dancing import dance, retimed
from tests.motion.exercises.figure import bumps, figure, squats, times_for

TIMES = np.arange(0, 10, 1 / 30)


@pytest.fixture
def run(capsys) -> Callable[..., tuple[int, str, str]]:
    def answer(*arguments) -> tuple[int, str, str]:
        code = main(["compare", *map(str, arguments)])
        return code, *capsys.readouterr()

    return answer


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> dict[str, Path]:
    times = times_for(3)
    shallow = 88 * bumps(times, [1, 1, 1])
    sequences = {
        "dance": dance(TIMES),
        "later": retimed(dance(TIMES), TIMES + 2),
        "squats": squats([1, 1, 1]),
        "shallow": figure(times, knee=shallow, hip=shallow),
    }
    folder = tmp_path_factory.mktemp("saved")
    for name, sequence in sequences.items():
        save_sequence(sequence, folder / f"{name}.npz")
    return {name: folder / f"{name}.npz" for name in sequences}


def test_two_videos_are_aligned(run, saved):
    code, said, complaints = run(saved["dance"], saved["later"])
    lines = said.splitlines()
    assert (code, complaints) == (0, "")
    assert lines[0] == "dance.npz and later.npz: 100 of 100 alike"
    assert lines[1].split() == ["head", "100"]
    assert "   B usually does the same 2.0 s later, by the times of both files" in lines
    assert not any("farthest" in line for line in lines)


def test_two_attempts_of_an_exercise_differ_in_words(run, saved):
    code, said, _ = run(saved["squats"], saved["shallow"], "--exercise", "squat")
    first, *sentences = said.splitlines()
    assert code == 0
    assert first == "squats.npz: 3 × squat; shallow.npz: 3 × squat"
    assert "   The second attempt goes 12° less deep at both knees." in sentences
    same = run(saved["squats"], saved["squats"], "--exercise", "squat")[1]
    assert same.splitlines()[1] == "   No difference is larger than the spread of the repetitions."


@pytest.mark.parametrize("turned_round", [False, True])
def test_a_video_is_compared_with_a_pose_in_either_order(run, saved, turned_round):
    video, pose = [saved["squats"]], [saved["squats"], "--at-b", 2]
    if turned_round:
        video, pose = pose[:1], [saved["squats"], "--at-a", 2]
    code, said, _ = run(*video, *pose)
    assert code == 0
    assert said.splitlines()[0] == "squats.npz and squats.npz: 100 of 100 alike at best, at 2.0 s"
    assert said.count("held at 70 or more") >= 3


def test_two_poses_are_compared(run, saved):
    code, said, _ = run(saved["squats"], saved["squats"], "--at-a", 0, "--at-b", 2)
    rows = {row[:19].strip(): row[19:].split() for row in said.splitlines()[2:]}
    assert code == 0
    assert rows["left thigh"] == ["65°", "0"]


def test_photos_are_compared(run, tmp_path, saved):
    photo = tmp_path / "photo.jpg"
    photo.write_bytes(sample_picture().path.read_bytes())
    code, said, _ = run(photo, photo)
    assert code == 0
    # A portrait, without arms and legs.
    assert said.splitlines()[:2] == [
        "photo.jpg and photo.jpg: not judged",
        "   fewer than half of the limbs are in sight in both",
    ]
    told = json.loads(run(photo, photo, "--json")[1])
    assert told["limbs"]["shoulders"] == {"degrees": 0, "score": 100}
    assert run(photo, photo, "--at-a", 1)[2].strip() == (
        "Expected --at-a for a video or a saved result, but photo.jpg is a photo."
    )
    assert "but got a pose" in run(photo, saved["squats"], "--exercise", "squat")[2]


@pytest.mark.parametrize(
    ("arguments", "kind", "keys"),
    [
        (["dance", "later"], "movements", {"score", "limbs", "delay_s", "tempo", "mirrored", "moments"}),
        (["squats", "shallow", "--exercise", "squat"], "attempts", {"exercise", "differences", "first", "second"}),
        (["squats", "squats", "--at-b", "2"], "video and pose", {"best", "held", "scores", "times_s"}),
        (["squats", "squats", "--at-a", "1", "--at-b", "2"], "poses", {"score", "limbs", "turned_deg", "not_judged"}),
    ],
)
def test_json_is_one_object(run, saved, arguments, kind, keys):
    code, said, complaints = run(*(saved.get(each, each) for each in arguments), "--json")
    [line] = said.splitlines()
    told = json.loads(line)
    assert (code, complaints, told["comparison"]) == (0, "", kind)
    assert told["a"] == str(saved[arguments[0]])
    assert keys <= set(told)


def test_a_file_that_is_unusable_is_an_object_with_an_error(run, saved, tmp_path):
    nothing = tmp_path / "nothing.npz"
    nothing.write_bytes(b"nothing")
    code, said, complaints = run(nothing, saved["dance"], "--json")
    assert code == 2
    assert json.loads(said) == {"source": str(nothing), "error": complaints.strip()}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--exercise", "squats"], "one of squat, push_up"),
        (["--exercise", "sit_up"], "at least one repetition of sit_up"),
        (["--person-b", "9"], "but got 9"),
        (["--at-b", "99"], "Expected --at-b to be a time of dance.npz, 0 to 9.97 s, but got 99"),
        (["--turn", "up"], "'up' is not one of"),
    ],
)
def test_bad_options_give_one_line(run, saved, arguments, message):
    code, said, complaints = run(saved["dance"], saved["dance"], *arguments)
    assert (code, said, complaints.count("\n")) == (2, "", 1)
    assert message in complaints


def test_the_choices_are_those_of_the_library():
    choices = {option.name: getattr(option.type, "choices", None) for option in compare.params}
    assert tuple(choices["turn"]) == get_args(Turn)
    assert tuple(choices["mirror"]) == get_args(Mirror)


def test_a_photo_is_compared_with_each_frame_of_a_video(run, saved, shared_data):
    photo = shared_data / "google-reference" / "pose.jpg"
    told = json.loads(run(photo, saved["squats"], "--json")[1])
    assert told["comparison"] == "video and pose"
    assert min(told["scores"]) < told["best"]["score"] == max(told["scores"])
    assert len(told["scores"]) == len(told["times_s"]) == len(times_for(3))
