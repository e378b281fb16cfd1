"""Start the app, wait until it is healthy, open pages as a browser does, and stop it; run by rehearse.py in its image.

It uses only what the image has.
"""

import errno
import json
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import connect

ADDRESS = "127.0.0.1:8501"
PATIENCE_S = 120


class DoesNotWork(Exception):
    """Something does not work; the text says what."""


def wait_until_healthy(healthcheck: list[str], server: subprocess.Popen[bytes]) -> float:
    """Seconds until the health check passes for the first time."""
    start = time.monotonic()
    while time.monotonic() - start < PATIENCE_S and server.poll() is None:
        if subprocess.run(healthcheck, stderr=subprocess.DEVNULL, check=False).returncode == 0:
            return time.monotonic() - start
        time.sleep(1)
    raise DoesNotWork(f"The health check did not pass within {PATIENCE_S} s (exit code of the app: {server.poll()}).")


def open_page(path: str, query: str = "", *, until: bytes) -> None:
    """Have a page run for a new visitor until it has shown something; an error on it is one here, too."""
    back = BackMsg()
    back.rerun_script.page_name, back.rerun_script.query_string = path, query
    with connect(f"ws://{ADDRESS}/_stcore/stream", max_size=None) as socket:
        socket.send(back.SerializeToString())
        shown, end = False, time.monotonic() + PATIENCE_S
        while (left := end - time.monotonic()) > 0:
            data = socket.recv(timeout=left)
            message = ForwardMsg.FromString(data)
            shown |= until in data
            if message.delta.new_element.WhichOneof("type") == "exception":
                raise DoesNotWork(f"The page /{path} shows an error: {message.delta.new_element.exception.message}")
            ended = message.HasField("script_finished")
            if shown and ended and message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
                return
    raise DoesNotWork(f"The page /{path}?{query} did not show {until!r} within {PATIENCE_S} s.")


def check_places() -> None:
    """Check that the image is read-only but for its two places."""
    for folder in ("/app", "/venv", "/"):
        try:
            Path(folder, "written").touch()
        except OSError as error:
            if error.errno == errno.EROFS:
                continue
            raise
        raise DoesNotWork(f"{folder} can be written to.")
    for folder in ("/data", "/tmp"):
        Path(folder, "written").touch()
        Path(folder, "written").unlink()


def main() -> int:
    """Run the commands on the command line: the app's, and its health check."""
    command, healthcheck = map(json.loads, sys.argv[1:])
    server = subprocess.Popen(command)
    try:
        check_places()
        print(f"    healthy after {wait_until_healthy(healthcheck, server):.1f} s", flush=True)
        with urllib.request.urlopen(f"http://{ADDRESS}/", timeout=PATIENCE_S) as answer:
            if b"<html" not in answer.read():
                raise DoesNotWork("The address of the app gives no page.")
        start = time.monotonic()
        open_page("", until=b"Advanced")
        open_page("image", "sample=photo", until=b"with the landmarks")
        print(f"    Home and the sample photo with its landmarks after {time.monotonic() - start:.1f} s", flush=True)
        server.terminate()
        server.wait(PATIENCE_S)
    except DoesNotWork as problem:
        print(problem, file=sys.stderr)
        return 1
    finally:
        server.kill()
    return 0


if __name__ == "__main__":
    sys.exit(main())
