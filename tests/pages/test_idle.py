"""Memory is given back when nobody uses the app, once, and everything works again afterwards."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import numpy as np
import pytest

from pages.ui.serving import idle
from posecore import FramePoses, estimate_image
from posecore.estimation import networks
from posecore.runs import pool


def test_it_is_given_back_once_for_each_time_that_the_app_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    freed: list[None] = []
    monkeypatch.setattr(idle, "free_memory", lambda: freed.append(None))

    async def watch() -> list[int]:
        idle.note_use()
        watching = asyncio.create_task(idle.free_memory_when_idle(0.1))
        counts = []
        for _ in range(2):
            for _ in range(200):  # under load this takes longer
                await asyncio.sleep(0.02)
                if len(freed) > len(counts):
                    break
            await asyncio.sleep(0.2)
            counts.append(len(freed))
            idle.note_use()
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching
        return counts

    with ThreadPoolExecutor(1) as thread:  # in this one, a browser's tests may keep an event loop
        assert thread.submit(asyncio.run, watch()).result() == [1, 2]


def test_models_and_workers_go_and_come_back(
    portrait: np.ndarray, portrait_poses: FramePoses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "HAS_SMALL_MEMORY", False)
    estimate_image(portrait)
    pool.warm_up()
    idle.make_room()  # there is enough
    assert networks._load.cache_info().currsize > 0
    assert pool._POOL._idle
    monkeypatch.setattr(idle, "HAS_SMALL_MEMORY", True)
    idle.make_room()
    assert networks._load.cache_info().currsize == 0
    assert pool._POOL._idle == []
    estimate_image(portrait)
    pool.warm_up()
    idle.free_memory()
    assert networks._load.cache_info().currsize == 0
    assert pool._POOL._idle == []
    assert np.array_equal(estimate_image(portrait).xy, portrait_poses.xy)
