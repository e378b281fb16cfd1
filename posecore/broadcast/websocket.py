"""Landmarks as JSON over WebSocket; docs/live-feed.md documents the format.

Each connection has two threads of this module: one reads and discards what the client sends, and so notices when it
leaves; the other sends. ``send`` itself only stores the newest frame for the sending threads.
"""

import re
import threading
from contextlib import suppress
from types import TracebackType
from typing import Self

from websockets import CloseCode
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

from posecore.broadcast.frames import frame_text, hello_text
from posecore.broadcast.ports import LOOPBACK, check_port
from posecore.errors import FeedUnavailable
from posecore.poses import FramePoses
from posecore.rigid.pose import FrameRigid

# Each has three threads; programs of the one person at this machine need no more.
_MOST_CONNECTIONS = 8
# Any web page in any tab can connect to a port of this machine and could read the poses. The browser sends the page's
# origin, and only pages served by this machine are allowed. ("null" is a local file or a sandboxed frame, which could
# be anyone's.) Programs other than browsers send no origin.
_PAGES_OF_THIS_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
# Nothing is expected from clients; a larger message is treated as hostile.
_MOST_RECEIVED = 4096
# How long a client may take to acknowledge a frame: a game may be loading.
_PATIENCE_S = 20.0
# Timeouts for opening a connection, for writing a frame to the socket (after the previous one has arrived) and for
# closing. Each takes milliseconds within one machine; ``close`` waits for all of them.
_OPENING_S, _SENDING_S, _CLOSING_S = 1.0, 0.5, 0.5


class WebSocketFeed:
    """Sends the people of each frame to the connected programs on this machine.

    It is a context manager. ``send`` may be called from any thread and never blocks: a client that reads slowly or not
    at all misses frames but delays nobody. A client gets the newest frame once the previous one has arrived, so no
    frame waits on the way and becomes stale.

    Args:
        port: 1024 to 65535; only on the loopback interface, so that no other machine can connect.

    Raises:
        InvalidOption: if the port is outside this range.
        FeedUnavailable: if the port is taken.
    """

    def __init__(self, port: int = 8765) -> None:
        check_port(port)
        self._hello = hello_text()
        self._newest: bytes | None = None  # JSON
        self._connections: set[ServerConnection] = set()
        self._changed = threading.Condition()  # of the two above
        try:
            self._server = serve(
                self._attend,
                LOOPBACK,
                port,
                origins=[None, _PAGES_OF_THIS_MACHINE],
                compression=None,  # costs time and saves nothing within one machine
                open_timeout=_OPENING_S,
                ping_interval=None,  # each frame has its own ping
                close_timeout=_CLOSING_S,
                max_size=_MOST_RECEIVED,
            )
        except OSError as error:
            raise FeedUnavailable(
                f"Landmarks cannot be sent over WebSocket: port {port} of this machine is taken by another program, or "
                "reserved by the system. Close that program, or choose another port."
            ) from error
        # A daemon, and so are its connections' threads, so that a program can exit without closing its feed.
        self._thread = threading.Thread(target=self._server.serve_forever, name="websocket-feed", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> int:
        """Number of connected programs."""
        return len(self._connections)

    def send(self, poses: FramePoses, number: int, *, rigid: FrameRigid | None = None) -> None:
        """Make this the newest frame; does nothing if no program is connected, or after ``close``.

        Args:
            poses: the people of the frame.
            number: number of the frame in its stream.
            rigid: the rigid poses of these people, as of ``LiveRigid``. None: they are not sent.
        """
        if not self._connections:
            return
        newest = frame_text(poses, number, rigid).encode()
        with self._changed:
            self._newest = newest
            self._changed.notify_all()

    def close(self) -> None:
        """Close all connections and free the port, in less than two seconds. Calling it again does nothing."""
        self._server.shutdown(reason="The feed has ended.")
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _attend(self, connection: ServerConnection) -> None:
        """Handle one connection, in its own thread of the server; returning ends the connection."""
        if not self._admit(connection):
            reason = f"{_MOST_CONNECTIONS} programs are connected already. Close one of them first."
            connection.close(CloseCode.TRY_AGAIN_LATER, reason)
            return
        sender = threading.Thread(target=self._send_frames, args=[connection], name="websocket-feed-sender")
        sender.start()
        with suppress(ConnectionClosed):
            for _ in connection:
                pass  # unread messages would pile up, with pongs and the client's close message stuck behind them
        with self._changed:
            self._connections.remove(connection)
            self._changed.notify_all()
        sender.join()

    def _admit(self, connection: ServerConnection) -> bool:
        with self._changed:
            if len(self._connections) == _MOST_CONNECTIONS:
                return False
            self._connections.add(connection)
            return True

    def _send_frames(self, connection: ServerConnection) -> None:
        """Send the hello message, then the newest frame again and again."""
        frame = self._newest  # older than the connection, so not to be sent
        connection.socket.settimeout(_SENDING_S)
        with suppress(ConnectionClosed):
            connection.send(self._hello)
            while (frame := self._frame_after(frame, connection)) is not None:
                connection.send(frame, text=True)
                # The pong shows that the frame has arrived. Without waiting for it, frames would pile up on the way.
                if not connection.ping(ack_on_close=True).wait(_PATIENCE_S):
                    connection.close(CloseCode.POLICY_VIOLATION, f"No answer to a ping for {_PATIENCE_S:.0f} seconds.")

    def _frame_after(self, frame: bytes | None, connection: ServerConnection) -> bytes | None:
        """Wait for a newer frame than this one and return it; None if the connection has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not frame or connection not in self._connections)
            return self._newest if connection in self._connections else None
