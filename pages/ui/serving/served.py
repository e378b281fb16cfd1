"""Files for one visitor's browser, straight from disk.

``st.video`` and ``st.download_button`` read a whole file into the server's memory, and a video may have hundreds of
megabytes. A file that is served here is read piece by piece, as the browser asks for it.
"""

import asyncio
import mimetypes
from contextlib import suppress
from pathlib import Path

from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from pages.ui.serving.addresses import offer


def serve(path: Path, name: str) -> str:
    """Serve a file until it is withdrawn, and return the token of its address, see ``pages.ui.serving.addresses``.

    Args:
        path: the file, which need not exist yet.
        name: its name as a download, which it is if the address ends with ``?download``.
    """

    async def answer(request: Request) -> FileResponse | None:
        if not path.is_file():
            return None
        return _Answer(
            path,
            media_type=mimetypes.guess_type(path)[0],  # not from the name, which a visitor chose
            filename=name,
            content_disposition_type="attachment" if "download" in request.query_params else "inline",
        )

    return offer(answer)


class _Answer(FileResponse):
    """A response with a file, or with the requested range of it."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A stopping server cancels a response that a paused player has not finished reading.
        with suppress(asyncio.CancelledError):
            await super().__call__(scope, receive, send)
