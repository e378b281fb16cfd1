"""Files for one visitor's browser, straight from disk.

``st.video`` and ``st.download_button`` read a whole file into the server's memory, and a film may be hundreds
of megabytes. A file that is served here is read piece by piece, as the browser asks for it.
"""

import asyncio
import mimetypes
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from pages.ui.shared.addresses import offer


def serve(path: Path, name: str) -> str:
    """Let a file be fetched until it is withdrawn; the token of its address, see ``pages.ui.shared.addresses``.

    Args:
        path: the file; it need not be there yet.
        name: what it is called when it is downloaded, which it is where the address ends in ``?download``.
    """

    async def answer(request: Request) -> FileResponse | None:
        if not path.is_file():
            return None
        return _Answer(
            path,
            media_type=mimetypes.guess_type(path)[0],  # not from the name, which a visitor has chosen
            filename=name,
            content_disposition_type="attachment" if "download" in request.query_params else "inline",
        )

    return offer(answer)


class _Answer(FileResponse):
    """A file, or the range of it that was asked for."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # Cancelled is what a server that stops does with an answer that a paused player leaves unfinished.
        with suppress(asyncio.CancelledError):
            await super().__call__(scope, receive, send)
