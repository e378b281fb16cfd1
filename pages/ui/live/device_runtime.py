"""MediaPipe's runtime for browsers: three files of the npm package ``@mediapipe/tasks-vision``, and how they are found.

They are looked for like models: as the package's archive in ``$POSECORE_MODEL_DIR`` or the user's cache, and in the
project's ``node_modules``. Otherwise ``npm pack`` fetches the archive if npm is there, else the files come from the
package's CDN. Whatever the way, a file is used only if its SHA-256 is the one on record here. Licence: Apache-2.0.
"""

import os
import shutil
import subprocess
import tarfile
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from posecore.downloads import DownloadFailed, DownloadNotVerified, OnBytes, cache_dir, download
from posecore.errors import PosecoreError
from posecore.estimation.models import model_folders
from posecore.media.files import file_sha256

VERSION = "1.1.0"  # 20230920.0.0 was published by mistake, and sorts higher
PACKAGE = f"@mediapipe/tasks-vision@{VERSION}"
ARCHIVE = f"mediapipe-tasks-vision-{VERSION}.tgz"
"""Name of the archive that ``npm pack`` writes."""

_CDN = f"https://cdn.jsdelivr.net/npm/{PACKAGE}"
_FOLDER = f"tasks-vision-{VERSION}"
_NODE_MODULES = Path(__file__).parents[3] / "node_modules" / "@mediapipe" / "tasks-vision"
_NPM_S = 120


class RuntimeNotFound(PosecoreError):
    """The runtime for browsers is nowhere on this machine and could not be fetched, or is not the one on record."""


@dataclass(frozen=True)
class RuntimeFile:
    """One file of the package.

    Attributes:
        path: in the package.
        size: bytes.
        sha256: 64 hexadecimal digits.
    """

    path: str
    size: int
    sha256: str


# The variant for workers that are modules, with SIMD.
SCRIPT = RuntimeFile("vision_bundle.mjs", 156_135, "9d5fc9ef74b22329cf9aa88dc543956d192b8c254210b187271614713eb5b10c")
LOADER = RuntimeFile(
    "wasm/vision_wasm_module_internal.js", 335_431, "70eff3956521b7de058d7173a4935c95e4a223c26ea624b9f5a936d3a043dcb0"
)
WASM = RuntimeFile(
    "wasm/vision_wasm_module_internal.wasm",
    12_997_272,
    "ee03b14a878e6c3c053a1bfa62e166dc45244be54dc0bbe61c578f710b771f6a",
)
FILES = (SCRIPT, LOADER, WASM)


def find_runtime() -> Path | None:
    """The folder on this machine that holds the package's files as the package does; None if there is none.

    An archive is unpacked into the cache first, which takes a tenth of a second.

    Raises:
        RuntimeNotFound: if what is there is not what is on record, or cannot be unpacked.
    """
    for folder in _unpacked_folders():
        if all((folder / file.path).is_file() for file in FILES):
            for file in FILES:
                _verify(folder / file.path, file, folder / file.path)
            return folder
    for folder in model_folders():
        if (archive := folder / ARCHIVE).is_file():
            return _unpack(archive)
    return None


def fetch_runtime(on_progress: OnBytes | None = None) -> Path:
    """Fetch the files into the cache, with npm or from the CDN; it may take minutes.

    Args:
        on_progress: called with the bytes done and the total while they come from the CDN. An exception it raises
            ends the download.

    Raises:
        RuntimeNotFound: if neither way works; it says how to get them by hand.
    """
    try:
        return _with_npm() or _from_cdn(on_progress)
    except (DownloadFailed, DownloadNotVerified) as error:
        raise RuntimeNotFound(f"{PACKAGE} could not be fetched from {_CDN}: {error}") from error


def _unpacked_folders() -> list[Path]:
    return [*(folder / _FOLDER for folder in model_folders()), _NODE_MODULES]


def _verify(path: Path, file: RuntimeFile, source: Path | str) -> None:
    state = path.stat()
    got = _sha256_of_state(path, state.st_size, state.st_mtime_ns)
    if got != file.sha256:
        raise RuntimeNotFound(
            f"{source} is not what {PACKAGE} has, so it is not used. Expected {Path(file.path).name} with sha256 "
            f"{file.sha256}, but got {got}. Delete it; it will then be looked for elsewhere or fetched again."
        )


@lru_cache(maxsize=16)
def _sha256_of_state(path: Path, _size: int, _mtime_ns: int) -> str:
    """Hash of a file, cached until its size or modification time changes."""
    return file_sha256(path)


def _with_npm() -> Path | None:
    """The archive from npm, unpacked; None if there is no npm, or it does not succeed."""
    npm = shutil.which("npm")
    if npm is None:
        return None
    with tempfile.TemporaryDirectory(prefix="posecore-npm-") as folder:
        command = [npm, "pack", PACKAGE, "--ignore-scripts", "--silent", "--pack-destination", folder]
        try:
            done = subprocess.run(command, cwd=folder, capture_output=True, timeout=_NPM_S, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        archive = Path(folder, ARCHIVE)
        return _unpack(archive) if done.returncode == 0 and archive.is_file() else None


def _unpack(archive: Path) -> Path:
    """Unpack the files into the cache, each only if it is the one on record."""
    try:
        with tarfile.open(archive) as packed:
            return _fill(lambda file, target: _extract(packed, file, target), archive)
    except (tarfile.TarError, EOFError, OSError, KeyError) as error:
        raise RuntimeNotFound(f"{archive} could not be unpacked: {error}. Delete it to have it fetched.") from error


def _extract(packed: tarfile.TarFile, file: RuntimeFile, target: Path) -> None:
    source = packed.extractfile(f"package/{file.path}")
    if source is None:
        raise KeyError(file.path)
    target.write_bytes(source.read(file.size + 1))


def _from_cdn(on_progress: OnBytes | None) -> Path:
    total, done = sum(file.size for file in FILES), 0

    def fetch(file: RuntimeFile, target: Path) -> None:
        nonlocal done
        before = done

        def on_bytes(here: int, _of: int) -> None:
            if on_progress is not None:
                on_progress(before + here, total)

        download(f"{_CDN}/{file.path}", target, size=file.size, sha256=file.sha256, on_progress=on_bytes)
        done += file.size

    return _fill(fetch, _CDN)


def _fill(write: Callable[[RuntimeFile, Path], None], source: Path | str) -> Path:
    """Have all files written and verified in a new folder of the cache, which gets its name when it is whole."""
    try:
        models = cache_dir() / "models"
        models.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=f".{_FOLDER}-", dir=models) as part:
            for file in FILES:
                target = Path(part, "whole", file.path)
                target.parent.mkdir(parents=True, exist_ok=True)
                write(file, target)
                _verify(target, file, source)
            return _rename(Path(part, "whole"), models / _FOLDER)
    except OSError as error:
        raise RuntimeNotFound(f"{PACKAGE} could not be kept in the cache: {error.strerror or error}.") from error


def _rename(whole: Path, target: Path) -> Path:
    try:
        os.replace(whole, target)
    except OSError:  # another server was faster, or an incomplete folder is there
        if not all((target / file.path).is_file() for file in FILES):
            shutil.rmtree(target, ignore_errors=True)
            os.replace(whole, target)
    return target
