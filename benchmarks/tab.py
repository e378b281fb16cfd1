"""A tab with the app open, without a browser: Streamlit's protocol, for many visitors on one machine."""

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any

import httpx
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.Common_pb2 import FileUploaderState
from streamlit.proto.Element_pb2 import Element
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

PATIENCE_S = 120.0
_XSRF = "_streamlit_xsrf"
_NUMBERS = itertools.count(1)


class TabError(Exception):
    """Raised if the server did not do what a page waits for; the message says what."""


@dataclass
class _Shown:
    """An element of the page.

    Attributes:
        element: as the server sent it.
        fragment: the id of the fragment that drew it; empty: the page itself did.
        run: number of the run that drew it.
    """

    element: Element
    fragment: str
    run: int


class Tab:
    """One visitor's tab. It runs fragments again by itself where the page asks for that, as a browser does.

    Attributes:
        session_id: of Streamlit's session.
        pages: script hashes of the pages by their addresses, such as "video"; "" is Home.
        page: the script hash of the page that is open.
        errors: exceptions and red boxes that the pages showed, in the order they came.
        runs: number of finished runs, of pages and of fragments.
        is_complete: whether no run is going on.
    """

    def __init__(self, http: httpx.AsyncClient, link: ClientConnection) -> None:
        self.session_id = ""
        self.pages: dict[str, str] = {}
        self.page = ""
        self.errors: list[str] = []
        self.runs = 0
        self.is_complete = False
        self._http = http
        self._link = link
        self._run = 0
        self._shown: dict[tuple[int, ...], _Shown] = {}
        self._uploads: dict[str, FileUploaderState] = {}
        self._answers: dict[str, Any] = {}
        self._finished_pages = 0
        self._page_runs = False
        self._changed = asyncio.Condition()
        self._repeats: dict[str, asyncio.Task[None]] = {}
        self._closed: str | None = None

    # What is on the page

    def elements(self, kind: str) -> list[Any]:
        """The elements of a kind, such as "markdown", in the page's order."""
        places = sorted(self._shown)
        found = [self._shown[place].element for place in places]
        return [getattr(each, kind) for each in found if each.WhichOneof("type") == kind]

    @property
    def texts(self) -> list[str]:
        """What the page says: its texts, boxes and bars of progress."""
        boxes = [each.body for each in self.elements("alert")]
        return [*(each.body for each in self.elements("markdown")), *boxes, *self.progress]

    @property
    def progress(self) -> list[str]:
        """The texts of its bars of progress."""
        return [each.text for each in self.elements("progress")]

    @property
    def components(self) -> list[dict[str, Any]]:
        """What its components were given as JSON."""
        given = [each.mixed.json if each.WhichOneof("data") == "mixed" else each.json for each in self._bidi()]
        return [data for text in given if text and isinstance(data := json.loads(text), dict)]

    def has_button(self, label: str) -> bool:
        """Whether it is complete and has a button whose label contains a text."""
        return self.is_complete and any(label in each.label for each in self.elements("button"))

    def _bidi(self) -> list[Any]:
        return self.elements("bidi_component")

    # What the visitor does

    async def turn(self, address: str) -> float:
        """Change to the page with this address, and return the seconds until it is complete.

        Raises:
            TabError: if there is no such page, or it does not become complete.
        """
        if address not in self.pages:
            raise TabError(f"there is no page {address!r} among {', '.join(self.pages)}")
        self._uploads.clear()
        return await self._run_page(self.pages[address])

    async def upload(self, name: str, content: bytes) -> None:
        """Give a file to the page's first uploader, and wait until the page is complete again.

        Raises:
            TabError: if the page has none, the server refuses the file, or the page does not become complete.
        """
        uploaders = self.elements("file_uploader")
        if not uploaders:
            raise TabError("the page has no uploader")
        number = f"upload-{next(_NUMBERS)}"
        wish = BackMsg()
        wish.file_urls_request.request_id = number
        wish.file_urls_request.file_names.append(name)
        wish.file_urls_request.session_id = self.session_id
        await self._send(wish)
        await self.until(lambda: number in self._answers, "the address of an upload")
        [urls] = self._answers.pop(number).file_urls
        headers = {"X-Xsrftoken": self._http.cookies[_XSRF]}
        answer = await self._http.put(urls.upload_url, files={"file": (name, content)}, headers=headers)
        if answer.status_code >= 400 or answer.text:  # the app's own refusal is a sentence
            raise TabError(f"the upload was refused: {answer.status_code} {answer.text[:200]}")
        state = FileUploaderState()
        state.uploaded_file_info.add(name=name, size=len(content), file_id=urls.file_id, file_urls=urls)
        self._uploads = {uploaders[0].id: state}
        await self._run_page(self.page)

    async def press(self, label: str) -> None:
        """Press the first button whose label contains a text.

        Raises:
            TabError: if there is none, or the page does not become complete.
        """
        button = next((each for each in self.elements("button") if label in each.label), None)
        if button is None:
            raise TabError(f"the page has no button {label!r}")
        await self._run_page(self.page, pressed=button.id)

    async def fetch(self, address: str) -> bytes:
        """What is at an address, relative to the app's own.

        Raises:
            TabError: if the server refuses it.
        """
        answer = await self._http.get("/" + address.lstrip("/"))
        if answer.status_code >= 400:
            raise TabError(f"{address.split('/')[0]} was refused: {answer.status_code} {answer.text[:200]}")
        return answer.content

    async def until(self, is_so: Callable[[], object], what: str, seconds: float = PATIENCE_S) -> None:
        """Wait until something is so on the page.

        Raises:
            TabError: if that takes too long, or the connection ends.
        """

        async def wait() -> None:
            async with self._changed:
                await self._changed.wait_for(lambda: self._closed is not None or is_so())

        try:
            await asyncio.wait_for(wait(), seconds)
        except TimeoutError:
            raise TabError(f"waited {seconds:.0f} s for {what}") from None
        if self._closed is not None:
            raise TabError(f"the connection ended: {self._closed}")

    # The protocol

    async def _run_page(self, page: str, *, pressed: str = "") -> float:
        start, before = time.monotonic(), self._finished_pages
        wish = self._wish(page)
        if pressed:
            wish.rerun_script.widget_states.widgets.add(id=pressed, trigger_value=True)
        self.page = page
        await self._send(wish)
        await self.until(lambda: self._finished_pages > before, "a complete page")
        return time.monotonic() - start

    def _wish(self, page: str, fragment: str = "") -> BackMsg:
        wish = BackMsg()
        wish.rerun_script.page_script_hash = page
        wish.rerun_script.fragment_id = fragment
        wish.rerun_script.is_auto_rerun = bool(fragment)
        wish.rerun_script.context_info.timezone = "Etc/UTC"
        for identity, state in self._uploads.items():
            wish.rerun_script.widget_states.widgets.add(id=identity, file_uploader_state_value=state)
        return wish

    async def _send(self, wish: BackMsg) -> None:
        try:
            await self._link.send(wish.SerializeToString())
        except ConnectionClosed as error:
            raise TabError(f"the connection ended: {error}") from error

    async def hear(self) -> None:
        """Take in what the server sends until the connection ends."""
        try:
            async for message in self._link:
                self._take(ForwardMsg.FromString(message))
                async with self._changed:
                    self._changed.notify_all()
        except ConnectionClosed as error:
            self._closed = str(error)
        self._closed = self._closed or "closed"
        async with self._changed:
            self._changed.notify_all()

    def _take(self, message: ForwardMsg) -> None:
        kind = message.WhichOneof("type")
        of_fragments = list(message.metadata.run.fragment_ids)
        if kind == "new_session":
            self._begin_run(message, of_fragments)
        elif kind == "navigation":
            self.pages = {page.url_pathname: page.page_script_hash for page in message.navigation.app_pages}
            self.pages[""] = next(page.page_script_hash for page in message.navigation.app_pages if page.is_default)
            self.page = message.navigation.page_script_hash
        elif kind == "delta":
            self._take_delta(message)
        elif kind == "script_finished":
            self._end_run(message, of_fragments)
        elif kind == "file_urls_response":
            self._answers[message.file_urls_response.response_id] = message.file_urls_response
        elif kind == "auto_rerun":
            self._repeat(message.auto_rerun.fragment_id, message.auto_rerun.interval)
        elif kind == "stop_auto_rerun":
            self._stop_repeating(message.stop_auto_rerun.fragment_ids)

    def _begin_run(self, message: ForwardMsg, of_fragments: list[str]) -> None:
        self._run += 1
        self.is_complete = False
        self.session_id = message.new_session.initialize.session_id
        if not of_fragments:
            self._page_runs = True
            self._stop_repeating(list(self._repeats))
        elif self._page_runs:  # Streamlit does not say that a page is finished if a fragment is to run at that moment
            self._page_runs = False
            self._finished_pages += 1

    def _take_delta(self, message: ForwardMsg) -> None:
        place, delta = tuple(message.metadata.delta_path), message.delta
        if delta.WhichOneof("type") != "new_element":
            if delta.WhichOneof("type") == "add_block":
                self._shown.pop(place, None)
            return
        # What was below this place was a block.
        for below in [each for each in self._shown if len(each) > len(place) and each[: len(place)] == place]:
            del self._shown[below]
        self._shown[place] = _Shown(delta.new_element, delta.fragment_id, self._run)
        kind = delta.new_element.WhichOneof("type")
        if kind == "exception":
            self.errors.append(f"{delta.new_element.exception.type}: {delta.new_element.exception.message}")
        elif kind == "alert" and delta.new_element.alert.format == delta.new_element.alert.ERROR:
            self.errors.append(delta.new_element.alert.body)

    def _end_run(self, message: ForwardMsg, of_fragments: list[str]) -> None:
        if message.script_finished == ForwardMsg.FINISHED_SUCCESSFULLY:
            self._shown = {place: each for place, each in self._shown.items() if each.run == self._run}
            self._page_runs = False
            self._finished_pages += 1
        elif message.script_finished == ForwardMsg.FINISHED_FRAGMENT_RUN_SUCCESSFULLY:
            self._shown = {
                place: each
                for place, each in self._shown.items()
                if each.run == self._run or each.fragment not in of_fragments
            }
        self.runs += 1
        self.is_complete = message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN

    def _repeat(self, fragment: str, interval_s: float) -> None:
        async def repeat() -> None:
            with suppress(TabError):
                while True:
                    await asyncio.sleep(interval_s)
                    await self._send(self._wish(self.page, fragment))

        self._stop_repeating([fragment])
        self._repeats[fragment] = asyncio.create_task(repeat())

    def _stop_repeating(self, fragments: Any) -> None:
        for fragment in list(fragments):
            if fragment in self._repeats:
                self._repeats.pop(fragment).cancel()

    def stop(self) -> None:
        """Send nothing more by itself."""
        self._stop_repeating(list(self._repeats))


@asynccontextmanager
async def open_tab(url: str, address: str = "") -> AsyncIterator[Tab]:
    """A tab with a page of the app, which is closed at the end of the block as the visitor leaves.

    Args:
        url: of the app, as http.
        address: of the page, as in ``Tab.pages``.

    Raises:
        TabError: if the page does not become complete; httpx.HTTPError, OSError: if the server does not answer.
    """
    # The server closes connections that rest for 5 s. A browser repeats a request that comes at that moment.
    limits = httpx.Limits(keepalive_expiry=1)
    async with httpx.AsyncClient(base_url=url, timeout=PATIENCE_S, limits=limits) as http:
        for path in ("/" + address, "/_stcore/health", "/_stcore/host-config"):
            (await http.get(path)).raise_for_status()
        cookie = f"{_XSRF}={http.cookies[_XSRF]}"
        link = connect(
            f"{url.replace('http', 'ws', 1)}/_stcore/stream",
            subprotocols=["streamlit", http.cookies[_XSRF]],  # type: ignore[list-item]
            origin=url,  # type: ignore[arg-type]
            additional_headers={"Cookie": cookie},
            max_size=None,
            ping_interval=None,
            open_timeout=PATIENCE_S,
        )
        async with link as connection:
            tab = Tab(http, connection)
            hearing = asyncio.create_task(tab.hear())
            try:
                wish = tab._wish("")
                wish.rerun_script.page_name = address
                await tab._send(wish)
                await tab.until(lambda: tab.runs and tab._finished_pages, "the first page")
                yield tab
            finally:
                tab.stop()
                hearing.cancel()
                with suppress(asyncio.CancelledError):
                    await hearing
