"""Landmarks as JSON over WebSocket; docs/live-feed.md has the format.

Two threads of each connection are ours: one reads what the client sends, drops it, and so sees it leave; one sends.
Whoever calls ``send`` only puts the newest frame where those that send find it.
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

# Each has three threads, and is for a program of the one person who sits here.
_MOST_CONNECTIONS = 8
# Any page in any tab can connect to a port of this machine, and would read where the body is. The browser tells whose
# page it is, and only one that this machine serves may. ("null" is a file, or a frame in a sandbox: anybody's.)
# Programs that are no browsers tell nothing.
_PAGES_OF_THIS_MACHINE = re.compile(r"https?://(localhost|127\.0\.0\.1|\[::1\])(:[0-9]+)?")
# Nothing is expected from a client; so much may come in one message before it is taken for hostile.
_MOST_RECEIVED = 4096
# How long a client is kept that does not say that it got a frame: a game may be loading.
_PATIENCE_S = 20.0
# On one machine each of these takes milliseconds: to ask for the feed; to leave the socket with one frame, when the one
# before has arrived; to say good-bye. ``close`` waits for all of them.
_OPENING_S, _SENDING_S, _CLOSING_S = 1.0, 0.5, 0.5


class WebSocketFeed:
    """Sends the people of each frame to the programs of this machine that are connected.

    It is a context manager. ``send`` may be called from any thread and never waits: a client that is slow, or does not
    read at all, misses frames and holds up nobody. Each gets the next frame once the one before has arrived, so none
    waits in between and grows old.

    Args:
        port: 1024 to 65535; of the loopback interface alone, so that no other machine can connect.

    Raises:
        InvalidOption: if port is none of those.
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
                compression=None,  # it costs time and saves nothing within one machine
                open_timeout=_OPENING_S,
                ping_interval=None,  # each frame has its own
                close_timeout=_CLOSING_S,
                max_size=_MOST_RECEIVED,
            )
        except OSError as error:
            raise FeedUnavailable(
                f"Landmarks cannot be sent over WebSocket: port {port} of this machine is taken by another program, or "
                "reserved by the system. Close that program, or choose another port."
            ) from error
        # A daemon, as then are the threads of its connections: a program ends though its feed was never closed.
        self._thread = threading.Thread(target=self._server.serve_forever, name="websocket-feed", daemon=True)
        self._thread.start()

    @property
    def connected(self) -> int:
        """How many programs are connected."""
        return len(self._connections)

    def send(self, poses: FramePoses, number: int) -> None:
        """Make this the newest frame; where nobody is connected, and after ``close``, it does nothing.

        Args:
            poses: of the frame.
            number: of the frame in its stream.
        """
        if not self._connections:
            return
        newest = frame_text(poses, number).encode()
        with self._changed:
            self._newest = newest
            self._changed.notify_all()

    def close(self) -> None:
        """End all connections and free the port, in less than two seconds. Calling it again does nothing."""
        self._server.shutdown(reason="The feed has ended.")
        self._thread.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _attend(self, connection: ServerConnection) -> None:
        """One connection, in a thread that the server makes for it; returning ends it."""
        if not self._admit(connection):
            reason = f"{_MOST_CONNECTIONS} programs are connected already. Close one of them first."
            connection.close(CloseCode.TRY_AGAIN_LATER, reason)
            return
        sender = threading.Thread(target=self._send_frames, args=[connection], name="websocket-feed-sender")
        sender.start()
        with suppress(ConnectionClosed):
            for _ in connection:
                pass  # unread ones would pile up, and behind them what tells that a frame arrived or the client left
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
        """Send hello, then always the newest frame."""
        frame = self._newest  # older than the connection
        connection.socket.settimeout(_SENDING_S)
        with suppress(ConnectionClosed):
            connection.send(self._hello)
            while (frame := self._frame_after(frame, connection)) is not None:
                connection.send(frame, text=True)
                # The answer to a ping comes when the frame has arrived. Without it frames would pile up on the way.
                if not connection.ping(ack_on_close=True).wait(_PATIENCE_S):
                    connection.close(CloseCode.POLICY_VIOLATION, f"No answer to a ping for {_PATIENCE_S:.0f} seconds.")

    def _frame_after(self, frame: bytes | None, connection: ServerConnection) -> bytes | None:
        """The newest frame, once it is another than this one; None if the connection is over."""
        with self._changed:
            self._changed.wait_for(lambda: self._newest is not frame or connection not in self._connections)
            return self._newest if connection in self._connections else None
