"""Pages at addresses that live for a while, if the host's owner allows it.

A page is a file in the server's own folder, so that its address survives a restart. Its name has a hash of the
address's token, from which the address cannot be found, and the time at which it ends.

Nothing heavy is imported here: the server imports this before any page.
"""

import hashlib
import os
import re
import secrets
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import streamlit as st
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from posecore.errors import PosecoreError
from posecore.limits import LIMITS
from posecore.system import whole_file

_FOLDER = "shared"
_DAY_S = 24 * 3600
_SWEEP_S = 3600
_TOKEN_BYTES = 32
_TOKEN = re.compile(r"[\w-]{43}")
_NAME = re.compile(r"([0-9a-f]{64})-(\d{1,12})\.html")
_GONE = "There is no such page: its time is over, or it was withdrawn."
# The page is our own, but it has texts of visitors: it gets an origin of its own, from which it can reach nothing.
_HEADERS = {
    "Content-Security-Policy": "sandbox allow-scripts allow-downloads allow-modals; default-src 'none'; "
    "script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:; media-src blob:; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_lock = threading.Lock()


class LinksFull(PosecoreError):
    """There is no room for another shared page."""


@dataclass(frozen=True)
class MadeLink:
    """An address of a page.

    Attributes:
        token: what nobody can guess of it.
        name: of the page.
        until: when it ends.
    """

    token: str
    name: str
    until: datetime

    def address(self, page: str) -> str:
        """The whole address, for a page of the app at this one."""
        return urljoin(page, f"{_FOLDER}/{self.token}")


def make_link(content: bytes, name: str) -> MadeLink:
    """Keep a page at a new address for ``LIMITS.share_days``.

    Args:
        content: of the page, as ``write_share_page`` made it.
        name: of the page.

    Raises:
        LinksFull: if the host's owner allows no links, or there is no room.
        OSError: if it cannot be kept.
    """
    from pages.ui.explore.share.share_page import with_end  # heavy: the server does not need it

    if not LIMITS.share_days:
        raise LinksFull("Expected a host that allows links, but this one does not. Send the file instead.")
    until = datetime.fromtimestamp(int(time.time()) + LIMITS.share_days * _DAY_S, UTC)
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    page = with_end(content, until)
    with _lock:
        folder = _folder()
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        kept = sum(each.stat().st_size for each in _swept(folder))
        if kept + len(page) > LIMITS.shared_megabytes * 1_000_000:
            raise LinksFull(
                f"Expected room for {len(page) / 1e6:.1f} MB, but shared pages take {kept / 1e6:.0f} of "
                f"{LIMITS.shared_megabytes} MB on this server. Send the file instead, or try again in a day."
            )
        with whole_file(folder / f"{_hash(token)}-{int(until.timestamp())}.html") as part:
            part.write_bytes(page)
            part.chmod(0o600)
    return MadeLink(token, name, until)


def withdraw_link(token: str) -> None:
    """Delete a page. Calling it again does nothing."""
    with _lock:
        for path in _folder().glob(f"{_hash(token)}-*.html"):
            path.unlink(missing_ok=True)


def routes() -> list[Route]:
    """The routes that the server needs to serve the pages; none, and nothing is kept, if links are not allowed."""
    _sweep()
    if not LIMITS.share_days:
        return []
    base = st.get_option("server.baseUrlPath").strip("/")
    # Not `async`: a file is read in a thread.
    return [Route(f"{'/' if base else ''}{base}/{_FOLDER}/{{token}}", _answer)]


def _answer(request: Request) -> Response:
    page = _page(request.path_params["token"])
    if page is None:
        return PlainTextResponse(_GONE, 404, _HEADERS)
    return HTMLResponse(page, headers=_HEADERS)


def _page(token: str) -> bytes | None:
    if not _TOKEN.fullmatch(token):
        return None
    for path in _swept(_folder()):
        if path.name.startswith(f"{_hash(token)}-"):
            try:
                return path.read_bytes()
            except FileNotFoundError:  # withdrawn a moment ago
                return None
    return None


def _folder() -> Path:
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share", "posecore", _FOLDER)


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _swept(folder: Path) -> list[Path]:
    """The pages, after those whose time is over were deleted."""
    left = []
    for path in folder.glob("*.html"):
        named = _NAME.fullmatch(path.name)
        if named is None:
            continue
        if LIMITS.share_days and int(named.group(2)) > time.time():
            left.append(path)
        else:
            path.unlink(missing_ok=True)
    return left


def _sweep() -> None:
    """Delete what is over, now and every hour."""
    try:
        _swept(_folder())
    except (OSError, RuntimeError):  # no folder, or not ours: there is nothing to delete
        return
    timer = threading.Timer(_SWEEP_S, _sweep)
    timer.daemon = True
    timer.start()
