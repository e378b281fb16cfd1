"""The export command, run in this process; test_main.py tests what all commands share."""

import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import get_args

import numpy as np
import pandas as pd
import pytest

from posecore import FramePoses, HandSequence, PoseSequence
from posecore.cli.main import main
from posecore.export.saved import load_sequence, save_sequence
from posecore.motion.smoothing import Smoothing, SmoothingMethod, smooth_sequence
from tests.synthetic_hands import LEFT, hands_at

FACTS = {"source": "walk.mp4", "people_shown": [{"person": 1, "name": None}, {"person": 2, "name": "Ann"}]}


@pytest.fixture
def sequence(portrait_poses) -> PoseSequence:
    """Twenty frames at 25 fps; person 1 jitters, person 2 (Ann) is the same, shifted; person 3 is never seen."""
    shake = np.random.default_rng(1).normal(0, 3, (20, 1, 33, 2)).astype(np.float32)
    frames = [
        FramePoses(**_twice(portrait_poses, jitter), person_ids=[1, 2], time_s=index / 25, size=portrait_poses.size)
        for index, jitter in enumerate(shake)
    ]
    return PoseSequence.from_frames(frames, size=portrait_poses.size, fps=25).named({2: "Ann"})


def _twice(poses: FramePoses, jitter: np.ndarray) -> dict[str, np.ndarray]:
    names = ("xy", "z", "world", "visibility", "presence")
    arrays = {name: np.concatenate([getattr(poses, name)] * 2) for name in names}
    return arrays | {"xy": arrays["xy"] + np.concatenate([jitter, jitter * 0])}


@pytest.fixture
def saved(sequence, tmp_path) -> Path:
    path = tmp_path / "walk.posecore.npz"
    save_sequence(sequence, path, facts=FACTS)
    return path


@pytest.fixture
def run(capsys):
    """Run the command; return its exit code, stdout and stderr."""

    def call(*arguments) -> tuple[int, str, str]:
        code = main(["export", *map(str, arguments)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


def test_files_are_written_next_to_the_result(run, saved):
    code, said, complaints = run(saved, "--to", "csv, TRC")
    assert (code, complaints) == (0, "")
    names = ["walk.Ann.trc", "walk.landmarks.csv", "walk.person_1.trc", "walk.posecore.npz"]
    assert sorted(path.name for path in saved.parent.iterdir()) == names
    assert "walk.Ann.trc" in said
    assert len(pd.read_csv(saved.parent / "walk.landmarks.csv")) == 20 * 2 * 33


def test_only_the_requested_people_are_exported(run, saved, tmp_path):
    out = tmp_path / "new" / "out"
    code, said, _ = run(saved, "--to", "angles,trc,manifest", "--people", "2", "--out", out, "--json")
    assert code == 0
    [done] = json.loads(said)["done"]
    names = ["walk.angles.csv", "walk.Ann.trc", "walk.manifest.json"]
    assert [Path(path).name for path in done["outputs"]] == names
    assert sorted(path.name for path in out.iterdir()) == sorted(names)
    assert set(pd.read_csv(done["outputs"][0])["person"]) == {2}
    assert json.loads(Path(done["outputs"][2]).read_text())["people_shown"] == [{"person": 2, "name": "Ann"}]


def test_hands_are_exported_beside_bodies_and_without(run, sequence, tmp_path):
    frames = [hands_at({LEFT: (300, 300)}, time_s=time_s, size=sequence.size) for time_s in sequence.times_s.tolist()]
    hands = HandSequence.from_frames(frames, size=sequence.size, fps=25)
    save_sequence(sequence, tmp_path / "both.posecore.npz", hands=hands)
    save_sequence(None, tmp_path / "hands.posecore.npz", hands=hands)
    out = tmp_path / "out"
    assert run(tmp_path / "both.posecore.npz", "--to", "csv,result", "--people", "1", "--out", out)[0] == 0
    assert len(pd.read_csv(out / "both.hands.csv")) == 20 * 21
    assert load_sequence(out / "both.posecore.npz").hands.slots == (LEFT,)
    code, _, complaints = run(tmp_path / "hands.posecore.npz", "--to", "all", "--people", "1", "--out", out)
    assert (code, [line.partition(":")[0] for line in complaints.splitlines()]) == (0, ["How it was made (JSON)"])
    assert {path.name for path in out.glob("hands.*")} >= {"hands.hands.csv", "hands.hands.nc", "hands.skeleton.mp4"}
    assert not (out / "hands.landmarks.csv").exists()
    assert "among those of this result (1)" in run(tmp_path / "hands.posecore.npz", "--to", "csv", "--people", "2")[2]


def test_smoothing_is_applied_before_export_and_recorded(run, saved, sequence, tmp_path):
    out = tmp_path / "out"
    code, *_ = run(saved, "--to", "result", "--smoothing", "butterworth", "--cutoff", "3", "--out", out)
    assert code == 0
    smooth = load_sequence(out / "walk.posecore.npz")
    assert smooth.facts["smoothing_afterwards"] == {
        "method": "butterworth",
        "cutoff_hz": 3,
        "order": 4,
        "fill_gaps_s": 0,
    }
    assert np.diff(smooth.sequence.xy[:, 0], axis=0).std() < np.diff(sequence.xy[:, 0], axis=0).std() / 3
    np.testing.assert_array_equal(smooth.raw.xy, sequence.xy)


def test_a_smoothed_result_is_exported_as_saved_or_smoothed_otherwise(run, saved, sequence, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    assert run(saved, "--to", "result", "--smoothing", "butterworth", "--fill-gaps", "0.1", "--out", first)[0] == 0
    smooth = first / "walk.posecore.npz"
    for options, expected in [
        ([], Smoothing(fill_gaps_s=0.1)),
        (["--smoothing", "none"], Smoothing("none")),
        (["--smoothing", "one-euro"], Smoothing("one-euro")),
        (["--fill-gaps", "0.3"], Smoothing(fill_gaps_s=0.3)),
        (["--body", "solid", "--field-of-view", "70"], Smoothing("solid", field_of_view_deg=70)),
    ]:
        code, _, complaints = run(smooth, "--to", "result", *options, "--out", again, "--overwrite")
        assert (code, complaints) == (0, "")
        result = load_sequence(again / "walk.posecore.npz")
        assert result.smoothing == expected
        np.testing.assert_array_equal(result.raw.xy, sequence.xy)
        np.testing.assert_array_equal(result.sequence.xy, smooth_sequence(sequence, expected).xy)


def test_a_result_with_only_smoothed_landmarks_is_not_smoothed_twice(run, sequence, tmp_path):
    path = tmp_path / "old.posecore.npz"
    save_sequence(sequence, path, facts={"smoothing_afterwards": Smoothing().as_dict()})
    for method in ("one-euro", "none"):
        code, _, complaints = run(path, "--to", "csv", "--smoothing", method)
        assert code == 2
        assert "without its raw landmarks" in complaints
    assert run(path, "--to", "csv")[0] == 0


def test_one_person_of_a_smoothed_result_keeps_their_raw_landmarks(run, saved, sequence, tmp_path):
    code, *_ = run(saved, "--to", "result", "--smoothing", "butterworth", "--people", "2", "--out", tmp_path / "out")
    assert code == 0
    result = load_sequence(tmp_path / "out" / "walk.posecore.npz")
    assert result.raw.person_ids.tolist() == [2]
    np.testing.assert_array_equal(result.raw.xy, sequence.only([2]).xy)


def test_the_help_names_the_filters_and_their_default(run):
    code, told, _ = run("--help")
    assert code == 0
    told = " ".join(told.split())
    assert f"[{'|'.join(get_args(SmoothingMethod))}]" in told
    assert f"butterworth filter. [default: {Smoothing().cutoff_hz:g}]" in told


def test_gaps_can_be_filled_without_smoothing(run, sequence, tmp_path):
    arrays = {name: getattr(sequence, name).copy() for name in ("xy", "z", "world", "visibility", "presence")}
    for array in arrays.values():
        array[8:10] = np.nan
    holed = PoseSequence(**arrays, person_ids=sequence.person_ids, times_s=sequence.times_s, size=sequence.size, fps=25)
    save_sequence(holed, tmp_path / "holed.npz")
    code, *_ = run(tmp_path / "holed.npz", "--to", "result", "--fill-gaps", "0.2", "--out", tmp_path / "out")
    assert code == 0
    filled = load_sequence(tmp_path / "out" / "holed.posecore.npz")
    assert filled.sequence.seen.all()
    assert filled.facts["smoothing_afterwards"] == {"method": "none", "fill_gaps_s": 0.2}


@pytest.mark.parametrize(
    ("to", "out", "zipped"), [("csv", "mine.ZIP", "mine.ZIP"), ("csv,bundle", "folder", "folder/walk.zip")]
)
def test_files_can_be_written_into_one_zip(run, saved, to, out, zipped, tmp_path):
    code, said, complaints = run(saved, "--to", to, "--out", tmp_path / out)
    assert (code, complaints) == (0, "")
    assert said == f"Wrote {tmp_path / zipped}\n"
    with zipfile.ZipFile(tmp_path / zipped) as archive:
        assert archive.namelist() == ["walk/walk.landmarks.csv", "walk/README.txt"]


def test_a_bundle_holds_every_format(run, saved, tmp_path):
    code, *_ = run(saved, "--to", "bundle")
    assert code == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["walk.posecore.npz", "walk.zip"]
    with zipfile.ZipFile(tmp_path / "walk.zip") as archive:
        names = archive.namelist()
        again = load_sequence(io.BytesIO(archive.read("walk/walk.posecore.npz")))
    assert "walk/walk.Ann.c3d" in names
    assert "walk/walk.skeleton.mp4" in names
    assert again.facts == FACTS


def test_exporting_everything_to_a_folder_keeps_the_result(run, saved, tmp_path):
    before = saved.read_bytes()
    code, *_ = run(saved, "--to", "all", "--people", "1")
    assert code == 0
    assert saved.read_bytes() == before
    assert (tmp_path / "walk.report.html").exists()
    assert (tmp_path / "walk.person_1.bvh").exists()


def test_a_failed_format_does_not_stop_the_others(run, sequence, tmp_path):
    path = tmp_path / "nobody.posecore.npz"
    save_sequence(sequence.only([]), path)
    code, said, complaints = run(path, "--to", "trc,csv", "--json")
    assert code == 2
    assert complaints == "Markers (TRC): Nobody is seen in any frame of this video, so there is no movement to write.\n"
    report = json.loads(said)
    assert [Path(name).name for name in report["done"][0]["outputs"]] == ["nobody.landmarks.csv"]
    assert [entry["error"] for entry in report["failed"]] == [complaints.strip()]
    code, *_ = run(path, "--to", "trc")
    assert code == 2


def test_a_failed_format_is_only_a_note_if_everything_was_requested(run, sequence, tmp_path):
    path = tmp_path / "nobody.posecore.npz"
    save_sequence(sequence.only([]), path)
    code, said, complaints = run(path, "--to", "all", "--json")
    assert code == 0
    assert "Nobody is seen" in complaints
    [done] = json.loads(said)["done"]
    assert any("Markers (TRC)" in note for note in done["notes"])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--to", "docx"], "among xlsx, csv"),
        (["--to", "result"], "would overwrite the result"),
        (["--to", "csv", "--people", "9"], r"(1, 2), but got 9"),
        (["--to", "csv", "--cutoff", "4"], "--smoothing butterworth only, but got none"),
        (["--to", "csv", "--smoothing", "butterworth", "--cutoff", "20"], "below 12.5 Hz"),
        (["--to", "csv", "--fill-gaps", "-1"], "fill_gaps_s"),
        (["--to", "csv", "--body", "solid", "--smoothing", "none"], "--smoothing or --body, but got both"),
        (["--to", "csv", "--field-of-view", "70"], "--body solid only"),
        (["--to", "csv", "--smoothing", "kalman"], "'none', 'one-euro', 'butterworth', 'savitzky-golay', 'solid'"),
        (["--to", "csv", "--out", __file__], "Nothing can be written to"),
    ],
)
def test_bad_input_gives_one_line_and_leaves_no_files(run, saved, arguments, message):
    code, said, complaints = run(saved, *arguments)
    assert (code, said) == (2, "")
    assert message in complaints
    assert complaints.count("\n") == 1
    assert list(saved.parent.iterdir()) == [saved]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "'--to'"),
        (["--to", ","], "'--to': expected at least one"),
        (["--to", "csv", "--people", "Ann"], "'--people': expected ids such as 1,2, but got 'Ann'"),
        (["--to", "csv", "--to-all"], "--to-all"),
    ],
)
def test_bad_arguments_give_one_line(run, saved, arguments, message):
    code, said, complaints = run(saved, *arguments)
    assert (code, said, complaints.count("\n")) == (2, "", 1)
    assert message in complaints


def test_the_name_of_a_zip_is_shortened_if_it_is_too_long(run, saved, tmp_path):
    code, said, _ = run(saved, "--to", "csv", "--out", tmp_path / f"{'x' * 300}.zip")
    assert (code, said) == (0, f"Wrote {tmp_path / ('x' * 140)}.zip\n")
    code, _, complaints = run(saved, "--to", "csv", "--out", tmp_path / ("x" * 300))
    assert code == 2
    assert complaints.startswith("Nothing can be written to")


@pytest.mark.parametrize("content", [None, b"", b"nothing"])
def test_a_file_of_another_kind_gives_one_line(run, content, tmp_path):
    path = tmp_path / "x.posecore.npz"
    if content is not None:
        path.write_bytes(content)
    code, said, complaints = run(path, "--to", "csv", "--json")
    assert code == 2
    assert complaints.startswith("x.posecore.npz")
    assert len(json.loads(said)["failed"]) == 1


def test_a_height_scales_metres_and_is_recorded(run, saved, sequence, tmp_path):
    first, again = tmp_path / "first", tmp_path / "again"
    sequence = replace(sequence, visibility=np.ones_like(sequence.visibility))
    save_sequence(sequence, saved, facts=FACTS)
    code, _, complaints = run(saved, "--to", "result,manifest", "--height", "1=1.9,2=1.5", "--out", first)
    assert (code, complaints) == (0, "")
    tall = load_sequence(first / "walk.posecore.npz")
    given = {each["person"]: each for each in tall.facts["heights"]}
    assert {person: each["height_m"] for person, each in given.items()} == {1: 1.9, 2: 1.5}
    assert tall.facts["metres"] == "Metres are scaled to the given heights (person 1: 1.90 m, Ann: 1.50 m)."
    for slot, person in enumerate((1, 2)):
        scaled = sequence.world[:, slot] * given[person]["factor"]
        np.testing.assert_allclose(tall.sequence.world[:, slot], scaled, rtol=1e-6)
    assert json.loads((first / "walk.manifest.json").read_text())["heights"] == tall.facts["heights"]

    # Kept to the last bit if nothing is asked for, and with another smoothing; and only of the people who are left.
    for options, exact in ([], True), (["--smoothing", "butterworth"], False):
        run(first / "walk.posecore.npz", "--to", "result", "--people", "2", *options, "--out", again, "--overwrite")
        kept = load_sequence(again / "walk.posecore.npz")
        assert [each["height_m"] for each in kept.facts["heights"]] == [1.5]
        raw = kept.raw if kept.raw is not None else kept.sequence
        np.testing.assert_allclose(raw.world[:, 0], tall.sequence.world[:, 1], rtol=0 if exact else 1e-6)


@pytest.mark.parametrize(
    ("height", "message"),
    [
        ("1.75", "each person by id"),
        ("1=175", "a height from 0.5 to 2.6 m"),
        ("9=1.75", "of this result (1, 2)"),
        ("tall", "expected metres"),
    ],
)
def test_a_height_that_cannot_be_gives_one_line(run, saved, height, message):
    code, _, complaints = run(saved, "--to", "csv", "--height", height)
    assert code != 0
    assert message in complaints
    assert list(saved.parent.iterdir()) == [saved]
