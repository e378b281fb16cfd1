"""The parts of run.py that can be tested without installing anything."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="system packages are installed on Linux only")


def python(code: str, *arguments: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, *options, "-c", code, *arguments]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


# --- The command line ---


def test_run_needs_only_the_standard_library() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import run; print(run.TOOLS['app'][0])"
    done = python(code, options=("-I", "-S"))
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, ".venv", "")


@pytest.mark.parametrize(("arguments", "code"), [(["--help"], 0), (["-h"], 0), ([], 2), (["start"], 2)])
def test_main_shows_its_usage(arguments: list[str], code: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(arguments) == code
    assert "python3 run.py app" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "code", "text"),
    [(["--version"], 0, "pytest 9"), (["--no-such-option"], 4, "unrecognized arguments: --no-such-option")],
)
def test_options_reach_the_tool_and_its_exit_code_is_returned(options: list[str], code: int, text: str) -> None:
    starter = "import run, sys; run.set_up = lambda *_, **__: sys.executable; sys.exit(run.main(sys.argv[1:]))"
    done = python(starter, "test", *options)
    assert done.returncode == code
    assert text in done.stdout + done.stderr


def test_a_failed_setup_is_reported_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(folder: Path, for_tests: bool) -> Path:
        raise run.SetupFailed("The disk is full.")

    monkeypatch.setattr(run, "set_up", fail)
    assert run.main(["app"]) == 1
    assert capsys.readouterr().err.startswith("The disk is full.\n")


# --- Packages of the operating system ---


@linux_only
def test_installed_and_missing_system_parts_are_recognised(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert run.is_there("libc.so.6")
    assert not run.is_there("libnowhere.so.9")
    assert run.is_there("libc")
    assert not run.is_there("libnowhere")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert not run.is_there("chromium")
    (tmp_path / "google-chrome").touch(mode=0o755)
    assert run.is_there("chromium")
    assert not run.is_there("firefox-esr")
    (tmp_path / "firefox-esr").touch(mode=0o755)
    assert run.is_there("firefox-esr")
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    assert not run.is_there("ensurepip")
    (tmp_path / "ensurepip").mkdir()
    assert run.is_there("ensurepip")


@linux_only
@pytest.mark.parametrize(("parts", "missing"), [({"libc.so.6": "libc6"}, []), ({"chromium": "chromium"}, ["chromium"])])
def test_only_missing_packages_are_installed(
    parts: dict[str, str], missing: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    commands: list[list[str]] = []

    def install(label: str, command: list[str]) -> None:
        commands.append(command)
        if "install" in command:
            (tmp_path / command[-1]).touch(mode=0o755)

    monkeypatch.setattr(run, "run_step", install)
    assert run.install_packages(parts) == []
    assert [command[-1] for command in commands] == ["update", *missing] * bool(missing)


@linux_only
def test_the_command_to_type_is_shown_without_apt_get(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    parts = {"libc.so.6": "libc6", "libnowhere.so.9": "libnowhere9", "libnowhere.so.8": "libnowhere8"}
    assert run.install_packages(parts) == ["libnowhere.so.9", "libnowhere.so.8"]
    assert "    sudo apt-get update && sudo apt-get install libnowhere8 libnowhere9\n" in capsys.readouterr().out


# --- The environment ---


class Steps:
    """Stands in for the programs of a setup: records the commands and makes the files that matter."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.commands: list[list[str]] = []
        self.fails_at = ""
        self.offline = False  # then nothing comes from the videos' own addresses, only from the package index

    def __call__(self, label: str, command: list[str]) -> None:
        self.commands.append(command)
        if self.fails_at in command or (self.offline and command[-2] == run.FETCH_SAMPLES):
            raise run.SetupFailed("no network")
        if "venv" in command:
            for name in ("bin/python", "Scripts/python.exe"):
                (self.folder / name).parent.mkdir(exist_ok=True)
                (self.folder / name).touch()
        if "download" in command:
            Path(command[-1], "a.whl").touch()
        if run.FETCH_SAMPLES in command:
            (self.folder.parent / "sample.mp4").touch()
            Path(command[command.index(run.FETCH_SAMPLES) + 1]).write_text(str(self.folder.parent / "sample.mp4"))

    def repeated(self, for_tests: bool = False) -> list[str]:
        """Set up again; return the steps that ran."""
        self.commands.clear()
        run.set_up(self.folder, for_tests)
        verbs = ("venv", "install", run.FETCH_SAMPLES, "download")
        return [verb for command in self.commands for verb in verbs if verb in command]


@pytest.fixture
def steps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Steps:
    """A finished setup in an empty project."""
    for name in ("requirements.txt", "requirements-test.txt"):
        (tmp_path / name).write_text("numpy==1.0\n")
    found = Steps(tmp_path / ".venv")
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "SYSTEM_PARTS", {})
    monkeypatch.setattr(run, "CHROMIUM_PARTS", {})
    monkeypatch.setattr(run, "FIREFOX_PARTS", {})
    monkeypatch.setattr(run, "run_step", found)
    assert found.repeated() == ["venv", "install", run.FETCH_SAMPLES]
    return found


def test_a_second_start_has_nothing_to_do(steps: Steps) -> None:
    assert steps.repeated() == []


def change_the_python(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.implementation, "cache_tag", "cpython-399")


def interrupt_the_installation(steps: Steps, monkeypatch: pytest.MonkeyPatch) -> None:
    (steps.folder.parent / "requirements.txt").write_text("numpy==2.0\n")
    steps.fails_at = "install"
    with pytest.raises(run.SetupFailed, match="no network"):
        steps.repeated()
    steps.fails_at = ""
    (steps.folder.parent / "requirements.txt").write_text("numpy==1.0\n")


@pytest.mark.parametrize(
    "harm",
    [
        change_the_python,
        interrupt_the_installation,
        lambda steps, _: (steps.folder.parent / "requirements.txt").write_text("numpy==2.0\n"),
        lambda steps, _: shutil.rmtree(steps.folder / "bin"),
        lambda steps, _: shutil.rmtree(steps.folder),
    ],
    ids=["another Python", "interrupted", "other requirements", "no interpreter", "no folder"],
)
def test_an_outdated_or_broken_environment_is_made_again_from_scratch(
    harm: Callable[[Steps, pytest.MonkeyPatch], object], steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    (steps.folder / "left over").touch()
    harm(steps, monkeypatch)
    assert steps.repeated()[:2] == ["venv", "install"]
    assert not (steps.folder / "left over").exists()
    assert steps.repeated() == []


def test_a_manually_made_environment_is_kept_and_filled(steps: Steps) -> None:
    (steps.folder / "posecore-stamp.txt").unlink()
    (steps.folder / "the user's").touch()
    assert steps.repeated() == ["venv", "install"]
    assert (steps.folder / "the user's").exists()


def test_the_test_requirements_are_installed_without_dependencies(steps: Steps) -> None:
    assert steps.repeated(for_tests=True)[:3] == ["venv", "install", "install"]
    with_all, alone = (command for command in steps.commands if "install" in command)
    assert (with_all[-1], "--no-deps" in with_all) == (str(run.ROOT / "requirements.txt"), False)
    assert (alone[-1], "--no-deps" in alone) == (str(run.ROOT / "requirements-test.txt"), True)


def test_a_missing_sample_is_fetched_again(steps: Steps) -> None:
    (steps.folder.parent / "sample.mp4").unlink()
    assert steps.repeated() == [run.FETCH_SAMPLES]
    assert steps.repeated() == []


def test_samples_that_cannot_be_fetched_come_from_their_wheels(
    steps: Steps, capsys: pytest.CaptureFixture[str]
) -> None:
    (steps.folder.parent / "sample.mp4").unlink()
    steps.offline, steps.fails_at = True, "download"
    assert steps.repeated() == [run.FETCH_SAMPLES, "download"]
    assert "The sample videos could not be fetched" in capsys.readouterr().out
    steps.fails_at = ""
    assert steps.repeated() == [run.FETCH_SAMPLES, "download", run.FETCH_SAMPLES]
    assert steps.repeated() == []


# --- Running programs ---


def test_a_step_shows_only_its_label(capfd: pytest.CaptureFixture[str]) -> None:
    run.run_step("counting", [sys.executable, "-c", "print('one')"])
    assert capfd.readouterr() == ("  counting ...\n", "")


def test_a_failed_step_shows_its_output() -> None:
    code = "import sys; print('out', flush=True); sys.exit('err')"
    with pytest.raises(run.SetupFailed, match=r"^out\nerr\n\n'counting' failed"):
        run.run_step("counting", [sys.executable, "-c", code])


TOOL = "import os, sys, time; print(os.getpid(), file=open(sys.argv[1], 'w'), flush=True); time.sleep(60)"
STARTER = f"""import run, sys
run.set_up = lambda folder, for_tests: run.run_step("waiting", [sys.executable, "-c", {TOOL!r}, sys.argv[1]])
sys.exit(run.main(["app"]))"""


@posix_only
@pytest.mark.usefixtures("interruptible")
@pytest.mark.parametrize(
    ("number", "to_group", "code", "said"),
    [(signal.SIGINT, True, 130, "\nStopped.\n"), (signal.SIGTERM, False, 143, "")],
    ids=["Ctrl-C in a terminal", "kill"],
)
def test_a_signal_also_ends_the_running_step(
    number: signal.Signals, to_group: bool, code: int, said: str, tmp_path: Path
) -> None:
    command = [sys.executable, "-c", STARTER, str(tmp_path / "pid")]
    starter = subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, text=True, start_new_session=True)
    with starter:
        until = time.monotonic() + 60
        while not ((tmp_path / "pid").exists() and (tmp_path / "pid").read_text()) and time.monotonic() < until:
            time.sleep(0.02)
        (os.killpg if to_group else os.kill)(starter.pid, number)
        assert starter.wait(60) == code
        assert starter.stderr.read() == said
    with pytest.raises(ProcessLookupError):
        os.kill(int((tmp_path / "pid").read_text()), 0)
