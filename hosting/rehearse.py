"""Go through the steps of the Dockerfile without Docker, start what it starts, and use it once.

    python hosting/rehearse.py            packages come from this Python's environment
    python hosting/rehearse.py --install  pip installs them, as in the real build

The steps are read from the Dockerfile and done in a new folder, which bubblewrap (Debian's package) then shows as the
root of a file system of its own, without network: first with write access, for the build, then read-only, with the
Dockerfile's user and without any privilege. The system in it is this machine's, in place of the base image. Simulated
are: the base image, which should have the Debian and the Python of this machine; apt-get, of which is checked that its
packages are installed; and without ``--install`` pip: the packages that requirements.txt leads to, and no others, are
linked into the folder.
"""

import argparse
import fnmatch
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parent.parent
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib64", "/etc")


class Step(NamedTuple):
    """An instruction of a Dockerfile and what follows it."""

    name: str
    text: str

    @property
    def words(self) -> list[str]:
        """What follows, as words: of a JSON list, or as a shell reads them."""
        return json.loads(self.text) if self.text.startswith("[") else shlex.split(self.text)


class RehearsalFailed(Exception):
    """A step failed; the text says which and why."""


def read_steps(dockerfile: Path) -> list[Step]:
    """The instructions of a Dockerfile, each on one line."""
    text = re.sub(r"^\s*#.*\n", "", dockerfile.read_text("utf-8"), flags=re.MULTILINE)
    lines = text.replace("\\\n", " ").splitlines()
    return [Step(*line.split(maxsplit=1)) for line in lines if line.strip()]


def healthcheck(step: Step) -> list[str]:
    """The command of a HEALTHCHECK."""
    return Step("CMD", step.text.partition(" CMD ")[2]).words


def is_ignored(path: str, rules: Sequence[str]) -> bool:
    """Whether a .dockerignore keeps a path out: its last rule that means the path, or a folder of it, decides."""
    parts = path.split("/")
    above = ["/".join(parts[:count]) for count in range(1, len(parts) + 1)]
    ignored = False
    for rule in rules:
        pattern = rule.removeprefix("!").removeprefix("**/")
        names = parts if "**/" in rule else above
        if any(fnmatch.fnmatchcase(name, pattern) and ("/" in pattern or "/" not in name) for name in names):
            ignored = not rule.startswith("!")
    return ignored


def ignore_rules(dockerignore: Path) -> list[str]:
    """The rules of a .dockerignore."""
    lines = [line.strip() for line in dockerignore.read_text("utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


@dataclass
class Image:
    """What the steps have made.

    Attributes:
        folder: its root.
        installs: whether pip is to install the packages.
        env: variables.
        workdir: path in the image.
        user: number of the user who runs it.
        commands: of CMD and HEALTHCHECK.
    """

    folder: Path
    installs: bool
    env: dict[str, str] = field(default_factory=lambda: {"PATH": "/venv/bin:/usr/bin:/bin", "LANG": "C.UTF-8"})
    workdir: str = "/"
    user: str = "0"
    commands: dict[str, list[str]] = field(default_factory=dict)

    def take(self, step: Step) -> None:
        """Do one step.

        Raises:
            RehearsalFailed: if it fails, or is of a kind that the rehearsal does not know.
        """
        print(f"  {step.name} {step.text[:100]}", flush=True)
        act = getattr(self, f"_{step.name.lower()}", None)
        if act is None:
            raise RehearsalFailed(f"The rehearsal knows no {step.name}: teach hosting/rehearse.py what it means.")
        act(step)

    def inside(self, *, is_built: bool) -> list[str]:
        """Start of a command line that runs in the image: writing to it only while it is being built."""
        bind = "--ro-bind" if is_built else "--bind"
        command = ["bwrap", "--die-with-parent", "--unshare-all", "--clearenv", bind, str(self.folder), "/"]
        command += ["--share-net"] if self.installs and not is_built else []
        for system in [*filter(os.path.exists, _SYSTEM), sys.base_prefix]:
            command += ["--ro-bind", system, system]
        command += ["--ro-bind", str(ROOT / "hosting"), "/rehearsal", "--proc", "/proc", "--dev", "/dev"]
        if is_built:
            command += ["--bind", str(self.folder / "data"), "/data", "--bind", str(self.folder / "tmp"), "/tmp"]
            command += [
                "--uid",
                self.user.partition(":")[0],
                "--gid",
                self.user.rpartition(":")[2],
                "--cap-drop",
                "ALL",
            ]
        for name, value in self.env.items():
            command += ["--setenv", name, value]
        return [*command, "--chdir", self.workdir]

    def _from(self, step: Step) -> None:
        for name in ("tmp", "proc", "dev", "rehearsal", *(path[1:] for path in (*_SYSTEM, sys.base_prefix))):
            (self.folder / name).mkdir(parents=True, exist_ok=True)
        (self.folder / "tmp").chmod(0o1777)
        version = ".".join(map(str, sys.version_info[:2]))
        release = platform.freedesktop_os_release().get("VERSION_CODENAME", "another system")
        if step.text != f"python:{version}-slim-{release}":
            print(f"    stands in for it: Python {version} on {release}")
        base = getattr(sys, "_base_executable", sys.executable)  # this Python may be the one in an environment
        options = [] if self.installs else ["--without-pip"]
        subprocess.run([*self.inside(is_built=False), base, "-m", "venv", *options, "/venv"], check=True)

    def _workdir(self, step: Step) -> None:
        self.workdir = step.text
        self._path(step.text).mkdir(parents=True, exist_ok=True)

    def _env(self, step: Step) -> None:
        self.env |= dict(word.split("=", 1) for word in step.words)

    def _user(self, step: Step) -> None:
        self.user = step.text

    def _expose(self, step: Step) -> None:
        if self.env.get("STREAMLIT_SERVER_PORT") != step.text:
            raise RehearsalFailed(f"Expected EXPOSE of STREAMLIT_SERVER_PORT, but got {step.text}.")

    def _cmd(self, step: Step) -> None:
        self.commands["CMD"] = step.words

    def _healthcheck(self, step: Step) -> None:
        self.commands["HEALTHCHECK"] = healthcheck(step)

    def _copy(self, step: Step) -> None:
        *sources, target = step.words
        rules = ignore_rules(ROOT / ".dockerignore")
        for source in sources:
            one = ROOT / source
            if is_ignored(source, rules):
                raise RehearsalFailed(f"COPY {source}: .dockerignore keeps it out.")
            into = self._path(target) / one.name if target.endswith("/") else self._path(target)
            for file in [one] if one.is_file() else filter(Path.is_file, one.rglob("*")):
                if not is_ignored(file.relative_to(ROOT).as_posix(), rules):
                    copy = into / file.relative_to(one)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    shutil.copyfile(file, copy)

    def _run(self, step: Step) -> None:
        if step.text.startswith("apt-get"):
            return self._check_packages()
        if step.text.startswith("pip install") and not self.installs:
            return link_packages(self.folder)
        done = subprocess.run([*self.inside(is_built=False), "sh", "-c", step.text], check=False)
        if done.returncode:
            raise RehearsalFailed(f"RUN {step.text}: exit code {done.returncode}.")
        return None

    def _check_packages(self) -> None:
        wanted = self._path("packages.txt").read_text("utf-8").split()
        ask = ["dpkg-query", "--show", "--showformat=${db:Status-Status}\\n", *wanted]
        told = subprocess.run(ask, text=True, capture_output=True, check=False)
        if told.stdout.split() != ["installed"] * len(wanted):
            raise RehearsalFailed(f"Not all packages of packages.txt are installed here: {told.stderr or told.stdout}")

    def _path(self, path: str) -> Path:
        return self.folder / os.path.join(self.workdir, path).lstrip("/")


def link_packages(folder: Path) -> None:
    """Give the image the files of the packages that requirements.txt leads to, and of no others, from here."""
    [site] = (folder / "venv/lib").glob("python*/site-packages")
    for found in needed_packages(ROOT / "requirements.txt"):
        for file in found.files or ():
            target = Path(os.path.normpath(site / file))
            if target.is_relative_to(site):
                _link(Path(found.locate_file(file)), target)
                compiled = importlib.util.cache_from_source(file) if file.suffix == ".py" else file
                _link(Path(found.locate_file(compiled)), site / compiled)


def _link(source: Path, target: Path) -> None:
    if target.exists() or not source.exists():
        return
    target.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(source, target)
    except OSError:  # another disk
        shutil.copy2(source, target)


def needed_packages(requirements: Path) -> Iterator[importlib.metadata.Distribution]:
    """The packages in a file and all that they need, as they are installed here.

    Raises:
        RehearsalFailed: if one of them is not, or in another version.
    """
    lines = (line.partition("#")[0].strip() for line in requirements.read_text("utf-8").splitlines())
    waiting = [(Requirement(line), {""}) for line in lines if line]
    seen = set[str]()
    while waiting:
        wanted, extras = waiting.pop()
        applies = wanted.marker is None or any(wanted.marker.evaluate({"extra": extra}) for extra in extras)
        if not applies or f"{wanted.name} {wanted.extras}" in seen:
            continue
        seen.add(f"{wanted.name} {wanted.extras}")
        try:
            found = importlib.metadata.distribution(wanted.name)
        except importlib.metadata.PackageNotFoundError:
            raise RehearsalFailed(f"{wanted} is not installed here.") from None
        if not wanted.specifier.contains(found.version, prereleases=True):
            raise RehearsalFailed(f"Expected {wanted}, but {found.version} is installed here.")
        waiting += [(Requirement(line), {"", *wanted.extras}) for line in found.requires or ()]
        yield found


def use(image: Image) -> None:
    """Start the image's command and use the app once, see ``started.py``.

    Raises:
        RehearsalFailed: if that fails.
    """
    commands = [json.dumps(image.commands[name]) for name in ("CMD", "HEALTHCHECK")]
    done = subprocess.run([*image.inside(is_built=True), "python", "/rehearsal/started.py", *commands], check=False)
    if done.returncode:
        raise RehearsalFailed(f"The app did not work, for the reason above (exit code {done.returncode}).")
    if left := [path.name for path in (image.folder / "tmp").iterdir()]:
        raise RehearsalFailed(f"Expected nothing to be left in /tmp, but got {left}.")


def main() -> int:
    """Run the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--install", action="store_true", help="have pip install the packages, which takes minutes")
    args = parser.parse_args()
    if shutil.which("bwrap") is None:
        sys.exit("The rehearsal needs bubblewrap (on Debian: apt-get install bubblewrap).")
    (ROOT / "build").mkdir(exist_ok=True)  # on the same disk as the packages
    with tempfile.TemporaryDirectory(dir=ROOT / "build", prefix="image-") as folder:
        image = Image(Path(folder), args.install)
        try:
            for step in read_steps(ROOT / "Dockerfile"):
                image.take(step)
            print("  starting it, read-only, as its user and without network", flush=True)
            use(image)
        except RehearsalFailed as problem:
            print(problem, file=sys.stderr)
            return 1
    print("The rehearsal of the Dockerfile has passed.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
