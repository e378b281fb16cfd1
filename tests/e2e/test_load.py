"""A small form of benchmarks/load.py, so that it keeps up with the app."""

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import psutil
import pytest

from benchmarks import load
from benchmarks.marks import Maker, decoded, read_mark
from posecore.downloads import DownloadFailed
from tests.e2e.conftest import Server


@pytest.fixture(scope="module")
def maker() -> Maker:
    try:
        return Maker(frames=12)
    except DownloadFailed as error:
        pytest.skip(f"no sample video: {error}")


async def visits(server: Server, maker: Maker) -> load.Report:
    process = psutil.Process(server.process.pid)
    visitors = [load.Visitor(number, maker) for number in (1, 2)]
    crowd = await load.at_once(server.url, visitors, 1)
    alone, held = await load.one_by_one(server.url, process, 2, maker, 1, settled_s=0)
    last = load.sample(process)
    first = load.Tally(turns_s=[("", 0.1)])
    return load.Report(first, crowd, [last], alone, held, last, 0.0, [], 0, 0.0)


def test_visitors_at_once_and_one_by_one_get_their_own_results(server: Server, maker: Maker) -> None:
    with ThreadPoolExecutor(1) as thread:  # in this one, the browser's tests may keep an event loop
        report = thread.submit(asyncio.run, visits(server, maker)).result()
    assert not report.crowd.errors + report.alone.errors
    assert Counter(kind for kind, _ in report.crowd.results_s) == {"photo": 2, "video": 2}
    assert len(report.alone.turns_s) == 2
    assert report.promises()["no error but a place in the queue or a full server"]
    assert {title for title, _ in load.rows(report)} >= {"page turns", "after visit 2"}


def test_a_result_of_another_upload_is_noticed(maker: Maker) -> None:
    given, other = maker.photo(4, "given.jpg"), maker.photo(5, "other.jpg")
    assert read_mark(decoded(given.content)) == 4
    for shown, center_x, wrong in [
        (given.picture, given.center_x, 0),
        (other.picture, given.center_x, 1),
        (given.picture, other.center_x, 1),
        (given.picture, None, 1),
    ]:
        tally = load.Tally()
        load.check(shown, center_x, given, tally)
        assert tally.wrong == wrong
