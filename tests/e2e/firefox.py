"""Firefox, as far as a walk through the pages needs it, driven by WebDriver BiDi, which it speaks by itself.

Playwright drives builds of its own; of Debian's Firefox, it demands a command that is not there yet.
"""

import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen
from typing import Any

from websockets.sync.client import ClientConnection, connect

PATIENCE_S = 60
WINDOW = {"width": 1360, "height": 900}
PREFERENCES = {
    "network.dns.disabled": True,  # reaches this machine only: no updates, no metrics
    "media.navigator.streams.fake": True,  # a camera whose picture is one changing colour
    "media.navigator.permission.disabled": True,
    "media.peerconnection.ice.loopback": True,  # the server is on this machine
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "webgl.disabled": True,  # as without a graphics card
}


@contextmanager
def firefox_visitor(program: str, profile: Path) -> Iterator["FirefoxVisitor"]:
    """Start Firefox with an empty folder as its profile, and end it at the end of the block."""
    lines = [f'user_pref("{name}", {json.dumps(value)});\n' for name, value in PREFERENCES.items()]
    (profile / "user.js").write_text("".join(lines))
    command = [program, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    own = {"HOME": str(profile)}  # where it would leave folders
    with (
        (profile / "said.log").open("w") as said,
        Popen(command, env=os.environ | own, stdout=said, stderr=said) as process,
    ):
        try:
            # Firefox answers no pings while it is busy.
            with connect(f"{_address(profile, process)}/session", max_size=None, ping_interval=None) as connection:
                yield FirefoxVisitor(connection)
        finally:
            process.terminate()


def _address(profile: Path, process: Popen[bytes]) -> str:
    """Where a Firefox that was started listens; it writes that into its profile."""
    told = profile / "WebDriverBiDiServer.json"
    until = time.monotonic() + PATIENCE_S
    while not (told.exists() and (text := told.read_text())):
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"Firefox did not start:\n{(profile / 'said.log').read_text()[-3000:]}")
        time.sleep(0.05)
    server = json.loads(text)
    return f"ws://{server['ws_host']}:{server['ws_port']}"


class FirefoxVisitor:
    """A visitor in one window, with a fake camera.

    ``errors`` lists the errors of scripts that no page has caught since an address was opened.
    """

    def __init__(self, connection: ClientConnection) -> None:
        self.errors: list[str] = []
        self._connection = connection
        self._sent = 0
        self._send("session.new", capabilities={})
        self._send("session.subscribe", events=["log.entryAdded"])
        self._window = self._send("browsingContext.getTree")["contexts"][0]["context"]
        self._send("browsingContext.setViewport", context=self._window, viewport=WINDOW)

    def _send(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._sent += 1
        self._connection.send(json.dumps({"id": self._sent, "method": method, "params": parameters}))
        while True:
            said = json.loads(self._connection.recv(PATIENCE_S))
            if said["type"] == "event":
                entry = said["params"]
                if (entry.get("type"), entry.get("level")) == ("javascript", "error"):
                    self.errors.append(f"{entry['text']} {entry['stackTrace']}")
            elif said["id"] == self._sent:
                assert said["type"] == "success", said
                return said["result"]

    def _find(self, expression: str) -> dict[str, Any]:
        target = {"context": self._window}
        answer = self._send("script.evaluate", expression=expression, target=target, awaitPromise=True)
        assert answer["type"] == "success", (expression, answer)
        return answer["result"]

    def goto(self, url: str) -> None:
        """Open an address."""
        self.errors.clear()
        self._send("browsingContext.navigate", context=self._window, url=url, wait="interactive")

    def evaluate(self, expression: str) -> Any:
        """The value of a JavaScript expression, or of the promise it gives, which JSON can hold."""
        return json.loads(self._find(f"(async () => JSON.stringify((await ({expression})) ?? null))()")["value"])

    def wait_for(self, condition: str, patience_s: float = PATIENCE_S) -> None:
        """Wait until a JavaScript expression is true."""
        until = time.monotonic() + patience_s
        while not self.evaluate(f"Boolean({condition})"):
            shown = time.monotonic() > until and self.evaluate("document.body.innerText")
            assert not shown, f"not within {patience_s} s: {condition}; the page shows:\n{shown}"
            time.sleep(0.2)  # each question costs the browser time

    def click(self, element: str) -> None:
        """Click an element, which a JavaScript expression gives."""
        self._press(element, [])

    def drag(self, element: str, by_px: int) -> None:
        """Press the mouse button on an element, move to the right, and release it."""
        self._press(element, [by_px * step // 5 for step in range(1, 6)])

    def _press(self, element: str, moves_px: list[int]) -> None:
        self.wait_for(element)
        x, y = self.evaluate(f"({_RESTING_MIDDLE})({element})")
        to, down, up = "pointerMove", {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}
        moves = [{"type": to, "x": x + move_px, "y": y, "duration": 20} for move_px in moves_px]
        mouse = {"type": "pointer", "id": "mouse", "actions": [{"type": to, "x": x, "y": y}, down, *moves, up]}
        self._send("input.performActions", context=self._window, actions=[mouse])

    def upload(self, path: Path, place: int = 0) -> None:
        """Give a file to an uploader of the page: to the first one, or that at another place (-1: the last)."""
        inputs = "document.querySelectorAll('[data-test-script-state=notRunning] input[type=file]')"
        field = f"[...{inputs}].at({place})"
        self.wait_for(field)
        element = {"sharedId": self._find(field)["sharedId"]}
        self._send("input.setFiles", context=self._window, element=element, files=[str(path)])


# Where the middle of an element is in the window, in px, once it rests there; it may be in a frame.
_RESTING_MIDDLE = """async (element) => {
    let before = [];
    while (true) {
        element.scrollIntoView({ block: "center", behavior: "instant" });
        const box = element.getBoundingClientRect();
        const frame = element.ownerDocument.defaultView.frameElement?.getBoundingClientRect() ?? { x: 0, y: 0 };
        const at = [frame.x + box.x + box.width / 2, frame.y + box.y + box.height / 2].map(Math.round);
        if (`${at}` === `${before}`) return at;
        before = at;
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
}"""
