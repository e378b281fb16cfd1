"""The command that counts, run in this process on saved results of a figure."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from posecore import save_sequence
from posecore.cli.main import main
from posecore.cli.reps import NO_ADVICE
from tests.motion.exercises.figure import plank, squats


@pytest.fixture
def run(capsys) -> Callable[..., tuple[int, str, str]]:
    def answer(*arguments) -> tuple[int, str, str]:
        code = main(["reps", *map(str, arguments)])
        return code, *capsys.readouterr()

    return answer


@pytest.fixture(scope="module")
def saved(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("saved") / "ann.posecore.npz"
    save_sequence(squats([1, 1, 0.5, 1]), path)
    return path


def test_a_table_shows_each_repetition_and_what_was_not_counted(run, saved):
    code, said, complaints = run(saved, "--exercise", "squat")
    assert (code, complaints) == (0, "")
    first, _, *rows, not_counted, _, _, _, _, advice = said.strip().splitlines()
    assert first == "ann.posecore.npz: 3 × squat"
    assert [row.split()[0] for row in rows] == ["1", "depth:", "2", "depth:", "3", "depth:"]
    assert "left knee 9" in rows[0]
    assert not_counted.endswith("of the usual range")
    assert advice == NO_ADVICE


def test_faults_of_form_are_named_under_their_repetition_and_what_is_not_judged_once(run, saved):
    code, said, _ = run(saved, saved, "--exercise", "squat")
    lines = said.splitlines()
    assert code == 0
    # The figure's thighs end 25 degrees above level.
    fault = lines[3].strip()
    assert fault.startswith("depth: Go lower, until your thighs are level. (2")
    assert fault.endswith("°, limit 20; at 2.0 s, sureness 0.7)")
    assert [line.strip() for line in lines if "not judged" in line] == [
        "form not judged, knees over toes: needs a view from the side",
        "form not judged, trunk lean: needs a view from the side",
        "form not judged, heels: needs a view from the side",
    ] * 2
    assert said.count(NO_ADVICE) == 1
    assert NO_ADVICE not in run(saved, "--exercise", "angle:knee")[1]
    [line] = run(saved, "--exercise", "squat", "--json")[1].splitlines()
    assert [note["verdict"] for note in json.loads(line)["repetitions"][0]["form"]][:2] == ["fault", "not judged"]


def test_the_exercise_is_recognised(run, saved):
    assert run(saved)[1].startswith("ann.posecore.npz: 3 × squat\n")


def test_json_is_one_object_per_file(run, saved, tmp_path):
    nothing = tmp_path / "nothing.npz"
    nothing.write_bytes(b"nothing")
    code, said, complaints = run(saved, nothing, saved, "--exercise", "squat", "--json")
    first, failed, last = (json.loads(line) for line in said.splitlines())
    assert code == 2
    assert complaints.startswith("nothing.npz")
    assert failed == {"source": str(nothing), "error": complaints.strip()}
    assert list(first) == ["exercise", "count", "repetitions", "not_counted"]
    assert (first, first["exercise"], first["count"]) == (last, "squat", 3)


def test_the_zip_of_the_app_is_read_too(run, saved, tmp_path):
    with zipfile.ZipFile(tmp_path / "ann.zip", "w") as archive:
        archive.write(saved, "ann/ann.posecore.npz")
        archive.writestr("ann/README.txt", "what each file is")
    assert run(tmp_path / "ann.zip", "--exercise", "squat")[1].startswith("ann.zip: 3 × squat\n")


def test_an_exercise_that_is_not_recognised_is_null(run, tmp_path):
    save_sequence(squats([1]), tmp_path / "once.npz")
    code, said, _ = run(tmp_path / "once.npz", "--json")
    assert (code, json.loads(said)["exercise"]) == (0, None)
    assert run(tmp_path / "once.npz")[1].startswith("once.npz: exercise not recognised\n")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--exercise", "squats"], "one of squat, push_up"),
        (["--exercise", "angle:tail"], "angle:tail"),
        (["--person", "9"], "but got 9"),
    ],
)
def test_bad_options_give_one_line(run, saved, arguments, message):
    code, said, complaints = run(saved, *arguments)
    assert (code, said, complaints.count("\n")) == (2, "", 1)
    assert message in complaints


def test_a_video_is_estimated_first(run, shared_data):
    code, said, _ = run(shared_data / "google-reference" / "pose_squats.mp4", "--exercise", "squat", "--json")
    assert (code, json.loads(said)["count"]) == (0, 2)


def test_a_hold_has_its_time_and_its_steadiness(run, tmp_path):
    save_sequence(plank(), tmp_path / "plank.npz")
    _, said, _ = run(tmp_path / "plank.npz", "--exercise", "plank")
    lines = [line.strip() for line in said.splitlines()]
    assert lines[1].startswith("held 5.9 s, from 2.0 s to ")
    assert lines[2:4] == ["sway 0.0 cm (0% of the trunk)", "tremor 0.0°"]
    [line] = run(tmp_path / "plank.npz", "--exercise", "plank", "--json")[1].splitlines()
    assert json.loads(line)["held"][0]["steadiness"].keys() == {"sway_cm", "sway_percent", "tremor_deg"}
