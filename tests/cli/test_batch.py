"""``posecore batch`` on small real videos: one data set, resumed after anything, on this machine and on a cluster."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from itertools import islice
from pathlib import Path

import fsspec
import pandas as pd
import pyarrow.dataset as ds
import pytest
from pyarrow.fs import S3FileSystem

from posecore.batch import storage
from posecore.batch import task as batch_task
from posecore.batch.summary import SUMMARY_COLUMNS
from posecore.cli.main import main
from posecore.export.saved import load_sequence
from posecore.media.clips import open_clip
from posecore.media.films import FilmWriter
from posecore.skeletons import BLAZEPOSE_33
from tests.batch.s3_stand_in import S3StandIn

ROOT = Path(__file__).resolve().parents[2]
FRAMES = 6
SIZE = (884, 496)


@pytest.fixture(scope="module")
def frames(small_sample):
    """Frames in which a person is seen, with their times."""
    with open_clip(small_sample) as clip:
        return [(each.rgb, each.time_s) for each in islice(clip, 60, 60 + 2 * FRAMES)]


@pytest.fixture(scope="module")
def write(frames):
    def make(path: Path, first: int = 0) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        with FilmWriter(path, SIZE, fps_hint=30) as film:
            for rgb, time_s in frames[first : first + FRAMES]:
                film.write(rgb, time_s)
        return path

    return make


@pytest.fixture(scope="module")
def videos(write, tmp_path_factory):
    """A folder of two videos and one that is damaged."""
    folder = tmp_path_factory.mktemp("videos")
    write(folder / "a.mp4")
    write(folder / "monday" / "b.mp4", FRAMES)
    (folder / "broken.mp4").write_bytes(b"\0" * 500)
    return folder


@pytest.fixture(scope="module")
def finished(videos, tmp_path_factory):
    """The results of that folder."""
    out = tmp_path_factory.mktemp("results") / "out"
    code = main(["batch", str(videos), "--out", str(out), "--film", "--exercise", "squat", "--workers", "1"])
    assert code == 2  # because of the damaged one
    return out


@pytest.fixture
def analysed(monkeypatch):
    """The names of the videos that are analysed."""
    names, analyse = [], batch_task.analyse

    def noted(file, *others, **more):
        names.append(file.name)
        return analyse(file, *others, **more)

    monkeypatch.setattr(batch_task, "analyse", noted)
    return names


def ask(capsys, *arguments):
    """The exit code, the JSON object and what was printed on stderr."""
    code = main(["batch", *map(str, arguments), "--json"])
    said = capsys.readouterr()
    return code, json.loads(said.out), said.err


def statuses(said):
    return {Path(each["source"]).name: each["status"] for each in said["done"]}


def files_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def test_each_video_has_its_files(finished):
    expected = {"summary.csv", "summary.parquet"}
    for clip in ("a.mp4", "monday__b.mp4"):
        names = (f"{clip}.posecore.npz", f"{clip}.manifest.json", f"{clip}.annotated.mp4", "done.json")
        expected |= {f"clips/{clip}/{name}" for name in names} | {f"landmarks/clip={clip}/part-0.parquet"}
    assert files_in(finished) == expected
    saved = load_sequence(finished / "clips" / "a.mp4" / "a.mp4.posecore.npz")
    assert len(saved.sequence) == FRAMES
    assert saved.sequence.seen.any()
    with open_clip(finished / "clips" / "a.mp4" / "a.mp4.annotated.mp4") as film:
        assert len(list(film)) == FRAMES


def test_the_landmarks_are_one_data_set(finished):
    import duckdb
    import polars as pl

    rows = {"a.mp4": FRAMES * 33, "monday__b.mp4": FRAMES * 33}
    folder = finished / "landmarks"
    table = pd.read_parquet(folder)
    assert table.groupby("clip", observed=True).size().to_dict() == rows
    assert set(table["landmark"]) == set(BLAZEPOSE_33.landmarks)
    assert ds.dataset(folder, partitioning="hive").count_rows(filter=ds.field("clip") == "a.mp4") == FRAMES * 33
    lazy = pl.scan_parquet(folder, hive_partitioning=True)
    assert dict(lazy.group_by("clip").len().collect().iter_rows()) == rows
    counted = f"SELECT clip, count(*) FROM read_parquet('{folder}/*/*.parquet', hive_partitioning = true) GROUP BY clip"
    assert dict(duckdb.sql(counted).fetchall()) == rows


def test_the_summary_has_a_row_for_each_video(finished):
    rows = pd.read_parquet(finished / "summary.parquet").set_index("clip")
    assert [rows.index.name, *rows.columns] == list(SUMMARY_COLUMNS)
    assert list(rows.index) == ["a.mp4", "broken.mp4", "monday__b.mp4"]
    a = rows.loc["a.mp4"]
    assert (a["frames"], a["width"], a["height"], a["people"], a["repetitions"]) == (FRAMES, *SIZE, 1, 0)
    assert a["seconds"] == pytest.approx(FRAMES / a["fps"], abs=0.01)
    assert "Too short to measure" in a["trust"]
    least, low, high, largest = (a[f"left_knee_{name}_deg"] for name in ("least", "low", "high", "largest"))
    assert least <= low <= high <= largest
    assert a["left_knee_range_deg"] == pytest.approx(high - low, abs=0.02)
    assert "cannot be read as a video" in rows.loc["broken.mp4", "error"]
    assert rows["error"].notna().sum() == 1
    read = pd.read_csv(finished / "summary.csv").set_index("clip")
    assert read["left_knee_range_deg"].equals(rows["left_knee_range_deg"])


def test_only_what_changed_is_done_again(finished, videos, write, analysed, capsys):
    given = [videos, "--out", finished, "--workers", "1"]
    asked = [*given, "--film", "--exercise", "squat"]
    os.utime(videos / "a.mp4", (1, 1))  # touched, but of the same content
    code, said, errors = ask(capsys, *asked)
    assert (code, statuses(said), analysed) == (2, {"a.mp4": "skipped", "b.mp4": "skipped"}, ["broken.mp4"])
    assert [Path(each["source"]).name for each in said["failed"]] == ["broken.mp4"]
    assert "broken.mp4 cannot be read" in errors

    before = (videos / "a.mp4").read_bytes()
    analysed.clear()
    write(videos / "a.mp4", 3)
    assert statuses(ask(capsys, *asked)[1]) == {"a.mp4": "done", "b.mp4": "skipped"}
    (videos / "a.mp4").write_bytes(before)
    assert analysed == ["a.mp4", "broken.mp4"]

    _, said, _ = ask(capsys, *given, "--every", "2", "--threads", "1")
    assert statuses(said) == {"a.mp4": "done", "b.mp4": "done"}
    assert {len(each["outputs"]) for each in said["done"]} == {3}
    assert not list(finished.rglob("*.annotated.mp4"))  # of the earlier options
    assert statuses(ask(capsys, *given, "--every", "2")[1]) == {"a.mp4": "skipped", "b.mp4": "skipped"}


def test_a_body_is_fitted_and_drawn(videos, tmp_path):
    asked = ["batch", str(videos / "monday"), "--out", str(tmp_path), "--film", "--body", "solid", "--height", "1.75"]
    assert main(asked) == 0
    saved = load_sequence(tmp_path / "clips" / "b.mp4" / "b.mp4.posecore.npz")
    assert saved.smoothing.method == "solid"
    assert saved.raw is not saved.sequence
    assert [each["height_m"] for each in saved.facts["heights"]] == [1.75]
    with open_clip(tmp_path / "clips" / "b.mp4" / "b.mp4.annotated.mp4") as film:
        assert len(list(film)) == FRAMES


@pytest.mark.skipif(os.name != "posix", reason="processes are killed the Unix way")
def test_a_killed_run_goes_on(write, tmp_path, analysed, capsys):
    for name in ("a.mp4", "b.mp4", "c.mp4"):
        write(tmp_path / "videos" / name)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "posecore", "batch", str(tmp_path / "videos"), "--out", str(out), "--workers", "1"]
    process = subprocess.Popen(command, cwd=ROOT)
    until = time.monotonic() + 120
    while not (marks := list(out.glob("clips/*/done.json"))) and time.monotonic() < until:
        time.sleep(0.005)
    process.kill()
    assert process.wait() == -signal.SIGKILL
    assert 1 <= len(marks) < 3
    for path in out.rglob("*.npz"):
        load_sequence(path)  # whole
    assert ask(capsys, tmp_path / "videos", "--out", out)[0] == 0
    assert "a.mp4" not in analysed
    assert len(pd.read_parquet(out / "summary.parquet")) == 3
    assert not list(out.rglob(".*"))


@pytest.mark.usefixtures("interruptible")
def test_an_interrupted_run_has_a_summary(write, tmp_path, monkeypatch, capsys):
    for name in ("a.mp4", "b.mp4"):
        write(tmp_path / "videos" / name)
    publish = batch_task.storage.publish

    def interrupted(*arguments, **more):
        publish(*arguments, **more)
        signal.raise_signal(signal.SIGINT)
        time.sleep(1)  # the next one must not begin meanwhile

    monkeypatch.setattr(batch_task.storage, "publish", interrupted)
    assert main(["batch", str(tmp_path / "videos"), "--out", str(tmp_path / "out"), "--workers", "1"]) == 130
    assert "the same command goes on" in capsys.readouterr().err
    rows = pd.read_parquet(tmp_path / "out" / "summary.parquet")
    assert list(rows["clip"]) == ["a.mp4"]


def test_videos_and_results_may_be_elsewhere(write, tmp_path, capsys):
    memory = fsspec.filesystem("memory")
    memory.pipe_file("/videos/deep/a.mp4", write(tmp_path / "a.mp4").read_bytes())
    code, said, _ = ask(capsys, "memory://videos", "--out", "memory://videos/out")
    assert (code, said["done"][0]["summary"]["clip"]) == (0, "deep__a.mp4")
    with memory.open("/videos/out/landmarks/clip=deep__a.mp4/part-0.parquet") as file:
        assert len(pd.read_parquet(file)) == FRAMES * 33
    assert ask(capsys, "memory://videos", "--out", "memory://videos/out")[1]["done"][0]["status"] == "skipped"


def test_videos_and_results_may_be_in_s3(write, tmp_path, serving, monkeypatch, capsys):
    stand_in = S3StandIn()
    stand_in.objects["bucket/videos/deep/a.mp4"] = write(tmp_path / "a.mp4").read_bytes()
    asked = ["s3://bucket/videos/**/*.mp4", "--out", "s3://bucket/out"]
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_REGION"):
        monkeypatch.setenv(name, "none")
    storage._s3.cache_clear()
    with serving(stand_in.app) as address:
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        code, said, _ = ask(capsys, *asked)
        assert (code, said["done"][0]["status"]) == (0, "done")
        assert ask(capsys, *asked)[1]["done"][0]["status"] == "skipped"
        there = S3FileSystem(endpoint_override=address)
        table = ds.dataset("bucket/out/landmarks", filesystem=there, partitioning="hive").to_table()
    storage._s3.cache_clear()
    assert len(table) == FRAMES * 33
    assert set(table["clip"].to_pylist()) == {"deep__a.mp4"}
    names = {name.removeprefix("bucket/out/") for name, content in stand_in.objects.items() if content}
    assert {"clips/deep__a.mp4/done.json", "summary.csv", "summary.parquet"} <= names


@pytest.mark.skipif(os.name != "posix", reason="processes are killed the Unix way")
def test_a_cluster_that_loses_a_worker_does_each_video_once(write, tmp_path, capsys):
    import distributed

    for number in range(6):
        write(tmp_path / "videos" / f"{number}.mp4")
    out = tmp_path / "out"
    alone = {"host": "127.0.0.1", "dashboard_address": None, "local_directory": str(tmp_path)}
    # The scheduler and the worker that stays are in this process, which need not load all that they need again.
    with distributed.LocalCluster(1, threads_per_worker=1, processes=False, protocol="tcp://", **alone) as cluster:
        address = cluster.scheduler_address
        options = ["--host", "127.0.0.1", "--no-dashboard", "--nthreads", "1", "--no-nanny"]
        command = [sys.executable, "-m", "dask", "worker", address, *options, "--local-directory", str(tmp_path)]
        process = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.DEVNULL)

        def kill():
            until = time.monotonic() + 120
            while not list(out.glob("clips/*/done.json")) and time.monotonic() < until:
                time.sleep(0.005)
            process.kill()

        killer = threading.Thread(target=kill)
        try:
            with distributed.Client(address) as client:
                client.wait_for_workers(2, timeout=60)
            killer.start()
            code, said, _ = ask(capsys, tmp_path / "videos", "--out", out, "--dask", address)
            killer.join()
            assert process.wait(60) == -signal.SIGKILL
        finally:
            process.kill()
            process.wait()
    assert code == 0
    assert sorted(statuses(said)) == [f"{number}.mp4" for number in range(6)]
    assert len(list(out.glob("clips/*/done.json"))) == 6
    assert pd.read_parquet(out / "summary.parquet")["error"].isna().all()
    assert len(pd.read_parquet(out / "landmarks")) == 6 * FRAMES * 33


@pytest.mark.parametrize(
    ("more", "words"),
    [
        (["--workers", "0"], "--workers to be 1 or more"),
        (["--workers", "2", "--dask", "tcp://127.0.0.1:1"], "not together with --dask"),
        (["--exercise", "swim"], "squat"),
        (["--height", "1.8", "--people", "2"], "--height for each person"),
        (["--field-of-view", "60"], "--body"),
        (["--out", "unknown://x"], "fsspec"),
        (["--out", "FILE"], "Nothing can be written"),
    ],
)
def test_an_option_that_cannot_be_used_is_named(more, words, videos, tmp_path, capsys):
    more = [str(videos / "a.mp4") if word == "FILE" else word for word in more]
    assert main(["batch", str(videos), "--out", str(tmp_path / "out"), *more]) == 2
    said = capsys.readouterr().err
    assert words in said
    assert said.count("\n") == 1


def test_a_cluster_that_is_not_there_is_said(videos, tmp_path, monkeypatch, capsys):
    from posecore.cli import batch

    monkeypatch.setattr(batch, "_SECONDS_TO_CONNECT", 0.2)
    given = ["batch", str(videos), "--out", str(tmp_path / "out"), "--dask", "tcp://127.0.0.1:1"]
    assert main(given) == 2
    assert "a Dask scheduler at tcp://127.0.0.1:1" in capsys.readouterr().err
    monkeypatch.setitem(sys.modules, "distributed", None)
    assert main(given) == 2
    assert "pip install distributed" in capsys.readouterr().err
