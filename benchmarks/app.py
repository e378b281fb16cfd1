"""The app and a browser on the same machine, for the benchmarks and tests that need both."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, TimeoutError, sync_playwright

import run

ROOT = Path(__file__).resolve().parent.parent
WINDOW = {"width": 1360, "height": 900}
CAMERA = ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream"]
# For Chromium without a graphics card.
_SWITCHES = ["--no-sandbox", "--no-first-run", "--disable-background-networking", "--enable-unsafe-swiftshader"]


@contextmanager
def chromium(*switches: str) -> Iterator[Browser]:
    """The installed browser; without one, the program ends and says so."""
    path = next(filter(None, map(shutil.which, run.BROWSERS)), None)
    if path is None:
        sys.exit("Chromium was not found (on Debian: apt-get install chromium).")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_SWITCHES, *switches])
        yield browser
        browser.close()


@contextmanager
def server(
    script: Path = ROOT / "streamlit_app.py",
    *,
    inside: Sequence[str] = (),
    log: Path = Path(os.devnull),
    **environment: str,
) -> Iterator[tuple[str, int]]:
    """Run Streamlit with a script, and extra environment variables; yields its address and process id.

    ``inside`` is a program with arguments that runs the command after them in its own place.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [*inside, sys.executable, "-m", "streamlit", "run", str(script), "--server.headless=true"]
    command += ["--server.address=127.0.0.1", f"--server.port={port}", "--browser.gatherUsageStats=false"]
    own = {"POSECORE_ICE_SERVERS": "[]"}
    with log.open("wb") as stream:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | own | environment, stdout=stream, stderr=subprocess.STDOUT
        )
    try:
        wait_for_server(f"http://127.0.0.1:{port}/_stcore/health", process)
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=60)


def wait_for_server(url: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server that was started answers at an address.

    Raises:
        RuntimeError: if its process ended, or it took a minute.
    """
    for _ in range(300):
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.2)
    raise RuntimeError(f"the server did not start at {url}")


def upload(page: Page, path: Path) -> None:
    """Upload a file, again if the page was not ready to accept it yet."""
    for _ in range(5):
        try:
            with page.expect_request("**/_stcore/upload_file/**", timeout=10_000) as sent:
                page.locator("input[type=file]").set_input_files(path)
            if sent.value.response() is not None:  # a busy server may take longer
                return
        except TimeoutError:
            continue
    raise RuntimeError(f"the page did not accept {path}")
