"""The figures for Prometheus and who may read them, the line of the log for each job, and the owner's line."""

import json
import logging
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.applications import Starlette

from pages.ui.serving import job_records, metrics, server_state
from pages.ui.shared.clips import Clip
from pages.ui.video.clip_run import ClipRun, RunOptions
from posecore import InvalidOption
from posecore.media.films import FilmWriter

TOKEN = "a-token-that-is-long-enough"


@pytest.fixture
def short_clip(portrait, tmp_path) -> Path:
    target = tmp_path / "portrait.mp4"
    with FilmWriter(target, (portrait.shape[1], portrait.shape[0]), fps_hint=25) as film:
        for index in range(10):
            film.write(portrait, index / 25)
    return target


@pytest.fixture
def figures_of(serving, fetch, monkeypatch) -> Iterator:
    """A server with the figures, and a function that reads them as Prometheus does."""
    monkeypatch.setattr(job_records, "_followers", [])
    monkeypatch.setenv(metrics.VARIABLE, TOKEN)
    with serving(Starlette(routes=metrics.routes(lambda: 3))) as url:

        def read() -> dict[tuple[str, ...], float]:
            status, headers, content = fetch(f"{url}/metrics", Authorization=f"Bearer {TOKEN}")
            assert (status, headers["Cache-Control"]) == (200, "no-store")
            samples = [each for family in text_string_to_metric_families(content.decode()) for each in family.samples]
            return {(each.name, *each.labels.values()): each.value for each in samples}

        yield read


def test_the_figures_and_the_log_are_those_of_a_job(figures_of, short_clip, caplog):
    caplog.set_level(logging.INFO, "posecore.jobs")
    before = figures_of()
    assert before["posecore_live_viewers",] == 3
    assert before["process_resident_memory_bytes",] > 50e6
    run = ClipRun(Clip("key", "my secret walk.mp4", short_clip))
    run.start(RunOptions())
    assert run.state.done.wait(120)
    damaged = ClipRun(Clip("key", "my secret fall.mp4", run.film))
    run.film.write_bytes(b"no video")
    damaged.start(RunOptions())
    assert damaged.state.done.wait(120)
    after = figures_of()
    assert after["posecore_jobs_total", "video", "done"] == 1
    assert after["posecore_jobs_total", "video", "failed"] == 1
    assert after["posecore_frames_total", "video"] == 10 == len(run.poses)
    assert after["posecore_job_seconds_sum", "video"] >= run.state.seconds
    assert (after["posecore_jobs_working",], after["posecore_jobs_waiting",]) == (0, 0)
    assert after["posecore_workers_memory_bytes",] > 50e6
    done, failed = (json.loads(record.message) for record in caplog.records if record.name == "posecore.jobs")
    assert (done["kind"], done["outcome"], done["things"], done["count"]) == ("video", "done", "frames", 10)
    assert done["per_second"] == pytest.approx(10 / done["worked_s"], rel=0.01)
    assert (failed["outcome"], failed["count"]) == ("failed", 0)
    assert failed["error"] in ("UnreadableMedia", "MediaTooLarge")
    assert not re.search(r"secret|/|\.mp4", caplog.text.replace(__file__, ""))


@pytest.mark.parametrize(
    ("wanted", "headers", "status"),
    [
        ("on", {}, 200),
        ("on", {"Host": "example.org"}, 403),
        ("on", {"X-Forwarded-For": "203.0.113.9"}, 403),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}", "Host": "example.org"}, 200),
        (TOKEN, {}, 401),
        (TOKEN, {"Authorization": f"Bearer {TOKEN[:-1]}"}, 401),
        (TOKEN, {"Authorization": f"Bearer {TOKEN}ü"}, 401),
        ("", {}, 404),
    ],
)
def test_only_the_owner_can_read_them(serving, fetch, monkeypatch, wanted, headers, status):
    monkeypatch.setenv(metrics.VARIABLE, wanted)
    monkeypatch.setattr(job_records, "_followers", [])
    with serving(Starlette(routes=metrics.routes(lambda: 0))) as url:
        got, _headers, content = fetch(f"{url}/metrics", **headers)
    assert got == status
    assert (b"posecore_" in content) == (status == 200)


def test_a_token_that_can_be_guessed_is_refused(monkeypatch):
    monkeypatch.setenv(metrics.VARIABLE, "secret")
    with pytest.raises(InvalidOption, match="token of 16 characters or more, but got 6 characters") as refused:
        metrics.routes(lambda: 0)
    assert "secret" not in str(refused.value)


def test_the_owner_has_a_line_on_the_home_page_and_strangers_have_none(app, monkeypatch):
    assert not any("This server" in caption.value for caption in app.caption)
    monkeypatch.setattr("pages.ui.serving.machine.is_at_the_machine", lambda: True)
    monkeypatch.setattr(job_records, "_followers", [])
    monkeypatch.setattr(server_state, "_outcomes", server_state.Counter())
    server_state.count_jobs()
    job_records.record(job_records.JobRecord("video", "failed", 0.0, 1.0, "frames", 0, "UnreadableMedia"))
    [line] = [caption.value for caption in app.run().caption if "This server" in caption.value]
    assert re.search(
        r"0 of \d+ analyses at work, 0 waiting · 0 of \d+ live sessions · [\d,]+ MB of memory · "
        r"1 analyses since the start, 1 failed$",
        line,
    )
