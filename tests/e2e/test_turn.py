"""Live video only through a TURN server, as in a network that lets nothing else through."""

import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import Server
from tests.e2e.visitor import check_the_connection, live_button, start_camera

USER, REALM = "visitor", "posecore.test"
CONNECTION = "window.posecoreConnection"
ROUTE = f"""async () => {{
  const stats = new Map([...(await {CONNECTION}.peer.getStats())]);
  const pair = [...stats.values()].find((one) => one.type === "candidate-pair" && one.nominated);
  return stats.get(pair.localCandidateId).candidateType;
}}"""
PASSWORD = secrets.token_hex(8)
"""That the host gave the app."""


@pytest.fixture(scope="module")
def turnserver() -> str:
    """Debian's coturn. It is not installed with the tests, since its package starts a system-wide server."""
    found = shutil.which("turnserver") or shutil.which("turnserver", path="/usr/bin:/usr/sbin")
    if found is None:
        reason = "no TURN server (on Debian: apt-get install coturn)"
        if os.environ.get("CI"):
            pytest.fail(f"{reason}; in CI this test must run")
        pytest.skip(reason)
    return found


def own_address() -> str:
    """This machine's own address, since browsers use no TURN server on loopback. Finding it sends nothing."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
        except OSError:
            pytest.skip("this machine has only the loopback address")
        return probe.getsockname()[0]


@pytest.fixture(scope="module")
def turn_address() -> tuple[str, int]:
    """Where the TURN servers of these tests listen, one after the other."""
    with socket.socket() as probe:
        probe.bind((own_address(), 0))
        return probe.getsockname()


@contextmanager
def running_turn(turnserver: str, turn_address: tuple[str, int], folder: Path, password: str) -> Iterator[Path]:
    """Run a TURN server that knows this password; its log."""
    (address, port), log = turn_address, folder / "turn.log"
    command = [turnserver, "-n", f"--listening-ip={address}", f"--relay-ip={address}", f"--listening-port={port}"]
    command += ["--lt-cred-mech", f"--user={USER}:{password}", f"--realm={REALM}", "--fingerprint"]
    command += ["--no-tls", "--no-dtls", "--no-cli", "--verbose", "--log-file=stdout", "--simple-log"]
    command += [f"--pidfile={folder / 'turn.pid'}", f"--userdb={folder / 'turn.db'}"]
    with log.open("w") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
    try:
        wait_until_listening(address, port, process, log)
        yield log
    finally:
        process.terminate()
        process.wait(timeout=20)


def wait_until_listening(address: str, port: int, process: subprocess.Popen, log: Path) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex((address, port)) == 0:
                return
        if process.poll() is not None:
            break
        time.sleep(0.1)
    pytest.fail(f"The TURN server did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def relay_only(turn_address: tuple[str, int], start_server) -> Iterator[Server]:
    """A server whose host allows only the relay."""
    address, port = turn_address
    relay = {"urls": [f"turn:{address}:{port}?transport=udp"], "username": USER, "credential": PASSWORD}
    with start_server(POSECORE_ICE_SERVERS=json.dumps([relay]), POSECORE_ICE_POLICY="relay") as server:
        yield server


def test_live_video_uses_the_relay(turnserver, turn_address, relay_only, visit, shot, tmp_path):
    with running_turn(turnserver, turn_address, tmp_path, PASSWORD) as log:
        page = visit(relay_only)
        start_camera(page)
        page.wait_for_function("Number(document.querySelector('.lp')?.dataset.frame) > 5")
        expect(page.locator(".lp-strip")).to_contain_text("Connection relayed")
        assert page.evaluate(ROUTE) == "relay"
        shot(page, "relayed")
        live_button(page, "Stop").click()
        check_the_connection(page)
        expect(page.get_by_text("Connected through a relay (relay)")).to_be_visible()
        expect(page.get_by_role("row", name="Own address (host)")).to_have_text(re.compile("– none✓ found"))
        expect(page.get_by_role("row", name="Relay address")).to_have_text(re.compile("✓ found✓ found"))
        page.context.close()
    assert re.search(rf"user <{USER}>: incoming packet ALLOCATE processed, success", log.read_text())
    assert re.search(rf"user <{USER}>: incoming packet CREATE_PERMISSION processed, success", log.read_text())


def test_a_refusal_by_the_relay_is_reported(turnserver, turn_address, relay_only, visit, shot, tmp_path):
    with running_turn(turnserver, turn_address, tmp_path, "another"):
        page = visit(relay_only)
        # Start is pressed before the panel's script is there. The connection is tried for 15 s.
        page.route("**/live/panel.js*", lambda route: (page.wait_for_timeout(3000), route.continue_()))
        page.goto("/webcam")
        live_button(page, "Start").click()
        check_the_connection(page)
        expect(page.get_by_text("No route was found, although a TURN server is set up")).to_be_visible()
        expect(page.get_by_text("user name or password refused (401)")).to_be_visible()
        expect(page.get_by_role("alert").filter(has_text="The connection failed.")).to_be_visible()
        shot(page, "refused")
        page.context.close()
