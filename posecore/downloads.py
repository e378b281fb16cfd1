"""Fetch a published file by its URL, size and SHA-256 into the user's cache."""

# pooch and requests are imported where they are used: they load slowly, and few runs download.
import hashlib
import os
from collections.abc import Callable, Generator
from contextlib import closing
from functools import partial
from pathlib import Path

from posecore.errors import PosecoreError

STALL_TIMEOUT_S = 15.0
"""Longest wait for a connection, or for the next bytes of a running download, in seconds."""

_CHUNK_BYTES = 1 << 18

OnBytes = Callable[[int, int], None]
"""Called with the bytes done and the total while a download runs."""


class DownloadFailed(PosecoreError):
    """The file did not arrive; the text is the reason, as part of a sentence."""


class DownloadNotVerified(PosecoreError):
    """The file that arrived is not the expected one; it is not kept."""


def cache_dir() -> Path:
    """The folder in which posecore keeps downloads, in the usual place of the platform.

    Raises:
        DownloadFailed: if this user has no such place.
    """
    import pooch

    try:
        return pooch.os_cache("posecore")
    except RuntimeError as error:
        raise DownloadFailed("this user has no home folder; XDG_CACHE_HOME can name another") from error


def download(url: str, target: Path, *, size: int, sha256: str, on_progress: OnBytes | None = None) -> None:
    """Download a file to ``target``.

    pooch writes it under a temporary name in the same folder and renames it once its hash is right, so that
    ``target`` appears whole or not at all; the temporary file is removed whatever is raised.

    Args:
        url: of the file. No redirect leads away from https.
        target: path of the file; its folder is created.
        size: expected, in bytes. A body that is longer is not read to its end.
        sha256: expected hash, 64 lower-case hexadecimal digits.
        on_progress: called as bytes arrive. An exception it raises ends the download.

    Raises:
        DownloadFailed: no network, no such file, a stalled or broken connection, a folder not writable.
        DownloadNotVerified: the size or the hash is not the expected one.
    """
    import pooch

    pooch.get_logger().setLevel("WARNING")  # otherwise it announces every file on stderr
    fetch = partial(_fetch, size=size, sha256=sha256, on_progress=on_progress)
    try:
        pooch.retrieve(url, f"sha256:{sha256}", fname=target.name, path=target.parent, downloader=fetch)
    except OSError as error:
        reason = error.strerror or "permission denied"  # the one error that pooch puts into its own words
        raise DownloadFailed(f"it could not be kept in {target.parent} ({reason})") from error


def _fetch(url: str, path: str, _: object, *, size: int, sha256: str, on_progress: OnBytes | None) -> None:
    """Fill pooch's temporary file. Its own downloader neither stops at a size nor reports exact progress."""
    digest, done = hashlib.sha256(), 0
    with closing(_chunks(url)) as chunks, open(path, "wb") as file:
        for chunk in chunks:
            done += len(chunk)
            if done > size:
                break
            digest.update(chunk)
            file.write(chunk)
            if on_progress is not None:
                on_progress(done, size)
    expected = f"sha256 {sha256} ({size:,} bytes)"
    got = f"sha256 {digest.hexdigest()} ({done:,} bytes)" if done <= size else "more bytes than that"
    if got != expected:
        unkept = f"What {url} sent is not the expected file, so it was not kept."
        raise DownloadNotVerified(f"{unkept} Expected {expected}, but got {got}.")
    # Only their owner can read temporary files, but a cache may be filled by one user and read by another.
    os.chmod(path, 0o644)


def _chunks(url: str) -> Generator[bytes, None, None]:
    """The body at a URL, piece by piece, as stored there."""
    import requests

    try:
        with requests.Session() as session:
            if url.startswith("https:"):
                del session.adapters["http://"]  # so that no redirect can lead away from https
            session.headers["Accept-Encoding"] = "identity"  # sizes are those of the file itself
            with session.get(url, stream=True, timeout=STALL_TIMEOUT_S) as response:
                if not response.ok:
                    raise DownloadFailed(f"the server answered {response.status_code} {response.reason}")
                yield from response.iter_content(_CHUNK_BYTES)
    except requests.RequestException as error:
        raise DownloadFailed(_in_plain_words(error)) from error


def _in_plain_words(error: Exception) -> str:
    from requests import exceptions
    from urllib3.exceptions import ProtocolError, ReadTimeoutError

    words = (  # in mid-stream, requests turns urllib3's ReadTimeoutError into a ConnectionError
        ((exceptions.Timeout, ReadTimeoutError), f"the server did not answer within {STALL_TIMEOUT_S:g} s"),
        ((exceptions.ChunkedEncodingError, ProtocolError), "the connection broke off"),
        (exceptions.SSLError, "no secure connection could be made (is the server's certificate trusted?)"),
        (exceptions.InvalidSchema, "the server redirects to an address that is not https"),
        (exceptions.ConnectionError, "the server could not be reached (is this machine online?)"),
    )
    cause = error.args[0] if error.args else None
    for kinds, text in words:
        if isinstance(error, kinds) or isinstance(cause, kinds):
            return text
    return str(error)
