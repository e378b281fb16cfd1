"""What a server does for its visitors, until it is killed: python -m tests.pages.killed_server CLIP DATABASE.

It analyses a video, records, saves sessions and keeps shared pages, all at once, and says when all of it goes on.
"""

import itertools
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import numpy as np
from sqlalchemy import create_engine

from pages.ui.explore.share import links
from pages.ui.live.recorder import Recorder
from pages.ui.serving import temporary
from pages.ui.shared.clips import Clip
from pages.ui.video.clip_run import ClipRun, RunOptions
from posecore import FramePoses, SessionStore
from posecore.limits import Limits
from tests.progress.saver import WHOLE

PAGE = b"<html><head></head><body>" + b"x" * 3_000_000 + b"</body></html>"


def analyse(clip: Path) -> ClipRun:
    run = ClipRun(Clip("key", clip.name, clip))
    run.start(RunOptions())
    return run


def record() -> Recorder:
    recorder = Recorder(600)
    nobody = FramePoses.nobody((160, 120))
    for index in range(8):
        recorder.add(np.full((120, 160, 3), 10 * index, np.uint8), nobody, index / 25)
    return recorder


def save_for_ever(database: str) -> None:
    store = SessionStore(create_engine(database))
    for number in itertools.count(1):
        store.save("ann", replace(WHOLE, id=UUID(int=number), sets=(WHOLE.repetitions * 50,)))


def share_for_ever() -> None:
    links.LIMITS = Limits(share_days=1)
    links._sweep()
    while True:
        links.withdraw_link(links.make_link(PAGE, "page").token)


if __name__ == "__main__":
    temporary.begin_own_folder()
    for do in (lambda: save_for_ever(sys.argv[2]), share_for_ever):
        threading.Thread(target=do, daemon=True).start()
    run, recorder = analyse(Path(sys.argv[1])), record()
    while run.state.progress is None or not any(Path(tempfile.gettempdir()).glob("posecore-recording-*/*")):
        assert not run.state.done.is_set(), run.state.error
        time.sleep(0.01)
    print("all goes on", flush=True)
    time.sleep(600)
