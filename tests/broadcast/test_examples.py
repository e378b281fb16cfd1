"""The receivers in examples/ print what is sent, and docs/live-feed.md quotes them exactly."""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from posecore import BLAZEPOSE_33, OscSender, RigidPose, VmcSender, WebSocketFeed
from tests.rigid.people import seen_at

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = sorted((ROOT / "examples").glob("receive_*.py"))
PATIENCE_S = 60


@contextmanager
def example(name: str, port: int) -> Iterator[subprocess.Popen[str]]:
    """Runs an example until the end of the block."""
    command = [sys.executable, "-u", str(ROOT / "examples" / name), str(port)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        timer = threading.Timer(PATIENCE_S, process.kill)
        timer.start()
        try:
            yield process
        finally:
            timer.cancel()
            process.kill()


def first_line(process: subprocess.Popen[str], send: Callable[[int], None]) -> str:
    """The first printed line, while frames are sent continuously because nothing signals when it is ready."""
    printed = threading.Event()

    def send_on() -> None:
        number = 0
        while not printed.wait(0.05):
            send(number)
            number += 1

    sender = threading.Thread(target=send_on)
    sender.start()
    try:
        return process.stdout.readline()
    finally:
        printed.set()
        sender.join()


def test_the_osc_receiver_prints_left_wrists(udp_port, people):
    with OscSender(udp_port) as sender, example("receive_osc.py", udp_port) as process:
        assert BLAZEPOSE_33.index("left_wrist") == 15
        line = first_line(process, lambda number: sender.send(people(4), number))
    assert line == "person 4: (115.0, 57.5) pixels, (0.150, -0.150, 0.075) metres\n"


def test_the_websocket_receiver_prints_left_wrists_and_ends_with_the_feed(tcp_port, people):
    with WebSocketFeed(tcp_port) as feed, example("receive_websocket.py", tcp_port) as process:
        line = first_line(process, lambda number: feed.send(people(4), number))
        feed.close()
        assert process.wait(PATIENCE_S) == 0
    assert line == "person 4: [115.0, 57.5] pixels, [0.15, -0.15, 0.075] metres\n"


def test_the_vmc_receiver_prints_bones(udp_port):
    poses = seen_at(RigidPose.from_euler((40, 0, 0), (0, 0, 4)))
    with VmcSender(udp_port) as sender, example("receive_vmc.py", udp_port) as process:
        line = first_line(process, lambda number: sender.send(replace(poses, time_s=number / 30), number))
    assert line.replace("-0.000", "0.000") == "Hips: x 0.000, y 0.342, z 0.000, w 0.940\n"


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.name)
def test_the_guide_shows_the_receivers_as_they_are(path):
    guide = (ROOT / "docs" / "live-feed.md").read_text(encoding="utf-8")
    assert f"`examples/{path.name}`" in guide
    assert f"```python\n{path.read_text(encoding='utf-8')}```" in guide


def test_the_guide_names_every_landmark():
    guide = (ROOT / "docs" / "live-feed.md").read_text(encoding="utf-8")
    listed = guide.split("The names of the landmarks are\n\n")[1].split("\n\n")[0]
    assert sorted(listed.split()) == sorted(BLAZEPOSE_33.landmarks)
